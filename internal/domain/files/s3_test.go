package files

import (
	"context"
	"testing"
	"time"

	"hermod/internal/blob"
	"hermod/internal/blob/blobtest"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// Files in S3 come, are read, and go as those in a directory do.
func TestFilesInS3(t *testing.T) {
	o := blobtest.S3(t)
	w := newWorld(t, dbtest.SQLite(t), Options{})
	store, err := blob.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w.store, w.put, w.del, w.clock = store, store.Put, store.Delete, time.Now()
	data := random(1, 2*ChunkSize+77)
	b := w.must(t, ann, 1, data, 128<<10)
	w.check(t, b.Hash, data)
	f, err := w.Create(t.Context(), nil, File{Kind: Document, Owner: ann, Size: b.Size, Blob: b.Hash})
	if err != nil {
		t.Fatal(err)
	}
	orphan, err := newChunk([]byte("orphan"))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), orphan.object(), []byte("orphan")); err != nil {
		t.Fatal(err)
	}
	w.pass(25 * time.Hour)
	w.collect(t)
	if err := w.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(w.objects(t)); n != 3 {
		t.Errorf("%d objects, want 3", n)
	}
	w.check(t, b.Hash, data)
	if err := w.write(t, func(ctx context.Context, tx *db.Tx) error { return w.Drop(ctx, tx, f.ID) }); err != nil {
		t.Fatal(err)
	}
	w.collect(t)
	w.empty(t)
}
