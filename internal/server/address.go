package server

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"hermod/internal/rpc"
)

// lookupWait is how long the name of the public address may take to be found.
const lookupWait = 5 * time.Second

// addresses says where clients are to connect.
type addresses struct {
	listen netip.AddrPort   // ours; the host may be unspecified
	public []netip.AddrPort // as configured; empty: by which each client reached us
	host   string           // of the public address, as configured
}

// newAddresses looks up the public address, which may be "", a host, or host:port. It fails if the name is not found.
func newAddresses(ctx context.Context, listen netip.AddrPort, public string) (addresses, error) {
	a := addresses{listen: listen}
	if public == "" {
		return a, nil
	}
	host, port, err := net.SplitHostPort(public)
	if err != nil {
		host, port = public, strconv.Itoa(int(listen.Port()))
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return a, fmt.Errorf("public address %q: %q is not a port", public, port)
	}
	ctx, cancel := context.WithTimeout(ctx, lookupWait)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return a, fmt.Errorf("public address: %w", err)
	}
	for _, ip := range found {
		a.public = append(a.public, netip.AddrPortFrom(ip.Unmap(), uint16(number)))
	}
	slices.SortFunc(a.public, netip.AddrPort.Compare) // IPv4 first
	a.host = net.JoinHostPort(host, port)
	return a, nil
}

// forCall returns what a client is told. Without a public address it is the one from which this machine would write to
// the client: the one that the client has just used, unless something between them rewrites addresses.
func (a addresses) forCall(call *rpc.Call) []netip.AddrPort {
	if len(a.public) > 0 {
		return a.public
	}
	if a.listen.Addr().IsUnspecified() && call.Addr.IsValid() {
		if source, err := sourceFor(call.Addr); err == nil {
			return []netip.AddrPort{netip.AddrPortFrom(source, a.listen.Port())}
		}
	}
	return []netip.AddrPort{a.shown()}
}

// sourceFor returns our address on the way to another. Nothing is sent: a UDP socket only looks up the route.
func sourceFor(to netip.Addr) (netip.Addr, error) {
	const anyPort = 9
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to.Unmap(), anyPort)))
	if err != nil {
		return netip.Addr{}, err
	}
	defer conn.Close()
	local, err := netip.ParseAddrPort(conn.LocalAddr().String())
	return local.Addr().Unmap().WithZone(""), err
}

// shown is our address as far as it can be known without a client.
func (a addresses) shown() netip.AddrPort {
	if a.listen.Addr().IsUnspecified() {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.listen.Port())
	}
	return netip.AddrPortFrom(a.listen.Addr().Unmap(), a.listen.Port())
}

// hostPort is the address for people to read.
func (a addresses) hostPort() (host, port string) {
	text := a.host
	if text == "" {
		text = a.shown().String()
	}
	host, port, _ = net.SplitHostPort(text) // made by JoinHostPort or String
	return host, port
}
