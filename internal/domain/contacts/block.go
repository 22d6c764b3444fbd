package contacts

import (
	"context"
	"errors"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

func isNotFound(err error) bool { return errors.Is(err, db.ErrNotFound) }

// A List says what somebody on it is kept from.
type BlockList bool

// The block lists.
const (
	Messages BlockList = false // from writing, and from seeing what privacy rules protect
	Stories  BlockList = true  // from seeing stories only
)

// A Blocked is a peer on a block list.
type Blocked struct {
	Peer ids.Peer
	At   time.Time
}

// Block puts peer on a block list of owner; again is no error. It fails with ErrSelf or ErrTooMany.
func (s *Service) Block(ctx context.Context, owner ids.User, peer ids.Peer, list BlockList) error {
	if peer == owner.Peer() {
		return ErrSelf
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.block(ctx, tx, owner, peer, list) })
	return wrap(err, "block")
}

func (s *Service) block(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, list BlockList) error {
	var have int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM blocked WHERE owner = $1`, owner).Scan(&have); err != nil {
		return err
	}
	if have >= MaxBlocked {
		return ErrTooMany
	}
	const insert = `INSERT INTO blocked (owner, peer, stories, blocked_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, peer, stories) DO NOTHING`
	rows, err := tx.Exec(ctx, insert, owner, peer, bool(list), time.Now())
	if err != nil || rows == 0 {
		return err
	}
	if list == Stories {
		return s.log.Note(ctx, tx, owner.Peer(), updates.PeerBlocked{Peer: peer, Blocked: true, Stories: true})
	}
	const mirror = `INSERT INTO known_by (user_id, owner, blocked) VALUES ($1, $2, 1)
		ON CONFLICT (user_id, owner) DO UPDATE SET blocked = 1`
	if user := peer.User(); user != 0 {
		if _, err := tx.Exec(ctx, mirror, user, owner); err != nil {
			return err
		}
		s.users.Touch(tx, owner)
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.PeerBlocked{Peer: peer, Blocked: true})
}

// Unblock takes peer off a block list of owner; one that is not on it is no error.
func (s *Service) Unblock(ctx context.Context, owner ids.User, peer ids.Peer, list BlockList) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return s.unblock(ctx, tx, owner, peer, list) })
	return wrap(err, "unblock")
}

func (s *Service) unblock(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, list BlockList) error {
	const remove = `DELETE FROM blocked WHERE owner = $1 AND peer = $2 AND stories = $3`
	rows, err := tx.Exec(ctx, remove, owner, peer, bool(list))
	if err != nil || rows == 0 {
		return err
	}
	if list == Stories {
		return s.log.Note(ctx, tx, owner.Peer(), updates.PeerBlocked{Peer: peer, Stories: true})
	}
	if user := peer.User(); user != 0 {
		for _, sql := range []string{
			`UPDATE known_by SET blocked = 0 WHERE user_id = $1 AND owner = $2`,
			`DELETE FROM known_by WHERE user_id = $1 AND owner = $2 AND contact = 0 AND blocked = 0`,
		} {
			if _, err := tx.Exec(ctx, sql, user, owner); err != nil {
				return err
			}
		}
		s.users.Touch(tx, owner)
	}
	return s.log.Note(ctx, tx, owner.Peer(), updates.PeerBlocked{Peer: peer})
}

// Blocked returns a page of a block list of owner, newest first, and how many are on it.
func (s *Service) Blocked(ctx context.Context, owner ids.User, list BlockList, offset, limit int) (page []Blocked, total int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page = nil
		const count = `SELECT count(*) FROM blocked WHERE owner = $1 AND stories = $2`
		if err := tx.QueryRow(ctx, count, owner, bool(list)).Scan(&total); err != nil {
			return err
		}
		const find = `SELECT peer, blocked_at FROM blocked WHERE owner = $1 AND stories = $2
			ORDER BY blocked_at DESC, peer LIMIT $3 OFFSET $4`
		return tx.Each(ctx, find, []any{owner, bool(list), max(limit, 0), max(offset, 0)}, func(rows *db.Rows) error {
			var b Blocked
			err := rows.Scan(&b.Peer, &b.At)
			page = append(page, b)
			return err
		})
	})
	return page, total, wrap(err, "block list")
}

// IsBlocked tells whether peer is on a block list of owner.
func (s *Service) IsBlocked(ctx context.Context, owner ids.User, peer ids.Peer, list BlockList) (bool, error) {
	var n int
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		const find = `SELECT count(*) FROM blocked WHERE owner = $1 AND peer = $2 AND stories = $3`
		return tx.QueryRow(ctx, find, owner, peer, bool(list)).Scan(&n)
	})
	return n > 0, wrap(err, "block list")
}

// SetBlocked makes a block list of owner hold exactly peers, in one go. It fails with ErrSelf or ErrTooMany.
func (s *Service) SetBlocked(ctx context.Context, owner ids.User, peers []ids.Peer, list BlockList) error {
	if len(peers) > MaxBlocked {
		return ErrTooMany
	}
	want := make(map[ids.Peer]bool, len(peers))
	for _, p := range peers {
		if p == owner.Peer() {
			return ErrSelf
		}
		want[p] = true
	}
	now, _, err := s.Blocked(ctx, owner, list, 0, MaxBlocked)
	if err != nil {
		return err
	}
	for _, b := range now {
		if want[b.Peer] {
			delete(want, b.Peer)
			continue
		}
		if err := s.Unblock(ctx, owner, b.Peer, list); err != nil {
			return err
		}
	}
	for p := range want {
		if err := s.Block(ctx, owner, p, list); err != nil {
			return err
		}
	}
	return nil
}
