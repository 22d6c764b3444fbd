package gateway

import (
	"net/netip"
	"sync"
)

// places counts connections: all of them, and of each network all and those that have not shown a key, so that no
// network takes the room of the others. This machine itself is not counted, for a reverse proxy on it speaks for many;
// nor are the addresses of proxies.
type places struct {
	mu    sync.Mutex
	total int
	nets  map[netip.Prefix]*netCount
}

// netCount is how many connections a network has.
type netCount struct{ all, unproven int }

// A place is that of one connection. It is safe for concurrent use.
type place struct {
	of *places
	// Guarded by of.mu:
	from     netip.Prefix // invalid: not counted by network
	unproven bool
	gone     bool
}

// networkShare is the part of all connections that one network may have.
const networkShare = 4

// enter takes a place for a connection from addr, which is not counted by its network if it is a proxy; nil if there is
// none.
func (p *places) enter(addr netip.Addr, proxy bool, l *Limits) *place {
	pl := &place{of: p, unproven: true}
	if !proxy {
		pl.from = network(addr)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total >= l.Connections || p.fullLocked(pl.from, l) {
		return nil
	}
	p.total++
	pl.countLocked(1)
	return pl
}

func (p *places) fullLocked(from netip.Prefix, l *Limits) bool {
	n := p.nets[from]
	return n != nil && (n.unproven >= l.PerAddress || n.all >= max(1, l.Connections/networkShare))
}

// countLocked adds n to what the place counts for.
func (p *place) countLocked(n int) {
	if !p.from.IsValid() {
		return
	}
	if p.of.nets == nil {
		p.of.nets = make(map[netip.Prefix]*netCount)
	}
	c := p.of.nets[p.from]
	if c == nil {
		c = new(netCount)
		p.of.nets[p.from] = c
	}
	c.all += n
	if p.unproven {
		c.unproven += n
	}
	if c.all <= 0 {
		delete(p.of.nets, p.from)
	}
}

// network is what shares a limit: an IPv4 address, or a /64 of IPv6.
func network(a netip.Addr) netip.Prefix {
	if !a.IsValid() || a.IsLoopback() {
		return netip.Prefix{}
	}
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // the number fits
	return p
}

// prove says that the connection has shown a key.
func (p *place) prove() {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	if p.gone {
		return
	}
	p.countLocked(-1)
	p.unproven = false
	p.countLocked(1)
}

// move counts the connection with addr from now on; false if there is no place.
func (p *place) move(addr netip.Addr, l *Limits) bool {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	to := network(addr)
	if p.gone || p.of.fullLocked(to, l) {
		return false
	}
	p.countLocked(-1)
	p.from = to
	p.countLocked(1)
	return true
}

// leave gives the place back. It may be called again.
func (p *place) leave() {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	if p.gone {
		return
	}
	p.gone = true
	p.countLocked(-1)
	p.of.total--
}
