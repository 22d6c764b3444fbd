package messages

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// playedKept is how long it is known who has played a voice message of a channel. Older ones count as played.
const playedKept = 7 * 24 * time.Hour

// UnreadBy reports whether viewer has something in m that he has not seen or played. unseen is what UnseenAmong says of it;
// a viewer of 0 is anybody who has just got m. The row of a message in a channel says whether anybody has played it, which
// is what its writer is shown.
func (m *Message) UnreadBy(viewer ids.User, unseen bool) bool {
	switch {
	case m.Owner.Channel() == 0 || !m.listens() || viewer != 0 && viewer == m.Writer():
		return m.Flags.Has(MediaUnread) || unseen
	case viewer == 0:
		return m.mayBeUnplayed()
	}
	return unseen
}

// mayBeUnplayed reports whether m is a voice or round video message of a channel that somebody may not have played.
func (m *Message) mayBeUnplayed() bool {
	return m.Owner.Channel() != 0 && m.listens() && time.Since(m.Date) < playedKept
}

// unplayedAmong adds to unseen the messages of a page of a channel that viewer has not played.
func (s *Service) unplayedAmong(ctx context.Context, viewer ids.User, list []*Message, unseen map[ids.Message]bool) error {
	args := []any{int64(list[0].Owner), int64(viewer)}
	for _, m := range list {
		unseen[m.ID] = true
		args = append(args, int64(m.ID))
	}
	get := `SELECT id FROM voice_played WHERE owner = $1 AND user_id = $2 AND id IN (` + db.List(3, len(list)) + `)`
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, get, args, func(rows *db.Rows) error {
			var id ids.Message
			err := rows.Scan(&id)
			delete(unseen, id)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("what user %d has played: %w", viewer, err)
	}
	return nil
}

// play notes that viewer has played messages of a channel, and tells their writers of the first who did. It returns which of
// them he had not played before.
func (s *Service) play(ctx context.Context, tx *db.Tx, viewer ids.User, ch ids.Channel, want []ids.Message) ([]ids.Message, error) {
	if s.channels == nil {
		return nil, nil
	}
	found, err := byID(ctx, tx, ch.Peer(), want)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(found, func(_ ids.Message, m *Message) bool { return !m.mayBeUnplayed() || m.Writer() == viewer })
	if len(found) == 0 {
		return nil, nil
	}
	v, err := s.channels.SeeTx(ctx, tx, viewer, ch)
	if err != nil {
		return nil, err
	}
	var played []ids.Message
	for _, id := range slices.Sorted(maps.Keys(found)) {
		if id <= v.Me.Available {
			continue
		}
		m := found[id]
		fresh, err := s.playOne(ctx, tx, viewer, m)
		if err != nil {
			return nil, err
		}
		if fresh {
			played = append(played, id)
		}
	}
	return played, nil
}

func (s *Service) playOne(ctx context.Context, tx *db.Tx, viewer ids.User, m *Message) (fresh bool, err error) {
	const put = `INSERT INTO voice_played (owner, id, user_id, played_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, id, user_id) DO NOTHING`
	const forget = `DELETE FROM voice_played WHERE owner = $1 AND played_at < $2`
	const heard = `UPDATE message SET flags = flags - $1 WHERE owner = $2 AND id = $3 AND (flags & $1) <> 0`
	n, err := tx.Exec(ctx, put, int64(m.Owner), int64(m.ID), int64(viewer), now())
	if err != nil || n == 0 {
		return false, err
	}
	if err := tx.Queue(ctx, forget, int64(m.Owner), now().Add(-playedKept)); err != nil {
		return false, err
	}
	if n, err = tx.Exec(ctx, heard, int64(MediaUnread), int64(m.Owner), int64(m.ID)); err != nil || n == 0 || m.Writer() == 0 {
		return true, err
	}
	ctx = updates.WithOrigin(ctx, updates.Origin{})
	return true, s.log.Note(ctx, tx, m.Writer().Peer(), updates.ChannelContents{Channel: m.Owner.Channel(), IDs: []ids.Message{m.ID}})
}
