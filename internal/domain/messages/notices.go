package messages

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// WriteInGroup implements groups.Scribe: it writes the service message of a change in a basic group into the logs of all
// its members and of others, such as somebody who was just removed. It returns the row of from.
func (s *Service) WriteInGroup(
	ctx context.Context, tx *db.Tx, chat ids.Chat, from ids.User, a actions.Action, others ...ids.User,
) (groups.Written, error) {
	m := notice(from.Peer(), chat.Peer(), a)
	m.Owner = from.Peer()
	if err := s.fanOut(ctx, tx, m, nil, others); err != nil {
		return groups.Written{}, fmt.Errorf("tell group %d of %s: %w", chat, a.Kind, err)
	}
	return m.written(), nil
}

// WriteInChannel implements groups.Scribe: it writes the service message of a change in a channel. from shows as its
// author, author is who did it. What happens in a broadcast channel is a post of it.
func (s *Service) WriteInChannel(
	ctx context.Context, tx *db.Tx, ch ids.Channel, from ids.Peer, author ids.User, a actions.Action,
) (groups.Written, error) {
	m := notice(from, ch.Peer(), a)
	m.Owner = ch.Peer()
	if from != author.Peer() {
		m.Author = author
	}
	c, err := s.channels.OneTx(ctx, tx, ch)
	if err != nil {
		return groups.Written{}, err
	}
	m.Flags = m.Flags.with(Post, c.Broadcast)
	if err := s.post(ctx, tx, m); err != nil {
		return groups.Written{}, fmt.Errorf("tell channel %d of %s: %w", ch, a.Kind, err)
	}
	return m.written(), nil
}

func notice(from, peer ids.Peer, a actions.Action) *Message {
	return &Message{From: from, Peer: peer, Date: now(), Flags: IsAction, extra: extra{Action: &a}}
}

func (m *Message) written() groups.Written {
	return groups.Written{Owner: m.Owner, ID: m.ID, PTS: m.PTS, Message: m}
}

// Screenshot tells the other side that from took a screenshot of a message of their chat. As with Send, a random id that
// was seen before changes nothing. It fails with ErrPeer, ErrReply, or an error of users.CheckMayWrite.
//
// Spec: https://core.telegram.org/method/messages.sendScreenshotNotification
func (s *Service) Screenshot(ctx context.Context, from, to ids.User, of ids.Message, randomID int64) (Sent, error) {
	if to == ids.Service || to == from {
		return Sent{}, ErrPeer
	}
	mine := &Message{
		Owner: from.Peer(), Peer: to.Peer(), From: from.Peer(), Date: now(), RandomID: randomID, Flags: IsAction,
		extra: extra{Action: &actions.Action{Kind: actions.Screenshot}},
	}
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err := s.checkMayWrite(ctx, tx, from, to); err != nil {
			return err
		}
		theirs := mine.copyFor(to)
		a, err := answer(ctx, tx, mine, ReplyTo{ID: of}, nil)
		if err != nil {
			return err
		}
		mine.Reply, theirs.Reply = a.at(mine.Owner), a.at(theirs.Owner)
		return s.put(ctx, tx, mine, theirs)
	})
	if err == nil {
		return Sent{Message: mine}, nil
	}
	old, oldErr := s.sentBefore(ctx, []SendRequest{{From: from, To: to.Peer(), RandomID: randomID}})
	if oldErr == nil {
		return old[0], nil
	}
	return Sent{}, fmt.Errorf("screenshot notice from user %d to user %d: %w", from, to, err)
}

// Notify sends a message from the service account, such as the notice of a new login.
//
// It fails with ErrEmpty, ErrTooLong or text.ErrBounds.
func (s *Service) Notify(ctx context.Context, to ids.User, t text.Text) error {
	t, err := cleanText(t)
	if err != nil {
		return err
	}
	return s.tellUser(ctx, &Message{Owner: to.Peer(), From: ids.Service.Peer(), Peer: ids.Service.Peer(), Text: t})
}

// SignedUp puts a service message into owner's chat with joined, a contact who has an account now.
func (s *Service) SignedUp(ctx context.Context, owner, joined ids.User, silent bool) error {
	return s.tellUser(ctx, &Message{
		Owner: owner.Peer(), From: joined.Peer(), Peer: joined.Peer(), Flags: IsAction | Flags(0).with(Silent, silent),
		extra: extra{Action: &actions.Action{Kind: actions.SignUp}},
	})
}

// tellUser writes a message that exists at one side only.
func (s *Service) tellUser(ctx context.Context, m *Message) error {
	m.Date = now()
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		row := *m
		return s.place(ctx, tx, []*Message{&row}, false)
	})
	if err != nil {
		return fmt.Errorf("notify %d: %w", m.Owner, err)
	}
	return nil
}
