package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"math"
)

const (
	gifWidth  = 320
	gifHeight = 200
	gifFrames = 16
	gifPause  = 12 // hundredths of a second
)

// sunrise is a moving picture: a sun that comes up over the sea, and goes again.
func sunrise(w, h int) ([]byte, error) {
	shades := dawnShades()
	film := &gif.GIF{}
	for i := range gifFrames {
		height := math.Sin(math.Pi * float64(i) / gifFrames) // of the sun, 0 to 1
		frame := image.NewPaletted(image.Rect(0, 0, w, h), shades)
		for x := range w {
			for y := range h {
				frame.SetColorIndex(x, y, dawnAt(float64(x)/float64(w), float64(y)/float64(h), height))
			}
		}
		film.Image, film.Delay = append(film.Image, frame), append(film.Delay, gifPause)
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, film)
	return b.Bytes(), err
}

const skyShades = 24

// dawnShades are the sky from above to the horizon, the sea, its glitter, and the sun.
func dawnShades() color.Palette {
	var all color.Palette
	for i := range skyShades {
		all = append(all, mix(rgb(0x27406f), rgb(0xf6b27a), float64(i)/skyShades))
	}
	return append(all, rgb(0x1d3350), rgb(0xe7a873), rgb(0xfff3d6))
}

// dawnAt is the shade of a place when the sun stands so high.
func dawnAt(x, y, height float64) uint8 {
	const horizon = 0.68
	if y < horizon {
		if oval(x, y, 0.5, horizon+0.1-0.45*height, 0.085, 0.136) {
			return skyShades + 2
		}
		return uint8(min(skyShades-1, skyShades*(0.25+0.75*height)*y/horizon))
	}
	glitter := math.Abs(x-0.5) < 0.03+0.3*(y-horizon) && math.Sin(160*y*y+9*height) > 0.2 && height > 0.2
	if glitter {
		return skyShades + 1
	}
	return skyShades
}
