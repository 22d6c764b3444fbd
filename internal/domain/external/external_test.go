package external

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hermod/internal/blob"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/guard"
)

const anna ids.User = 5

var errNoPicture = errors.New("no picture")

// site starts a web site; the returned client is led to it, whatever the address.
func site(t *testing.T, h http.HandlerFunc) *guard.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return guard.Dialing(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	})
}

func newFiles(t *testing.T, d *db.DB) *files.Service {
	t.Helper()
	store, err := blob.Open(t.Context(), blob.Options{URL: "dir:" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	f, err := files.New(t.Context(), d, store, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// options take what begins like a PNG for a picture.
func options(f *files.Service) Options {
	return Options{
		PhotoSize: 1000, FileSize: 2_000_000,
		Photo: func(ctx context.Context, u ids.User, b files.Blob) (files.File, error) {
			head, err := f.ReadAt(ctx, b.Hash, 0, 4)
			if err != nil || string(head) != "\x89PNG" {
				return files.File{}, errors.Join(err, errNoPicture)
			}
			size := files.Size{Type: "x", W: 1, H: 1, Bytes: b.Size, Blob: b.Hash}
			return f.Create(ctx, nil, files.File{Kind: files.Photo, Owner: u, Sizes: []files.Size{size}})
		},
		NoPhoto: func(err error) bool { return errors.Is(err, errNoPicture) },
	}
}

const png = "\x89PNG\r\n\x1a\n and so on"

// pages are what the site in these tests has.
var pages = map[string]struct{ kind, body string }{
	"/a.png":              {"image/png", png},
	"/large.png":          {"image/png", png + strings.Repeat("x", 1000)},
	"/a.gif":              {"", "GIF89a..."},
	"/doc/Report 1.pdf":   {"application/pdf", "%PDF-1.7 " + strings.Repeat("x", 1_500_000)},
	"/unknown.bin":        {"application/octet-stream", "\x00\x01\x02"},
	"/page":               {"text/html", "<!doctype html><title>A page</title>"},
	"/page-as-png":        {"image/png", "<!doctype html><title>A page</title>"},
	"/nothing":            {"text/plain", ""},
	"/much":               {"text/plain", strings.Repeat("x", 2_000_001)},
	"/a\u202etxt.exe":     {"text/plain", "hello"},
	"/" + longName + ".a": {"text/plain", "hello"},
}

var longName = strings.Repeat("x", 300)

func serve(w http.ResponseWriter, r *http.Request) {
	p, ok := pages[r.URL.Path]
	switch {
	case r.URL.Path == "/cut":
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "short")
		return
	case r.URL.Path == "/inside":
		http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		return
	case !ok:
		http.NotFound(w, r)
		return
	}
	w.Header()["Content-Type"] = []string{p.kind}
	_, _ = io.WriteString(w, p.body)
}

func TestDocument(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := newFiles(t, d)
		s := New(site(t, serve), f, options(f))
		for path, want := range map[string]files.File{
			"/a.png":              {MIME: "image/png", Attributes: files.Attributes{Name: "a.png"}},
			"/a.gif":              {MIME: "image/gif", Attributes: files.Attributes{Name: "a.gif", Animated: true}},
			"/doc/Report%201.pdf": {MIME: "application/pdf", Attributes: files.Attributes{Name: "Report 1.pdf"}},
			"/unknown.bin":        {MIME: "application/octet-stream", Attributes: files.Attributes{Name: "unknown.bin"}},
			"/a\u202etxt.exe":     {MIME: "text/plain", Attributes: files.Attributes{Name: "atxt.exe"}},
			"/" + longName + ".a": {MIME: "text/plain"},
		} {
			got, err := s.File(t.Context(), anna, "example.com"+path, false)
			if err != nil || got.MIME != want.MIME || got.Name != want.Name || got.Animated != want.Animated || got.Owner != anna {
				t.Errorf("%s: got %+v, %v", path, got, err)
				continue
			}
			r, err := f.Open(t.Context(), got.Blob)
			if err != nil {
				t.Fatal(err)
			}
			path = strings.ReplaceAll(path, "%20", " ")
			if b, err := io.ReadAll(r); err != nil || !bytes.Equal(b, []byte(pages[path].body)) || got.Size != int64(len(b)) {
				t.Errorf("%s: got %d bytes, %v", path, len(b), err)
			}
		}
		refused(t, s, false, map[string]error{
			"example.com/page": ErrMedia, "example.com/page-as-png": ErrMedia, "example.com/nothing": ErrMedia,
			"example.com/gone": ErrFetch, "example.com/much": ErrFetch, "example.com/cut": ErrFetch, "example.com/inside": ErrURL,
			"": ErrURL, "http://127.0.0.1/a.png": ErrURL, "ftp://example.com/a": ErrURL, "http://localhost/": ErrURL,
		})
	})
}

func refused(t *testing.T, s *Service, photo bool, addresses map[string]error) {
	t.Helper()
	for address, want := range addresses {
		if got, err := s.File(t.Context(), anna, address, photo); !errors.Is(err, want) {
			t.Errorf("%q: got %+v, %v; want %v", address, got, err, want)
		}
	}
}

func TestPhoto(t *testing.T) {
	f := newFiles(t, dbtest.SQLite(t))
	s := New(site(t, serve), f, options(f))
	if got, err := s.File(t.Context(), anna, "example.com/a.png", true); err != nil || got.Kind != files.Photo {
		t.Errorf("got %+v, %v", got, err)
	}
	refused(t, s, true, map[string]error{
		"example.com/a.gif": ErrMedia, "example.com/large.png": ErrFetch, "example.com/page-as-png": ErrMedia,
	})
}

func TestOff(t *testing.T) {
	f := newFiles(t, dbtest.SQLite(t))
	refused(t, New(nil, f, options(f)), false, map[string]error{"example.com/a.png": ErrFetch, "": ErrURL})
}

// One person cannot have all the fetching to himself, nor everybody together more than the bound.
func TestFetchesAtATime(t *testing.T) {
	f := newFiles(t, dbtest.SQLite(t))
	asked, stop := make(chan struct{}, 20), make(chan struct{})
	s := New(site(t, func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-stop
		_, _ = io.WriteString(w, "hello")
	}), f, options(f))
	done := make(chan error, fetches)
	for i := range fetches {
		go func() {
			_, err := s.File(context.WithoutCancel(t.Context()), anna+ids.User(i/ofOneUser), "example.com/a", false)
			done <- err
		}()
	}
	for range fetches {
		<-asked
	}
	refused(t, s, false, map[string]error{"example.com/b": ErrBusy})
	if _, err := s.File(t.Context(), 999, "example.com/b", false); !errors.Is(err, ErrBusy) {
		t.Errorf("past the bound of all: %v", err)
	}
	close(stop)
	for range fetches {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, err := s.File(t.Context(), anna, "example.com/b", false); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
