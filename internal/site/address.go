package site

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"regexp"
)

// address is the host and port to show: the configured ones, or those by which the browser found us.
func (s *Site) address(r *http.Request) (host, port string) {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	port = "80"
	if r.TLS != nil {
		port = "443"
	} else if local != nil {
		if a, err := netip.ParseAddrPort(local.String()); err == nil && a.Port() != 0 {
			port = fmt.Sprint(a.Port())
		}
	}
	host, port = split(r.Host, port)
	if s.opts.Address != "" {
		host, port = split(s.opts.Address, port)
	}
	if host == "localhost" || !plausible(host) { // it goes into code that people run
		host = "127.0.0.1"
	}
	return host, port
}

// split takes host and port apart; the port may be missing.
func split(address, defaultPort string) (host, port string) {
	if h, p, err := net.SplitHostPort(address); err == nil {
		return h, p
	}
	return address, defaultPort
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$`)

// plausible reports whether host is an IP address or could be a host name.
func plausible(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || hostName.MatchString(host)
}

func parsePKCS1(der []byte) (*rsa.PublicKey, error) {
	key, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	return key, nil
}
