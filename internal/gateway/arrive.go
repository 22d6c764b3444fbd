package gateway

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"time"

	"hermod/internal/mtproto/transport"
)

// An arrival is a connection of which is not known yet what it speaks.
type arrival struct {
	g      *Gateway
	nc     net.Conn
	addr   netip.Addr
	first  []byte
	proxy  bool // had its PROXY header
	secure bool // inside TLS
}

// arrive finds out what nc speaks and serves it.
func (g *Gateway) arrive(nc net.Conn) {
	a := &arrival{g: g, nc: nc, addr: addrOf(nc.RemoteAddr())}
	p := g.places.enter(a.addr, g.believes(a.addr), &g.limits)
	if p == nil {
		g.metrics.refused.Inc()
		_ = nc.Close()
		return
	}
	handedOn, err := a.serve(p)
	if err != nil {
		g.metrics.closed(err)
	}
	if !handedOn {
		_ = a.nc.Close()
		p.leave()
	}
}

// serve returns true if connection and place have been handed on.
func (a *arrival) serve(p *place) (handedOn bool, err error) {
	for {
		if err := a.nc.SetReadDeadline(time.Now().Add(a.g.limits.FirstBytes)); err != nil {
			return false, err
		}
		speaks, err := a.sniff()
		if err != nil {
			return false, err
		}
		switch speaks {
		case transport.Proxy:
			if err := a.readProxy(p); err != nil {
				return false, err
			}
		case transport.TLS:
			if err := a.startTLS(); err != nil {
				return false, err
			}
		case transport.HTTP:
			return a.g.web.take(a, p)
		default:
			t := transport.NewServerConn(a.nc, a.first, a.g.transportOptions())
			a.first = nil
			a.g.serveConn(t, a.addr, p)
			return true, nil
		}
	}
}

// sniff reads until the first bytes tell what the connection speaks.
func (a *arrival) sniff() (transport.Protocol, error) {
	for {
		if p := transport.Sniff(a.first); p != transport.Incomplete {
			return p, nil
		}
		var b [transport.SniffSize]byte
		n, err := a.nc.Read(b[:transport.SniffSize-len(a.first)])
		a.first = append(a.first, b[:n]...)
		if n == 0 && err != nil {
			return 0, err
		}
	}
}

var errNoTLS = errors.New("gateway: TLS without a certificate")

// startTLS goes on inside TLS.
func (a *arrival) startTLS() error {
	if a.g.o.TLS == nil || a.secure {
		return errNoTLS
	}
	c := tls.Server(&prefixed{Conn: a.nc, first: a.first}, a.g.o.TLS)
	if err := c.Handshake(); err != nil { // under the deadline of the first bytes
		return err
	}
	a.nc, a.first, a.secure = c, nil, true
	return nil
}

var errProxy = errors.New("gateway: PROXY header from an address that may not send one")

var errPlaces = errors.New("gateway: too many connections from one network")

// readProxy takes the PROXY header, which only configured addresses may send, and only as the first thing.
func (a *arrival) readProxy(p *place) error {
	if a.proxy || a.secure || !a.g.believes(a.addr) {
		return errProxy
	}
	h, err := readProxyHeader(io.MultiReader(sliceReader(&a.first), a.nc))
	if err != nil {
		return err
	}
	a.proxy, a.first = true, nil
	if h.IsValid() {
		a.addr = h
		if !p.move(h, &a.g.limits) {
			a.g.metrics.refused.Inc()
			return errPlaces
		}
	}
	return nil
}

func (g *Gateway) believes(a netip.Addr) bool {
	return slices.ContainsFunc(g.o.ProxyFrom, func(p netip.Prefix) bool { return p.Contains(a) })
}

func addrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// sliceReader reads *b, taking what it read.
func sliceReader(b *[]byte) io.Reader { return (*taker)(b) }

type taker []byte

func (t *taker) Read(p []byte) (int, error) {
	if len(*t) == 0 {
		return 0, io.EOF
	}
	n := copy(p, *t)
	*t = (*t)[n:]
	return n, nil
}

// prefixed is a connection of which some bytes have been read already.
type prefixed struct {
	net.Conn
	first []byte
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.first) == 0 {
		return p.Conn.Read(b)
	}
	n := copy(b, p.first)
	if p.first = p.first[n:]; len(p.first) == 0 {
		p.first = nil
	}
	return n, nil
}

func (g *Gateway) transportOptions() transport.Options {
	return transport.Options{Limit: unprovenLimit, PacketTimeout: g.limits.Packet, WriteTimeout: g.limits.Write}
}
