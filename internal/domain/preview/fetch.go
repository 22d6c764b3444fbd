package preview

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/html/charset"
)

const (
	maxBody   = 512 << 10 // bytes of a page that are read, unpacked; the rest is left
	maxHeader = 64 << 10
	fetchTime = 10 * time.Second // for all of it, redirects as well
)

// agent tells sites who asks. Many answer with their tags only to what calls itself a bot.
const agent = "Mozilla/5.0 (compatible; HermodBot/1.0; link preview)"

// A fetcher gets pages from strangers.
type fetcher struct {
	client *http.Client
	check  func(*url.URL) error
}

// A dialer connects to host:port.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

func newFetcher(dial dialer) *fetcher {
	return &fetcher{check: checkURL, client: &http.Client{
		Timeout:       fetchTime,
		CheckRedirect: checkRedirect,
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would connect for us, past the guard
			DialContext:            dial,
			DisableKeepAlives:      true,
			TLSHandshakeTimeout:    dialTime,
			ResponseHeaderTimeout:  dialTime,
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      true,
		},
	}}
}

// fetch returns what the page at u says of itself. It fails with ErrRefused in the chain for what must not be fetched.
func (f *fetcher) fetch(ctx context.Context, u *url.URL) (Page, error) {
	if err := f.check(u); err != nil {
		return Page{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Page{}, fmt.Errorf("fetch page: %w", err)
	}
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept", "text/html,application/xhtml+xml;q=0.9")
	res, err := f.client.Do(req)
	if err != nil {
		return Page{}, fmt.Errorf("fetch page: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	return read(res)
}

// read reads the part of an answer that is heeded. An answer that is no page says nothing of itself, and is no error.
func read(res *http.Response) (Page, error) {
	if res.StatusCode != http.StatusOK {
		return Page{}, nil
	}
	kind := res.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(kind); err != nil || media != "text/html" && media != "application/xhtml+xml" {
		return Page{}, nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil && len(body) == 0 {
		return Page{}, fmt.Errorf("read page: %w", err)
	}
	text, err := charset.NewReader(bytes.NewReader(body), kind)
	if err != nil {
		return Page{}, nil
	}
	return parse(text), nil
}
