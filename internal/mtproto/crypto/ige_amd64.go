package crypto

import "golang.org/x/sys/cpu"

// The standard library's CBC costs the same per block. What this saves is a key schedule on the heap for every
// message, and passes over the data: more than half of the time for a message of some hundred bytes.

// hasAES says whether the processor has the instructions that are used here.
var hasAES = cpu.X86.HasAES && cpu.X86.HasAVX

type roundKeys [15][BlockSize]byte

//go:noescape
func expand(keys *roundKeys, key *[32]byte)

//go:noescape
func expandInverse(keys *roundKeys, key *[32]byte)

//go:noescape
func encryptBlocks(keys *roundKeys, last *[32]byte, b *byte, size int)

//go:noescape
func decryptBlocks(keys *roundKeys, last *[32]byte, b *byte, size int)

func encryptIGE(key, iv *[32]byte, b []byte) {
	if !hasAES {
		encryptGeneric(key, iv, b)
		return
	}
	var keys roundKeys
	expand(&keys, key)
	last := *iv
	encryptBlocks(&keys, &last, &b[0], len(b))
}

func decryptIGE(key, iv *[32]byte, b []byte) {
	if !hasAES {
		decryptGeneric(key, iv, b)
		return
	}
	var keys roundKeys
	expandInverse(&keys, key)
	last := *iv
	decryptBlocks(&keys, &last, &b[0], len(b))
}
