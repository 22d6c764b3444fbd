package polls

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
)

const (
	// tellPause is how long votes are gathered before those who have the poll elsewhere are told, once for all.
	tellPause = time.Second
	// longestNap bounds how late Run closes a poll that another process made.
	longestNap = 10 * time.Second
	// closeBatch is how many polls are looked up at once.
	closeBatch = 100
)

// Run closes polls when their time has come, and tells of votes where a poll stands in several messages, until ctx ends.
// Several processes may run it: whoever closes a poll first does it.
func (s *Service) Run(ctx context.Context) error {
	for {
		next, err := s.closeDue(ctx)
		if err == nil {
			err = s.tellDirty(ctx)
		}
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, db.ErrClosed) {
				return nil
			}
			return err
		}
		if !s.nap(ctx, next) {
			return nil
		}
	}
}

// nap waits until there may be something to do. It reports whether Run goes on.
func (s *Service) nap(ctx context.Context, next time.Time) bool {
	wait := longestNap
	if !next.IsZero() {
		wait = min(max(time.Until(next), 0)+50*time.Millisecond, longestNap)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	case <-s.wake:
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(min(tellPause, wait)):
		return true
	}
}

// closeDue closes the polls whose time has come, and says when the next one is due; zero if none is.
func (s *Service) closeDue(ctx context.Context) (next time.Time, err error) {
	for {
		due, next, err := s.due(ctx)
		if err != nil || len(due) == 0 {
			return next, err
		}
		for _, id := range due {
			if err := s.closeOne(ctx, id); err != nil {
				return time.Time{}, fmt.Errorf("close poll %d: %w", id, err)
			}
		}
	}
}

const duePolls = `SELECT id, close_date FROM poll WHERE closed = 0 AND close_date > 0 ORDER BY close_date LIMIT $1`

func (s *Service) due(ctx context.Context) (due []int64, next time.Time, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, duePolls, []any{closeBatch}, func(rows *db.Rows) error {
			var id int64
			var at time.Time
			if err := rows.Scan(&id, &at); err != nil {
				return err
			}
			if !at.After(time.Now()) {
				due = append(due, id)
			} else if next.IsZero() {
				next = at
			}
			return nil
		})
	})
	return due, next, err
}

// closeOne closes a poll in one transaction; its places are told in others.
func (s *Service) closeOne(ctx context.Context, id int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE poll SET closed = 1, version = version + 1 WHERE id = $1 AND closed = 0`, id)
		if err == nil && n > 0 {
			tx.OnCommit(func() { s.touch(id) })
		}
		return err
	})
}

// tellDirty tells all places of the polls that have changed.
func (s *Service) tellDirty(ctx context.Context) error {
	s.mu.Lock()
	dirty := s.dirty
	s.dirty = make(map[int64]struct{})
	s.mu.Unlock()
	for id := range dirty {
		if err := s.tellAll(ctx, id); err != nil {
			return fmt.Errorf("tell of poll %d: %w", id, err)
		}
	}
	return nil
}

// A spot is where a poll stands, as poll_place has it.
type spot struct {
	owner ids.Peer
	id    ids.Message
}

func (s *Service) tellAll(ctx context.Context, poll int64) error {
	var spots []spot
	const list = `SELECT owner, id FROM poll_place WHERE poll = $1 ORDER BY owner, id LIMIT $2`
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, list, []any{poll, maxPlaces}, func(rows *db.Rows) error {
			var at spot
			err := rows.Scan(&at.owner, &at.id)
			spots = append(spots, at)
			return err
		})
	})
	for _, at := range spots {
		if err == nil {
			err = s.tellSpot(ctx, poll, at)
		}
	}
	return err
}

func (s *Service) tellSpot(ctx context.Context, poll int64, at spot) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		var copies []*messages.Message
		var err error
		if at.owner.Chat() != 0 {
			copies, err = s.messages.CopiesOfNumber(ctx, tx, at.owner, at.id)
		} else if copies, err = s.messages.Copies(ctx, tx, at.owner, at.id); err == nil {
			copies = ownOnly(copies, at.owner)
		}
		if errors.Is(err, messages.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = s.tellCopies(ctx, tx, poll, at.owner, copies)
		return err
	})
}

// ownOnly is the row of one owner: the other side of a private chat has a place of its own.
func ownOnly(copies []*messages.Message, owner ids.Peer) []*messages.Message {
	for _, m := range copies {
		if m.Owner == owner {
			return []*messages.Message{m}
		}
	}
	return nil
}
