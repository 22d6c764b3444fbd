package crypto

import (
	"crypto/sha256"
	"encoding/binary"
)

// The standard library's SHA-256 is as fast on long data. An envelope hashes three short pieces, where the work
// around them costs as much. And decryption and hashing are chains of instructions that wait for each other:
// woven together they take hardly longer than one of them.

//go:noescape
func compress(h *[8]uint32, b *byte, blocks int)

// decryptAndCompress decrypts chunks of 64 bytes at b. While it decrypts one it hashes the one before, and pending
// while it decrypts the first; the last is left to the caller.
//
//go:noescape
func decryptAndCompress(keys *roundKeys, last *[32]byte, b *byte, chunks int, h *[8]uint32, pending *byte)

func extendedFeatures() uint32

// hasSHA says whether the processor has all instructions that are used here and in ige_amd64.s.
var hasSHA = hasAES && extendedFeatures()&(1<<29) != 0

const hashBlock = sha256.BlockSize

var hashStart = [8]uint32{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}

// roundConstants are for compress.
// Spec: https://csrc.nist.gov/pubs/fips/180-4/upd1/final section 4.2.2
var roundConstants = [64]uint32{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

// hashSecret is the SHA-256 of secret and plain, one behind the other.
func hashSecret(secret *[32]byte, plain []byte) [32]byte {
	if !hasSHA || len(plain) < 32 {
		return hashGeneric(secret, plain)
	}
	h := hashStart
	first := firstBlock(secret, plain)
	compress(&h, &first[0], 1)
	rest := plain[32:]
	if n := len(rest) / hashBlock; n > 0 {
		compress(&h, &rest[0], n)
		rest = rest[n*hashBlock:]
	}
	return finish(&h, rest, 32+len(plain))
}

func firstBlock(secret *[32]byte, plain []byte) (b [hashBlock]byte) {
	copy(b[:], secret[:])
	copy(b[32:], plain)
	return b
}

// finish hashes the last bytes, less than a block, of size in all.
func finish(h *[8]uint32, rest []byte, size int) [32]byte {
	b, blocks := padded(rest, size)
	compress(h, &b[0], blocks)
	return bigEndianSum(h)
}

// padded is the end of a message of size bytes: rest, a mark, zeros and the length, in one block or two.
func padded(rest []byte, size int) (b [2 * hashBlock]byte, blocks int) {
	n := copy(b[:hashBlock], rest)
	b[n] = 0x80
	blocks = 1 + (n+8)/hashBlock
	binary.BigEndian.PutUint64(b[blocks*hashBlock-8:], uint64(size)*8)
	return b, blocks
}

func bigEndianSum(h *[8]uint32) (sum [32]byte) {
	for i, word := range h {
		binary.BigEndian.PutUint32(sum[4*i:], word)
	}
	return sum
}

// hashPair is the SHA-256 of a and of b. Both are laid out before the first is hashed, so that the processor
// need not wait with the second.
func hashPair(a, b *[52]byte) (sumA, sumB [32]byte) {
	if !hasSHA {
		return sha256.Sum256(a[:]), sha256.Sum256(b[:])
	}
	blockA, _ := padded(a[:], len(a))
	blockB, _ := padded(b[:], len(b))
	hashA, hashB := hashStart, hashStart
	compress(&hashA, &blockA[0], 1)
	compress(&hashB, &blockB[0], 1)
	return bigEndianSum(&hashA), bigEndianSum(&hashB)
}

// openBlocks decrypts b in place and returns hashSecret of it.
func openBlocks(key, iv, secret *[32]byte, b []byte) [32]byte {
	if !hasSHA || len(b) < 32 {
		decryptIGE(key, iv, b)
		return hashGeneric(secret, b)
	}
	var keys roundKeys
	expandInverse(&keys, key)
	last, h := *iv, hashStart
	decryptBlocks(&keys, &last, &b[0], 32)
	pending, rest := firstBlock(secret, b), b[32:]
	if n := len(rest) / hashBlock; n > 0 {
		decryptAndCompress(&keys, &last, &rest[0], n, &h, &pending[0])
		rest = rest[n*hashBlock:]
		pending = [hashBlock]byte(b[len(b)-len(rest)-hashBlock:])
	}
	if len(rest) > 0 {
		decryptBlocks(&keys, &last, &rest[0], len(rest))
	}
	compress(&h, &pending[0], 1)
	return finish(&h, rest, 32+len(b))
}
