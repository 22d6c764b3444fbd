package secret

import (
	"crypto/rand"
	"fmt"

	"hermod/internal/tl"
	e2e "hermod/internal/tl/secret"
)

// A frame is a decryptedMessageLayer: a message with its numbers.
// Spec: https://core.telegram.org/constructor/decryptedMessageLayer
type frame struct {
	layer int
	// in and out are the numbers as they travel, doubled and with their parity.
	in, out int32
	// message is nil if it is of a form that this package does not know; the numbers count nevertheless.
	message e2e.DecryptedMessageClass
}

const (
	layerID = 0x1be31789

	// randomBytes is what is sent; at least 15 must come with every message.
	randomBytes    = 31
	minRandomBytes = 15
)

// encode returns the content of an envelope. It fails only for messages that have no form at all.
func (f frame) encode() ([]byte, error) {
	random := make([]byte, randomBytes)
	_, _ = rand.Read(random) // never fails
	b := tl.Encode(&e2e.DecryptedMessageLayer{
		RandomBytes: random, Layer: int32(f.layer), InSeqNo: f.in, OutSeqNo: f.out, Message: f.message,
	}, 0)
	if b == nil || len(b) > maxContent {
		return nil, fmt.Errorf("message of %d bytes: %w", len(b), ErrDraft)
	}
	return b, nil
}

// decodeFrame reads the content of an envelope. It fails with ErrFrame if the numbers cannot be read. Its strings
// of bytes alias content.
func decodeFrame(content []byte) (frame, error) {
	r := tl.NewReader(content)
	id := r.ID()
	random := r.Bytes()
	f := frame{layer: int(r.Int32()), in: r.Int32(), out: r.Int32()}
	if err := r.Err(); err != nil {
		return frame{}, fmt.Errorf("%w: %w", ErrFrame, err)
	}
	if id != layerID || len(random) < minRandomBytes || f.layer < 0 {
		return frame{}, fmt.Errorf("constructor %08x with %d random bytes: %w", id, len(random), ErrFrame)
	}
	message := e2e.DecodeDecryptedMessageClass(r)
	if r.End() == nil {
		f.message = message
	}
	return f, nil
}

// A numbering turns the numbers of one side of a chat into the form in which they travel, and back. The lowest bit
// tells who made a number, so that nobody can mirror messages.
// Spec: https://core.telegram.org/api/end-to-end/seq_no
type numbering struct{ creator bool }

// outgoing marks the numbers of a message of this side.
func (n numbering) outgoing(in, out int) (int32, int32) {
	if n.creator {
		return int32(2 * in), int32(2*out + 1)
	}
	return int32(2*in + 1), int32(2 * out)
}

// incoming reads the numbers of a message of the other side; ok is false if they are not the other side's.
func (n numbering) incoming(in, out int32) (rawIn, rawOut int, ok bool) {
	wantIn, wantOut := numbering{!n.creator}.outgoing(0, 0)
	ok = in >= 0 && out >= 0 && in&1 == wantIn && out&1 == wantOut
	return int(in >> 1), int(out >> 1), ok
}

// x is the offset into the key for messages of this side.
func (n numbering) x() int {
	if n.creator {
		return 0
	}
	return 8
}

// partnerX is the offset for messages of the other side.
func (n numbering) partnerX() int { return 8 - n.x() }
