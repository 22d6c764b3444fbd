package messages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/rights"
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
	Trusted    bool // the caller has checked what may be sent: no rights are asked for, and no slow mode

	answered *Forward   // who wrote what is answered, when that is in another chat
	mentions []ids.User // whom the text names
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

// A leave to send is what admit found out about the chat.
type leave struct {
	channel channels.Sight
	as      ids.Peer // in whose name, in a channel
}

// admit checks that the sender may send all of these, which go to one chat, as one message.
func (s *Service) admit(ctx context.Context, tx *db.Tx, all ...SendRequest) (ok leave, err error) {
	req := all[0]
	needs := req.needs()
	for _, r := range all[1:] {
		needs |= r.needs()
	}
	switch chat, channel := req.To.Chat(), req.To.Channel(); {
	case channel != 0 && s.channels == nil, chat != 0 && s.groups == nil:
		return ok, ErrPeer
	case channel == 0 && req.As != 0 && req.As != req.From.Peer():
		return ok, rights.ErrSendAs
	case channel != 0 && req.trusted():
		if ok.channel.Channel, err = s.channels.OneTx(ctx, tx, channel); err == nil {
			ok.channel.Me, err = s.channels.Member(ctx, tx, channel, req.From)
		}
		if ok.as = req.As; ok.as == 0 {
			ok.as = ok.channel.As()
		}
	case channel != 0:
		return s.admitToChannel(ctx, tx, req, needs)
	case req.trusted():
	case chat != 0:
		_, err = s.groups.CheckMaySend(ctx, tx, chat, req.From, needs)
	default:
		err = s.checkMayWrite(ctx, tx, req.From, req.To.User())
	}
	return ok, err
}

// admitToChannel also finds out in whose name the sender writes: as he says, or as he has chosen before, as long as he may.
func (s *Service) admitToChannel(
	ctx context.Context, tx *db.Tx, req SendRequest, needs rights.Content,
) (ok leave, err error) {
	ch := req.To.Channel()
	if ok.as = req.As; ok.as == 0 {
		me, err := s.channels.Member(ctx, tx, ch, req.From)
		if err != nil {
			return ok, err
		}
		ok.as = me.SendAs
	}
	ok.channel, err = s.channels.CheckMaySend(ctx, tx, ch, req.From, ok.as, needs)
	if errors.Is(err, rights.ErrSendAs) && req.As == 0 {
		ok.as = 0
		ok.channel, err = s.channels.CheckMaySend(ctx, tx, ch, req.From, 0, needs)
		ok.channel.Me.SendAs = 0
	}
	if ok.as == 0 {
		ok.as = ok.channel.As()
	}
	return ok, err
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

// clean checks what needs no database, and brings the text into the form that is kept.
func (r *SendRequest) clean() (err error) {
	if r.To == ids.Service.Peer() || r.From <= 0 || r.To == 0 {
		return ErrPeer
	}
	if len(r.Markup) > maxMarkup {
		return ErrTooLong
	}
	r.Flags &= sendable
	if r.Action != nil {
		r.Text = text.Text{}
		return nil
	}
	r.Text, err = cleanBody(r.Text, r.Media)
	return err
}

// cleanBody is cleanText for a message that may have media: then the text is a caption, and may be empty.
func cleanBody(t text.Text, m *media.Media) (text.Text, error) {
	t, err := cleanText(t)
	if m == nil || m.Kind == media.WebPage {
		return t, err
	}
	if errors.Is(err, ErrEmpty) {
		return text.Text{}, nil
	}
	if err == nil && text.Units(t.String) > maxCaption {
		err = ErrTooLong
	}
	return t, err
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

// message is the sender's row to be, without what depends on the kind of the chat.
func (r *SendRequest) message() *Message {
	m := &Message{
		Owner: Box(r.From, r.To), Peer: r.To, From: r.From.Peer(), Date: now(), RandomID: r.RandomID, Flags: r.Flags,
		Text: r.Text,
		extra: extra{
			Markup: r.Markup, ViaBot: r.ViaBot, Media: r.Media, GroupedID: r.GroupedID, Forward: r.Forward,
			Action: r.Action, TTL: r.TTL,
		},
	}
	m.Flags = m.Flags.with(Scheduled, r.Scheduled).with(IsAction, r.Action != nil)
	return m
}

// trusted reports whether the caller has checked what may be sent.
func (r *SendRequest) trusted() bool { return r.Trusted || r.Action != nil }

// needs are the rights that a request takes in a group.
func (r *SendRequest) needs() rights.Content {
	if r.Media == nil {
		return rights.SendPlain
	}
	return r.Media.Needs()
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
	return s.place(ctx, tx, rows, len(rows) == 2)
}

// place gives new rows in the logs of users, in the order of their owners, their ids and positions and writes them. With
// twins they are the two sides of a private chat.
func (s *Service) place(ctx context.Context, tx *db.Tx, rows []*Message, twins bool) error {
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
		arrivals[i] = dialogs.Arrival{
			Owner: m.Owner.User(), Peer: m.Peer, Message: m.ID, Date: m.Date, Unread: !m.Flags.Has(Out) && m.Peer != m.Owner,
		}
	}
	if twins {
		rows[0].Twin, rows[1].Twin = rows[1].ID, rows[0].ID
	}
	if err := hook(ctx, tx, s.hooks.sending, rows); err != nil {
		return err
	}
	if err := insert(ctx, tx, rows...); err != nil {
		return err
	}
	if err := s.dialogs.Arrived(ctx, tx, arrivals...); err != nil {
		return err
	}
	if err := hook(ctx, tx, s.hooks.sent, rows); err != nil {
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

func now() time.Time { return time.Unix(time.Now().Unix(), 0) }
