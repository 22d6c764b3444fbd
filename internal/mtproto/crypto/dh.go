package crypto

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
)

// The group is the one that Telegram's servers use. Web K accepts no other, and every client accepts it without a
// long check of its own. The modulus is a safe prime p = 2q + 1, and G generates the subgroup of order q.
// Spec: https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication
const (
	// G is the generator.
	G = 3

	primeHex = "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f" +
		"48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37" +
		"20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64" +
		"2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4" +
		"a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754" +
		"fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4" +
		"e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f" +
		"0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b"
)

// secretBits is the length of secret exponents. The best attack on a short exponent takes the square root of
// their number, 2^256 steps, far more than the discrete logarithm in the whole group, so nothing is gained by
// 2048 bits; the power costs a quarter.
const secretBits = 512

// A Group computes in the Diffie-Hellman group. It may be used from many goroutines.
//
// math/big takes a time that depends on its numbers. Each secret serves one exchange only, so nobody can measure
// the same one twice.
type Group struct {
	p         *big.Int
	low, high *big.Int     // what is sent must lie between these
	powers    [][]*big.Int // powers[i][j] = G^(j << (window*i)) mod p
}

const (
	window  = 4 // bits of the exponent per multiplication in Power
	windows = secretBits / window
)

// NewGroup makes the table of powers of G, which takes some milliseconds and 500 KiB.
func NewGroup() *Group {
	b, err := hex.DecodeString(primeHex)
	if err != nil {
		panic(err) // a constant
	}
	p := new(big.Int).SetBytes(b)
	low := new(big.Int).Lsh(big.NewInt(1), KeySize*8-64)
	g := &Group{p: p, low: low, high: new(big.Int).Sub(p, low)}
	base := big.NewInt(G)
	for range windows {
		row := []*big.Int{big.NewInt(1)}
		for range 1 << window {
			row = append(row, mulMod(row[len(row)-1], base, p))
		}
		base = row[1<<window]
		g.powers = append(g.powers, row[:1<<window])
	}
	return g
}

// Prime returns the modulus, big-endian.
func (g *Group) Prime() []byte { return g.p.Bytes() }

// A Secret is one side's exponent of one exchange.
type Secret struct {
	exponent [secretBits / 8]byte // little-endian
}

// NewSecret draws a secret and returns it with G to its power, which is for the other side.
func (g *Group) NewSecret() (s Secret, public [KeySize]byte) {
	for {
		_, _ = rand.Read(s.exponent[:]) // never fails
		power := g.power(&s)
		if g.inRange(power) { // all but one in 2^64 are
			power.FillBytes(public[:])
			return s, public
		}
	}
}

// power is G to the power of s, with one multiplication per window.
func (g *Group) power(s *Secret) *big.Int {
	x := big.NewInt(1)
	product := new(big.Int)
	for i, b := range s.exponent {
		for half, digit := range [...]byte{b & 15, b >> 4} {
			product.Mul(x, g.powers[2*i+half][digit])
			x.Mod(product, g.p)
		}
	}
	return x
}

// Shared returns the key that both sides then have: what the other side sent, to the power of our secret.
//
// It fails with ErrGroupElement if the other side's value lies outside of 2^1984 and p - 2^1984.
// Spec: https://core.telegram.org/mtproto/security_guidelines#checking-g-a-and-g-b
func (g *Group) Shared(s Secret, public []byte) (key [KeySize]byte, err error) {
	other := new(big.Int).SetBytes(public)
	if len(public) > KeySize || !g.inRange(other) {
		return key, fmt.Errorf("%d bytes: %w", len(public), ErrGroupElement)
	}
	new(big.Int).Exp(other, s.number(), g.p).FillBytes(key[:])
	return key, nil
}

func (g *Group) inRange(x *big.Int) bool { return x.Cmp(g.low) > 0 && x.Cmp(g.high) < 0 }

func (s *Secret) number() *big.Int {
	var b [len(s.exponent)]byte
	for i, x := range s.exponent {
		b[len(b)-1-i] = x
	}
	return new(big.Int).SetBytes(b[:])
}
