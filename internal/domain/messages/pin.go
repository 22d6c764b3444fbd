package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A PinRequest pins or unpins a message of a chat.
// Spec: https://core.telegram.org/method/messages.updatePinnedMessage
type PinRequest struct {
	By      ids.User
	Peer    ids.Peer
	ID      ids.Message
	Unpin   bool
	Silent  bool // no service message
	OneSide bool // the other side does not see it
}

// Pinning is what Pin did, as the owner has it.
type Pinning struct {
	Changed bool
	Moved            // of the pinning alone
	Notice  *Message // the service message; nil if there is none
}

// Pin pins or unpins a message and logs it. When one side has blocked the other, only the own side is changed.
// It fails with ErrNone.
func (s *Service) Pin(ctx context.Context, req PinRequest) (done Pinning, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		done, err = s.pin(ctx, tx, req)
		return err
	})
	if err != nil {
		return Pinning{}, fmt.Errorf("pin message of user %d: %w", req.By, err)
	}
	return done, nil
}

func (s *Service) pin(ctx context.Context, tx *db.Tx, req PinRequest) (done Pinning, err error) {
	mine, theirs, err := s.pair(ctx, tx, req.By, req.ID)
	if err != nil {
		return Pinning{}, err
	}
	if mine.Peer != req.Peer || mine.Flags.Has(IsAction) {
		return Pinning{}, ErrNone
	}
	if theirs != nil && !req.OneSide {
		if req.OneSide, err = s.silenced(ctx, tx, req.By, theirs.Owner.User()); err != nil {
			return Pinning{}, err
		}
	}
	if req.OneSide {
		theirs = nil
	}
	for _, m := range ascending(mine, theirs) {
		if m.Flags.Has(Pinned) == !req.Unpin {
			continue
		}
		pts, err := s.setPinned(ctx, tx, m, !req.Unpin)
		if err != nil {
			return Pinning{}, err
		}
		if m == mine {
			done.Changed, done.Moved = true, Moved{PTS: pts, Count: 1}
		}
	}
	if !done.Changed || req.Unpin || req.Silent || req.OneSide || mine.Twin == 0 {
		return done, nil
	}
	done.Notice = &Message{
		Owner: req.By.Peer(), From: req.By.Peer(), Peer: mine.Peer, Date: now(), Flags: IsAction,
		extra: extra{Action: &actions.Action{Kind: actions.Pin}, Reply: &Reply{ID: mine.ID}},
	}
	copied := done.Notice.copyFor(mine.Peer.User())
	copied.Reply = &Reply{ID: mine.Twin}
	return done, s.put(ctx, tx, done.Notice, copied)
}

// silenced reports whether nothing that a does may show at b, because one of them has blocked the other.
func (s *Service) silenced(ctx context.Context, tx *db.Tx, a, b ids.User) (bool, error) {
	err := s.checkMayWrite(ctx, tx, a, b)
	for _, theirs := range [...]error{ErrPeer, users.ErrBlocked, users.ErrYouBlocked, users.ErrDeleted} {
		if errors.Is(err, theirs) {
			return true, nil
		}
	}
	return false, err
}

func (s *Service) setPinned(ctx context.Context, tx *db.Tx, m *Message, pinned bool) (pts int32, err error) {
	m.Flags = m.Flags.with(Pinned, pinned)
	if err := update(ctx, tx, m); err != nil {
		return 0, err
	}
	sql := `DELETE FROM pinned_message WHERE owner = $1 AND peer = $2 AND id = $3`
	if pinned {
		sql = `INSERT INTO pinned_message (owner, peer, id) VALUES ($1, $2, $3) ON CONFLICT (owner, peer, id) DO NOTHING`
	}
	if _, err := tx.Exec(ctx, sql, int64(m.Owner), int64(m.Peer), int64(m.ID)); err != nil {
		return 0, err
	}
	ev := updates.PinnedMessages{Peer: m.Peer, IDs: []ids.Message{m.ID}, Pinned: pinned}
	return s.log.Append(ctx, tx, m.Owner, ev)
}

// UnpinAll unpins the messages of a chat, at both sides, a bounded number at a time: it is to be called again while
// Left is not 0.
// Spec: https://core.telegram.org/method/messages.unpinAllMessages
func (s *Service) UnpinAll(ctx context.Context, by ids.User, peer ids.Peer, thread ids.Message) (done Cleared, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		owner := by.Peer()
		if err := s.lock(ctx, tx, by, max(peer.User(), 0)); err != nil {
			return err
		}
		before, err := s.unmoved(ctx, tx, owner)
		if err != nil {
			return err
		}
		if done.Left, err = s.unpinSome(ctx, tx, by, peer); err != nil {
			return err
		}
		done.Moved, err = s.unmoved(ctx, tx, owner)
		done.Count = done.PTS - before.PTS
		return err
	})
	if err != nil {
		return Cleared{}, fmt.Errorf("unpin messages for user %d: %w", by, err)
	}
	return done, nil
}

func (s *Service) unpinSome(ctx context.Context, tx *db.Tx, by ids.User, peer ids.Peer) (left int, err error) {
	pinned, err := pinnedIDs(ctx, tx, Box(by, peer), peer)
	if err != nil {
		return 0, err
	}
	some := pinned[:min(len(pinned), MaxBatch)]
	for _, id := range some {
		if _, err := s.pin(ctx, tx, PinRequest{By: by, Peer: peer, ID: id, Unpin: true}); err != nil {
			return 0, err
		}
	}
	return len(pinned) - len(some), nil
}

func pinnedIDs(ctx context.Context, tx *db.Tx, owner ids.Peer, peer ids.Peer) ([]ids.Message, error) {
	const list = `SELECT id FROM pinned_message WHERE owner = $1 AND peer = $2 ORDER BY id LIMIT $3`
	rows, err := tx.Query(ctx, list, int64(owner), int64(peer), 2*MaxBatch)
	if err != nil {
		return nil, err
	}
	var all []ids.Message
	for rows.Next() {
		var id ids.Message
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return slices.Clip(all), nil
}
