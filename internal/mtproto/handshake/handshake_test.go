package handshake

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/bin"
	gotd "github.com/gotd/td/crypto"
	"github.com/gotd/td/exchange"
	"github.com/gotd/td/proto"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl"
	"hermod/internal/tl/mt"
)

var now = time.Unix(1_700_000_000, 0)

// fixture is made once: keys and tables take longer than all the tests.
var fixture = sync.OnceValue(func() *Server {
	key, err := crypto.GenerateKey()
	if err != nil {
		panic(err)
	}
	return NewServer(key, nil)
})

// options are those of a client that fits the server.
func options(s *Server) ClientOptions {
	return ClientOptions{Keys: []crypto.PublicKey{s.key.PublicKey}, Group: s.group, DC: 2}
}

// A step is one message on its way; meddle may change it.
type step struct {
	number     int
	fromServer bool
}

// run brings an exchange to its end. meddle may change each message on its way, nil leaves them alone.
func run(s *Server, o ClientOptions, meddle func(step, []byte) []byte) (client, server *Result, err error) {
	if meddle == nil {
		meddle = func(_ step, b []byte) []byte { return b }
	}
	x := s.Begin()
	c, msg := NewClient(o)
	for n := range 3 + 2*maxRetries {
		answer, made, err := x.Handle(now, meddle(step{n, false}, msg))
		if err != nil {
			return nil, nil, fmt.Errorf("server: %w", err)
		}
		if made != nil {
			server = made
		}
		msg, client, err = c.Handle(now, meddle(step{n, true}, answer))
		if err != nil {
			return nil, server, fmt.Errorf("client: %w", err)
		}
		if client != nil {
			return client, server, nil
		}
	}
	return nil, nil, errors.New("no end")
}

