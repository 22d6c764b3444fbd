package crypto

import "golang.org/x/sys/cpu"

// The standard library's CBC costs the same per block. What this saves is a key schedule on the heap for every message, and
// passes over the data: more than half of the time for a message of some hundred bytes.

type roundKeys [15][BlockSize]byte

//go:noescape
func expand(keys *roundKeys, key *[32]byte)

//go:noescape
func expandInverse(keys *roundKeys, key *[32]byte)

//go:noescape
func encryptBlocks(keys *roundKeys, iv *[32]byte, b *byte, size int)

//go:noescape
func decryptBlocks(keys *roundKeys, iv *[32]byte, b *byte, size int)

func encryptIGE(key, iv *[32]byte, b []byte) {
	if !cpu.X86.HasAES || !cpu.X86.HasAVX {
		encryptGeneric(key, iv, b)
		return
	}
	var keys roundKeys
	expand(&keys, key)
	encryptBlocks(&keys, iv, &b[0], len(b))
}

func decryptIGE(key, iv *[32]byte, b []byte) {
	if !cpu.X86.HasAES || !cpu.X86.HasAVX {
		decryptGeneric(key, iv, b)
		return
	}
	var keys roundKeys
	expandInverse(&keys, key)
	decryptBlocks(&keys, iv, &b[0], len(b))
}
