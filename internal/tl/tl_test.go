package tl

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestScalarsThereAndBack(t *testing.T) {
	var w Writer
	w.Int32(-5)
	w.Int64(math.MinInt64)
	w.Float64(1.5)
	w.Bool(true)
	w.Bool(false)
	w.Ints([]int32{1, 2})
	w.Longs([]int64{3})
	w.Doubles([]float64{4})
	w.Strings([]string{"a", ""})
	w.ByteStrings([][]byte{{1}, nil})
	r := NewReader(w.B)
	if r.Int32() != -5 || r.Int64() != math.MinInt64 || r.Float64() != 1.5 || !r.Bool() || r.Bool() {
		t.Error("scalars differ")
	}
	ints := Vector(r, "ints", 4, (*Reader).Int32)
	longs := Vector(r, "longs", 8, (*Reader).Int64)
	doubles := Vector(r, "doubles", 8, (*Reader).Float64)
	texts := Vector(r, "strings", 4, (*Reader).String)
	blobs := Vector(r, "bytes", 4, (*Reader).Bytes)
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	if len(ints) != 2 || len(longs) != 1 || len(doubles) != 1 || len(texts) != 2 || texts[0] != "a" || len(blobs) != 2 {
		t.Errorf("vectors differ: %v %v %v %q %v", ints, longs, doubles, texts, blobs)
	}
}

func TestStringsOfEveryPadding(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 4, 252, 253, 254, 255, 256, 257, 1 << 16} {
		s := strings.Repeat("x", n)
		var w Writer
		w.String(s)
		if len(w.B)%4 != 0 {
			t.Errorf("length %d is written in %d bytes", n, len(w.B))
		}
		r := NewReader(w.B)
		if got := r.String(); got != s || r.End() != nil {
			t.Errorf("length %d: read %d, %v", n, len(got), r.Err())
		}
	}
}

func TestReaderErrors(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		read func(*Reader)
		want error
	}{
		{"short int", []byte{1, 2}, func(r *Reader) { r.Int32() }, ErrShort},
		{"short string", []byte{200, 1, 2, 3}, func(r *Reader) { r.Bytes() }, ErrShort},
		{"missing padding", []byte{1, 'a'}, func(r *Reader) { r.Bytes() }, ErrShort},
		{"eight-byte length", bytes.Repeat([]byte{255}, 32), func(r *Reader) { r.Bytes() }, ErrLimit},
		{"bad bool", []byte{1, 2, 3, 4}, func(r *Reader) { r.Bool() }, ErrUnknown},
		{"no vector", []byte{1, 2, 3, 4, 0, 0, 0, 0}, func(r *Reader) { r.Vector("v", 4) }, ErrUnknown},
		{"promising vector", []byte{0x15, 0xc4, 0xb5, 0x1c, 0, 1, 0, 0, 9}, func(r *Reader) { r.Vector("v", 4) }, ErrShort},
		{"negative vector", []byte{0x15, 0xc4, 0xb5, 0x1c, 255, 255, 255, 255}, func(r *Reader) { r.Vector("v", 4) }, ErrLimit},
		{"left over", []byte{1, 0, 0, 0, 2}, func(r *Reader) { r.Int32() }, ErrTrailing},
		{"too deep", nil, func(r *Reader) {
			for r.Enter() {
			}
		}, ErrLimit},
	}
	for _, tt := range tests {
		r := NewReader(tt.in)
		tt.read(r)
		if err := r.End(); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// optional is an object with two optional fields and a vector, each of which may fail.
type optional struct{ first, second, item bool }

func (optional) TLName() string { return "optional" }

func (o optional) Encode(w *Writer) {
	w.ID(1)
	flags := w.Flags(3)
	mark := w.Mark()
	maybe(o.first).Encode(w)
	w.Optional(mark, flags, 0)
	mark = w.Mark()
	maybe(o.second).Encode(w)
	w.Optional(mark, flags, 1)
	head := w.Vector(2)
	for _, ok := range []bool{o.item, true} {
		mark := w.Mark()
		maybe(ok).Encode(w)
		w.Item(mark, head)
	}
}

type maybe bool

func (maybe) TLName() string { return "maybe" }

func (m maybe) Encode(w *Writer) {
	w.Int32(7)
	if !m {
		w.Fail()
	}
}

func TestRollback(t *testing.T) {
	for _, o := range []optional{{true, true, true}, {false, true, true}, {true, false, false}, {}} {
		w := Writer{}
		o.Encode(&w)
		if w.Failed() {
			t.Fatalf("%+v failed", o)
		}
		r := NewReader(w.B)
		if r.ID() != 1 {
			t.Fatal("no id")
		}
		flags := r.Uint32()
		if flags != Bit(o.first, 0)|Bit(o.second, 1) {
			t.Errorf("%+v: flags %b", o, flags)
		}
		for _, present := range []bool{o.first, o.second} {
			if present {
				r.Int32()
			}
		}
		want := 1 + int(Bit(o.item, 0))
		if got := Vector(r, "items", 4, (*Reader).Int32); len(got) != want || r.End() != nil {
			t.Errorf("%+v: %v, %v", o, got, r.Err())
		}
	}
	if b := Encode(maybe(false), 0); b != nil {
		t.Errorf("what fails is written as %v", b)
	}
}

// FuzzReader drives every method of the reader by its own input.
func FuzzReader(f *testing.F) {
	f.Add([]byte{3, 'a', 'b', 'c'}, []byte{7})
	f.Add([]byte{0x15, 0xc4, 0xb5, 0x1c, 1, 0, 0, 0, 2, 0, 0, 0}, []byte{9})
	f.Fuzz(func(t *testing.T, in, plan []byte) {
		r := NewReader(in)
		for _, step := range plan {
			before := r.Len()
			drive(r, step)
			if r.Len() > before {
				t.Fatal("the reader went back")
			}
		}
		if r.Err() == nil && r.Len() > len(in) {
			t.Fatal("more left than there was")
		}
	})
}

func drive(r *Reader, step byte) {
	switch step % 14 {
	case 0:
		r.Int32()
	case 1:
		r.Int64()
	case 2:
		r.Float64()
	case 3:
		r.Int128()
	case 4:
		r.Int256()
	case 5:
		r.Bool()
	case 6:
		_ = r.String()
	case 7:
		r.Bytes()
	case 8:
		r.Count("n", 100, 4)
	case 9:
		Vector(r, "v", 4, (*Reader).Int32)
	case 10:
		r.Raw(int(step))
	case 11:
		r.PeekID()
	case 12:
		r.Enter()
	case 13:
		r.Leave()
	}
}
