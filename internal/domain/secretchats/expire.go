package secretchats

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

const (
	expireEvery = 10 * time.Minute
	expireBatch = 100
	// scrubLimit is how long one try to clean the files of the database may take.
	scrubLimit = 5 * time.Minute
)

// dirty notes that something was deleted which must leave the files of the database. It does not block.
func (s *Service) dirty() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run deletes what nobody fetched, and cleans the files of the database of what was deleted, until ctx ends. Errors are
// logged; what failed is tried again.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	var scrub <-chan time.Time // nil: nothing to clean
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
			if scrub == nil {
				scrub = time.After(s.o.Scrub)
			}
		case <-scrub:
			scrub = nil
			if err := s.scrub(ctx); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "what was deleted of secret chats is still in the files of the database", "error", err)
				s.dirty()
			}
		case <-tick.C:
			if err := s.Expire(ctx); err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "secret chats do not expire", "error", err)
			}
		}
	}
}

func (s *Service) scrub(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, scrubLimit)
	defer cancel()
	return s.db.Scrub(ctx, "device_queue")
}

// Expire deletes ciphertexts that nobody fetched for as long as they are kept, with their files, discards requests that
// nobody answered, and forgets chats that were discarded long ago.
func (s *Service) Expire(ctx context.Context) error {
	before := s.now().Add(-s.o.Keep)
	for _, step := range []func(context.Context, *db.Tx, time.Time) (int, error){
		s.expireQueued, s.expireRequests, s.expireFiles, forgetDiscarded,
	} {
		for n := expireBatch; n == expireBatch; {
			err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
				n, err = step(ctx, tx, before)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) expireQueued(ctx context.Context, tx *db.Tx, before time.Time) (n int, err error) {
	const old = `SELECT device, qts FROM device_queue WHERE sent_at < $1 ORDER BY sent_at, device, qts LIMIT $2`
	rows, err := tx.Query(ctx, old, before, expireBatch)
	if err != nil {
		return 0, fmt.Errorf("list old ciphertexts: %w", err)
	}
	for ; rows.Next(); n++ {
		var device ids.AuthKey
		var qts int32
		if err := rows.Scan(&device, &qts); err != nil {
			return n, err
		}
		taken, err := s.take(ctx, tx, device, `qts = $2`, qts)
		if err != nil {
			return n, err
		}
		for _, q := range taken {
			if err := s.expireFile(ctx, tx, device, q); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// expireFile takes the file of a message out of its chat that nobody fetched.
func (s *Service) expireFile(ctx context.Context, tx *db.Tx, device ids.AuthKey, q Queued) error {
	if q.File == nil {
		return nil
	}
	const count = `UPDATE secret_file SET sent = sent - 1 WHERE file = $1 AND chat = $2 AND peer_device = $3`
	if _, err := tx.Exec(ctx, count, q.File.ID, q.Chat, device); err != nil {
		return fmt.Errorf("expire encrypted file: %w", err)
	}
	const remove = `DELETE FROM secret_file WHERE file = $1 AND chat = $2 AND peer_device = $3 AND sent <= 0`
	if _, err := tx.Exec(ctx, remove, q.File.ID, q.Chat, device); err != nil {
		return fmt.Errorf("expire encrypted file: %w", err)
	}
	return s.dropUnused(ctx, tx, q.File.ID)
}

func (s *Service) expireRequests(ctx context.Context, tx *db.Tx, before time.Time) (int, error) {
	const old = `SELECT ` + chatColumns + ` FROM secret_chat WHERE state = 1 AND began = 1 AND changed_at < $1
		ORDER BY changed_at LIMIT $2`
	return s.discardEach(ctx, tx, old, before, expireBatch)
}

// expireFiles deletes files whose messages were acknowledged and that nobody has loaded, and, a day after they were uploaded,
// those that came into no message.
func (s *Service) expireFiles(ctx context.Context, tx *db.Tx, before time.Time) (n int, err error) {
	const old = `DELETE FROM secret_file WHERE (file, owner, chat) IN
		(SELECT file, owner, chat FROM secret_file WHERE used_at < $1 AND sent <= 0 AND (acked = 0 OR used_at < $2) LIMIT $3)
		RETURNING file`
	unsent := s.now().Add(-min(s.o.Keep, keepUnsent))
	rows, err := tx.Query(ctx, old, unsent, before, expireBatch)
	if err != nil {
		return 0, fmt.Errorf("expire encrypted files: %w", err)
	}
	for ; rows.Next(); n++ {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return n, err
		}
		if err := s.dropUnused(ctx, tx, id); err != nil {
			return n, err
		}
	}
	return n, nil
}

// forgetDiscarded drops what is kept of chats that are over for devices that were away.
func forgetDiscarded(ctx context.Context, tx *db.Tx, before time.Time) (int, error) {
	const remove = `DELETE FROM secret_chat WHERE (owner, id) IN
		(SELECT owner, id FROM secret_chat WHERE state = 3 AND changed_at < $1 ORDER BY changed_at LIMIT $2)`
	n, err := tx.Exec(ctx, remove, before, expireBatch)
	if err != nil {
		return 0, fmt.Errorf("forget discarded chats: %w", err)
	}
	return int(n), nil
}
