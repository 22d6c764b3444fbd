package tl

import "math"

// Ints appends a boxed vector of ints.
func (w *Writer) Ints(vs []int32) {
	w.Vector(len(vs))
	for _, v := range vs {
		w.Int32(v)
	}
}

// Longs appends a boxed vector of longs.
func (w *Writer) Longs(vs []int64) {
	w.Vector(len(vs))
	for _, v := range vs {
		w.Int64(v)
	}
}

// Doubles appends a boxed vector of doubles.
func (w *Writer) Doubles(vs []float64) {
	w.Vector(len(vs))
	for _, v := range vs {
		w.Float64(v)
	}
}

// Strings appends a boxed vector of strings.
func (w *Writer) Strings(vs []string) {
	w.Vector(len(vs))
	for _, v := range vs {
		w.String(v)
	}
}

// ByteStrings appends a boxed vector of byte strings.
func (w *Writer) ByteStrings(vs [][]byte) {
	w.Vector(len(vs))
	for _, v := range vs {
		w.Bytes(v)
	}
}

// Vector reads a boxed vector of items of at least minSize bytes each. An empty one is not nil.
func Vector[T any](r *Reader, what string, minSize int, item func(*Reader) T) []T {
	n := r.Vector(what, minSize)
	if r.err != nil {
		return nil
	}
	out := make([]T, 0, n)
	for range n {
		v := item(r)
		if r.err != nil {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// Bit is the flag bit n if set, else 0.
func Bit(set bool, n uint) uint32 {
	if set {
		return 1 << n
	}
	return 0
}

// Value is what p points to, or zero.
func Value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Narrow fits v into a TL int, as older layers had it; what is too large becomes the largest.
func Narrow(v int64) int32 {
	return int32(max(math.MinInt32, min(v, math.MaxInt32)))
}
