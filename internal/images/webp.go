package images

import (
	"bufio"
	"encoding/binary"
	"io"

	"golang.org/x/image/webp"
)

// inspectWebP reads the chunks of a WebP. It is the pixels' own chunk that says how many there are, and the library
// refuses a picture that claims otherwise at its head; EXIF comes after the pixels.
// Spec: https://developers.google.com/speed/webp/docs/riff_container
func inspectWebP(src io.ReadSeeker, r *bufio.Reader, info *Info) error {
	c, err := webp.DecodeConfig(r)
	if err != nil {
		return err
	}
	if _, r, err = fromStart(src); err != nil {
		return err
	}
	info.W, info.H = c.Width, c.Height
	info.perPixel = 3.5 // brightness, colours at half the size, alpha and its copy
	chunk := webpChunks(r, info)
	if chunk == "VP8L" {
		info.perPixel = 12 // pixels, and what the transforms need besides
	}
	return nil
}

// webpChunks goes through the chunks for EXIF, and returns the name of the one that has the pixels.
func webpChunks(r *bufio.Reader, info *Info) (pixels string) {
	if _, err := r.Discard(maxHead); err != nil {
		return ""
	}
	var head [8]byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return pixels
		}
		name, n := string(head[:4]), binary.LittleEndian.Uint32(head[4:])
		switch {
		case name == "EXIF" && n <= maxEXIF:
			info.Orientation = readOrientation(r, int(n))
			return pixels
		case name == "VP8L", name == "VP8 " && pixels == "":
			pixels = name
		case name == "ALPH" && pixels == "":
			pixels = "VP8L" // alpha is stored like that, too
		}
		if _, err := io.CopyN(io.Discard, r, int64(n)+int64(n&1)); err != nil {
			return pixels
		}
	}
}
