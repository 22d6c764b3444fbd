package reactions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
)

// remember puts what r asks for on top of the recently used ones.
func (s *Service) remember(ctx context.Context, tx *db.Tx, r Request) error {
	if !r.Remember || len(r.Reactions) == 0 {
		return nil
	}
	for _, x := range r.Reactions {
		const put = `INSERT INTO recent_reaction (owner, reaction, used_at) VALUES ($1, $2, $3)
			ON CONFLICT (owner, reaction) DO UPDATE SET used_at = excluded.used_at`
		if err := tx.Queue(ctx, put, int64(r.By), string(x), now()); err != nil {
			return err
		}
	}
	const trim = `DELETE FROM recent_reaction WHERE owner = $1 AND reaction IN
		(SELECT reaction FROM recent_reaction WHERE owner = $1 ORDER BY used_at DESC, reaction LIMIT 100 OFFSET $2)`
	if err := tx.Queue(ctx, trim, int64(r.By), maxRecent); err != nil {
		return err
	}
	return s.log.Note(ctx, tx, r.By.Peer(), updates.RecentReactions{})
}

// Recent returns what owner used last, the newest first.
func (s *Service) Recent(ctx context.Context, owner ids.User, limit int) ([]messages.Reaction, error) {
	const list = `SELECT reaction FROM recent_reaction WHERE owner = $1 ORDER BY used_at DESC, reaction LIMIT $2`
	return read(ctx, s, func(tx *db.Tx) (all []messages.Reaction, err error) {
		err = tx.Each(ctx, list, []any{int64(owner), min(max(limit, 0), maxRecent)}, func(rows *db.Rows) error {
			var r messages.Reaction
			err := rows.Scan(&r)
			all = append(all, r)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("recent reactions of user %d: %w", owner, err)
		}
		return all, nil
	})
}

// ClearRecent forgets what owner used.
func (s *Service) ClearRecent(ctx context.Context, owner ids.User) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM recent_reaction WHERE owner = $1`, int64(owner)); err != nil {
			return fmt.Errorf("clear recent reactions of user %d: %w", owner, err)
		}
		return s.log.Note(ctx, tx, owner.Peer(), updates.RecentReactions{})
	})
}

// Top returns what to offer owner: what he used last, then what everybody has.
func (s *Service) Top(ctx context.Context, owner ids.User, limit int) ([]messages.Reaction, error) {
	all, err := s.Recent(ctx, owner, limit)
	if err != nil {
		return nil, err
	}
	for _, r := range Emoji() {
		if len(all) >= limit {
			break
		}
		if !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all, nil
}

// Default returns the reaction of a double tap of owner.
func (s *Service) Default(ctx context.Context, owner ids.User) (messages.Reaction, error) {
	return read(ctx, s, func(tx *db.Tx) (r messages.Reaction, err error) {
		err = tx.QueryRow(ctx, `SELECT standard FROM reaction_setting WHERE owner = $1`, int64(owner)).Scan(&r)
		if errors.Is(err, db.ErrNotFound) {
			return Standard, nil
		}
		return r, err
	})
}

// SetDefault sets it. It fails with ErrInvalid for one that does not exist.
// Spec: https://core.telegram.org/method/messages.setDefaultReaction
func (s *Service) SetDefault(ctx context.Context, owner ids.User, r messages.Reaction) error {
	if r == "" {
		return ErrInvalid
	}
	const set = `INSERT INTO reaction_setting (owner, standard) VALUES ($1, $2)
		ON CONFLICT (owner) DO UPDATE SET standard = excluded.standard`
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, set, int64(owner), string(r))
		return err
	})
}

// Forget drops what is kept for an account that is being deleted. What it gave to others stays.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, owner ids.User) error {
	for _, table := range []string{"recent_reaction", "reaction_setting", "saved_tag", "tagged_message", "unread_reaction"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE owner = $1`, int64(owner)); err != nil {
			return fmt.Errorf("forget reactions of user %d: %w", owner, err)
		}
	}
	return nil
}
