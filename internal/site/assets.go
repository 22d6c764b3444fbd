package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// An asset is a file of the web client, with the forms of it that were compressed when it was built.
type asset struct {
	kind      string // Content-Type
	lasting   bool   // its name changes with its content
	encodings []encoding
}

// An encoding is a form of a file; name is "" for the file as it is.
type encoding struct {
	name string
	body []byte
	etag string
}

// kinds are the types of the files, which must not depend on the machine: a browser takes a script or a style only by
// its right name.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm",
	".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg",
	".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

// preferred are the encodings that a file may have beside itself, the smallest first.
var preferred = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// readAssets reads the built page into memory. It fails on a file of a type that kinds does not list.
func readAssets(page fs.FS) (map[string]*asset, error) {
	assets := make(map[string]*asset)
	err := fs.WalkDir(page, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || compressed(name) {
			return err
		}
		a, err := readAsset(page, name)
		assets["/"+name] = a
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the web client: %w", err)
	}
	return assets, nil
}

func compressed(name string) bool {
	ext := path.Ext(name)
	return ext == ".br" || ext == ".gz"
}

func readAsset(page fs.FS, name string) (*asset, error) {
	kind, ok := kinds[path.Ext(name)]
	if !ok {
		return nil, fmt.Errorf("%s: a file of unknown type", name)
	}
	a := &asset{kind: kind, lasting: strings.HasPrefix(name, "assets/")}
	for _, p := range preferred {
		if body, err := fs.ReadFile(page, name+p.suffix); err == nil {
			a.encodings = append(a.encodings, newEncoding(p.name, body))
		}
	}
	body, err := fs.ReadFile(page, name)
	if err != nil {
		return nil, err
	}
	a.encodings = append(a.encodings, newEncoding("", body))
	return a, nil
}

func newEncoding(name string, body []byte) encoding {
	sum := sha256.Sum256(body)
	return encoding{name: name, body: body, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// choose returns the best form for who sends accept as Accept-Encoding.
func (a *asset) choose(accept string) encoding {
	for _, e := range a.encodings[:len(a.encodings)-1] {
		if accepts(accept, e.name) {
			return e
		}
	}
	return a.encodings[len(a.encodings)-1]
}

// accepts reports whether an Accept-Encoding names an encoding and does not refuse it.
// Spec: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
func accepts(header, name string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), name) {
			weight = strings.ReplaceAll(weight, " ", "")
			return strings.Trim(strings.TrimPrefix(weight, "q="), "0.") != "" || weight == ""
		}
	}
	return false
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	e := a.choose(r.Header.Get("Accept-Encoding"))
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("ETag", e.etag)
	h.Set("Cache-Control", "no-cache")
	if a.lasting {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if len(a.encodings) > 1 {
		h.Set("Vary", "Accept-Encoding")
	}
	if e.name != "" {
		h.Set("Content-Encoding", e.name)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(e.body))
}
