package doctor

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"hermod/internal/blob"
	"hermod/internal/config"
	"hermod/internal/db"
	"hermod/internal/domain/files"
)

// storeWait bounds the checks of the store of files.
const storeWait = 20 * time.Second

// sample is how many pieces of files are looked for.
const sample = 100

// fileStore writes, reads and deletes an object, and looks whether the store has what the database says.
func fileStore(ctx context.Context, cfg config.Config) Finding {
	const name = "files"
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	if path, ok := strings.CutPrefix(cfg.FileStore(), "dir:"); ok {
		if _, err := os.Stat(path); err != nil { // opening would make it
			return bad(name, err, "'hermod serve' makes it on its first start; check files.store and data if it should be there, and bring it back from the backup")
		}
	}
	store, err := blob.Open(ctx, blob.Options{URL: cfg.FileStore(), Key: cfg.Files.Key, Secret: cfg.Files.Secret})
	if err != nil {
		return bad(name, err, "check files.store in the configuration")
	}
	defer store.Close()
	if err := probe(ctx, store); err != nil {
		return bad(name, err, "check files.store, files.key and files.secret, and that the server may write, read, list and delete there")
	}
	missing, checked, err := missingObjects(ctx, cfg, store)
	if err != nil {
		return bad(name, err, "check db in the configuration")
	}
	if missing > 0 {
		return bad(name, fmt.Errorf("%d of %d pieces looked for are not in the store", missing, checked),
			"the database and the store are not of the same backup, or the store has lost objects: bring them back")
	}
	return ok(name, "the store can be written; %d pieces looked for are there", checked)
}

// probe writes, reads, lists and deletes an object.
func probe(ctx context.Context, store *blob.Store) error {
	name, content := "00/doctor-"+rand.Text(), []byte("hermod doctor")
	if err := store.Check(ctx); err != nil {
		return err
	}
	if err := store.Put(ctx, name, content); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	got := make([]byte, len(content))
	if _, err := store.ReadAt(ctx, name, got, 0); err != nil || !bytes.Equal(got, content) {
		return errors.Join(errors.New("what was written cannot be read"), err)
	}
	found := false
	err := store.List(ctx, name, func(blob.Object) error { found = true; return nil })
	if err != nil || !found {
		return errors.Join(errors.New("what was written is not listed"), err)
	}
	if err := store.Delete(ctx, name); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	return nil
}

// missingObjects looks for the objects of some pieces of files.
func missingObjects(ctx context.Context, cfg config.Config, store *blob.Store) (missing, checked int, err error) {
	d, err := db.Open(ctx, cfg.Database())
	if err != nil {
		return 0, 0, err
	}
	defer d.Close()
	f, err := files.New(ctx, d, store, files.Options{})
	if err != nil {
		return 0, 0, err
	}
	return f.Sample(ctx, sample)
}
