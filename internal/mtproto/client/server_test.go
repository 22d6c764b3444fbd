package client

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/mtproto/transport"
	"hermod/internal/tl"
)

// A fakeServer is a server that answers each request with itself. Tests change how.
type fakeServer struct {
	t       testing.TB
	key     *crypto.PrivateKey
	shake   *handshake.Server
	address string

	mu       sync.Mutex
	keys     map[int64]crypto.Key
	sessions map[[2]int64]*mtproto.Session
	salts    *mtproto.Salts
	// serve returns the body of a whole message, an rpc_result, that answers a request.
	serve func(id mtproto.MessageID, body []byte) []byte
	// meddle sees every message of clients first; what it returns is sent in place of an answer.
	meddle func(m crypto.Message) []byte
	seen   []crypto.Message
	conns  sync.WaitGroup
}

var serverKey = sync.OnceValues(crypto.GenerateKey)

func newServer(t testing.TB) *fakeServer {
	t.Helper()
	key, err := serverKey()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeServer{
		t: t, key: key, shake: handshake.NewServer(key, nil), address: l.Addr().String(),
		keys: make(map[int64]crypto.Key), sessions: make(map[[2]int64]*mtproto.Session), salts: mtproto.NewSalts([32]byte{1}),
		serve: func(id mtproto.MessageID, body []byte) []byte { return mtproto.Result(id, body, true) },
	}
	s.conns.Go(func() { s.accept(l) })
	t.Cleanup(func() { l.Close(); s.conns.Wait() })
	return s
}

func (s *fakeServer) accept(l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		s.conns.Go(func() { s.arrive(nc) })
	}
}

func (s *fakeServer) arrive(nc net.Conn) {
	first := make([]byte, 16)
	n, err := io.ReadAtLeast(nc, first, 1)
	if err != nil {
		nc.Close()
		return
	}
	if transport.Sniff(first[:n]) == transport.HTTP {
		s.upgrade(transport.Unread(nc, first[:n]))
		return
	}
	s.read(transport.NewServerConn(nc, first[:n], transport.Options{}))
}

// upgrade lets an HTTP server have one connection.
func (s *fakeServer) upgrade(nc net.Conn) {
	conns := make(chan net.Conn, 1)
	conns <- nc
	hs := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := transport.UpgradeWebSocket(w, r, transport.Options{})
		if err != nil {
			s.t.Error(err)
			return
		}
		s.conns.Go(func() { s.read(c) })
		close(conns)
	})}
	_ = hs.Serve(oneListener{conns, nc})
}

type oneListener struct {
	conns chan net.Conn
	net.Conn
}

func (l oneListener) Accept() (net.Conn, error) {
	c, ok := <-l.conns
	if !ok {
		return nil, io.EOF
	}
	return c, nil
}
func (l oneListener) Close() error   { return nil }
func (l oneListener) Addr() net.Addr { return l.LocalAddr() }

func (s *fakeServer) read(c *transport.Conn) {
	defer c.Close()
	x := s.shake.Begin()
	for {
		p, err := c.Receive()
		if err != nil {
			return
		}
		if err := s.packet(c, x, p); err != nil {
			return
		}
	}
}

func (s *fakeServer) packet(c *transport.Conn, x *handshake.Exchange, p transport.Packet) error {
	id := crypto.PacketKeyID(p.Data)
	if id == 0 {
		return s.plain(c, x, p.Data[20:])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key, ok := s.keys[id]
	if !ok {
		_ = c.SendError(transport.CodeUnknownKey)
		return io.EOF
	}
	m, token, err := key.Open(p.Data, crypto.FromClient)
	if err != nil {
		s.t.Error(err)
		return err
	}
	if p.WantsAck {
		_ = c.SendQuickAck(token)
	}
	return s.encrypted(c, key, m)
}

func (s *fakeServer) plain(c *transport.Conn, x *handshake.Exchange, body []byte) error {
	answer, made, err := x.Handle(time.Now(), body)
	if err != nil {
		return err
	}
	if made != nil {
		s.mu.Lock()
		s.keys[made.Key.ID] = made.Key
		s.mu.Unlock()
	}
	var w tl.Writer
	w.Int64(0)
	w.Int64(time.Now().Unix()<<32 | 1)
	w.Int32(int32(len(answer)))
	w.Raw(answer)
	return c.Send(w.B)
}

func (s *fakeServer) encrypted(c *transport.Conn, key crypto.Key, m crypto.Message) error {
	s.seen = append(s.seen, crypto.Message{ID: m.ID, SeqNo: m.SeqNo, Salt: m.Salt, Body: bytes.Clone(m.Body)})
	if s.meddle != nil {
		if body := s.meddle(m); body != nil {
			return s.send(c, key, m.Session, mtproto.Message{ID: mtproto.MessageID(m.ID&^3 + 5), Body: body})
		}
	}
	at := [2]int64{key.ID, m.Session}
	if s.sessions[at] == nil {
		s.sessions[at] = mtproto.New(m.Session, key.ID, m.ID, s.salts)
	}
	session := s.sessions[at]
	events, err := session.Receive(time.Now(), m.Salt, mtproto.Message{ID: mtproto.MessageID(m.ID), SeqNo: m.SeqNo, Body: m.Body}, nil)
	if err != nil {
		s.t.Error(err)
		return err
	}
	for _, e := range events {
		if e.Kind == mtproto.Request {
			if body := s.serve(e.ID, e.Body); body != nil {
				session.Answer(e.ID, body, false)
			}
		}
	}
	for {
		out, ok := session.Take(time.Now(), nil, 1<<20)
		if !ok {
			return nil
		}
		if err := s.send(c, key, m.Session, out); err != nil {
			return err
		}
	}
}

func (s *fakeServer) send(c *transport.Conn, key crypto.Key, session int64, m mtproto.Message) error {
	return c.Send(key.Seal(nil, crypto.Message{
		Salt: s.salts.Current(key.ID, time.Now()), Session: session, ID: int64(m.ID), SeqNo: m.SeqNo, Body: m.Body,
	}, crypto.FromServer))
}

func (s *fakeServer) options() Options {
	return Options{Address: s.address, Exchange: handshake.ClientOptions{
		Keys: []crypto.PublicKey{s.key.PublicKey}, Group: group(), DC: 2,
	}}
}

var group = sync.OnceValue(crypto.NewGroup)

// dial connects and runs a client.
func dial(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Run(context.Background()) }()
	t.Cleanup(func() {
		c.Close()
		if err := <-done; err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.EOF) && !errors.As(err, new(TransportError)) {
			t.Errorf("run: %v", err)
		}
	})
	return c
}

// request is n words of a request that means nothing.
func request(n int) []byte {
	b := []byte{0xef, 0xbe, 0xad, 0xde}
	for i := range n - 1 {
		b = binary.LittleEndian.AppendUint32(b, uint32(i*i*i))
	}
	return b
}
