// Package packed is gzip_packed: a TL object in compressed form, which may stand wherever an object may.
//
// Both directions have bounds: nothing grows past the limit that the caller gives, whatever the input says.
// It knows no schema and is used by the sessions (whole messages) and the dispatcher (parameters of calls).
//
// Spec: https://core.telegram.org/mtproto/service_messages#packed-object
package packed

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"

	"hermod/internal/tl"
)

// ID is the constructor id of gzip_packed.
const ID uint32 = 0x3072cfa1

// ErrCorrupt means that the compressed bytes are none.
var ErrCorrupt = errors.New("packed: corrupt data")

// Is says whether b begins with a packed object.
func Is(b []byte) bool { return tl.NewReader(b).PeekID() == ID }

// Unpack returns the object in b, which Is one, in fresh memory. TDLib sends a zlib stream where the
// specification says gzip; both are taken.
//
// It fails with tl.ErrShort, tl.ErrTrailing, ErrCorrupt, or with tl.ErrLimit if the object is larger than limit bytes
// or improbably larger than its packed form.
func Unpack(b []byte, limit int) ([]byte, error) {
	r := tl.NewReader(b)
	r.ID()
	data := r.Bytes()
	if err := r.End(); err != nil {
		return nil, fmt.Errorf("decode gzip_packed: %w", err)
	}
	limit = min(limit, max(freeSize, maxRatio*len(data)))
	size, known := declared(data)
	if known && size > limit {
		return nil, fmt.Errorf("unpack %d bytes, at most %d: %w", size, limit, tl.ErrLimit)
	}
	if !known {
		size = min(limit, 4*len(data))
	}
	stream, done, err := open(data)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w: %w", ErrCorrupt, err)
	}
	defer done()
	return readAll(stream, limit, size)
}

// What people and programs write shrinks to a tenth, seldom to a hundredth; a bomb to a thousandth.
const (
	maxRatio = 128
	freeSize = 64 << 10 // bytes below which the ratio does not matter
)

// declared returns the size that the end of a gzip stream says it has.
// Spec: https://www.rfc-editor.org/rfc/rfc1952#page-8
func declared(data []byte) (size int, known bool) {
	const smallest = 18 // head and tail of a gzip stream
	if len(data) < smallest || data[0] != gzipMagic {
		return 0, false
	}
	return int(min(binary.LittleEndian.Uint32(data[len(data)-4:]), math.MaxInt32)), true
}

// gzipMagic is the first byte of a gzip stream.
const gzipMagic = 0x1f

// readAll reads at most limit bytes into memory for size, which grows only if that is wrong.
func readAll(stream io.Reader, limit, size int) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(size + bytes.MinRead)
	n, err := out.ReadFrom(io.LimitReader(stream, int64(limit)+1))
	switch {
	case n > int64(limit):
		return nil, fmt.Errorf("unpack more than %d bytes: %w", limit, tl.ErrLimit)
	case err != nil:
		return nil, fmt.Errorf("unpack: %w: %w", ErrCorrupt, err)
	}
	return out.Bytes(), nil
}

var gzipReaders = sync.Pool{New: func() any { return new(gzip.Reader) }}

// open returns the plain stream of data; done gives its memory back.
func open(data []byte) (stream io.Reader, done func(), err error) {
	if len(data) > 0 && data[0] != gzipMagic { // zlib: 78 9c and its like
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, nil, err
		}
		return z, func() { _ = z.Close() }, nil // fails only after a failed read
	}
	g := gzipReaders.Get().(*gzip.Reader)
	if err := g.Reset(bytes.NewReader(data)); err != nil {
		gzipReaders.Put(g)
		return nil, nil, err
	}
	return g, func() { gzipReaders.Put(g) }, nil
}

var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a good one
	return w
}}

// Pack returns object as gzip_packed, or object itself if that is not shorter, or so much shorter that Unpack would refuse it.
func Pack(object []byte) []byte {
	var z bytes.Buffer
	z.Grow(len(object)/2 + 64)
	g := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(g)
	g.Reset(&z)
	if _, err := g.Write(object); err != nil { // a buffer takes everything
		return object
	}
	if err := g.Close(); err != nil {
		return object
	}
	if z.Len()+8 >= len(object) || z.Len() >= 1<<24 || len(object) > max(freeSize, maxRatio*z.Len()) { // 8: id and length
		return object
	}
	w := tl.Writer{B: make([]byte, 0, z.Len()+12)}
	w.ID(ID)
	w.Bytes(z.Bytes())
	return w.B
}
