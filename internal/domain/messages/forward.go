package messages

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/text"
	"hermod/internal/domain/users"
)

// A ForwardRequest sends copies of messages that the sender has.
// Spec: https://core.telegram.org/method/messages.forwardMessages
type ForwardRequest struct {
	From       ids.User
	Source     ids.Peer // the chat the messages are in; 0: any in the own log
	To         ids.Peer
	IDs        []ids.Message
	RandomIDs  []int64 // one for each of IDs
	DropAuthor bool    // send them as the sender's own
	Flags      Flags   // Silent, NoForwards

	DropCaptions bool     // of media
	As           ids.Peer // as in SendRequest
	Reply        *ReplyTo // only its Thread counts
	Scheduled    bool
}

// Forward sends copies of messages, in the order of req.IDs, in one transaction. Those that are gone are left out. As with
// Send, a random id that was seen before returns what it sent then.
//
// It fails with ErrTooMany, ErrRandomID, ErrPeer, ErrNone when nothing is there, ErrProtected, ErrSentBefore, or as Send
// does.
func (s *Service) Forward(ctx context.Context, req ForwardRequest) ([]Sent, error) {
	all, err := s.forwards(ctx, req)
	if errors.Is(err, ErrNone) { // what was forwarded before may be gone since
		if old, oldErr := s.forwardedBefore(ctx, req); oldErr == nil {
			return old, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("forward by user %d: %w", req.From, err)
	}
	var sent []Sent
	forward := func(tx *db.Tx) (err error) {
		sent, err = s.forward(ctx, tx, req, all)
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

// forwardedBefore returns what was sent for a request. It fails with db.ErrNotFound unless all of it was.
func (s *Service) forwardedBefore(ctx context.Context, req ForwardRequest) ([]Sent, error) {
	all := make([]SendRequest, len(req.RandomIDs))
	for i, random := range req.RandomIDs {
		all[i] = SendRequest{From: req.From, To: req.To, RandomID: random}
	}
	if len(all) == 0 {
		return nil, db.ErrNotFound
	}
	return s.sentBefore(ctx, all)
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

// A forwarded is the copy of a message to be sent, and what it was.
type forwarded struct {
	req    SendRequest
	source *Message
}

// forwards prepares the copies of the messages that are there.
func (s *Service) forwards(ctx context.Context, req ForwardRequest) ([]forwarded, error) {
	if err := req.check(); err != nil {
		return nil, err
	}
	found, err := s.Get(ctx, req.From, req.Source, req.IDs)
	if err != nil {
		return nil, err
	}
	albums := make(map[int64]int64)
	var all []forwarded
	for i, id := range req.IDs {
		m := found[id]
		if m == nil || m.Flags.Has(IsAction) || req.Source != 0 && m.Peer != req.Source {
			continue
		}
		if m.Media.TTL() != 0 {
			return nil, ErrProtected
		}
		switch hidden, err := s.protected(ctx, m); {
		case err != nil:
			return nil, err
		case hidden:
			return nil, ErrProtected
		}
		c, err := s.copyOf(ctx, req, m)
		if err != nil {
			return nil, err
		}
		c.RandomID = req.RandomIDs[i]
		if m.GroupedID != 0 {
			if albums[m.GroupedID] == 0 {
				albums[m.GroupedID] = rand.Int64N(1<<62) + 1
			}
			c.GroupedID = albums[m.GroupedID]
		}
		all = append(all, forwarded{req: c, source: m})
	}
	if len(all) == 0 {
		return nil, ErrNone
	}
	return all, nil
}

// copyOf is the request that sends a copy of m.
func (s *Service) copyOf(ctx context.Context, req ForwardRequest, m *Message) (SendRequest, error) {
	c := SendRequest{
		From: req.From, As: req.As, To: req.To, Text: m.Text, Media: m.Media.Clone(),
		Flags: req.Flags | m.Flags&InvertMedia, ViaBot: m.ViaBot, Scheduled: req.Scheduled,
	}
	if req.Reply != nil && req.Reply.Thread != 0 {
		c.Reply = &ReplyTo{Thread: req.Reply.Thread}
	}
	if req.DropCaptions && media.KindOf(m.Media) != media.None && m.Media.Kind != media.WebPage {
		c.Text = text.Text{}
	}
	if req.DropAuthor {
		return c, nil
	}
	head, err := s.origin(ctx, req.From, m)
	if err != nil {
		return SendRequest{}, err
	}
	if req.To == req.From.Peer() {
		head.SavedFrom, head.SavedID = m.Peer, m.ID
	}
	c.Forward = head
	return c, nil
}

func (s *Service) forward(ctx context.Context, tx *db.Tx, req ForwardRequest, all []forwarded) ([]Sent, error) {
	before, err := byRandomID(ctx, tx, req.From, req.To, req.RandomIDs)
	if err != nil {
		return nil, err
	}
	fresh := make([]SendRequest, 0, len(all))
	for _, f := range all {
		if m := before[f.req.RandomID]; m == nil {
			fresh = append(fresh, f.req)
		} else if m.ID < 0 {
			return nil, ErrSentBefore
		}
	}
	var ok leave
	if len(fresh) > 0 {
		if ok, err = s.admit(ctx, tx, fresh...); err != nil {
			return nil, err
		}
	}
	sent := make([]Sent, 0, len(all))
	copies := make(map[ids.Message]*Message, len(all))
	for _, f := range all {
		one := Sent{Message: before[f.req.RandomID], Again: true}
		if one.Message == nil {
			f.keepAnswer(copies)
			if one, err = s.send(ctx, tx, f.req, ok); err != nil {
				return nil, err
			}
		}
		sent, copies[f.source.ID] = append(sent, one), one.Message
	}
	return sent, nil
}

// keepAnswer keeps an answer an answer when what it answers to was forwarded with it.
func (f *forwarded) keepAnswer(copies map[ids.Message]*Message) {
	r := f.source.Reply
	if r == nil || r.Peer != 0 || copies[r.ID] == nil {
		return
	}
	to := &ReplyTo{ID: copies[r.ID].ID}
	if f.req.Reply != nil {
		to.Thread = f.req.Reply.Thread
	}
	if r.Manual && r.Quote != nil {
		to.Quote, to.QuoteOffset = r.Quote, r.QuoteOffset
	}
	f.req.Reply = to
}

// origin says whose message m is, to those who get it forwarded by forwarder: who first wrote it, by name only where
// his privacy says so. What a channel shows as its own is its own.
func (s *Service) origin(ctx context.Context, forwarder ids.User, m *Message) (*Forward, error) {
	if f := m.Forward; f != nil {
		return &Forward{From: f.From, Name: f.Name, Date: f.Date, Post: f.Post, Signature: f.Signature}, nil
	}
	head := &Forward{From: m.From, Date: m.Date.Unix()}
	if m.Flags.Has(Post) {
		head.From, head.Post, head.Signature = m.Peer, m.ID, m.Signature
		return head, nil
	}
	user := m.From.User()
	if user == 0 {
		head.Signature = m.Signature
		return head, nil
	}
	shows, err := s.users.Allowed(ctx, user, forwarder, users.Forwards)
	if err != nil || shows {
		return head, err
	}
	u, err := s.users.One(ctx, user)
	if err != nil {
		return nil, err
	}
	head.From, head.Name = 0, fullName(u)
	return head, nil
}

// protected reports whether m must not be forwarded or kept, for itself or for the chat it is in.
func (s *Service) protected(ctx context.Context, m *Message) (bool, error) {
	switch {
	case m.Flags.Has(NoForwards):
		return true, nil
	case m.Peer.Channel() != 0 && s.channels != nil:
		c, err := s.channels.One(ctx, m.Peer.Channel())
		return c.NoForwards, err
	case m.Peer.Chat() != 0 && s.groups != nil:
		g, err := s.groups.One(ctx, m.Peer.Chat())
		return g.NoForwards, err
	}
	return false, nil
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

// When is the date of the message that was forwarded.
func (f *Forward) When() time.Time { return time.Unix(f.Date, 0) }
