// Package preview tells what stands behind a web address: title, description and site, as the page gives them.
//
// The pages belong to strangers, so each is fetched through package guard, a bounded part of it, by a deadline, few
// at a time. What was found, and that nothing was, is kept in the table web_page for
// a while. Pages that said something stay once a message links to them, because messages name them by their id; they are
// asked for again when somebody sends their address a day later. Those that somebody only looked at are forgotten.
//
// An Attacher puts previews below new messages. Callers besides are packages api/previews and api/media.
package preview

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"hermod/internal/db"
	"hermod/internal/domain/messages"
	"hermod/internal/guard"
)

// Errors of this package.
var (
	// ErrOff means that this server fetches no pages.
	ErrOff = errors.New("previews are off")
	// ErrBusy means that too many pages are being fetched.
	ErrBusy = errors.New("too many pages at once")
)

const (
	fetches    = 8 // at a time
	maxWaiting = 256
	maxBatch   = 100
	keepFound  = 24 * time.Hour
	keepEmpty  = time.Hour
	sweepEvery = time.Hour
	sweepBatch = 1000
	remembered = 1 << 14 // pages
)

// A Site is a page at an address. Two calls for one address give the same ID.
type Site struct {
	ID  int64
	URL string
	Page
	At    time.Time // when it was fetched; zero: not yet
	Asked time.Time // when a message first linked to it; zero: none has
}

// A Service knows pages. Safe for concurrent use.
type Service struct {
	db      *db.DB
	fetcher *fetcher // nil: off
	running *semaphore.Weighted
	waiting chan struct{}
	flights singleflight.Group
	byID    *lru.Cache[int64, Site] // such as were fetched

	makePhoto MakePhoto // nil: pages are shown without pictures
	files     messages.Files
}

// New makes the service. Without a client it fetches nothing: every call fails with ErrOff.
func New(d *db.DB, client *guard.Client) *Service {
	byID, _ := lru.New[int64, Site](remembered) // fails only for a size below 1
	s := &Service{
		db: d, running: semaphore.NewWeighted(fetches), waiting: make(chan struct{}, maxWaiting), byID: byID,
	}
	if client != nil {
		s.fetcher = &fetcher{client: client, time: fetchTime}
	}
	return s
}

// On reports whether pages are fetched at all.
func (s *Service) On() bool { return s.fetcher != nil }

// Known returns what is known of an address without asking for it. ok is false when nothing is, or it has become old;
// the site then has its ID and URL. It fails with ErrOff, guard.ErrURL or guard.ErrRefused.
func (s *Service) Known(ctx context.Context, raw string) (site Site, ok bool, err error) {
	if !s.On() {
		return Site{}, false, ErrOff
	}
	u, err := guard.Parse(raw)
	if err != nil {
		return Site{}, false, err
	}
	site, err = s.stored(ctx, u.String())
	if errors.Is(err, db.ErrNotFound) {
		site, err = s.keep(ctx, Site{URL: u.String()})
		return site, false, err
	}
	return site, err == nil && time.Since(site.At) < site.life(), err
}

func (s Site) life() time.Duration {
	if s.Empty() {
		return keepEmpty
	}
	return keepFound
}

// Get returns the page at an address, and fetches it if need be. A page that cannot be had is an empty one. It fails with
// ErrOff, guard.ErrURL, guard.ErrRefused, ErrBusy, or the error of ctx; the page is then fetched all the same, for the next who asks.
func (s *Service) Get(ctx context.Context, raw string) (Site, error) {
	site, ok, err := s.Known(ctx, raw)
	if ok || err != nil {
		return site, err
	}
	select {
	case s.waiting <- struct{}{}:
	default:
		return Site{}, ErrBusy
	}
	defer func() { <-s.waiting }()
	flight := s.flights.DoChan(site.URL, func() (any, error) { return s.load(context.WithoutCancel(ctx), site) })
	select {
	case r := <-flight:
		site, _ = r.Val.(Site)
		return site, r.Err
	case <-ctx.Done():
		return Site{}, ctx.Err()
	}
}

// load fetches a page and keeps what it says. old is what was known.
func (s *Service) load(ctx context.Context, old Site) (Site, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*fetchTime)
	defer cancel()
	if err := s.running.Acquire(ctx, 1); err != nil {
		return Site{}, ErrBusy
	}
	defer s.running.Release(1)
	u, err := url.Parse(old.URL)
	if err != nil {
		return Site{}, guard.ErrURL
	}
	page, err := s.fetcher.fetch(ctx, u)
	if err == nil {
		s.picture(ctx, u, &page)
	}
	if page.Empty() {
		page = Page{}
	}
	if errors.Is(err, guard.ErrRefused) || err != nil && ctx.Err() == nil {
		page = Page{} // it says nothing; not to be asked again for a while
	} else if err != nil {
		return Site{}, err
	}
	return s.keep(ctx, Site{ID: old.ID, URL: old.URL, Page: page, At: time.Now(), Asked: old.Asked})
}

const getByURL = `SELECT id, fetched_at, asked_at, data FROM web_page WHERE url = $1`

func (s *Service) stored(ctx context.Context, address string) (Site, error) {
	site := Site{URL: address}
	err := s.db.Read(ctx, func(tx *db.Tx) error { return site.scan(tx.QueryRow(ctx, getByURL, address)) })
	if err != nil {
		return site, fmt.Errorf("read web page: %w", err)
	}
	return site, nil
}

