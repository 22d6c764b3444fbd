package messages

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A SendRequest is a message to be sent: a text, a medium with or without a text, or the notice of an Action.
// Spec: https://core.telegram.org/method/messages.sendMessage
type SendRequest struct {
	From      ids.User
	As        ids.Peer // a channel, or the group itself (an anonymous admin), to show as the author; 0: From
	To        ids.Peer // may be From: saved messages
	RandomID  int64    // chosen by the sender; the same one never sends twice. 0: no such care
	Text      text.Text
	Media     *media.Media
	Reply     *ReplyTo
	GroupedID int64           // the album it belongs to
	Flags     Flags           // Silent, NoForwards, InvertMedia, NoWebpage
	Markup    []byte          // TL bytes of a ReplyMarkup
	Action    *actions.Action // of a service message: no rights are asked for, the caller has done that
	Forward   *Forward        // the header of a forwarded message
	ViaBot    ids.User
	TTL       int32 // seconds after which it goes away

	ClearDraft bool
	Scheduled  bool // sent at the time set for it: nobody waits for an answer

	answered *Forward // who wrote what is answered, when that is in another chat
}

// ReplyTo says to what a new message answers.
type ReplyTo struct {
	ID          ids.Message
	Peer        ids.Peer    // the chat it is in; 0: the one written to
	Thread      ids.Message // the topic or thread to write into; 0: that of ID
	Quote       *text.Text  // nil: all of it
	QuoteOffset int
}

// sendable are the flags that a sender may choose.
const sendable = Silent | NoForwards | InvertMedia | NoWebpage

// Sent is what became of a request, as its sender has it.
type Sent struct {
	Message *Message
	Again   bool // it had been sent before; nothing was changed
}

// Send stores a private message and logs it for both sides, in one transaction.
//
// It is safe to repeat: a (From, RandomID) seen before returns the first result and changes nothing, also when both
// come at once. It fails with ErrEmpty, ErrTooLong, ErrPeer, ErrReply, ErrQuote, ErrProtected, text.ErrBounds, or an
// error of users.CheckMayWrite.
func (s *Service) Send(ctx context.Context, req SendRequest) (Sent, error) {
	if err := req.clean(); err != nil {
		return Sent{}, err
	}
	sent, err := s.sendNew(ctx, req)
	if err == nil {
		return sent, nil
	}
	// It may have been sent before, and then it counts for nothing that it could not be sent now.
	if old, oldErr := s.sentBefore(ctx, req.From, req.RandomID); oldErr == nil {
		return Sent{Message: old, Again: true}, nil
	}
	return Sent{}, fmt.Errorf("send from user %d to %d: %w", req.From, req.To, err)
}

func (s *Service) sendNew(ctx context.Context, req SendRequest) (sent Sent, err error) {
	if err := s.findAnswered(ctx, &req); err != nil {
		return Sent{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		sent, err = s.send(ctx, tx, req)
		return err
	})
	return sent, err
}

// SendMany sends several messages to one chat, such as an album, in one transaction. As with Send, one that was sent before
// is not sent again.
func (s *Service) SendMany(ctx context.Context, all []SendRequest) ([]Sent, error) {
	sent := make([]Sent, 0, len(all))
	for _, req := range all {
		one, err := s.Send(ctx, req)
		if err != nil {
			return nil, err
		}
		sent = append(sent, one)
	}
	return sent, nil
}

// SendTx is Send in the transaction of the caller. A random id that was used before fails with db.ErrExists.
func (s *Service) SendTx(ctx context.Context, tx *db.Tx, req SendRequest) (Sent, error) {
	if err := req.clean(); err != nil {
		return Sent{}, err
	}
	return s.send(ctx, tx, req)
}

// clean checks what needs no database, and brings the text into the form that is kept.
func (r *SendRequest) clean() (err error) {
	if r.To == ids.Service.Peer() || r.From <= 0 || r.To == 0 {
		return ErrPeer
	}
	if len(r.Markup) > maxMarkup {
		return ErrTooLong
	}
	r.Flags &= sendable
	r.Text, err = cleanText(r.Text)
	return err
}

// cleanText fails with ErrEmpty, ErrTooLong or text.ErrBounds.
func cleanText(t text.Text) (text.Text, error) {
	if len(t.String) > 4*MaxUnits+1024 {
		return text.Text{}, ErrTooLong
	}
	t, err := text.Clean(t)
	switch {
	case err != nil:
		return text.Text{}, err
	case t.String == "":
		return text.Text{}, ErrEmpty
	case text.Units(t.String) > MaxUnits:
		return text.Text{}, ErrTooLong
	}
	return text.Find(t), nil
}

