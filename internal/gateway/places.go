package gateway

import (
	"net/netip"
	"sync"
)

// places counts connections: all of them, and of each address those that have not shown a key, so that one
// address cannot take the room of all. This machine itself is not counted: a reverse proxy on it speaks for
// many.
type places struct {
	mu       sync.Mutex
	total    int
	unproven map[netip.Prefix]int
}

// A place is that of one connection.
type place struct {
	of   *places
	from netip.Prefix // invalid: not counted by address
	once sync.Once
}

// enter takes a place for a connection from addr; nil if there is none.
func (p *places) enter(addr netip.Addr, l Limits) *place {
	from := network(addr)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.total >= l.Connections || p.unproven[from] >= l.PerAddress {
		return nil
	}
	p.total++
	p.addLocked(from, 1)
	return &place{of: p, from: from}
}

func (p *places) addLocked(from netip.Prefix, n int) {
	if !from.IsValid() {
		return
	}
	if p.unproven == nil {
		p.unproven = make(map[netip.Prefix]int)
	}
	if p.unproven[from] += n; p.unproven[from] <= 0 {
		delete(p.unproven, from)
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
func (p *place) prove() { p.move(netip.Addr{}) }

// move counts the connection with addr from now on; with nobody if addr is invalid.
func (p *place) move(addr netip.Addr) {
	to := network(addr)
	if p.from == to {
		return
	}
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	p.of.addLocked(p.from, -1)
	p.of.addLocked(to, 1)
	p.from = to
}

// leave gives the place back. It may be called again.
func (p *place) leave() {
	p.once.Do(func() {
		p.prove()
		p.of.mu.Lock()
		defer p.of.mu.Unlock()
		p.of.total--
	})
}
