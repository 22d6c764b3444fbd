package chats

import (
	"time"

	"hermod/internal/api/view"
	domainactions "hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// actions are the service messages.
var actions = map[domainactions.Kind]tg.MessageActionClass{
	domainactions.SignUp:       &tg.MessageActionContactSignUp{},
	domainactions.HistoryClear: &tg.MessageActionHistoryClear{},
	domainactions.Pin:          &tg.MessageActionPinMessage{},
	domainactions.Screenshot:   &tg.MessageActionScreenshotTaken{},
}

// message shows a message to its owner.
func message(m *messages.Message) tg.MessageClass {
	if m.Action != nil {
		return serviceMessage(m)
	}
	t := &tg.Message{
		Out: m.Flags.Has(messages.Out), Mentioned: m.Flags.Has(messages.Mentioned),
		MediaUnread: m.Flags.Has(messages.MediaUnread), Silent: m.Flags.Has(messages.Silent),
		Pinned: m.Flags.Has(messages.Pinned), Noforwards: m.Flags.Has(messages.NoForwards),
		InvertMedia: m.Flags.Has(messages.InvertMedia), EditHide: m.Flags.Has(messages.EditHidden),
		ID: int32(m.ID), FromID: view.Peer(m.From), PeerID: view.Peer(m.Peer), SavedPeerID: savedPeer(m),
		FwdFrom: forwardHeader(m.Forward), ReplyTo: replyHeader(m.Reply), Date: unix(m.Date), Message: m.Text.String,
		Entities: entitiesTo(m.Text.Entities), ReplyMarkup: markupTo(m.Markup),
	}
	if !m.EditDate.IsZero() {
		t.EditDate = new(unix(m.EditDate))
	}
	if m.ViaBot != 0 {
		t.ViaBotID = new(int64(m.ViaBot))
	}
	return t
}

func serviceMessage(m *messages.Message) *tg.MessageService {
	action := actions[m.Action.Kind]
	if action == nil {
		action = &tg.MessageActionEmpty{}
	}
	return &tg.MessageService{
		Out: m.Flags.Has(messages.Out), Silent: m.Flags.Has(messages.Silent), ID: int32(m.ID),
		FromID: view.Peer(m.From), PeerID: view.Peer(m.Peer), SavedPeerID: savedPeer(m),
		ReplyTo: replyHeader(m.Reply), Date: unix(m.Date), Action: action,
	}
}

// savedPeer is set in saved messages only.
func savedPeer(m *messages.Message) tg.PeerClass {
	if m.Peer != m.Owner {
		return nil
	}
	return view.Peer(m.SavedPeer())
}

func forwardHeader(f *messages.Forward) *tg.MessageFwdHeader {
	if f == nil {
		return nil
	}
	t := &tg.MessageFwdHeader{Date: int32(f.Date)}
	if f.From != 0 {
		t.FromID = view.Peer(f.From)
	} else {
		t.FromName = new(f.Name)
	}
	if f.SavedFrom != 0 && f.SavedID != 0 {
		t.SavedFromPeer, t.SavedFromMsgID = view.Peer(f.SavedFrom), new(int32(f.SavedID))
	}
	return t
}

func replyHeader(r *messages.Reply) tg.MessageReplyHeaderClass {
	if r == nil {
		return nil
	}
	t := &tg.MessageReplyHeader{ReplyFrom: forwardHeader(r.From), Quote: r.Manual}
	if r.ID != 0 {
		t.ReplyToMsgID = new(int32(r.ID))
	}
	if r.Peer != 0 {
		t.ReplyToPeerID = view.Peer(r.Peer)
	}
	if r.Quote != nil {
		t.QuoteText, t.QuoteEntities = new(r.Quote.String), entitiesTo(r.Quote.Entities)
	}
	if r.Manual && r.QuoteOffset > 0 {
		t.QuoteOffset = new(int32(r.QuoteOffset))
	}
	if t.ReplyToMsgID == nil && t.ReplyFrom == nil {
		return nil // the other side never had it
	}
	return t
}

// markupTo reads a stored keyboard; one that cannot be read any more is left out.
func markupTo(stored []byte) tg.ReplyMarkupClass {
	if stored == nil {
		return nil
	}
	r := tl.NewReader(stored)
	m := tg.DecodeReplyMarkupClass(r)
	if r.End() != nil {
		return nil
	}
	return m
}

// markupFrom is how a keyboard is stored; nil for none.
func markupFrom(m tg.ReplyMarkupClass) []byte {
	if m == nil {
		return nil
	}
	return tl.Encode(m, tg.Newest)
}

func messagesTo(in []*messages.Message) []tg.MessageClass {
	out := make([]tg.MessageClass, 0, len(in))
	for _, m := range in {
		out = append(out, message(m))
	}
	return out
}

// mentioned are the users who have to be known to show messages.
func mentioned(in ...*messages.Message) []ids.User {
	var all []ids.User
	for _, m := range in {
		all = append(all, usersAmong(m.Peers())...)
	}
	return all
}

// usersAmong are those of peers who are users.
func usersAmong(peers []ids.Peer) []ids.User {
	var all []ids.User
	for _, p := range peers {
		if u := p.User(); u != 0 {
			all = append(all, u)
		}
	}
	return all
}

// unix is t in TL; the zero time is 0.
func unix(t time.Time) int32 {
	if t.IsZero() {
		return 0
	}
	return int32(t.Unix())
}

func fromUnix(n int32) time.Time {
	if n <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}
