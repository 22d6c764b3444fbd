package crypto

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"testing/quick"

	"github.com/gotd/td/bin"
	gotd "github.com/gotd/td/crypto"
)

func newTestKey() Key { return NewKey([KeySize]byte(random(KeySize))) }

func TestSealOpens(t *testing.T) {
	k := newTestKey()
	claim := func(salt, session, id int64, seq int32, words []uint32, fromServer bool) bool {
		from := FromClient
		if fromServer {
			from = FromServer
		}
		want := Message{Salt: salt, Session: session, ID: id, SeqNo: seq}
		for _, w := range words {
			want.Body = le.AppendUint32(want.Body, w)
		}
		packet := k.Seal([]byte("head"), want, from)[4:]
		got, _, err := k.Open(packet, from)
		return err == nil && PacketKeyID(packet) == k.ID && got.Salt == salt && got.Session == session &&
			got.ID == id && got.SeqNo == seq && bytes.Equal(got.Body, want.Body) && len(packet) <= SealedSize(len(want.Body))
	}
	if err := quick.Check(claim, nil); err != nil {
		t.Error(err)
	}
}

// An implementation that is not ours reads what we write, and the other way round.
func TestEnvelopeAgainstGotd(t *testing.T) {
	k := newTestKey()
	theirs := gotd.Key(k.Secret).WithID()
	if int64(theirs.IntID()) != k.ID {
		t.Fatalf("key id %x, theirs %x", k.ID, theirs.IntID())
	}
	body := random(64)
	packet := k.Seal(nil, Message{Salt: 1, Session: 2, ID: 3, SeqNo: 4, Body: body}, FromServer)
	got, err := gotd.NewClientCipher(gotd.DefaultRand()).DecryptFromBuffer(theirs, &bin.Buffer{Buf: packet})
	if err != nil || got.Salt != 1 || got.SessionID != 2 || got.MessageID != 3 || got.SeqNo != 4 || !bytes.Equal(got.Data(), body) {
		t.Fatalf("they read %+v, %v", got, err)
	}
	out := new(bin.Buffer)
	data := gotd.EncryptedMessageData{Salt: 5, SessionID: 6, MessageID: 7, SeqNo: 8, MessageDataLen: 64, MessageDataWithPadding: body}
	if err := gotd.NewClientCipher(gotd.DefaultRand()).Encrypt(theirs, data, out); err != nil {
		t.Fatal(err)
	}
	m, _, err := k.Open(out.Buf, FromClient)
	if err != nil || m.Salt != 5 || m.Session != 6 || m.ID != 7 || m.SeqNo != 8 || !bytes.Equal(m.Body, body) {
		t.Fatalf("we read %+v, %v", m, err)
	}
}

func TestQuickAckToken(t *testing.T) {
	k := newTestKey()
	packet := k.Seal(nil, Message{Body: random(8)}, FromClient)
	_, token, err := k.Open(packet, FromClient)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(append(bytes.Clone(k.Secret[88:120]), packet[24:]...)) // packet is decrypted in place
	if want := le.Uint32(sum[:]); token != want {
		t.Errorf("token %x, want %x", token, want)
	}
}

