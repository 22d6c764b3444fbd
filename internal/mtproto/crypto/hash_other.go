//go:build !amd64

package crypto

import "crypto/sha256"

func hashSecret(secret *[32]byte, plain []byte) [32]byte { return hashGeneric(secret, plain) }

func hashPair(a, b *[52]byte) (sumA, sumB [32]byte) { return sha256.Sum256(a[:]), sha256.Sum256(b[:]) }

func openBlocks(key, iv, secret *[32]byte, b []byte) [32]byte { return openGeneric(key, iv, secret, b) }
