package site

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// withPage gives a site a web client of a few files.
func withPage(o *Options) {
	o.Name = `Kari's </script><script>alert(1)</script>`
	o.CodesInLog, o.PushKey = true, "BPublic"
	o.Page = fstest.MapFS{
		"index.html":          {Data: []byte("<html><head>" + place + "</head></html>")},
		"index.html.br":       {Data: []byte("not used: the page is filled in")},
		"sw.js":               {Data: []byte("worker")},
		manifest:              {Data: []byte(`{"name": "Hermod", "short_name": "Hermod", "scope": "/"}`)},
		manifest + ".br":      {Data: []byte("not used: the name is filled in")},
		"assets/main-1.js":    {Data: []byte("plain")},
		"assets/main-1.js.br": {Data: []byte("brotli")},
		"assets/main-1.js.gz": {Data: []byte("gzip")},
		"assets/a.wasm":       {Data: []byte("wasm")},
	}
}

func TestThePageIsTold(t *testing.T) {
	s := newSite(t, withPage)
	page := get(t, s, "http://chat.example.org/").Body.String()
	m := regexp.MustCompile(`id="hermod">(.*?)</script>`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no configuration in %s", page)
	}
	var got config
	if err := json.Unmarshal([]byte(m[1]), &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != s.opts.Name || got.DC != 2 || got.Codes != "log" || got.VAPID != "BPublic" || !strings.HasPrefix(got.Key, "-----BEGIN") {
		t.Errorf("got %+v", got)
	}
	if alone := get(t, s, "http://chat.example.org/config.json").Body.String(); alone != m[1] {
		t.Errorf("config.json says %s", alone)
	}
}

func TestTheInstalledPageHasTheNameOfTheServer(t *testing.T) {
	s := newSite(t, withPage)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/"+manifest, nil)
	r.Header.Set("Accept-Encoding", "br")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var got map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got["name"] != s.opts.Name || got["short_name"] != s.opts.Name || got["scope"] != "/" {
		t.Errorf("got %v", got)
	}
}

func TestThePolicyKeepsThePageToItsOrigin(t *testing.T) {
	s := newSite(t, withPage)
	policy := get(t, s, "http://chat.example.org:8080/").Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval';", "style-src 'self';", "ws://chat.example.org:8080"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %s: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe-inline") || strings.Contains(pagePolicy("x; script-src *"), "*") {
		t.Errorf("got %s", policy)
	}
}

func TestAssets(t *testing.T) {
	s := newSite(t, withPage)
	tests := map[string]struct{ path, accept, body, encoding, cache string }{
		"smallest":         {"/assets/main-1.js", "gzip, deflate, br", "brotli", "br", "immutable"},
		"gzip":             {"/assets/main-1.js", "gzip", "gzip", "gzip", "immutable"},
		"as it is":         {"/assets/main-1.js", "", "plain", "", "immutable"},
		"refused":          {"/assets/main-1.js", "br;q=0, gzip; q=0.0", "plain", "", "immutable"},
		"with a weight":    {"/assets/main-1.js", "br;q=0, gzip;q=0.5", "gzip", "gzip", "immutable"},
		"no other form":    {"/assets/a.wasm", "br", "wasm", "", "immutable"},
		"at a fixed place": {"/sw.js", "br", "worker", "", "no-cache"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", tt.path, nil)
			r.Header.Set("Accept-Encoding", tt.accept)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			h := w.Header()
			if w.Body.String() != tt.body || h.Get("Content-Encoding") != tt.encoding || !strings.Contains(h.Get("Cache-Control"), tt.cache) {
				t.Errorf("got %q, %v", w.Body, h)
			}
			r.Header.Set("If-None-Match", h.Get("ETag"))
			w = httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code != 304 {
				t.Errorf("asked again: %d", w.Code)
			}
		})
	}
	if w := get(t, s, "/assets/main-1.js.br"); w.Code != 404 {
		t.Errorf("the compressed form has an address: %d", w.Code)
	}
}

func TestThePageOfOtherClientsKeepsAnAddress(t *testing.T) {
	s := newSite(t, withPage)
	if page := get(t, s, "/connect").Body.String(); !strings.Contains(page, "Point a client at it") || !strings.Contains(page, "in the browser") {
		t.Error("/connect is not the page for other clients")
	}
	if page := get(t, newSite(t, nil), "/").Body.String(); !strings.Contains(page, "not part of this build") {
		t.Error("without the web client nothing says so")
	}
}

func TestLinksLeadIntoTheBrowser(t *testing.T) {
	s := newSite(t, func(o *Options) {
		withPage(o)
		o.Find = func(context.Context, Link) (*Card, error) { return &Card{Kind: "Channel", Title: "News"}, nil }
	})
	for path, want := range map[string]string{"/news_room/15": `href="/#@news_room/15"`, "/+AbCd_fGh1234": `href="/#&#43;AbCd_fGh1234"`} {
		if page := get(t, s, path).Body.String(); !strings.Contains(page, want) {
			t.Errorf("%s: no %s in %s", path, want, page)
		}
	}
	if w := get(t, s, "/c/12/34"); w.Code != 302 || w.Header().Get("Location") != "/#c12/34" {
		t.Errorf("private link: %d %s", w.Code, w.Header().Get("Location"))
	}
}

func TestABrokenBuildIsRefused(t *testing.T) {
	tests := map[string]fstest.MapFS{
		"no place":     {"index.html": {Data: []byte("<html>")}},
		"manifest":     {"index.html": {Data: []byte(place)}, manifest: {Data: []byte("{")}},
		"unknown type": {"index.html": {Data: []byte(place)}, "x.exe": {Data: []byte("x")}},
	}
	for name, page := range tests {
		t.Run(name, func(t *testing.T) {
			opts := newSite(t, nil).opts
			opts.Page = page
			if _, err := New(opts); err == nil {
				t.Error("got no error")
			}
		})
	}
}
