package tl

import (
	"encoding/binary"
	"math"
)

// An Object is a TL value that can write itself, constructor id first, in the shape of the writer's layer.
type Object interface {
	Encode(w *Writer)
	// TLName is the name in the schema, such as "messages.sendMessage" or "userEmpty".
	TLName() string
}

// A Writer appends TL values to B. Layer says in which API layer objects are written; 0 is the newest.
type Writer struct {
	B     []byte
	Layer int
}

// Encode writes o in the shape of layer and returns the bytes.
func Encode(o Object, layer int) []byte {
	w := Writer{Layer: layer}
	o.Encode(&w)
	return w.B
}

// Uint32 appends four bytes.
func (w *Writer) Uint32(v uint32) { w.B = binary.LittleEndian.AppendUint32(w.B, v) }

// ID appends a constructor id.
func (w *Writer) ID(id uint32) { w.Uint32(id) }

// Int32 appends a TL int.
func (w *Writer) Int32(v int32) { w.Uint32(uint32(v)) }

// Int64 appends a TL long.
func (w *Writer) Int64(v int64) { w.B = binary.LittleEndian.AppendUint64(w.B, uint64(v)) }

// Float64 appends a TL double.
func (w *Writer) Float64(v float64) { w.Int64(int64(math.Float64bits(v))) }

// Raw appends b as it is.
func (w *Writer) Raw(b []byte) { w.B = append(w.B, b...) }

// Bool appends boolTrue or boolFalse.
func (w *Writer) Bool(v bool) {
	if v {
		w.Uint32(IDBoolTrue)
	} else {
		w.Uint32(IDBoolFalse)
	}
}

// Bytes appends b as a TL string. It must be shorter than 16 MiB.
func (w *Writer) Bytes(b []byte) {
	w.length(len(b))
	w.B = append(w.B, b...)
	w.pad(len(b))
}

// String appends s as a TL string. It must be shorter than 16 MiB.
func (w *Writer) String(s string) {
	w.length(len(s))
	w.B = append(w.B, s...)
	w.pad(len(s))
}

// Vector appends the head of a boxed vector of n items.
func (w *Writer) Vector(n int) {
	w.Uint32(IDVector)
	w.Int32(int32(n))
}

func (w *Writer) length(n int) {
	if n < 254 {
		w.B = append(w.B, byte(n))
		return
	}
	w.B = append(w.B, 254, byte(n), byte(n>>8), byte(n>>16))
}

func (w *Writer) pad(n int) {
	head := 1
	if n >= 254 {
		head = 4
	}
	var zero [3]byte
	w.B = append(w.B, zero[:padding(head+n)]...)
}
