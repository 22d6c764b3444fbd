package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
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
	OneSide bool // in a private chat: the other side does not see it
}

// Pinning is what Pin did, as the one who asked has it.
type Pinning struct {
	Changed bool
	Moved            // of the pinning alone
	Notice  *Message // the service message; nil if there is none
}

// Pin pins or unpins a message and logs it for all who have it. When one side of a private chat has blocked the other,
// only the own side is changed. It fails with ErrNone, or as groups.CheckMay and channels.CheckMay do.
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
	if err := s.checkMayPin(ctx, tx, req.By, req.Peer); err != nil {
		return Pinning{}, err
	}
	owner := Box(req.By, req.Peer)
	rows, err := s.Copies(ctx, tx, owner, req.ID)
	if err != nil {
		return Pinning{}, err
	}
	mine := rowOf(rows, owner)
	if mine == nil || mine.Peer != req.Peer || mine.Flags.Has(IsAction) {
		return Pinning{}, ErrNone
	}
	if req.Peer.User() != 0 && len(rows) > 1 && !req.OneSide {
		if req.OneSide, err = s.silenced(ctx, tx, req.By, req.Peer.User()); err != nil {
			return Pinning{}, err
		}
	}
	if req.OneSide && req.Peer.User() != 0 {
		rows = []*Message{mine}
	}
	if done, err = s.pinRows(ctx, tx, rows, mine, !req.Unpin); err != nil || !done.Changed {
		return done, err
	}
	if err := s.recordPin(ctx, tx, req.By, mine); err != nil {
		return Pinning{}, err
	}
	if req.Unpin || req.Silent || len(rows) == 1 && owner.User() != 0 && req.Peer.Chat() == 0 {
		return done, nil
	}
	done.Notice, err = s.pinNotice(ctx, tx, req.By, mine)
	return done, err
}

// checkMayPin asks for the right to pin, which everybody has in a private chat.
func (s *Service) checkMayPin(ctx context.Context, tx *db.Tx, by ids.User, peer ids.Peer) (err error) {
	switch {
	case peer.User() != 0:
	case peer.Chat() != 0 && s.groups != nil:
		_, err = s.groups.CheckMay(ctx, tx, peer.Chat(), by, rights.PinMessages)
	case peer.Channel() != 0 && s.channels != nil:
		_, err = s.channels.CheckMay(ctx, tx, peer.Channel(), by, rights.PinMessages)
	default:
		err = ErrPeer
	}
	return err
}

// pinRows pins or unpins those of the rows of a message that are not so already.
func (s *Service) pinRows(ctx context.Context, tx *db.Tx, rows []*Message, mine *Message, pinned bool) (done Pinning, err error) {
	for _, m := range rows {
		if m.Flags.Has(Pinned) == pinned {
			continue
		}
		pts, err := s.setPinned(ctx, tx, m, pinned)
		if err != nil {
			return Pinning{}, err
		}
		if m.Owner == mine.Owner {
			done.Changed, done.Moved = true, Moved{PTS: pts, Count: 1}
		}
	}
	return done, nil
}

func (s *Service) recordPin(ctx context.Context, tx *db.Tx, by ids.User, m *Message) error {
	if m.Owner.Channel() == 0 {
		return nil
	}
	return s.record(ctx, tx, by, channels.LogPin, nil, m)
}

// pinNotice writes the service message about a message that by has pinned, and returns his row of it.
func (s *Service) pinNotice(ctx context.Context, tx *db.Tx, by ids.User, pinned *Message) (*Message, error) {
	req := SendRequest{
		From: by, To: pinned.Peer, Action: &actions.Action{Kind: actions.Pin}, Reply: &ReplyTo{ID: pinned.ID},
	}
	ok, err := s.admit(ctx, tx, req)
	if err != nil {
		return nil, err
	}
	sent, err := s.send(ctx, tx, req, ok)
	return sent.Message, err
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

// UnpinAll unpins the messages of a chat, or of a topic in it, for all who have them, a bounded number at a time: it is to
// be called again while Left is not 0. It fails as Pin does.
// Spec: https://core.telegram.org/method/messages.unpinAllMessages
func (s *Service) UnpinAll(ctx context.Context, by ids.User, peer ids.Peer, thread ids.Message) (done Cleared, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		done, err = s.unpinAll(ctx, tx, by, peer, thread)
		return err
	})
	if err != nil {
		return Cleared{}, fmt.Errorf("unpin messages for user %d: %w", by, err)
	}
	return done, nil
}

func (s *Service) unpinAll(
	ctx context.Context, tx *db.Tx, by ids.User, peer ids.Peer, thread ids.Message,
) (done Cleared, err error) {
	if err := s.checkMayPin(ctx, tx, by, peer); err != nil {
		return Cleared{}, err
	}
	owner := Box(by, peer)
	switch {
	case peer.User() != 0:
		err = s.lock(ctx, tx, by, peer.User())
	case peer.Channel() != 0:
		err = s.log.Lock(ctx, tx, owner)
	default:
		err = s.lockGroup(ctx, tx, peer.Chat())
	}
	if err != nil {
		return Cleared{}, err
	}
	before, err := s.unmoved(ctx, tx, owner)
	if err != nil {
		return Cleared{}, err
	}
	pinned, err := pinnedIDs(ctx, tx, owner, peer, thread)
	if err != nil {
		return Cleared{}, err
	}
	some := pinned[:min(len(pinned), s.unpinStep(peer))]
	for _, id := range some {
		if _, err := s.pin(ctx, tx, PinRequest{By: by, Peer: peer, ID: id, Unpin: true}); err != nil && !errors.Is(err, ErrNone) {
			return Cleared{}, err
		}
	}
	done.Left = len(pinned) - len(some)
	done.Moved, err = s.unmoved(ctx, tx, owner)
	done.Count = done.PTS - before.PTS
	return done, err
}

// lockGroup locks the logs of the members of a basic group.
func (s *Service) lockGroup(ctx context.Context, tx *db.Tx, chat ids.Chat) error {
	members, err := s.groups.Members(ctx, tx, chat)
	if err != nil {
		return err
	}
	return s.log.Lock(ctx, tx, peers(together(members, nil))...)
}

// unpinStep is how many messages one transaction unpins: in a basic group each has up to two hundred rows.
func (s *Service) unpinStep(peer ids.Peer) int {
	if peer.Chat() != 0 {
		return MaxBatch / 10
	}
	return MaxBatch
}

func pinnedIDs(ctx context.Context, tx *db.Tx, owner, peer ids.Peer, thread ids.Message) ([]ids.Message, error) {
	sql := `SELECT id FROM pinned_message WHERE owner = $1 AND peer = $2`
	args := []any{int64(owner), int64(peer), 2 * MaxBatch}
	if thread != 0 {
		sql += ` AND id IN (SELECT id FROM message WHERE owner = $1 AND thread = $4 AND thread > 0)`
		args = append(args, int64(thread))
	}
	var all []ids.Message
	err := tx.Each(ctx, sql+` ORDER BY id LIMIT $3`, args, func(rows *db.Rows) error {
		var id ids.Message
		err := rows.Scan(&id)
		all = append(all, id)
		return err
	})
	return slices.Clip(all), err
}
