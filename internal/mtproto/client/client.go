// Package client is a small MTProto client of our own, for tests and for the load generator. It makes keys,
// keeps a session, sends requests and hears updates, over every transport that the server has.
//
// A Client is one connection with one session. To come back later, or on another connection, Dial again with what
// Session returned. It starts no goroutine but the one of a timer: the caller runs Run. Idle, a client costs a few
// KiB, so that thousands fit into one process.
//
// It knows no method of the API: requests are encoded objects, answers are bytes.
//
// Spec: https://core.telegram.org/mtproto
package client

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/mtproto/transport"
	"hermod/internal/tl"
)

// Options of a Client.
type Options struct {
	// Address is the server's, as host:port.
	Address string
	// DialContext replaces net.Dialer, for TLS, say.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Transport is the framing; 0 means intermediate.
	Transport transport.Kind
	// Obfuscated hides the stream. A WebSocket is obfuscated in any case.
	Obfuscated bool
	// WebSocket is the path of the WebSocket to speak through, such as "/apiws"; "" for none.
	WebSocket string
	// Exchange says how to make a key. Its Keys and Group are needed unless Session has a key.
	Exchange handshake.ClientOptions
	// Session is one to go on with.
	Session Session

	// Plain sends large requests as they are: packing does not make files shorter.
	Plain bool
	// Wrap puts the first requests of the connection, until one is answered, into another: initConnection, say.
	Wrap func(body []byte) []byte
	// OnUpdate hears of what the server sends on its own account. It is called by Run and must not wait for an
	// answer; body is valid until it returns.
	OnUpdate func(body []byte)
	// OnNewSession hears that the server began the session anew, so that updates may have been missed.
	OnNewSession func()
	// OnQuickAck hears of quick acks. With it, requests ask for them.
	OnQuickAck func(token uint32)
}

// A Session is what outlives a connection.
type Session struct {
	Key crypto.Key
	// ID is the session within the key; 0 draws a new one.
	ID   int64
	Salt int64
	// Ahead is by how much the server's clock is ahead of ours.
	Ahead time.Duration
	// LastID and SeqNo continue the numbering of messages when ID is kept.
	LastID int64
	SeqNo  int32
}

// Errors of a Client.
var (
	// ErrClosed means that the connection ended before an answer came.
	ErrClosed = errors.New("client: connection closed")
	// ErrServer means that the server does not keep to the protocol.
	ErrServer = errors.New("client: the server broke the protocol")
)

// A TransportError is what the server said before it closed the connection.
type TransportError struct{ Code int32 }

// Error describes the error.
func (e TransportError) Error() string { return fmt.Sprintf("client: transport error %d", e.Code) }

// An RPCError is the server's refusal of a request.
type RPCError struct {
	Code int32
	Type string
}

// Error describes the error.
func (e RPCError) Error() string { return fmt.Sprintf("rpc error %d %s", e.Code, e.Type) }

// A BadMessageError means that the server did not take a message, for a reason that trying again does not mend.
type BadMessageError struct{ Code int32 }

// Error describes the error.
func (e BadMessageError) Error() string { return fmt.Sprintf("client: bad message, code %d", e.Code) }

// A Client is a connection to a server. Run reads from it; everything else may be called from any goroutine.
type Client struct {
	o     Options
	conn  *transport.Conn
	ended chan struct{} // closed when Run has ended

	sending sync.Mutex // held from the numbering of a packet until it is written; before mu

	mu       sync.Mutex
	s        Session
	pending  map[int64]*call
	acks     []int64
	ackTimer *time.Timer
	wrap     bool
	err      error // why Run ended

	seen recent // of Run
}

// Dial connects and makes a key, unless o brings one. The caller starts Run, and Close ends it.
func Dial(ctx context.Context, o Options) (*Client, error) {
	if o.Transport == 0 {
		o.Transport = transport.Intermediate
	}
	if o.DialContext == nil {
		o.DialContext = new(net.Dialer).DialContext
	}
	nc, err := o.DialContext(ctx, "tcp", o.Address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() }) // what waits returns
	defer stop()
	c, err := open(nc, o)
	if err != nil {
		_ = nc.Close() // what failed is already known
		return nil, errors.Join(err, ctx.Err())
	}
	return c, nil
}

func open(nc net.Conn, o Options) (*Client, error) {
	c := &Client{o: o, ended: make(chan struct{}), s: o.Session, wrap: o.Wrap != nil}
	if err := c.begin(nc); err != nil {
		return nil, fmt.Errorf("begin transport: %w", err)
	}
	if c.s.Key.ID == 0 {
		if err := c.exchange(); err != nil {
			return nil, fmt.Errorf("key exchange: %w", err)
		}
	}
	if c.s.ID == 0 {
		c.s.ID, c.s.SeqNo = randomID(), 0
	}
	return c, nil
}

func (c *Client) begin(nc net.Conn) (err error) {
	h := transport.Header{Kind: c.o.Transport, DC: int16(c.o.Exchange.DC)}
	if c.o.WebSocket != "" {
		c.conn, err = transport.NewWebSocketClient(nc, "http://"+c.o.Address+c.o.WebSocket, h, transport.Options{})
		return err
	}
	c.conn, err = transport.NewClientConn(nc, h, c.o.Obfuscated, transport.Options{})
	return err
}

// exchange makes a key.
func (c *Client) exchange() error {
	x, msg := handshake.NewClient(c.o.Exchange)
	for {
		answer, err := c.askPlain(msg)
		if err != nil {
			return err
		}
		next, made, err := x.Handle(time.Now(), answer)
		if err != nil {
			return err
		}
		if made != nil {
			c.s.Key, c.s.Salt = made.Key, made.Salt
			return nil
		}
		msg = next
	}
}

// askPlain sends an unencrypted message and returns the answer, which is valid until the next one.
// Spec: https://core.telegram.org/mtproto/description#unencrypted-message
func (c *Client) askPlain(body []byte) ([]byte, error) {
	var w tl.Writer
	w.Int64(0)
	w.Int64(c.nextID())
	w.Int32(int32(len(body)))
	w.Raw(body)
	if err := c.conn.Send(w.B); err != nil {
		return nil, err
	}
	p, err := c.conn.Receive()
	if err != nil {
		return nil, err
	}
	if code := p.ErrorCode(); code != 0 {
		return nil, TransportError{code}
	}
	r := tl.NewReader(p.Data)
	if r.Int64() != 0 {
		return nil, ErrServer
	}
	r.Int64()
	answer := r.Raw(int(r.Int32()))
	if err := r.End(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrServer, err)
	}
	return answer, nil
}

// Session returns what is needed to go on later, with Dial.
func (c *Client) Session() Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.s
}

// Conn is the connection below, for its deadlines, addresses and framing.
func (c *Client) Conn() *transport.Conn { return c.conn }

// Close ends the connection. Run returns, and requests that wait fail with ErrClosed.
func (c *Client) Close() error {
	c.mu.Lock()
	if c.ackTimer != nil {
		c.ackTimer.Stop()
	}
	c.mu.Unlock()
	return c.conn.Close()
}

func randomID() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.LittleEndian.Uint64(b[:]))
}
