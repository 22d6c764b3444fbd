package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// A ForwardRequest sends copies of messages that the sender has.
// Spec: https://core.telegram.org/method/messages.forwardMessages
type ForwardRequest struct {
	From       ids.User
	Source     ids.Peer // the chat the messages are in; 0: any
	To         ids.Peer
	IDs        []ids.Message
	RandomIDs  []int64 // one for each of IDs
	DropAuthor bool    // send them as the sender's own
	Flags      Flags   // Silent, NoForwards

	DropCaptions bool     // of media
	As           ids.Peer // as in SendRequest
	Reply        *ReplyTo
	Scheduled    bool
}

// Forward sends copies of messages, in the order of req.IDs, in one transaction. As with Send, a random id that was
// seen before returns what it sent then.
//
// It fails with ErrTooMany, ErrRandomID, ErrPeer, ErrNone, ErrProtected, or an error of users.CheckMayWrite.
func (s *Service) Forward(ctx context.Context, req ForwardRequest) ([]Sent, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	heads, err := s.origins(ctx, req)
	if err != nil {
		return nil, err
	}
	var sent []Sent
	forward := func(tx *db.Tx) (err error) {
		sent, err = s.forward(ctx, tx, req, heads)
		return err
	}
	err = s.db.Write(ctx, forward)
	if errors.Is(err, db.ErrExists) { // the same request at the same time; now it can be seen
		err = s.db.Write(ctx, forward)
	}
	if err != nil {
		return nil, fmt.Errorf("forward from user %d to %d: %w", req.From, req.To, err)
	}
	return sent, nil
}

func (r *ForwardRequest) check() error {
	switch {
	case len(r.IDs) > MaxBatch:
		return ErrTooMany
	case len(r.IDs) == 0:
		return ErrNone
	case len(r.RandomIDs) != len(r.IDs) || slices.Contains(r.RandomIDs, 0):
		return ErrRandomID
	case r.To == ids.Service.Peer() || r.To == 0:
		return ErrPeer
	}
	sorted := slices.Sorted(slices.Values(r.RandomIDs))
	if len(slices.Compact(sorted)) != len(r.IDs) {
		return ErrRandomID
	}
	r.Flags &= sendable
	return nil
}

func (s *Service) forward(
	ctx context.Context, tx *db.Tx, req ForwardRequest, heads map[ids.Message]*Forward,
) ([]Sent, error) {
	before, err := byRandomID(ctx, tx, req.From, req.RandomIDs)
	if err != nil {
		return nil, err
	}
	if len(before) < len(req.IDs) {
		if err := s.checkMayWrite(ctx, tx, req.From, req.To.User()); err != nil {
			return nil, err
		}
	}
	found, err := byID(ctx, tx, Box(req.From, req.Source), req.IDs)
	if err != nil {
		return nil, err
	}
	sent := make([]Sent, 0, len(req.IDs))
	copies := make(map[ids.Message]*Message, len(req.IDs))
	for i, id := range req.IDs {
		if m := before[req.RandomIDs[i]]; m != nil {
			sent, copies[id] = append(sent, Sent{Message: m, Again: true}), m
			continue
		}
		m, err := req.copyOf(found[id], heads[id])
		if err != nil {
			return nil, err
		}
		m.RandomID = req.RandomIDs[i]
		theirs := m.copyFor(req.To.User())
		m.Reply, theirs.Reply = replyAmong(copies, found[id].Reply)
		if err := s.put(ctx, tx, m, theirs); err != nil {
			return nil, err
		}
		sent, copies[id] = append(sent, Sent{Message: m}), m
	}
	return sent, nil
}

// replyAmong keeps an answer an answer, for both sides, when what it answers to was forwarded with it.
func replyAmong(copies map[ids.Message]*Message, r *Reply) (mine, theirs *Reply) {
	if r == nil || r.Peer != 0 || copies[r.ID] == nil {
		return nil, nil
	}
	mine, theirs = new(*r), new(*r)
	mine.ID, theirs.ID = copies[r.ID].ID, copies[r.ID].Twin
	return mine, theirs
}

// copyOf is the sender's row of a forwarded message; m and head may be nil.
func (r *ForwardRequest) copyOf(m *Message, head *Forward) (*Message, error) {
	switch {
	case m == nil || m.Flags.Has(IsAction) || r.Source != 0 && m.Peer != r.Source:
		return nil, ErrNone
	case m.Flags.Has(NoForwards):
		return nil, ErrProtected
	}
	c := &Message{
		Owner: r.From.Peer(), From: r.From.Peer(), Peer: r.To, Date: now(), Flags: r.Flags | m.Flags&InvertMedia,
		Text: m.Text, extra: extra{ViaBot: m.ViaBot},
	}
	if r.DropAuthor {
		return c, nil
	}
	if head == nil {
		return nil, ErrNone
	}
	c.Forward = new(*head)
	if r.From.Peer() == r.To {
		c.Forward.SavedFrom, c.Forward.SavedID = m.Peer, m.ID
	}
	return c, nil
}

// origins are the heads of the messages that are there.
func (s *Service) origins(ctx context.Context, req ForwardRequest) (map[ids.Message]*Forward, error) {
	if req.DropAuthor {
		return nil, nil
	}
	found, err := s.Get(ctx, req.From, req.Source, req.IDs)
	if err != nil {
		return nil, err
	}
	heads := make(map[ids.Message]*Forward, len(found))
	for id, m := range found {
		if heads[id], err = s.origin(ctx, req.From, m); err != nil {
			return nil, err
		}
	}
	return heads, nil
}

// origin says whose message m is, to those who get it forwarded by forwarder: who first wrote it, by name only where
// his privacy says so.
func (s *Service) origin(ctx context.Context, forwarder ids.User, m *Message) (*Forward, error) {
	if m.Forward != nil {
		return &Forward{From: m.Forward.From, Name: m.Forward.Name, Date: m.Forward.Date}, nil
	}
	head := &Forward{From: m.From, Date: m.Date.Unix()}
	shows, err := s.users.Allowed(ctx, m.From.User(), forwarder, users.Forwards)
	if err != nil {
		return nil, err
	}
	if shows {
		return head, nil
	}
	u, err := s.users.One(ctx, m.From.User())
	if err != nil {
		return nil, err
	}
	head.From, head.Name = 0, fullName(u)
	return head, nil
}

func fullName(u users.User) string {
	switch {
	case u.Deleted():
		return "Deleted Account"
	case u.LastName == "":
		return u.FirstName
	}
	return u.FirstName + " " + u.LastName
}

func byRandomID(ctx context.Context, tx *db.Tx, owner ids.User, random []int64) (map[int64]*Message, error) {
	args := []any{int64(owner)}
	for _, r := range random {
		args = append(args, r)
	}
	all, err := query(ctx, tx, `SELECT `+columns+` FROM message WHERE owner = $1 AND random_id IN (`+
		db.List(2, len(random))+`)`, args...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]*Message, len(all))
	for _, m := range all {
		found[m.RandomID] = m
	}
	return found, nil
}

// When is the date of the message that was forwarded.
func (f *Forward) When() time.Time { return time.Unix(f.Date, 0) }
