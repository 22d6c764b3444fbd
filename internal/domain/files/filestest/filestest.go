// Package filestest gives tests a service of files with a store of its own, and files in it.
package filestest

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"hermod/internal/blob"
	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

// New returns a service on d, with a store in a folder that is removed after the test.
func New(t testing.TB, d *db.DB) *files.Service {
	t.Helper()
	return NewWith(t, d, files.Options{})
}

// NewWith is New with other bounds and times.
func NewWith(t testing.TB, d *db.DB, o files.Options) *files.Service {
	t.Helper()
	s, err := files.New(t.Context(), d, Store(t, t.TempDir()), o)
	if err != nil {
		t.Fatalf("files: %v", err)
	}
	return s
}

// Store opens a store in a folder, which does not wait for the disk, and closes it after the test.
func Store(t testing.TB, dir string) *blob.Store {
	t.Helper()
	store, err := blob.Open(t.Context(), blob.Options{URL: "dir:" + dir + "?sync=off"})
	if err != nil {
		t.Fatalf("open a store: %v", err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// Random returns n bytes that are the same for the same seed.
func Random(seed uint64, n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)})
	_, _ = r.Read(b)
	return b
}

// Upload saves data as parts of u in the size that clients use, and returns what names them.
func Upload(t testing.TB, s *files.Service, u ids.User, id int64, data []byte) files.Input {
	t.Helper()
	in := files.Input{ID: id}
	for piece := range chunks(data) {
		if err := s.SavePart(t.Context(), u, files.Part{File: id, Part: in.Parts, Data: piece}); err != nil {
			t.Fatalf("save part %d: %v", in.Parts, err)
		}
		in.Parts++
	}
	return in
}

func chunks(data []byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(data) > 0 && yield(data[:min(len(data), files.ChunkSize)]) {
			data = data[min(len(data), files.ChunkSize):]
		}
	}
}

// Document makes a document of u that nobody holds yet.
func Document(t testing.TB, s *files.Service, u ids.User, data []byte) files.File {
	t.Helper()
	b, err := s.Put(t.Context(), u, bytes.NewReader(data))
	if err != nil {
		t.Fatalf("put: %v", err)
	}
	f, err := s.Create(t.Context(), nil, files.File{
		Kind: files.Document, Owner: u, Size: b.Size, Blob: b.Hash, MIME: "application/octet-stream",
		Attributes: files.Attributes{Name: "document.bin"},
	})
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return f
}
