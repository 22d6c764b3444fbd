package messages

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
)

// General is the topic of a forum that messages are in when no other is chosen.
// Spec: https://core.telegram.org/api/forum#forum-topics
const General ids.Message = 1

// sendToChannel sends to a channel or supergroup: one row, whatever the number of those who read it.
func (s *Service) sendToChannel(ctx context.Context, tx *db.Tx, req SendRequest, ok leave) (Sent, error) {
	m, v := req.message(), ok.channel
	err := s.sign(ctx, m, v, ok.as)
	if err != nil {
		return Sent{}, err
	}
	var a *answered
	if req.Reply != nil && req.Reply.ID != 0 {
		if a, err = answer(ctx, tx, m, *req.Reply, req.answered); err != nil {
			return Sent{}, err
		}
		if a.here && a.target.ID <= v.Me.Available {
			return Sent{}, ErrReply
		}
	}
	m.Reply = a.at(m.Owner)
	m.Thread = threadOf(v, req.Reply, a)
	m.Mentions = req.mentions
	if m.Mentions, err = s.membersAmong(ctx, tx, v.ID, named(m, a)); err != nil {
		return Sent{}, err
	}
	return Sent{Message: m}, s.post(ctx, tx, m)
}

// sign sets who shows as the author of m, which its writer sends in the name of as.
// Spec: https://core.telegram.org/api/channel#anonymous-admins
func (s *Service) sign(ctx context.Context, m *Message, v channels.Sight, as ids.Peer) error {
	writer := m.From.User()
	if v.Broadcast {
		as, m.Flags = v.ID.Peer(), m.Flags|Post
	}
	if as == 0 || as == m.From {
		return nil
	}
	m.From, m.Author = as, writer
	switch {
	case v.Broadcast && v.Signatures:
		u, err := s.users.One(ctx, writer)
		if err != nil {
			return fmt.Errorf("signature of user %d: %w", writer, err)
		}
		m.Signature = fullName(u)
		if v.SignatureProfiles {
			m.From, m.Author = writer.Peer(), 0
		}
	case as == v.ID.Peer() && !v.Broadcast:
		m.Signature = v.Me.Rank
	}
	return nil
}

// threadOf is the thread that a new message of a channel belongs to: the topic of a forum, or the message on which the
// answers that it continues began.
// Spec: https://core.telegram.org/api/threads
func threadOf(v channels.Sight, to *ReplyTo, a *answered) ids.Message {
	if v.Broadcast {
		return 0
	}
	thread := ids.Message(0)
	if to != nil {
		thread = to.Thread
	}
	if a != nil && a.here {
		switch {
		case a.target.Thread != 0:
			thread = a.target.Thread
		case thread == 0 && !v.Forum:
			thread = a.target.ID
		}
	}
	if thread == 0 && v.Forum {
		return General
	}
	return thread
}

// membersAmong are those of the named who are in a channel.
func (s *Service) membersAmong(ctx context.Context, tx *db.Tx, ch ids.Channel, named []ids.User) ([]ids.User, error) {
	in := named[:0]
	for _, u := range named {
		m, err := s.channels.Member(ctx, tx, ch, u)
		if err != nil {
			return nil, err
		}
		if m.In() {
			in = append(in, u)
		}
	}
	return in, nil
}

// Post writes m into the log of a channel for packages to the right of this one, such as a post that goes to the
// discussion: no rights are asked for. Owner, Peer and From are set; place and thread are given here.
func (s *Service) Post(ctx context.Context, tx *db.Tx, m *Message) error { return s.post(ctx, tx, m) }

// post gives m its place in the log of a channel and writes it: the statements are as many in a channel of ten as in one
// of a hundred thousand.
func (s *Service) post(ctx context.Context, tx *db.Tx, m *Message) error {
	if m.Date.IsZero() {
		m.Date = now()
	}
	place, err := s.log.NextPost(ctx, tx, m.Owner, m.Date)
	if err != nil {
		return err
	}
	m.ID, m.PTS = place.ID, place.PTS
	rows := []*Message{m}
	if err := hook(ctx, tx, s.hooks.sending, rows); err != nil {
		return err
	}
	if err := insert(ctx, tx, m); err != nil {
		return err
	}
	if err := s.hold(ctx, tx, rows); err != nil {
		return err
	}
	if err := count(ctx, tx, m, 1); err != nil {
		return err
	}
	if err := s.readOwn(ctx, tx, m); err != nil {
		return err
	}
	for _, u := range m.Mentions {
		if err := noteMention(ctx, tx, m, u); err != nil {
			return err
		}
	}
	if err := hook(ctx, tx, s.hooks.sent, rows); err != nil {
		return err
	}
	s.tellNew(ctx, tx, m, place.Notes)
	return nil
}
