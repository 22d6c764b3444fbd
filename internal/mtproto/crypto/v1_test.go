package crypto

import (
	"bytes"
	"errors"
	"testing"

	"github.com/gotd/td/bin"
	gotd "github.com/gotd/td/crypto"
)

func TestOpenV1(t *testing.T) {
	k := newTestKey()
	want := BoundMessage{Random: [16]byte(random(16)), ID: 5, SeqNo: 0, Body: random(40)}
	packet := k.SealV1(want)
	got, err := k.OpenV1(packet)
	if err != nil || got.Random != want.Random || got.ID != 5 || !bytes.Equal(got.Body, want.Body) {
		t.Errorf("got %+v, %v", got, err)
	}
	for bit := range 8 * len(packet) {
		bent := bytes.Clone(packet)
		bent[bit/8] ^= 1 << (bit % 8)
		// Padding is not covered by the message key, so a bend there may pass; it changes nothing that is used.
		if got, err := k.OpenV1(bent); err == nil && !bytes.Equal(got.Body, want.Body) || err != nil && !errors.Is(err, ErrMessage) {
			t.Fatalf("bit %d: %+v, %v", bit, got, err)
		}
	}
}

// The keys are those that another implementation derives.
func TestDeriveV1(t *testing.T) {
	k := newTestKey()
	messageKey := [16]byte(random(16))
	key, iv := DeriveV1(k.Secret[:], messageKey[:])
	wantKey, wantIV := gotd.KeysV1(gotd.Key(k.Secret), bin.Int128(messageKey))
	if key != wantKey || iv != wantIV {
		t.Errorf("got %x, %x; want %x, %x", key, iv, wantKey, wantIV)
	}
}

func FuzzOpenV1(f *testing.F) {
	k := NewKey([KeySize]byte{1})
	f.Add(k.SealV1(BoundMessage{Body: []byte("abcd")}))
	f.Fuzz(func(t *testing.T, in []byte) {
		in = bytes.Clone(in) // the fuzzer keeps its own
		if len(in) >= 8 {
			le.PutUint64(in, uint64(k.ID))
		}
		if _, err := k.OpenV1(in); err != nil && !errors.Is(err, ErrMessage) {
			t.Error(err)
		}
	})
}
