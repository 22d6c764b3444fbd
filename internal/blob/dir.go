package blob

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
)

// dirMode lets in nobody but the user who runs the server.
const dirMode = 0o700

// openDir opens a directory. It has a subdirectory for each first byte of a name, all made now: so that it is durable
// itself, and not each of them at a time when somebody waits.
func openDir(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return nil, err
	}
	for i := range 256 {
		if err := os.Mkdir(filepath.Join(dir, fmt.Sprintf("%02x", i)), dirMode); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, err
		}
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	bucket, err := fileblob.OpenBucket(dir, &fileblob.Options{
		DirFileMode: dirMode,
		NoTempDir:   true, // a rename is atomic on one file system only
		Metadata:    fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, err
	}
	return &Store{bucket: bucket, dir: dir}, nil
}

// putFile writes an object to the disk: under another name first, and under its own when all of it is there.
func (s *Store) putFile(ctx context.Context, name string, data []byte) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var file *os.File
	w, err := s.bucket.NewWriter(ctx, name, &blob.WriterOptions{
		ContentType: contentType, DisableContentTypeDetection: true,
		BeforeWrite: func(as func(any) bool) error {
			if !as(&file) {
				return errors.New("the library does not show its file")
			}
			return nil
		},
	})
	if err != nil {
		return named(name, err)
	}
	_, err = w.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		cancel() // so that Close removes what was written
		_ = w.Close()
		return named(name, err)
	}
	if err := w.Close(); err != nil {
		return named(name, err)
	}
	return named(name, syncDir(filepath.Join(s.dir, filepath.FromSlash(name[:2]))))
}

// syncDir makes durable which files a directory has.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
