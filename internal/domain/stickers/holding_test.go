package stickers

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
)

// What is in a set or a list stays when the files that nobody has are deleted; what was taken out goes.
func TestCollecting(t *testing.T) {
	eachWith(t, files.Options{Grace: time.Nanosecond}, func(t *testing.T, w *world) {
		ctx, by := t.Context(), By{User: anna}
		upload := w.item("🎉")
		full := w.set("kept", "😀", "😁", "😂")
		one, two, three := full.Stickers[0].File, full.Stickers[1].File, full.Stickers[2].File
		f, err := w.files.One(ctx, two)
		w.must(err)
		w.must(w.Keep(ctx, bo, Faved, f))
		small := w.document(anna, "image/png", w.picture(100), files.Attributes{})
		emoji, err := w.Create(ctx, NewSet{
			By: by, Creator: anna, Kind: Emoji, Title: "E", Name: "emoji", Items: []Item{{File: small, Emoji: "😀"}},
		})
		w.must(err)
		for _, file := range []int64{two, three} {
			_, err := w.Remove(ctx, by, file)
			w.must(err)
		}
		w.must(w.Delete(ctx, by, emoji.ID))
		w.collect()
		for name, want := range map[int64]bool{one: true, two: true, three: false, upload.File.ID: false, emoji.Stickers[0].File: true} {
			if _, err := w.files.One(ctx, name); (err == nil) != want || err != nil && !errors.Is(err, files.ErrNotFound) {
				t.Errorf("file %d is there: %v, want %v", name, err, want)
			}
		}
		if got, err := w.Get(ctx, bo, full.ID); err != nil || len(got.Stickers) != 1 {
			t.Fatalf("got %+v, %v", got, err)
		}
		f, err = w.files.One(ctx, one)
		w.must(err)
		if _, err := w.content(ctx, f, 1<<20); err != nil {
			t.Errorf("its content: %v", err)
		}
	})
}

// Nothing tells which stickers were on a photo once it is gone.
func TestStickersOnAPhotoGoWithIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sticker := w.set("one", "😀").Stickers[0].File
		gone := w.document(anna, "image/png", w.picture(100), files.Attributes{HasStickers: true})
		stays := w.document(anna, "image/png", w.picture(101), files.Attributes{HasStickers: true})
		w.must(w.db.Write(ctx, func(tx *db.Tx) error {
			for _, f := range []files.File{gone, stays} {
				if err := w.Attach(ctx, tx, f.ID, []int64{sticker}); err != nil {
					return err
				}
			}
			return w.files.Drop(ctx, tx, gone.ID)
		}))
		for file, want := range map[int64]int{gone.ID: 0, stays.ID: 1} {
			if sets, err := w.AttachedTo(ctx, bo, file); err != nil || len(sets) != want {
				t.Errorf("sets on file %d: %+v, %v", file, sets, err)
			}
		}
	})
}

// The statements of every start and every sticker are served by indexes.
func TestPlans(t *testing.T) {
	d := dbtest.SQLite(t)
	if _, err := New(t.Context(), d, nil, filestest.New(t, d), nil); err != nil {
		t.Fatal(err)
	}
	for name, sql := range map[string]string{
		"installed": `SELECT i.set_id FROM sticker_installed AS i JOIN sticker_set AS s ON s.id = i.set_id
			WHERE i.owner = 1 AND i.kind = 1 AND i.archived = 0 ORDER BY i.place DESC, i.set_id LIMIT 10`,
		"kept":    `SELECT file, at FROM sticker_kept WHERE owner = 1 AND list = 1 ORDER BY place DESC LIMIT 10`,
		"set of":  `SELECT set_id FROM sticker WHERE file = 1`,
		"held":    `SELECT file FROM sticker_kept WHERE file IN (1, 2)`,
		"by name": `SELECT set_id FROM sticker_set_name WHERE name = 'a'`,
		"tagged":  `SELECT file FROM sticker_tag WHERE kind = 1 AND tag >= 'a' AND tag < 'b'`,
	} {
		if plan := dbtest.Plan(t, d, sql); strings.Contains(plan, "SCAN") {
			t.Errorf("%s: %s", name, plan)
		}
	}
}
