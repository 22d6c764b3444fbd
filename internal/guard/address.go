package guard

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Errors of addresses.
var (
	// ErrURL means an address that is none.
	ErrURL = errors.New("no web address")
	// ErrRefused means an address that nothing is ever fetched from.
	ErrRefused = errors.New("address is refused")
)

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

const maxURL = 2048 // bytes

// Parse reads an address as people write it, with or without a scheme, and returns the form by which its page is known. It
// fails with ErrURL, or ErrRefused for one that is never fetched.
func Parse(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(raw)
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	if len(raw) > maxURL {
		return nil, ErrURL
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return nil, ErrURL
	}
	u.Scheme, u.Host, u.Fragment, u.RawFragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	if err := checkURL(u); err != nil {
		return nil, err
	}
	return u, nil
}

// checkURL refuses what is not a plain web address: other schemes and ports than those of the web, names and passwords
// before the host, hosts that can only be local.
func checkURL(u *url.URL) error {
	port := u.Port()
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("scheme of an address: %w", ErrRefused)
	case u.User != nil || u.Opaque != "" || len(u.String()) > maxURL:
		return fmt.Errorf("form of an address: %w", ErrRefused)
	case port != "" && !(port == "80" && u.Scheme == "http") && !(port == "443" && u.Scheme == "https"):
		return fmt.Errorf("port of an address: %w", ErrRefused)
	case host == "" || isLocalName(host):
		return fmt.Errorf("host of an address: %w", ErrRefused)
	}
	if a, err := netip.ParseAddr(host); err == nil && !Public(a) {
		return fmt.Errorf("host of an address: %w", ErrRefused)
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
