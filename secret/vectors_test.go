package secret

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"hermod/internal/mtproto/crypto"
	e2e "hermod/internal/tl/secret"
)

// The expected values come from testdata/vectors.py, which has its own AES and its own reading of the specification.
//
//go:embed testdata/vectors.json
var vectorFile []byte

type vectors struct {
	A, B, GA, GB, Key unhex
	Fingerprint       int64
	ShortExponent     int64 `json:"short_exponent"`
	Short             unhex
	ShortFingerprint  int64 `json:"short_fingerprint"`
	Visual            unhex
	Squares           string
	Content           unhex
	Creator, Other    unhex
	Thin, V1          unhex
	FileKey           unhex `json:"file_key"`
	FileIV            unhex `json:"file_iv"`
	FileFingerprint   int32 `json:"file_fingerprint"`
	File              unhex
	FileSealed        unhex `json:"file_sealed"`
	Layer             unhex
}

type unhex []byte

func (u *unhex) UnmarshalJSON(b []byte) (err error) {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*u, err = hex.DecodeString(s)
	return err
}

func known(t testing.TB) (v vectors) {
	t.Helper()
	if err := json.Unmarshal(vectorFile, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVectorsOfTheExchange(t *testing.T) {
	v := known(t)
	d := newGroup(3, knownPrimeBytes())
	for name, tt := range map[string]struct{ secret, public []byte }{"a": {v.A, v.GB}, "b": {v.B, v.GA}} {
		key, err := d.shared(tt.secret, tt.public)
		if err != nil || !bytes.Equal(key, v.Key) {
			t.Errorf("%s has key %x, %v; want %x", name, key, err, v.Key)
		}
	}
	if got := fingerprint(v.Key); got != v.Fingerprint {
		t.Errorf("fingerprint %x, want %x", got, v.Fingerprint)
	}
	exponent := big.NewInt(v.ShortExponent).Bytes()
	short := new(big.Int).Exp(d.g, new(big.Int).SetBytes(exponent), d.p).FillBytes(make([]byte, keySize))
	if !bytes.Equal(short, v.Short) || fingerprint(short) != v.ShortFingerprint || short[0] != 0 {
		t.Errorf("key with a leading zero is %x", short)
	}
}

func TestVectorsOfTheFingerprint(t *testing.T) {
	v := known(t)
	f := newFingerprint(v.Key)
	if !bytes.Equal(f.Bytes[:], v.Visual) {
		t.Errorf("bytes %x, want %x", f.Bytes, v.Visual)
	}
	const side = 3
	pic := f.Picture(side)
	var squares strings.Builder
	for y := range pictureSide {
		for x := range pictureSide {
			fmt.Fprint(&squares, pic.ColorIndexAt(x*side+side-1, y*side))
		}
	}
	if squares.String() != v.Squares {
		t.Errorf("squares\n%s, want\n%s", squares.String(), v.Squares)
	}
	want := hex.EncodeToString(v.Visual[:32])
	if got := strings.NewReplacer(" ", "", "\n", "").Replace(f.String()); got != want {
		t.Errorf("text %s, want %s", got, want)
	}
	if got := len([]rune(strings.ReplaceAll(f.Emoji(), "\n", ""))); got != 32 {
		t.Errorf("%d emoji, want 32", got)
	}
}

func TestEmojiAreDistinct(t *testing.T) {
	seen := make(map[rune]bool)
	for _, r := range emojis {
		seen[r] = true
	}
	if len(emojis) != 256 || len(seen) != 256 {
		t.Errorf("%d emoji, %d different ones; want 256", len(emojis), len(seen))
	}
}

func TestVectorsOfTheEnvelope(t *testing.T) {
	v := known(t)
	k := newSecretKey(v.Key, 0)
	for name, tt := range map[string]struct {
		packet, want []byte
		x            int
	}{
		"of the creator":     {v.Creator, v.Content, 0},
		"of the other":       {v.Other, v.Content, 8},
		"with 12 of padding": {v.Thin, v.Content[:112], 0},
	} {
		got, err := open(k, tt.x, tt.packet)
		if err != nil || !bytes.Equal(got, tt.want) {
			t.Errorf("%s: %x, %v", name, got, err)
		}
		if _, err := open(k, 8-tt.x, tt.packet); !errors.Is(err, ErrEnvelope) {
			t.Errorf("%s, mirrored: error %v, want ErrEnvelope", name, err)
		}
	}
	if got, err := openV1(k, v.V1); err != nil || !bytes.Equal(got, v.Content) {
		t.Errorf("first version: %x, %v", got, err)
	}
	if _, err := open(k, 0, v.V1); !errors.Is(err, ErrEnvelope) {
		t.Errorf("the first version opens as the second: %v", err)
	}
	if got := sealBlocks(k, 0, withHead(v.Content, paddingOf("padding", 20))); !bytes.Equal(got, v.Creator) {
		t.Errorf("sealed %x, want %x", got, v.Creator)
	}
}

func withHead(content, padding []byte) []byte {
	b := le.AppendUint32(make([]byte, packetHead), uint32(len(content)))
	return append(append(b, content...), padding...)
}

func paddingOf(name string, n int) (b []byte) {
	for i := 0; len(b) < n; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", name, i))
		b = append(b, sum[:]...)
	}
	return b[:n]
}

// TestPaddingLimits seals with lengths and paddings that must not be believed, although the message key is right.
func TestPaddingLimits(t *testing.T) {
	v := known(t)
	k := newSecretKey(v.Key, 0)
	for name, tt := range map[string]struct {
		length, total int
		ok            bool
	}{
		"12 of padding":         {112, 128, true},
		"8 of padding":          {116, 128, false},
		"1024 of padding":       {108, 112 + 1024, true},
		"1028 of padding":       {104, 108 + 1028, false},
		"longer than it is":     {1 << 20, 128, false},
		"negative":              {-4, 128, false},
		"not divisible by four": {110, 128, false},
		"nothing":               {0, 128, true},
	} {
		b := make([]byte, packetHead+tt.total)
		le.PutUint32(b[packetHead:], uint32(tt.length))
		got, err := open(k, 0, sealBlocks(k, 0, b))
		if (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrEnvelope) || err == nil && len(got) != tt.length {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestSealedPadding(t *testing.T) {
	k := newSecretKey(known(t).Key, 0)
	sizes := make(map[int]bool)
	for n := 0; n < 64; n += 4 {
		for range 20 {
			packet := seal(k, 0, make([]byte, n))
			got, err := open(k, 0, packet)
			if err != nil || len(got) != n {
				t.Fatalf("%d bytes: %d, %v", n, len(got), err)
			}
			sizes[len(packet)] = true
		}
	}
	if len(sizes) < 8 {
		t.Errorf("only %d sizes of packets: lengths are not blurred", len(sizes))
	}
}

func TestVectorsOfAFile(t *testing.T) {
	v := known(t)
	if got := FileFingerprint(v.FileKey, v.FileIV); got != v.FileFingerprint {
		t.Errorf("fingerprint %x, want %x", got, v.FileFingerprint)
	}
	c, err := newIGE(File{Key: v.FileKey, IV: v.FileIV})
	must(t, err)
	b := clone(v.File)
	for at, step := 0, 16; at < len(b); at, step = at+step, step+16 { // in pieces, as a stream is
		c.encrypt(b[at:min(at+step, len(b))])
	}
	if !bytes.Equal(b, v.FileSealed) {
		t.Error("sealed in pieces it differs")
	}
	key, iv := [32]byte(v.FileKey), [32]byte(v.FileIV)
	whole := clone(v.File)
	crypto.EncryptIGE(&key, &iv, whole)
	if !bytes.Equal(whole, v.FileSealed) {
		t.Error("sealed at once it differs")
	}
}

func TestVectorOfTheFrame(t *testing.T) {
	f, err := decodeFrame(known(t).Layer)
	must(t, err)
	m, ok := f.message.(*e2e.DecryptedMessage)
	if !ok || f.layer != 144 || f.in != 6 || f.out != 9 {
		t.Fatalf("frame %+v", f)
	}
	got := messageFromTL(m)
	if got.ID != 42 || got.Text != "grüß" || !got.Silent || got.TTL != duration(60) || got.ReplyTo != 7 ||
		len(got.Entities) != 1 || got.Entities[0] != (Entity{Kind: Bold, Length: 4}) {
		t.Errorf("message %+v", got)
	}
}

// TestNumbersOfTheSpec has the examples of https://core.telegram.org/api/end-to-end/seq_no.
func TestNumbersOfTheSpec(t *testing.T) {
	for name, tt := range map[string]struct {
		creator bool
		in, out int
		wantIn  int32
		wantOut int32
	}{
		"first of the creator":  {true, 0, 0, 0, 1},
		"second of the creator": {true, 0, 1, 0, 3},
		"first of the other":    {false, 0, 0, 1, 0},
		"answer of the other":   {false, 2, 5, 5, 10},
	} {
		n := numbering{tt.creator}
		in, out := n.outgoing(tt.in, tt.out)
		if in != tt.wantIn || out != tt.wantOut {
			t.Errorf("%s: in %d, out %d; want %d, %d", name, in, out, tt.wantIn, tt.wantOut)
		}
		partner := numbering{!tt.creator}
		if rawIn, rawOut, ok := partner.incoming(in, out); !ok || rawIn != tt.in || rawOut != tt.out {
			t.Errorf("%s: read as %d, %d, %v", name, rawIn, rawOut, ok)
		}
		if _, _, ok := n.incoming(in, out); ok {
			t.Errorf("%s: mirrored it is taken", name)
		}
	}
}

func TestParameters(t *testing.T) {
	prime := knownPrimeBytes()
	changed := clone(prime)
	changed[100] ^= 1
	other, err := hex.DecodeString(group14)
	must(t, err)
	for name, tt := range map[string]struct {
		c  DHConfig
		ok bool
	}{
		"known":               {DHConfig{P: prime, G: 3}, true},
		"known, generator 4":  {DHConfig{P: prime, G: 4}, true},
		"known, generator 2":  {DHConfig{P: prime, G: 2}, false},
		"known, generator 5":  {DHConfig{P: prime, G: 5}, false},
		"known, generator 6":  {DHConfig{P: prime, G: 6}, false},
		"known, generator 7":  {DHConfig{P: prime, G: 7}, true},
		"generator 1":         {DHConfig{P: prime, G: 1}, false},
		"generator 8":         {DHConfig{P: prime, G: 8}, false},
		"changed":             {DHConfig{P: changed, G: 4}, false},
		"short":               {DHConfig{P: prime[1:], G: 4}, false},
		"zero in front":       {DHConfig{P: append([]byte{0}, prime[:255]...), G: 4}, false},
		"none":                {DHConfig{G: 4}, false},
		"prime, but not safe": {DHConfig{P: unsafePrime(), G: 4}, false},
		"another safe prime":  {DHConfig{P: other, G: 2}, true},
	} {
		if err := tt.c.Check(); (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrGroup) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// unsafePrime is the first prime above 2^2047 + 2^2000.
func unsafePrime() []byte {
	p := new(big.Int).Lsh(big.NewInt(1), 2047)
	p.Add(p, new(big.Int).Lsh(big.NewInt(1), 2000))
	for p.SetBit(p, 0, 1); !p.ProbablyPrime(5); p.Add(p, big.NewInt(2)) {
	}
	return p.Bytes()
}

// group14 is another safe prime, of RFC 3526. It takes the long test.
const group14 = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
	"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
	"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
	"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
	"9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
	"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718" +
	"3995497CEA956AE515D2261898FA051015728E5A8AACAA68FFFFFFFFFFFFFFFF"

func TestRangeOfPublicValues(t *testing.T) {
	d := newGroup(3, knownPrimeBytes())
	low := new(big.Int).Lsh(big.NewInt(1), margin)
	high := new(big.Int).Sub(d.p, low)
	for name, tt := range map[string]struct {
		x  *big.Int
		ok bool
	}{
		"0": {big.NewInt(0), false}, "1": {big.NewInt(1), false}, "p - 1": {new(big.Int).Sub(d.p, big.NewInt(1)), false},
		"p": {d.p, false}, "low": {low, true}, "below low": {new(big.Int).Sub(low, big.NewInt(1)), false},
		"high": {high, true}, "above high": {new(big.Int).Add(high, big.NewInt(1)), false},
	} {
		if _, err := d.shared([]byte{5}, tt.x.Bytes()); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
