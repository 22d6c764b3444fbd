package pictures

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"hermod/internal/domain/reactions"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func TestEveryReactionHasPictures(t *testing.T) {
	s, err := Load()()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reactions.Emoji() {
		a := s.Available(string(r), 2)
		if a == nil {
			t.Errorf("no picture of %s", r)
			continue
		}
		for _, layer := range []int{137, tg.Newest} {
			if len(tl.Encode(a, layer)) == 0 {
				t.Errorf("%s has no form in layer %d", r, layer)
			}
		}
		if still := content(t, s, a.StaticIcon); !bytes.HasPrefix(still, []byte("RIFF")) {
			t.Errorf("the icon of %s is no WebP", r)
		}
		for _, doc := range []tg.DocumentClass{a.AppearAnimation, a.SelectAnimation, a.ActivateAnimation, a.EffectAnimation} {
			checkAnimation(t, string(r), content(t, s, doc))
		}
	}
	if len(s.byID) != int(kinds)*len(s.byEmoji) {
		t.Errorf("%d ids of %d pictures", len(s.byID), int(kinds)*len(s.byEmoji))
	}
}

func content(t *testing.T, s *Set, doc tg.DocumentClass) []byte {
	t.Helper()
	p, ok := s.ByID(doc.(*tg.Document).ID)
	if !ok || int64(len(p.Content)) != p.Size {
		t.Fatalf("document %d has %d bytes, and says %d", p.ID, len(p.Content), p.Size)
	}
	return p.Content
}

// checkAnimation holds what clients demand of animated stickers.
func checkAnimation(t *testing.T, name string, b []byte) {
	t.Helper()
	const most = 64 << 10
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil || len(b) > most {
		t.Fatalf("%s: %d bytes, %v", name, len(b), err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		W, H, FR, OP int
		Layers       []struct{ Ty int }
	}
	if err := json.Unmarshal(raw, &file); err != nil || file.W != 512 || file.H != 512 || file.FR != 60 || file.OP > 180 || len(file.Layers) == 0 {
		t.Errorf("%s: %+v, %v", name, file, err)
	}
}

// unpack reads an outline as clients do.
func unpack(b []byte) string {
	path := "M"
	for _, n := range b {
		switch {
		case n >= 192:
			path += letters[n-192 : n-192+1]
			continue
		case n >= 128:
			path += ","
		case n >= 64:
			path += "-"
		}
		path += itoa(int(n & 63))
	}
	return path + "z"
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func TestOutline(t *testing.T) {
	d := drawing{Shapes: []shape{{Path: "M0 1600L3200 -100C100 200 300 400 500 600Z"}}}
	got := unpack(d.outline())
	want := "M0,256C0,256,512-16,512-16C16,32,48,64,80,96z"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBrokenPaths(t *testing.T) {
	for _, path := range []string{"X", "M1", "L1 2", "M1 2C3", "M1 2Q1 2 3 4"} {
		if _, err := contours(path); err == nil {
			t.Errorf("%q was read", path)
		}
	}
	if got, err := contours("M1 2L3 4Z" + strings.Repeat("M5-6", 2)); err != nil || len(got) != 3 || got[2][0].at[1] != -6*unit {
		t.Errorf("got %v, %v", got, err)
	}
}
