package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hermod/internal/blob"
)

// suite is what every store has to do.
func suite(t *testing.T, s *blob.Store) {
	ctx := t.Context()
	const name = "ab/cdef-0123456789"
	content := bytes.Repeat([]byte("0123456789"), 10_000)
	if _, err := s.ReadAt(ctx, name, make([]byte, 5), 0); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("read what is not there: %v", err)
	}
	if err := s.Delete(ctx, name); err != nil {
		t.Errorf("delete what is not there: %v", err)
	}
	if err := s.Put(ctx, name, content); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(ctx, "ac/other", []byte{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(ctx); err != nil {
		t.Errorf("check: %v", err)
	}
	t.Run("read", func(t *testing.T) { reads(t, s, name, content) })
	t.Run("list", func(t *testing.T) { lists(t, s, name, int64(len(content))) })
	if err := s.Delete(ctx, name); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadAt(ctx, name, make([]byte, 5), 0); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("read what was deleted: %v", err)
	}
}

func reads(t *testing.T, s *blob.Store, name string, content []byte) {
	for _, tt := range []struct {
		off, n int
		err    error
	}{
		{0, 10, nil}, {0, len(content), nil}, {99_990, 10, nil}, {5000, 0, nil}, {77, 50_000, nil},
		{99_995, 10, io.ErrUnexpectedEOF}, {0, len(content) + 1, io.ErrUnexpectedEOF},
	} {
		p := make([]byte, tt.n)
		n, err := s.ReadAt(t.Context(), name, p, int64(tt.off))
		want := content[tt.off:min(tt.off+tt.n, len(content))]
		if tt.n == 0 {
			want = nil
		}
		if !bytes.Equal(p[:n], want) || !errors.Is(err, tt.err) {
			t.Errorf("%d bytes at %d: got %d, %v", tt.n, tt.off, n, err)
		}
	}
}

func lists(t *testing.T, s *blob.Store, name string, size int64) {
	var all []blob.Object
	err := s.List(t.Context(), "ab/", func(o blob.Object) error {
		all = append(all, o)
		return nil
	})
	if err != nil || len(all) != 1 || all[0].Name != name || all[0].Size != size || time.Since(all[0].At).Abs() > time.Hour {
		t.Errorf("listed %+v, %v", all, err)
	}
	stop := errors.New("stop")
	if err := s.List(t.Context(), "", func(blob.Object) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

func open(t testing.TB, o blob.Options) *blob.Store {
	t.Helper()
	s, err := blob.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestDirectory(t *testing.T) {
	for name, sync := range map[string]string{"durable": "", "for tests": "?sync=off"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "files")
			suite(t, open(t, blob.Options{URL: "dir:" + dir + sync}))
			if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the folder is %v, %v", info, err)
			}
		})
	}
}

// What was not written to its end cannot be seen, and leaves nothing.
func TestAnInterruptedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, blob.Options{URL: "dir:" + dir})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ctx, "ab/cdef", []byte("x")); err == nil {
		t.Error("a write that was cancelled is acknowledged")
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if !d.IsDir() {
			t.Errorf("%s is left", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAddresses(t *testing.T) {
	for _, url := range []string{"", "files", "dir:", "s3://", "s3:bucket", "gs://bucket", "s3://b?use_path_style=maybe", "s3://b?colour=red", "s3://%zz"} {
		if _, err := blob.Open(t.Context(), blob.Options{URL: url}); !errors.Is(err, blob.ErrURL) {
			t.Errorf("%q: got %v", url, err)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.Open(t.Context(), blob.Options{URL: "dir:" + file}); err == nil || !strings.Contains(err.Error(), "store of files") {
		t.Errorf("a file instead of a directory: %v", err)
	}
}
