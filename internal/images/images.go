// Package images makes of a picture that somebody uploaded the pictures that others load: upright, in the sizes that
// clients ask for, as JPEG without anything that a camera noted.
//
// It is pure: bytes in, bytes out. What a picture will take in memory is reckoned from its head, before anything of it
// is unpacked: a picture that takes too much is refused, and those that are worked on at a time share a budget.
// Of an animated GIF only the first frame is read.
//
// Spec: https://core.telegram.org/api/files#image-thumbnail-types
package images

import (
	"context"
	"errors"
	"image"
	"io"

	"golang.org/x/sync/semaphore"
)

// What can be wrong with a picture.
var (
	// ErrFormat means that it is no JPEG, PNG, WebP or GIF.
	ErrFormat = errors.New("not a picture of a known format")
	// ErrBroken means that it cannot be read to its end.
	ErrBroken = errors.New("picture is broken")
	// ErrDimensions means sides that are too long, too unlike, or that would take too much memory.
	ErrDimensions = errors.New("picture has impossible dimensions")
	// ErrSmall means that it is too small for what it is to become.
	ErrSmall = errors.New("picture is too small")
	// ErrHeavy means that it has too many bytes.
	ErrHeavy = errors.New("picture has too many bytes")
)

// Bounds of a picture. Spec: https://core.telegram.org/bots/api#sendphoto
const (
	MaxSides = 10_000 // width and height together
	MaxRatio = 20     // of the long side to the short one
)

// What Options that are not set mean.
const (
	defaultMemory   = 256 << 20
	defaultMaxBytes = 20 << 20
)

// Options bound a Workshop; zero fields have defaults.
type Options struct {
	Memory   int64 // for all pictures that are worked on at a time; 256 MiB
	MaxBytes int64 // of one picture as it was uploaded; 20 MiB
}

// A Workshop works on pictures. Safe for concurrent use: who comes while its memory is taken waits.
type Workshop struct {
	options Options
	memory  *semaphore.Weighted
}

// New makes a workshop.
func New(o Options) *Workshop {
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	return &Workshop{options: o, memory: semaphore.NewWeighted(o.Memory)}
}

// most is how many pictures are worked on at a time, however small they are.
const most = 8

// Inspect tells what src is, without unpacking it. It fails with ErrFormat, ErrBroken, ErrDimensions or ErrHeavy, or with
// what reading src fails with.
func (w *Workshop) Inspect(src io.ReadSeeker) (Info, error) {
	size, err := src.Seek(0, io.SeekEnd)
	if err != nil {
		return Info{}, err
	}
	if size > w.options.MaxBytes {
		return Info{}, ErrHeavy
	}
	info, err := inspect(src)
	if err != nil {
		return Info{}, err
	}
	if info.W < 1 || info.H < 1 || info.W+info.H > MaxSides || info.memory() > w.options.Memory {
		return Info{}, ErrDimensions
	}
	return info, nil
}

// with unpacks src, when there is memory for it, and gives it to work.
func (w *Workshop) with(ctx context.Context, src io.ReadSeeker, work func(picture) error) error {
	info, err := w.Inspect(src)
	if err != nil {
		return err
	}
	weight := max(info.memory(), w.options.Memory/most)
	if err := w.memory.Acquire(ctx, weight); err != nil {
		return err
	}
	defer w.memory.Release(weight)
	m, err := decode(src, info)
	if err != nil {
		return err
	}
	return work(picture{pixels: m, size: m.Bounds().Size(), orientation: info.Orientation})
}

// A picture is what was unpacked, still as the camera held it.
type picture struct {
	pixels      image.Image
	size        image.Point
	orientation int
}

// upright is the size as people see it.
func (p picture) upright() image.Point {
	if turned(p.orientation) {
		return image.Pt(p.size.Y, p.size.X)
	}
	return p.size
}

// scaled returns the part of the picture inside crop, which is as the camera held it, upright and in a size.
func (p picture) scaled(crop image.Rectangle, size image.Point) *image.RGBA {
	if turned(p.orientation) {
		size = image.Pt(size.Y, size.X)
	}
	return turn(scale(p.pixels, crop.Add(p.pixels.Bounds().Min), size), p.orientation)
}

// whole is the crop that leaves all.
func (p picture) whole() image.Rectangle { return image.Rectangle{Max: p.size} }

// square is the largest square in the middle.
func (p picture) square() image.Rectangle {
	side := min(p.size.X, p.size.Y)
	at := image.Pt((p.size.X-side)/2, (p.size.Y-side)/2)
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}
}
