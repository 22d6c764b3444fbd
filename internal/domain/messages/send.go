package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
)

// Sent is what became of a request, as its sender has it.
type Sent struct {
	Message *Message
	Again   bool // it had been sent before; nothing was changed
}

// Send stores a message and logs it for all who get it, in one transaction.
//
// It is safe to repeat: a (From, RandomID) seen before returns the first result and changes nothing, also when both
// come at once; if the message is gone since, it fails with ErrSentBefore. It fails with ErrEmpty, ErrTooLong, ErrPeer,
// ErrReply, ErrQuote, ErrProtected, text.ErrBounds, or an error of users.CheckMayWrite, groups.CheckMaySend or
// channels.CheckMaySend.
func (s *Service) Send(ctx context.Context, req SendRequest) (Sent, error) {
	all, err := s.SendMany(ctx, []SendRequest{req})
	if err != nil {
		return Sent{}, err
	}
	return all[0], nil
}

// SendMany sends several messages to one chat, such as an album, in one transaction: all of them or none. It fails as
// Send does, and with ErrTooMany.
func (s *Service) SendMany(ctx context.Context, all []SendRequest) ([]Sent, error) {
	if len(all) == 0 || len(all) > MaxBatch {
		return nil, ErrTooMany
	}
	all = slices.Clone(all)
	for i := range all {
		if err := all[i].clean(); err != nil {
			return nil, err
		}
		if all[i].To != all[0].To || all[i].From != all[0].From {
			return nil, ErrPeer
		}
	}
	sent, err := s.sendNew(ctx, all)
	if err == nil {
		return sent, nil
	}
	// It may have been sent before, and then it counts for nothing that it could not be sent now.
	old, oldErr := s.sentBefore(ctx, all)
	if oldErr == nil || errors.Is(oldErr, ErrSentBefore) {
		return old, oldErr
	}
	return nil, fmt.Errorf("send from user %d to %d: %w", all[0].From, all[0].To, err)
}

func (s *Service) sendNew(ctx context.Context, all []SendRequest) ([]Sent, error) {
	for i := range all {
		if err := s.prepare(ctx, &all[i]); err != nil {
			return nil, err
		}
	}
	var sent []Sent
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		leave, err := s.admit(ctx, tx, all...)
		if err != nil {
			return err
		}
		sent = make([]Sent, 0, len(all))
		for _, req := range all {
			one, err := s.send(ctx, tx, req, leave)
			if err != nil {
				return err
			}
			sent = append(sent, one)
		}
		return nil
	})
	return sent, err
}

// SendTx is Send in the transaction of the caller. A random id that was used before fails with db.ErrExists. What is
// answered must be in the same chat.
func (s *Service) SendTx(ctx context.Context, tx *db.Tx, req SendRequest) (Sent, error) {
	if err := req.clean(); err != nil {
		return Sent{}, err
	}
	if req.Reply != nil && req.Reply.Peer != 0 && req.Reply.Peer != req.To {
		req.Reply = nil
	}
	if err := s.prepare(ctx, &req); err != nil {
		return Sent{}, err
	}
	ok, err := s.admit(ctx, tx, req)
	if err != nil {
		return Sent{}, err
	}
	return s.send(ctx, tx, req, ok)
}

// sentBefore returns what was sent with the random ids of all. It fails with db.ErrNotFound unless all of them were, and
// with ErrSentBefore when one is gone since.
func (s *Service) sentBefore(ctx context.Context, all []SendRequest) (sent []Sent, err error) {
	random := make([]int64, len(all))
	for i, r := range all {
		if random[i] = r.RandomID; r.RandomID == 0 {
			return nil, db.ErrNotFound
		}
	}
	var found map[int64]*Message
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		found, err = byRandomID(ctx, tx, all[0].From, all[0].To, random)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range random {
		m := found[r]
		switch {
		case m == nil:
			return nil, db.ErrNotFound
		case m.ID < 0:
			return nil, ErrSentBefore
		}
		sent = append(sent, Sent{Message: m, Again: true})
	}
	return sent, nil
}

// byRandomID returns what from has sent to a chat, by random id. Messages that are gone have negative ids.
func byRandomID(ctx context.Context, tx *db.Tx, from ids.User, to ids.Peer, random []int64) (map[int64]*Message, error) {
	owner := Box(from, to)
	args := []any{int64(owner), int64(0)}
	if owner.Channel() != 0 {
		args[1] = int64(from)
	}
	for _, r := range random {
		args = append(args, r)
	}
	all, err := query(ctx, tx, `SELECT `+columns+` FROM message WHERE owner = $1 AND author = $2 AND random_id IN (`+
		db.List(3, len(random))+`)`, args...)
	if err != nil {
		return nil, err
	}
	found := make(map[int64]*Message, len(all))
	for _, m := range all {
		found[m.RandomID] = m
	}
	return found, nil
}

// prepare looks up what needs no transaction: who wrote what is answered, and whom the text mentions.
func (s *Service) prepare(ctx context.Context, req *SendRequest) (err error) {
	if err := s.findAnswered(ctx, req); err != nil {
		return err
	}
	if req.To.User() == 0 {
		req.mentions, err = s.namesIn(ctx, req.Text)
	}
	return err
}

// send writes what was admitted.
func (s *Service) send(ctx context.Context, tx *db.Tx, req SendRequest, ok leave) (sent Sent, err error) {
	switch {
	case req.To.Channel() != 0:
		sent, err = s.sendToChannel(ctx, tx, req, ok)
	case req.To.Chat() != 0:
		sent, err = s.sendToGroup(ctx, tx, req)
	default:
		sent, err = s.sendToUser(ctx, tx, req)
	}
	if err != nil || !req.ClearDraft {
		return sent, err
	}
	return sent, s.dialogs.DropDraft(ctx, tx, req.From, dialogs.Place{Peer: req.To, Thread: sent.Message.Thread})
}

func (s *Service) sendToUser(ctx context.Context, tx *db.Tx, req SendRequest) (Sent, error) {
	mine := req.message()
	theirs := mine.copyFor(req.To.User())
	if req.Reply != nil && req.Reply.ID != 0 {
		a, err := answer(ctx, tx, mine, *req.Reply, req.answered)
		if err != nil {
			return Sent{}, err
		}
		mine.Reply, theirs.Reply = a.at(mine.Owner), a.at(theirs.Owner)
	}
	return Sent{Message: mine}, s.put(ctx, tx, mine, theirs)
}
