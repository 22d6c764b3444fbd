package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// A mood is the colours of a picture: the sky above and at the horizon, and the nearest hills.
type mood struct{ top, low, hill color.RGBA }

var moods = []mood{
	{rgb(0x1d3b6f), rgb(0xf2b279), rgb(0x16242f)}, // dawn
	{rgb(0x4fa3d9), rgb(0xe8f4fa), rgb(0x2f6b3c)}, // summer
	{rgb(0x0b1026), rgb(0x3a7d7c), rgb(0x05070d)}, // northern night
	{rgb(0x7a3b69), rgb(0xf5d6a8), rgb(0x3b1f33)}, // evening
	{rgb(0x9fb8c4), rgb(0xf3f1ea), rgb(0x51626b)}, // fog
	{rgb(0x2a6f97), rgb(0xfcefb4), rgb(0x1b4332)}, // fjord
}

func rgb(c uint32) color.RGBA {
	return color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 255}
}

// landscape draws hills before a sky, as a JPEG. Equal seeds draw equal pictures.
func landscape(w, h, seed int) ([]byte, error) {
	m := moods[seed%len(moods)]
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		ridges := ridgesAt(float64(x)/float64(w), seed)
		for y := range h {
			img.SetRGBA(x, y, m.at(float64(x)/float64(w), float64(y)/float64(h), ridges, seed))
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88})
	return b.Bytes(), err
}

// ridgesAt is how far down the hills begin at a place, the farthest first.
func ridgesAt(x float64, seed int) (ridges [4]float64) {
	for i := range ridges {
		s := float64(seed*7 + i*13)
		ridges[i] = 0.45 + 0.13*float64(i) + 0.07*math.Sin(x*(3+float64(i))+s) + 0.035*math.Sin(x*(9+2*float64(i))+2*s)
	}
	return ridges
}

// at is the colour of a point.
func (m mood) at(x, y float64, ridges [4]float64, seed int) color.RGBA {
	for i := len(ridges) - 1; i >= 0; i-- {
		if y > ridges[i] {
			return mix(m.low, m.hill, 0.4+0.2*float64(i))
		}
	}
	sky := mix(m.top, m.low, y/0.6)
	sunX, sunY := 0.25+0.5*math.Mod(float64(seed)*0.37, 1), 0.3
	glow := math.Exp(-90 * ((x-sunX)*(x-sunX) + (y-sunY)*(y-sunY)))
	return mix(sky, color.RGBA{255, 250, 235, 255}, 0.9*glow)
}

func mix(a, b color.RGBA, share float64) color.RGBA {
	share = min(max(share, 0), 1)
	one := func(a, b uint8) uint8 { return uint8(float64(a)*(1-share) + float64(b)*share) }
	return color.RGBA{one(a.R, b.R), one(a.G, b.G), one(a.B, b.B), 255}
}