func TestExchange(t *testing.T) {
	tests := map[string]struct {
		change func(*ClientOptions)
		want   Result
	}{
		"with a data centre":      {func(o *ClientOptions) { o.DC = 4 }, Result{DC: 4}},
		"without":                 {func(o *ClientOptions) { o.NoDC = true }, Result{}},
		"test":                    {func(o *ClientOptions) { o.DC = 10002 }, Result{DC: 2, Test: true}},
		"media":                   {func(o *ClientOptions) { o.DC = -3 }, Result{DC: 3, Media: true}},
		"test and media":          {func(o *ClientOptions) { o.DC = -10003 }, Result{DC: 3, Test: true, Media: true}},
		"older padding":           {func(o *ClientOptions) { o.Padding = SHA1; o.NoDC = true }, Result{}},
		"older padding with dc":   {func(o *ClientOptions) { o.Padding = SHA1 }, Result{DC: 2}},
		"temporary":               {func(o *ClientOptions) { o.ExpiresIn = time.Hour }, Result{DC: 2, ExpiresAt: now.Add(time.Hour)}},
		"temporary without dc":    {func(o *ClientOptions) { o.ExpiresIn, o.NoDC = time.Hour, true }, Result{ExpiresAt: now.Add(time.Hour)}},
		"temporary, long":         {func(o *ClientOptions) { o.ExpiresIn = 1000 * time.Hour }, Result{DC: 2, ExpiresAt: now.Add(maxTemporary)}},
		"temporary, older":        {func(o *ClientOptions) { o.ExpiresIn, o.Padding = time.Hour, SHA1 }, Result{DC: 2, ExpiresAt: now.Add(time.Hour)}},
		"temporary, test, media":  {func(o *ClientOptions) { o.ExpiresIn, o.DC = time.Hour, -10005 }, Result{DC: 5, Test: true, Media: true, ExpiresAt: now.Add(time.Hour)}},
		"an unknown key in front": {func(o *ClientOptions) { o.Keys = append([]crypto.PublicKey{stranger().PublicKey}, o.Keys...) }, Result{DC: 2}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := fixture()
			o := options(s)
			tt.change(&o)
			client, server, err := run(s, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			if client.Key != server.Key || client.Salt != server.Salt {
				t.Error("the sides hold different keys or salts")
			}
			got := *server
			got.Key, got.Salt = crypto.Key{}, 0
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TDLib puts up to 255 random bytes behind every request, within its length.
func TestBytesBehindRequests(t *testing.T) {
	for n, want := range map[int]error{0: nil, 12: nil, maxPadding: nil, maxPadding + 1: ErrProtocol} {
		s := fixture()
		_, _, err := run(s, options(s), func(st step, b []byte) []byte {
			if st.fromServer {
				return b
			}
			return append(bytes.Clone(b), make([]byte, n)...)
		})
		if !errors.Is(err, want) {
			t.Errorf("%d bytes: got %v, want %v", n, err, want)
		}
	}
}

var stranger = sync.OnceValue(func() *crypto.PrivateKey {
	k, err := crypto.GenerateKey()
	if err != nil {
		panic(err)
	}
	return k
})

func TestRefusals(t *testing.T) {
	tests := map[string]struct {
		change func(*ClientOptions)
		want   error
	}{
		"data centre 6":    {func(o *ClientOptions) { o.DC = 6 }, ErrWrongDC},
		"data centre 9999": {func(o *ClientOptions) { o.DC = 9999 }, ErrWrongDC},
		"lowest of all":    {func(o *ClientOptions) { o.DC = -1 << 31 }, ErrWrongDC},
		"no key in common": {func(o *ClientOptions) { o.Keys = []crypto.PublicKey{stranger().PublicKey} }, ErrRefused},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := options(fixture())
			tt.change(&o)
			if _, _, err := run(fixture(), o, nil); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

// The id of a key is a hash, so that of a new one might be in use; the client then tries again.
func TestRetry(t *testing.T) {
	s := *fixture()
	for _, collisions := range []int{1, maxRetries, maxRetries + 1} {
		left := collisions
		s.taken = func(int64) bool { left--; return left >= 0 }
		client, server, err := run(&s, options(&s), nil)
		if collisions > maxRetries {
			if !errors.Is(err, ErrRefused) || server != nil {
				t.Errorf("%d collisions: %v", collisions, err)
			}
			continue
		}
		if err != nil || client.Key != server.Key {
			t.Errorf("%d collisions: %v", collisions, err)
		}
	}
}

// Whatever byte of whatever message a man in the middle changes, neither side ends up with a key that the other
// does not hold.
func TestManInTheMiddle(t *testing.T) {
	s := fixture()
	for n := range 3 {
		for _, fromServer := range []bool{false, true} {
			at := step{n, fromServer}
			size := 0
			if _, _, err := run(s, options(s), func(st step, b []byte) []byte {
				if st == at {
					size = len(b)
				}
				return b
			}); err != nil {
				t.Fatal(err)
			}
			for i := 0; i < size; i += 1 + size/12 {
				client, server, err := run(s, options(s), func(st step, b []byte) []byte {
					if st == at {
						b = bytes.Clone(b)
						b[i] ^= 0x20
					}
					return b
				})
				if err == nil && (client == nil || server == nil || client.Key != server.Key) {
					t.Errorf("message %v, byte %d: the sides disagree", at, i)
				}
				if err == nil && !harmless(at, i) {
					t.Errorf("message %v, byte %d: not noticed", at, i)
				}
			}
		}
	}
}

// harmless says which bytes mean nothing: those that fill up the strings pq, p and q.
func harmless(st step, i int) bool {
	switch st {
	case step{0, true}:
		return 45 <= i && i < 48
	case step{1, false}:
		return 41 <= i && i < 44 || 49 <= i && i < 52
	}
	return false
}

func TestReplay(t *testing.T) {
	s := fixture()
	var recorded [][]byte
	if _, _, err := run(s, options(s), func(st step, b []byte) []byte {
		if !st.fromServer {
			recorded = append(recorded, b)
		}
		return b
	}); err != nil {
		t.Fatal(err)
	}
	x := s.Begin()
	if _, _, err := x.Handle(now, recorded[0]); err != nil {
		t.Fatal(err)
	}
	if _, _, err := x.Handle(now, recorded[1]); !errors.Is(err, ErrProtocol) {
		t.Errorf("recorded req_DH_params: %v", err)
	}
	for _, msg := range recorded[1:] {
		if _, _, err := s.Begin().Handle(now, msg); !errors.Is(err, ErrProtocol) {
			t.Errorf("recorded message alone: %v", err)
		}
	}
}

// A client that did not get an answer asks again, and a key is handed out once.
func TestRepeatedMessages(t *testing.T) {
	s := fixture()
	x := s.Begin()
	c, msg := NewClient(options(s))
	keys := 0
	for n := range 3 {
		first, made, err := x.Handle(now, msg)
		if err != nil {
			t.Fatal(err)
		}
		again, none, err := x.Handle(now, msg)
		if none != nil || n < 2 && !bytes.Equal(first, again) || n == 2 && !errors.Is(err, ErrProtocol) {
			t.Fatalf("second answer to message %d: %x, %v", n, again, err)
		}
		if made != nil {
			keys++
		}
		if msg, _, err = c.Handle(now, first); err != nil {
			t.Fatal(err)
		}
	}
	if keys != 1 {
		t.Errorf("%d keys", keys)
	}
	// The same connection may make another key.
	c, msg = NewClient(options(s))
	for range 3 {
		answer, made, err := x.Handle(now, msg)
		if err != nil {
			t.Fatal(err)
		}
		if msg, _, err = c.Handle(now, answer); err != nil {
			t.Fatal(err)
		}
		if made != nil {
			keys++
		}
	}
	if keys != 2 {
		t.Errorf("%d keys", keys)
	}
}

func TestTooSlow(t *testing.T) {
	s := fixture()
	x := s.Begin()
	c, msg := NewClient(options(s))
	answer, _, err := x.Handle(now, msg)
	if err != nil {
		t.Fatal(err)
	}
	if msg, _, err = c.Handle(now, answer); err != nil {
		t.Fatal(err)
	}
	if _, _, err := x.Handle(now.Add(maxAge+time.Second), msg); !errors.Is(err, ErrProtocol) {
		t.Errorf("got %v", err)
	}
}

func TestHeavy(t *testing.T) {
	for n, want := range []bool{false, true, true} {
		_, _, _ = run(fixture(), options(fixture()), func(st step, b []byte) []byte {
			if st == (step{n, false}) && Heavy(b) != want {
				t.Errorf("message %d: %t", n, !want)
			}
			return b
		})
	}
	if Heavy(nil) {
		t.Error("nothing is heavy")
	}
}

// A gotdConn is a connection of packets for gotd, with our server at its other end.
type gotdConn struct {
	x      *Exchange
	answer []byte
	made   *Result
}

func (c *gotdConn) Send(_ context.Context, b *bin.Buffer) error {
	var msg proto.UnencryptedMessage
	if err := msg.Decode(b); err != nil {
		return err
	}
	answer, made, err := c.x.Handle(now, msg.MessageData)
	c.answer = answer
	if made != nil {
		c.made = made
	}
	return err
}

func (c *gotdConn) Recv(_ context.Context, b *bin.Buffer) error {
	b.Reset()
	id := proto.NewMessageID(now, proto.MessageServerResponse)
	return proto.UnencryptedMessage{MessageID: int64(id), MessageData: c.answer}.Encode(b)
}

func (c *gotdConn) Close() error { return nil }

func TestWithGotd(t *testing.T) {
	block, _ := pem.Decode(fixture().key.PublicKey.PEM())
	pub, err := x509.ParsePKCS1PublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, temporary := range []bool{false, true} {
		c := &gotdConn{x: fixture().Begin()}
		ex := exchange.NewExchanger(c, 2)
		if temporary {
			ex = ex.WithTempMode(3600)
		}
		got, err := ex.Client([]exchange.PublicKey{{RSA: pub}}).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.AuthKey.Value != gotd.Key(c.made.Key.Secret) || got.ServerSalt != c.made.Salt || c.made.DC != 2 ||
			c.made.Temporary() != temporary {
			t.Errorf("gotd has %x, we have %x", got.AuthKey.ID, c.made.Key.ID)
		}
	}
}

func FuzzServer(f *testing.F) {
	c, first := NewClient(options(fixture()))
	f.Add(first, []byte{}, 0)
	f.Add(first, tl.Encode(&mt.ReqDHParams{Nonce: c.client}, 0), 24)
	f.Add(first, tl.Encode(&mt.SetClientDHParams{Nonce: c.client}, 0), 24)
	f.Fuzz(func(t *testing.T, one, two []byte, patch int) {
		x := fixture().Begin()
		answer, made, err := x.Handle(now, one)
		if err == nil && (made != nil || len(answer) == 0) {
			t.Fatal("a key from one message")
		}
		if err == nil && patch >= 0 && patch+36 <= len(two) { // let the fuzzer get past the nonces
			two = bytes.Clone(two)
			copy(two[4:], answer[4:36])
		}
		if _, made, err := x.Handle(now, two); made != nil || err != nil && !errors.Is(err, ErrProtocol) {
			t.Fatalf("made %v, %v", made, err)
		}
	})
}

// What stands inside the encryption is the client's to choose, too.
func FuzzInner(f *testing.F) {
	f.Add((&innerData{pq: []byte{1}, hasDC: true, temporary: true}).encode())
	f.Fuzz(func(t *testing.T, in []byte) {
		d, size, err := decodeInner(in)
		if err != nil {
			return
		}
		if got := d.encode(); size > len(in) || size < len(got) {
			t.Errorf("%x takes %d bytes, written again %d", in, size, len(got))
		}
	})
}

func FuzzSealed(f *testing.F) {
	var n nonces
	f.Add(n.seal([]byte("abcd")), true)
	f.Add(tl.Encode(&mt.ClientDHInnerData{GB: []byte{1}}, 0), false)
	f.Fuzz(func(t *testing.T, in []byte, sealed bool) {
		if !sealed {
			in = n.seal(in)
		}
		if _, err := n.open(in, sizeOf); err != nil && !errors.Is(err, ErrProtocol) {
			t.Error(err)
		}
	})
}

// BenchmarkExchange is both sides of a whole exchange.
func BenchmarkExchange(b *testing.B) {
	for b.Loop() {
		if _, _, err := run(fixture(), options(fixture()), nil); err != nil {
			b.Fatal(err)
		}
	}
}
