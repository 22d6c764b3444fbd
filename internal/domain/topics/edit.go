package topics

import (
	"context"
	"fmt"
	"slices"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
)

// Pinned is the live value, on bus subject "live" with the channel as Key, that says that topics were pinned, unpinned or
// put in another order.
type Pinned struct {
	Channel ids.Channel
	Topic   ids.Message // 0: the order has changed
	On      bool
	Order   []ids.Message
}

// An EditRequest changes a topic. Nil leaves as it was.
type EditRequest struct {
	By      ids.User
	Channel ids.Channel
	ID      ids.Message
	Title   *string
	Emoji   *int64
	Closed  *bool
	Hidden  *bool
}

// check fails for what cannot be changed together, or not in this topic.
func (r *EditRequest) check() (err error) {
	more := r.Title != nil || r.Emoji != nil
	switch {
	case r.Closed != nil && (more || r.Hidden != nil):
		return ErrCloseAlone
	case r.Hidden != nil && (more || r.ID != messages.General):
		return ErrHideAlone
	case r.Emoji != nil && r.ID == messages.General:
		return ErrIcon
	case r.Title == nil:
		return nil
	}
	*r.Title, err = cleanTitle(*r.Title)
	return err
}

// apply changes t and returns what its service message tells. It fails with ErrSame.
func (r *EditRequest) apply(t *Topic) (actions.Action, error) {
	a, old := actions.Action{Kind: actions.TopicEdit}, *t
	if r.Title != nil && *r.Title != t.Title {
		t.Title, a.Title = *r.Title, *r.Title
		t.Untitled = false
	}
	if r.Emoji != nil && *r.Emoji != t.IconEmoji {
		t.IconEmoji, a.TopicIcon, a.IconSet = *r.Emoji, *r.Emoji, true
	}
	if r.Closed != nil && *r.Closed != t.Closed {
		t.Closed, a.Closed = *r.Closed, r.Closed
	}
	if r.Hidden != nil && *r.Hidden != t.Hidden {
		t.Hidden, a.Hidden = *r.Hidden, r.Hidden
		if t.Hidden {
			t.Closed, t.Pinned = true, 0 // what is hidden is closed as well
		}
	}
	if *t == old {
		return a, ErrSame
	}
	return a, nil
}

// Edit changes a topic and writes a service message that says so. Who began it may, and admins. It fails with ErrForum,
// ErrNone, ErrTitle, ErrSame, ErrCloseAlone, ErrHideAlone, ErrIcon, or rights.ErrAdminRequired.
func (s *Service) Edit(ctx context.Context, req EditRequest) (sent messages.Sent, err error) {
	if err := req.check(); err != nil {
		return sent, err
	}
	v, err := s.forum(ctx, req.By, req.Channel)
	if err != nil {
		return sent, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.mine(ctx, tx, v, req.ID, req.Hidden == nil)
		if err != nil {
			return err
		}
		before := t
		action, err := req.apply(&t)
		if err != nil {
			return err
		}
		if err := put(ctx, tx, req.Channel.Peer(), t); err != nil {
			return err
		}
		if err := s.record(ctx, tx, req.Channel, req.By, channels.LogTopicEdit, before, t); err != nil {
			return err
		}
		sent, err = s.messages.SendTx(ctx, tx, messages.SendRequest{
			From: req.By, To: req.Channel.Peer(), Action: &action, Reply: &messages.ReplyTo{Thread: t.ID},
		})
		return err
	})
	if err != nil {
		return sent, fmt.Errorf("edit topic %d of channel %d: %w", req.ID, req.Channel, err)
	}
	return sent, nil
}

// mine returns a topic that v's viewer may change: as an admin, or, where own ones count, because he began it.
func (s *Service) mine(ctx context.Context, tx *db.Tx, v channels.Sight, id ids.Message, own bool) (Topic, error) {
	t, err := one(ctx, tx, v.Channel, id)
	if err != nil || v.Can(rights.AdminManageTopics) {
		return t, err
	}
	if own && id != messages.General && t.Author == v.Me.User && v.Me.In() {
		return t, nil
	}
	return t, rights.ErrAdminRequired
}

// Pin pins or unpins a topic. It fails with ErrForum, ErrNone, ErrSame, ErrPinned or rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/messages.updatePinnedForumTopic
func (s *Service) Pin(ctx context.Context, by ids.User, ch ids.Channel, id ids.Message, on bool) error {
	v, err := s.forum(ctx, by, ch)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := s.mine(ctx, tx, v, id, false)
		if err != nil {
			return err
		}
		pinned, err := query(ctx, tx, ` AND pinned > 0 ORDER BY pinned DESC`, ch.Peer())
		switch {
		case err != nil:
			return err
		case (t.Pinned > 0) == on:
			return ErrSame
		case on && len(pinned) >= MaxPinned:
			return ErrPinned
		}
		before := t
		if t.Pinned = 0; on {
			t.Pinned = 1
			if len(pinned) > 0 {
				t.Pinned = pinned[0].Pinned + 1
			}
		}
		if err := put(ctx, tx, ch.Peer(), t); err != nil {
			return err
		}
		s.tell(tx, Pinned{Channel: ch, Topic: id, On: on})
		return s.recordPin(ctx, tx, by, ch, before, t)
	})
	if err != nil {
		return fmt.Errorf("pin topic %d of channel %d: %w", id, ch, err)
	}
	return nil
}

