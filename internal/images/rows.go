package images

import (
	"image"
	"image/color"
)

// rows returns what writes the pixels of a line of m, from x on, as red, green and blue. What can be seen through is
// laid on white.
func rows(m image.Image) func(x, y int, into []uint8) {
	switch m := m.(type) {
	case *image.YCbCr:
		return ycbcrRows(m)
	case *image.RGBA:
		return rgbaRows(m)
	case *image.NRGBA:
		return nrgbaRows(m)
	case *image.Gray:
		return grayRows(m)
	case *image.Paletted:
		return palettedRows(m)
	}
	return func(x, y int, into []uint8) {
		for i := 0; i+2 < len(into); i += 3 {
			into[i], into[i+1], into[i+2] = onWhite(m.At(x+i/3, y))
		}
	}
}

// onWhite is c as it looks on white.
func onWhite(c color.Color) (r, g, b uint8) {
	r32, g32, b32, a := c.RGBA()
	rest := 0xffff - a
	return uint8((r32 + rest) >> 8), uint8((g32 + rest) >> 8), uint8((b32 + rest) >> 8)
}

func ycbcrRows(m *image.YCbCr) func(x, y int, into []uint8) {
	return func(x, y int, into []uint8) {
		for i := 0; i+2 < len(into); i += 3 {
			c := m.COffset(x, y)
			into[i], into[i+1], into[i+2] = color.YCbCrToRGB(m.Y[m.YOffset(x, y)], m.Cb[c], m.Cr[c])
			x++
		}
	}
}

func rgbaRows(m *image.RGBA) func(x, y int, into []uint8) {
	return func(x, y int, into []uint8) {
		pix := m.Pix[m.PixOffset(x, y):]
		for i, at := 0, 0; i+2 < len(into); i, at = i+3, at+4 {
			rest := 255 - pix[at+3]
			into[i], into[i+1], into[i+2] = pix[at]+rest, pix[at+1]+rest, pix[at+2]+rest
		}
	}
}

func nrgbaRows(m *image.NRGBA) func(x, y int, into []uint8) {
	return func(x, y int, into []uint8) {
		pix := m.Pix[m.PixOffset(x, y):]
		for i, at := 0, 0; i+2 < len(into); i, at = i+3, at+4 {
			a := uint32(pix[at+3])
			for k := range 3 {
				into[i+k] = uint8((uint32(pix[at+k])*a + 255*(255-a) + 127) / 255)
			}
		}
	}
}

func grayRows(m *image.Gray) func(x, y int, into []uint8) {
	return func(x, y int, into []uint8) {
		pix := m.Pix[m.PixOffset(x, y):]
		for i := 0; i+2 < len(into); i += 3 {
			into[i], into[i+1], into[i+2] = pix[i/3], pix[i/3], pix[i/3]
		}
	}
}

func palettedRows(m *image.Paletted) func(x, y int, into []uint8) {
	var colours [256][3]uint8
	for i, c := range m.Palette[:min(len(m.Palette), len(colours))] {
		colours[i][0], colours[i][1], colours[i][2] = onWhite(c)
	}
	return func(x, y int, into []uint8) {
		pix := m.Pix[m.PixOffset(x, y):]
		for i := 0; i+2 < len(into); i += 3 {
			copy(into[i:i+3], colours[pix[i/3]][:])
		}
	}
}
