package secret

import (
	"testing"

	"hermod/internal/tl"
)

func TestThereAndBack(t *testing.T) {
	in := &DecryptedMessageLayer{
		RandomBytes: []byte("fifteen bytes.."), Layer: 144, InSeqNo: 1, OutSeqNo: 2,
		Message: &DecryptedMessage{
			RandomID: 1, TTL: 5, Message: "hello", Silent: true,
			Entities: []MessageEntityClass{&MessageEntityBold{Length: 5}},
			Media:    &DecryptedMessageMediaGeoPoint{Lat: 59.9, Long: 10.7},
		},
	}
	b := tl.Encode(in, 0)
	r := tl.NewReader(b)
	out, err := Decode(r)
	if err != nil || r.End() != nil {
		t.Fatal(err, r.Err())
	}
	if string(tl.Encode(out, 0)) != string(b) {
		t.Errorf("came back as %+v", out)
	}
}

// FuzzDecode feeds anything to the decoder of what others put into secret messages.
func FuzzDecode(f *testing.F) {
	f.Add(tl.Encode(&DecryptedMessageService{RandomID: 1, Action: &DecryptedMessageActionNoop{}}, 0))
	f.Fuzz(func(t *testing.T, in []byte) {
		if o, err := Decode(tl.NewReader(in)); err == nil {
			tl.Encode(o, 0)
		}
	})
}
