package preview

import (
	"context"
	"errors"
	"sync"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/guard"
)

// Link returns the first address in a text that may have a preview.
func Link(t text.Text) (address string, ok bool) {
	for _, e := range t.Entities {
		switch e.Kind {
		case text.TextURL:
			address = e.Value
		case text.URL:
			address = text.Cut(t.String, e.Offset, e.Length)
		default:
			continue
		}
		if _, err := guard.Parse(address); err == nil {
			return address, true
		}
	}
	return "", false
}

// An Attacher puts previews below new messages that link to a page. A page that is not known yet is fetched after the
// message was sent; then the devices of all who have it are told that it has changed.
type Attacher struct {
	pages    *Service
	log      *updates.Log
	mayEmbed MayEmbed
	jobs     chan job
}

// MayEmbed tells whether what a user sends to a peer may have a preview.
type MayEmbed func(ctx context.Context, user ids.User, peer ids.Peer) (bool, error)

// A job is a page that messages wait for.
type job struct {
	url  string
	rows []place
}

type place struct {
	owner ids.Peer
	id    ids.Message
}

// NewAttacher makes an Attacher and registers it with m; mayEmbed is nil where everybody may. Run fetches.
func NewAttacher(pages *Service, log *updates.Log, m *messages.Service, mayEmbed MayEmbed) *Attacher {
	a := &Attacher{pages: pages, log: log, mayEmbed: mayEmbed, jobs: make(chan job, maxWaiting)}
	if pages.On() {
		m.OnSending(a.sending)
		m.OnEditing(a.editing)
	}
	return a
}

// sending is a messages.Hook.
func (a *Attacher) sending(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	waiting := map[string][]place{}
	for _, m := range rows {
		address, ok := wanted(m)
		if !ok {
			continue
		}
		if may, err := a.may(ctx, m); err != nil || !may {
			if m.Media = nil; err != nil {
				return err
			}
			continue
		}
		site, fresh, err := a.pages.reserve(ctx, tx, address)
		if errors.Is(err, guard.ErrRefused) || errors.Is(err, guard.ErrURL) {
			m.Media = nil
			continue
		}
		if err != nil {
			return err
		}
		if fresh && site.Empty() {
			m.Media = nil // it is known to say nothing
			continue
		}
		m.Media = shown(m.Media, site)
		if !fresh {
			waiting[site.URL] = append(waiting[site.URL], place{m.Owner, m.ID})
		}
	}
	if len(waiting) > 0 {
		tx.OnCommit(func() { a.enqueue(waiting) })
	}
	return nil
}

// may tells whether the writer of m may have previews below his texts. Private chats know no such right.
func (a *Attacher) may(ctx context.Context, m *messages.Message) (bool, error) {
	if a.mayEmbed == nil || m.Peer.User() != 0 || m.Writer() == 0 {
		return true, nil
	}
	return a.mayEmbed(ctx, m.Writer(), m.Peer)
}

// editing is a messages.Hook: what was shown of the old text goes, unless the sender chose it.
func (a *Attacher) editing(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	for _, m := range rows {
		if media.KindOf(m.Media) == media.WebPage && !m.Media.WebPage.Manual {
			m.Media = nil
		}
	}
	return a.sending(ctx, tx, rows)
}

// wanted is the address of which m is to show a page: the one chosen by the sender, or the first in the text.
func wanted(m *messages.Message) (address string, ok bool) {
	switch {
	case m.Flags.Has(messages.IsAction):
		return "", false
	case m.Media != nil:
		w := m.Media.WebPage
		if m.Media.Kind != media.WebPage || w == nil || w.ID != 0 {
			return "", false
		}
		return w.URL, true
	case m.Flags.Has(messages.NoWebpage):
		return "", false
	}
	return Link(m.Text)
}

// shown is the media of a message with a page.
func shown(old *media.Media, site Site) *media.Media {
	w := media.WebPageShown{}
	if old != nil && old.WebPage != nil {
		w = *old.WebPage
	}
	w.ID, w.URL = site.ID, site.URL
	return &media.Media{Kind: media.WebPage, WebPage: &w}
}

// reserve returns the page at an address within a transaction; fresh is false when it is to be fetched. It fails with
// guard.ErrRefused or guard.ErrURL.
func (s *Service) reserve(ctx context.Context, tx *db.Tx, address string) (site Site, fresh bool, err error) {
	u, err := guard.Parse(address)
	if err != nil {
		return Site{}, false, err
	}
	site.URL = u.String()
	err = site.scan(tx.QueryRow(ctx, getByURL, site.URL))
	if errors.Is(err, db.ErrNotFound) {
		site, err = s.put(ctx, tx, Site{URL: site.URL, Asked: time.Now()})
		return site, false, err
	}
	if err == nil && site.Asked.IsZero() { // somebody looked at it before; from now on it is kept
		site.Asked = time.Now()
		_, err = s.put(ctx, tx, Site{URL: site.URL, Asked: site.Asked})
	}
	return site, err == nil && time.Since(site.At) < site.life(), err
}

// enqueue drops what there are too many of: those messages stay without a preview until somebody sends the address again.
func (a *Attacher) enqueue(waiting map[string][]place) {
	for url, rows := range waiting {
		select {
		case a.jobs <- job{url, rows}:
		default:
		}
	}
}

// Run fetches pages that messages wait for until ctx ends.
func (a *Attacher) Run(ctx context.Context) error {
	var workers sync.WaitGroup
	for range fetches {
		workers.Go(func() { a.work(ctx) })
	}
	workers.Wait()
	return nil
}

func (a *Attacher) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-a.jobs:
			a.finish(ctx, j)
		}
	}
}

// finish fetches a page and tells of the messages that show it. A page that cannot be fetched now is left as it is: those
// who look find that there is none.
func (a *Attacher) finish(ctx context.Context, j job) {
	if _, err := a.pages.Get(ctx, j.url); err != nil {
		return
	}
	for _, p := range j.rows {
		_ = a.pages.db.Write(ctx, func(tx *db.Tx) error { // a device that misses it sees the page when it loads the message
			_, err := a.log.Append(ctx, tx, p.owner, updates.EditMessage{ID: p.id, Hidden: true})
			return err
		})
	}
}
