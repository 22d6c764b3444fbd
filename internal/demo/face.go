package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
)

// A look is how somebody is drawn: flat, before a plain ground, without features.
type look struct {
	ground, shirt, skin, hair color.RGBA
	cut                       cut
}

// A cut is what makes two heads differ.
type cut int

const (
	short cut = iota
	long
	bun
	beard
)

// portrait draws a look as a JPEG.
func portrait(l look, side int) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for x := range side {
		for y := range side {
			img.SetRGBA(x, y, l.smooth(float64(x), float64(y), float64(side)))
		}
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90})
	return b.Bytes(), err
}

// smooth is the colour of a pixel, of four places in it.
func (l look) smooth(x, y, side float64) color.RGBA {
	upper := mix(l.at((x+0.25)/side, (y+0.25)/side), l.at((x+0.75)/side, (y+0.25)/side), 0.5)
	lower := mix(l.at((x+0.25)/side, (y+0.75)/side), l.at((x+0.75)/side, (y+0.75)/side), 0.5)
	return mix(upper, lower, 0.5)
}

// at is the colour of a place, what lies in front first.
func (l look) at(x, y float64) color.RGBA {
	switch {
	case oval(x, y, 0.5, 0.39, 0.2, 0.215) && !oval(x, y, 0.53, 0.54, 0.2, 0.235):
		return l.hair
	case l.cut == beard && y > 0.52 && oval(x, y, 0.5, 0.48, 0.175, 0.235) && !oval(x, y, 0.5, 0.47, 0.115, 0.12):
		return l.hair
	case oval(x, y, 0.5, 0.465, 0.172, 0.218):
		return l.skin
	case x > 0.425 && x < 0.575 && y > 0.55 && y < 0.77 || oval(x, y, 0.5, 0.765, 0.075, 0.04):
		return mix(l.skin, l.hair, 0.22)
	case oval(x, y, 0.5, 1.07, 0.37, 0.36):
		return l.shirt
	case l.cut == long && oval(x, y, 0.5, 0.52, 0.245, 0.34), l.cut == bun && oval(x, y, 0.5, 0.165, 0.085, 0.08):
		return l.hair
	}
	return mix(l.ground, rgb(0xffffff), 0.28*(1-y))
}

// oval says whether a place lies in an ellipse.
func oval(x, y, centreX, centreY, radiusX, radiusY float64) bool {
	dx, dy := (x-centreX)/radiusX, (y-centreY)/radiusY
	return dx*dx+dy*dy < 1
}
