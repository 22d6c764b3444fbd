package crypto

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"math/big"
	"slices"
)

const (
	paddedData = 192                       // bytes of data with padding in RSA_PAD
	padSealed  = paddedData + sha256.Size  // and with its hash
	oldData    = blockSize - 1 - sha1.Size // bytes of data with padding in the older form
	maxPadData = paddedData - 48           // data that RSA_PAD takes
)

// Decrypt opens what a client encrypted with our public key, in either padding. size tells how many bytes the
// value at the beginning of data takes, 0 for none; the older padding, which does not know, asks it.
//
// It fails with ErrPadding, whatever was wrong.
// Spec: https://core.telegram.org/mtproto/auth_key#41-rsa-paddata-server-public-key-mentioned-above-is-implemented-as-follows
func (k *PrivateKey) Decrypt(sealed []byte, size func(data []byte) int) (data []byte, err error) {
	c := new(big.Int).SetBytes(sealed)
	if len(sealed) > blockSize || c.Cmp(k.key.N) >= 0 {
		return nil, fmt.Errorf("block of %d bytes: %w", len(sealed), ErrPadding)
	}
	block := k.lower(c)
	if data, ok := openPad(&block); ok {
		return data, nil
	}
	if data, ok := openOld(&block, size); ok {
		return data, nil
	}
	return nil, ErrPadding
}

// openPad undoes RSA_PAD: a random key, hidden by the hash of what it encrypts, which is the data reversed and
// a hash of key and data.
func openPad(block *[blockSize]byte) ([]byte, bool) {
	var iv [32]byte
	sealed := slices.Clone(block[32:])
	key := sha256.Sum256(sealed)
	subtle.XORBytes(key[:], key[:], block[:32])
	DecryptIGE(&key, &iv, sealed)
	data := sealed[:paddedData]
	slices.Reverse(data)
	sum := sha256.Sum256(slices.Concat(key[:], data))
	return data, subtle.ConstantTimeCompare(sum[:], sealed[paddedData:]) == 1
}

// openOld undoes the older padding: a zero byte, the SHA-1 of the data, the data, random bytes.
// Telethon 1.37 and Pyrogram 2.0 use it.
func openOld(block *[blockSize]byte, size func([]byte) int) ([]byte, bool) {
	rest := block[1+sha1.Size:]
	n := size(rest)
	if block[0] != 0 || n <= 0 || n > len(rest) {
		return nil, false
	}
	sum := sha1.Sum(rest[:n])
	return slices.Clone(rest[:n]), subtle.ConstantTimeCompare(sum[:], block[1:1+sha1.Size]) == 1
}

// Encrypt encrypts up to 144 bytes for the holder of the private key, with RSA_PAD, as clients do.
func (k PublicKey) Encrypt(data []byte) ([blockSize]byte, error) {
	if len(data) > maxPadData {
		return [blockSize]byte{}, fmt.Errorf("%d bytes: %w", len(data), ErrPadding)
	}
	padded := make([]byte, paddedData)
	_, _ = rand.Read(padded[copy(padded, data):]) // never fails
	for {
		m := new(big.Int).SetBytes(sealPad(padded))
		if m.Cmp(k.key.N) < 0 {
			return k.raise(m), nil
		}
	}
}

func sealPad(padded []byte) []byte {
	var key, iv [32]byte
	_, _ = rand.Read(key[:]) // never fails
	sum := sha256.Sum256(slices.Concat(key[:], padded))
	sealed := slices.Clone(padded)
	slices.Reverse(sealed)
	sealed = append(sealed, sum[:]...)
	EncryptIGE(&key, &iv, sealed)
	hidden := sha256.Sum256(sealed)
	subtle.XORBytes(hidden[:], hidden[:], key[:])
	return append(hidden[:], sealed...)
}

// EncryptOld is Encrypt with the older padding, for up to 235 bytes.
func (k PublicKey) EncryptOld(data []byte) ([blockSize]byte, error) {
	if len(data) > oldData {
		return [blockSize]byte{}, fmt.Errorf("%d bytes: %w", len(data), ErrPadding)
	}
	block := make([]byte, blockSize-1)
	sum := sha1.Sum(data)
	n := copy(block, sum[:])
	n += copy(block[n:], data)
	_, _ = rand.Read(block[n:]) // never fails
	return k.raise(new(big.Int).SetBytes(block)), nil
}
