package crypto

import (
	"bytes"
	"crypto/sha256"
	"testing"
)

func TestHashSecret(t *testing.T) {
	secret := [32]byte(random(32))
	for n := range 300 {
		plain := random(n)
		want := sha256.Sum256(append(secret[:], plain...))
		if got := hashSecret(&secret, plain); got != want {
			t.Errorf("%d bytes: got %x, want %x", n, got, want)
		}
		if got := hashGeneric(&secret, plain); got != want {
			t.Errorf("%d bytes, generic: got %x, want %x", n, got, want)
		}
	}
}

func TestHashPair(t *testing.T) {
	a, b := [52]byte(random(52)), [52]byte(random(52))
	if gotA, gotB := hashPair(&a, &b); gotA != sha256.Sum256(a[:]) || gotB != sha256.Sum256(b[:]) {
		t.Errorf("got %x and %x", gotA, gotB)
	}
}

func TestOpenBlocks(t *testing.T) {
	key, iv, secret := [32]byte(random(32)), [32]byte(random(32)), [32]byte(random(32))
	for blocks := 1; blocks < 40; blocks++ {
		plain := random(16 * blocks)
		sealed := bytes.Clone(plain)
		EncryptIGE(&key, &iv, sealed)
		for name, open := range map[string]func(key, iv, secret *[32]byte, b []byte) [32]byte{"used here": openBlocks, "generic": openGeneric} {
			b := bytes.Clone(sealed)
			sum := open(&key, &iv, &secret, b)
			if !bytes.Equal(b, plain) || sum != hashGeneric(&secret, plain) {
				t.Errorf("%s, %d blocks: hash %x", name, blocks, sum)
			}
		}
	}
}
