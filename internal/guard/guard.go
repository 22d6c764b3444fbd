// Package guard asks web addresses that strangers name: only public machines, the ports of the web, bounded answers, a
// deadline of the caller's. No name that leads inside, no redirect and no proxy gets past it.
//
// It knows no domain. Callers are packages preview, external and push.
package guard

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	maxRedirects = 5
	maxHeader    = 64 << 10
	dialTime     = 5 * time.Second
)

// agent tells sites who asks. Many answer with their tags only to what calls itself a bot.
const agent = "Mozilla/5.0 (compatible; HermodBot/1.0; link preview)"

// A Dialer connects to host:port.
type Dialer func(ctx context.Context, network, address string) (net.Conn, error)

// A Client asks strangers. Safe for concurrent use.
type Client struct {
	http    *http.Client
	trusted []string // hosts as they stand in addresses
}

// New makes a client. Hosts that are trusted, with their ports where they have one, are asked wherever they are: they are
// for addresses that the operator chose.
func New(trusted ...string) *Client {
	behind, plain := guarded(Public), &net.Dialer{Timeout: dialTime}
	return dialing(func(ctx context.Context, network, address string) (net.Conn, error) {
		if trusts(trusted, address) {
			return plain.DialContext(ctx, network, address)
		}
		return behind(ctx, network, address)
	}, trusted)
}

// Dialing makes a client with a way to connect of the caller's, who then answers for what is behind it. For tests.
func Dialing(dial Dialer) *Client { return dialing(dial, nil) }

func dialing(dial Dialer, trusted []string) *Client {
	c := &Client{trusted: trusted}
	c.http = &http.Client{
		CheckRedirect: c.checkRedirect,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would connect for us, past the guard
			DialContext:            dial,
			DisableKeepAlives:      true,
			TLSHandshakeTimeout:    dialTime,
			ResponseHeaderTimeout:  dialTime,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true,
		},
	}
	return c
}

// guarded returns a dialer that connects to public addresses only. It looks at the address that the system is about
// to connect to, after the name was resolved, so a name cannot change its meaning in between.
func guarded(allow func(netip.Addr) bool) Dialer {
	d := &net.Dialer{Timeout: dialTime, Control: func(network, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !strings.HasPrefix(network, "tcp") || !allow(at.Addr()) {
			return fmt.Errorf("connect: %w", ErrRefused)
		}
		return nil
	}}
	return d.DialContext
}

// trusts reports whether address, which has a port, belongs to a host that is trusted. A host without a port is trusted on
// the ports of the web.
func trusts(trusted []string, address string) bool {
	host, port, err := net.SplitHostPort(address)
	return err == nil && (slices.Contains(trusted, address) || (port == "80" || port == "443") && slices.Contains(trusted, host))
}

// Check refuses what must not be asked, with ErrRefused in the chain.
func (c *Client) Check(u *url.URL) error { return c.check(u) }

// Do sends a request of the caller's, whose context has to end in time. The caller closes the body and reads no more of it
// than it can bear. It fails with ErrRefused in the chain for what must not be asked.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	if err := c.check(req.URL); err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask a stranger: %w", err)
	}
	return res, nil
}

// check refuses what must not be asked.
func (c *Client) check(u *url.URL) error {
	if slices.Contains(c.trusted, u.Host) && (u.Scheme == "http" || u.Scheme == "https") {
		return nil
	}
	return checkURL(u)
}

// checkRedirect looks at where a page sends on to as at what was asked for, and drops what would tell where from.
func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("too many redirects: %w", ErrRefused)
	}
	req.Header.Del("Referer")
	return c.check(req.URL)
}

// Get asks for what is at u. The caller closes the body and reads no more of it than it can bear; ctx has to end in time
// and bounds the reading as well. It fails with ErrRefused in the chain for what must not be asked.
func (c *Client) Get(ctx context.Context, u *url.URL, accept string) (*http.Response, error) {
	if err := c.check(u); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask a stranger: %w", err)
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept", accept)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask a stranger: %w", err)
	}
	return res, nil
}
