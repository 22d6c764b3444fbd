package images

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

const (
	maxEXIF        = 1 << 16
	maxTags        = 512 // of one directory that are looked at
	tagOrientation = 0x0112
	typeShort      = 3
)

// readAPP1 takes the orientation from a segment, if it is EXIF.
func readAPP1(r *bufio.Reader, info *Info) error {
	n, err := segment(r)
	if err != nil {
		return err
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	info.Orientation = orientation(body)
	return nil
}

// readOrientation reads n bytes of EXIF. What is broken is as if it were not there.
func readOrientation(r io.Reader, n int) int {
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return 1
	}
	return orientation(body)
}

// orientation finds how a camera was held, 1 to 8, in EXIF; 1 is upright, and what is said when nothing is known.
// Spec: CIPA DC-008, 4.6.2 and 4.6.5.1.6
func orientation(exif []byte) int {
	exif = bytes.TrimPrefix(exif, []byte("Exif\x00\x00"))
	if len(exif) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(exif[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return 1
	}
	tags := exif[at+2:]
	for range min(int(order.Uint16(exif[at:])), maxTags) {
		if len(tags) < 12 {
			return 1
		}
		if order.Uint16(tags) == tagOrientation && order.Uint16(tags[2:]) == typeShort {
			return checked(int(order.Uint16(tags[8:])))
		}
		tags = tags[12:]
	}
	return 1
}

func checked(o int) int {
	if o < 1 || o > 8 {
		return 1
	}
	return o
}
