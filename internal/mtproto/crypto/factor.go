package crypto

import (
	"crypto/rand"
	"encoding/binary"
	"math/big"
	"math/bits"
	mathrand "math/rand/v2"
)

// A Challenge is the small proof of work at the beginning of a key exchange: the client shall find P and Q, P <
// Q, in PQ.
// Spec: https://core.telegram.org/mtproto/auth_key#2-server-sends-response-of-the-form
type Challenge struct {
	P, Q uint32
}

// PQ is the product, as it is sent: eight bytes, big-endian.
func (c Challenge) PQ() []byte { return binary.BigEndian.AppendUint64(nil, uint64(c.P)*uint64(c.Q)) }

// Challenges hands out challenges. It may be used from many goroutines.
type Challenges struct {
	primes []uint32
}

// poolPrimes gives some 30,000 challenges. Their only purpose is to cost a client more than us, so it does no
// harm that somebody may see the same one twice.
const poolPrimes = 256

// NewChallenges fills the pool, which takes some milliseconds.
func NewChallenges() *Challenges {
	c := new(Challenges)
	for len(c.primes) < poolPrimes {
		c.primes = append(c.primes, newPrime())
	}
	return c
}

// Next returns one of the challenges.
func (c *Challenges) Next() Challenge {
	for {
		p, q := c.primes[mathrand.IntN(poolPrimes)], c.primes[mathrand.IntN(poolPrimes)]
		if p != q {
			return Challenge{P: min(p, q), Q: max(p, q)}
		}
	}
}

// newPrime returns a prime of 31 bits, so that a product fits in 63: some clients read it as a signed number.
func newPrime() uint32 {
	var b [4]byte
	for {
		_, _ = rand.Read(b[:]) // never fails
		n := le.Uint32(b[:])>>1 | 1<<30 | 1
		if big.NewInt(int64(n)).ProbablyPrime(0) { // exact below 2^64
			return n
		}
	}
}

// Factor finds the factors of a product of two primes as a client does, by Pollard's rho in Brent's form. It
// returns zeros if pq is not such a product.
func Factor(pq uint64) (p, q uint64) {
	if pq < 4 || new(big.Int).SetUint64(pq).ProbablyPrime(0) {
		return 0, 0
	}
	if pq%2 == 0 {
		return 2, pq / 2
	}
	for c := uint64(1); c < 64; c++ {
		if p := rho(pq, c); p > 1 && p < pq {
			return min(p, pq/p), max(p, pq/p)
		}
	}
	return 0, 0
}

// rho walks x*x+c until two steps agree modulo a factor of n, which it returns; n itself if they agree modulo that.
func rho(n, c uint64) uint64 {
	const batch = 128
	y, product := uint64(2), uint64(1)
	for r := 1; ; r *= 2 {
		x := y
		for range r {
			y = step(y, c, n)
		}
		for k := 0; k < r; k += batch {
			start := y
			for range min(batch, r-k) {
				y = step(y, c, n)
				product = mul(product, distance(x, y), n)
			}
			if g := gcd(product, n); g == n {
				return rhoSlowly(n, c, x, start)
			} else if g > 1 {
				return g
			}
		}
	}
}

// rhoSlowly repeats a batch in which both factors were found at once, step by step.
func rhoSlowly(n, c, x, y uint64) uint64 {
	for {
		y = step(y, c, n)
		if g := gcd(distance(x, y), n); g > 1 {
			return g
		}
	}
}

func step(x, c, n uint64) uint64 {
	x = mul(x, x, n)
	if x >= n-c {
		return x - (n - c)
	}
	return x + c
}

func mul(a, b, n uint64) uint64 {
	high, low := bits.Mul64(a, b)
	_, rest := bits.Div64(high, low, n) // high < n, because a and b are
	return rest
}

func distance(a, b uint64) uint64 { return max(a, b) - min(a, b) }

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
