package render

import (
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// show shows m to viewer.
func (p *page) show(viewer ids.User, m *messages.Message) tg.MessageClass {
	if m.Action != nil {
		return p.service(viewer, m)
	}
	t := &tg.Message{
		Out: m.IsOut(viewer), Mentioned: m.MentionedTo(viewer), MediaUnread: p.isUnread(viewer, m),
		Silent: m.Flags.Has(messages.Silent), Post: m.Flags.Has(messages.Post),
		FromScheduled: m.Flags.Has(messages.Scheduled), Pinned: m.Flags.Has(messages.Pinned),
		Noforwards:  m.Flags.Has(messages.NoForwards),
		InvertMedia: m.Flags.Has(messages.InvertMedia), EditHide: m.Flags.Has(messages.EditHidden),
		ID: int32(m.ID), FromID: author(m), PeerID: view.Peer(m.Peer), SavedPeerID: savedPeer(m),
		FwdFrom: forwardHeader(m.Forward), ReplyTo: p.reply(m), Date: Unix(m.Date), Message: m.Text.String,
		Media: p.media[m], Entities: Entities(m.Text.Entities), ReplyMarkup: markup(m.Markup), Reactions: p.reactions[m],
	}
	t.EditDate, t.ViaBotID = optional(Unix(m.EditDate)), optional(int64(m.ViaBot))
	t.PostAuthor, t.GroupedID, t.TTLPeriod = optional(m.Signature), optional(m.GroupedID), optional(m.TTL)
	c := p.counts[messageKey{m.Owner, m.ID}]
	t.Views, t.Forwards, t.Replies = c.Views, c.Forwards, c.Replies
	return t
}

// isUnread reports whether the viewer has not played m yet, or not seen that it mentions him.
func (p *page) isUnread(viewer ids.User, m *messages.Message) bool {
	return m.UnreadBy(viewer, p.unseen[messageKey{m.Owner, m.ID}])
}

func (p *page) service(viewer ids.User, m *messages.Message) *tg.MessageService {
	return &tg.MessageService{
		Out: m.IsOut(viewer), Mentioned: m.MentionedTo(viewer), MediaUnread: p.isUnread(viewer, m),
		ReactionsArePossible: m.Peer.User() == 0, Silent: m.Flags.Has(messages.Silent), Post: m.Flags.Has(messages.Post),
		ID: int32(m.ID), FromID: author(m), PeerID: view.Peer(m.Peer), SavedPeerID: savedPeer(m),
		ReplyTo: p.reply(m), Date: Unix(m.Date), Action: p.action(m.Action), Reactions: p.reactions[m],
		TTLPeriod: optional(m.TTL),
	}
}

// optional is nil for a zero value.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// author is nil for a post of a channel: it is its own author.
func author(m *messages.Message) tg.PeerClass {
	if m.From == 0 || m.Flags.Has(messages.Post) && m.From == m.Peer {
		return nil
	}
	return view.Peer(m.From)
}

// savedPeer is set in saved messages only.
func savedPeer(m *messages.Message) tg.PeerClass {
	if m.Peer != m.Owner || m.Owner.User() == 0 {
		return nil
	}
	return view.Peer(m.SavedPeer())
}

func forwardHeader(f *messages.Forward) *tg.MessageFwdHeader {
	if f == nil {
		return nil
	}
	t := &tg.MessageFwdHeader{Date: int32(f.Date), ChannelPost: optional(int32(f.Post)), PostAuthor: optional(f.Signature)}
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

// reply shows to what m answers, and in which topic or thread it stands. A message of a topic that answers nothing
// answers the topic; the general topic is none that is shown. What began a topic answers nothing.
func (p *page) reply(m *messages.Message) tg.MessageReplyHeaderClass {
	if m.Reply == nil && (m.Thread == 0 || m.Thread == m.ID) {
		return nil
	}
	inTopic := m.Thread > messages.General && p.forums[m.Owner]
	t := &tg.MessageReplyHeader{ForumTopic: inTopic}
	if m.Reply != nil {
		p.answered(t, m.Reply)
	}
	if inTopic || m.Thread != 0 && m.Reply != nil && !p.forums[m.Owner] {
		intoThread(t, m.Thread)
	}
	if t.ReplyToMsgID == nil && t.ReplyFrom == nil {
		return nil // the other side never had it
	}
	return t
}

func (p *page) answered(t *tg.MessageReplyHeader, r *messages.Reply) {
	t.ReplyFrom, t.Quote, t.ReplyToMsgID = forwardHeader(r.From), r.Manual, optional(int32(r.ID))
	if r.Peer != 0 {
		t.ReplyToPeerID = view.Peer(r.Peer)
	}
	if r.Quote != nil {
		t.QuoteText, t.QuoteEntities = new(r.Quote.String), Entities(r.Quote.Entities)
	}
	if r.Manual && r.QuoteOffset > 0 {
		t.QuoteOffset = new(int32(r.QuoteOffset))
	}
}

func intoThread(t *tg.MessageReplyHeader, thread ids.Message) {
	switch {
	case t.ReplyToMsgID == nil && t.ReplyFrom == nil:
		t.ReplyToMsgID = new(int32(thread))
	case t.ReplyToMsgID == nil || *t.ReplyToMsgID != int32(thread):
		t.ReplyToTopID = new(int32(thread))
	}
}

// markup reads a stored keyboard; one that cannot be read any more is left out.
func markup(stored []byte) tg.ReplyMarkupClass {
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

// Markup is how a keyboard is stored; nil for none.
func Markup(m tg.ReplyMarkupClass) []byte {
	if m == nil {
		return nil
	}
	return tl.Encode(m, tg.Newest)
}

// Unix is t in TL; the zero time is 0.
func Unix(t time.Time) int32 {
	if t.IsZero() {
		return 0
	}
	return int32(t.Unix())
}

// Time is a time of TL; 0 and less is the zero time.
func Time(n int32) time.Time {
	if n <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}

// Int32s are message ids in TL.
func Int32s(in []ids.Message) []int32 {
	out := make([]int32, len(in))
	for i, id := range in {
		out[i] = int32(id)
	}
	return out
}
