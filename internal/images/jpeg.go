package images

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// The markers of JPEG that matter here. Spec: T.81, B.1.1.3
const (
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerSOF0 = 0xc0
	markerSOF2 = 0xc2
	markerAPP1 = 0xe1
	markerRST0 = 0xd0
	markerTEM  = 0x01
)

// maxScans bounds how often a progressive picture may be gone over: each scan can be a few bytes long and takes as much
// time as the first. maxPlainScans does so for others, which have one for all components, or one for each.
const (
	maxScans      = 100
	maxPlainScans = 4
)

var (
	errScans  = errors.New("too many scans")
	errFrame  = errors.New("no frame that can be read")
	errMarker = errors.New("no marker where one must be")
)

// inspectJPEG reads the segments of a JPEG.
func inspectJPEG(r *bufio.Reader, info *Info) error {
	scans, most := 0, maxPlainScans
	for {
		marker, err := nextMarker(r)
		switch {
		case scans > 0 && errors.Is(err, io.EOF):
			return framed(info) // the decoder says what is missing
		case err != nil:
			return err
		case marker == markerEOI:
			return framed(info)
		case marker == markerSOS:
			if scans++; scans > most {
				return errScans
			}
			err = skipSegment(r)
		case marker >= markerSOF0 && marker <= markerSOF2:
			if marker == markerSOF2 {
				most = maxScans
			}
			err = readFrame(r, info, marker == markerSOF2)
		case marker == markerAPP1 && info.Orientation == 1:
			err = readAPP1(r, info)
		default:
			err = skipSegment(r)
		}
		if err != nil {
			return err
		}
	}
}

func framed(info *Info) error {
	if info.W == 0 || info.H == 0 {
		return errFrame
	}
	return nil
}

// nextMarker reads, over the data of a scan, up to the next marker that has a segment or ends the picture.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != 0xff {
			continue // data, or the rubbish that some cameras leave between segments
		}
		for b == 0xff {
			if b, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		if b == 0 || b == markerTEM || b >= markerRST0 && b <= markerSOI {
			continue
		}
		return b, nil
	}
}

// segment reads the length of a segment; what is left of it follows.
func segment(r *bufio.Reader) (int, error) {
	var n [2]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return 0, err
	}
	left := int(binary.BigEndian.Uint16(n[:])) - 2
	if left < 0 {
		return 0, errMarker
	}
	return left, nil
}

func skipSegment(r *bufio.Reader) error {
	n, err := segment(r)
	if err != nil {
		return err
	}
	_, err = r.Discard(n)
	return err
}

// readFrame reads the size of a picture and how its components are sampled.
func readFrame(r *bufio.Reader, info *Info, progressive bool) error {
	n, err := segment(r)
	if err != nil {
		return err
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	if info.W != 0 || n < 6 || n != 6+3*int(body[5]) || body[5] > 4 {
		return errFrame
	}
	info.H, info.W = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	info.perPixel = jpegMemory(body[6:], progressive)
	return nil
}

// jpegMemory is what a pixel takes: a byte for each component as it is sampled, four more for its coefficients, which are
// kept when there are many scans, and the copy that is made of colours other than the usual.
func jpegMemory(components []byte, progressive bool) float64 {
	samples, most := 0, 1
	for i := 1; i < len(components); i += 3 {
		n := int(components[i]>>4) * int(components[i]&15)
		samples += n
		most = max(most, n)
	}
	per := float64(samples) / float64(most)
	if progressive {
		per *= 5
	}
	if n := len(components) / 3; n == 4 {
		per += 8
	} else if n == 3 && samples == 3*most {
		per += 4
	}
	return max(per, 1)
}
