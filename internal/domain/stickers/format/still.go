package format

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

func isPNG(b []byte) bool { return bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) }

func isWebP(b []byte) bool {
	return len(b) >= 16 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
}

// checkStill looks at a picture. It is decoded, which its size in pixels bounds, so that a broken one gets nowhere.
func checkStill(use Use, data []byte) (Info, error) {
	if len(data) > bound(use, Still) {
		return Info{}, ErrPicture
	}
	info := Info{Kind: Still, MIME: MIMEPNG}
	if isWebP(data) {
		info.MIME = MIMEWebP
		if moves(data) {
			return Info{}, ErrPicture
		}
	}
	w, h, err := dimensions(data)
	if err != nil {
		return Info{}, ErrPicture
	}
	if info.W, info.H = w, h; !fits(use, w, h) {
		return Info{}, ErrDimensions
	}
	if _, err := decode(data); err != nil {
		return Info{}, ErrPicture
	}
	return info, nil
}

func dimensions(data []byte) (w, h int, err error) {
	config := png.DecodeConfig
	if isWebP(data) {
		config = webp.DecodeConfig
	}
	c, err := config(bytes.NewReader(data))
	return c.Width, c.Height, err
}

func decode(data []byte) (image.Image, error) {
	if isWebP(data) {
		return webp.Decode(bytes.NewReader(data))
	}
	return png.Decode(bytes.NewReader(data))
}

// moves says whether a WebP has the flag of an animation, which no client takes for a sticker.
// Spec: https://developers.google.com/speed/webp/docs/riff_container#extended_file_format
func moves(b []byte) bool {
	const animation = 0x02
	return len(b) > 20 && string(b[12:16]) == "VP8X" && binary.LittleEndian.Uint32(b[16:20]) >= 10 && b[20]&animation != 0
}

// WebP turns a picture that Check has accepted into a WebP without loss.
func WebP(data []byte) ([]byte, error) {
	if isWebP(data) {
		return data, nil
	}
	img, err := decode(data)
	if err != nil {
		return nil, ErrPicture
	}
	return encodeWebP(img), nil
}

// thumbnailSide is how large a thumbnail is, in pixels.
const thumbnailSide = 128

// Thumbnail is a picture that Check has accepted, small, as a WebP; nil for one that is small already.
func Thumbnail(data []byte) (small []byte, w, h int, err error) {
	img, err := decode(data)
	if err != nil {
		return nil, 0, 0, ErrPicture
	}
	w, h = img.Bounds().Dx(), img.Bounds().Dy()
	large := max(w, h)
	if large <= thumbnailSide {
		return nil, w, h, nil
	}
	w, h = max(w*thumbnailSide/large, 1), max(h*thumbnailSide/large, 1)
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return encodeWebP(out), w, h, nil
}
