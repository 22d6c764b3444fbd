package progressive

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

// A painter gives the colour of a pixel.
type painter func(x, y int) color.RGBA

func paint(w, h int, p painter) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, p(x, y))
		}
	}
	return m
}

// smooth has slow waves of colour and one sharp edge, like a photo.
func smooth(x, y int) color.RGBA {
	wave := func(f, g float64) uint8 { return uint8(128 + 100*math.Sin(float64(x)*f+float64(y)*g)) }
	if x > y {
		return color.RGBA{wave(0.02, 0.01), wave(0.01, 0.03), wave(0.015, 0.02), 255}
	}
	return color.RGBA{wave(0.05, 0.02), 200, 90, 255}
}

func noise(seed uint64) painter {
	r := rand.New(rand.NewPCG(seed, 1))
	return func(int, int) color.RGBA {
		n := r.Uint32()
		return color.RGBA{uint8(n), uint8(n >> 8), uint8(n >> 16), 255}
	}
}

// distance is the mean error of one picture against another, over all channels.
func distance(a *image.RGBA, b image.Image) float64 {
	sum, size := 0.0, a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			p := a.RGBAAt(x, y)
			r, g, bl, _ := b.At(x, y).RGBA()
			for _, d := range [...]float64{float64(p.R) - float64(r>>8), float64(p.G) - float64(g>>8), float64(p.B) - float64(bl>>8)} {
				sum += math.Abs(d)
			}
		}
	}
	return sum / float64(3*size.X*size.Y)
}

// standard is what the standard library makes of the same picture.
func standard(t *testing.T, m image.Image, quality int) (image.Image, int) {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	n := b.Len()
	d, err := jpeg.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return d, n
}

func TestEncodeIsAsGoodAsSequential(t *testing.T) {
	pictures := map[string]painter{
		"smooth": smooth, "noise": noise(1),
		"white": func(int, int) color.RGBA { return color.RGBA{255, 255, 255, 255} },
		"checks": func(x, y int) color.RGBA {
			v := uint8(255 * ((x + y) & 1))
			return color.RGBA{v, v, v, 255}
		},
	}
	for name, p := range pictures {
		for _, size := range []image.Point{{1, 1}, {8, 8}, {16, 16}, {17, 9}, {7, 65}, {100, 40}, {333, 250}} {
			for _, quality := range []int{1, 20, 87, 100} {
				m := paint(size.X, size.Y, p)
				data, _, err := Encode(m, quality)
				if err != nil {
					t.Fatal(err)
				}
				got, err := jpeg.Decode(bytes.NewReader(data))
				if err != nil {
					t.Fatalf("%s, %v, quality %d: %v", name, size, quality, err)
				}
				if got.Bounds().Size() != size {
					t.Fatalf("%s: got %v, want %v", name, got.Bounds(), size)
				}
				want, bytes := standard(t, m, quality)
				if mine, theirs := distance(m, got), distance(m, want); mine > theirs*1.05+0.7 {
					t.Errorf("%s, %v, quality %d: off by %.2f, sequential %.2f", name, size, quality, mine, theirs)
				}
				if len(data) > bytes+400 {
					t.Errorf("%s, %v, quality %d: %d bytes, sequential %d", name, size, quality, len(data), bytes)
				}
			}
		}
	}
}

func TestScansMakeThePictureSharper(t *testing.T) {
	m := paint(640, 480, smooth)
	data, scans, err := Encode(m, 87)
	if err != nil {
		t.Fatal(err)
	}
	if len(scans) != Scans() || scans[len(scans)-1] != int64(len(data)) {
		t.Fatalf("got scans %v of %d bytes", scans, len(data))
	}
	last := 256.0
	for i, n := range scans {
		if i > 0 && n <= scans[i-1] {
			t.Errorf("scan %d ends at %d, before the one before it", i, n)
		}
		// What is loaded so far, ended as a client ends it.
		got, err := jpeg.Decode(bytes.NewReader(append(bytes.Clone(data[:n]), 0xff, markerEOI)))
		if err != nil {
			t.Fatalf("after scan %d: %v", i, err)
		}
		if d := distance(m, got); d > last+0.01 {
			t.Errorf("after scan %d: off by %.2f, before it %.2f", i, d, last)
		} else {
			last = d
		}
	}
	if last > 3 {
		t.Errorf("the whole is off by %.2f", last)
	}
}

