package crypto

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
)

// encryptGeneric turns IGE into CBC, of which the standard library has a fast version for most machines.
//
// With y[i] = c[i] ^ p[i-1], IGE says y[i] = E(p[i] ^ p[i-2] ^ y[i-1]), which is CBC over p[i] ^ p[i-2]. The
// halves of iv are c[-1], which is y[-1] when p[-2] is zero, and p[-1].
func encryptGeneric(key, iv *[32]byte, b []byte) {
	before := make([]byte, 2*BlockSize, 2*BlockSize+len(b)) // p[-2], p[-1], p[0] ...
	copy(before[BlockSize:], iv[BlockSize:])
	before = append(before, b...)
	subtle.XORBytes(b, b, before)
	cipher.NewCBCEncrypter(newAES(key), bytes.Clone(iv[:BlockSize])).CryptBlocks(b, b)
	subtle.XORBytes(b, b, before[BlockSize:])
}

// decryptGeneric goes block by block: unlike in CBC each needs the plaintext of the one before.
func decryptGeneric(key, iv *[32]byte, b []byte) {
	block := newAES(key)
	plain, sealed := [BlockSize]byte(iv[BlockSize:]), [BlockSize]byte(iv[:BlockSize])
	for ; len(b) > 0; b = b[BlockSize:] {
		c := [BlockSize]byte(b)
		subtle.XORBytes(b, c[:], plain[:])
		block.Decrypt(b, b[:BlockSize])
		subtle.XORBytes(plain[:], b, sealed[:])
		copy(b, plain[:])
		sealed = c
	}
}

func newAES(key *[32]byte) cipher.Block {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	return block
}
