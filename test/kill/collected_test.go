package kill

import (
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"hermod/internal/blob"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
)

// collect sets the clocks of all that waits to be collected back, collects, and compares what is left with what is used.
func (w *mail) collect(url string) {
	w.t.Helper()
	ctx := w.t.Context()
	for _, name := range w.objects() {
		old := time.Now().Add(-72 * time.Hour)
		if err := os.Chtimes(filepath.Join(w.store(), name), old, old); err != nil {
			w.t.Fatal(err)
		}
	}
	d := dbtest.Open(w.t, url)
	defer d.Close()
	store, err := blob.Open(ctx, blob.Options{URL: "dir:" + w.store()})
	if err != nil {
		w.t.Fatal(err)
	}
	defer store.Close()
	s, err := files.New(ctx, d, store, files.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	s.HeldBy("messages", func(ctx context.Context, ids []int64) ([]int64, error) { return held(ctx, d, ids) })
	w.age(d)
	for range 2 { // blobs of files that went in the first round are let go in the second
		if err := errors.Join(s.Collect(ctx), s.Sweep(ctx)); err != nil {
			w.t.Fatal(err)
		}
		w.age(d)
	}
	want := w.used(d)
	got := w.objects()
	slices.Sort(got)
	if slices.Sort(want); !slices.Equal(got, want) {
		w.t.Errorf("the collector left %d objects, %d are used; stray: %q, missing: %q", len(got), len(want), without(got, want), without(want, got))
	}
}

func (w *mail) store() string { return filepath.Join(w.server.data, "files") }

// age sets times back, to before anything that the collector waits for.
func (w *mail) age(d *db.DB) {
	w.t.Helper()
	err := d.Write(w.t.Context(), func(tx *db.Tx) error {
		for _, set := range []string{
			`UPDATE file SET touched = 1`, `UPDATE file SET check_at = 1 WHERE check_at > 0`, `UPDATE file_blob SET touched = 1`,
			`UPDATE file_upload SET at = 1`,
		} {
			if _, err := tx.Exec(w.t.Context(), set); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// held finds the files that messages show.
func held(ctx context.Context, d *db.DB, ids []int64) (found []int64, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		for _, id := range ids {
			var n int64
			if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM message WHERE file = $1`, id).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				found = append(found, id)
			}
		}
		return nil
	})
	return found, err
}

// used lists the objects of the chunks that blobs of files name, going from the messages down.
func (w *mail) used(d *db.DB) []string {
	w.t.Helper()
	ctx := w.t.Context()
	names := map[string]bool{}
	err := d.Read(ctx, func(tx *db.Tx) error {
		const chunksOfBlobs = `SELECT chunks FROM file_blob`
		return tx.Each(ctx, chunksOfBlobs, nil, func(rows *db.Rows) error {
			var chunks []byte
			if err := rows.Scan(&chunks); err != nil {
				return err
			}
			for entry := range slices.Chunk(chunks, chunkEntry) {
				h := hex.EncodeToString(entry)
				names[h[:2]+"/"+h[2:64]+"-"+h[64:]] = true
			}
			return nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.compareRows(d)
	return slices.Collect(maps.Keys(names))
}

// chunkEntry is the size of a chunk in the list of a blob: its hash, and what makes its name a new one.
const chunkEntry = 32 + 8

// compareRows checks that nothing is left of files that no message shows.
func (w *mail) compareRows(d *db.DB) {
	w.t.Helper()
	for what, query := range map[string]string{
		"files without a message":   `SELECT COUNT(*) FROM file WHERE id NOT IN (SELECT file FROM message)`,
		"messages without a file":   `SELECT COUNT(*) FROM message WHERE file <> 0 AND file NOT IN (SELECT id FROM file)`,
		"blobs without a file":      `SELECT COUNT(*) FROM file_blob WHERE refs <= 0`,
		"chunks without a blob":     `SELECT COUNT(*) FROM file_chunk WHERE refs <= 0`,
		"parts of unused uploads":   `SELECT COUNT(*) FROM file_part`,
		"objects yet to be deleted": `SELECT COUNT(*) FROM file_garbage`,
	} {
		var n int
		err := d.Read(w.t.Context(), func(tx *db.Tx) error { return tx.QueryRow(w.t.Context(), query).Scan(&n) })
		if err != nil || n != 0 {
			w.t.Errorf("%d %s, %v", n, what, err)
		}
	}
}

// without lists what is in a and not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// objects lists what the store of files has, but for the one that says whose store it is.
func (w *mail) objects() []string {
	w.t.Helper()
	var names []string
	root := w.store()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if name, _ := filepath.Rel(root, path); name != filepath.Join("store", "owner") {
				names = append(names, filepath.ToSlash(name))
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return names
}
