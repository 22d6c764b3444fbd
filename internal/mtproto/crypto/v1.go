package crypto

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"fmt"
)

// The first version of the envelope lives on in one place: the message inside auth.bindTempAuthKey, by which a
// client shows that it holds the permanent key.
// Spec: https://core.telegram.org/method/auth.bindTempAuthKey#binding-message-contents

// A BoundMessage is what such a packet holds. Random stands where newer packets have salt and session.
type BoundMessage struct {
	Random [16]byte
	ID     int64
	SeqNo  int32
	Body   []byte
}

// OpenV1 decrypts a packet of the first version that a client made. It fails with ErrMessage. The packet is
// left as it is.
func (k *Key) OpenV1(packet []byte) (BoundMessage, error) {
	if len(packet) < sealedHead+plainHead || (len(packet)-sealedHead)%BlockSize != 0 || PacketKeyID(packet) != k.ID {
		return BoundMessage{}, fmt.Errorf("packet of %d bytes: %w", len(packet), ErrMessage)
	}
	messageKey := [16]byte(packet[8:])
	key, iv := DeriveV1(k.Secret[:], messageKey[:])
	b := append([]byte(nil), packet[sealedHead:]...)
	DecryptIGE(&key, &iv, b)
	n := int64(int32(le.Uint32(b[28:])))
	if n < 0 || n > int64(len(b)-plainHead) {
		return BoundMessage{}, fmt.Errorf("body of %d bytes: %w", n, ErrMessage)
	}
	whole := b[:plainHead+n]
	sum := sha1.Sum(whole) // padding is not part of it
	if subtle.ConstantTimeCompare(sum[4:], messageKey[:]) != 1 {
		return BoundMessage{}, fmt.Errorf("message key: %w", ErrMessage)
	}
	return BoundMessage{
		Random: [16]byte(b),
		ID:     int64(le.Uint64(b[16:])),
		SeqNo:  int32(le.Uint32(b[24:])),
		Body:   whole[plainHead:],
	}, nil
}

// SealV1 makes a packet of the first version, as clients do.
func (k *Key) SealV1(m BoundMessage) []byte {
	b := append([]byte(nil), m.Random[:]...)
	b = le.AppendUint64(b, uint64(m.ID))
	b = le.AppendUint32(b, uint32(m.SeqNo))
	b = le.AppendUint32(b, uint32(len(m.Body)))
	b = append(b, m.Body...)
	sum := sha1.Sum(b)
	messageKey := [16]byte(sum[4:])
	padding := make([]byte, -len(b)&(BlockSize-1))
	_, _ = rand.Read(padding) // never fails
	b = append(b, padding...)
	key, iv := DeriveV1(k.Secret[:], messageKey[:])
	EncryptIGE(&key, &iv, b)
	packet := append(le.AppendUint64(nil, uint64(k.ID)), messageKey[:]...)
	return append(packet, b...)
}

// DeriveV1 makes the AES key and iv of the first version, for a client's message and for those of secret chats. secret has
// 256 bytes, messageKey 16.
// Spec: https://core.telegram.org/mtproto/description_v1#defining-aes-key-and-initialization-vector
func DeriveV1(secret, messageKey []byte) (key, iv [32]byte) {
	a := sha1Of(messageKey, secret[:32])
	b := sha1Of(secret[32:48], messageKey, secret[48:64])
	c := sha1Of(secret[64:96], messageKey)
	d := sha1Of(messageKey, secret[96:128])
	copy(key[:8], a[:8])
	copy(key[8:20], b[8:])
	copy(key[20:], c[4:16])
	copy(iv[:12], a[8:])
	copy(iv[12:20], b[:8])
	copy(iv[20:24], c[16:])
	copy(iv[24:], d[:8])
	return key, iv
}

func sha1Of(parts ...[]byte) (sum [sha1.Size]byte) {
	h := sha1.New()
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}
