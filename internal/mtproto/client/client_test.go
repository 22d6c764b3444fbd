package client

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/transport"
	"hermod/internal/tl"
	"hermod/internal/tl/mt"
	"hermod/internal/tl/packed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestInvoke(t *testing.T) {
	tests := map[string]func(*Options){
		"intermediate":            func(*Options) {},
		"abridged":                func(o *Options) { o.Transport = transport.Abridged },
		"padded":                  func(o *Options) { o.Transport = transport.Padded },
		"full":                    func(o *Options) { o.Transport = transport.Full },
		"obfuscated abridged":     func(o *Options) { o.Transport, o.Obfuscated = transport.Abridged, true },
		"obfuscated intermediate": func(o *Options) { o.Transport, o.Obfuscated = transport.Intermediate, true },
		"obfuscated padded":       func(o *Options) { o.Transport, o.Obfuscated = transport.Padded, true },
		"WebSocket":               func(o *Options) { o.WebSocket, o.Transport = "/apiws", transport.Abridged },
	}
	s := newServer(t)
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			o := s.options()
			change(&o)
			c := dial(t, o)
			for _, size := range []int{1, 2, 300, 100_000} {
				got, err := c.InvokeBytes(t.Context(), request(size))
				if err != nil || !bytes.Equal(got, request(size)) {
					t.Fatalf("%d words: got %d bytes, %v", size, len(got), err)
				}
			}
			if err := c.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestManyAtOnce(t *testing.T) {
	c := dial(t, newServer(t).options())
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			want := request(i + 1)
			if got, err := c.InvokeBytes(t.Context(), want); err != nil || !bytes.Equal(got, want) {
				t.Errorf("request %d: %d bytes, %v", i, len(got), err)
			}
		})
	}
	wg.Wait()
}

func TestErrorsOfTheServer(t *testing.T) {
	s := newServer(t)
	s.serve = func(id mtproto.MessageID, _ []byte) []byte { return mtproto.ResultError(id, 420, "FLOOD_WAIT_7") }
	_, err := dial(t, s.options()).InvokeBytes(t.Context(), request(1))
	if want := (RPCError{420, "FLOOD_WAIT_7"}); err != want {
		t.Errorf("got %v, want %v", err, want)
	}
}

// A salt that the server does not take is replaced, and the request sent again.
func TestBadSalt(t *testing.T) {
	s := newServer(t)
	first := dial(t, s.options())
	session := first.Session()
	session.Salt, session.ID = 12345, 0
	o := s.options()
	o.Session = session
	c := dial(t, o)
	if got, err := c.InvokeBytes(t.Context(), request(3)); err != nil || !bytes.Equal(got, request(3)) {
		t.Errorf("got %x, %v", got, err)
	}
	if c.Session().Salt == 12345 {
		t.Error("the salt is still the wrong one")
	}
}

func TestBadMessage(t *testing.T) {
	for code, want := range map[int32]error{16: nil, 17: nil, 20: nil, 18: BadMessageError{18}, 64: BadMessageError{64}} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			s := newServer(t)
			once := false
			s.meddle = func(m crypto.Message) []byte {
				if once {
					return nil
				}
				once = true
				return tl.Encode(&mt.BadMsgNotification{BadMsgID: m.ID, ErrorCode: code}, 0)
			}
			if _, err := dial(t, s.options()).InvokeBytes(t.Context(), request(1)); err != want {
				t.Errorf("got %v, want %v", err, want)
			}
		})
	}
}

// What was sent before the server's session began is sent again.
func TestNewSession(t *testing.T) {
	s := newServer(t)
	heard := make(chan struct{}, 4)
	first := true
	s.meddle = func(m crypto.Message) []byte {
		if !first {
			return nil
		}
		first = false
		return tl.Encode(&mt.NewSessionCreated{FirstMsgID: m.ID + 4, ServerSalt: m.Salt}, 0)
	}
	o := s.options()
	o.OnNewSession = func() { heard <- struct{}{} }
	c := dial(t, o)
	if got, err := c.InvokeBytes(t.Context(), request(2)); err != nil || !bytes.Equal(got, request(2)) {
		t.Errorf("got %x, %v", got, err)
	}
	<-heard
}

