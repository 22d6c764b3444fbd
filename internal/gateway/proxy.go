package gateway

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
)

var errProxyHeader = errors.New("gateway: malformed PROXY header")

const (
	proxyHeadSize = 16
	proxyMaxSize  = 2048 // addresses and TLVs
	proxyIPv4     = 1
	proxyIPv6     = 2
)

// readProxyHeader takes a PROXY protocol header, version 2, and returns the address of the client; an invalid
// address if the proxy speaks for itself, as in health checks. It reads no byte more.
// Spec: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt section 2.2
func readProxyHeader(r io.Reader) (netip.Addr, error) {
	var head [proxyHeadSize]byte // the signature has been compared already
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return netip.Addr{}, fmt.Errorf("read PROXY header: %w", err)
	}
	version, command, family := head[12]>>4, head[12]&15, head[13]>>4
	n := int(binary.BigEndian.Uint16(head[14:]))
	if version != 2 || command > 1 || n > proxyMaxSize {
		return netip.Addr{}, errProxyHeader
	}
	rest := make([]byte, n)
	if _, err := io.ReadFull(r, rest); err != nil {
		return netip.Addr{}, fmt.Errorf("read PROXY addresses: %w", err)
	}
	if command == 0 {
		return netip.Addr{}, nil
	}
	return proxySource(family, rest)
}

func proxySource(family byte, b []byte) (netip.Addr, error) {
	switch {
	case family == proxyIPv4 && len(b) >= 12:
		return netip.AddrFrom4([4]byte(b)), nil
	case family == proxyIPv6 && len(b) >= 36:
		return netip.AddrFrom16([16]byte(b)).Unmap(), nil
	case family == proxyIPv4 || family == proxyIPv6:
		return netip.Addr{}, errProxyHeader
	}
	return netip.Addr{}, nil
}
