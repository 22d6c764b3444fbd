package crypto

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
)

// From says which side encrypted a message: each takes its keys from another part of the authorization key.
type From int

// The two sides. The values are the x of the specification.
const (
	FromClient From = 0
	FromServer From = 8
)

const (
	sealedHead = 24 // key id, message key
	plainHead  = 32 // salt, session, message id, number, length

	minPadding = 12
	maxPadding = 1024
)

// A Message is what an encrypted packet holds.
// Spec: https://core.telegram.org/mtproto/description#encrypted-message-encrypted-data
type Message struct {
	Salt    int64
	Session int64
	ID      int64
	SeqNo   int32
	Body    []byte
}

// SealedSize is at most the length of the packet for a body of n bytes.
func SealedSize(n int) int { return sealedHead + plainHead + n + minPadding + BlockSize + extraPadding }

// extraPadding is the most that is added to what the block size demands, to blur lengths.
const extraPadding = 48 // bytes; a power of two less one, in blocks

// Seal appends the encrypted packet of m to dst. The length of m.Body must be divisible by four.
//
// It does not allocate when dst has room for SealedSize(len(m.Body)) bytes more.
// Spec: https://core.telegram.org/mtproto/description#encrypted-message
func (k *Key) Seal(dst []byte, m Message, from From) []byte {
	start := len(dst)
	dst = le.AppendUint64(dst, uint64(k.ID))
	dst = append(dst, make([]byte, 16)...) // the message key
	dst = le.AppendUint64(dst, uint64(m.Salt))
	dst = le.AppendUint64(dst, uint64(m.Session))
	dst = le.AppendUint64(dst, uint64(m.ID))
	dst = le.AppendUint32(dst, uint32(m.SeqNo))
	dst = le.AppendUint32(dst, uint32(len(m.Body)))
	dst = append(dst, m.Body...)
	dst = appendPadding(dst, len(dst)-start-sealedHead)
	k.seal(dst[start:], from)
	return dst
}

// appendPadding makes n bytes whole blocks with at least minPadding random bytes.
func appendPadding(dst []byte, n int) []byte {
	const most = minPadding + BlockSize + extraPadding
	dst = append(dst, make([]byte, most)...)
	random := dst[len(dst)-most:]
	_, _ = rand.Read(random) // never fails
	size := minPadding + -(n+minPadding)&(BlockSize-1)
	size += int(random[most-1]) & extraPadding
	return dst[:len(dst)-most+size]
}

// seal encrypts b[24:] in place and writes the message key before it.
func (k *Key) seal(b []byte, from From) {
	sum := hashSecret(k.hashSecret(from), b[sealedHead:])
	messageKey := [16]byte(sum[8:])
	copy(b[8:], messageKey[:])
	key, iv := k.derive(messageKey, from)
	EncryptIGE(&key, &iv, b[sealedHead:])
}

// Open decrypts packet in place and returns the message in it, whose body aliases packet, and the token of a quick
// ack for it. The caller has chosen k by PacketKeyID.
//
// It fails with ErrMessage. By then packet is garbage, and nothing in it may be trusted.
// Spec: https://core.telegram.org/mtproto/security_guidelines#mtproto-encrypted-messages
func (k *Key) Open(packet []byte, from From) (m Message, quickAck uint32, err error) {
	b, quickAck, err := k.open(packet, from)
	if err != nil {
		return Message{}, 0, err
	}
	n := int64(int32(le.Uint32(b[28:])))
	if padding := int64(len(b)) - plainHead - n; n < 0 || n%4 != 0 || padding < minPadding || padding > maxPadding {
		return Message{}, 0, fmt.Errorf("body of %d bytes with %d of padding: %w", n, padding, ErrMessage)
	}
	return Message{
		Salt:    int64(le.Uint64(b)),
		Session: int64(le.Uint64(b[8:])),
		ID:      int64(le.Uint64(b[16:])),
		SeqNo:   int32(le.Uint32(b[24:])),
		Body:    b[plainHead : plainHead+n : plainHead+n],
	}, quickAck, nil
}

// open decrypts packet in place, compares the message key and returns the plaintext.
func (k *Key) open(packet []byte, from From) (plain []byte, quickAck uint32, err error) {
	if len(packet) < sealedHead+plainHead+BlockSize || (len(packet)-sealedHead)%BlockSize != 0 {
		return nil, 0, fmt.Errorf("packet of %d bytes: %w", len(packet), ErrMessage)
	}
	if PacketKeyID(packet) != k.ID {
		return nil, 0, fmt.Errorf("another key: %w", ErrMessage)
	}
	messageKey := [16]byte(packet[8:])
	key, iv := k.derive(messageKey, from)
	plain = packet[sealedHead:]
	sum := openBlocks(&key, &iv, k.hashSecret(from), plain)
	if subtle.ConstantTimeCompare(sum[8:24], messageKey[:]) != 1 {
		return nil, 0, fmt.Errorf("message key: %w", ErrMessage)
	}
	return plain, le.Uint32(sum[:]), nil
}

// hashSecret is the part of the key that is hashed with a plaintext to msg_key_large, the middle of which is the
// message key, and the first four bytes of which are the token of a quick ack.
func (k *Key) hashSecret(from From) *[32]byte { return (*[32]byte)(k.Secret[88+from:]) }

// derive makes the AES key and iv of one message.
// Spec: https://core.telegram.org/mtproto/description#defining-aes-key-and-initialization-vector
func (k *Key) derive(messageKey [16]byte, from From) (key, iv [32]byte) {
	var inA, inB [52]byte
	copy(inA[:], messageKey[:])
	copy(inA[16:], k.Secret[from:from+36])
	copy(inB[:], k.Secret[40+from:76+from])
	copy(inB[36:], messageKey[:])
	a, b := hashPair(&inA, &inB)
	copy(key[:8], a[:8])
	copy(key[8:24], b[8:24])
	copy(key[24:], a[24:])
	copy(iv[:8], b[:8])
	copy(iv[8:24], a[8:24])
	copy(iv[24:], b[24:])
	return key, iv
}