// sentBefore returns what from sent with a random id. It fails with db.ErrNotFound.
func (s *Service) sentBefore(ctx context.Context, from ids.User, randomID int64) (m *Message, err error) {
	if randomID == 0 {
		return nil, db.ErrNotFound
	}
	const get = `SELECT ` + columns + ` FROM message WHERE owner = $1 AND random_id = $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		m, err = scan(tx.QueryRow(ctx, get, int64(from), randomID))
		return err
	})
	return m, err
}

func (s *Service) send(ctx context.Context, tx *db.Tx, req SendRequest) (Sent, error) {
	if err := s.checkMayWrite(ctx, tx, req.From, req.To.User()); err != nil {
		return Sent{}, err
	}
	mine := &Message{
		Owner: req.From.Peer(), Peer: req.To, From: req.From.Peer(), Date: now(), RandomID: req.RandomID, Flags: req.Flags,
		Text: req.Text, extra: extra{Markup: req.Markup, ViaBot: req.ViaBot},
	}
	theirs := mine.copyFor(req.To.User())
	if req.Reply != nil {
		var err error
		if mine.Reply, theirs.Reply, err = reply(ctx, tx, mine, *req.Reply, req.answered); err != nil {
			return Sent{}, err
		}
	}
	if err := s.put(ctx, tx, mine, theirs); err != nil {
		return Sent{}, err
	}
	if req.ClearDraft {
		if err := s.dialogs.DropDraft(ctx, tx, req.From, mine.Peer); err != nil {
			return Sent{}, err
		}
	}
	return Sent{Message: mine}, nil
}

func (s *Service) checkMayWrite(ctx context.Context, tx *db.Tx, from, to ids.User) error {
	err := s.users.CheckMayWrite(ctx, tx, from, to)
	if errors.Is(err, users.ErrNotFound) {
		return ErrPeer
	}
	return err
}

// copyFor is the row that the receiver gets of a row of the sender.
func (m *Message) copyFor(to ids.User) *Message {
	c := *m
	c.Owner, c.Peer, c.RandomID = to.Peer(), m.From, 0
	return &c
}

// put gives mine and theirs, the two rows of a new message, their places and writes them; in a chat with oneself there
// is only mine. Owners go in ascending order, so that two people who write to each other take their locks in the same
// order.
func (s *Service) put(ctx context.Context, tx *db.Tx, mine, theirs *Message) error {
	rows := []*Message{mine, theirs}
	switch {
	case mine.Owner == theirs.Owner:
		rows = rows[:1]
	case mine.Owner > theirs.Owner:
		rows[0], rows[1] = theirs, mine
	}
	if len(rows) == 2 {
		mine.Flags |= Out
	}
	return s.putRows(ctx, tx, rows)
}

// putRows is put for one row, or for two in the order of their owners.
func (s *Service) putRows(ctx context.Context, tx *db.Tx, rows []*Message) error {
	owners := make([]ids.Peer, len(rows))
	for i, m := range rows {
		owners[i] = m.Owner
	}
	places, err := s.log.NextMessages(ctx, tx, owners...)
	if err != nil {
		return err
	}
	arrivals := make([]dialogs.Arrival, len(rows))
	for i, m := range rows {
		m.ID, m.PTS = places[i].ID, places[i].PTS
		unread := !m.Flags.Has(Out) && m.Peer != m.Owner
		arrivals[i] = dialogs.Arrival{Owner: m.Owner.User(), Peer: m.Peer, Message: m.ID, Date: m.Date, Unread: unread}
	}
	if len(rows) == 2 {
		rows[0].Twin, rows[1].Twin = rows[1].ID, rows[0].ID
	}
	if err := insert(ctx, tx, rows...); err != nil {
		return err
	}
	if err := s.dialogs.Arrived(ctx, tx, arrivals...); err != nil {
		return err
	}
	for i, m := range rows {
		s.tellNew(ctx, tx, m, places[i].Notes)
	}
	return nil
}

// tellNew nudges the sessions of m's owner after the commit. The session that sent m gets it as the answer.
func (s *Service) tellNew(ctx context.Context, tx *db.Tx, m *Message, notes int64) {
	s.log.Tell(tx, updates.Entry{
		Owner: m.Owner, PTS: m.PTS, Count: 1, Notes: notes, Date: m.Date, Event: updates.NewMessage{ID: m.ID}, Value: m,
		Origin: updates.OriginFrom(ctx),
	})
	s.index.touch(tx, m.Owner)
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
	switch {
	case m == nil:
		return ErrReply
	case m.Flags.Has(NoForwards): // a part of it would travel along
		return ErrProtected
	}
	req.answered, err = s.origin(ctx, req.From, m)
	return err
}

// reply resolves what is answered to, for both sides. m is the sender's row to be, from who wrote the other message
// when it is in another chat.
func reply(
	ctx context.Context, tx *db.Tx, m *Message, to ReplyTo, from *Forward,
) (mine, theirs *Reply, err error) {
	target, err := one(ctx, tx, m.Owner, to.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil, ErrReply
	}
	if err != nil {
		return nil, nil, err
	}
	if to.Peer == 0 {
		to.Peer = m.Peer
	}
	if target.Peer != to.Peer {
		return nil, nil, ErrReply
	}
	r, err := quote(target, to)
	if err != nil {
		return nil, nil, err
	}
	if target.Peer == m.Peer {
		mine, theirs = &r, new(r)
		mine.ID, theirs.ID = target.ID, target.Twin
		return mine, theirs, nil
	}
	if r.From = from; r.Quote == nil {
		r.Quote = excerpt(target.Text)
	}
	mine, theirs = &r, new(r)
	mine.ID, mine.Peer = target.ID, target.Peer
	return mine, theirs, nil
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
		if mine.Reply, theirs.Reply, err = reply(ctx, tx, mine, ReplyTo{ID: of}, nil); err != nil {
			return err
		}
		return s.put(ctx, tx, mine, theirs)
	})
	if err == nil {
		return Sent{Message: mine}, nil
	}
	if old, oldErr := s.sentBefore(ctx, from, randomID); oldErr == nil {
		return Sent{Message: old, Again: true}, nil
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
		return s.putRows(ctx, tx, []*Message{&row})
	})
	if err != nil {
		return fmt.Errorf("notify %d: %w", m.Owner, err)
	}
	return nil
}

func now() time.Time { return time.Unix(time.Now().Unix(), 0) }
