package threads

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Counted is the live value, on bus subject "live" with the channel as Key, that says that a post was seen or forwarded more
// often.
type Counted struct {
	Channel         ids.Channel
	ID              ids.Message
	Views, Forwards int32
	ByForward       bool // the forwards have changed, else the views
}

// View counts that viewer has seen posts of a channel: each once for him, as long as that is remembered. It fails with
// ErrTooMany.
func (s *Service) View(viewer ids.User, ch ids.Channel, list []ids.Message) error {
	if len(list) > MaxPosts {
		return ErrTooMany
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, id := range list {
		p := post{ch.Peer(), id}
		if s.isNew(sight{viewer, p}) && s.count(p, delta{views: 1}) {
			n++
		}
	}
	if n > 0 {
		s.viewed(ch, n)
	}
	return nil
}

// isNew remembers what was seen, in two halves of which the older one is dropped when the younger is full.
func (s *Service) isNew(at sight) bool {
	if _, known := s.seen[at]; known {
		return false
	}
	if _, known := s.older[at]; known {
		return false
	}
	if len(s.seen) >= maxRecent {
		s.seen, s.older = make(map[sight]struct{}, maxRecent/8), s.seen
	}
	s.seen[at] = struct{}{}
	return true
}

// count adds to what is to be written, unless that is too much already.
func (s *Service) count(p post, d delta) bool {
	old, known := s.dirty[p]
	if !known && len(s.dirty) >= maxDirty {
		return false
	}
	s.dirty[p] = delta{old.views + d.views, old.forwards + d.forwards}
	return true
}

func (s *Service) countForward(p post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count(p, delta{forwards: 1}) {
		s.shared(p.owner.Channel(), 1)
	}
}

// addPending adds to counters what is not written yet.
func (s *Service) addPending(owner ids.Peer, list []ids.Message, found map[ids.Message]Counts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range list {
		if d, ok := s.dirty[post{owner, id}]; ok {
			c := found[id]
			c.Views, c.Forwards = c.Views+d.views, c.Forwards+d.forwards
			found[id] = c
		}
	}
}

// Run writes views and forwards every few seconds until ctx ends, and then what is left.
func (s *Service) Run(ctx context.Context) error {
	ticks := time.NewTicker(flushTime)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
			defer cancel()
			_ = s.Flush(last) // what cannot be written any more is lost, as in a crash
			return nil
		case <-ticks.C:
			_ = s.Flush(ctx) // what was not written stays for the next time
		}
	}
}

// Flush writes what was counted.
func (s *Service) Flush(ctx context.Context) error {
	s.mu.Lock()
	batch := s.dirty
	s.dirty = map[post]delta{}
	s.mu.Unlock()
	posts := slices.SortedFunc(maps.Keys(batch), func(a, b post) int {
		if a.owner != b.owner {
			return int(min(max(a.owner-b.owner, -1), 1))
		}
		return int(a.id - b.id)
	})
	var failed error
	for part := range slices.Chunk(posts, flushStep) {
		if err := s.write(ctx, part, batch); err != nil {
			failed = errors.Join(failed, err)
			s.putBack(part, batch)
		}
	}
	return failed
}

func (s *Service) putBack(part []post, batch map[post]delta) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range part {
		s.count(p, batch[p])
	}
}

// write adds to the rows of posts and tells who looks at them.
func (s *Service) write(ctx context.Context, part []post, batch map[post]delta) error {
	const add = `INSERT INTO post_counter (owner, id, views, forwards) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, id) DO UPDATE SET views = post_counter.views + excluded.views,
			forwards = post_counter.forwards + excluded.forwards RETURNING views, forwards`
	var told []Counted
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		told = told[:0]
		for _, p := range part {
			d := batch[p]
			c := Counted{Channel: p.owner.Channel(), ID: p.id, ByForward: d.forwards > 0}
			if err := tx.QueryRow(ctx, add, p.owner, p.id, d.views, d.forwards).Scan(&c.Views, &c.Forwards); err != nil {
				return err
			}
			told = append(told, c)
			if d.views > 0 && d.forwards > 0 {
				c.ByForward = false
				told = append(told, c)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write views: %w", err)
	}
	for _, c := range told {
		s.bus.Publish(bus.Message{Subject: "live", Key: int64(c.Channel.Peer()), Value: c})
	}
	return nil
}
