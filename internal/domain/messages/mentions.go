package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf16"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/users"
)

// maxNamed bounds how many people one message tells that it mentions them.
const maxNamed = 50

// namesIn are the people whom a text mentions, by name or by username.
func (s *Service) namesIn(ctx context.Context, t text.Text) ([]ids.User, error) {
	all := t.Mentioned()
	var units []uint16
	for _, e := range t.Entities {
		if e.Kind != text.Mention || len(all) >= maxNamed {
			continue
		}
		if units == nil {
			units = utf16.Encode([]rune(t.String))
		}
		if e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(units) {
			continue
		}
		p, err := s.users.ByUsername(ctx, string(utf16.Decode(units[e.Offset:e.Offset+e.Length])))
		if errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrUsername) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if u := p.User(); u != 0 {
			all = append(all, u)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), maxNamed)], nil
}

// named are those whom m mentions, by its Mentions as found in the text, or answers; without its writer.
func named(m *Message, a *answered) []ids.User {
	if m.Action != nil {
		return nil
	}
	all := slices.Clone(m.Mentions)
	if a != nil && a.here {
		if u := a.target.Writer(); u != 0 && !a.target.Flags.Has(Post) {
			all = append(all, u)
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(u ids.User) bool { return u == m.Writer() })
}

// noteMentions writes down which new rows in the logs of users mention their owners.
func noteMentions(ctx context.Context, tx *db.Tx, rows []*Message) error {
	for _, m := range rows {
		if !m.Flags.Has(Mentioned) {
			continue
		}
		if err := noteMention(ctx, tx, m, m.Owner.User()); err != nil {
			return err
		}
	}
	return nil
}

func noteMention(ctx context.Context, tx *db.Tx, m *Message, user ids.User) error {
	const insert = `INSERT INTO unread_mention (owner, user_id, peer, id, thread) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, user_id, peer, id) DO NOTHING`
	err := tx.Queue(ctx, insert, int64(m.Owner), int64(user), int64(m.Peer), int64(m.ID), int64(m.Thread))
	if err != nil {
		return fmt.Errorf("note a mention of user %d: %w", user, err)
	}
	return nil
}

// UnreadMentions returns a page of the messages of a chat, or of a thread in it, that mention viewer and that he has not
// seen.
// Spec: https://core.telegram.org/method/messages.getUnreadMentions
func (s *Service) UnreadMentions(
	ctx context.Context, viewer ids.User, peer ids.Peer, thread ids.Message, w Window,
) (page Page, err error) {
	hidden, err := s.hiddenFrom(ctx, viewer, peer)
	if err != nil {
		return Page{}, err
	}
	l := list{owner: Box(viewer, peer), peer: peer}
	l.and(true, ` AND id IN (SELECT id FROM unread_mention WHERE owner = $1 AND user_id = $%d AND peer = $2)`, int64(viewer))
	l.and(thread != 0, ` AND thread = $%d`, int64(thread))
	l.and(hidden > 0, ` AND id > $%d`, int64(hidden))
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if page.Total, _, err = l.counted(ctx, tx, Window{}, 0); err != nil {
			return err
		}
		page.Messages, err = l.window(ctx, tx, w)
		page.Whole = len(page.Messages) >= page.Total
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("mentions of user %d: %w", viewer, err)
	}
	return page, nil
}

// MentionCounts returns for each of peers how many messages mention viewer and were not seen by him; chats without any
// are left out.
func (s *Service) MentionCounts(
	ctx context.Context, tx *db.Tx, viewer ids.User, peers []ids.Peer,
) (map[ids.Peer]int, error) {
	const list = `SELECT COUNT(*) FROM unread_mention WHERE owner = $1 AND user_id = $2 AND peer = $3`
	lists := make([][]any, len(peers))
	for i, p := range peers {
		lists[i] = []any{int64(Box(viewer, p)), int64(viewer), int64(p)}
	}
	rows, err := tx.QueryRows(ctx, list, lists...)
	if err != nil {
		return nil, fmt.Errorf("count mentions of user %d: %w", viewer, err)
	}
	counts := make(map[ids.Peer]int)
	for i, p := range peers {
		var n int
		if err := rows[i].Scan(&n); err != nil {
			return nil, err
		}
		if n > 0 {
			counts[p] = n
		}
	}
	return counts, nil
}

// ThreadMentions returns how many messages in each thread of a channel mention viewer and were not seen by him.
func (s *Service) ThreadMentions(ctx context.Context, viewer ids.User, ch ids.Channel) (map[ids.Message]int, error) {
	const list = `SELECT thread, COUNT(*) FROM unread_mention WHERE owner = $1 AND user_id = $2 AND peer = $1 GROUP BY thread`
	counts := make(map[ids.Message]int)
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, list, []any{int64(ch.Peer()), int64(viewer)}, func(rows *db.Rows) error {
			var thread ids.Message
			var n int
			err := rows.Scan(&thread, &n)
			counts[thread] = n
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("mentions of user %d: %w", viewer, err)
	}
	return counts, nil
}

// UnseenAmong returns which messages of a page of a channel mention viewer and were not seen by him, or are voice messages
// that he has not played: there a row cannot tell.
func (s *Service) UnseenAmong(
	ctx context.Context, viewer ids.User, list []*Message,
) (unseen map[ids.Message]bool, err error) {
	var about, unplayed []*Message
	for _, m := range list[:min(len(list), MaxPage)] {
		if m.Owner.Channel() != 0 && m.MentionedTo(viewer) {
			about = append(about, m)
		}
		if m.mayBeUnplayed() && m.Writer() != viewer {
			unplayed = append(unplayed, m)
		}
	}
	if len(about)+len(unplayed) == 0 {
		return nil, nil
	}
	unseen = make(map[ids.Message]bool)
	if len(unplayed) > 0 {
		if err := s.unplayedAmong(ctx, viewer, unplayed, unseen); err != nil {
			return nil, err
		}
	}
	if len(about) == 0 {
		return unseen, nil
	}
	args := []any{int64(about[0].Owner), int64(viewer)}
	for _, m := range about {
		args = append(args, int64(m.ID))
	}
	sql := `SELECT id FROM unread_mention WHERE owner = $1 AND user_id = $2 AND peer = $1 AND id IN (` + db.List(3, len(about)) + `)`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, sql, args, func(rows *db.Rows) error {
			var id ids.Message
			err := rows.Scan(&id)
			unseen[id] = true
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("mentions of user %d: %w", viewer, err)
	}
	return unseen, nil
}

// forgetMentions drops what was noted about mentions in messages that are gone.
func forgetMentions(ctx context.Context, tx *db.Tx, rows []*Message) error {
	const forget = `DELETE FROM unread_mention WHERE owner = $1 AND user_id = $2 AND peer = $3 AND id = $4`
	for _, m := range rows {
		who := m.Mentions
		if m.Flags.Has(Mentioned) {
			who = []ids.User{m.Owner.User()}
		}
		for _, u := range who {
			if err := tx.Queue(ctx, forget, int64(m.Owner), int64(u), int64(m.Peer), int64(m.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}
