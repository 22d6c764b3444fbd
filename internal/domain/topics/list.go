package topics

import (
	"context"
	"fmt"
	"math"
	"strings"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
)

// Seen is a topic as somebody sees it.
type Seen struct {
	Topic
	ReadInbox  ids.Message
	ReadOutbox ids.Message
	Unread     int
	Mentions   int
}

// A Query asks for topics of a forum.
type Query struct {
	Text     string      // in the title; "": all
	OffsetID ids.Message // the newest message of the last topic of the page before; 0: from the first
	After    ids.Message // that topic
	Limit    int
}

// A Page is topics: pinned ones first, then by their newest message.
type Page struct {
	Topics []Seen
	Total  int
	PTS    int32 // where the log of the channel stands
}

// List returns a page of topics. It fails with ErrForum, or as channels.See does.
// Spec: https://core.telegram.org/method/messages.getForumTopics
func (s *Service) List(ctx context.Context, viewer ids.User, ch ids.Channel, q Query) (p Page, err error) {
	v, err := s.forum(ctx, viewer, ch)
	if err != nil {
		return p, err
	}
	q.Limit = min(max(q.Limit, 1), MaxPage)
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list, total, err := q.run(ctx, tx, v.Channel)
		if err != nil {
			return err
		}
		p.Total = total
		return s.fill(ctx, tx, v, list, &p)
	})
	if err != nil {
		return p, fmt.Errorf("topics of channel %d: %w", ch, err)
	}
	return p, nil
}

// Get returns topics by their ids; those that are not there are left out. It fails with ErrForum, ErrTooMany, or as
// channels.See does.
func (s *Service) Get(ctx context.Context, viewer ids.User, ch ids.Channel, want []ids.Message) (p Page, err error) {
	v, err := s.forum(ctx, viewer, ch)
	if err != nil {
		return p, err
	}
	if len(want) > MaxPage {
		return p, ErrTooMany
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var list []Topic
		for _, id := range want {
			t, err := one(ctx, tx, v.Channel, id)
			if err == nil {
				list = append(list, t)
			} else if err != ErrNone {
				return err
			}
		}
		p.Total = len(list)
		return s.fill(ctx, tx, v, list, &p)
	})
	if err != nil {
		return p, fmt.Errorf("topics of channel %d: %w", ch, err)
	}
	return p, nil
}

