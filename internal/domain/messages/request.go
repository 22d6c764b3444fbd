package messages

import (
	"errors"

	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
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
	if r.Media.TTL() != 0 && (r.To.User() == 0 || r.To == r.From.Peer()) {
		return media.ErrTTL // only somebody else can look at them in a private chat
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
	if err == nil && text.Units(t.String) > MaxCaption {
		err = ErrCaption
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
	m.Flags = m.Flags.with(Scheduled, r.Scheduled).with(IsAction, r.Action != nil).with(MediaUnread, m.listens())
	return m
}

// trusted reports whether the caller has checked what may be sent.
func (r *SendRequest) trusted() bool { return r.Trusted || r.Action != nil }

// needs are the rights that a request takes in a group.
func (r *SendRequest) needs() rights.Content {
	needs := r.Media.Needs()
	if len(r.Media.Files()) > 0 && r.Text.String != "" { // a caption is text as well
		needs |= rights.SendPlain
	}
	return needs
}
