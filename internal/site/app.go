package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
)

// place is the element of the built page that the server fills: nothing about an installation is known when the page is
// built, so one build serves any.
const place = `<script type="application/json" id="hermod">{}</script>`

// A config is what the page is told; web/src/lib/api/config.ts reads it.
type config struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	DC          int32  `json:"dc"`
	Test        bool   `json:"test"`
	Key         string `json:"key"`
	Fingerprint string `json:"fingerprint"`
	VAPID       string `json:"vapid"`
	Codes       string `json:"codes"`
	Connect     string `json:"connect"`
}

// An app is the web client, ready to be served.
type app struct {
	page   []byte // index.html, filled in
	etag   string
	config []byte // JSON
	assets map[string]*asset
}

// newApp prepares the web client; without a built page it only knows the configuration.
func newApp(o Options) (*app, error) {
	codes := "other"
	if o.CodesInLog {
		codes = "log"
	}
	// Marshal writes < as \u003c, so nothing in a name ends the element early.
	conf, err := json.Marshal(config{
		Name: o.Name, Version: o.Version, DC: o.DC, Test: o.TestNumbers, Key: strings.TrimSpace(string(o.PublicKey)),
		Fingerprint: fmt.Sprintf("%016x", uint64(o.Fingerprint)), VAPID: o.PushKey, Codes: codes, Connect: "/connect",
	})
	if err != nil {
		return nil, fmt.Errorf("configuration of the page: %w", err)
	}
	a := &app{config: conf}
	if o.Page == nil {
		return a, nil
	}
	if a.assets, err = readAssets(o.Page); err != nil {
		return nil, err
	}
	if err := a.rename(o.Page, o.Name); err != nil {
		return nil, err
	}
	return a, a.fill(o.Page)
}

// manifest says what an installed page is called and looks like.
// Spec: https://www.w3.org/TR/appmanifest/
const manifest = "manifest.webmanifest"

// rename puts the name of the installation into the manifest; a page without one cannot be installed, which is no fault.
func (a *app) rename(page fs.FS, name string) error {
	built := a.assets["/"+manifest]
	if built == nil || name == "" {
		return nil
	}
	text, err := fs.ReadFile(page, manifest)
	if err != nil {
		return fmt.Errorf("read the web client: %w", err)
	}
	var said map[string]any
	if err := json.Unmarshal(text, &said); err != nil {
		return fmt.Errorf("read %s: %w", manifest, err)
	}
	said["name"], said["short_name"] = name, name
	if text, err = json.Marshal(said); err != nil {
		return fmt.Errorf("write %s: %w", manifest, err)
	}
	built.encodings = []encoding{newEncoding("", text)} // without the compressed forms of the old one
	return nil
}

// fill puts the configuration into the page.
func (a *app) fill(page fs.FS) error {
	index, err := fs.ReadFile(page, "index.html")
	if err != nil {
		return fmt.Errorf("read the web client: %w", err)
	}
	if !bytes.Contains(index, []byte(place)) {
		return fmt.Errorf("read the web client: index.html has no place for the configuration")
	}
	filled := strings.Replace(place, "{}", string(a.config), 1)
	e := newEncoding("", bytes.Replace(index, []byte(place), []byte(filled), 1))
	a.page, a.etag = e.body, e.etag
	delete(a.assets, "/index.html")
	return nil
}

// built reports whether there is a page.
func (a *app) built() bool { return a.page != nil }

func (a *app) servePage(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy(r.Host))
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(self), interest-cohort=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", a.etag)
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(a.page)
}

// serveConfig tells the configuration to a page in development, which another program serves.
func (a *app) serveConfig(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(a.config)
}

var hostHeader = regexp.MustCompile(`^[A-Za-z0-9.:\[\]-]{1,260}$`)

// pagePolicy lets the page of the web client load from its own origin alone. Older browsers do not count a WebSocket to
// the same host as that, so it is named.
// Spec: https://www.w3.org/TR/CSP3/
func pagePolicy(host string) string {
	connect := "connect-src 'self' blob: data:"
	if hostHeader.MatchString(host) {
		connect += " ws://" + host + " wss://" + host
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'", connect,
		"img-src 'self' blob: data:", "media-src 'self' blob: data:", "style-src 'self'", "font-src 'self'",
		"manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}
