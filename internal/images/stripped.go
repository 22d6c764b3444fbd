package images

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
)

// strippedQuality is what the tables say that clients put before a stripped picture.
const strippedQuality = 20

// errEncoder means that the standard library writes JPEG otherwise than it did.
var errEncoder = errors.New("jpeg encoder wrote no scan")

// stripped makes the form of m that lies inside messages: at most 40 pixels, without the head that all such pictures
// share. That the standard library uses the same tables as the clients is what makes this short; a test holds it.
// Spec: https://core.telegram.org/api/files#stripped-thumbnails
func stripped(m *image.RGBA) (Size, error) {
	size := fit(m.Bounds().Size(), strippedBox)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, scale(m, m.Bounds(), size), &jpeg.Options{Quality: strippedQuality}); err != nil {
		return Size{}, err
	}
	scan, ok := afterHead(b.Bytes())
	if !ok {
		return Size{}, errEncoder
	}
	data := append([]byte{1, byte(size.Y), byte(size.X)}, scan...)
	return Size{Type: "i", W: size.X, H: size.Y, Data: data}, nil
}

// afterHead returns what stands between the head of the first scan and the end of the picture.
func afterHead(file []byte) ([]byte, bool) {
	at := bytes.Index(file, []byte{0xff, markerSOS})
	if at < 0 || at+4 > len(file) {
		return nil, false
	}
	at += 2 + int(file[at+2])<<8 + int(file[at+3])
	end := len(file) - 2
	if at > end || file[end] != 0xff || file[end+1] != markerEOI {
		return nil, false
	}
	return file[at:end], true
}
