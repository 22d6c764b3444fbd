// Package stats counts what happens in channels by day: who joined and left, posts, views, forwards. Counts are gathered in
// memory and written from time to time, so that a view costs no statement; a crash loses those of half a minute.
//
// It owns the table channel_day. It hears of members and posts on the bus, each only on the node where it happened; views and
// forwards are told by whoever counts them.
package stats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

const (
	// flushEvery is how often counts are written.
	flushEvery = 30 * time.Second
	// flushTime bounds the last writing, when the server stops.
	flushTime = 5 * time.Second
	// maxPending is how many channels and days are gathered; what comes on top is not counted.
	maxPending = 1 << 17
	// written is how many rows one transaction writes.
	written = 500
	// MaxDays bounds how many days are asked for.
	MaxDays = 366
)

// A Day is what happened in a channel on a day.
type Day struct {
	Date    time.Time // its beginning, in UTC
	Joined  int64
	Left    int64
	Posts   int64
	Views   int64
	Shares  int64
	Members int64 // at its end
}

type key struct {
	channel ids.Channel
	day     int64 // since 1970
}

// A Service counts. Safe for concurrent use.
type Service struct {
	db       *db.DB
	channels *channels.Service
	cancel   []func()

	mu      sync.Mutex
	pending map[key]Day
}

// New makes the service, which listens at once. Run writes what was counted; Close ends listening.
func New(d *db.DB, b bus.Bus, c *channels.Service) *Service {
	s := &Service{db: d, channels: c, pending: map[key]Day{}}
	s.cancel = []func(){b.Subscribe(groups.SubjectMember, s.moved), b.Subscribe(updates.Subject, s.logged)}
	return s
}

// Close stops listening.
func (s *Service) Close() {
	for _, cancel := range s.cancel {
		cancel()
	}
}

// Run writes counts until ctx ends, and once more then. What cannot be written is logged, and tried again with the next.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
			defer cancel()
			return errors.Join(ctx.Err(), s.Flush(last))
		case <-tick.C:
			if err := s.Flush(ctx); err != nil && ctx.Err() == nil {
				log.Warn("statistics are not written", "error", err)
			}
		}
	}
}

// moved counts who joins and leaves. Messages from other nodes have no Value: they are counted there.
func (s *Service) moved(m bus.Message) {
	if v, ok := m.Value.(channels.Membership); ok {
		s.add(v.Channel, func(d *Day) {
			if v.Joined {
				d.Joined++
			} else {
				d.Left++
			}
		})
	}
}

// logged counts posts.
func (s *Service) logged(m bus.Message) {
	e, ok := m.Value.(updates.Entry)
	if !ok || e.Owner.Channel() == 0 {
		return
	}
	if _, post := e.Event.(updates.NewMessage); post {
		s.add(e.Owner.Channel(), func(d *Day) { d.Posts++ })
	}
}

// Viewed counts n views of posts of a channel.
func (s *Service) Viewed(ch ids.Channel, n int) { s.add(ch, func(d *Day) { d.Views += int64(n) }) }

// Shared counts n forwards of posts of a channel.
func (s *Service) Shared(ch ids.Channel, n int) { s.add(ch, func(d *Day) { d.Shares += int64(n) }) }

func (s *Service) add(ch ids.Channel, fn func(*Day)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := key{ch, dayOf(time.Now())}
	d, known := s.pending[k]
	if !known && len(s.pending) >= maxPending {
		return
	}
	fn(&d)
	s.pending[k] = d
}

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

func dateOf(day int64) time.Time { return time.Unix(day*24*60*60, 0).UTC() }

// Flush writes what was counted. What could not be written is kept.
func (s *Service) Flush(ctx context.Context) error {
	s.mu.Lock()
	counts := s.pending
	s.pending = map[key]Day{}
	s.mu.Unlock()
	keys := make([]key, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.channel, b.channel), cmp.Compare(a.day, b.day)) })
	for len(keys) > 0 {
		part := keys[:min(len(keys), written)]
		if err := s.write(ctx, part, counts); err != nil {
			s.keep(keys, counts)
			return err
		}
		keys = keys[len(part):]
	}
	return nil
}

func (s *Service) write(ctx context.Context, keys []key, counts map[key]Day) error {
	const add = `INSERT INTO channel_day (channel, day, joined, departed, posts, views, shares) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (channel, day) DO UPDATE SET joined = channel_day.joined + excluded.joined,
		departed = channel_day.departed + excluded.departed, posts = channel_day.posts + excluded.posts,
		views = channel_day.views + excluded.views, shares = channel_day.shares + excluded.shares`
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, k := range keys {
			d := counts[k]
			if err := tx.Queue(ctx, add, k.channel, k.day, d.Joined, d.Left, d.Posts, d.Views, d.Shares); err != nil {
				return err
			}
		}
		return nil
	})
}

// keep puts back what could not be written.
func (s *Service) keep(keys []key, counts map[key]Day) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		d := s.pending[k]
		d.plus(counts[k])
		s.pending[k] = d
	}
}

func (d *Day) plus(o Day) {
	d.Joined, d.Left, d.Posts = d.Joined+o.Joined, d.Left+o.Left, d.Posts+o.Posts
	d.Views, d.Shares = d.Views+o.Views, d.Shares+o.Shares
}

// Of returns the last days of a channel, the oldest first, today last; what is not written yet included. It does not ask who
// may know. It fails with channels.ErrNotFound.
func (s *Service) Of(ctx context.Context, ch ids.Channel, days int) ([]Day, error) {
	days = min(max(days, 1), MaxDays)
	c, err := s.channels.One(ctx, ch)
	if err != nil {
		return nil, err
	}
	today := dayOf(time.Now())
	first := today - int64(days) + 1
	list := make([]Day, days)
	if err := s.read(ctx, ch, first, list); err != nil {
		return nil, fmt.Errorf("statistics of channel %d: %w", ch, err)
	}
	s.mu.Lock()
	for i := range list {
		list[i].plus(s.pending[key{ch, first + int64(i)}])
	}
	s.mu.Unlock()
	members := int64(c.Members)
	for i := len(list) - 1; i >= 0; i-- {
		list[i].Date, list[i].Members = dateOf(first+int64(i)), max(members, 0)
		members -= list[i].Joined - list[i].Left
	}
	return list, nil
}

func (s *Service) read(ctx context.Context, ch ids.Channel, first int64, into []Day) error {
	const get = `SELECT day, joined, departed, posts, views, shares FROM channel_day WHERE channel = $1 AND day >= $2 ORDER BY day LIMIT $3`
	return s.db.Read(ctx, func(tx *db.Tx) error {
		clear(into)
		return tx.Each(ctx, get, []any{ch, first, len(into)}, func(rows *db.Rows) error {
			var day int64
			var d Day
			if err := rows.Scan(&day, &d.Joined, &d.Left, &d.Posts, &d.Views, &d.Shares); err != nil {
				return err
			}
			if i := day - first; i < int64(len(into)) {
				into[i] = d
			}
			return nil
		})
	})
}
