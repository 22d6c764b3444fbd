// Package blob keeps objects of bytes: in a directory, or in a bucket of S3.
//
// An object is written once under a name that was never used before, is whole and durable when Put returns, and is
// not there before. It never changes. So whoever holds a name may read and delete without asking anybody.
//
// It knows nothing of files, users or messages; package files gives the objects their meaning.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

var (
	// ErrNotFound is in the chain of an error about an object that is not there.
	ErrNotFound = errors.New("blob: no such object")
	// ErrURL is in the chain of an error of Open caused by an address that it cannot read.
	ErrURL = errors.New("blob: address must be dir:PATH or s3://BUCKET?region=…")
)

// Options say where objects are kept.
type Options struct {
	// URL is dir:PATH, or s3://BUCKET with the parameters region, endpoint, use_path_style and others that
	// https://pkg.go.dev/gocloud.dev/blob/s3blob lists.
	URL string
	// Key and Secret are the credentials of S3. Empty: those of the environment, as the tools of AWS find them.
	Key, Secret string
}

// A Store keeps objects. It is safe for concurrent use.
type Store struct {
	bucket *blob.Bucket
	dir    *directory // nil: not a directory
}

// Open opens a store; a directory is made when it is missing. It fails with ErrURL in the chain when it does not
// understand the address.
func Open(ctx context.Context, o Options) (*Store, error) {
	var s *Store
	var err error
	path, isDir := strings.CutPrefix(o.URL, "dir:")
	switch {
	case isDir && path != "":
		s, err = openDir(path)
	case strings.HasPrefix(o.URL, "s3://"):
		s, err = openS3(ctx, o)
	default:
		return nil, ErrURL
	}
	if err != nil {
		return nil, fmt.Errorf("open the store of files: %w", err)
	}
	return s, nil
}

// Close frees what the store holds. Nothing may be running on it any more.
func (s *Store) Close() error { return s.bucket.Close() }

// contentType is that of every object. Without it the library looks into the content to guess one.
const contentType = "application/octet-stream"

// Put keeps data under name. When it returns nil, the object survives the end of the machine. name has not been used
// before; it consists of letters and digits, a slash, letters, digits and hyphens.
func (s *Store) Put(ctx context.Context, name string, data []byte) error {
	if s.dir != nil {
		return s.putFile(ctx, name, data)
	}
	return named(name, s.bucket.WriteAll(ctx, name, data, &blob.WriterOptions{
		ContentType: contentType, DisableContentTypeDetection: true,
	}))
}

// ReadAt fills p with the bytes of an object from off on. It returns how many there were, fewer than len(p) with io.EOF
// or io.ErrUnexpectedEOF where the object ends before.
func (s *Store) ReadAt(ctx context.Context, name string, p []byte, off int64) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	r, err := s.bucket.NewRangeReader(ctx, name, off, int64(len(p)), nil)
	if err != nil {
		return 0, named(name, err)
	}
	n, err := io.ReadFull(r, p)
	return n, errors.Join(err, named(name, r.Close()))
}

// Delete removes an object. That there is none is no error: who was interrupted may repeat it.
func (s *Store) Delete(ctx context.Context, name string) error {
	err := s.bucket.Delete(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return named(name, err)
}

// An Object is an entry of a listing.
type Object struct {
	Name string
	Size int64
	At   time.Time // when it was written
}

// List calls fn on each object whose name begins with prefix, also on what an interrupted Put has left behind, until fn
// fails.
func (s *Store) List(ctx context.Context, prefix string, fn func(Object) error) error {
	list := s.bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list objects %s…: %w", prefix, err)
		}
		if err := fn(Object{Name: o.Key, Size: o.Size, At: o.ModTime}); err != nil {
			return err
		}
	}
}

// Check reports whether the store can be reached.
func (s *Store) Check(ctx context.Context) error {
	ok, err := s.bucket.IsAccessible(ctx)
	if err == nil && !ok {
		err = errors.New("the store does not exist, or does not let us in")
	}
	return err
}

// named says which object an error is about, and makes of the library's NotFound ours.
func named(name string, err error) error {
	if err == nil {
		return nil
	}
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fmt.Errorf("object %s: %w (%v)", name, ErrNotFound, err)
	}
	return fmt.Errorf("object %s: %w", name, err)
}
