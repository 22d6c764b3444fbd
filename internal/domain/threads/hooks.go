package threads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
)

// sent is a messages.Hook.
func (s *Service) sent(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	s.noteForwards(tx, rows)
	for _, m := range rows {
		if m.Owner.Channel() == 0 || m.Flags.Has(messages.IsAction) {
			continue
		}
		if err := s.grow(ctx, tx, m); err != nil {
			return err
		}
		if m.Flags.Has(messages.Post) {
			if err := s.discuss(ctx, tx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// noteForwards counts the posts that were forwarded. Copies of one message count once.
func (s *Service) noteForwards(tx *db.Tx, rows []*messages.Message) {
	if len(rows) > 1 && rows[0].Owner != rows[1].Owner {
		rows = rows[:1]
	}
	for _, m := range rows {
		f := m.Forward
		if f == nil || f.Post == 0 || f.From.Channel() == 0 || m.From == f.From {
			continue
		}
		tx.OnCommit(func() { s.countForward(post{f.From, f.Post}) })
	}
}

// grow counts an answer to the message that its thread is of.
func (s *Service) grow(ctx context.Context, tx *db.Tx, m *messages.Message) error {
	if m.Thread == 0 || m.Thread == m.ID {
		return nil
	}
	c, err := counter(ctx, tx, m.Owner, m.Thread)
	if err != nil {
		return err
	}
	c.Recent = slices.DeleteFunc(c.Recent, func(p ids.Peer) bool { return p == m.From })
	c.Recent = append([]ids.Peer{m.From}, c.Recent...)
	recent, err := json.Marshal(c.Recent[:min(len(c.Recent), repliers)])
	if err != nil {
		return fmt.Errorf("encode repliers: %w", err)
	}
	const add = `INSERT INTO post_counter (owner, id, replies, max_id, recent) VALUES ($1, $2, 1, $3, $4)
		ON CONFLICT (owner, id) DO UPDATE SET replies = post_counter.replies + 1, max_id = excluded.max_id,
			recent = excluded.recent`
	return tx.Queue(ctx, add, m.Owner, m.Thread, m.ID, string(recent))
}

func counter(ctx context.Context, tx *db.Tx, owner ids.Peer, id ids.Message) (Counts, error) {
	found, err := counters(ctx, tx, owner, []ids.Message{id})
	return found[id], err
}

// deleted is a messages.Hook.
func (s *Service) deleted(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	for _, m := range rows {
		if m.Owner.Channel() == 0 {
			continue
		}
		if err := s.shrink(ctx, tx, m); err != nil {
			return err
		}
		if err := s.drop(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

// shrink takes an answer out of the count.
func (s *Service) shrink(ctx context.Context, tx *db.Tx, m *messages.Message) error {
	if m.Thread == 0 || m.Thread == m.ID || m.Flags.Has(messages.IsAction) {
		return nil
	}
	const less = `UPDATE post_counter SET replies = CASE WHEN replies > 0 THEN replies - 1 ELSE 0 END
		WHERE owner = $1 AND id = $2`
	return tx.Queue(ctx, less, m.Owner, m.Thread)
}

// drop forgets what was counted of a message, and that it was the place of a discussion.
func (s *Service) drop(ctx context.Context, tx *db.Tx, m *messages.Message) error {
	return errors.Join(
		tx.Queue(ctx, `DELETE FROM post_counter WHERE owner = $1 AND id = $2`, m.Owner, m.ID),
		tx.Queue(ctx, `DELETE FROM discussion_post WHERE owner = $1 AND id = $2`, m.Owner, m.ID),
		tx.Queue(ctx, `DELETE FROM discussion_post WHERE in_group = $1 AND root = $2`, m.Owner, m.ID),
	)
}

// discuss forwards a post into the group linked to its channel. The group's log is locked after the channel's, which nothing
// does the other way round.
// Spec: https://core.telegram.org/api/discussion
func (s *Service) discuss(ctx context.Context, tx *db.Tx, m *messages.Message) error {
	ch, err := s.channels.OneTx(ctx, tx, m.Owner.Channel())
	if err != nil || ch.Linked == 0 {
		return err
	}
	if linked, err := s.channels.OneTx(ctx, tx, ch.Linked); err != nil || linked.Deleted() {
		return err
	}
	group := ch.Linked.Peer()
	root := &messages.Message{
		Owner: group, Peer: group, From: m.Owner, Date: m.Date, Text: m.Text,
		Flags: m.Flags & (messages.InvertMedia | messages.NoWebpage | messages.Silent),
	}
	root.Forward, root.Signature = header(m), m.Signature
	root.Media, root.GroupedID, root.Markup, root.ViaBot = m.Media.Clone(), m.GroupedID, m.Markup, m.ViaBot
	if err := s.messages.Post(ctx, tx, root); err != nil {
		return fmt.Errorf("forward post %d of %d to its discussion: %w", m.ID, m.Owner, err)
	}
	if err := s.messages.PinPost(ctx, tx, root); err != nil {
		return err
	}
	const link = `INSERT INTO discussion_post (owner, id, in_group, root) VALUES ($1, $2, $3, $4)`
	return tx.Queue(ctx, link, m.Owner, m.ID, group, root.ID)
}

// edited is a messages.Hook: what stands for a post in its discussion says what the post says.
func (s *Service) edited(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	for _, m := range rows {
		if !m.Flags.Has(messages.Post) {
			continue
		}
		found, err := discussions(ctx, tx, m.Owner, []ids.Message{m.ID})
		if err != nil {
			return err
		}
		if d, ok := found[m.ID]; ok {
			if err := s.messages.Mirror(ctx, tx, m, d.Group.Peer(), d.Root); err != nil {
				return fmt.Errorf("edit the discussion of post %d of %d: %w", m.ID, m.Owner, err)
			}
		}
	}
	return nil
}

// header is how the copy of a post says where it is from.
func header(m *messages.Message) *messages.Forward {
	if f := m.Forward; f != nil {
		head := *f
		head.SavedFrom, head.SavedID = m.Owner, m.ID
		return &head
	}
	return &messages.Forward{
		From: m.Owner, Post: m.ID, Date: m.Date.Unix(), Signature: m.Signature, SavedFrom: m.Owner, SavedID: m.ID,
	}
}
