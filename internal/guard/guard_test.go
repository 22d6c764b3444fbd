package guard

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// site starts a web site; the returned client is led to it, whatever the address.
func site(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return Dialing(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
	})
}

func fetch(t *testing.T, c *Client, raw string, b Bounds) (File, []byte, error) {
	t.Helper()
	u, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Fetch(t.Context(), u, b)
	if err != nil {
		return File{}, nil, err
	}
	defer func() { _ = f.Close() }()
	body, err := io.ReadAll(f)
	return File{Type: f.Type, Name: f.Name, Size: f.Size}, body, err
}

func TestFetch(t *testing.T) {
	content := bytes.Repeat([]byte("x"), 100_000)
	c := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			http.NotFound(w, r)
			return
		case "/moved":
			http.Redirect(w, r, "/pictures/a.png", http.StatusFound)
			return
		case "/inside":
			http.Redirect(w, r, "http://127.0.0.1/x", http.StatusFound)
			return
		case "/cut":
			w.Header().Set("Content-Length", "200000")
		case "/endless":
			w.Header().Set("Content-Type", "image/png")
			w.(http.Flusher).Flush() // no length
		case "/named":
			w.Header().Set("Content-Disposition", `attachment; filename="../../etc/passwd"`)
		}
		w.Header().Set("Content-Type", "image/png; x=y")
		_, _ = w.Write(content)
	})
	small := Bounds{Max: 100_000, Time: time.Minute, Types: []string{"text/plain", "image/"}}
	got, body, err := fetch(t, c, "example.com/moved", small)
	if err != nil || !bytes.Equal(body, content) || got.Type != "image/png" || got.Name != "a.png" || got.Size >= 0 && got.Size != 100_000 {
		t.Errorf("got %+v, %d bytes, %v", got, len(body), err)
	}
	if got, _, err := fetch(t, c, "example.com/named", small); err != nil || got.Name != "passwd" {
		t.Errorf("got %+v, %v", got, err)
	}
	for path, want := range map[string]error{
		"/gone": ErrGone, "/inside": ErrRefused, "/cut": io.ErrUnexpectedEOF,
	} {
		b := small
		b.Max *= 2
		if _, _, err := fetch(t, c, "example.com"+path, b); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", path, err, want)
		}
	}
	b := small
	b.Types = []string{"image/gif"}
	if _, _, err := fetch(t, c, "example.com/a", b); !errors.Is(err, ErrType) {
		t.Errorf("another kind: %v", err)
	}
	small.Max--
	for _, path := range []string{"/a", "/endless"} {
		if _, body, err := fetch(t, c, "example.com"+path, small); !errors.Is(err, ErrTooBig) || len(body) > 99_999 {
			t.Errorf("%s: got %d bytes, %v", path, len(body), err)
		}
	}
}

// A site that never ends its answer is left at the deadline.
func TestFetchOfWhatNeverEnds(t *testing.T) {
	c := site(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	if _, _, err := fetch(t, c, "example.com/a", Bounds{Max: 10, Time: 100 * time.Millisecond}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// What the operator chose may be inside; where it sends on to may not.
func TestTrusted(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/on" {
			http.Redirect(w, r, "http://localhost/", http.StatusFound)
		}
	}))
	defer s.Close()
	u, err := http.NewRequest(http.MethodGet, s.URL+"/tile", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New().Get(t.Context(), u.URL, "*/*"); !errors.Is(err, ErrRefused) {
		t.Errorf("without trust: %v", err)
	}
	c := New(s.Listener.Addr().String())
	res, err := c.Get(t.Context(), u.URL, "*/*")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	u.URL.Path = "/on"
	if _, err := c.Get(t.Context(), u.URL, "*/*"); !errors.Is(err, ErrRefused) {
		t.Errorf("sent on: %v", err)
	}
	u.URL.Host = "127.0.0.1:1"
	if _, err := c.Get(t.Context(), u.URL, "*/*"); !errors.Is(err, ErrRefused) {
		t.Errorf("another port: %v", err)
	}
}

// The guard stands at the moment of connecting, so a name that leads inside does not help.
func TestGuardedDialer(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	dial := guarded(Public)
	for _, address := range []string{s.Listener.Addr().String(), "localhost:80", "[::1]:80", "169.254.169.254:80"} {
		conn, err := dial(t.Context(), "tcp", address)
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%s: got %v, %v", address, conn, err)
		}
	}
	conn, err := guarded(func(netip.Addr) bool { return true })(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
}

func TestPublic(t *testing.T) {
	tests := map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "100.63.255.255": true, "172.32.0.1": true, "2606:4700::1111": true, "2a00:1450::1": true,
		"127.0.0.1": false, "127.8.8.8": false, "0.0.0.0": false, "10.1.2.3": false, "100.64.0.1": false, "169.254.169.254": false,
		"172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "192.0.2.1": false, "198.18.0.1": false,
		"198.51.100.7": false, "203.0.113.7": false, "224.0.0.1": false, "239.1.1.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "64:ff9b::7f00:1": false, "fe80::1": false,
		"fec0::1": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "2001:db8::1": false, "2002:7f00:1::": false,
		"2001::1": false, "::127.0.0.1": false, "100::1": false, "5f00::1": false,
	}
	for s, want := range tests {
		if got := Public(netip.MustParseAddr(s)); got != want {
			t.Errorf("%s: got %v", s, got)
		}
	}
	if Public(netip.Addr{}) || Public(netip.MustParseAddr("fe80::1%eth0")) {
		t.Error("an address without a value, or with a zone, is not public")
	}
}

func TestParseAddress(t *testing.T) {
	good := map[string]string{
		"example.com":                 "http://example.com/",
		"HTTPS://Example.com:443/A?b": "https://example.com:443/A?b",
		" http://example.com/x#y ":    "http://example.com/x",
		"http://8.8.8.8/":             "http://8.8.8.8/",
	}
	for in, want := range good {
		u, err := Parse(in)
		if err != nil || u.String() != want {
			t.Errorf("%q: got %v, %v", in, u, err)
		}
	}
	for _, in := range []string{
		"", "http://", "ftp://example.com/", "file:///etc/passwd", "http://example.com:8080/", "http://example.com:443/", "https://example.com:80",
		"http://me:pw@example.com/", "http://localhost/", "http://printer/", "http://a.local/", "http://127.0.0.1/", "http://[::1]/",
		"http://10.0.0.1/", "http://x.internal./", "javascript:alert(1)", "http://" + strings.Repeat("a", 3000) + ".com/", "http://a b/",
	} {
		if u, err := Parse(in); err == nil {
			t.Errorf("%q: got %v", in, u)
		}
	}
}

// Whatever is asked for, the guard lets nothing through that it would not connect to.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"http://127.1/", "http://0x7f000001/", "http://[::ffff:10.0.0.1]/", "http://2130706433/", "a.b:80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		u, err := Parse(in)
		if err != nil {
			return
		}
		if err := checkURL(u); err != nil {
			t.Errorf("%q: %v", in, err)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && !Public(a) {
			t.Errorf("%q leads to %v", in, a)
		}
		if again, err := Parse(u.String()); err != nil || again.String() != u.String() {
			t.Errorf("%q: %v becomes %v, %v", in, u, again, err)
		}
	})
}
