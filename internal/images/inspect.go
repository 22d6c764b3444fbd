package images

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// A Format is how a picture is stored.
type Format string

// The formats that are read.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	WebP Format = "webp"
	GIF  Format = "gif"
)

// MIME is its media type.
func (f Format) MIME() string { return "image/" + string(f) }

// An Info is what the head of a picture says.
type Info struct {
	Format      Format
	W, H        int // as the camera held it
	Orientation int // 1 to 8, as EXIF has it; 1 is upright
	perPixel    float64
}

// Upright is the size as people see it.
func (i Info) Upright() (w, h int) {
	if turned(i.Orientation) {
		return i.H, i.W
	}
	return i.W, i.H
}

// madePerPixel is what a pixel of the largest picture that is made takes: as it is, turned, as coefficients, in the file.
const madePerPixel = 4 + 4 + 3 + 1

// memory is what unpacking it and making its sizes takes at most.
func (i Info) memory() int64 {
	made := fit(image.Pt(i.W, i.H), maxBox)
	return int64(float64(i.W)*float64(i.H)*i.perPixel) + int64(made.X)*int64(made.Y)*madePerPixel
}

// maxHead is how many bytes tell the formats apart.
const maxHead = 12

// Sniff tells the format of a picture from its first bytes; "" if it is none.
func Sniff(head []byte) Format {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, markerSOI, 0xff}):
		return JPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return GIF
	case len(head) >= maxHead && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP
	}
	return ""
}

// A watched reader remembers what its source failed with: that is ours, not the picture's.
type watched struct {
	from io.Reader
	err  error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// blame is whose fault err is.
func (w *watched) blame(err error) error {
	switch {
	case err == nil:
		return nil
	case w.err != nil:
		return w.err
	case errors.Is(err, ErrDimensions), errors.Is(err, ErrFormat):
		return err
	}
	return errors.Join(ErrBroken, err)
}

// fromStart reads src from its first byte.
func fromStart(src io.ReadSeeker) (*watched, *bufio.Reader, error) {
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return nil, nil, err
	}
	w := &watched{from: src}
	return w, bufio.NewReaderSize(w, 1<<16), nil
}

func inspect(src io.ReadSeeker) (Info, error) {
	w, r, err := fromStart(src)
	if err != nil {
		return Info{}, err
	}
	head, _ := r.Peek(maxHead)
	info := Info{Format: Sniff(head), Orientation: 1}
	switch info.Format {
	case JPEG:
		err = inspectJPEG(r, &info)
	case PNG:
		err = inspectPNG(r, &info)
	case GIF:
		err = inspectGIF(r, &info)
	case WebP:
		err = inspectWebP(src, r, &info)
	default:
		err = ErrFormat
	}
	return info, w.blame(err)
}

func inspectGIF(r *bufio.Reader, info *Info) error {
	c, err := gif.DecodeConfig(r)
	info.W, info.H, info.perPixel = c.Width, c.Height, 2 // lines are put in order in a copy
	return err
}

// decode unpacks src, which is as info says.
func decode(src io.ReadSeeker, info Info) (image.Image, error) {
	w, r, err := fromStart(src)
	if err != nil {
		return nil, err
	}
	var m image.Image
	switch info.Format {
	case JPEG:
		m, err = jpeg.Decode(r)
	case PNG:
		m, err = png.Decode(r)
	case WebP:
		m, err = webp.Decode(r)
	case GIF:
		m, err = gif.Decode(r)
	default:
		return nil, ErrFormat
	}
	if err != nil {
		return nil, w.blame(err)
	}
	if m.Bounds().Empty() {
		return nil, ErrBroken
	}
	return m, nil
}

// bytesPerPixel is what a picture with this colour model takes. Shades of grey become colours when one of them is
// transparent.
func bytesPerPixel(m color.Model) float64 {
	switch m {
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}
