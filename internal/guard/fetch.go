package guard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// Errors of fetching a file.
var (
	// ErrTooBig means a file of more bytes than the bound.
	ErrTooBig = errors.New("file is too big")
	// ErrType means a file of another kind than wanted.
	ErrType = errors.New("file is of another kind")
	// ErrGone means an address behind which there is no file.
	ErrGone = errors.New("no file at this address")
)

// Bounds are what a file may be.
type Bounds struct {
	Max   int64         // bytes
	Time  time.Duration // until its last byte is here
	Types []string      // MIME types; one that ends in a slash stands for all below it; none: any
}

// A File is being fetched. Reading fails with ErrTooBig past the bound, and with the error of the connection, also when it
// ends before its time. Close it.
type File struct {
	Type string // MIME type, without parameters, as the site says; "" if it says none
	Name string // file name that the site, or else the address, gives; may be ""
	Size int64  // bytes; below 0: not known

	body   io.ReadCloser
	left   int64
	cancel context.CancelFunc
}

// Fetch asks for the file at u and returns it for reading. It fails with ErrRefused, ErrGone, ErrTooBig or ErrType in the
// chain, or with what the connection failed with.
func (c *Client) Fetch(ctx context.Context, u *url.URL, b Bounds) (*File, error) {
	ctx, cancel := context.WithTimeout(ctx, b.Time)
	f, err := c.open(ctx, u, b)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("fetch a file: %w", err)
	}
	f.cancel = cancel
	return f, nil
}

func (c *Client) open(ctx context.Context, u *url.URL, b Bounds) (*File, error) {
	res, err := c.Get(ctx, u, "*/*")
	if err != nil {
		return nil, err
	}
	f := &File{Size: res.ContentLength, body: res.Body, left: b.Max}
	f.Type, _, _ = mime.ParseMediaType(res.Header.Get("Content-Type"))
	f.Name = fileName(res)
	switch {
	case res.StatusCode != http.StatusOK:
		err = fmt.Errorf("answer %d: %w", res.StatusCode, ErrGone)
	case f.Size > b.Max:
		err = ErrTooBig
	case !isOneOf(f.Type, b.Types):
		err = ErrType
	}
	if err != nil {
		_ = res.Body.Close()
	}
	return f, err
}

// isOneOf reports whether a type is among those wanted.
func isOneOf(kind string, types []string) bool {
	if len(types) == 0 {
		return true
	}
	for _, want := range types {
		if kind == want || strings.HasSuffix(want, "/") && strings.HasPrefix(kind, want) {
			return true
		}
	}
	return false
}

// fileName is what a file is called: without any folder.
func fileName(res *http.Response) string {
	_, params, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	name := params["filename"]
	if err != nil || name == "" {
		name = res.Request.URL.Path // of the last redirect
	}
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	if name == "." || name == ".." || name == "/" || len(name) > maxName {
		return ""
	}
	return name
}

const maxName = 255 // bytes

// Read implements io.Reader.
func (f *File) Read(p []byte) (int, error) {
	if int64(len(p)) > f.left {
		p = p[:f.left+1] // one byte more shows that there is more
	}
	n, err := f.body.Read(p)
	if f.left -= int64(n); f.left < 0 {
		return 0, ErrTooBig
	}
	return n, err
}

// Close implements io.Closer.
func (f *File) Close() error {
	f.cancel()
	return f.body.Close()
}
