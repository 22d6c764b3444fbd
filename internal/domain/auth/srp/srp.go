// Package srp is the server's side of the Secure Remote Password protocol in Telegram's variant: the server
// keeps a verifier, from which the password cannot be read, and checks a proof that tells it nothing new.
// It is pure: no storage, no clock. Package auth is its only user.
//
// Spec: https://core.telegram.org/api/srp
package srp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"math/big"
)

// G is the generator.
const G = 3

// Size is the length in bytes of every number of the protocol, padded with zeroes in front.
const Size = 256

// secretBits is the length of our exponent. The group is one of a safe prime, so a short exponent keeps more
// than the 128 bits of strength that the rest has, at a quarter of the cost.
const secretBits = 512

// primeHex is the one prime that every client accepts without a check of its own.
const primeHex = "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f" +
	"48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37" +
	"20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64" +
	"2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4" +
	"a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754" +
	"fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4" +
	"e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f" +
	"0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b"

// Errors about what a client sent.
var (
	// ErrVerifier means a verifier that is no power of G modulo the prime that a client may choose.
	ErrVerifier = errors.New("srp: bad verifier")
	// ErrProof means a proof that does not fit: another password, or numbers outside of their range.
	ErrProof = errors.New("srp: wrong proof")
)

// A Group holds the numbers that never change. It is immutable.
type Group struct {
	p, k    *big.Int
	g       *big.Int
	low     *big.Int // numbers below it are too short for clients
	padded  []byte   // p
	headSum [sha256.Size]byte
}

// NewGroup returns the group that all clients accept.
func NewGroup() *Group {
	p, _ := new(big.Int).SetString(primeHex, 16)
	gr := &Group{p: p, g: big.NewInt(G), padded: pad(p)}
	gr.low = new(big.Int).Lsh(big.NewInt(1), 8*248-1)
	gr.k = new(big.Int).SetBytes(sum(gr.padded, pad(gr.g)))
	hp, hg := sha256.Sum256(gr.padded), sha256.Sum256(pad(gr.g))
	subtle.XORBytes(gr.headSum[:], hp[:], hg[:])
	return gr
}

// Prime returns p, Size bytes. The caller must not change it.
func (gr *Group) Prime() []byte { return gr.padded }

// CheckVerifier returns the verifier v, g^x mod p, padded. It fails with ErrVerifier unless 1 < v < p-1.
func (gr *Group) CheckVerifier(v []byte) ([]byte, error) {
	n, ok := gr.number(v)
	if !ok {
		return nil, ErrVerifier
	}
	return pad(n), nil
}

// A Challenge is one question of the server. It must be used once only.
type Challenge struct {
	Secret []byte // b; stays here
	Public []byte // B, Size bytes; goes to the client
}

// NewChallenge makes a question about the password of verifier. It fails when the system has no randomness.
func (gr *Group) NewChallenge(verifier []byte) (Challenge, error) {
	for {
		secret := make([]byte, secretBits/8)
		if _, err := rand.Read(secret); err != nil {
			return Challenge{}, err
		}
		// TDLib refuses numbers shorter than 248 bytes; one in 2^64 is.
		if b := gr.public(verifier, secret); b.Cmp(gr.low) >= 0 {
			return Challenge{Secret: secret, Public: pad(b)}, nil
		}
	}
}

// public is B = k*v + g^b.
func (gr *Group) public(verifier, secret []byte) *big.Int {
	b := new(big.Int).SetBytes(verifier)
	b.Mul(b, gr.k)
	b.Add(b, new(big.Int).Exp(gr.g, new(big.Int).SetBytes(secret), gr.p))
	return b.Mod(b, gr.p)
}

// An Account is what the server keeps about a password.
type Account struct{ Verifier, Salt1, Salt2 []byte }

// Check fails with ErrProof unless m1 proves knowledge of the password of acc, in answer to the challenge of
// which secret is left, with a as the client's public number.
func (gr *Group) Check(acc Account, secret, a, m1 []byte) error {
	na, ok := gr.number(a)
	if !ok {
		return ErrProof
	}
	pa, pb := pad(na), pad(gr.public(acc.Verifier, secret))
	u := new(big.Int).SetBytes(sum(pa, pb))
	if u.Sign() == 0 {
		return ErrProof
	}
	key := sum(pad(gr.shared(na, new(big.Int).SetBytes(acc.Verifier), u, new(big.Int).SetBytes(secret))))
	want := sum(gr.headSum[:], sum(acc.Salt1), sum(acc.Salt2), pa, pb, key)
	if subtle.ConstantTimeCompare(want, m1) != 1 {
		return ErrProof
	}
	return nil
}

// shared is S = (A * v^u)^b.
func (gr *Group) shared(a, v, u, b *big.Int) *big.Int {
	s := new(big.Int).Exp(v, u, gr.p)
	s.Mul(s, a).Mod(s, gr.p)
	return s.Exp(s, b, gr.p)
}

// number reads b and reports whether it lies inside of 1 and p-1, where no answer is known in advance.
func (gr *Group) number(b []byte) (*big.Int, bool) {
	if len(b) > Size {
		return nil, false
	}
	n := new(big.Int).SetBytes(b)
	last := new(big.Int).Sub(gr.p, big.NewInt(1))
	return n, n.Cmp(big.NewInt(1)) > 0 && n.Cmp(last) < 0
}

// pad writes n, which is below 2^2048, with zeroes in front.
func pad(n *big.Int) []byte { return n.FillBytes(make([]byte, Size)) }

func sum(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
