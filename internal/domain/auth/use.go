package auth

import (
	"context"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Touch notes that user has called by a permanent key. It is for every call: it costs a look into memory.
func (s *Service) Touch(user ids.User, key ids.AuthKey) {
	r, _, ok := s.keys.get(key)
	if ok && r.user == user {
		s.noteUse(r)
		return
	}
	if user != 0 {
		s.noteSeen(loginKey{user, key}, s.nowFunc())
	}
}

// noteUse remembers, for the next flush, that a login is in use.
func (s *Service) noteUse(r *record) {
	now := s.nowFunc()
	last := r.used.Load()
	if now.Unix()-last < int64(useInterval/time.Second) || !r.used.CompareAndSwap(last, now.Unix()) {
		return
	}
	s.noteSeen(loginKey{r.user, ids.AuthKey(r.ID)}, now)
}

func (s *Service) noteSeen(k loginKey, now time.Time) {
	s.seenMu.Lock()
	defer s.seenMu.Unlock()
	s.seen[k] = now
}

// flushUse writes down which logins were in use.
func (s *Service) flushUse(ctx context.Context) error {
	s.seenMu.Lock()
	seen := s.seen
	s.seen = make(map[loginKey]time.Time)
	s.seenMu.Unlock()
	var batch []loginKey
	for k := range seen {
		if batch = append(batch, k); len(batch) == 200 {
			if err := s.writeUse(ctx, batch, seen); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return s.writeUse(ctx, batch, seen)
}

func (s *Service) writeUse(ctx context.Context, batch []loginKey, at map[loginKey]time.Time) error {
	if len(batch) == 0 {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, k := range batch {
			const set = `UPDATE login SET active_at = $3 WHERE user_id = $1 AND key_id = $2 AND active_at < $4`
			if _, err := tx.Exec(ctx, set, k.user, k.key, at[k], at[k]); err != nil {
				return fmt.Errorf("note the use of logins: %w", err)
			}
		}
		return nil
	})
}
