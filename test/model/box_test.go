package model

import (
	"maps"
	"slices"

	"hermod/internal/tl/tg"
)

// Peers are numbers here: people positive, groups negative, channels below minus channelBase.
const channelBase = 1_000_000_000_000

func peerID(p tg.PeerClass) int64 {
	switch p := p.(type) {
	case *tg.PeerUser:
		return p.UserID
	case *tg.PeerChat:
		return -p.ChatID
	case *tg.PeerChannel:
		return -channelBase - p.ChannelID
	}
	return 0
}

func channelPeer(id int64) int64 { return -channelBase - id }

func isChannel(peer int64) bool { return peer < -channelBase }

// A box is what a device knows of its account.
type box struct {
	self      int64
	pts, date int32
	chats     map[int64]*chat // by peer: everything that is or was talked in
	marks     map[int64]*marks
	pinned    []int64 // chats on top, the first on top
	infos     map[int64]*info
	hashes    map[int64]int64 // access hashes of people and channels, by peer
}

func newBox(self int64) *box {
	return &box{
		self: self, chats: map[int64]*chat{}, marks: map[int64]*marks{}, infos: map[int64]*info{}, hashes: map[int64]int64{},
	}
}

// A chat is the messages that a device has of it.
type chat struct {
	pts      int32 // of channels
	messages map[int32]*message
}

// marks are what a device knows about a chat beside its messages.
type marks struct {
	in, out int32 // read up to
	unread  bool  // marked by hand
	draft   string
}

// info is what is said of a group or channel.
type info struct {
	title   string
	out     bool // left, or thrown out
	creator bool
	rights  string
}

// A message is what matters of one.
type message struct {
	id         int32
	peer, from int64
	text       string
	out        bool
	post       bool
	silent     bool
	edited     bool
	pinned     bool
	mentioned  bool
	unseen     bool // media_unread: a mention not looked at
	reply      int32
	forward    bool
	action     string
	counts     map[string]int32 // reactions
	chosen     []string
	news       bool // reactions that the author has not seen
	file       tg.InputFileLocationClass
}

func (b *box) chat(peer int64) *chat {
	c := b.chats[peer]
	if c == nil {
		c = &chat{messages: map[int32]*message{}}
		b.chats[peer] = c
	}
	return c
}

func (b *box) mark(peer int64) *marks {
	m := b.marks[peer]
	if m == nil {
		m = new(marks)
		b.marks[peer] = m
	}
	return m
}

// add keeps a message that is new or has changed. Service messages are kept by the name of their action.
func (b *box) add(class tg.MessageClass) {
	m := b.read(class)
	if m == nil {
		return
	}
	messages := b.chat(m.peer).messages
	if old := messages[m.id]; old != nil {
		m.merge(old, class)
	}
	messages[m.id] = m
}

// merge keeps what a message that is told to many does not say of the one who hears it.
func (m *message) merge(old *message, class tg.MessageClass) {
	full, ok := class.(*tg.Message)
	if ok && full.Reactions != nil && full.Reactions.Min {
		m.chosen = chosenOf(old.chosen, m.counts)
		m.news = old.news
	}
}

// chosenOf are the reactions chosen before that still exist.
func chosenOf(chosen []string, counts map[string]int32) []string {
	return slices.DeleteFunc(slices.Clone(chosen), func(e string) bool { return counts[e] == 0 })
}

func (b *box) read(class tg.MessageClass) *message {
	switch m := class.(type) {
	case *tg.Message:
		return b.readText(m)
	case *tg.MessageService:
		return b.readAction(m)
	}
	return nil
}

func (b *box) readText(m *tg.Message) *message {
	out := &message{
		id: m.ID, peer: peerID(m.PeerID), from: peerID(m.FromID), text: m.Message, out: m.Out, post: m.Post, silent: m.Silent,
		edited: m.EditDate != nil && !m.EditHide, pinned: m.Pinned, mentioned: m.Mentioned, unseen: m.MediaUnread,
		reply: replyTo(m.ReplyTo), forward: m.FwdFrom != nil,
	}
	if m.Media != nil {
		out.text += " + " + shown(m.Media)
		out.file = place(m.Media)
	}
	out.complete(b.self)
	out.react(m.Reactions)
	return out
}

func (b *box) readAction(m *tg.MessageService) *message {
	out := &message{
		id: m.ID, peer: peerID(m.PeerID), from: peerID(m.FromID), out: m.Out, post: m.Post, silent: m.Silent,
		mentioned: m.Mentioned, unseen: m.MediaUnread, reply: replyTo(m.ReplyTo), action: m.Action.TLName(),
	}
	out.complete(b.self)
	out.react(m.Reactions)
	return out
}

// complete adds what follows from the rest: the author in a private chat, and that one's own messages go out. What is told
// to many does not say so.
func (m *message) complete(self int64) {
	if m.from == 0 {
		m.from = m.peer
		if m.out && m.peer > 0 {
			m.from = self
		}
	}
	if isChannel(m.peer) && m.from == self {
		m.out = true
	}
}

func replyTo(h tg.MessageReplyHeaderClass) int32 {
	if h, ok := h.(*tg.MessageReplyHeader); ok && h.ReplyToMsgID != nil {
		return *h.ReplyToMsgID
	}
	return 0
}

func (m *message) react(r *tg.MessageReactions) {
	m.counts, m.chosen, m.news = nil, nil, false
	if r == nil {
		return
	}
	m.counts = map[string]int32{}
	for _, c := range r.Results {
		name := reactionName(c.Reaction)
		m.counts[name] = c.Count
		if c.ChosenOrder != nil {
			m.chosen = append(m.chosen, name)
		}
	}
	slices.Sort(m.chosen)
	m.news = slices.ContainsFunc(r.RecentReactions, func(p *tg.MessagePeerReaction) bool { return p.Unread })
}

func reactionName(r tg.ReactionClass) string {
	if e, ok := r.(*tg.ReactionEmoji); ok {
		return e.Emoticon
	}
	return r.TLName()
}

// remove forgets messages of the common numbering, or of a channel.
func (b *box) remove(channel int64, ids []int32) {
	for peer, c := range b.chats {
		if channel == 0 && isChannel(peer) || channel != 0 && peer != channel {
			continue
		}
		for _, id := range ids {
			delete(c.messages, id)
		}
	}
}

// find returns a message of the common numbering, or of a channel; nil if it is not known.
func (b *box) find(channel int64, id int32) *message {
	if channel != 0 {
		return b.chat(channel).messages[id]
	}
	for peer, c := range b.chats {
		if m := c.messages[id]; m != nil && !isChannel(peer) {
			return m
		}
	}
	return nil
}

// each calls do for those of the messages that are known.
func (b *box) each(channel int64, ids []int32, do func(*message)) {
	for _, id := range ids {
		if m := b.find(channel, id); m != nil {
			do(m)
		}
	}
}

// forget drops a channel that the person is no longer in.
func (b *box) forget(peer int64) {
	delete(b.chats, peer)
	delete(b.marks, peer)
	b.pinned = slices.DeleteFunc(b.pinned, func(p int64) bool { return p == peer })
}

// ids are the messages of a chat in order.
func (c *chat) ids() []int32 { return slices.Sorted(maps.Keys(c.messages)) }
