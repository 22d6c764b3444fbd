package transport

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
)

var le = binary.LittleEndian

// A Codec frames the packets of one connection in both directions. Reading (Next) and writing (the Append
// methods) may happen in two goroutines.
type Codec struct {
	kind    Kind
	side    Side
	limit   int
	in, out uint32 // numbers of the next packets of the full framing
}

// NewCodec returns the codec of kind for one side of a connection. It accepts packets of at most limit bytes.
func NewCodec(kind Kind, side Side, limit int) Codec {
	return Codec{kind: kind, side: side, limit: limit}
}

// Kind returns the framing.
func (c *Codec) Kind() Kind { return c.kind }

// Next takes the first packet from b. It returns how many bytes of b it used, framing included; 0 means that
// more bytes are needed. The packet aliases b.
//
// It fails with ErrTooLarge or ErrMalformed.
func (c *Codec) Next(b []byte) (p Packet, used int, err error) {
	switch c.kind {
	case Abridged:
		return c.nextAbridged(b)
	case Full:
		return c.nextFull(b)
	}
	return c.nextIntermediate(b)
}

// Append appends payload to dst as one packet. Abridged can only carry whole words: the length of payload must
// be divisible by four, as that of every MTProto packet is.
func (c *Codec) Append(dst, payload []byte) []byte { return c.append(dst, payload, false) }

// AppendAckRequest is Append that asks for a quick ack. Full has none.
// Spec: https://core.telegram.org/mtproto/mtproto-transports#quick-ack
func (c *Codec) AppendAckRequest(dst, payload []byte) []byte { return c.append(dst, payload, true) }

// AppendError appends a transport error.
func (c *Codec) AppendError(dst []byte, code int32) []byte {
	var b [4]byte
	le.PutUint32(b[:], uint32(code))
	if c.kind == Padded { // a client takes the length as the sign of an error, so there is no padding
		return append(le.AppendUint32(dst, 4), b[:]...)
	}
	return c.append(dst, b[:], false)
}

// AppendQuickAck appends the ack of a packet that asked for one: the first 32 bits of the SHA-256 of which the
// message key is a part. Full has no quick acks: nothing is appended.
// Spec: https://core.telegram.org/mtproto/mtproto-transports#quick-ack
func (c *Codec) AppendQuickAck(dst []byte, token uint32) []byte {
	token |= ackBit
	switch c.kind {
	case Abridged: // reversed, so that the first byte tells it from a length
		return binary.BigEndian.AppendUint32(dst, token)
	case Full:
		return dst
	}
	return le.AppendUint32(dst, token)
}

const (
	ackBit         = 1 << 31
	abridgedLong   = 0x7f // the length follows in three bytes
	abridgedAckBit = 0x80
)

func (c *Codec) nextAbridged(b []byte) (p Packet, used int, err error) {
	if len(b) == 0 {
		return p, 0, nil
	}
	if c.side == Client && b[0]&abridgedAckBit != 0 {
		if len(b) < 4 {
			return p, 0, nil
		}
		return Packet{Ack: binary.BigEndian.Uint32(b)}, 4, nil
	}
	p.WantsAck = b[0]&abridgedAckBit != 0
	head, words := 1, int(b[0]&^abridgedAckBit)
	if words == abridgedLong {
		if len(b) < 4 {
			return p, 0, nil
		}
		head, words = 4, int(b[1])|int(b[2])<<8|int(b[3])<<16
	}
	return c.take(p, b, head, words*4)
}

func (c *Codec) nextIntermediate(b []byte) (p Packet, used int, err error) {
	if len(b) < 4 {
		return p, 0, nil
	}
	n := le.Uint32(b)
	if c.side == Client && n&ackBit != 0 {
		return Packet{Ack: n}, 4, nil
	}
	p.WantsAck = n&ackBit != 0
	p, used, err = c.take(p, b, 4, int(n&^ackBit))
	if used > 0 && c.kind == Padded {
		p.Data = trimPadding(p.Data)
	}
	return p, used, err
}

