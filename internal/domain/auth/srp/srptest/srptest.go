// Package srptest is the client's side of package srp, for tests. That the two sides fit foreign clients is
// tested in package srp, with one; this one does not check the prime each time, which takes half a second.
package srptest

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"math/big"
	"testing"
)

// size is the length of a padded number.
const size = 256

// Params are what the server says about a password.
type Params struct {
	Salt1, Salt2 []byte
	G            int
	P            []byte
	// Fast leaves out the 100,000 rounds that make guessing slow. The server cannot tell the difference.
	Fast bool
}

// NewVerifier makes what a server keeps of password, and the salt that the client has completed.
// Spec: https://core.telegram.org/api/srp#setting-a-new-2fa-password
func NewVerifier(t testing.TB, password string, in Params) (verifier, salt1 []byte) {
	t.Helper()
	salt := make([]byte, 32)
	rand.Read(salt)
	in.Salt1 = append(append([]byte(nil), in.Salt1...), salt...)
	p := new(big.Int).SetBytes(in.P)
	return pad(new(big.Int).Exp(big.NewInt(int64(in.G)), secret(t, password, in), p)), in.Salt1
}

// Prove answers a challenge.
// Spec: https://core.telegram.org/api/srp#checking-the-password-with-srp
func Prove(t testing.TB, password string, public []byte, in Params) (a, m1 []byte) {
	t.Helper()
	random := make([]byte, 64)
	rand.Read(random)
	p, g := new(big.Int).SetBytes(in.P), big.NewInt(int64(in.G))
	exponent := new(big.Int).SetBytes(random)
	pa, pg := pad(new(big.Int).Exp(g, exponent, p)), pad(g)
	u := new(big.Int).SetBytes(sum(pa, public))
	x := secret(t, password, in)
	k := new(big.Int).SetBytes(sum(in.P, pg))
	base := k.Mul(k, new(big.Int).Exp(g, x, p))
	base.Sub(new(big.Int).SetBytes(public), base).Mod(base, p)
	shared := base.Exp(base, u.Mul(u, x).Add(u, exponent), p)
	head := make([]byte, sha256.Size)
	subtle.XORBytes(head, sum(in.P), sum(pg))
	return pa, sum(head, sum(in.Salt1), sum(in.Salt2), pa, public, sum(pad(shared)))
}

// secret is x, which only who knows the password can compute.
func secret(t testing.TB, password string, in Params) *big.Int {
	t.Helper()
	first := salted(salted([]byte(password), in.Salt1), in.Salt2)
	if in.Fast {
		return new(big.Int).SetBytes(first)
	}
	slow, err := pbkdf2.Key(sha512.New, string(first), in.Salt1, 100_000, 64)
	if err != nil {
		t.Fatal(err)
	}
	return new(big.Int).SetBytes(salted(slow, in.Salt2))
}

func salted(data, salt []byte) []byte { return sum(salt, data, salt) }

func pad(n *big.Int) []byte { return n.FillBytes(make([]byte, size)) }

func sum(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