func TestOpenRefuses(t *testing.T) {
	k := newTestKey()
	whole := k.Seal(nil, Message{Body: random(100)}, FromClient)
	sealed := func(plain []byte) []byte {
		b := append(le.AppendUint64(nil, uint64(k.ID)), make([]byte, 16)...)
		b = append(b, plain...)
		k.seal(b, FromClient)
		return b
	}
	withLength := func(n uint32, size int) []byte {
		plain := make([]byte, size)
		le.PutUint32(plain[28:], n)
		return sealed(plain)
	}
	tests := map[string][]byte{
		"nothing":                    nil,
		"a head alone":               whole[:24],
		"cut to another block":       whole[:len(whole)-16],
		"cut inside a block":         whole[:len(whole)-1],
		"from the other side":        k.Seal(nil, Message{Body: random(100)}, FromServer),
		"another key's":              append(bytes.Clone(whole[:7]), append([]byte{whole[7] ^ 1}, whole[8:]...)...),
		"a body longer than it is":   withLength(200, 96),
		"a body of negative length":  withLength(1<<31+4, 96),
		"a body of broken words":     withLength(33, 96),
		"no padding":                 withLength(64, 96),
		"padding of more than 1,024": withLength(4, 32+4+1036),
	}
	for name, packet := range tests {
		t.Run(name, func(t *testing.T) {
			if _, _, err := k.Open(bytes.Clone(packet), FromClient); !errors.Is(err, ErrMessage) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Whatever bit a man in the middle turns, the packet does not open.
func TestOpenAfterTampering(t *testing.T) {
	k := newTestKey()
	packet := k.Seal(nil, Message{ID: 1, Body: random(32)}, FromClient)
	for bit := range 8 * len(packet) {
		bent := bytes.Clone(packet)
		bent[bit/8] ^= 1 << (bit % 8)
		if _, _, err := k.Open(bent, FromClient); !errors.Is(err, ErrMessage) {
			t.Fatalf("bit %d: %v", bit, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k := NewKey([KeySize]byte{1, 2, 3})
	f.Add(k.Seal(nil, Message{Body: []byte("abcd")}, FromClient), true)
	f.Add(k.Seal(nil, Message{Body: []byte("abcd")}, FromClient)[24:], false)
	f.Fuzz(func(t *testing.T, in []byte, whole bool) {
		in = bytes.Clone(in) // the fuzzer keeps its own
		if !whole {          // what a client that holds the key may send
			in = append(make([]byte, sealedHead), in[:len(in)/BlockSize*BlockSize]...)
			le.PutUint64(in, uint64(k.ID))
			k.seal(in, FromClient)
		}
		m, _, err := k.Open(in, FromClient)
		if err == nil && len(m.Body) > len(in) {
			t.Errorf("body of %d bytes from %d", len(m.Body), len(in))
		}
		if err != nil && !errors.Is(err, ErrMessage) {
			t.Errorf("fails with %v", err)
		}
	})
}

func TestEnvelopeAllocatesNothing(t *testing.T) {
	k := newTestKey()
	body, packet := random(512), make([]byte, 0, 1024)
	round := func() {
		packet = k.Seal(packet[:0], Message{Body: body}, FromServer)
		if _, _, err := k.Open(packet, FromServer); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(100, round); n != 0 {
		t.Errorf("%.1f allocations per message", n)
	}
}

// BenchmarkEnvelope seals and opens 512 bytes, as we do it and as one writes it down from the specification.
func BenchmarkEnvelope(b *testing.B) {
	k := newTestKey()
	plain := random(512)
	packet := append(le.AppendUint64(nil, uint64(k.ID)), append(make([]byte, 16), plain...)...)
	ours, obvious := compare(b, 200, func() {
		k.seal(packet, FromServer)
		if _, _, err := k.open(packet, FromServer); err != nil {
			b.Fatal(err)
		}
	}, func() {
		if got := obviousOpen(&k, obviousSeal(&k, plain, FromServer), FromServer); got == nil {
			b.Fatal("does not open")
		}
	})
	b.ReportMetric(2*512/ours.Seconds()/1e6, "MB/s-ours")
	b.ReportMetric(float64(obvious)/float64(ours), "times-faster")
}

func obviousSeal(k *Key, plain []byte, from From) []byte {
	sum := sha256.Sum256(slices.Concat(k.Secret[88+from:120+from], plain))
	block, c, p := obviousCipher(k, sum[8:24], from)
	out := append(slices.Concat(le.AppendUint64(nil, uint64(k.ID)), sum[8:24]), make([]byte, len(plain))...)
	var t [BlockSize]byte
	for i := 0; i < len(plain); i += BlockSize {
		for j := range t {
			t[j] = plain[i+j] ^ c[j]
		}
		block.Encrypt(t[:], t[:])
		for j := range t {
			out[sealedHead+i+j] = t[j] ^ p[j]
		}
		c, p = out[sealedHead+i:], plain[i:]
	}
	return out
}

func obviousOpen(k *Key, packet []byte, from From) []byte {
	block, c, p := obviousCipher(k, packet[8:24], from)
	in, out := packet[sealedHead:], make([]byte, len(packet)-sealedHead)
	var t [BlockSize]byte
	for i := 0; i < len(in); i += BlockSize {
		for j := range t {
			t[j] = in[i+j] ^ p[j]
		}
		block.Decrypt(t[:], t[:])
		for j := range t {
			out[i+j] = t[j] ^ c[j]
		}
		c, p = in[i:], out[i:]
	}
	if sum := sha256.Sum256(slices.Concat(k.Secret[88+from:120+from], out)); !bytes.Equal(sum[8:24], packet[8:24]) {
		return nil
	}
	return out
}

func obviousCipher(k *Key, messageKey []byte, from From) (block cipher.Block, c, p []byte) {
	a := sha256.Sum256(slices.Concat(messageKey, k.Secret[from:36+from]))
	b := sha256.Sum256(slices.Concat(k.Secret[40+from:76+from], messageKey))
	block, err := aes.NewCipher(slices.Concat(a[:8], b[8:24], a[24:]))
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	return block, slices.Concat(b[:8], a[8:16]), slices.Concat(a[16:24], b[24:])
}
