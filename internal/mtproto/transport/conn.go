package transport

import (
	"errors"
	"io"
	"net"
	"time"
)

// Options of a connection.
type Options struct {
	// Limit is the largest packet accepted; 0 means DefaultLimit. SetLimit changes it.
	Limit int
	// Secret is the 16-byte secret of an MTProto proxy. A server with a secret accepts streams with and without it.
	Secret []byte
	// IdleTimeout bounds the wait for the first byte of a packet, PacketTimeout that for the rest of it, with some
	// more for a long one, and for the first bytes of a connection. 0 leaves the read deadline to the caller.
	IdleTimeout, PacketTimeout time.Duration
	// WriteTimeout bounds one write; 0 means 30 seconds. A peer that does not take its bytes in that time is lost.
	WriteTimeout time.Duration
}

const defaultWriteTimeout = 30 * time.Second

// A Conn is one connection that carries packets. One goroutine may Receive while others send. While it waits
// it holds no buffer.
type Conn struct {
	nc     net.Conn
	o      Options
	codec  Codec
	obf    *Obfuscation // nil: plain
	ws     *frames      // nil: not a WebSocket
	header Header
	in     input
	out    output // its lock guards the writing halves of codec, obf and ws, too
}

// NewServerConn serves the framing that a client chose over nc. first holds bytes already read from nc, such as
// those that Sniff looked at; they are copied.
func NewServerConn(nc net.Conn, first []byte, o Options) *Conn {
	c := newConn(nc, Server, o)
	c.in.opening = true
	c.in.add(first)
	return c
}

// NewClientConn begins a connection of the given framing over nc and writes its first bytes. Full cannot be
// obfuscated.
func NewClientConn(nc net.Conn, h Header, obfuscated bool, o Options) (*Conn, error) {
	c := newConn(nc, Client, o)
	if err := c.open(h, obfuscated); err != nil {
		return nil, err
	}
	return c, nil
}

func newConn(nc net.Conn, side Side, o Options) *Conn {
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = defaultWriteTimeout
	}
	c := &Conn{nc: nc, o: o, codec: Codec{side: side, limit: o.Limit}}
	c.in.source.init(nc)
	c.out.init(c.in.source.raw)
	return c
}

var errFullObfuscated = errors.New("transport: the full framing cannot be obfuscated")

// open writes what a client says first.
func (c *Conn) open(h Header, obfuscated bool) error {
	c.header, c.codec.kind = h, h.Kind
	if !obfuscated {
		return c.writeStream(plainOpening(h.Kind))
	}
	if h.Kind == Full {
		return errFullObfuscated
	}
	head, obf := NewHeader(h, c.o.Secret)
	err := c.writeStream(head[:])
	c.obf = obf // the header itself goes as it is
	return err
}

// plainOpening is what a client sends before its first packet.
func plainOpening(k Kind) []byte {
	switch k {
	case Abridged:
		return []byte{tagAbridged & 0xff}
	case Full:
		return nil
	}
	return le.AppendUint32(nil, tagOf(k))
}

// Receive returns the next packet. Its Data is valid until the next Receive. It waits as long as the timeouts of the
// options, or the read deadline of NetConn, let it.
//
// It fails with io.EOF when the peer closed between two packets, with an error that wraps ErrTooLarge,
// ErrMalformed or ErrUnknownProtocol when the peer is broken, and else with that of the connection.
func (c *Conn) Receive() (Packet, error) {
	for {
		p, err := c.next()
		if err != nil || p.Data != nil || p.Ack != 0 {
			return p, err
		}
		if err := c.fill(); err != nil {
			c.in.release()
			return Packet{}, err
		}
	}
}

// next takes a packet from what is buffered; the packet is empty if there is none.
func (c *Conn) next() (Packet, error) {
	in := &c.in
	if err := c.clear(); err != nil || in.opening {
		return Packet{}, err
	}
	p, used, err := c.codec.Next(in.buf[in.used:in.plain])
	if used > 0 {
		in.used += used
		in.begun = time.Time{}
	}
	return p, err
}

// fill reads more bytes. Without any buffered it waits without a buffer.
func (c *Conn) fill() error {
	in := &c.in
	started := len(in.buf) > in.used
	if err := c.setDeadline(started || in.opening); err != nil {
		return err
	}
	err := in.read()
	if errors.Is(err, io.EOF) && started {
		return io.ErrUnexpectedEOF
	}
	return err
}

// minRate is how fast a packet has to come that does not come at once. A client that is slow, as on a bad mobile
// line, gets its time; one that sends a byte now and then to hold a buffer does not.
const minRate = 4 << 10 // bytes per second

func (c *Conn) setDeadline(started bool) error {
	in := &c.in
	if !started {
		in.begun = time.Time{}
		if c.o.IdleTimeout == 0 {
			return nil
		}
		return c.nc.SetReadDeadline(time.Now().Add(c.o.IdleTimeout))
	}
	if in.begun.IsZero() {
		in.begun = time.Now()
	}
	if c.o.PacketTimeout == 0 {
		return nil
	}
	bonus := time.Duration(len(in.buf)-in.used) * time.Second / minRate
	return c.nc.SetReadDeadline(in.begun.Add(c.o.PacketTimeout + bonus))
}

// clear removes WebSocket frames and obfuscation from what came last, in place.
func (c *Conn) clear() error {
	in := &c.in
	from, to := in.plain, len(in.buf)
	if c.ws != nil {
		var err error
		if to, err = c.deframe(); err != nil {
			return err
		}
	}
	if in.opening {
		if err := c.readOpening(in.buf[in.used:to]); err != nil || in.opening {
			in.plain = to
			return err
		}
		from = in.used
	}
	if c.obf != nil {
		c.obf.Open(in.buf[from:to])
	}
	in.plain = to
	return nil
}

// readOpening learns the framing from the first bytes of a stream, unless they are too few, and skips those
// that only serve to name it.
func (c *Conn) readOpening(b []byte) error {
	k := plainKind(b)
	if k != 0 {
		c.opened(k, len(plainOpening(k)))
		return nil
	}
	if len(b) < HeaderSize {
		return nil
	}
	h, obf, err := OpenHeader(b[:HeaderSize], nil)
	if err != nil && len(c.o.Secret) > 0 {
		h, obf, err = OpenHeader(b[:HeaderSize], c.o.Secret)
	}
	if err != nil {
		return err
	}
	c.header, c.obf = h, obf
	c.opened(h.Kind, HeaderSize)
	return nil
}

func (c *Conn) opened(k Kind, skip int) {
	c.codec.kind = k
	c.in.used += skip
	c.in.opening = false
}

// Pending says whether more received bytes are at hand, so that Receive may return without waiting. A server that
// answers several packets with one write asks it.
func (c *Conn) Pending() bool { return c.in.used < len(c.in.buf) }

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
