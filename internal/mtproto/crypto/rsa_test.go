package crypto

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math/big"
	"sync"
	"testing"

	gotd "github.com/gotd/td/crypto"
)

// serverKey is made once: it takes as long as all the tests together.
var serverKey = sync.OnceValue(func() *PrivateKey {
	k, err := GenerateKey()
	if err != nil {
		panic(err)
	}
	return k
})

// oldMainKey is a key that Telegram published, with a fingerprint that is in the sources of many clients.
const oldMainKey = `-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAwVACPi9w23mF3tBkdZz+zwrzKOaaQdr01vAbU4E1pvkfj4sqDsm6
lyDONS789sVoD/xCS9Y0hkkC3gtL1tSfTlgCMOOul9lcixlEKzwKENj1Yz/s7daS
an9tqw3bfUV/nqgbhGX81v/+7RFAEd+RwFnK7a+XYl9sluzHRyVVaTTveB2GazTw
Efzk2DWgkBluml8OREmvfraX3bkHZJTKX4EQSjBbbdJ2ZXIsRrYOXfaA+xayEGB+
8hdlLmAjbCVfaigxX0CDqWeR1yFL9kwd9P0NsZRPsmoqVwMbMu7mStFai6aIhc3n
Slv8kg9qv1m6XHVQY3PnEw+QQtqSIXklHwIDAQAB
-----END RSA PUBLIC KEY-----
`

func TestFingerprint(t *testing.T) {
	k, err := ParsePublicKey([]byte(oldMainKey))
	if err != nil {
		t.Fatal(err)
	}
	if got := uint64(k.Fingerprint()); got != 0xc3b42b026ce86b21 {
		t.Errorf("got %x", got)
	}
	if got := string(k.PEM()); got != oldMainKey {
		t.Errorf("writes %s", got)
	}
}

func TestKeyFiles(t *testing.T) {
	k := serverKey()
	again, err := ParsePrivateKey(k.PEM())
	if err != nil || again.Fingerprint() != k.Fingerprint() {
		t.Errorf("private key reads back as another: %v", err)
	}
	for _, text := range []string{"", "no PEM", string(k.PublicKey.PEM())} {
		if _, err := ParsePrivateKey([]byte(text)); !errors.Is(err, ErrKey) {
			t.Errorf("%.20q read as a private key: %v", text, err)
		}
	}
	if _, err := ParsePublicKey(k.PEM()); !errors.Is(err, ErrKey) {
		t.Errorf("private key read as a public one: %v", err)
	}
}

// whole is the size function of a value that takes all data of a known length.
func whole(n int) func([]byte) int { return func([]byte) int { return n } }

func TestDecrypt(t *testing.T) {
	k, data := serverKey(), random(140)
	pad, err := k.Encrypt(data)
	if err != nil {
		t.Fatal(err)
	}
	old, err := k.EncryptOld(data)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := gotd.RSAPad(data, &k.key.PublicKey, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, sealed := range map[string][]byte{"RSA_PAD": pad[:], "older padding": old[:], "RSA_PAD of gotd": theirs} {
		got, err := k.Decrypt(sealed, whole(len(data)))
		if err != nil || !bytes.HasPrefix(got, data) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
		for _, bit := range []int{0, 7, 100, 2047} {
			bent := bytes.Clone(sealed)
			bent[bit/8] ^= 1 << (bit % 8)
			if _, err := k.Decrypt(bent, whole(len(data))); !errors.Is(err, ErrPadding) {
				t.Errorf("%s with bit %d turned: %v", name, bit, err)
			}
		}
	}
}

func TestDecryptRefuses(t *testing.T) {
	k := serverKey()
	for name, sealed := range map[string][]byte{
		"nothing":         nil,
		"zero":            make([]byte, 256),
		"one":             {1},
		"the modulus":     k.Modulus(),
		"above":           bytes.Repeat([]byte{255}, 256),
		"more than 2,048": append([]byte{0}, k.Modulus()...),
	} {
		for _, n := range []int{-1, 0, 100, 236, 1 << 30} {
			if _, err := k.Decrypt(sealed, whole(n)); !errors.Is(err, ErrPadding) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestTooMuchToEncrypt(t *testing.T) {
	k := serverKey()
	if _, err := k.Encrypt(random(145)); !errors.Is(err, ErrPadding) {
		t.Error(err)
	}
	if _, err := k.EncryptOld(random(236)); !errors.Is(err, ErrPadding) {
		t.Error(err)
	}
}

// Blinding changes nothing but the time that it takes, for as many operations as one likes.
func TestLower(t *testing.T) {
	k := serverKey()
	for i := range 3 * freshAfter {
		m := new(big.Int).SetBytes(random(255))
		c := k.raise(m)
		if got := k.lower(new(big.Int).SetBytes(c[:])); new(big.Int).SetBytes(got[:]).Cmp(m) != 0 {
			t.Fatalf("operation %d is wrong", i)
		}
	}
}

func FuzzDecrypt(f *testing.F) {
	k := serverKey()
	f.Add([]byte{1}, 20)
	f.Fuzz(func(t *testing.T, in []byte, size int) {
		if _, err := k.Decrypt(in, whole(size)); err != nil && !errors.Is(err, ErrPadding) {
			t.Error(err)
		}
	})
}