func (s *Site) scan(row interface{ Scan(...any) error }) error {
	var data string
	if err := row.Scan(&s.ID, &s.At, &s.Asked, &data); err != nil {
		return err
	}
	return json.Unmarshal([]byte(data), &s.Page)
}

// Sites returns pages by their ids, as far as they are known, from memory if it can.
func (s *Service) Sites(ctx context.Context, list ...int64) (map[int64]Site, error) {
	found := make(map[int64]Site, len(list))
	var missing []any
	for _, id := range list {
		if site, ok := s.byID.Get(id); ok {
			found[id] = site
		} else {
			missing = append(missing, id)
		}
	}
	for batch := range slices.Chunk(missing, maxBatch) {
		get := `SELECT url, id, fetched_at, asked_at, data FROM web_page WHERE id IN (` + db.List(1, len(batch)) + `)`
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			return tx.Each(ctx, get, batch, func(rows *db.Rows) error { return s.learn(rows, found) })
		})
		if err != nil {
			return nil, fmt.Errorf("read web pages: %w", err)
		}
	}
	return found, nil
}

func (s *Service) learn(rows *db.Rows, found map[int64]Site) error {
	var site Site
	var data string
	if err := rows.Scan(&site.URL, &site.ID, &site.At, &site.Asked, &data); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(data), &site.Page); err != nil {
		return err
	}
	if found[site.ID] = site; !site.At.IsZero() {
		s.byID.Add(site.ID, site)
	}
	return nil
}

// keep stores site; one without a time changes nothing that is known. Whoever came first gave it its id.
func (s *Service) keep(ctx context.Context, site Site) (Site, error) {
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		site, err = s.put(ctx, tx, site)
		return err
	})
	if err != nil {
		return Site{}, fmt.Errorf("keep web page: %w", err)
	}
	return site, nil
}

func (s *Service) put(ctx context.Context, tx *db.Tx, site Site) (Site, error) {
	data, err := json.Marshal(site.Page)
	if err != nil {
		return Site{}, fmt.Errorf("encode web page: %w", err)
	}
	id, err := s.db.NextID(ctx, "web_page")
	if err != nil {
		return Site{}, err
	}
	if err := s.swapPhoto(ctx, tx, site); err != nil {
		return Site{}, err
	}
	const put = `INSERT INTO web_page (url, id, fetched_at, asked_at, data, photo) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (url) DO UPDATE SET fetched_at = CASE WHEN excluded.fetched_at > 0 THEN excluded.fetched_at ELSE
			web_page.fetched_at END, data = CASE WHEN excluded.fetched_at > 0 THEN excluded.data ELSE web_page.data END,
			photo = CASE WHEN excluded.fetched_at > 0 THEN excluded.photo ELSE web_page.photo END,
			asked_at = CASE WHEN web_page.asked_at > 0 THEN web_page.asked_at ELSE excluded.asked_at END
		RETURNING id`
	if err := tx.QueryRow(ctx, put, site.URL, id, site.At, site.Asked, string(data), site.Photo).Scan(&site.ID); err != nil {
		return Site{}, err
	}
	tx.OnCommit(func() { s.byID.Remove(site.ID) })
	return site, nil
}

// Run forgets pages that said nothing, or to which no message links, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ticks := time.NewTicker(sweepEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
			before := time.Now().Add(-keepFound)
			if err := errors.Join(s.sweep(ctx, before), s.sweepUnlinked(ctx, before)); err != nil {
				return err
			}
		}
	}
}

// sweep forgets the empty pages from before a time, a batch in each transaction.
func (s *Service) sweep(ctx context.Context, before time.Time) error {
	const drop = `DELETE FROM web_page WHERE url IN (SELECT url FROM web_page WHERE data = '{}' AND fetched_at < $1 LIMIT $2)`
	for {
		var n int64
		err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = tx.Exec(ctx, drop, before, sweepBatch)
			return err
		})
		if err != nil || n < sweepBatch {
			return err
		}
	}
}

// sweepUnlinked forgets the pages from before a time that no message links to. They are looked for without holding up those
// who write.
func (s *Service) sweepUnlinked(ctx context.Context, before time.Time) error {
	const find = `SELECT url FROM web_page WHERE url > $1 AND asked_at = 0 AND fetched_at < $2 ORDER BY url LIMIT $3`
	for last := ""; ; {
		var list []any
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			list = nil
			return tx.Each(ctx, find, []any{last, before, maxBatch}, func(rows *db.Rows) error {
				err := rows.Scan(&last)
				list = append(list, last)
				return err
			})
		})
		if err == nil && len(list) > 0 {
			err = s.dropUnlinked(ctx, before, list)
		}
		if err != nil || len(list) < maxBatch {
			return err
		}
	}
}

// dropUnlinked forgets pages unless a message has linked to them, or they were fetched, in the meantime.
func (s *Service) dropUnlinked(ctx context.Context, before time.Time, list []any) error {
	drop := `DELETE FROM web_page WHERE asked_at = 0 AND fetched_at < $1 AND url IN (` + db.List(2, len(list)) + `)`
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := s.releaseAll(ctx, tx, drop, append([]any{before}, list...)...)
		return err
	})
}
