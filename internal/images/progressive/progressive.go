// Package progressive writes progressive JPEG pictures: the first bytes show the whole picture coarsely, and those that
// follow make it sharper. The standard library only reads them.
//
// The scans cut the spectrum (spectral selection): brightness and colour of the blocks first, then the coarse structure,
// then the colours, then the rest. Each scan has Huffman tables of its own, made from what is in it, so that the file
// is smaller than a sequential one of the same quality.
//
// Spec: ITU-T T.81, https://www.w3.org/Graphics/JPEG/itu-t81.pdf
package progressive

import (
	"bytes"
	"errors"
	"image"
)

// ErrSize means a picture that JPEG cannot hold: empty, or with a side of more than 65,535 pixels.
var ErrSize = errors.New("picture is empty or too large for JPEG")

// maxSide is what two bytes can say.
const maxSide = 1<<16 - 1

// Encode returns m as a progressive JPEG, and after how many bytes each of its scans ends: so much must be loaded to
// show the picture that well. The last number is the size of the whole. Alpha is not looked at. Colours are kept at
// half the resolution (4:2:0); quality goes from 1 to 100.
//
// It fails with ErrSize.
func Encode(m *image.RGBA, quality int) (jpeg []byte, scans []int64, err error) {
	size := m.Bounds().Size()
	if size.X < 1 || size.Y < 1 || size.X > maxSide || size.Y > maxSide {
		return nil, nil, ErrSize
	}
	e := &encoder{frame: newFrame(m, min(max(quality, 1), 100))}
	e.head()
	for _, s := range script {
		e.scan(s)
		scans = append(scans, int64(e.out.Len()))
	}
	e.out.Write([]byte{0xff, markerEOI})
	scans[len(scans)-1] = int64(e.out.Len())
	return e.out.Bytes(), scans, nil
}

// A scan says which coefficients of which components come next.
type scan struct {
	components  []int
	first, last int // of the spectrum, in zigzag order
}

// script is the order in which a picture is told. Scans of anything but the first coefficient hold one component.
var script = []scan{
	{[]int{0, 1, 2}, 0, 0},
	{[]int{0}, 1, 5},
	{[]int{2}, 1, 63},
	{[]int{1}, 1, 63},
	{[]int{0}, 6, 63},
}

// Scans is how many scans a picture has.
func Scans() int { return len(script) }

const (
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerAPP0 = 0xe0
	markerDQT  = 0xdb
	markerSOF2 = 0xc2
	markerDHT  = 0xc4
	markerSOS  = 0xda
)

type encoder struct {
	frame *frame
	out   bytes.Buffer
}

func (e *encoder) segment(marker byte, body ...byte) {
	n := len(body) + 2
	e.out.Write([]byte{0xff, marker, byte(n >> 8), byte(n)})
	e.out.Write(body)
}

// head writes all that stands before the first scan.
func (e *encoder) head() {
	f := e.frame
	e.out.Write([]byte{0xff, markerSOI})
	e.segment(markerAPP0, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0)
	for i, q := range f.quant {
		table := []byte{byte(i)}
		for _, at := range zigzag {
			table = append(table, byte(q[at]))
		}
		e.segment(markerDQT, table...)
	}
	frame := []byte{8, byte(f.size.Y >> 8), byte(f.size.Y), byte(f.size.X >> 8), byte(f.size.X), byte(len(f.components))}
	for i, c := range f.components {
		frame = append(frame, byte(i+1), byte(c.sampling<<4|c.sampling), byte(c.table))
	}
	e.segment(markerSOF2, frame...)
}

// scan goes twice over its coefficients: to count what is in them, and to write it.
func (e *encoder) scan(s scan) {
	count := &counter{}
	e.walk(s, count)
	var codes [2]codes
	for i, used := range count.seen {
		if !used.any() {
			continue
		}
		table := newTable(&used)
		class := byte(0)
		if s.first > 0 {
			class = 1
		}
		e.segment(markerDHT, append([]byte{class<<4 | byte(i)}, table.spec()...)...)
		codes[i] = table.codes()
	}
	e.startScan(s)
	w := &bitWriter{out: &e.out, codes: codes}
	e.walk(s, w)
	w.flush()
}

func (e *encoder) startScan(s scan) {
	head := []byte{byte(len(s.components))}
	for _, i := range s.components {
		t := byte(e.frame.components[i].table)
		head = append(head, byte(i+1), t<<4|t)
	}
	e.segment(markerSOS, append(head, byte(s.first), byte(s.last), 0)...)
}

// A sink takes symbols, each with some bits that follow it as they are.
type sink interface {
	put(table int, symbol byte, bits uint32, n uint)
}

func (e *encoder) walk(s scan, to sink) {
	if s.first == 0 {
		e.frame.walkDC(to)
		return
	}
	e.frame.components[s.components[0]].walkAC(s.first, s.last, to)
}
