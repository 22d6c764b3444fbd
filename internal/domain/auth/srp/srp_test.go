package srp

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math/big"
	"testing"

	"github.com/gotd/td/crypto/srp"

	"hermod/internal/domain/auth/srp/srptest"
)

// newAccount sets password as a client of gotd does.
func newAccount(t *testing.T, gr *Group, password string) Account {
	t.Helper()
	in := srp.Input{Salt1: []byte("first"), Salt2: []byte("second"), G: G, P: gr.Prime()}
	v, salt1, err := srp.NewSRP(rand.Reader).NewHash([]byte(password), in)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = gr.CheckVerifier(v); err != nil {
		t.Fatal(err)
	}
	return Account{Verifier: v, Salt1: salt1, Salt2: in.Salt2}
}

// ownAccount sets password as our own client does, which is faster.
func ownAccount(t *testing.T, gr *Group, password string) Account {
	t.Helper()
	in := srptest.Params{Salt1: []byte("first"), Salt2: []byte("second"), G: G, P: gr.Prime()}
	v, salt1 := srptest.NewVerifier(t, password, in)
	return Account{Verifier: v, Salt1: salt1, Salt2: in.Salt2}
}

// answer proves password as a client of gotd does.
func answer(t *testing.T, gr *Group, acc Account, password string, public []byte) srp.Answer {
	t.Helper()
	secret := make([]byte, Size)
	rand.Read(secret)
	in := srp.Input{Salt1: acc.Salt1, Salt2: acc.Salt2, G: G, P: gr.Prime()}
	a, err := srp.NewSRP(rand.Reader).Hash([]byte(password), public, secret, in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestForeignClientProvesItsPassword(t *testing.T) {
	gr := NewGroup()
	acc := newAccount(t, gr, "correct horse")
	ch, err := gr.NewChallenge(acc.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	good := answer(t, gr, acc, "correct horse", ch.Public)
	if err := gr.Check(acc, ch.Secret, good.A, good.M1); err != nil {
		t.Errorf("right password: %v", err)
	}
	a, m1 := srptest.Prove(t, "wrong horse", ch.Public, srptest.Params{Salt1: acc.Salt1, Salt2: acc.Salt2, G: G, P: gr.Prime()})
	if err := gr.Check(acc, ch.Secret, a, m1); !errors.Is(err, ErrProof) {
		t.Errorf("wrong password: got %v, want ErrProof", err)
	}
	other, err := gr.NewChallenge(acc.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	if err := gr.Check(acc, other.Secret, good.A, good.M1); !errors.Is(err, ErrProof) {
		t.Errorf("answer to another challenge: got %v, want ErrProof", err)
	}
}

// With A a multiple of p the shared secret is 0, which anybody can prove without a password.
func TestNumbersWithKnownAnswersAreRefused(t *testing.T) {
	gr := NewGroup()
	acc := ownAccount(t, gr, "secret")
	ch, err := gr.NewChallenge(acc.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	p := new(big.Int).SetBytes(gr.Prime())
	for name, a := range map[string]*big.Int{
		"zero": big.NewInt(0), "one": big.NewInt(1), "p": p, "p-1": new(big.Int).Sub(p, big.NewInt(1)),
		"above p": new(big.Int).Add(p, big.NewInt(5)),
	} {
		pa := pad(a)
		key := sum(pad(big.NewInt(0)))
		m1 := sum(gr.headSum[:], sum(acc.Salt1), sum(acc.Salt2), pa, ch.Public, key)
		if err := gr.Check(acc, ch.Secret, pa, m1); !errors.Is(err, ErrProof) {
			t.Errorf("A is %s: got %v, want ErrProof", name, err)
		}
		if _, err := gr.CheckVerifier(pa); !errors.Is(err, ErrVerifier) {
			t.Errorf("verifier is %s: got %v, want ErrVerifier", name, err)
		}
	}
	if err := gr.Check(acc, ch.Secret, make([]byte, Size+1), nil); !errors.Is(err, ErrProof) {
		t.Errorf("A is too long: got %v, want ErrProof", err)
	}
}

func TestPublicNumberHasFullLength(t *testing.T) {
	gr := NewGroup()
	acc := ownAccount(t, gr, "secret")
	seen := make(map[string]bool)
	for range 8 {
		ch, err := gr.NewChallenge(acc.Verifier)
		if err != nil {
			t.Fatal(err)
		}
		if len(ch.Public) != Size || seen[string(ch.Public)] || bytes.Compare(ch.Public, gr.Prime()) >= 0 {
			t.Fatalf("public number of %d bytes, repeated %v", len(ch.Public), seen[string(ch.Public)])
		}
		seen[string(ch.Public)] = true
	}
}

func FuzzCheck(f *testing.F) {
	gr := NewGroup()
	acc := Account{Verifier: pad(big.NewInt(12345)), Salt1: []byte("a"), Salt2: []byte("b")}
	f.Add([]byte{}, []byte{})
	f.Add(pad(big.NewInt(7)), make([]byte, 32))
	f.Fuzz(func(t *testing.T, a, m1 []byte) {
		if err := gr.Check(acc, []byte{1, 2, 3, 4}, a, m1); !errors.Is(err, ErrProof) {
			t.Errorf("A %x, M1 %x: got %v, want ErrProof", a, m1, err)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	gr := NewGroup()
	acc := Account{Verifier: pad(new(big.Int).Rsh(gr.p, 1)), Salt1: []byte("a"), Salt2: []byte("b")}
	ch, err := gr.NewChallenge(acc.Verifier)
	if err != nil {
		b.Fatal(err)
	}
	a := pad(new(big.Int).Rsh(gr.p, 2))
	for b.Loop() {
		_ = gr.Check(acc, ch.Secret, a, make([]byte, 32))
	}
}

// The client of our own tests is as good as the foreign one.
func TestOwnClient(t *testing.T) {
	gr := NewGroup()
	acc := ownAccount(t, gr, "correct horse")
	ch, err := gr.NewChallenge(acc.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	in := srptest.Params{Salt1: acc.Salt1, Salt2: acc.Salt2, G: G, P: gr.Prime()}
	a, m1 := srptest.Prove(t, "correct horse", ch.Public, in)
	if err := gr.Check(acc, ch.Secret, a, m1); err != nil {
		t.Errorf("right password: %v", err)
	}
	foreign := answer(t, gr, acc, "correct horse", ch.Public)
	if err := gr.Check(acc, ch.Secret, foreign.A, foreign.M1); err != nil {
		t.Errorf("foreign proof for our verifier: %v", err)
	}
}
