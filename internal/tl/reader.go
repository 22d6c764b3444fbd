// Package tl is the wire format of TL, the Type Language: little-endian words, strings padded to four
// bytes, vectors with a count. It knows no schema; the generated packages below it do.
//
// Nothing here panics or allocates from a number that was not first compared with the bytes that are
// really there.
//
// Spec: https://core.telegram.org/mtproto/serialize
package tl

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Errors of the decoders. All of them are signs of a broken or hostile peer.
var (
	// ErrShort means that the input ended before the value did.
	ErrShort = errors.New("tl: input too short")
	// ErrLimit means that a count, a length or a nesting is larger than allowed.
	ErrLimit = errors.New("tl: limit exceeded")
	// ErrUnknown means a constructor id that is not known at this place.
	ErrUnknown = errors.New("tl: unknown constructor")
	// ErrTrailing means that bytes were left over behind the value.
	ErrTrailing = errors.New("tl: bytes left over")
)

// Constructor ids of the built-in types.
const (
	IDVector    uint32 = 0x1cb5c415
	IDBoolTrue  uint32 = 0x997275b5
	IDBoolFalse uint32 = 0xbc799737
	IDTrue      uint32 = 0x3fedd339
	IDNull      uint32 = 0x56730bcc
)

// maxDepth bounds the nesting of objects.
const maxDepth = 64

// A Reader decodes TL values from a byte slice. It remembers its first error; after it every method returns
// a zero value, so decoding code reads like the schema and asks for the error once, at the end.
type Reader struct {
	b     []byte
	err   error
	depth int
}

// NewReader reads from b. Byte slices returned by the reader alias b.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err returns the first error.
func (r *Reader) Err() error { return r.err }

// End returns the first error, or ErrTrailing if bytes are left over.
func (r *Reader) End() error {
	if r.err == nil && len(r.b) > 0 {
		r.Fail(fmt.Errorf("%d bytes: %w", len(r.b), ErrTrailing))
	}
	return r.err
}

// Fail makes err the reader's error, unless it has one already.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err, r.b = err, nil
	}
}

// Len is the number of bytes not yet read.
func (r *Reader) Len() int { return len(r.b) }

// Rest takes all that is left; it aliases the input.
func (r *Reader) Rest() []byte {
	b := r.b
	r.b = nil
	return b
}

// Raw takes n bytes, aliasing the input.
func (r *Reader) Raw(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.Fail(ErrShort)
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// PeekID returns the next constructor id without taking it; 0 if there is none.
func (r *Reader) PeekID() uint32 {
	if len(r.b) < 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(r.b)
}

// Uint32 takes four bytes.
func (r *Reader) Uint32() uint32 {
	if b := r.Raw(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// ID takes a constructor id.
func (r *Reader) ID() uint32 { return r.Uint32() }

// Int32 takes a TL int.
func (r *Reader) Int32() int32 { return int32(r.Uint32()) }

// Int64 takes a TL long.
func (r *Reader) Int64() int64 {
	if b := r.Raw(8); b != nil {
		return int64(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// Float64 takes a TL double.
func (r *Reader) Float64() float64 { return math.Float64frombits(uint64(r.Int64())) }

// Int128 takes 16 bytes.
func (r *Reader) Int128() (v [16]byte) {
	copy(v[:], r.Raw(16))
	return v
}

// Int256 takes 32 bytes.
func (r *Reader) Int256() (v [32]byte) {
	copy(v[:], r.Raw(32))
	return v
}

// Bool takes a boolTrue or boolFalse.
func (r *Reader) Bool() bool {
	switch id := r.Uint32(); {
	case r.err != nil:
		return false
	case id == IDBoolTrue:
		return true
	case id != IDBoolFalse:
		r.Fail(fmt.Errorf("bool %#x: %w", id, ErrUnknown))
	}
	return false
}

// Bytes takes a TL string as bytes, which alias the input.
func (r *Reader) Bytes() []byte {
	head := r.Raw(1)
	if head == nil {
		return nil
	}
	n, used := int(head[0]), 1
	switch head[0] {
	case 254:
		l := r.Raw(3)
		if l == nil {
			return nil
		}
		n, used = int(l[0])|int(l[1])<<8|int(l[2])<<16, 4
	case 255:
		r.Fail(fmt.Errorf("string of eight-byte length: %w", ErrLimit))
		return nil
	}
	b := r.Raw(n)
	r.Raw(padding(used + n))
	if r.err != nil {
		return nil
	}
	return b
}

// String takes a TL string.
func (r *Reader) String() string { return string(r.Bytes()) }

// Count reads a vector length. It fails unless 0 <= n <= max and n items of at least minSize bytes each
// can still follow, so its result is safe to allocate from.
func (r *Reader) Count(what string, max, minSize int) int {
	n := int(r.Int32()) // 0 after an earlier error
	if n < 0 || n > max {
		r.Fail(fmt.Errorf("%s %d, at most %d: %w", what, n, max, ErrLimit))
		return 0
	}
	if n*minSize > len(r.b) {
		r.Fail(ErrShort)
		return 0
	}
	return n
}

// maxVector bounds every vector in a request.
const maxVector = 1 << 16

// Vector takes the head of a boxed vector and returns its length, as Count does.
func (r *Reader) Vector(what string, minSize int) int {
	if id := r.Uint32(); r.err == nil && id != IDVector {
		r.Fail(fmt.Errorf("%s: vector %#x: %w", what, id, ErrUnknown))
		return 0
	}
	return r.Count(what, maxVector, minSize)
}

// Unknown fails because a constructor id is not one of the named type.
func (r *Reader) Unknown(what string, id uint32) {
	r.Fail(fmt.Errorf("%s %#x: %w", what, id, ErrUnknown))
}

// Enter begins a nested object; it fails when they are nested too deeply. Leave ends it.
func (r *Reader) Enter() bool {
	r.depth++
	if r.depth > maxDepth {
		r.Fail(fmt.Errorf("objects nested deeper than %d: %w", maxDepth, ErrLimit))
	}
	return r.err == nil
}

// Leave ends what Enter began.
func (r *Reader) Leave() { r.depth-- }

// padding is the number of bytes that bring n to a multiple of four.
func padding(n int) int { return -n & 3 }
