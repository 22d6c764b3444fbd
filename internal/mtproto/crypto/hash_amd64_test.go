package crypto

import (
	"math/big"
	"testing"
)

// The standard defines the constants: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
func TestRoundConstants(t *testing.T) {
	n := int64(2)
	for i, got := range roundConstants {
		for !big.NewInt(n).ProbablyPrime(20) {
			n++
		}
		if want := cubeRootFraction(n); got != want {
			t.Errorf("constant %d is %#x, want %#x", i, got, want)
		}
		n++
	}
}

// cubeRootFraction finds the largest r with r^3 <= n*2^96, bit by bit: r is the cube root of n times 2^32.
func cubeRootFraction(n int64) uint32 {
	limit := new(big.Int).Lsh(big.NewInt(n), 96)
	r := new(big.Int)
	for bit := 36; bit >= 0; bit-- {
		try := new(big.Int).SetBit(r, bit, 1)
		if new(big.Int).Exp(try, big.NewInt(3), nil).Cmp(limit) <= 0 {
			r = try
		}
	}
	return uint32(r.Uint64())
}
