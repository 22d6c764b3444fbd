package preview

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"time"

	"golang.org/x/net/html/charset"

	"hermod/internal/guard"
)

const (
	maxBody   = 512 << 10        // bytes of a page that are read, unpacked; the rest is left
	fetchTime = 10 * time.Second // for all of it, redirects as well
)

// A fetcher gets pages from strangers.
type fetcher struct {
	client *guard.Client
	time   time.Duration
}

// fetch returns what the page at u says of itself. It fails with guard.ErrRefused in the chain for what must not be
// fetched.
func (f *fetcher) fetch(ctx context.Context, u *url.URL) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, f.time)
	defer cancel()
	res, err := f.client.Get(ctx, u, "text/html,application/xhtml+xml;q=0.9")
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
	switch media, _, err := mime.ParseMediaType(kind); {
	case err == nil && slices.Contains(pictureTypes, media):
		return Page{Type: "photo", Image: res.Request.URL.String()}, nil
	case err != nil || media != "text/html" && media != "application/xhtml+xml":
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
