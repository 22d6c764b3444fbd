package crypto

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"

	"hermod/internal/tl"
)

const (
	keyBits   = 2048
	blockSize = keyBits / 8 // bytes of one RSA block

	privateType = "RSA PRIVATE KEY"
	publicType  = "RSA PUBLIC KEY"
)

// ErrKey means an RSA key that cannot be used: not PKCS#1 in PEM, or not of 2048 bits.
var ErrKey = errors.New("crypto: not an RSA-2048 key in PKCS#1 PEM")

// A PublicKey is what clients know of a server before they have ever met it.
type PublicKey struct {
	key *rsa.PublicKey
}

// ParsePublicKey reads a PEM block "RSA PUBLIC KEY". It fails with ErrKey.
func ParsePublicKey(text []byte) (PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != publicType {
		return PublicKey{}, ErrKey
	}
	key, err := x509.ParsePKCS1PublicKey(block.Bytes)
	if err != nil || key.N.BitLen() != keyBits {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return PublicKey{key}, nil
}

// PEM returns the block "RSA PUBLIC KEY" that clients are configured with.
func (k PublicKey) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: publicType, Bytes: x509.MarshalPKCS1PublicKey(k.key)})
}

// Modulus and Exponent return the numbers of the key, big-endian, for clients that want them so.
func (k PublicKey) Modulus() []byte { return k.key.N.Bytes() }

// Exponent is the public exponent.
func (k PublicKey) Exponent() int { return k.key.E }

// Fingerprint names the key in the key exchange: the low 64 bits of the SHA-1 of its numbers as TL strings.
// Spec: https://core.telegram.org/mtproto/auth_key#2-server-sends-response-of-the-form
func (k PublicKey) Fingerprint() int64 {
	var w tl.Writer
	w.Bytes(k.key.N.Bytes())
	w.Bytes(big.NewInt(int64(k.key.E)).Bytes())
	sum := sha1.Sum(w.B)
	return int64(le.Uint64(sum[12:]))
}

// raise is the public operation on a block smaller than the modulus.
func (k PublicKey) raise(m *big.Int) (out [blockSize]byte) {
	new(big.Int).Exp(m, big.NewInt(int64(k.key.E)), k.key.N).FillBytes(out[:])
	return out
}

// A PrivateKey is the server's half. It may be used from many goroutines.
type PrivateKey struct {
	PublicKey
	key   *rsa.PrivateKey
	blind blinding
}

// GenerateKey makes a new key.
func GenerateKey() (*PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("generate RSA key: %w", err)
	}
	return newPrivateKey(key), nil
}

// ParsePrivateKey reads a PEM block "RSA PRIVATE KEY". It fails with ErrKey.
func ParsePrivateKey(text []byte) (*PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != privateType {
		return nil, ErrKey
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil || key.N.BitLen() != keyBits || len(key.Primes) != 2 {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return newPrivateKey(key), nil
}

func newPrivateKey(key *rsa.PrivateKey) *PrivateKey {
	key.Precompute()
	return &PrivateKey{PublicKey: PublicKey{&key.PublicKey}, key: key}
}

// PEM returns the block "RSA PRIVATE KEY". Keep it where only the server can read it.
func (k *PrivateKey) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: privateType, Bytes: x509.MarshalPKCS1PrivateKey(k.key)})
}

// LogValue keeps the key out of logs.
func (k *PrivateKey) LogValue() slog.Value { return slog.StringValue("***") }

// lower is the private operation, by the Chinese remainder theorem: two powers of half the length, a quarter of
// the work. The standard library offers none without a padding of its own. math/big takes a time that depends
// on its input, so the input is blinded.
func (k *PrivateKey) lower(c *big.Int) (out [blockSize]byte) {
	r, inverse := k.blind.next(k.key)
	c = mulMod(c, r, k.key.N)
	p, q := k.key.Primes[0], k.key.Primes[1]
	m := new(big.Int).Exp(c, k.key.Precomputed.Dp, p)
	mq := new(big.Int).Exp(c, k.key.Precomputed.Dq, q)
	m.Sub(m, mq).Mul(m, k.key.Precomputed.Qinv).Mod(m, p)
	m.Mul(m, q).Add(m, mq)
	mulMod(m, inverse, k.key.N).FillBytes(out[:])
	return out
}

// A blinding holds r^e and 1/r for a random r.
type blinding struct {
	mu         sync.Mutex
	r, inverse *big.Int
	uses       int
}

// freshAfter is how many operations share what follows from one random number.
const freshAfter = 64

// next returns a pair never used before. Squaring a pair gives another, which costs far less than an inverse.
func (b *blinding) next(key *rsa.PrivateKey) (r, inverse *big.Int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.uses%freshAfter == 0 {
		b.r, b.inverse = newBlinding(key)
	} else {
		b.r, b.inverse = mulMod(b.r, b.r, key.N), mulMod(b.inverse, b.inverse, key.N)
	}
	b.uses++
	return b.r, b.inverse
}

func newBlinding(key *rsa.PrivateKey) (r, inverse *big.Int) {
	random := make([]byte, blockSize-1) // below the modulus
	_, _ = rand.Read(random)            // never fails
	r = new(big.Int).SetBytes(random)
	inverse = new(big.Int).ModInverse(r, key.N)
	if inverse == nil { // r would be a factor of the modulus, or zero
		return big.NewInt(1), big.NewInt(1)
	}
	return r.Exp(r, big.NewInt(int64(key.E)), key.N), inverse
}

func mulMod(a, b, n *big.Int) *big.Int {
	c := new(big.Int).Mul(a, b)
	return c.Mod(c, n)
}