func (s *Service) recordPin(ctx context.Context, tx *db.Tx, by ids.User, ch ids.Channel, before, after Topic) error {
	if after.Pinned > 0 {
		return s.record(ctx, tx, ch, by, channels.LogTopicPin, nil, after)
	}
	return s.record(ctx, tx, ch, by, channels.LogTopicPin, before, nil)
}

// tell tells all who look at the channel, after the commit.
func (s *Service) tell(tx *db.Tx, p Pinned) {
	tx.OnCommit(func() {
		s.bus.Publish(bus.Message{Subject: "live", Key: int64(p.Channel.Peer()), Value: p})
	})
}

// Reorder puts pinned topics in an order; with force, those that are not named are unpinned and others pinned. It fails with
// ErrForum, ErrPinned, ErrNone or rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/messages.reorderPinnedForumTopics
func (s *Service) Reorder(ctx context.Context, by ids.User, ch ids.Channel, order []ids.Message, force bool) error {
	v, err := s.forum(ctx, by, ch)
	if err != nil {
		return err
	}
	if !v.Can(rights.AdminManageTopics) {
		return rights.ErrAdminRequired
	}
	if len(order) > MaxPinned {
		return ErrPinned
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.reorder(ctx, tx, v.Channel, order, force) })
	if err != nil {
		return fmt.Errorf("reorder topics of channel %d: %w", ch, err)
	}
	return nil
}

func (s *Service) reorder(ctx context.Context, tx *db.Tx, ch channels.Channel, order []ids.Message, force bool) error {
	if err := s.log.Lock(ctx, tx, ch.ID.Peer()); err != nil {
		return err
	}
	pinned, err := query(ctx, tx, ` AND pinned > 0 ORDER BY pinned DESC`, ch.ID.Peer())
	if err != nil {
		return err
	}
	wanted := make([]ids.Message, 0, len(order))
	for _, id := range order {
		known := slices.ContainsFunc(pinned, func(t Topic) bool { return t.ID == id })
		if (known || force) && !slices.Contains(wanted, id) {
			wanted = append(wanted, id)
		}
	}
	for _, t := range pinned {
		if !force && !slices.Contains(wanted, t.ID) {
			wanted = append(wanted, t.ID)
		}
		if t.Pinned = 0; !slices.Contains(wanted, t.ID) {
			if err := put(ctx, tx, ch.ID.Peer(), t); err != nil {
				return err
			}
		}
	}
	for i, id := range wanted {
		t, err := one(ctx, tx, ch, id)
		if err != nil {
			return err
		}
		t.Pinned = int64(len(wanted) - i)
		if err := put(ctx, tx, ch.ID.Peer(), t); err != nil {
			return err
		}
	}
	s.tell(tx, Pinned{Channel: ch.ID, Order: wanted})
	return nil
}

// Delete removes messages of a topic, a bounded number at a time, and, when none is left, the topic; General stays. It is to
// be called again while left is not 0. It fails with ErrForum, ErrNone or rights.ErrAdminRequired.
// Spec: https://core.telegram.org/method/messages.deleteTopicHistory
func (s *Service) Delete(ctx context.Context, by ids.User, ch ids.Channel, id ids.Message) (done messages.Cleared, err error) {
	v, err := s.forum(ctx, by, ch)
	if err != nil {
		return done, err
	}
	if !v.Can(rights.AdminDeleteMessages) {
		return done, rights.ErrAdminRequired
	}
	if _, err := s.one(ctx, v.Channel, id); err != nil {
		return done, err
	}
	done, err = s.messages.Clear(ctx, messages.ClearRequest{By: by, Peer: ch.Peer(), Thread: id, Revoke: true})
	if err != nil || done.Left > 0 {
		return done, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, err := one(ctx, tx, v.Channel, id)
		if err != nil {
			return err
		}
		return s.remove(ctx, tx, v.Channel, by, t)
	})
	if err != nil {
		return done, fmt.Errorf("delete topic %d of channel %d: %w", id, ch, err)
	}
	return done, nil
}

// one is the function one in a transaction of its own.
func (s *Service) one(ctx context.Context, ch channels.Channel, id ids.Message) (t Topic, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		t, err = one(ctx, tx, ch, id)
		return err
	})
	return t, err
}

func (s *Service) remove(ctx context.Context, tx *db.Tx, ch channels.Channel, by ids.User, t Topic) error {
	if t.ID == messages.General {
		return nil
	}
	const drop = `DELETE FROM forum_topic WHERE owner = $1 AND id = $2`
	if _, err := tx.Exec(ctx, drop, ch.ID.Peer(), t.ID); err != nil {
		return err
	}
	if t.Pinned > 0 {
		s.tell(tx, Pinned{Channel: ch.ID, Topic: t.ID})
	}
	return s.record(ctx, tx, ch.ID, by, channels.LogTopicDelete, t, nil)
}
