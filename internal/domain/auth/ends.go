package auth

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A login that was ended must be over everywhere, also where the message about it got lost, and also when the
// command line of a running server ended it, which has no bus to that server. So ended keys are written down, and
// each process looks at the list every few seconds.

const (
	// endsWindow is how far back the list is read each time: clocks differ, and transactions take a while.
	endsWindow = time.Minute
	maxEnds    = 5000 // read at a time
)

// An end is a row of key_end.
type end struct {
	at  int64
	key ids.AuthKey
}

// ends are those of the last minute that this process has told already.
type ends struct {
	mu    sync.Mutex
	known map[end]bool
}

// tell notes e, and reports whether it was new.
func (s *ends) tell(e end) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[e] {
		return false
	}
	s.known[e] = true
	return true
}

// forget drops what the list is not read back to any more.
func (s *ends) forget(before int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for e := range s.known {
		if e.at < before {
			delete(s.known, e)
		}
	}
}

// recordEnd writes down that nobody is signed in by a key any more. This process is told by changed.
func (s *Service) recordEnd(ctx context.Context, tx *db.Tx, key ids.AuthKey) error {
	e := end{s.now().Unix(), key}
	const insert = `INSERT INTO key_end (ended_at, key_id) VALUES ($1, $2) ON CONFLICT (ended_at, key_id) DO NOTHING`
	if _, err := tx.Exec(ctx, insert, e.at, e.key); err != nil {
		return fmt.Errorf("record the end of a login: %w", err)
	}
	tx.OnCommit(func() { s.ends.tell(e) })
	return nil
}

// pollEnds tells this process of keys that others have signed out.
func (s *Service) pollEnds(ctx context.Context) error {
	since := s.now().Add(-endsWindow).Unix()
	var list []end
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		const get = `SELECT ended_at, key_id FROM key_end WHERE ended_at >= $1 ORDER BY ended_at DESC LIMIT $2`
		rows, err := tx.Query(ctx, get, since, maxEnds)
		if err != nil {
			return fmt.Errorf("read ended logins: %w", err)
		}
		for rows.Next() {
			var e end
			if err := rows.Scan(&e.at, &e.key); err != nil {
				return err
			}
			list = append(list, e)
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	for _, e := range list {
		if s.ends.tell(e) {
			s.bus.Publish(bus.Message{Subject: SubjectKey, Key: int64(e.key)})
		}
	}
	s.ends.forget(since)
	return nil
}