// run finds the topics of a page, and how many there are in all.
func (q Query) run(ctx context.Context, tx *db.Tx, ch channels.Channel) (list []Topic, total int, err error) {
	if q.Text != "" {
		return q.search(ctx, tx, ch)
	}
	owner := ch.ID.Peer()
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM forum_topic WHERE owner = $1`, owner).Scan(&total); err != nil {
		return nil, 0, err
	}
	before := q.OffsetID
	if before <= 0 {
		before = math.MaxInt32
		if list, err = query(ctx, tx, ` AND pinned > 0 ORDER BY pinned DESC`, owner); err != nil {
			return nil, 0, err
		}
	}
	list = list[:min(len(list), q.Limit)]
	if rest := q.Limit - len(list); rest > 0 {
		more, err := query(ctx, tx, ` AND pinned = 0 AND top_message < $2 AND id <> $3 ORDER BY top_message DESC LIMIT $4`,
			owner, before, q.After, rest)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, more...)
	}
	if total == 0 && q.OffsetID <= 0 {
		return []Topic{general(ch)}, 1, nil
	}
	return list, total, nil
}

// search looks at the topics that were written into last.
func (q Query) search(ctx context.Context, tx *db.Tx, ch channels.Channel) (list []Topic, total int, err error) {
	all, err := query(ctx, tx, ` ORDER BY top_message DESC LIMIT $2`, ch.ID.Peer(), searched)
	if err != nil {
		return nil, 0, err
	}
	want := strings.ToLower(q.Text)
	for _, t := range all {
		if !strings.Contains(strings.ToLower(t.Title), want) {
			continue
		}
		if total++; len(list) < q.Limit && (q.OffsetID <= 0 || t.Top < q.OffsetID) {
			list = append(list, t)
		}
	}
	return list, total, nil
}

// fill adds to topics how they stand for the viewer.
func (s *Service) fill(ctx context.Context, tx *db.Tx, v channels.Sight, list []Topic, p *Page) error {
	state, err := s.log.State(ctx, tx, v.ID.Peer())
	if err != nil {
		return err
	}
	p.PTS = state.PTS
	marks, err := s.marks(ctx, tx, v, list)
	if err != nil {
		return err
	}
	unread, err := s.messages.Unread(ctx, tx, marks...)
	if err != nil {
		return err
	}
	mentions, err := mentions(ctx, tx, v)
	if err != nil {
		return err
	}
	seen, err := outboxes(ctx, tx, v.ID.Peer(), list)
	if err != nil {
		return err
	}
	for i, t := range list {
		one := Seen{Topic: t, ReadInbox: marks[i].After, ReadOutbox: seen[t.ID], Unread: unread[i], Mentions: mentions[t.ID]}
		if !v.Me.In() {
			one.Unread, one.Mentions = 0, 0
		}
		p.Topics = append(p.Topics, one)
	}
	return nil
}

// marks are how far the viewer has read topics: each by itself, and all by what he has read of the whole group.
func (s *Service) marks(ctx context.Context, tx *db.Tx, v channels.Sight, list []Topic) ([]messages.Mark, error) {
	d, err := s.messages.Dialogs().Get(ctx, tx, v.Me.User, v.ID.Peer())
	if err != nil {
		return nil, err
	}
	read := map[ids.Message]ids.Message{}
	if len(list) > 0 {
		args := []any{v.Me.User, v.ID.Peer()}
		for _, t := range list {
			args = append(args, t.ID)
		}
		get := `SELECT thread, read_inbox FROM thread_read WHERE owner = $1 AND peer = $2 AND thread IN (` + db.List(3, len(list)) + `)`
		if err := pairs(ctx, tx, get, args, read); err != nil {
			return nil, err
		}
	}
	all := make([]messages.Mark, len(list))
	for i, t := range list {
		all[i] = messages.Mark{Channel: v.ID, Thread: t.ID, After: max(read[t.ID], d.ReadInbox, v.Me.Available)}
	}
	return all, nil
}

// outboxes are how far topics were read by others than who wrote.
func outboxes(ctx context.Context, tx *db.Tx, owner ids.Peer, list []Topic) (map[ids.Message]ids.Message, error) {
	read := map[ids.Message]ids.Message{}
	if len(list) == 0 {
		return read, nil
	}
	args := []any{owner}
	for _, t := range list {
		args = append(args, t.ID)
	}
	get := `SELECT id, read_max FROM post_counter WHERE owner = $1 AND id IN (` + db.List(2, len(list)) + `)`
	return read, pairs(ctx, tx, get, args, read)
}

func pairs(ctx context.Context, tx *db.Tx, get string, args []any, into map[ids.Message]ids.Message) error {
	return tx.Each(ctx, get, args, func(rows *db.Rows) error {
		var k, v ids.Message
		err := rows.Scan(&k, &v)
		into[k] = v
		return err
	})
}

// mentions are how many unread mentions of the viewer each topic has.
func mentions(ctx context.Context, tx *db.Tx, v channels.Sight) (map[ids.Message]int, error) {
	found := map[ids.Message]int{}
	const get = `SELECT thread, COUNT(*) FROM unread_mention WHERE owner = $1 AND user_id = $2 GROUP BY thread LIMIT 1000`
	err := tx.Each(ctx, get, []any{v.ID.Peer(), v.Me.User}, func(rows *db.Rows) error {
		var thread ids.Message
		var n int
		err := rows.Scan(&thread, &n)
		found[thread] = n
		return err
	})
	return found, err
}
