package transport

import (
	"io"
	"net"
	"sync"
	"time"
)

// Options of a connection.
type Options struct {
	// Limit is the largest packet accepted; 0 means DefaultLimit. SetLimit changes it.
	Limit int
	// Secret is the 16-byte secret of an MTProto proxy. A server with a secret accepts streams with and without it.
	Secret []byte
	// WriteTimeout bounds one write; 0 means 30 seconds. A peer that does not take its bytes in that time is lost.
	WriteTimeout time.Duration
}

// A Conn is one connection that carries packets. One goroutine may Receive while others send. While it waits
// it holds no buffer.
type Conn struct {
	nc      net.Conn
	side    Side
	secret  []byte
	timeout time.Duration

	// The reader owns these.
	wait    waiter
	buf     []byte // borrowed; nil while nothing is buffered
	plain   int    // buf[:plain] has passed frames and obfuscation
	used    int    // buf[:used] is packets already returned
	opening bool   // the first bytes have not been read yet
	header  Header

	codec Codec
	obf   *Obfuscation // nil: plain
	ws    *wsReader    // nil: not a WebSocket

	writing sync.Mutex // held during a write; guards the writing halves of codec and obf
	ending  error
}

// NewServerConn serves the framing that a client chose over nc. first holds bytes already read from nc, such as
// those that Sniff looked at.
func NewServerConn(nc net.Conn, first []byte, o Options) *Conn {
	panic("soon")
}

// Dial-side: NewClientConn begins a connection of the given framing over nc and writes its first bytes.
func NewClientConn(nc net.Conn, h Header, obfuscated bool, o Options) (*Conn, error) {
	panic("soon")
}

// Receive returns the next packet. Its Data is valid until the next Receive. It waits as long as the read
// deadline of NetConn lets it.
//
// It fails with io.EOF when the peer closed between two packets, with an error that wraps ErrTooLarge,
// ErrMalformed or ErrUnknownProtocol when the peer is broken, and else with that of the connection.
func (c *Conn) Receive() (Packet, error) { return Packet{}, io.EOF }

// Pending says whether more received bytes are at hand, so that Receive may return without waiting. A server that
// answers several packets with one write asks it.
func (c *Conn) Pending() bool { return c.used < len(c.buf) }

// Send writes payloads, a packet each, in one write. It does not keep them.
func (c *Conn) Send(payloads ...[]byte) error { return nil }

// SendAckRequest is Send that asks for a quick ack of each packet.
func (c *Conn) SendAckRequest(payloads ...[]byte) error { return nil }

// SendQuickAck answers a packet that had WantsAck with the first 32 bits of its SHA-256.
func (c *Conn) SendQuickAck(token uint32) error { return nil }

// SendError sends a transport error, such as CodeUnknownKey. The caller closes the connection after most of them.
func (c *Conn) SendError(code int32) error { return nil }

// Kind is the framing; 0 before the first Receive of a server has returned.
func (c *Conn) Kind() Kind { return c.codec.kind }

// DC is the data centre of the obfuscation header, 0 if there was none. See Header.DC.
func (c *Conn) DC() int16 { return c.header.DC }

// Obfuscated says whether the stream is; false before the first Receive of a server has returned.
func (c *Conn) Obfuscated() bool { return c.obf != nil }

// SetLimit sets the largest packet accepted from now on. The reader calls it.
func (c *Conn) SetLimit(n int) { c.codec.limit = n }

// NetConn returns the connection below, for deadlines and addresses.
func (c *Conn) NetConn() net.Conn { return c.nc }

// Close closes the connection below. Receive and Send in other goroutines return.
func (c *Conn) Close() error { return c.nc.Close() }

type waiter struct{}
type wsReader struct{}