// No file ends earlier than half of it, and nothing of the picture's surroundings gets in: no comment, no EXIF.
func TestMarkers(t *testing.T) {
	data, _, err := Encode(paint(64, 48, smooth), 80)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(data, []byte{0xff, markerSOI, 0xff, markerAPP0}) || !bytes.HasSuffix(data, []byte{0xff, markerEOI}) {
		t.Errorf("begins with %x, ends with %x", data[:4], data[len(data)-2:])
	}
	if n := bytes.Count(data, []byte{0xff, markerSOS}); n != Scans() {
		t.Errorf("%d scans, want %d", n, Scans())
	}
}

func TestSubImages(t *testing.T) {
	whole := paint(200, 200, smooth)
	part := whole.SubImage(image.Rect(50, 60, 90, 110)).(*image.RGBA)
	copied := paint(40, 50, func(x, y int) color.RGBA { return whole.RGBAAt(x+50, y+60) })
	a, _, err := Encode(part, 90)
	if err != nil {
		t.Fatal(err)
	}
	if b, _, err := Encode(copied, 90); err != nil || !bytes.Equal(a, b) {
		t.Errorf("a part of a picture differs from its copy: %v", err)
	}
}

func TestEncodeRefusesSizes(t *testing.T) {
	for _, r := range []image.Rectangle{{}, image.Rect(0, 0, 65536, 1), image.Rect(0, 0, 1, 65536)} {
		if _, _, err := Encode(image.NewRGBA(r), 80); !errors.Is(err, ErrSize) {
			t.Errorf("%v: got %v", r, err)
		}
	}
}

// Whatever is counted becomes a code in which no symbol is the beginning of another, none is ones only, and none is
// longer than 16 bits.
func FuzzTable(f *testing.F) {
	f.Add([]byte{1})
	f.Add([]byte{1, 1, 1, 1, 2, 2, 255, 0, 3})
	f.Add([]byte{20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41})
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 256 {
			return
		}
		var seen frequencies
		used := 0
		for i, n := range in {
			if n == 0 {
				continue
			}
			used++
			seen[i] = 1 << (n % 40) // as uneven as can be
		}
		if used == 0 {
			return
		}
		checkTable(t, &seen, used)
	})
}

func checkTable(t *testing.T, seen *frequencies, used int) {
	t.Helper()
	table := newTable(seen)
	if len(table.symbols) != used {
		t.Fatalf("%d symbols, want %d", len(table.symbols), used)
	}
	codes := table.codes()
	space := 0
	for symbol, n := range seen {
		c := codes[symbol]
		if n == 0 {
			continue
		}
		if c.n == 0 || c.n > maxCode || c.bits >= 1<<c.n-1 {
			t.Fatalf("symbol %d has %d bits %b", symbol, c.n, c.bits)
		}
		space += 1 << (maxCode - c.n)
	}
	if space >= 1<<maxCode {
		t.Fatalf("codes overlap, or take the place of the reserved one")
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(uint8(9), uint8(17), uint8(80), []byte{1, 200, 30})
	f.Fuzz(func(t *testing.T, w, h, quality uint8, colours []byte) {
		if w == 0 || h == 0 || len(colours) == 0 {
			return
		}
		at := 0
		next := func() uint8 { at++; return colours[at%len(colours)] }
		m := paint(int(w), int(h), func(int, int) color.RGBA { return color.RGBA{next(), next(), next(), 255} })
		data, _, err := Encode(m, int(quality))
		if err != nil {
			t.Fatal(err)
		}
		got, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil || got.Bounds().Size() != m.Bounds().Size() {
			t.Fatalf("%v", err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	m := paint(1280, 960, smooth)
	b.ReportAllocs()
	b.SetBytes(int64(1280 * 960))
	for b.Loop() {
		if _, _, err := Encode(m, 87); err != nil {
			b.Fatal(err)
		}
	}
}
