package crypto

import "crypto/aes"

// BlockSize is that of AES. What EncryptIGE and DecryptIGE take is made of whole blocks.
const BlockSize = aes.BlockSize

// EncryptIGE encrypts b in place with AES-256 in IGE mode. b must be whole blocks.
//
// A block is xored with the ciphertext before it on the way in, and with the plaintext before it on the way out;
// iv holds first the one, then the other for the first block.
// Spec: https://core.telegram.org/mtproto/description#protocol-description
func EncryptIGE(key, iv *[32]byte, b []byte) {
	mustBeBlocks(b)
	if len(b) > 0 {
		encryptIGE(key, iv, b)
	}
}

// DecryptIGE undoes EncryptIGE, in place.
func DecryptIGE(key, iv *[32]byte, b []byte) {
	mustBeBlocks(b)
	if len(b) > 0 {
		decryptIGE(key, iv, b)
	}
}

// mustBeBlocks fails as crypto/cipher does on the same mistake, which is always a caller's and never a peer's.
func mustBeBlocks(b []byte) {
	if len(b)%BlockSize != 0 {
		panic("crypto: input is not whole blocks")
	}
}
