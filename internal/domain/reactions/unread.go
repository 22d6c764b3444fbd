package reactions

import (
	"context"
	"fmt"
	"math"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
)

// noteUnread remembers for the author of m, if m is his copy, that somebody reacted to it.
func (s *Service) noteUnread(ctx context.Context, tx *db.Tx, m *messages.Message, c change) error {
	author := m.Writer()
	switch {
	case author == 0, author.Peer() == c.actor, m.Flags.Has(messages.Post):
		return nil
	case m.Owner != author.Peer() && m.Owner.Channel() == 0: // another's copy
		return nil
	}
	if !c.fresh {
		return s.forgetUnread(ctx, tx, author, m)
	}
	const add = `INSERT INTO unread_reaction (owner, peer, id, thread, since) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, peer, id) DO NOTHING`
	return tx.Queue(ctx, add, int64(author), int64(m.Peer), int64(m.ID), int64(m.Thread), c.at)
}

// forgetUnread drops what is unread of a message when no reaction of others is left that came since.
func (s *Service) forgetUnread(ctx context.Context, tx *db.Tx, author ids.User, m *messages.Message) error {
	var last int64
	if m.Reactions != nil {
		for _, r := range m.Reactions.Recent {
			if r.Actor != author.Peer() {
				last = max(last, r.Date)
			}
		}
	}
	const drop = `DELETE FROM unread_reaction WHERE owner = $1 AND peer = $2 AND id = $3 AND since > $4`
	return tx.Queue(ctx, drop, int64(author), int64(m.Peer), int64(m.ID), last)
}

// UnreadInThreads returns how many messages of viewer in each topic of a forum have reactions that he has not seen; topics
// without are left out.
func (s *Service) UnreadInThreads(ctx context.Context, viewer ids.User, peer ids.Peer) (map[ids.Message]int, error) {
	return read(ctx, s, func(tx *db.Tx) (map[ids.Message]int, error) {
		const list = `SELECT thread, COUNT(*) FROM unread_reaction WHERE owner = $1 AND peer = $2 GROUP BY thread`
		counts := make(map[ids.Message]int)
		return counts, tx.Each(ctx, list, []any{int64(viewer), int64(peer)}, func(rows *db.Rows) error {
			var thread ids.Message
			var n int
			err := rows.Scan(&thread, &n)
			counts[thread] = n
			return err
		})
	})
}

// Unread returns the messages of a chat with reactions that viewer has not seen, the newest first, at most maxUnread; of
// one topic if thread is not 0. It fails as stand.Of does.
// Spec: https://core.telegram.org/method/messages.getUnreadReactions
func (s *Service) Unread(ctx context.Context, viewer ids.User, peer ids.Peer, thread ids.Message) ([]ids.Message, error) {
	if _, err := s.stands.Of(ctx, viewer, peer); err != nil {
		return nil, err
	}
	return read(ctx, s, func(tx *db.Tx) ([]ids.Message, error) { return unread(ctx, tx, viewer, peer, thread, maxUnread) })
}

const unreadIn = `SELECT id FROM unread_reaction WHERE owner = $1 AND peer = $2 AND (thread = $3 OR $3 = 0)
	ORDER BY id DESC LIMIT $4`

func unread(ctx context.Context, tx *db.Tx, viewer ids.User, peer ids.Peer, thread ids.Message, limit int) (all []ids.Message, err error) {
	err = tx.Each(ctx, unreadIn, []any{int64(viewer), int64(peer), int64(thread), limit}, func(rows *db.Rows) error {
		var id ids.Message
		err := rows.Scan(&id)
		all = append(all, id)
		return err
	})
	return all, err
}

