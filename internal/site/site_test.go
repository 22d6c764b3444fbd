package site

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func newSite(t *testing.T, change func(*Options)) *Site {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	opts := Options{
		Name: "Hermod", Version: "test", DC: 2, Fingerprint: -5,
		PublicKey: pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&key.PublicKey)}),
		Healthy:   func() error { return nil },
	}
	if change != nil {
		change(&opts)
	}
	s, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t *testing.T, s *Site, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", target, nil))
	return w
}

func TestThePageHasEverySnippetWithAddressAndKey(t *testing.T) {
	s := newSite(t, nil)
	page := get(t, s, "http://chat.example.org:8080/").Body.String()
	for _, want := range []string{"chat.example.org", "8080", "fffffffffffffffb", "-----BEGIN RSA PUBLIC KEY-----", "Healthy"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
	for _, c := range clients {
		text, err := snippet(c.file, Target{Host: "chat.example.org", Port: 8080, DC: 2})
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
		}
		if !strings.Contains(text, "chat.example.org") {
			t.Errorf("%s does not name the address", c.file)
		}
	}
	if got := len(Snippets(Target{})); got != len(clients) {
		t.Errorf("%d snippets, want %d", got, len(clients))
	}
}

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	page := get(t, newSite(t, nil), "http://localhost:8080/").Body.String()
	if found := regexp.MustCompile(`(src|href)="https?:`).FindString(page); found != "" {
		t.Errorf("found %s", found)
	}
}

func TestTheConfiguredAddressWins(t *testing.T) {
	s := newSite(t, func(o *Options) { o.Address = "203.0.113.5:443" })
	if page := get(t, s, "http://inside:8080/").Body.String(); !strings.Contains(page, "203.0.113.5") || strings.Contains(page, "inside") {
		t.Error("the page does not show the configured address")
	}
}

// What a browser sends as Host must not get into code that people paste into a shell or an editor.
func TestAHostileHostIsNotShown(t *testing.T) {
	s := newSite(t, nil)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	r.Host = `x"); evil("`
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if strings.Contains(w.Body.String(), "evil") {
		t.Error("the Host header got into the page")
	}
}

func TestStatus(t *testing.T) {
	trouble := newSite(t, func(o *Options) { o.Healthy = func() error { return errors.New("secret detail") } })
	tests := map[string]struct {
		site *Site
		code int
		body string
	}{
		"well":       {newSite(t, nil), 200, `{"healthy":true}`},
		"in trouble": {trouble, 503, `{"healthy":false}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if w := get(t, tt.site, "/status"); w.Code != tt.code || w.Body.String() != tt.body {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, tt.code, tt.body)
			}
		})
	}
	if page := get(t, trouble, "/").Body.String(); !strings.Contains(page, "In trouble") || strings.Contains(page, "secret detail") {
		t.Error("the page hides the trouble, or tells strangers what it is")
	}
}

func TestOtherAddressesAndMethods(t *testing.T) {
	s := newSite(t, nil)
	if w := get(t, s, "/other"); w.Code != 404 {
		t.Errorf("got %d, want 404", w.Code)
	}
	if w := get(t, s, "/rsa_public.pem"); !strings.HasPrefix(w.Body.String(), "-----BEGIN RSA PUBLIC KEY") {
		t.Errorf("got %s", w.Body)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", "/", nil))
	if w.Code != 405 {
		t.Errorf("got %d, want 405", w.Code)
	}
}

func TestNewRefusesAKeyItCannotShow(t *testing.T) {
	if _, err := New(Options{PublicKey: []byte("no key"), Healthy: func() error { return nil }}); err == nil {
		t.Error("got no error")
	}
}
