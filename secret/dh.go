package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"sync"
)

// keySize is the length of a key and of every value of the exchange, in bytes.
const keySize = 256

// margin is how far from the ends of the group public values must lie: 2^(2048-64).
const margin = keySize*8 - 64

// A DHConfig is what messages.getDhConfig answers.
// Spec: https://core.telegram.org/method/messages.getDhConfig
type DHConfig struct {
	// Version names P and G; a client that has them says it and gets no more than Random.
	Version int
	// P is the prime, big-endian, 256 bytes; nil when the version that was asked about is still the newest.
	P []byte
	// G is the generator, 2 to 7.
	G int
	// Random is entropy of the server's; it is mixed with our own and never used alone.
	Random []byte
}

// knownPrime is the modulus that Telegram's servers use. It is known to be safe, so that it needs no long test.
const knownPrime = "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f" +
	"48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37" +
	"20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64" +
	"2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4" +
	"a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754" +
	"fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4" +
	"e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f" +
	"0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b"

var knownPrimeBytes = sync.OnceValue(func() []byte {
	b, _ := hex.DecodeString(knownPrime) // a constant
	return b
})

// primalityRounds bounds the chance that a number made to deceive passes: 4^-64.
const primalityRounds = 64

// Check tells whether the exchange is safe with c: P is a safe prime of 2048 bits and G generates its subgroup of
// prime order. It fails with ErrGroup. For any but the well-known prime it takes seconds; remember the result.
// Spec: https://core.telegram.org/mtproto/security_guidelines#validation-of-dh-parameters
func (c DHConfig) Check() error {
	if len(c.P) != keySize || c.P[0]&0x80 == 0 {
		return fmt.Errorf("prime of %d bytes: %w", len(c.P), ErrGroup)
	}
	p := new(big.Int).SetBytes(c.P)
	if !generates(c.G, p) {
		return fmt.Errorf("generator %d: %w", c.G, ErrGroup)
	}
	if bytes.Equal(c.P, knownPrimeBytes()) {
		return nil
	}
	half := new(big.Int).Rsh(p, 1)
	if !p.ProbablyPrime(primalityRounds) || !half.ProbablyPrime(primalityRounds) {
		return fmt.Errorf("modulus is no safe prime: %w", ErrGroup)
	}
	return nil
}

// residues says which remainders of p make g a quadratic residue.
// Spec: https://core.telegram.org/api/end-to-end#sending-a-request
var residues = map[int]struct {
	mod  int64
	good []int64
}{
	2: {8, []int64{7}},
	3: {3, []int64{2}},
	4: {1, []int64{0}},
	5: {5, []int64{1, 4}},
	6: {24, []int64{19, 23}},
	7: {7, []int64{3, 5, 6}},
}

func generates(g int, p *big.Int) bool {
	r, ok := residues[g]
	if !ok {
		return false
	}
	rest := new(big.Int).Mod(p, big.NewInt(r.mod)).Int64()
	for _, good := range r.good {
		if rest == good {
			return true
		}
	}
	return false
}

// A group computes with a checked configuration.
type group struct{ g, p *big.Int }

func newGroup(g int, p []byte) group {
	return group{g: big.NewInt(int64(g)), p: new(big.Int).SetBytes(p)}
}

// newSecret draws an exponent and returns it with what the other side gets. The server's random bytes are mixed in,
// so that neither a weak source here nor a hostile server alone decides on the secret.
func (d group) newSecret(random []byte) (secret, public []byte, err error) {
	for range 16 { // all but one in 2^63 are good
		secret = make([]byte, keySize)
		_, _ = rand.Read(secret) // never fails
		for i, b := range random[:min(len(random), keySize)] {
			secret[i] ^= b
		}
		x := new(big.Int).Exp(d.g, new(big.Int).SetBytes(secret), d.p)
		if d.inRange(x) {
			return secret, x.FillBytes(make([]byte, keySize)), nil
		}
	}
	return nil, nil, fmt.Errorf("no good secret found: %w", ErrGroup)
}

// shared is the key that both sides then have: public to the power of secret, with leading zeros.
//
// It fails with ErrGroup unless public lies between 2^1984 and p - 2^1984.
// Spec: https://core.telegram.org/mtproto/security_guidelines#g-a-and-g-b-validation
func (d group) shared(secret, public []byte) ([]byte, error) {
	x := new(big.Int).SetBytes(public)
	if len(public) > keySize || !d.inRange(x) {
		return nil, fmt.Errorf("public value of %d bytes: %w", len(public), ErrGroup)
	}
	key := new(big.Int).Exp(x, new(big.Int).SetBytes(secret), d.p)
	return key.FillBytes(make([]byte, keySize)), nil
}

func (d group) inRange(x *big.Int) bool {
	low := new(big.Int).Lsh(big.NewInt(1), margin)
	return x.Cmp(low) >= 0 && x.Cmp(new(big.Int).Sub(d.p, low)) <= 0
}
