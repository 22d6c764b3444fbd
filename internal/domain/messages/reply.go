package messages

import (
	"context"
	"errors"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// An answered message is what a new one answers, as each of those who get the new one sees it.
type answered struct {
	reply  Reply
	target *Message                 // nil when only a thread is written to
	here   bool                     // it is in the same chat
	mine   ids.Peer                 // the log that target is in
	others map[ids.Peer]ids.Message // its id in the logs of others
}

// at is the reply as the owner of a row sees it.
func (a *answered) at(owner ids.Peer) *Reply {
	if a == nil {
		return nil
	}
	r := a.reply
	switch {
	case owner == a.mine:
		r.ID = a.target.ID
		if !a.here {
			r.Peer = a.target.Peer
		}
	case a.here:
		r.ID = a.others[owner]
	case a.target.Owner.Channel() != 0: // everybody knows it by the same number
		r.ID, r.Peer = a.target.ID, a.target.Peer
	}
	return &r
}

// findAnswered looks up who wrote the message that req answers from another chat.
func (s *Service) findAnswered(ctx context.Context, req *SendRequest) error {
	if req.Reply == nil || req.Reply.Peer == 0 || req.Reply.Peer == req.To {
		return nil
	}
	found, err := s.Get(ctx, req.From, req.Reply.Peer, []ids.Message{req.Reply.ID})
	if err != nil {
		return err
	}
	m := found[req.Reply.ID]
	if m == nil {
		return ErrReply
	}
	protected, err := s.protected(ctx, m)
	switch {
	case err != nil:
		return err
	case protected: // a part of it would travel along
		return ErrProtected
	}
	req.answered, err = s.origin(ctx, req.From, m)
	return err
}

// answer resolves what m, the sender's row to be, answers. from wrote it when it is in another chat. It fails with
// ErrReply, ErrQuote or text.ErrBounds.
func answer(ctx context.Context, tx *db.Tx, m *Message, to ReplyTo, from *Forward) (*answered, error) {
	if to.Peer == 0 {
		to.Peer = m.Peer
	}
	owner := m.Owner
	if to.Peer != m.Peer {
		owner = Box(m.Writer(), to.Peer)
	}
	target, err := one(ctx, tx, owner, to.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrReply
	}
	if err != nil {
		return nil, err
	}
	if target.Peer != to.Peer {
		return nil, ErrReply
	}
	a := &answered{target: target, mine: owner, here: to.Peer == m.Peer}
	if a.reply, err = quote(target, to); err != nil {
		return nil, err
	}
	if a.here {
		a.others = map[ids.Peer]ids.Message{target.Peer: target.Twin} // of a private chat
		return a, nil
	}
	if a.reply.From = from; a.reply.Quote == nil {
		a.reply.Quote = excerpt(target.Text)
	}
	return a, nil
}

// quote fails with ErrQuote, or text.ErrBounds.
func quote(target *Message, to ReplyTo) (Reply, error) {
	if to.Quote == nil {
		return Reply{}, nil
	}
	q, err := text.Clean(*to.Quote)
	if err != nil {
		return Reply{}, err
	}
	at, ok := text.Slice(target.Text.String, q.String, to.QuoteOffset)
	if !ok || q.String == "" || text.Units(q.String) > maxQuote {
		return Reply{}, ErrQuote
	}
	return Reply{Quote: &q, QuoteOffset: at, Manual: true}, nil
}

// excerpt is the part of t that is shown when all of it is answered from another chat.
func excerpt(t text.Text) *text.Text {
	cut, n := t.String, 0
	for i := range t.String {
		if n == maxQuote {
			cut = t.String[:i]
			break
		}
		n++
	}
	if cut == "" {
		return nil
	}
	return &text.Text{String: cut}
}
