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

	failed  bool
	dropped int
}

// Encode writes o in the shape of layer and returns the bytes. It returns nil if o has no form in layer;
// parts of it that have none are left out or replaced.
func Encode(o Object, layer int) []byte {
	w := Writer{Layer: layer}
	o.Encode(&w)
	if w.failed {
		return nil
	}
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

// Vector appends the head of a boxed vector of n items and returns its position, for Item.
func (w *Writer) Vector(n int) (head int) {
	head = len(w.B)
	w.Uint32(IDVector)
	w.Int32(int32(n))
	return head
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

// Fail notes that what is being written cannot be said in the writer's layer, or lacks something that it
// must have. The writing method returns at once; the nearest caller that can leave the value out, or put
// another in its place, rolls back with Undo, Optional or Item. If none can, Failed stays true.
func (w *Writer) Fail() { w.failed = true }

// Failed reports whether Fail was called and nothing was rolled back since.
func (w *Writer) Failed() bool { return w.failed }

// Dropped counts the values that were left out or replaced because the layer has no form for them.
func (w *Writer) Dropped() int { return w.dropped }

// Mark is the position to which Undo, Optional and Item roll back.
func (w *Writer) Mark() int { return len(w.B) }

// Undo takes back all that was written since mark if that failed, and reports whether it did.
func (w *Writer) Undo(mark int) bool {
	if !w.failed {
		return false
	}
	w.B, w.failed = w.B[:mark], false
	w.dropped++
	return true
}

// Flags appends a word of flags and returns its position, for Optional.
func (w *Writer) Flags(bits uint32) int {
	w.Uint32(bits)
	return len(w.B) - 4
}

// Optional ends an optional field begun at mark: if it failed it is taken back and its bit in the word at
// flags is cleared.
func (w *Writer) Optional(mark, flags int, bit uint) {
	if !w.failed {
		return
	}
	w.Undo(mark)
	word := w.B[flags : flags+4]
	binary.LittleEndian.PutUint32(word, binary.LittleEndian.Uint32(word)&^(1<<bit))
}

// Item ends an item, begun at mark, of the vector whose head is at head: if it failed it is taken back and
// the vector counts one less.
func (w *Writer) Item(mark, head int) {
	if !w.failed {
		return
	}
	w.Undo(mark)
	count := w.B[head+4 : head+8]
	binary.LittleEndian.PutUint32(count, binary.LittleEndian.Uint32(count)-1)
}
