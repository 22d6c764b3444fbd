package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// purgeStep is how many messages of an owner who is gone one transaction erases.
const purgeStep = 200

// Forget notes that nobody can look into the log of owner any more, a user or a channel: its messages are erased by Purge.
// What others have of them stays.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, owner ids.Peer) error {
	const note = `INSERT INTO message_purge (owner) VALUES ($1) ON CONFLICT (owner) DO NOTHING`
	if _, err := tx.Exec(ctx, note, int64(owner)); err != nil {
		return fmt.Errorf("forget messages of %d: %w", owner, err)
	}
	return nil
}

// Purge erases messages of owners who are gone, a bounded number in each transaction, until none are left.
func (s *Service) Purge(ctx context.Context) error {
	const next = `SELECT owner FROM message_purge WHERE owner > $1 ORDER BY owner LIMIT 1`
	var failed error // of one owner does not keep others waiting
	for owner := ids.Peer(-1 << 62); ; {
		err := s.db.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, next, int64(owner)).Scan(&owner)
		})
		if errors.Is(err, db.ErrNotFound) {
			return failed
		}
		if err != nil {
			return fmt.Errorf("find messages to erase: %w", err)
		}
		failed = errors.Join(failed, s.purge(ctx, owner))
	}
}

// purge erases all messages of one owner.
func (s *Service) purge(ctx context.Context, owner ids.Peer) error {
	for left := true; left; {
		err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
			if err := s.log.Lock(ctx, tx, owner); err != nil {
				return err
			}
			left, err = s.purgeSome(ctx, tx, owner)
			return err
		})
		if err != nil {
			return fmt.Errorf("erase messages of %d: %w", owner, err)
		}
	}
	return nil
}

// purgeSome erases the next messages of an owner, and what was left of others for the sake of their random ids.
func (s *Service) purgeSome(ctx context.Context, tx *db.Tx, owner ids.Peer) (left bool, err error) {
	const some = `SELECT ` + columns + ` FROM message WHERE owner = $1 ORDER BY id LIMIT $2`
	const done = `DELETE FROM message_purge WHERE owner = $1`
	rows, err := query(ctx, tx, some, int64(owner), purgeStep)
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		_, err := tx.Exec(ctx, done, int64(owner))
		return false, err
	}
	for _, m := range rows {
		m.RandomID = 0 // nobody can repeat a request
	}
	there := slices.IndexFunc(rows, func(m *Message) bool { return m.ID > 0 })
	if there < 0 {
		there = len(rows)
	}
	if err := erase(ctx, tx, owner, rows[:there]); err != nil || there == len(rows) {
		return true, err
	}
	return true, s.eraseAll(ctx, tx, owner, rows[there:])
}
