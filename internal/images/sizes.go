package images

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io"

	"hermod/internal/images/progressive"
)

// A Size is one picture that was made: a JPEG, or, with type "i", the stripped form of one.
type Size struct {
	Type  string
	W, H  int
	Data  []byte
	Scans []int64 // after how many bytes it can be shown, ever sharper; nil: only whole
}

// A box is what a size must fit in.
type box struct {
	letter string
	side   int
}

// photoBoxes are the sizes of a photo, and avatarBoxes those of a square one.
// Spec: https://core.telegram.org/api/files#image-thumbnail-types
var (
	photoBoxes  = []box{{"s", 100}, {"m", 320}, {"x", 800}, {"y", 1280}, {"w", maxBox}}
	avatarBoxes = []box{{"a", 160}, {"b", 320}, {"c", 640}}
)

const (
	maxBox      = 2560
	thumbBox    = 320
	strippedBox = 40
	minAvatar   = 160
	quality     = 87
	smallBox    = 320 // up to here
	smallGrade  = 82  // a lower quality is enough
)

// Photo makes the sizes of a photo, as far as the picture reaches: each fits its box, and the last one, which is
// progressive, has all its pixels or fits the greatest box. The first one is stripped.
//
// It fails with an error of this package, with what reading src fails with, or when ctx ends.
func (w *Workshop) Photo(ctx context.Context, src io.ReadSeeker) (sizes []Size, err error) {
	err = w.with(ctx, src, func(p picture) error {
		full := p.upright()
		if max(full.X, full.Y) > MaxRatio*min(full.X, full.Y) {
			return ErrDimensions
		}
		sizes, err = cascade(p, p.whole(), reached(full))
		return err
	})
	return sizes, err
}

// A want is a size to be made.
type want struct {
	letter string
	size   image.Point
}

// reached are the sizes of a photo that has so many pixels.
func reached(full image.Point) (list []want) {
	for _, b := range photoBoxes {
		list = append(list, want{b.letter, fit(full, b.side)})
		if full.X <= b.side && full.Y <= b.side {
			break
		}
	}
	return list
}

// fit is size, made smaller until it fits a box.
func fit(size image.Point, side int) image.Point {
	long := max(size.X, size.Y)
	if long <= side {
		return size
	}
	less := func(n int) int { return max((n*side+long/2)/long, 1) }
	return image.Pt(less(size.X), less(size.Y))
}

// Avatar makes the sizes of a profile photo: squares from the middle of the picture, never larger than it is, the last
// one progressive. The first one is stripped.
//
// It fails with ErrSmall below 160 pixels, and as Photo does.
func (w *Workshop) Avatar(ctx context.Context, src io.ReadSeeker) (sizes []Size, err error) {
	err = w.with(ctx, src, func(p picture) error {
		crop := p.square()
		if crop.Dx() < minAvatar {
			return ErrSmall
		}
		var list []want
		for _, b := range avatarBoxes {
			side := min(b.side, crop.Dx())
			list = append(list, want{b.letter, image.Pt(side, side)})
		}
		sizes, err = cascade(p, crop, list)
		return err
	})
	return sizes, err
}

// Thumbs makes the thumbnail of a document from a picture: "m", and its stripped form before it.
//
// It fails as Photo does.
func (w *Workshop) Thumbs(ctx context.Context, src io.ReadSeeker) (sizes []Size, err error) {
	err = w.with(ctx, src, func(p picture) error {
		m := p.scaled(p.whole(), fit(p.upright(), thumbBox))
		thumb, err := sequential("m", m)
		if err != nil {
			return err
		}
		tiny, err := stripped(m)
		sizes = []Size{tiny, thumb}
		return err
	})
	return sizes, err
}

// cascade makes the sizes of list, which grow, each from the next larger one, and puts the stripped form before them.
func cascade(p picture, crop image.Rectangle, list []want) ([]Size, error) {
	sizes := make([]Size, len(list)+1)
	var m *image.RGBA
	for i := len(list) - 1; i >= 0; i-- {
		var err error
		if m == nil {
			m = p.scaled(crop, list[i].size)
			sizes[i+1], err = sharpening(list[i].letter, m)
		} else {
			m = scale(m, m.Bounds(), list[i].size)
			sizes[i+1], err = sequential(list[i].letter, m)
		}
		if err != nil {
			return nil, err
		}
	}
	tiny, err := stripped(m)
	sizes[0] = tiny
	return sizes, err
}

// sharpening is m as a progressive JPEG, unless it is small.
func sharpening(letter string, m *image.RGBA) (Size, error) {
	size := m.Bounds().Size()
	if max(size.X, size.Y) <= smallBox {
		return sequential(letter, m)
	}
	data, scans, err := progressive.Encode(m, quality)
	return Size{Type: letter, W: size.X, H: size.Y, Data: data, Scans: scans}, err
}

// sequential is m as a common JPEG.
func sequential(letter string, m *image.RGBA) (Size, error) {
	size := m.Bounds().Size()
	grade := quality
	if max(size.X, size.Y) <= smallBox {
		grade = smallGrade
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: grade})
	return Size{Type: letter, W: size.X, H: size.Y, Data: b.Bytes()}, err
}

// Plain makes an avatar of two colours, as red, green and blue, that run into each other from top to bottom: what stands
// behind an emoji that clients draw. It fails when ctx ends.
func (w *Workshop) Plain(ctx context.Context, top, bottom uint32) (sizes []Size, err error) {
	const side = 640
	weight := w.options.Memory / most
	if err := w.memory.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	defer w.memory.Release(weight)
	m := gradient(side, top, bottom)
	var list []want
	for _, b := range avatarBoxes {
		list = append(list, want{b.letter, image.Pt(b.side, b.side)})
	}
	p := picture{pixels: m, size: m.Bounds().Size(), orientation: 1}
	return cascade(p, p.whole(), list)
}

// gradient is a square whose colour changes from top to bottom.
func gradient(side int, top, bottom uint32) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		row := m.Pix[y*m.Stride : y*m.Stride+4*side]
		for i := range row {
			shift := 16 - 8*(i%4)
			if shift < 0 {
				row[i] = 255
				continue
			}
			from, to := int(top>>shift&255), int(bottom>>shift&255)
			row[i] = uint8(from + (to-from)*y/side)
		}
	}
	return m
}
