package format

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		img.SetNRGBA(x, x%h, color.NRGBA{uint8(x), 100, 200, uint8(255 - x%7)})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packed(t testing.TB, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lottieOf is an animation of a size, a rate and so many frames.
func lottieOf(w, rate, frames int) string {
	return fmt.Sprintf(`{"tgs":1,"v":"5.5.2","fr":%d,"ip":0,"op":%d,"w":%d,"h":512,"layers":[{}]}`, rate, frames, w)
}

func TestCheck(t *testing.T) {
	tests := map[string]struct {
		use  Use
		data []byte
		want Info
		err  error
	}{
		"png":               {Sticker, pngOf(t, 512, 300), Info{Kind: Still, MIME: MIMEPNG, W: 512, H: 300}, nil},
		"png, none is 512":  {Sticker, pngOf(t, 511, 300), Info{}, ErrDimensions},
		"png, too large":    {Sticker, pngOf(t, 513, 512), Info{}, ErrDimensions},
		"png, half of it":   {Sticker, pngOf(t, 512, 300)[:200], Info{}, ErrPicture},
		"png as emoji":      {Emoji, pngOf(t, 100, 100), Info{Kind: Still, MIME: MIMEPNG, W: 100, H: 100}, nil},
		"large as emoji":    {Emoji, pngOf(t, 512, 512), Info{}, ErrDimensions},
		"png as thumb":      {Thumb, pngOf(t, 100, 100), Info{Kind: Still, MIME: MIMEPNG, W: 100, H: 100}, nil},
		"webp":              {Mask, sample(t, "sticker.webp"), Info{Kind: Still, MIME: MIMEWebP, W: 512, H: 256}, nil},
		"webp that moves":   {Sticker, sample(t, "moving.webp"), Info{}, ErrPicture},
		"tgs":               {Sticker, packed(t, lottieOf(512, 60, 180)), Info{Kind: Animation, MIME: MIMETGS, W: 512, H: 512}, nil},
		"tgs, 30 a second":  {Emoji, packed(t, lottieOf(512, 30, 90)), Info{Kind: Animation, MIME: MIMETGS, W: 512, H: 512}, nil},
		"tgs, too long":     {Sticker, packed(t, lottieOf(512, 60, 181)), Info{}, ErrAnimation},
		"tgs, too fast":     {Sticker, packed(t, lottieOf(512, 61, 60)), Info{}, ErrAnimation},
		"tgs, too small":    {Sticker, packed(t, lottieOf(256, 60, 60)), Info{}, ErrAnimation},
		"tgs, no frames":    {Sticker, packed(t, lottieOf(512, 60, 0)), Info{}, ErrAnimation},
		"gzip of something": {Sticker, packed(t, "hello"), Info{}, ErrAnimation},
		"gzip bomb":         {Sticker, packed(t, `{"v":"`+strings.Repeat("a", 30<<20)+`"}`), Info{}, ErrAnimation},
		"webm":              {Sticker, sample(t, "sticker.webm"), Info{Kind: Video, MIME: MIMEWebM, W: 512, H: 384, Duration: 1}, nil},
		"webm as it flows":  {Sticker, sample(t, "live.webm"), Info{Kind: Video, MIME: MIMEWebM, W: 512, H: 384, Duration: 0.167}, nil},
		"webm as emoji":     {Emoji, sample(t, "emoji.webm"), Info{Kind: Video, MIME: MIMEWebM, W: 100, H: 100, Duration: 1}, nil},
		"webm, wrong size":  {Emoji, sample(t, "sticker.webm"), Info{}, ErrDimensions},
		"webm, too long":    {Sticker, sample(t, "long.webm"), Info{}, ErrLong},
		"webm with sound":   {Sticker, sample(t, "sound.webm"), Info{}, ErrVideo},
		"webm with VP8":     {Sticker, sample(t, "vp8.webm"), Info{}, ErrVideo},
		"webm, half of it":  {Sticker, sample(t, "sticker.webm")[:3000], Info{}, ErrVideo},
		"a big file":        {Sticker, append(sample(t, "sticker.webm"), make([]byte, 256<<10)...), Info{}, ErrLong},
		"text":              {Sticker, []byte("hello"), Info{}, ErrKind},
		"nothing":           {Sticker, nil, Info{}, ErrKind},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Check(tt.use, tt.data)
			if !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("got %+v, %v; want %+v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// What the header of a video says about its length is not believed when frames come later.
func TestFramesCountMoreThanTheHeader(t *testing.T) {
	long := sample(t, "long.webm")
	at := bytes.Index(long, []byte{0x44, 0x89, 0x88})
	if at < 0 {
		t.Fatal("no duration in the sample")
	}
	copy(long[at+3:], make([]byte, 8))
	if _, err := Check(Sticker, long); !errors.Is(err, ErrLong) {
		t.Errorf("got %v", err)
	}
}

// Nor what it says about the size of the picture.
func TestFrameTellsTheSize(t *testing.T) {
	b := sample(t, "sticker.webm")
	at := bytes.Index(b, []byte{idPixelWidth, 0x82, 2, 0})
	if at < 0 {
		t.Fatal("no width in the sample")
	}
	copy(b[at+2:], []byte{1, 0})
	if _, err := Check(Sticker, b); !errors.Is(err, ErrVideo) {
		t.Errorf("got %v", err)
	}
}

func TestWebP(t *testing.T) {
	in := pngOf(t, 512, 64)
	out, err := WebP(in)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Check(Sticker, out); err != nil || got.MIME != MIMEWebP || got.W != 512 || got.H != 64 {
		t.Fatalf("got %+v, %v", got, err)
	}
	a, _ := decode(in)
	b, err := decode(out)
	if err != nil {
		t.Fatal(err)
	}
	for x := range 512 {
		if color.NRGBAModel.Convert(a.At(x, x%64)) != color.NRGBAModel.Convert(b.At(x, x%64)) {
			t.Fatalf("pixel %d is %v, was %v", x, b.At(x, x%64), a.At(x, x%64))
		}
	}
	if again, err := WebP(out); err != nil || !bytes.Equal(again, out) {
		t.Errorf("a WebP became another: %v", err)
	}
}

// Whatever comes in: no panic, no endless loop, and what is accepted is within the bounds.
func FuzzCheck(f *testing.F) {
	names, err := filepath.Glob("testdata/*.webm")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(names, "testdata/sticker.webp", "testdata/moving.webp") {
		f.Add(int(Sticker), sample(f, filepath.Base(name)))
	}
	f.Add(int(Emoji), pngOf(f, 100, 100))
	f.Add(int(Thumb), packed(f, lottieOf(512, 60, 60)))
	f.Fuzz(func(t *testing.T, use int, data []byte) {
		info, err := Check(Use(use), data)
		if err != nil {
			if info != (Info{}) {
				t.Errorf("%+v with %v", info, err)
			}
			return
		}
		if len(data) > MaxSize || max(info.W, info.H) > side || info.Duration > maxSeconds+slack || info.MIME == "" {
			t.Errorf("accepted %+v", info)
		}
		if info.Kind == Still {
			if _, err := WebP(data); err != nil {
				t.Errorf("accepted, and cannot be written: %v", err)
			}
		}
	})
}
