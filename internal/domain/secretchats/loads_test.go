package secretchats

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestALoadIsCompleteWithItsLastByte(t *testing.T) {
	for name, tt := range map[string]struct {
		size   int64
		pieces [][2]int64 // offset and length
		at     int        // the piece that makes it complete; -1: none
	}{
		"in order":        {10, [][2]int64{{0, 4}, {4, 4}, {8, 4}}, 2},
		"backwards":       {10, [][2]int64{{8, 2}, {4, 4}, {0, 4}}, 2},
		"twice":           {10, [][2]int64{{0, 4}, {0, 4}, {4, 6}}, 2},
		"a gap":           {10, [][2]int64{{0, 4}, {5, 5}}, -1},
		"over each other": {10, [][2]int64{{0, 7}, {3, 7}}, 1},
		"nothing":         {10, [][2]int64{{0, 0}, {10, 5}}, -1},
		"all at once":     {10, [][2]int64{{0, 100}}, 0},
	} {
		var l loads
		at := -1
		for i, p := range tt.pieces {
			if l.add(1, 2, tt.size, p[0], p[1]) {
				at = i
			}
		}
		if at != tt.at {
			t.Errorf("%s: complete at %d, want %d", name, at, tt.at)
		}
	}
}

func TestLoadsAreBounded(t *testing.T) {
	var l loads
	for i := range int64(maxLoads + 10) {
		l.add(1, i, 100, 0, 1)
	}
	if len(l.all) > maxLoads {
		t.Errorf("%d are followed", len(l.all))
	}
	if !l.add(2, 1, 100, 0, 50) && !l.add(2, 1, 100, 50, 50) {
		t.Error("a download is kept out by others that do not end")
	}
	l = loads{}
	for i := range int64(3 * maxSpans) {
		l.add(1, 2, 1<<40, 10*i, 1)
		if len(l.all[load{1, 2}]) > maxSpans {
			t.Fatal("too many gaps")
		}
	}
	l.add(1, 3, 100, 0, 1)
	l.forget(3)
	if len(l.all[load{1, 3}]) != 0 {
		t.Error("a forgotten load is followed")
	}
}

// FuzzJoin adds pieces of all kinds and compares with a map of bytes.
func FuzzJoin(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		const size = 64
		var have [size]bool
		var spans []span
		for range 30 {
			off := r.Int64N(size)
			end := min(off+r.Int64N(9), size)
			for i := off; i < end; i++ {
				have[i] = true
			}
			spans = join(spans, span{off, end})
		}
		var got [size]bool
		for i, s := range spans {
			if s.off >= s.end || i > 0 && spans[i-1].end >= s.off {
				t.Fatalf("not sorted and apart: %v", spans)
			}
			for b := s.off; b < s.end; b++ {
				got[b] = true
			}
		}
		if !slices.Equal(got[:], have[:]) {
			t.Fatalf("%v does not say which bytes are there", spans)
		}
	})
}