// Read marks reactions in a chat, or in a topic of it, as seen, MaxPage messages at a time, and tells the viewer's other
// sessions. It returns how many messages are left. It fails as stand.Of does.
// Spec: https://core.telegram.org/method/messages.readReactions
func (s *Service) Read(ctx context.Context, viewer ids.User, peer ids.Peer, thread ids.Message) (left int, err error) {
	if _, err := s.stands.Of(ctx, viewer, peer); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		list, err := unread(ctx, tx, viewer, peer, thread, maxUnread)
		if err != nil || len(list) == 0 {
			return err
		}
		now := list[:min(len(list), MaxPage)]
		left = len(list) - len(now)
		return s.markSeen(ctx, tx, viewer, peer, now)
	})
	if err != nil {
		return 0, fmt.Errorf("user %d reads reactions: %w", viewer, err)
	}
	return left, nil
}

// Seen marks the reactions to single messages of viewer as seen: he has looked at them. A peer of 0 stands for all chats
// but channels.
func (s *Service) Seen(ctx context.Context, viewer ids.User, peer ids.Peer, list []ids.Message) error {
	if list = list[:min(len(list), MaxPage)]; len(list) == 0 {
		return nil
	}
	fresh, err := s.unseen(ctx, viewer, peer, list)
	if err != nil || len(fresh) == 0 {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for peer, list := range fresh {
			if err := s.markSeen(ctx, tx, viewer, peer, list); err != nil {
				return err
			}
		}
		return nil
	})
}

// unseen returns those of list with reactions that viewer has not seen, by chat. Mostly there are none, and it costs a read.
func (s *Service) unseen(ctx context.Context, viewer ids.User, peer ids.Peer, list []ids.Message) (map[ids.Peer][]ids.Message, error) {
	const noChannel = -1_000_000_000_000
	from, to := int64(peer), int64(peer)
	if peer == 0 {
		from, to = noChannel+1, math.MaxInt64
	}
	args := []any{int64(viewer), from, to}
	for _, id := range list {
		args = append(args, int64(id))
	}
	sql := `SELECT peer, id FROM unread_reaction WHERE owner = $1 AND peer >= $2 AND peer <= $3 AND id IN (` + db.List(4, len(list)) + `)`
	return read(ctx, s, func(tx *db.Tx) (map[ids.Peer][]ids.Message, error) {
		found := make(map[ids.Peer][]ids.Message)
		return found, tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			var p ids.Peer
			var id ids.Message
			err := rows.Scan(&p, &id)
			found[p] = append(found[p], id)
			return err
		})
	})
}

func (s *Service) markSeen(ctx context.Context, tx *db.Tx, viewer ids.User, peer ids.Peer, list []ids.Message) error {
	for _, id := range list[:min(len(list), MaxPage)] {
		const drop = `DELETE FROM unread_reaction WHERE owner = $1 AND peer = $2 AND id = $3`
		n, err := tx.Exec(ctx, drop, int64(viewer), int64(peer), int64(id))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if err := s.log.Note(ctx, tx, viewer.Peer(), updates.MessageReactions{Peer: peer, ID: id}); err != nil {
			return err
		}
	}
	return nil
}

// addUnread looks up what is unread of viewer's own messages, a statement for each chat.
func addUnread(ctx context.Context, tx *db.Tx, viewer ids.User, list []*messages.Message, views map[*messages.Message]View) error {
	chats := make(map[ids.Peer]map[ids.Message]*messages.Message)
	for _, m := range list {
		if chats[m.Peer] == nil {
			chats[m.Peer] = make(map[ids.Message]*messages.Message)
		}
		chats[m.Peer][m.ID] = m
	}
	for peer, own := range chats {
		args := []any{int64(viewer), int64(peer)}
		for id := range own {
			args = append(args, int64(id))
		}
		sql := `SELECT id, since FROM unread_reaction WHERE owner = $1 AND peer = $2 AND id IN (` + db.List(3, len(own)) + `)`
		err := tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			var id ids.Message
			var since int64
			if err := rows.Scan(&id, &since); err != nil {
				return err
			}
			v := views[own[id]]
			v.Unread = since
			views[own[id]] = v
			return nil
		})
		if err != nil {
			return fmt.Errorf("unread reactions: %w", err)
		}
	}
	return nil
}
