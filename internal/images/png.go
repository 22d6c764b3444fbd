package images

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"image/png"
	"io"
)

// inspectPNG reads the chunks of a PNG up to the pixels.
// Spec: https://www.w3.org/TR/png-3/
func inspectPNG(r *bufio.Reader, info *Info) error {
	const headBytes = 8 + 8 + 13 + 4 // signature, name and length, IHDR, checksum
	head, err := r.Peek(headBytes)
	if err != nil {
		return err
	}
	c, err := png.DecodeConfig(bytes.NewReader(head))
	if err != nil {
		// The colours of a picture with a palette come later.
		if c, err = png.DecodeConfig(io.MultiReader(bytes.NewReader(head), skip(r, headBytes))); err != nil {
			return err
		}
		info.W, info.H, info.perPixel = c.Width, c.Height, 2*bytesPerPixel(c.ColorModel)
		return nil
	}
	info.W, info.H, info.perPixel = c.Width, c.Height, bytesPerPixel(c.ColorModel)
	if head[28] != 0 {
		info.perPixel *= 2 // interlaced: each pass is unpacked by itself
	}
	info.Orientation = pngOrientation(skip(r, headBytes))
	return nil
}

// skip throws n bytes away.
func skip(r *bufio.Reader, n int) *bufio.Reader {
	_, _ = r.Discard(n) // a short file shows in the next read
	return r
}

// pngOrientation looks for EXIF before the pixels, where the standard wants it. What is broken is as if it were not there.
func pngOrientation(r *bufio.Reader) int {
	for {
		head, err := r.Peek(8)
		if err != nil || string(head[4:]) == "IDAT" {
			return 1
		}
		n := binary.BigEndian.Uint32(head)
		if string(head[4:]) == "eXIf" && n <= maxEXIF {
			_, _ = r.Discard(8)
			return readOrientation(r, int(n))
		}
		if _, err := io.CopyN(io.Discard, r, 8+int64(n)+4); err != nil {
			return 1
		}
	}
}
