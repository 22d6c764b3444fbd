package crypto

import (
	"crypto/rand"
	"errors"
	"math/big"
	"testing"

	gotd "github.com/gotd/td/crypto"
)

func TestGroup(t *testing.T) {
	g := NewGroup()
	if err := gotd.CheckDH(G, new(big.Int).SetBytes(g.Prime())); err != nil {
		t.Error(err)
	}
	for range 20 {
		a, ga := g.NewSecret()
		b, gb := g.NewSecret()
		want := new(big.Int).Exp(big.NewInt(G), a.number(), g.p)
		if new(big.Int).SetBytes(ga[:]).Cmp(want) != 0 {
			t.Fatal("the table gives another power than math/big")
		}
		k1, err1 := g.Shared(a, gb[:])
		k2, err2 := g.Shared(b, ga[:])
		if err1 != nil || err2 != nil || k1 != k2 {
			t.Fatalf("the sides disagree: %v, %v", err1, err2)
		}
	}
}

func TestSharedRefuses(t *testing.T) {
	g := NewGroup()
	s, _ := g.NewSecret()
	edge := new(big.Int).Lsh(big.NewInt(1), 2048-64)
	tests := map[string]*big.Int{
		"zero":               big.NewInt(0),
		"one":                big.NewInt(1),
		"p":                  g.p,
		"p-1":                new(big.Int).Sub(g.p, big.NewInt(1)),
		"above p":            new(big.Int).Lsh(big.NewInt(1), 2047+1),
		"the lower edge":     edge,
		"the upper edge":     new(big.Int).Sub(g.p, edge),
		"a number too large": new(big.Int).Lsh(big.NewInt(1), 4096),
	}
	for name, x := range tests {
		if _, err := g.Shared(s, x.Bytes()); !errors.Is(err, ErrGroupElement) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := g.Shared(s, new(big.Int).Add(edge, big.NewInt(1)).Bytes()); err != nil {
		t.Errorf("just above the lower edge: %v", err)
	}
}

func TestFactor(t *testing.T) {
	if p, q := Factor(0x17ED48941A08F981); p != 1229739323 || q != 1402015859 { // the example of the specification
		t.Errorf("got %d and %d", p, q)
	}
	pool := NewChallenges()
	for range 50 {
		c := pool.Next()
		pq := new(big.Int).SetBytes(c.PQ()).Uint64()
		if p, q := Factor(pq); p != uint64(c.P) || q != uint64(c.Q) || p >= q || pq >= 1<<63 {
			t.Errorf("%d = %d * %d, found %d and %d", pq, c.P, c.Q, p, q)
		}
	}
	for _, n := range []uint64{0, 1, 2, 3, 7, 1<<61 - 1} {
		if p, q := Factor(n); p != 0 || q != 0 {
			t.Errorf("%d = %d * %d", n, p, q)
		}
	}
	for _, n := range []uint64{4, 6, 9, 15, 25, 1 << 62, 4294967291 * 4294967291, 4294967279 * 4294967291} {
		if p, q := Factor(n); p < 2 || p*q != n {
			t.Errorf("%d = %d * %d", n, p, q)
		}
	}
}

// BenchmarkKeyExchange is the server's arithmetic of one key exchange: as we do it, and with three powers of
// 2,048 bits.
func BenchmarkKeyExchange(b *testing.B) {
	k, g := serverKey(), NewGroup()
	data := random(140)
	sealed, err := k.Encrypt(data)
	if err != nil {
		b.Fatal(err)
	}
	_, gb := g.NewSecret()
	c := new(big.Int).SetBytes(sealed[:])
	other := new(big.Int).SetBytes(gb[:])
	ours, naive := compare(b, 1, func() {
		if _, err := k.Decrypt(sealed[:], whole(len(data))); err != nil {
			b.Fatal(err)
		}
		s, _ := g.NewSecret()
		if _, err := g.Shared(s, gb[:]); err != nil {
			b.Fatal(err)
		}
	}, func() {
		new(big.Int).Exp(c, k.key.D, k.key.N)
		a, _ := rand.Int(rand.Reader, g.p) // never fails
		new(big.Int).Exp(big.NewInt(G), a, g.p)
		new(big.Int).Exp(other, a, g.p)
	})
	b.ReportMetric(float64(ours)/float64(naive), "of-naive")
}

func BenchmarkSteps(b *testing.B) {
	k, g := serverKey(), NewGroup()
	c := new(big.Int).SetBytes(random(255))
	s, gb := g.NewSecret()
	b.Run("RSA", func(b *testing.B) {
		for b.Loop() {
			k.lower(c)
		}
	})
	b.Run("g^a", func(b *testing.B) {
		for b.Loop() {
			g.NewSecret()
		}
	})
	b.Run("g_b^a", func(b *testing.B) {
		for b.Loop() {
			_, _ = g.Shared(s, gb[:]) // tested elsewhere
		}
	})
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			NewGroup()
		}
	})
	b.Run("challenges", func(b *testing.B) {
		for b.Loop() {
			NewChallenges()
		}
	})
	pq := new(big.Int).SetBytes(NewChallenges().Next().PQ()).Uint64()
	b.Run("factor", func(b *testing.B) {
		for b.Loop() {
			Factor(pq)
		}
	})
}
