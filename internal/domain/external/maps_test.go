package external

import (
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	"hermod/internal/guard"
)

var oslo = Map{Lat: 59.9139, Lon: 10.7522, W: 320, H: 200, Zoom: 15, Scale: 2}

func TestMap(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "image/png")
		_, _ = io.WriteString(w, r.URL.RequestURI())
	}))
	defer s.Close()
	template := s.URL + "/{zoom}/{x}/{y}?at={lat},{lon}&size={w}x{h}@{scale}"
	m := NewMaps(guard.New(Provider(template)), template)
	for range 3 {
		p, err := m.Get(t.Context(), oslo)
		if want := "/15/17362/9531?at=59.913900,10.752200&size=320x200@2"; err != nil || string(p.Body) != want || p.Type != "image/png" {
			t.Errorf("got %q of %q, %v; want %q", p.Body, p.Type, err, want)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestMapsThatAreNot(t *testing.T) {
	client := site(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", map[bool]string{true: "image/png", false: "text/html"}[r.URL.Path == "/long"])
		_, _ = w.Write(make([]byte, maxPicture+1))
	})
	for name, m := range map[string]*Maps{
		"no provider":   NewMaps(client, ""),
		"no picture":    NewMaps(client, "http://example.com/{zoom}/{x}/{y}"),
		"a long answer": NewMaps(client, "http://example.com/long?{zoom}/{x}/{y}"),
		"inside":        NewMaps(guard.New(), "http://127.0.0.1:1/{zoom}/{x}/{y}"),
	} {
		if p, err := m.Get(t.Context(), oslo); !errors.Is(err, ErrMap) {
			t.Errorf("%s: got %+v, %v", name, p, err)
		}
	}
	m := NewMaps(client, "http://example.com/{zoom}/{x}/{y}")
	for name, change := range map[string]func(*Map){
		"narrow": func(m *Map) { m.W = 15 }, "high": func(m *Map) { m.H = 1025 }, "far": func(m *Map) { m.Zoom = 12 },
		"near": func(m *Map) { m.Zoom = 21 }, "sharp": func(m *Map) { m.Scale = 4 }, "pole": func(m *Map) { m.Lat = 89 },
		"beyond": func(m *Map) { m.Lon = 181 }, "no number": func(m *Map) { m.Lat = math.NaN() }, "endless": func(m *Map) { m.Lon = math.Inf(1) },
	} {
		at := oslo
		if change(&at); at.valid() {
			t.Errorf("%s: is taken", name)
		}
	}
	if _, err := m.Get(t.Context(), Map{}); !errors.Is(err, ErrMap) {
		t.Errorf("nowhere: %v", err)
	}
}

// Whatever place somebody names, the number of its tile is one that there is, and the address one of the provider.
func FuzzMapAddress(f *testing.F) {
	f.Add(59.9, 10.7, 15)
	f.Add(-85.0511, 180.0, 20)
	f.Add(85.0511, -180.0, 13)
	f.Fuzz(func(t *testing.T, lat, lon float64, zoom int) {
		at := Map{Lat: lat, Lon: lon, W: 100, H: 100, Zoom: zoom, Scale: 1}
		if !at.valid() {
			return
		}
		if x, y := at.tile(); x < 0 || y < 0 || x >= 1<<zoom || y >= 1<<zoom {
			t.Errorf("%+v: tile %d, %d", at, x, y)
		}
		u, err := url.Parse(at.address("http://example.com/{zoom}/{x}/{y}?{lat},{lon}"))
		if err != nil || u.Host != "example.com" {
			t.Errorf("%+v: got %v, %v", at, u, err)
		}
	})
}
