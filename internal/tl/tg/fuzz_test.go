package tg

import (
	"runtime"
	"testing"

	"hermod/internal/tl"
	"hermod/internal/tl/gen"
)

// FuzzDecodeRequest feeds anything to the decoder of requests: it must end, with a request or an error.
func FuzzDecodeRequest(f *testing.F) {
	file := schemaFile(f)
	for _, layer := range []int{134, 181, Newest} {
		schema := file.At(layer)
		sampler := gen.NewSampler(schema)
		for i, name := range schema.Functions() {
			if i%7 != 0 {
				continue
			}
			if b, err := schema.Encode(name, sampler.Fields(name, 1)); err == nil {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		req, err := DecodeRequest(tl.NewReader(b))
		if (req == nil) == (err == nil) {
			t.Fatalf("request %v and error %v", req, err)
		}
	})
}

// FuzzDecodeStored feeds anything to the decoders of stored values and writes what comes out for old layers.
func FuzzDecodeStored(f *testing.F) {
	f.Add(tl.Encode(&ReplyInlineMarkup{Rows: []*KeyboardInlineButtonRow{{}}}, 0), 134)
	f.Add(tl.Encode(&MessageMediaPoll{Poll: newPoll(), Results: &PollResults{}}, 0), 181)
	f.Fuzz(func(t *testing.T, b []byte, layer int) {
		for _, decode := range stored {
			r := tl.NewReader(b)
			if o := decode(r); r.Err() == nil {
				tl.Encode(o, layer)
			}
		}
	})
}

// maxAmplification bounds what a decoder allocates for each byte of hostile input. The worst honest case is
// a vector of objects of four bytes each, which become structs.
const maxAmplification = 128

// TestDecodeAllocatesInProportion sends vectors whose counts promise far more than follows, and vectors full
// of the smallest objects.
func TestDecodeAllocatesInProportion(t *testing.T) {
	inputs := map[string][]byte{}
	promise := &tl.Writer{}
	promise.ID(0xd91a548) // users.getUsers
	promise.Vector(1 << 30)
	inputs["promise"] = append(promise.B, make([]byte, 64)...)

	full := &tl.Writer{}
	full.ID(0xd91a548)
	full.Vector(60000)
	for range 60000 {
		full.ID(0xf7c1b13f) // inputUserSelf
	}
	inputs["full"] = full.B
	inputs["nested"] = nestedKeyboards()
	for name, b := range inputs {
		got := allocated(func() { DecodeRequest(tl.NewReader(b)) })
		if limit := uint64(len(b)*maxAmplification + 16<<10); got > limit {
			t.Errorf("%s: %d bytes allocated for %d", name, got, len(b))
		}
	}
}

// nestedKeyboards is a request with many empty rows, whose structs are larger than their bytes.
func nestedKeyboards() []byte {
	rows := make([]*KeyboardInlineButtonRow, 20000)
	for i := range rows {
		rows[i] = &KeyboardInlineButtonRow{}
	}
	return tl.Encode(&MessagesSendMessage{
		Peer: &InputPeerSelf{}, ReplyMarkup: &ReplyInlineMarkup{Rows: rows},
	}, Newest)
}

func allocated(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
