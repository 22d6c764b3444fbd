package crypto

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/gotd/ige"
)

// bothWays are the two implementations, of which a machine uses one.
var bothWays = map[string]struct {
	encrypt, decrypt func(key, iv *[32]byte, b []byte)
}{
	"used here": {EncryptIGE, DecryptIGE},
	"generic":   {encryptGeneric, decryptGeneric},
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

func TestIGEAgainstAnother(t *testing.T) {
	for name, way := range bothWays {
		for blocks := 1; blocks < 70; blocks += 3 {
			t.Run(fmt.Sprintf("%s, %d blocks", name, blocks), func(t *testing.T) {
				key, iv, plain := [32]byte(random(32)), [32]byte(random(32)), random(16*blocks)
				want := make([]byte, len(plain))
				block, err := aes.NewCipher(key[:])
				if err != nil {
					t.Fatal(err)
				}
				ige.EncryptBlocks(block, iv[:], want, plain)
				got := bytes.Clone(plain)
				if way.encrypt(&key, &iv, got); !bytes.Equal(got, want) {
					t.Errorf("encrypts to %x, want %x", got, want)
				}
				if way.decrypt(&key, &iv, got); !bytes.Equal(got, plain) {
					t.Errorf("decrypts to %x, want %x", got, plain)
				}
			})
		}
	}
}

func TestIGEOfNothing(t *testing.T) {
	var key, iv [32]byte
	EncryptIGE(&key, &iv, nil)
	DecryptIGE(&key, &iv, nil)
}

func BenchmarkIGE(b *testing.B) {
	key, iv, data := [32]byte(random(32)), [32]byte(random(32)), random(512)
	for name, way := range bothWays {
		b.Run(name+"/encrypt", func(b *testing.B) {
			b.SetBytes(512)
			for b.Loop() {
				way.encrypt(&key, &iv, data)
			}
		})
		b.Run(name+"/decrypt", func(b *testing.B) {
			b.SetBytes(512)
			for b.Loop() {
				way.decrypt(&key, &iv, data)
			}
		})
	}
}
