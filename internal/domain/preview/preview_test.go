package preview

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/guard"
)

// site starts a web site; the returned client is led to it, whatever the address.
func site(t *testing.T, h http.HandlerFunc) *guard.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return guard.Dialing(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	})
}

const article = `<!doctype html><head><title>Plain</title>
<meta property="og:title" content="Ships &amp; sails"><meta property="og:site_name" content="The Harbour">
<meta name="description" content=" About
 ships. "></head><body><meta property="og:title" content="not this"></body>`

func serveArticle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, article)
}

func TestGet(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var asked atomic.Int32
		s := New(d, site(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			serveArticle(w, r)
		}))
		pending, ok, err := s.Known(t.Context(), "Example.com/a#part")
		if err != nil || ok || pending.ID == 0 {
			t.Fatalf("known before: %+v, %v, %v", pending, ok, err)
		}
		got, err := s.Get(t.Context(), "http://example.com/a")
		want := Page{Type: "article", SiteName: "The Harbour", Title: "Ships & sails", Description: "About ships."}
		if err != nil || got.Page != want || got.ID != pending.ID || got.URL != "http://example.com/a" {
			t.Errorf("got %+v, %v", got, err)
		}
		if again, ok, err := s.Known(t.Context(), "http://EXAMPLE.com/a"); err != nil || !ok || again.Page != want || again.ID != got.ID {
			t.Errorf("known: %+v, %v, %v", again, ok, err)
		}
		if _, err := s.Get(t.Context(), "example.com/a"); err != nil || asked.Load() != 1 {
			t.Errorf("asked %d times, %v", asked.Load(), err)
		}
	})
}

func TestManyAskForOnePage(t *testing.T) {
	var asked atomic.Int32
	s := New(dbtest.SQLite(t), site(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		time.Sleep(50 * time.Millisecond)
		serveArticle(w, r)
	}))
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := s.Get(t.Context(), "example.com"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestPagesThatSayNothing(t *testing.T) {
	pages := map[string]http.HandlerFunc{
		"not found": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, article, http.StatusNotFound) },
		"no page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			_, _ = io.WriteString(w, article)
		},
		"closed": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"endless redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		},
		"redirect to a local file": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		},
		"redirect to a local host": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Host, "127.") || r.Host == "localhost" {
				serveArticle(w, r)
				return
			}
			http.Redirect(w, r, "http://127.0.0.1/", http.StatusFound)
		},
		"title past the bound": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<head>"+strings.Repeat(" ", maxBody)+article)
		},
	}
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			s := New(dbtest.SQLite(t), site(t, page))
			got, err := s.Get(t.Context(), "example.com")
			if err != nil || !got.Empty() {
				t.Errorf("got %+v, %v", got, err)
			}
			if _, ok, err := s.Known(t.Context(), "example.com"); !ok || err != nil {
				t.Errorf("it is not kept that there is nothing: %v, %v", ok, err)
			}
		})
	}
}

// A page that unpacks to very much costs no more than its bound.
func TestPackedPage(t *testing.T) {
	s := New(dbtest.SQLite(t), site(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, article)
		for range 2000 {
			_, _ = z.Write(make([]byte, 100_000))
		}
		_ = z.Close()
	}))
	if got, err := s.Get(t.Context(), "example.com"); err != nil || got.Title != "Ships & sails" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestSlowPage(t *testing.T) {
	s := New(dbtest.SQLite(t), site(t, func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	}))
	s.fetcher.time = 50 * time.Millisecond
	if got, err := s.Get(t.Context(), "example.com"); err != nil || !got.Empty() {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestOff(t *testing.T) {
	if _, err := New(dbtest.SQLite(t), nil).Get(t.Context(), "example.com"); !errors.Is(err, ErrOff) {
		t.Errorf("got %v", err)
	}
}

func TestParsePages(t *testing.T) {
	tests := map[string]struct {
		in   string
		want Page
	}{
		"title only":      {"<title> A\n b </title>", Page{Type: "article", Title: "A b"}},
		"nothing":         {"hello", Page{}},
		"twitter":         {`<meta name="twitter:title" content="T">`, Page{Type: "article", Title: "T"}},
		"site name alone": {`<meta property="og:site_name" content="S">`, Page{}},
		"unclosed title":  {"<title>A", Page{Type: "article", Title: "A"}},
		"profile":         {`<meta property="og:type" content="profile"><title>A</title>`, Page{Type: "profile", Title: "A"}},
		"turned around":   {"<title>a\u202eb</title>", Page{Type: "article", Title: "ab"}},
		"author":          {`<title>A</title><meta name="author" content="B">`, Page{Type: "article", Title: "A", Author: "B"}},
		"author's page":   {`<title>A</title><meta name="author" content="https://b">`, Page{Type: "article", Title: "A"}},
		"long":            {"<title>" + strings.Repeat("é", 300) + "</title>", Page{Type: "article", Title: strings.Repeat("é", 255) + "…"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := parse(strings.NewReader(tt.in)); got != tt.want {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(article)
	f.Add("<meta content=x property=og:title")
	f.Add("<title><title>\xff\x00")
	f.Fuzz(func(t *testing.T, in string) {
		p := parse(strings.NewReader(in))
		for _, s := range []string{p.Title, p.Description, p.SiteName, p.Author} {
			if strings.ContainsAny(s, "\n\x00") || len([]rune(s)) > maxDescription {
				t.Errorf("got %q", s)
			}
		}
	})
}

func TestSweep(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := New(d, site(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/full" {
				serveArticle(w, r)
			}
		}))
		full, err1 := s.Get(t.Context(), "example.com/full")
		empty, err2 := s.Get(t.Context(), "example.com/empty")
		if err := errors.Join(err1, err2, s.sweep(t.Context(), time.Now().Add(time.Minute))); err != nil {
			t.Fatal(err)
		}
		got, err := s.Sites(t.Context(), full.ID, empty.ID, 1)
		if err != nil || len(got) != 1 || got[full.ID].Title != "Ships & sails" || got[full.ID].URL != full.URL {
			t.Errorf("got %+v, %v", got, err)
		}
		if again, err := s.Sites(t.Context(), full.ID); err != nil || again[full.ID] != got[full.ID] {
			t.Errorf("from memory: %+v, %v", again, err)
		}
	})
}

// A page is kept once a message links to it; one that was only looked at is not.
func TestUnlinkedPagesAreForgotten(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := New(d, site(t, serveArticle))
		looked, err1 := s.Get(t.Context(), "example.com/looked")
		linked, err2 := s.Get(t.Context(), "example.com/linked")
		err3 := d.Write(t.Context(), func(tx *db.Tx) error {
			got, fresh, err := s.reserve(t.Context(), tx, "example.com/linked")
			if !fresh || got.ID != linked.ID {
				t.Errorf("reserved %+v, %t", got, fresh)
			}
			return err
		})
		if err := errors.Join(err1, err2, err3, s.sweepUnlinked(t.Context(), time.Now().Add(-time.Minute))); err != nil {
			t.Fatal(err)
		}
		s.byID.Purge()
		if got, err := s.Sites(t.Context(), looked.ID, linked.ID); err != nil || len(got) != 2 {
			t.Errorf("too early: got %+v, %v", got, err)
		}
		if err := s.sweepUnlinked(t.Context(), time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		s.byID.Purge()
		got, err := s.Sites(t.Context(), looked.ID, linked.ID)
		if err != nil || len(got) != 1 || got[linked.ID].Title != linked.Title || got[linked.ID].Asked.IsZero() {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
