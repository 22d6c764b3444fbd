package tg

import "hermod/internal/tl"

// Bool is an answer that is only true or false.
type Bool bool

// TLName is "boolTrue" or "boolFalse".
func (b Bool) TLName() string {
	if b {
		return "boolTrue"
	}
	return "boolFalse"
}

// Encode writes b.
func (b Bool) Encode(w *tl.Writer) { w.Bool(bool(b)) }

// Vector is an answer that is a bare vector of objects. Those that the layer cannot say are left out.
type Vector[T tl.Object] []T

// TLName is "vector".
func (Vector[T]) TLName() string { return "vector" }

// Encode writes v.
func (v Vector[T]) Encode(w *tl.Writer) {
	head := w.Vector(len(v))
	for _, o := range v {
		mark := w.Mark()
		o.Encode(w)
		w.Item(mark, head)
	}
}

// IntVector is an answer that is a vector of ints.
type IntVector []int32

// TLName is "vector".
func (IntVector) TLName() string { return "vector" }

// Encode writes v.
func (v IntVector) Encode(w *tl.Writer) { w.Ints(v) }

// LongVector is an answer that is a vector of longs.
type LongVector []int64

// TLName is "vector".
func (LongVector) TLName() string { return "vector" }

// Encode writes v.
func (v LongVector) Encode(w *tl.Writer) { w.Longs(v) }
