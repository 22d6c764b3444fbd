package packed

import (
	"bytes"
	"sync"
	"testing"

	"hermod/internal/tl"
)

// spoken writes its layer.
type spoken struct{ rest []byte }

func (s spoken) Encode(w *tl.Writer) {
	w.Int32(int32(w.Layer))
	w.Raw(s.rest)
}

func (spoken) TLName() string { return "spoken" }

func TestFormIsMadeOnceForEachLayer(t *testing.T) {
	f := NewForm(spoken{make([]byte, 2*Worth)})
	var wait sync.WaitGroup
	bodies := make([][]byte, 100)
	for i := range bodies {
		wait.Go(func() { bodies[i] = f.Body(200 + i%2) })
	}
	wait.Wait()
	for i, b := range bodies {
		if &b[0] != &bodies[i%2][0] {
			t.Fatalf("body %d was made again", i)
		}
		if !Is(b) {
			t.Errorf("body %d is not packed", i)
		}
	}
	plain, err := Unpack(bodies[1], 1<<20)
	if err != nil || !bytes.Equal(plain[:4], []byte{201, 0, 0, 0}) {
		t.Errorf("layer 201 is %x, %v", plain[:min(4, len(plain))], err)
	}
}
