package db

import (
	"context"
	"fmt"
	"maps"
	"sync"
)

// reservations are the id ranges of a SQLite database. It has one process, so ranges are given out from memory,
// also inside of an operation of the writer, and every commit writes those it does not know yet: an id can be
// durable only by a commit, which then holds its reservation too.
type reservations struct {
	mu    sync.Mutex
	next  map[string]int64
	dirty map[string]int64 // not durable yet
	wake  chan struct{}    // has room for one: the writer shall commit, even when nobody writes
}

func (r *reservations) load(ctx context.Context, s *sqliteStore) error {
	r.next, r.dirty, r.wake = map[string]int64{}, map[string]int64{}, make(chan struct{}, 1)
	return s.read(ctx, func(tx *Tx) error {
		rows, err := tx.Query(ctx, `SELECT kind, next FROM id_range`)
		if err != nil {
			return err
		}
		for rows.Next() {
			var kind string
			var next int64
			if err := rows.Scan(&kind, &next); err != nil {
				return err
			}
			r.next[kind] = next
		}
		return nil
	})
}

func (s *sqliteStore) reserve(_ context.Context, kind string, n int64) (int64, error) {
	r := &s.reserved
	r.mu.Lock()
	defer r.mu.Unlock()
	first := max(r.next[kind], firstID)
	r.next[kind] = first + n
	r.dirty[kind] = first + n
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return first, nil
}

// flush writes what is not durable yet and returns it, for flushed after the commit.
func (r *reservations) flush(c conn) (map[string]int64, error) {
	r.mu.Lock()
	written := maps.Clone(r.dirty)
	r.mu.Unlock()
	const upsert = `INSERT INTO id_range (kind, next) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE SET next = excluded.next`
	for kind, next := range written {
		if _, err := c.exec(context.Background(), upsert, []any{kind, next}); err != nil {
			return nil, fmt.Errorf("kind %s: %w", kind, err)
		}
	}
	return written, nil
}

// flushed forgets what has become durable, unless more of it was reserved since.
func (r *reservations) flushed(written map[string]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for kind, next := range written {
		if r.dirty[kind] == next {
			delete(r.dirty, kind)
		}
	}
}