func TestUnknownKey(t *testing.T) {
	s := newServer(t)
	o := s.options()
	o.Session.Key = crypto.NewKey([crypto.KeySize]byte{1})
	c := dial(t, o)
	var want TransportError
	if _, err := c.InvokeBytes(t.Context(), request(1)); !errors.Is(err, ErrClosed) || !errors.As(err, &want) || want.Code != -404 {
		t.Errorf("got %v", err)
	}
	if _, err := c.InvokeBytes(t.Context(), request(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

func TestGoOnWithASession(t *testing.T) {
	s := newServer(t)
	c := dial(t, s.options())
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Close()
	<-c.Done()
	o := s.options()
	o.Session = c.Session()
	again := dial(t, o)
	if err := again.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, b := c.Session(), again.Session(); a.ID != b.ID || a.Key != b.Key || b.LastID <= a.LastID {
		t.Errorf("session %x of key %x became %x of %x", a.ID, a.Key.ID, b.ID, b.Key.ID)
	}
}

func TestUpdatesComeOnce(t *testing.T) {
	s := newServer(t)
	updates := make(chan []byte, 4)
	o := s.options()
	o.OnUpdate = func(b []byte) { updates <- bytes.Clone(b) }
	c := dial(t, o)
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	update := mtproto.Message{ID: mtproto.MessageID(time.Now().Unix()<<32 | 3), SeqNo: 1, Body: request(5)}
	twice := mtproto.AppendContainer([]byte{0xdc, 0xf8, 0xf1, 0x73}, []mtproto.Message{update, update})
	s.mu.Lock()
	s.meddle = func(crypto.Message) []byte { return twice }
	s.mu.Unlock()
	go c.InvokeBytes(context.Background(), request(1)) // has no answer
	if got := <-updates; !bytes.Equal(got, request(5)) {
		t.Errorf("got %x", got)
	}
	s.mu.Lock()
	s.meddle = nil
	s.mu.Unlock()
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(updates) > 0 {
		t.Errorf("and again %x", <-updates)
	}
	// The ping took the acknowledgement with it.
	s.wait(func() bool {
		last := s.seen[len(s.seen)-1].Body
		return bytes.Contains(last, binary.LittleEndian.AppendUint64(nil, uint64(update.ID)))
	})
}

// wait returns when the server has seen something.
func (s *fakeServer) wait(seen func() bool) {
	for range 500 {
		s.mu.Lock()
		ok := seen()
		s.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(time.Millisecond)
	}
	s.t.Error("the server does not see what it should")
}

func TestQuickAck(t *testing.T) {
	s := newServer(t)
	acks := make(chan uint32, 4)
	o := s.options()
	o.OnQuickAck = func(token uint32) { acks <- token }
	if _, err := dial(t, o).InvokeBytes(t.Context(), request(1)); err != nil {
		t.Fatal(err)
	}
	if token := <-acks; token>>31 != 1 {
		t.Errorf("token %x", token)
	}
}

func TestCancel(t *testing.T) {
	s := newServer(t)
	s.serve = func(mtproto.MessageID, []byte) []byte { return nil }
	c := dial(t, s.options())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.InvokeBytes(ctx, request(1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestDialFails(t *testing.T) {
	s := newServer(t)
	o := s.options()
	o.Exchange.DC = 77
	if _, err := Dial(t.Context(), o); err == nil {
		t.Error("a data centre that is none")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ctx, s.options()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A message that does not open ends the connection.
func TestTampering(t *testing.T) {
	s := newServer(t)
	c := dial(t, s.options())
	if err := c.packet(make([]byte, 88)); !errors.Is(err, ErrServer) {
		t.Errorf("got %v", err)
	}
	key := c.Session().Key
	other := key.Seal(nil, crypto.Message{Session: 1, Body: request(1)}, crypto.FromServer)
	if err := c.packet(other); !errors.Is(err, ErrServer) {
		t.Errorf("another session: %v", err)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(tl.Encode(&mt.RpcResult{ReqMsgID: 1, Result: request(1)}, 0))
	f.Add(packed.Pack(make([]byte, 4096)))
	f.Add(tl.Encode(&mt.BadServerSalt{BadMsgID: 1}, 0))
	f.Fuzz(func(t *testing.T, in []byte) {
		c, _ := open(discard{}, Options{
			Transport: transport.Intermediate, Session: Session{Key: crypto.NewKey([crypto.KeySize]byte{1})},
		})
		_ = c.message(mtproto.Message{ID: 1, Body: in}, 0) // must only not panic
	})
}

// BenchmarkIdle measures what an idle client costs, key included.
func BenchmarkIdle(b *testing.B) {
	const n = 500
	o := Options{Transport: transport.Intermediate, Session: Session{Key: crypto.NewKey([crypto.KeySize]byte{1})}}
	for b.Loop() {
		before := memory()
		clients := make([]*Client, n)
		var wg sync.WaitGroup
		for i := range clients {
			nc, peer := tcpPair(b)
			clients[i], _ = open(nc, o)
			_ = peer
			wg.Go(func() { _ = clients[i].Run(context.Background()) })
		}
		time.Sleep(100 * time.Millisecond)
		b.ReportMetric(float64(memory()-before)/n, "B/client-and-peer")
		for _, c := range clients {
			c.Close()
		}
		wg.Wait()
	}
}

func memory() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
