package format

import (
	"bytes"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/webp"
)

// Any picture comes back as it was, by the decoder of another.
func TestLosslessPictures(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	paints := map[string]func(x, y int) color.NRGBA{
		"one colour": func(int, int) color.NRGBA { return color.NRGBA{1, 2, 3, 255} },
		"nothing":    func(int, int) color.NRGBA { return color.NRGBA{} },
		"gradient":   func(x, y int) color.NRGBA { return color.NRGBA{uint8(x), uint8(y), uint8(x + y), 255} },
		"noise": func(int, int) color.NRGBA {
			v := random.Uint32()
			return color.NRGBA{uint8(v), uint8(v >> 8), uint8(v >> 16), uint8(v >> 24)}
		},
		"rare colours": func(x, y int) color.NRGBA { // counts that make deep trees
			v := uint8(1)
			for n := random.Uint64(); n&1 == 0 && v < 60; n >>= 1 {
				v++
			}
			return color.NRGBA{v, v * 3, v * 5, 255 - v}
		},
		"stripes": func(x, y int) color.NRGBA { return color.NRGBA{uint8(x / 7 % 2 * 255), 0, uint8(y % 3), 255} },
	}
	for name, paint := range paints {
		for _, size := range []image.Point{{512, 512}, {512, 1}, {1, 512}, {100, 100}, {1, 1}, {511, 3}} {
			img := image.NewNRGBA(image.Rectangle{Max: size})
			for y := range size.Y {
				for x := range size.X {
					img.SetNRGBA(x, y, paint(x, y))
				}
			}
			out := encodeWebP(img)
			back, err := webp.Decode(bytes.NewReader(out))
			if err != nil {
				t.Errorf("%s, %v: %v", name, size, err)
				continue
			}
			same := true
			for y := range size.Y {
				for x := range size.X {
					same = same && color.NRGBAModel.Convert(back.At(x, y)) == color.NRGBAModel.Convert(img.At(x, y))
				}
			}
			if !same {
				t.Errorf("%s, %v: another picture", name, size)
			}
			t.Logf("%s, %v: %d bytes", name, size, len(out))
		}
	}
}

// No count makes a code that is too long, and each code can be read.
func FuzzWidths(f *testing.F) {
	f.Add([]byte{1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233})
	f.Fuzz(func(t *testing.T, in []byte) {
		counts := make([]int, min(len(in), 280)+2)
		counts[0], counts[1] = 1, 1
		for i, n := range in[:len(counts)-2] {
			counts[i+2] = 1 << (n % 40)
		}
		room := 0
		for symbol, width := range widthsOf(counts, 15) {
			if width < 1 || width > 15 {
				t.Fatalf("symbol %d has %d bits", symbol, width)
			}
			room += 1 << (15 - width)
		}
		if room != 1<<15 {
			t.Errorf("the codes fill %d of %d", room, 1<<15)
		}
	})
}
