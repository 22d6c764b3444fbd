package files

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

// Only what names a chunk is taken for the name of one.
func FuzzObjectNames(f *testing.F) {
	c, err := newChunk([]byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(c.object())
	f.Add(c.object() + ".18ab.tmp")
	f.Add("00/doctor-x")
	f.Fuzz(func(t *testing.T, name string) {
		if c, ok := chunkOf(name); ok && c.object() != name {
			t.Errorf("%q became %q", name, c.object())
		}
	})
}

// No reference is good but those that were given out.
func FuzzReferences(f *testing.F) {
	s := &Service{key: [32]byte{1}, now: func() time.Time { return time.Unix(1_800_000_000, 0) }, o: Options{}.withDefaults()}
	f.Add(int64(7), s.AccessHash(7), s.Reference(7))
	f.Add(int64(7), s.AccessHash(7), []byte{})
	f.Fuzz(func(t *testing.T, id, access int64, ref []byte) {
		if s.Check(id, access, ref) == nil && (access != s.AccessHash(id) || !bytes.Equal(ref, s.Reference(id))) {
			t.Errorf("%x is a reference of %d", ref, id)
		}
	})
}

// Whatever order parts come in: what is accepted to its end is a file whose parts have one size, but the last.
func FuzzOrderOfParts(f *testing.F) {
	f.Add([]byte{0, 10, 1, 10, 2, 3}, byte(3))
	f.Add([]byte{2, 3, 0, 10, 1, 10}, byte(0))
	f.Add([]byte{0, 1, 0, 2, 1, 2}, byte(0))
	f.Fuzz(func(t *testing.T, steps []byte, total byte) {
		up := upload{last: -1}
		sizes := map[int]int{}
		for ; len(steps) >= 2; steps = steps[2:] {
			part, size := int(steps[0]%8), 1<<(steps[1]%20)
			if steps[1]&0x80 != 0 {
				size--
			}
			if size == 0 || size > ChunkSize || total != 0 && part >= int(total) {
				continue
			}
			before := up
			if up.add(part, size, int(total)) != nil {
				up = before // the transaction rolls back
				continue
			}
			sizes[part] = size
		}
		var parts []savedPart
		for n := range len(sizes) {
			size, ok := sizes[n]
			if !ok {
				return // one is missing
			}
			parts = append(parts, savedPart{size: size})
		}
		if len(parts) > 0 && checkSizes(parts) != nil {
			t.Errorf("sizes %v were accepted", sizes)
		}
	})
}

// What stands in a row can be anything after a restore of the wrong backup; it must not hurt.
func FuzzBodies(f *testing.F) {
	text, err := json.Marshal(body{Attributes{Name: "a", Video: &Video{}}, []Size{{Type: "m", Blob: Hash{1}}}, nil})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var b body
		if json.Unmarshal(text, &b) == nil {
			_ = File{Kind: Document, Attributes: b.Attributes, Sizes: b.Sizes, Videos: b.Videos}.Class()
		}
	})
}
