package transport

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
)

// HeaderSize is the number of bytes that open an obfuscated stream.
const HeaderSize = 64

// Tags that stand in the obfuscation header, and open a plain stream of the same framing.
const (
	tagAbridged     = 0xefefefef
	tagIntermediate = 0xeeeeeeee
	tagPadded       = 0xdddddddd
)

// An Obfuscation hides the bytes of a stream. It protects nothing: its keys stand in the stream itself.
// Spec: https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
type Obfuscation struct {
	in, out cipher.Stream
}

// Open removes the obfuscation of received bytes, in place and in order.
func (o *Obfuscation) Open(b []byte) { o.in.XORKeyStream(b, b) }

// Seal obfuscates bytes to be sent, in place and in order.
func (o *Obfuscation) Seal(b []byte) { o.out.XORKeyStream(b, b) }

// A Header is what an obfuscation header says.
type Header struct {
	Kind Kind
	// DC is the data centre as the client wrote it: 10000 more for test servers, negative for media. Many
	// clients leave random bytes there, so trust it no further than it makes sense.
	DC int16
}

// OpenHeader reads the header of an obfuscated stream; b has HeaderSize bytes and is left as it is. secret is
// that of an MTProto proxy, which clients mix into the keys, or nil.
//
// It fails with ErrUnknownProtocol if the header names no framing.
func OpenHeader(b, secret []byte) (Header, *Obfuscation, error) {
	if len(b) != HeaderSize {
		return Header{}, nil, fmt.Errorf("obfuscation header of %d bytes: %w", len(b), ErrMalformed)
	}
	o := &Obfuscation{in: stream(b[8:56], secret), out: stream(reversed(b[8:56]), secret)}
	var plain [HeaderSize]byte
	o.in.XORKeyStream(plain[:], b)
	h := Header{DC: int16(le.Uint16(plain[60:]))}
	if h.Kind = kindOf(le.Uint32(plain[56:])); h.Kind == 0 {
		return Header{}, nil, fmt.Errorf("obfuscation header: %w", ErrUnknownProtocol)
	}
	return h, o, nil
}

// NewHeader makes the header of an obfuscated stream for a client, with the Obfuscation that goes with it.
// Kind must not be Full.
func NewHeader(h Header, secret []byte) ([HeaderSize]byte, *Obfuscation) {
	b := randomHeader()
	le.PutUint32(b[56:], tagOf(h.Kind))
	le.PutUint16(b[60:], uint16(h.DC))
	o := &Obfuscation{in: stream(reversed(b[8:56]), secret), out: stream(b[8:56], secret)}
	sealed := b
	o.Seal(sealed[:])
	copy(b[56:], sealed[56:])
	return b, o
}

// randomHeader draws until the header cannot be taken for another protocol.
func randomHeader() (b [HeaderSize]byte) {
	for {
		_, _ = rand.Read(b[:]) // never fails
		if plainKind(b[:8]) == 0 && Sniff(b[:]) == MTProto && le.Uint16(b[:]) != 0x0316 {
			return b
		}
	}
}

// stream is AES-256-CTR with key and counter taken from seed.
func stream(seed, secret []byte) cipher.Stream {
	key := seed[:32]
	if len(secret) > 0 {
		sum := sha256.Sum256(slices.Concat(key, secret))
		key = sum[:]
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	return cipher.NewCTR(block, seed[32:48])
}

func reversed(b []byte) []byte {
	r := slices.Clone(b)
	slices.Reverse(r)
	return r
}

func kindOf(tag uint32) Kind {
	switch tag {
	case tagAbridged:
		return Abridged
	case tagIntermediate:
		return Intermediate
	case tagPadded:
		return Padded
	}
	return 0
}

func tagOf(k Kind) uint32 {
	switch k {
	case Abridged:
		return tagAbridged
	case Intermediate:
		return tagIntermediate
	}
	return tagPadded
}
