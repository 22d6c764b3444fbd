package blob

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"golang.org/x/sync/errgroup"
)

// dirMode lets in nobody but the user who runs the server.
const dirMode = 0o700

// A directory is where the objects of a store are files, in a folder for each first two digits of their names.
type directory struct {
	path string
	sync bool

	mu    sync.Mutex
	known map[string]bool // folders that are there for good
}

// openDir opens a directory. "?sync=off" may follow its path, for tests: an object then survives the end of the process,
// not of the machine.
func openDir(path string) (*Store, error) {
	path, off := strings.CutSuffix(path, "?sync=off")
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, err
	}
	bucket, err := fileblob.OpenBucket(path, &fileblob.Options{
		DirFileMode: dirMode,
		NoTempDir:   true, // a rename is atomic on one file system only
		Metadata:    fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, err
	}
	return &Store{bucket: bucket, dir: &directory{path: path, sync: !off, known: map[string]bool{}}}, nil
}

// putFile writes an object under another name first, and gives it its own when all of it is there. Then it waits for the
// disk: after the renaming, so that journalling file systems write content and name at once. Until then a crash may leave
// a part of the object, of which nobody has learned.
func (s *Store) putFile(ctx context.Context, name string, data []byte) error {
	folder, _, ok := strings.Cut(name, "/")
	if !ok {
		return fmt.Errorf("object %q has no folder", name)
	}
	if err := s.dir.make(folder); err != nil {
		return named(name, err)
	}
	if err := s.writeFile(ctx, name, data); err != nil {
		return named(name, err)
	}
	return named(name, s.dir.flushBoth(name, folder))
}

func (s *Store) writeFile(ctx context.Context, name string, data []byte) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := s.bucket.NewWriter(ctx, name, &blob.WriterOptions{
		ContentType: contentType, DisableContentTypeDetection: true,
	})
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		cancel() // so that Close removes what was written
		_ = w.Close()
		return err
	}
	return w.Close()
}

// make makes a folder, and durable, when it is first asked for.
func (d *directory) make(folder string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known[folder] {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(d.path, folder), dirMode); err != nil {
		return err
	}
	if err := d.flush("."); err != nil {
		return err
	}
	d.known[folder] = true
	return nil
}

// flushBoth makes durable a file and its name, side by side: the disk does it at once.
func (d *directory) flushBoth(name, folder string) error {
	if !d.sync {
		return nil
	}
	var g errgroup.Group
	g.Go(func() error { return d.flush(folder) })
	return errors.Join(d.flush(name), g.Wait())
}

// flush makes durable what a file holds, or which files a folder has.
func (d *directory) flush(name string) error {
	if !d.sync {
		return nil
	}
	f, err := os.Open(filepath.Join(d.path, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
