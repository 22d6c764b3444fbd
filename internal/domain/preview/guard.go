package preview

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// ErrRefused is in the chain of an error caused by an address that no page may be fetched from.
var ErrRefused = errors.New("address is refused")

// special are the networks that lead elsewhere than to the public internet: private, shared, reserved, and those of IPv6
// that carry an IPv4 address, by which any of them could be reached.
// Spec: https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
var special = networks(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)

// global is where the public addresses of IPv6 are; all others are special.
var global = netip.MustParsePrefix("2000::/3")

func networks(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, s := range list {
		all[i] = netip.MustParsePrefix(s)
	}
	return all
}

// Public reports whether a is an address of a single machine on the public internet.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if a.Is6() && !global.Contains(a) {
		return false
	}
	for _, n := range special {
		if n.Contains(a) {
			return false
		}
	}
	return true
}

const (
	maxURL       = 2048 // bytes
	maxRedirects = 5
	dialTime     = 5 * time.Second
)

// checkURL refuses what is not a plain web address: other schemes and ports than those of the web, names and passwords
// before the host, hosts that can only be local.
func checkURL(u *url.URL) error {
	port := u.Port()
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("scheme of a page: %w", ErrRefused)
	case u.User != nil || u.Opaque != "" || len(u.String()) > maxURL:
		return fmt.Errorf("form of an address: %w", ErrRefused)
	case port != "" && !(port == "80" && u.Scheme == "http") && !(port == "443" && u.Scheme == "https"):
		return fmt.Errorf("port of a page: %w", ErrRefused)
	case host == "" || isLocalName(host):
		return fmt.Errorf("host of a page: %w", ErrRefused)
	}
	if a, err := netip.ParseAddr(host); err == nil && !Public(a) {
		return fmt.Errorf("host of a page: %w", ErrRefused)
	}
	return nil
}

// isLocalName reports whether host is a name that means this network only.
func isLocalName(host string) bool {
	if !strings.ContainsAny(host, ".:") {
		return true
	}
	for _, end := range [...]string{".localhost", ".local", ".internal", ".lan", ".home.arpa", ".onion"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return false
}

// guarded returns a dialer that connects to public addresses only. It looks at the address that the system is about
// to connect to, after the name was resolved, so a name cannot change its meaning in between.
func guarded(allow func(netip.Addr) bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Timeout: dialTime, Control: func(network, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !strings.HasPrefix(network, "tcp") || !allow(at.Addr()) {
			return fmt.Errorf("connect: %w", ErrRefused)
		}
		return nil
	}}
	return d.DialContext
}

// checkRedirect looks at where a page sends on to as at what was asked for, and drops what would tell where from.
func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("too many redirects: %w", ErrRefused)
	}
	req.Header.Del("Referer")
	return checkURL(req.URL)
}
