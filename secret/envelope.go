package secret

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"

	"hermod/internal/mtproto/crypto"
)

const (
	packetHead = 24 // fingerprint of the key, message key
	lengthSize = 4
	blockSize  = crypto.BlockSize
	minPadding = 12
	maxPadding = 1024

	// maxContent bounds what is sealed and opened; servers take less.
	maxContent = 1 << 20 // bytes
)

// seal encrypts content under k. x is 0 for messages of the side that asked for the chat, 8 for the other's.
// The length of content is divisible by four, as that of every TL object.
// Spec: https://core.telegram.org/api/end-to-end#serialization-and-encryption-of-outgoing-messages
func seal(k *secretKey, x int, content []byte) []byte {
	padding := appendedPadding(lengthSize + len(content))
	b := make([]byte, packetHead, packetHead+lengthSize+len(content)+len(padding))
	b = le.AppendUint32(b, uint32(len(content)))
	b = append(b, content...)
	b = append(b, padding...)
	return sealBlocks(k, x, b)
}

// sealBlocks encrypts b[packetHead:] in place and writes the head before it.
func sealBlocks(k *secretKey, x int, b []byte) []byte {
	messageKey := messageKeyOf(k, x, b[packetHead:])
	le.PutUint64(b, uint64(k.ID))
	copy(b[8:], messageKey[:])
	key, iv := derive(k, x, messageKey)
	crypto.EncryptIGE(&key, &iv, b[packetHead:])
	return b
}

// appendedPadding is random: at least what the block size demands, and up to 240 bytes more to blur lengths.
func appendedPadding(n int) []byte {
	var blur [1]byte
	_, _ = rand.Read(blur[:]) // never fails
	size := minPadding + (blockSize-(n+minPadding)%blockSize)%blockSize + int(blur[0])&^(blockSize-1)
	padding := make([]byte, size)
	_, _ = rand.Read(padding) // never fails
	return padding
}

// messageKeyOf is the middle of the SHA-256 of a part of the key and the whole plaintext with its padding.
func messageKeyOf(k *secretKey, x int, plain []byte) (m [16]byte) {
	h := sha256.New()
	h.Write(k.Secret[88+x : 120+x])
	h.Write(plain)
	copy(m[:], h.Sum(nil)[8:])
	return m
}

func derive(k *secretKey, x int, messageKey [16]byte) (key, iv [32]byte) {
	a := sha256.Sum256(append(messageKey[:16:16], k.Secret[x:x+36]...))
	b := sha256.Sum256(append(append([]byte(nil), k.Secret[40+x:76+x]...), messageKey[:]...))
	copy(key[:8], a[:8])
	copy(key[8:24], b[8:24])
	copy(key[24:], a[24:])
	copy(iv[:8], b[:8])
	copy(iv[8:24], a[8:24])
	copy(iv[24:], b[24:])
	return key, iv
}

// packetKeyID names the key of packet; 0 if packet is too short to have one.
func packetKeyID(packet []byte) int64 {
	if len(packet) < packetHead {
		return 0
	}
	return int64(le.Uint64(packet))
}

// open decrypts packet, which it leaves as it is, and returns the content.
//
// It fails with ErrEnvelope, always after the same work, and tells nothing of the plaintext. The message key is
// compared before anything in the plaintext is believed.
// Spec: https://core.telegram.org/api/end-to-end#decrypting-an-incoming-message
func open(k *secretKey, x int, packet []byte) ([]byte, error) {
	if err := checkPacket(k, packet); err != nil {
		return nil, err
	}
	messageKey := [16]byte(packet[8:])
	key, iv := derive(k, x, messageKey)
	plain := append([]byte(nil), packet[packetHead:]...)
	crypto.DecryptIGE(&key, &iv, plain)
	want := messageKeyOf(k, x, plain)
	if subtle.ConstantTimeCompare(want[:], messageKey[:]) != 1 {
		return nil, fmt.Errorf("message key: %w", ErrEnvelope)
	}
	n := int64(le.Uint32(plain))
	if padding := int64(len(plain)) - lengthSize - n; n%4 != 0 || padding < minPadding || padding > maxPadding {
		return nil, fmt.Errorf("content of %d bytes with %d of padding: %w", n, padding, ErrEnvelope)
	}
	return plain[lengthSize : lengthSize+n], nil
}

func checkPacket(k *secretKey, packet []byte) error {
	n := len(packet) - packetHead
	if n < blockSize || n%blockSize != 0 || n > maxContent+maxPadding {
		return fmt.Errorf("packet of %d bytes: %w", len(packet), ErrEnvelope)
	}
	if packetKeyID(packet) != k.ID {
		return fmt.Errorf("another key: %w", ErrEnvelope)
	}
	return nil
}

// openV1 opens a packet of the first version, as partners of before layer 73 make them. Both directions use the same
// keys there. It fails with ErrEnvelope. Nothing is sealed like this.
// Spec: https://core.telegram.org/api/end-to-end#upgrading-to-mtproto-2-0-from-mtproto-1-0
func openV1(k *secretKey, packet []byte) ([]byte, error) {
	if err := checkPacket(k, packet); err != nil {
		return nil, err
	}
	messageKey := packet[8:packetHead]
	key, iv := crypto.DeriveV1(k.Secret[:], messageKey)
	plain := append([]byte(nil), packet[packetHead:]...)
	crypto.DecryptIGE(&key, &iv, plain)
	n := int64(le.Uint32(plain))
	if padding := int64(len(plain)) - lengthSize - n; n%4 != 0 || padding < 0 || padding >= blockSize {
		return nil, fmt.Errorf("content of %d bytes: %w", n, ErrEnvelope)
	}
	sum := sha1.Sum(plain[:lengthSize+n]) // padding is not part of it
	if subtle.ConstantTimeCompare(sum[4:], messageKey) != 1 {
		return nil, fmt.Errorf("message key: %w", ErrEnvelope)
	}
	return plain[lengthSize : lengthSize+n], nil
}
