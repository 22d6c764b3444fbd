package threads

import (
	"context"
	"errors"
	"fmt"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
)

// Seen is the live value, on bus subject "live" with the group as Key, that says that what was written in a thread has been
// read by somebody else up to MaxID.
type Seen struct {
	Channel ids.Channel
	Thread  ids.Message
	MaxID   ids.Message
}

// A Thread is answers to one message of a supergroup.
type Thread struct {
	Channel ids.Channel
	Root    ids.Message
	Of      ids.Channel // whose post Root stands for; 0 if it stands for itself
	Post    ids.Message
}

// Find returns the thread below a message, as viewer may see it: of a post, that of its discussion. It fails with ErrNone,
// or as channels.See does.
func (s *Service) Find(ctx context.Context, viewer ids.User, ch ids.Channel, id ids.Message) (t Thread, err error) {
	sight, err := s.channels.See(ctx, viewer, ch)
	if err != nil {
		return t, err
	}
	if !sight.Broadcast {
		t = Thread{Channel: ch, Root: id}
		t.Of, t.Post, err = s.postOf(ctx, ch, id)
		return t, err
	}
	list := []ids.Message{id}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		found, err := discussions(ctx, tx, ch.Peer(), list)
		d, ok := found[id]
		if err == nil && !ok {
			err = ErrNone
		}
		t = Thread{Channel: d.Group, Root: d.Root, Of: ch, Post: id}
		return err
	})
	if err != nil {
		return t, fmt.Errorf("discussion of post %d of channel %d: %w", id, ch, err)
	}
	if t.Channel != sight.Linked {
		return t, ErrNone // the channel has another group now
	}
	_, err = s.channels.See(ctx, viewer, t.Channel)
	return t, err
}

// postOf says which post a message of a group stands for; 0 if none.
func (s *Service) postOf(ctx context.Context, group ids.Channel, root ids.Message) (of ids.Channel, id ids.Message, err error) {
	const get = `SELECT owner, id FROM discussion_post WHERE in_group = $1 AND root = $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var owner ids.Peer
		err := tx.QueryRow(ctx, get, group.Peer(), root).Scan(&owner, &id)
		of = owner.Channel()
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return 0, 0, nil
	}
	return of, id, err
}

// A State is how a thread stands for somebody.
type State struct {
	Counts
	Unread int
}

// State returns how a thread stands for viewer.
func (s *Service) State(ctx context.Context, viewer ids.User, t Thread) (st State, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if st.Counts, err = counter(ctx, tx, t.Channel.Peer(), t.Root); err != nil {
			return err
		}
		read, err := marks(ctx, tx, viewer, t.Channel.Peer(), []ids.Message{t.Root})
		if err != nil {
			return err
		}
		st.ReadInbox = read[t.Root]
		unread, err := s.messages.Unread(ctx, tx, messages.Mark{Channel: t.Channel, Thread: t.Root, After: st.ReadInbox})
		if err == nil {
			st.Unread = unread[0]
		}
		return err
	})
	if err != nil {
		return st, fmt.Errorf("thread %d of channel %d: %w", t.Root, t.Channel, err)
	}
	return st, nil
}

// Read marks a thread as read by viewer up to a message. A mark never goes back. It fails with ErrNone unless there is such
// a message and viewer is in the group or may look at the discussion of a channel. Of a message without answers nothing is
// marked.
// Spec: https://core.telegram.org/method/messages.readDiscussion
func (s *Service) Read(ctx context.Context, viewer ids.User, t Thread, upTo ids.Message) error {
	sight, err := s.channels.See(ctx, viewer, t.Channel)
	if err != nil {
		return err
	}
	if !sight.Me.In() && sight.Linked == 0 {
		return ErrNone
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if ok, err := s.isThread(ctx, tx, t, sight.Forum); err != nil || !ok {
			return err
		}
		state, err := s.log.State(ctx, tx, t.Channel.Peer())
		if err != nil {
			return err
		}
		upTo := min(upTo, state.LastMessage) // clients say "all" by a number that will be given out one day
		moved, err := MoveMark(ctx, tx, viewer, t.Channel.Peer(), t.Root, upTo)
		if err != nil || !moved {
			return err
		}
		ev := updates.ThreadRead{Channel: t.Channel, Thread: t.Root, MaxID: upTo, Of: t.Of, Post: t.Post}
		if err := s.log.Note(ctx, tx, viewer.Peer(), ev); err != nil {
			return err
		}
		return s.tellAuthors(ctx, tx, viewer, t, upTo)
	})
	if err != nil {
		return fmt.Errorf("read thread %d of channel %d: %w", t.Root, t.Channel, err)
	}
	return nil
}

// isThread reports whether there is something to be read below the root of t: it stands for a post, has been answered, or
// began a topic. It fails with ErrNone if there is no such message.
func (s *Service) isThread(ctx context.Context, tx *db.Tx, t Thread, forum bool) (bool, error) {
	if t.Of != 0 || forum && t.Root == messages.General {
		return true, nil
	}
	c, err := counter(ctx, tx, t.Channel.Peer(), t.Root)
	if err != nil || c.MaxID != 0 {
		return err == nil, err
	}
	rows, err := s.messages.Copies(ctx, tx, t.Channel.Peer(), t.Root)
	if errors.Is(err, messages.ErrNone) || err == nil && len(rows) == 0 {
		return false, ErrNone
	}
	return err == nil && rows[0].Thread == t.Root, err
}

// MoveMark moves how far viewer has read a thread, and reports whether that was forward.
func MoveMark(ctx context.Context, tx *db.Tx, viewer ids.User, peer ids.Peer, thread, upTo ids.Message) (bool, error) {
	const move = `INSERT INTO thread_read (owner, peer, thread, read_inbox) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, peer, thread) DO UPDATE SET read_inbox = excluded.read_inbox
		WHERE thread_read.read_inbox < excluded.read_inbox`
	n, err := tx.Exec(ctx, move, viewer, peer, thread, upTo)
	return n > 0, err
}

// tellAuthors moves the mark of what was read by somebody else than who wrote it: up to the last message before upTo that is
// not of viewer himself.
func (s *Service) tellAuthors(ctx context.Context, tx *db.Tx, viewer ids.User, t Thread, upTo ids.Message) error {
	last, err := s.messages.LastOfOthers(ctx, tx, viewer, t.Channel.Peer(), t.Root, upTo)
	if err != nil || last == 0 {
		return err
	}
	const move = `UPDATE post_counter SET read_max = $3 WHERE owner = $1 AND id = $2 AND read_max < $3`
	n, err := tx.Exec(ctx, move, t.Channel.Peer(), t.Root, last)
	if err != nil || n == 0 {
		return err
	}
	seen := Seen{Channel: t.Channel, Thread: t.Root, MaxID: last}
	tx.OnCommit(func() {
		s.bus.Publish(bus.Message{Subject: "live", Key: int64(t.Channel.Peer()), Value: seen})
	})
	return nil
}

// Roots are the messages that stand for a post in its discussion: one, or those of an album. It fails with ErrNone.
func (s *Service) Roots(ctx context.Context, viewer ids.User, t Thread) ([]*messages.Message, error) {
	found, err := s.messages.Get(ctx, viewer, t.Channel.Peer(), []ids.Message{t.Root})
	if err != nil {
		return nil, err
	}
	root := found[t.Root]
	if root == nil {
		return nil, ErrNone
	}
	return []*messages.Message{root}, nil
}
