package messages

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// ReadContents says that viewer has played or seen what is in messages, in a channel or in his own log when peer is none,
// and tells those who sent it. It fails with ErrTooMany.
// Spec: https://core.telegram.org/method/messages.readMessageContents
func (s *Service) ReadContents(
	ctx context.Context, viewer ids.User, peer ids.Peer, want []ids.Message,
) (moved Moved, err error) {
	if len(want) > MaxBatch {
		return Moved{}, ErrTooMany
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if peer.Channel() != 0 {
			played, err := s.play(ctx, tx, viewer, peer.Channel(), want)
			if err != nil {
				return err
			}
			moved, err = s.seeMentions(ctx, tx, viewer, peer.Channel(), want, played...)
			return err
		}
		moved, err = s.readContents(ctx, tx, viewer.Peer(), want)
		return err
	})
	if err != nil {
		return Moved{}, fmt.Errorf("read contents of user %d: %w", viewer, err)
	}
	return moved, nil
}

func (s *Service) readContents(ctx context.Context, tx *db.Tx, owner ids.Peer, want []ids.Message) (Moved, error) {
	found, err := byID(ctx, tx, owner, want)
	if err != nil {
		return Moved{}, err
	}
	changed := make(changes)
	for _, m := range found {
		if !m.Flags.Has(MediaUnread) || m.Flags.Has(Out) {
			continue
		}
		changed.add(m.Owner, m.ID)
		if err := s.tellPlayed(ctx, tx, m, changed); err != nil {
			return Moved{}, err
		}
		if err := startVanishing(ctx, tx, m); err != nil {
			return Moved{}, err
		}
	}
	if err := forgetMentions(ctx, tx, slices.Collect(maps.Values(found))); err != nil {
		return Moved{}, err
	}
	var mine Moved
	err = s.eachOwner(ctx, tx, changed, func(o ids.Peer, rows []ids.Message) error {
		const set = `UPDATE message SET flags = flags - $1 WHERE owner = $2 AND id = $3 AND (flags & $1) <> 0`
		for _, id := range rows {
			if _, err := tx.Exec(ctx, set, int64(MediaUnread), int64(o), int64(id)); err != nil {
				return err
			}
		}
		pts, err := s.log.Append(ctx, tx, o, updates.ReadContents{IDs: rows})
		if o == owner {
			mine = Moved{PTS: pts, Count: int32(len(rows))}
		}
		return err
	})
	if err == nil && mine.Count == 0 {
		return s.unmoved(ctx, tx, owner)
	}
	return mine, err
}

// tellPlayed adds the row that the sender of m has, who hears that it was played. That it mentions somebody, he does not.
func (s *Service) tellPlayed(ctx context.Context, tx *db.Tx, m *Message, changed changes) error {
	switch {
	case !m.listens():
		return nil
	case m.Peer.Chat() == 0:
		changed.add(m.Peer, m.Twin)
		return nil
	}
	where, err := copiesOf(ctx, tx, []ids.User{m.Writer()}, m.Peer, m.Twin)
	for owner, id := range where {
		changed.add(owner, id)
	}
	return err
}

// seeMentions notes that viewer has seen messages of a channel that mention him, beside those that he has played.
func (s *Service) seeMentions(
	ctx context.Context, tx *db.Tx, viewer ids.User, ch ids.Channel, want []ids.Message, played ...ids.Message,
) (Moved, error) {
	seen := slices.Clone(played)
	const forget = `DELETE FROM unread_mention WHERE owner = $1 AND user_id = $2 AND peer = $1 AND id = $3`
	for _, id := range want {
		n, err := tx.Exec(ctx, forget, int64(ch.Peer()), int64(viewer), int64(id))
		if err != nil {
			return Moved{}, err
		}
		if n > 0 && !slices.Contains(seen, id) {
			seen = append(seen, id)
		}
	}
	moved, err := s.unmoved(ctx, tx, ch.Peer())
	if err != nil || len(seen) == 0 {
		return moved, err
	}
	return moved, s.log.Note(ctx, tx, viewer.Peer(), updates.ChannelContents{Channel: ch, IDs: seen})
}

// ReadMentions says that viewer has seen all that mentions him in a chat, or in a thread of it, a bounded number of
// messages at a time: it is to be called again while Left is not 0.
// Spec: https://core.telegram.org/method/messages.readMentions
func (s *Service) ReadMentions(
	ctx context.Context, viewer ids.User, peer ids.Peer, thread ids.Message,
) (done Cleared, err error) {
	const list = `SELECT id FROM unread_mention WHERE owner = $1 AND user_id = $2 AND peer = $3
		AND ($4 = 0 OR thread = $4) ORDER BY id LIMIT $5`
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		var all []ids.Message
		args := []any{int64(Box(viewer, peer)), int64(viewer), int64(peer), int64(thread), 2 * MaxBatch}
		err := tx.Each(ctx, list, args, func(rows *db.Rows) error {
			var id ids.Message
			err := rows.Scan(&id)
			all = append(all, id)
			return err
		})
		if err != nil {
			return err
		}
		some := all[:min(len(all), MaxBatch)]
		done.Left = len(all) - len(some)
		if peer.Channel() != 0 {
			done.Moved, err = s.seeMentions(ctx, tx, viewer, peer.Channel(), some)
		} else {
			done.Moved, err = s.readContents(ctx, tx, viewer.Peer(), some)
		}
		return err
	})
	if err != nil {
		return Cleared{}, fmt.Errorf("read mentions of user %d: %w", viewer, err)
	}
	return done, nil
}
