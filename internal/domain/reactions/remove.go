package reactions

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
)

// Remove takes away somebody's reactions to a message, by an admin who may delete messages. It fails with ErrMessage,
// ErrSame, rights.ErrAdminRequired, or as stand.Of does.
// Spec: https://core.telegram.org/method/messages.deleteParticipantReaction
func (s *Service) Remove(ctx context.Context, by ids.User, peer ids.Peer, id ids.Message, of ids.Peer) (done Outcome, err error) {
	if err := s.checkRemove(ctx, by, peer); err != nil {
		return done, err
	}
	target, err := s.target(ctx, by, peer, id)
	if err != nil {
		return done, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		done, err = s.react(ctx, tx, target, change{key: keyOf(target), actor: of, by: by, kinds: maxKinds})
		return err
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("take away reactions in %d: %w", peer, err)
	}
	return done, nil
}

func (s *Service) checkRemove(ctx context.Context, by ids.User, peer ids.Peer) error {
	st, err := s.stands.Of(ctx, by, peer)
	if err != nil {
		return err
	}
	if peer.User() != 0 || !st.MayDelete() {
		return rights.ErrAdminRequired
	}
	return nil
}

// RemoveAll takes away somebody's reactions to all messages of a group or channel: the newest maxSweep of them, each in a
// transaction of its own, so that nobody waits long. It fails as Remove does.
// Spec: https://core.telegram.org/method/messages.deleteParticipantReactions
func (s *Service) RemoveAll(ctx context.Context, by ids.User, peer, of ids.Peer) error {
	if err := s.checkRemove(ctx, by, peer); err != nil {
		return err
	}
	list, err := s.reactedTo(ctx, by, peer, of)
	if err != nil {
		return err
	}
	for _, id := range list {
		if _, err := s.Remove(ctx, by, peer, id, of); err != nil && !errors.Is(err, ErrSame) && !errors.Is(err, ErrMessage) {
			return err
		}
	}
	return nil
}

const reactedIn = `SELECT DISTINCT id FROM reaction WHERE owner = $1 AND actor = $2 ORDER BY id DESC LIMIT $3`

// reactedTo are the messages, in viewer's numbering, to which somebody reacted.
func (s *Service) reactedTo(ctx context.Context, viewer ids.User, peer, actor ids.Peer) ([]ids.Message, error) {
	own := reactedIn
	args := []any{int64(peer), int64(actor), maxSweep}
	if peer.Chat() != 0 { // the rows have numbers of the group
		own = `SELECT m.id FROM (` + strings.Replace(own, "DISTINCT id", "DISTINCT id AS n", 1) + `) r
			JOIN message m ON m.owner = $4 AND m.peer = $5 AND m.twin = r.n`
		args = append(args, int64(viewer), int64(peer))
	}
	return read(ctx, s, func(tx *db.Tx) (all []ids.Message, err error) {
		err = tx.Each(ctx, own, args, func(rows *db.Rows) error {
			var id ids.Message
			err := rows.Scan(&id)
			all = append(all, id)
			return err
		})
		return all, err
	})
}

// forget drops what is kept beside messages that were deleted. A message of a private chat or basic group that others still
// have keeps its reactions.
func (s *Service) forget(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	for _, m := range rows {
		if m.Reactions == nil {
			continue
		}
		if err := s.forgetMarks(ctx, tx, m); err != nil {
			return err
		}
		last, err := isLast(ctx, tx, m)
		if err != nil {
			return err
		}
		if !last {
			continue
		}
		k := keyOf(m)
		const drop = `DELETE FROM reaction WHERE owner = $1 AND id = $2`
		if err := tx.Queue(ctx, drop, int64(k.owner), int64(k.id)); err != nil {
			return fmt.Errorf("forget reactions: %w", err)
		}
	}
	return nil
}

// forgetMarks drops what one owner has of a message: that its reactions are unread, and its tags.
func (s *Service) forgetMarks(ctx context.Context, tx *db.Tx, m *messages.Message) error {
	if author := m.Writer(); author != 0 && (m.Owner == author.Peer() || m.Owner.Channel() != 0) {
		const drop = `DELETE FROM unread_reaction WHERE owner = $1 AND peer = $2 AND id = $3`
		if err := tx.Queue(ctx, drop, int64(author), int64(m.Peer), int64(m.ID)); err != nil {
			return err
		}
	}
	if !saved(m) {
		return nil
	}
	for _, c := range m.Reactions.Counts {
		const drop = `DELETE FROM tagged_message WHERE owner = $1 AND reaction = $2 AND id = $3`
		if err := tx.Queue(ctx, drop, int64(m.Owner), string(c.Reaction), int64(m.ID)); err != nil {
			return err
		}
	}
	return nil
}

// isLast reports whether nobody has a copy of m, which was deleted. Of basic groups it is not asked: their rows stay, at
// most 200 people's, until the group goes.
func isLast(ctx context.Context, tx *db.Tx, m *messages.Message) (bool, error) {
	switch {
	case m.Peer.Chat() != 0:
		return false, nil
	case m.Owner.Channel() != 0 || m.Twin == 0 || saved(m):
		return true, nil
	}
	var n int
	const get = `SELECT COUNT(*) FROM message WHERE owner = $1 AND id = $2`
	err := tx.QueryRow(ctx, get, int64(m.Peer), int64(m.Twin)).Scan(&n)
	return n == 0, err
}
