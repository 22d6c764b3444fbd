// Package site serves what a browser finds at the address of the server: the web client, a page for the makers of
// other clients, which tells whether the server is well and how to point every client library at it, and a page for
// every link to a person or a group.
//
// Everything is embedded and loads nothing from elsewhere. The pages other than the web client work without
// JavaScript, which only adds tabs and copy buttons.
package site

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page.html link.html page.css page.js
var files embed.FS

// Options say what the page tells. All functions may be called at any time from any goroutine.
type Options struct {
	Name    string
	Version string
	DC      int32
	// Address is the public host and port, or "" for the one that the browser used.
	Address     string
	PublicKey   []byte // PEM, PKCS#1
	Fingerprint int64
	TestNumbers bool
	// CodesInLog says that sign-in codes are written to the log of the server, where the page sends people to look.
	CodesInLog bool
	// PushKey is the public key by which browsers know our push messages, base64url; "" for no push.
	PushKey string
	// Page is the built web client, or nil: then the page for other clients stands at "/".
	Page fs.FS
	// Healthy reports what is wrong, or nil.
	Healthy func() error
	// Find tells what links to people and groups here lead to; nil: such links have no page.
	Find Finder
}

// A Site is an http.Handler for the web client at "/", for "/connect", "/rsa_public.pem", "/status" and "/config.json",
// and for links to what is here.
type Site struct {
	opts Options
	app  *app
	key  *rsa.PublicKey
	page *template.Template
	link *template.Template
	csp  string
}

// New prepares the pages. It fails if the public key or the web client cannot be read, or a template does not parse.
func New(opts Options) (*Site, error) {
	key, err := parseKey(opts.PublicKey)
	if err != nil {
		return nil, err
	}
	client, err := newApp(opts)
	if err != nil {
		return nil, err
	}
	css, js := string(file("page.css")), string(file("page.js"))
	embed := template.FuncMap{
		"css": func() template.CSS { return template.CSS(css) },
		"js":  func() template.JS { return template.JS(js) },
	}
	page, err := template.New("page").Funcs(embed).Parse(string(file("page.html")))
	if err != nil {
		return nil, fmt.Errorf("parse page: %w", err)
	}
	link, err := template.New("link").Funcs(embed).Parse(string(file("link.html")))
	if err != nil {
		return nil, fmt.Errorf("parse page of links: %w", err)
	}
	csp := fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		digest(css), digest(js))
	return &Site{opts: opts, app: client, key: key, page: page, link: link, csp: csp}, nil
}

// file returns an embedded file; that it is there is settled when the program is built.
func file(name string) []byte {
	b, _ := files.ReadFile(name)
	return b
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// ServeHTTP answers the addresses of the Site, and 404 for the rest.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	switch r.URL.Path {
	case "/", "/index.html":
		s.serveFront(w, r)
	case "/connect":
		s.servePage(w, r)
	case "/config.json":
		s.app.serveConfig(w)
	case "/rsa_public.pem":
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = w.Write(s.opts.PublicKey)
	case "/status":
		s.serveStatus(w)
	default:
		s.serveOther(w, r)
	}
}

// serveFront answers with the web client, and with the page for other clients where that is not built in.
func (s *Site) serveFront(w http.ResponseWriter, r *http.Request) {
	if s.app.built() {
		s.app.servePage(w, r)
		return
	}
	s.servePage(w, r)
}

func (s *Site) serveOther(w http.ResponseWriter, r *http.Request) {
	if a := s.app.assets[r.URL.Path]; a != nil {
		a.serve(w, r)
		return
	}
	s.serveLink(w, r)
}

func (s *Site) servePage(w http.ResponseWriter, r *http.Request) {
	host, port := s.address(r)
	var b bytes.Buffer
	if err := s.page.Execute(&b, s.view(host, port, r.TLS != nil)); err != nil {
		http.Error(w, "the page could not be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", s.csp)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b.Bytes())
}

// serveStatus answers the page's own question, every few seconds, whether the server is well.
func (s *Site) serveStatus(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if s.opts.Healthy() != nil { // what is wrong is for the operator, who finds it on the admin listener
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"healthy":false}`))
		return
	}
	_, _ = w.Write([]byte(`{"healthy":true}`))
}

// A view is what the template sees.
type view struct {
	Options
	Host, Port  string
	Built       bool // the web client is there
	Healthy     bool
	Fingerprint string
	Key         string
	Snippets    []Snippet
}

func (s *Site) view(host, port string, secure bool) view {
	return view{
		Options: s.opts, Host: host, Port: port, Built: s.app.built(),
		Healthy:     s.opts.Healthy() == nil,
		Fingerprint: fmt.Sprintf("%016x", uint64(s.opts.Fingerprint)),
		Key:         strings.TrimSpace(string(s.opts.PublicKey)),
		Snippets:    s.snippets(host, port, secure),
	}
}

func (s *Site) snippets(host, port string, secure bool) []Snippet {
	number, _ := strconv.Atoi(port)
	return Snippets(Target{
		Host: host, Port: number, DC: s.opts.DC, Secure: secure,
		Key:         strings.TrimSpace(string(s.opts.PublicKey)),
		Fingerprint: strconv.FormatInt(s.opts.Fingerprint, 10), Modulus: fmt.Sprintf("%x", s.key.N), ModulusDecimal: s.key.N.String(),
	})
}

func parseKey(text []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("public key: no PEM block")
	}
	return parsePKCS1(block.Bytes)
}
