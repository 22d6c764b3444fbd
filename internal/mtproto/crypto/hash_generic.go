package crypto

import "crypto/sha256"

// hashGeneric is the SHA-256 of both parts, one behind the other.
func hashGeneric(secret *[32]byte, plain []byte) (sum [32]byte) {
	h := sha256.New()
	h.Write(secret[:])
	h.Write(plain)
	h.Sum(sum[:0])
	return sum
}

// openGeneric decrypts b in place and returns hashGeneric of it.
func openGeneric(key, iv, secret *[32]byte, b []byte) [32]byte {
	decryptGeneric(key, iv, b)
	return hashGeneric(secret, b)
}
