package handshake

import (
	"fmt"

	"hermod/internal/tl"
	"hermod/internal/tl/mt"
)

// Constructor ids of P_Q_inner_data. The third is missing in published schemas, but still used by some clients.
const (
	idInner       = 0x83c95aec
	idInnerDC     = 0xa9f55f95
	idInnerTemp   = 0x3c6a84d4
	idInnerTempDC = 0x56fddf88
)

// An innerData is what a client encrypts for the holder of the RSA key, in any of its four forms.
// Spec: https://core.telegram.org/mtproto/auth_key#4-encrypted-data-payload-generation
type innerData struct {
	pq, p, q         []byte
	nonce, server    [16]byte
	fresh            [32]byte
	hasDC, temporary bool
	dc, expiresIn    int32
}

// decodeInner reads the value at the beginning of b and returns how many bytes it takes.
func decodeInner(b []byte) (d innerData, size int, err error) {
	r := tl.NewReader(b)
	switch id := r.ID(); id {
	case idInner:
	case idInnerDC:
		d.hasDC = true
	case idInnerTemp:
		d.temporary = true
	case idInnerTempDC:
		d.hasDC, d.temporary = true, true
	default:
		r.Fail(fmt.Errorf("p_q_inner_data %#x: %w", id, tl.ErrUnknown))
	}
	d.pq, d.p, d.q = r.Bytes(), r.Bytes(), r.Bytes()
	d.nonce, d.server, d.fresh = r.Int128(), r.Int128(), r.Int256()
	if d.hasDC {
		d.dc = r.Int32()
	}
	if d.temporary {
		d.expiresIn = r.Int32()
	}
	return d, len(b) - r.Len(), r.Err()
}

func (d *innerData) encode() []byte {
	var w tl.Writer
	ids := map[[2]bool]uint32{{}: idInner, {true, false}: idInnerDC, {false, true}: idInnerTemp, {true, true}: idInnerTempDC}
	w.ID(ids[[2]bool{d.hasDC, d.temporary}])
	w.Bytes(d.pq)
	w.Bytes(d.p)
	w.Bytes(d.q)
	w.Raw(d.nonce[:])
	w.Raw(d.server[:])
	w.Raw(d.fresh[:])
	if d.hasDC {
		w.Int32(d.dc)
	}
	if d.temporary {
		w.Int32(d.expiresIn)
	}
	return w.B
}

// sizeOfInner is for the older RSA padding, which asks where the data ends.
func sizeOfInner(b []byte) int {
	_, size, err := decodeInner(b)
	if err != nil {
		return 0
	}
	return size
}

// sizeOf returns how many bytes of b the service object at its beginning takes, -1 if there is none.
func sizeOf(b []byte) int {
	r := tl.NewReader(b)
	if _, err := mt.Decode(r); err != nil {
		return -1
	}
	return len(b) - r.Len()
}

// decode reads b as exactly one T.
func decode[T tl.Object](b []byte) (o T, err error) {
	r := tl.NewReader(b)
	got, err := mt.Decode(r)
	if err != nil {
		return o, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	o, ok := got.(T)
	if !ok || r.Len() > maxPadding {
		return o, fmt.Errorf("%s with %d bytes behind it: %w", got.TLName(), r.Len(), ErrProtocol)
	}
	return o, nil
}
