package photos

import (
	"encoding/binary"
	"errors"
	"image"
	"io"
)

// Bounds of what is looked at in a movie.
const (
	maxBoxes = 512
	maxDepth = 3 // moov, trak, mdia, each with boxes in it
	maxSide  = 4096
)

// usualSide is that of moving profile photos, for those that do not say.
const usualSide = 800

// movieSide returns the size of an MPEG-4 movie. It fails with ErrVideo.
// Spec: ISO/IEC 14496-12, 4.2 and 8.3.2
func movieSide(src io.ReadSeeker) (image.Point, error) {
	size, err := src.Seek(0, io.SeekEnd)
	if err != nil {
		return image.Point{}, err
	}
	m := &movie{src: src, boxes: maxBoxes}
	err = m.walk(0, size, 0)
	switch {
	case m.fault != nil:
		return image.Point{}, m.fault
	case err != nil, !m.named:
		return image.Point{}, ErrVideo
	case m.side.X == 0:
		return image.Pt(usualSide, usualSide), nil
	}
	return m.side, nil
}

// silent tells whether an MPEG-4 movie has pictures and no sound. What cannot be read is not silent.
// Spec: ISO/IEC 14496-12, 8.4.3
func silent(src io.ReadSeeker) (bool, error) {
	size, err := src.Seek(0, io.SeekEnd)
	if err != nil {
		return false, err
	}
	m := &movie{src: src, boxes: maxBoxes, tracks: map[string]bool{}}
	err = m.walk(0, size, 0)
	return err == nil && m.named && m.tracks["vide"] && !m.tracks["soun"], m.fault
}

type movie struct {
	src    io.ReadSeeker
	boxes  int  // that may still be looked at
	named  bool // there is a box that says what kind of file it is
	side   image.Point
	tracks map[string]bool // kinds of tracks; nil: not asked for
	fault  error           // of src
}

var errBoxes = errors.New("boxes of a movie are broken")

// walk looks at the boxes between two places.
func (m *movie) walk(at, end int64, depth int) error {
	for at < end {
		if m.boxes--; m.boxes < 0 || end-at < 8 {
			return errBoxes
		}
		var head [16]byte
		if err := m.read(at, head[:min(16, end-at)]); err != nil {
			return err
		}
		size, body := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		switch size {
		case 0:
			size = end - at
		case 1:
			size, body = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if size < body || size > end-at {
			return errBoxes
		}
		if err := m.box(string(head[4:8]), at+body, at+size, depth); err != nil {
			return err
		}
		at += size
	}
	return nil
}

func (m *movie) box(name string, at, end int64, depth int) error {
	switch {
	case name == "ftyp":
		m.named = true
	case (name == "moov" || name == "trak") && depth < maxDepth:
		return m.walk(at, end, depth+1)
	case name == "mdia" && m.tracks != nil && depth < maxDepth:
		return m.walk(at, end, depth+1)
	case name == "hdlr" && m.tracks != nil && end-at >= 12:
		var b [4]byte
		if err := m.read(at+8, b[:]); err != nil {
			return err
		}
		m.tracks[string(b[:])] = true
	case name == "tkhd" && m.side.X == 0 && end-at >= 8:
		return m.track(end)
	}
	return nil
}

// track reads width and height, which are the last of a track's head, with 16 bits behind the point. Sound has none.
func (m *movie) track(end int64) error {
	var b [8]byte
	if err := m.read(end-8, b[:]); err != nil {
		return err
	}
	w, h := int(binary.BigEndian.Uint32(b[:])>>16), int(binary.BigEndian.Uint32(b[4:])>>16)
	if w > 0 && h > 0 && w <= maxSide && h <= maxSide {
		m.side = image.Pt(w, h)
	}
	return nil
}

func (m *movie) read(at int64, b []byte) error {
	if _, err := m.src.Seek(at, io.SeekStart); err != nil {
		m.fault = err
		return err
	}
	_, err := io.ReadFull(m.src, b)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		m.fault = err
	}
	return err
}