// take cuts a payload of n bytes that begins behind a head.
func (c *Codec) take(p Packet, b []byte, head, n int) (Packet, int, error) {
	if n > c.limit {
		return Packet{}, 0, fmt.Errorf("%d bytes, at most %d: %w", n, c.limit, ErrTooLarge)
	}
	if n < 4 {
		return Packet{}, 0, fmt.Errorf("%d bytes: %w", n, ErrMalformed)
	}
	if len(b) < head+n {
		return Packet{}, 0, nil
	}
	p.Data = b[head : head+n : head+n]
	return p, head + n, nil
}

// fullOverhead is length, number and checksum of the full framing.
const fullOverhead = 12

func (c *Codec) nextFull(b []byte) (p Packet, used int, err error) {
	if len(b) < 4 {
		return p, 0, nil
	}
	total := int(int32(le.Uint32(b)))
	if total > c.limit+fullOverhead {
		return p, 0, fmt.Errorf("%d bytes, at most %d: %w", total, c.limit, ErrTooLarge)
	}
	if total < fullOverhead+4 || total%4 != 0 {
		return p, 0, fmt.Errorf("full packet of %d bytes: %w", total, ErrMalformed)
	}
	if len(b) < total {
		return p, 0, nil
	}
	if sum := crc32.ChecksumIEEE(b[:total-4]); sum != le.Uint32(b[total-4:]) {
		return p, 0, fmt.Errorf("checksum: %w", ErrMalformed)
	}
	if n := le.Uint32(b[4:]); n != c.in {
		return p, 0, fmt.Errorf("packet number %d, want %d: %w", n, c.in, ErrMalformed)
	}
	c.in++
	p.Data = b[8 : total-4 : total-4]
	return p, total, nil
}

func (c *Codec) append(dst, payload []byte, wantsAck bool) []byte {
	switch c.kind {
	case Abridged:
		return appendAbridged(dst, payload, wantsAck)
	case Full:
		return c.appendFull(dst, payload)
	}
	n := uint32(len(payload))
	var padding [4]byte
	extra := 0
	if c.kind == Padded {
		extra = randomPadding(&padding)
	}
	n += uint32(extra)
	if wantsAck {
		n |= ackBit
	}
	dst = le.AppendUint32(dst, n)
	dst = append(dst, payload...)
	return append(dst, padding[:extra]...)
}

func appendAbridged(dst, payload []byte, wantsAck bool) []byte {
	var ack byte
	if wantsAck {
		ack = abridgedAckBit
	}
	if words := len(payload) / 4; words < abridgedLong {
		dst = append(dst, byte(words)|ack)
	} else {
		dst = append(dst, abridgedLong|ack, byte(words), byte(words>>8), byte(words>>16))
	}
	return append(dst, payload...)
}

func (c *Codec) appendFull(dst, payload []byte) []byte {
	start := len(dst)
	dst = le.AppendUint32(dst, uint32(len(payload)+fullOverhead))
	dst = le.AppendUint32(dst, c.out)
	dst = append(dst, payload...)
	c.out++
	return le.AppendUint32(dst, crc32.ChecksumIEEE(dst[start:]))
}

// randomPadding fills padding and returns how much of it to use: 0 to 3 bytes. The specification allows 15, but gotd
// (0.162) cuts only what a length has over a multiple of four and fails on the rest. Padding hides lengths from an
// onlooker inside an obfuscated stream; it protects nothing, so a fast generator does.
func randomPadding(padding *[4]byte) int {
	le.PutUint32(padding[:], rand.Uint32())
	return rand.IntN(len(padding))
}

// trimPadding cuts the padding of the padded intermediate framing, whose length nothing states: encrypted
// packets are 24 bytes and whole AES blocks, unencrypted ones state their length, errors are four bytes.
// What is none of these is left alone for the layer above to refuse.
func trimPadding(b []byte) []byte {
	const plainHead, encryptedHead, block = 20, 24, 16
	switch {
	case len(b) < plainHead:
		return b[:4]
	case le.Uint64(b) != 0 && len(b) >= encryptedHead:
		return b[:encryptedHead+(len(b)-encryptedHead)/block*block]
	case le.Uint64(b) != 0:
		return b
	}
	if n := le.Uint32(b[16:]); uint64(n) <= uint64(len(b)-plainHead) {
		return b[:plainHead+n]
	}
	return b
}
