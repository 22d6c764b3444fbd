package crypto

import (
	"crypto/sha1"
	"encoding/binary"
	"log/slog"
)

var le = binary.LittleEndian

// KeySize is the length of an authorization key.
const KeySize = 256

// A Key is an authorization key with what follows from it.
// Spec: https://core.telegram.org/mtproto/description#authorization-key
type Key struct {
	Secret [KeySize]byte
	// ID names the key in packets: the low 64 bits of its SHA-1.
	ID int64
}

// NewKey returns the key with the given secret.
func NewKey(secret [KeySize]byte) Key {
	sum := sha1.Sum(secret[:])
	return Key{Secret: secret, ID: int64(le.Uint64(sum[12:]))}
}

// AuxHash is the high 64 bits of the SHA-1 of the secret, by which the key exchange proves that it worked.
func (k *Key) AuxHash() [8]byte {
	sum := sha1.Sum(k.Secret[:])
	return [8]byte(sum[:8])
}

// LogValue keeps the secret out of logs.
func (k Key) LogValue() slog.Value { return slog.StringValue("***") }

// PacketKeyID returns the id of the key with which packet is encrypted; 0 means that it is not, or too short to be.
func PacketKeyID(packet []byte) int64 {
	if len(packet) < 8 {
		return 0
	}
	return int64(le.Uint64(packet))
}
