package db

import (
	"context"
	"fmt"
	"maps"
	"sync"
)

// reservations are the id ranges of a SQLite database. While the writer has a transaction open, no other process can
// reserve, so ranges are given out from memory, also inside of an operation, and are written before the commit: an
// operation that used an id becomes durable together with its reservation.
type reservations struct {
	mu      sync.Mutex
	open    bool             // a transaction is open, and flush was not called yet
	version int64            // of the data, as SQLite counts commits of others
	next    map[string]int64 // first id that is free
	dirty   map[string]int64 // next of the kinds reserved from since the last commit
}

func newReservations() *reservations {
	return &reservations{version: -1, next: map[string]int64{}, dirty: map[string]int64{}}
}

func (s *sqliteStore) reserve(ctx context.Context, kind string, n int64) (first int64, err error) {
	r := s.writer.reserved
	if first, ok := r.take(kind, n); ok {
		return first, nil
	}
	// No transaction is open, so this is not called from inside of one, and may wait for the writer.
	err = s.writer.do(ctx, func(*Tx) error {
		first, _ = r.take(kind, n)
		return nil
	})
	return first, err
}

// take reserves n ids, if a transaction is open.
func (r *reservations) take(kind string, n int64) (first int64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.open {
		return 0, false
	}
	first = max(r.next[kind], firstID)
	r.next[kind], r.dirty[kind] = first+n, first+n
	return first, true
}

// begin opens for reserving, in a transaction that has just begun. It looks whether another process, such as the
// command line beside a server, has reserved meanwhile.
func (r *reservations) begin(c conn) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	rows, err := c.query(context.Background(), "PRAGMA data_version", nil)
	if err != nil {
		return err
	}
	var version int64
	if err := scan(rows[0], []any{&version}); err != nil {
		return err
	}
	if version != r.version {
		if err := r.load(c); err != nil {
			return fmt.Errorf("read reserved ids: %w", err)
		}
		r.version = version
	}
	r.open = true
	return nil
}

func (r *reservations) load(c conn) error {
	rows, err := c.query(context.Background(), `SELECT kind, next FROM id_range`, nil)
	if err != nil {
		return err
	}
	for _, row := range rows {
		var kind string
		var next int64
		if err := scan(row, []any{&kind, &next}); err != nil {
			return err
		}
		r.next[kind] = max(r.next[kind], next)
	}
	return nil
}

// flush writes what was reserved, shortly before the commit, and ends reserving in this transaction.
func (r *reservations) flush(c conn) error {
	r.mu.Lock()
	r.open = false
	written := maps.Clone(r.dirty)
	r.mu.Unlock()
	const upsert = `INSERT INTO id_range (kind, next) VALUES ($1, $2)
		ON CONFLICT (kind) DO UPDATE SET next = max(next, excluded.next)`
	for kind, next := range written {
		if _, err := c.exec(context.Background(), upsert, []any{kind, next}); err != nil {
			return fmt.Errorf("reserve ids of kind %s: %w", kind, err)
		}
	}
	return nil
}

// committed forgets what has become durable.
func (r *reservations) committed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.dirty)
}

// failed closes for reserving. What was reserved stays so, and is written with the next commit.
func (r *reservations) failed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open, r.version = false, -1
}
