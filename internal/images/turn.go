package images

import "image"

// turned tells whether width and height change places.
func turned(orientation int) bool { return orientation >= 5 && orientation <= 8 }

// sources say, for each orientation, from where a pixel at x, y of the upright picture comes; w and h are the sides of
// the picture as the camera held it.
var sources = [9]func(x, y, w, h int) (int, int){
	2: func(x, y, w, _ int) (int, int) { return w - 1 - x, y },
	3: func(x, y, w, h int) (int, int) { return w - 1 - x, h - 1 - y },
	4: func(x, y, _, h int) (int, int) { return x, h - 1 - y },
	5: func(x, y, _, _ int) (int, int) { return y, x },
	6: func(x, y, _, h int) (int, int) { return y, h - 1 - x },
	7: func(x, y, w, h int) (int, int) { return w - 1 - y, h - 1 - x },
	8: func(x, y, w, _ int) (int, int) { return w - 1 - y, x },
}

// turn makes m upright.
func turn(m *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return m
	}
	source := sources[orientation]
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if turned(orientation) {
		size = image.Rect(0, 0, h, w)
	}
	up := image.NewRGBA(size)
	for y := range size.Max.Y {
		row := up.Pix[y*up.Stride:]
		for x := range size.Max.X {
			sx, sy := source(x, y, w, h)
			at := sy*m.Stride + 4*sx
			copy(row[4*x:4*x+4], m.Pix[at:at+4])
		}
	}
	return up
}
