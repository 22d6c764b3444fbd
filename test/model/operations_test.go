package model

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hermod/internal/tl/tg"
)

// An operation is something that people do, so often.
type operation struct {
	name   string
	weight int
	do     func(ctx context.Context, d *device) error
}

var operations = []operation{
	{"send", 40, send},
	{"reply", 8, sendReply},
	{"mention", 6, sendMention},
	{"forward", 4, forward},
	{"edit", 8, edit},
	{"delete", 6, remove},
	{"send a file", 10, sendFile},
	{"edit a file", 4, editFile},
	{"react", 10, react},
	{"pin", 4, pin},
	{"unpin all", 1, unpinAll},
	{"read", 14, read},
	{"look at mentions", 3, readMentions},
	{"look at reactions", 3, readReactions},
	{"look at a message", 2, readContents},
	{"clear history", 1, clearHistory},
	{"draft", 3, saveDraft},
	{"pin chat", 2, pinChat},
	{"mark unread", 2, markUnread},
	{"create group", 1, createGroup},
	{"add to group", 2, addToGroup},
	{"remove from group", 1, removeFromGroup},
	{"name group", 1, nameGroup},
	{"create channel", 1, createChannel},
	{"invite to channel", 3, invite},
	{"join channel", 3, join},
	{"leave channel", 1, leave},
	{"ban", 2, ban},
	{"promote", 2, promote},
	{"name channel", 1, nameChannel},
}

// pick is one of a list.
func pick[T any](d *device, list []T) (one T, err error) {
	if len(list) == 0 {
		return one, errNothing
	}
	return list[d.w.rnd.IntN(len(list))], nil
}

// where lists the groups and channels that the device is in and that fit.
func (d *device) where(fits func(peer int64, i *info) bool) []int64 {
	var out []int64
	for _, peer := range slices.Sorted(maps.Keys(d.box.infos)) {
		if i := d.box.infos[peer]; !i.out && fits(peer, i) {
			out = append(out, peer)
		}
	}
	return out
}

func anyGroup(peer int64, _ *info) bool   { return !isChannel(peer) }
func anyChannel(peer int64, _ *info) bool { return isChannel(peer) }

// others are the other people.
func (d *device) others() []int64 {
	var out []int64
	for _, p := range d.w.people {
		if p != d.person {
			out = append(out, p.id)
		}
	}
	return out
}

// anywhere is a chat to talk in: half of them are groups and channels.
func (d *device) anywhere() int64 {
	all := d.where(func(int64, *info) bool { return true })
	if len(all) == 0 || d.w.rnd.IntN(3) == 0 {
		if d.w.rnd.IntN(8) == 0 {
			return d.box.self
		}
		all = d.others()
	}
	return all[d.w.rnd.IntN(len(all))]
}

// message is one of the last that fit, in a chat chosen by chance.
func (d *device) message(fits func(*message) bool) (*message, error) {
	peer := d.anywhere()
	c := d.box.chats[peer]
	if c == nil {
		return nil, errNothing
	}
	var list []*message
	for _, id := range c.ids() {
		if m := c.messages[id]; fits(m) {
			list = append(list, m)
		}
	}
	return pick(d, list[max(0, len(list)-20):])
}

func isText(m *message) bool { return m.action == "" }

func (d *device) text() string {
	d.w.names++
	return fmt.Sprintf("text %d of %s", d.w.names, d.name)
}

func send(ctx context.Context, d *device) error {
	return d.say(ctx, &tg.MessagesSendMessage{Peer: d.peer(d.anywhere()), Silent: d.w.rnd.IntN(5) == 0})
}

// say sends a text and takes the answer, which may be short.
func (d *device) say(ctx context.Context, m *tg.MessagesSendMessage) error {
	m.RandomID = d.w.rnd.Int64()
	if m.Message == "" {
		m.Message = d.text()
	}
	u, err := answer(ctx, d, m, tg.DecodeUpdatesClass)
	if err != nil {
		return err
	}
	short, ok := u.(*tg.UpdateShortSentMessage)
	if !ok {
		return d.take(ctx, u)
	}
	return d.take(ctx, &tg.Updates{Updates: []tg.UpdateClass{&tg.UpdateNewMessage{
		Message: d.sent(m, short), Pts: short.Pts, PtsCount: short.PtsCount,
	}}})
}

// sent is the message that a short answer stands for.
func (d *device) sent(m *tg.MessagesSendMessage, short *tg.UpdateShortSentMessage) *tg.Message {
	out := &tg.Message{ID: short.ID, Out: short.Out, Silent: m.Silent, Message: m.Message, Date: short.Date, Entities: short.Entities}
	switch p := m.Peer.(type) {
	case *tg.InputPeerUser:
		out.PeerID = &tg.PeerUser{UserID: p.UserID}
	case *tg.InputPeerChat:
		out.PeerID, out.FromID = &tg.PeerChat{ChatID: p.ChatID}, &tg.PeerUser{UserID: d.box.self}
	default:
		out.PeerID = &tg.PeerUser{UserID: d.box.self}
	}
	if r, ok := m.ReplyTo.(*tg.InputReplyToMessage); ok {
		out.ReplyTo = &tg.MessageReplyHeader{ReplyToMsgID: &r.ReplyToMsgID}
	}
	return out
}

func sendReply(ctx context.Context, d *device) error {
	m, err := d.message(isText)
	if err != nil {
		return err
	}
	return d.say(ctx, &tg.MessagesSendMessage{Peer: d.peer(m.peer), ReplyTo: &tg.InputReplyToMessage{ReplyToMsgID: m.id}})
}

func sendMention(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(func(int64, *info) bool { return true }))
	if err != nil {
		return err
	}
	who := d.w.people[d.w.rnd.IntN(len(d.w.people))]
	return d.say(ctx, &tg.MessagesSendMessage{Peer: d.peer(peer), Message: d.text() + " @person_" + who.name + "_model"})
}

func forward(ctx context.Context, d *device) error {
	m, err := d.message(isText)
	if err != nil {
		return err
	}
	return d.change(ctx, &tg.MessagesForwardMessages{
		FromPeer: d.peer(m.peer), ToPeer: d.peer(d.anywhere()), ID: []int32{m.id}, RandomID: []int64{d.w.rnd.Int64()},
	})
}

func edit(ctx context.Context, d *device) error {
	m, err := d.message(func(m *message) bool { return isText(m) && m.out && !m.forward })
	if err != nil {
		return err
	}
	text := d.text()
	return d.change(ctx, &tg.MessagesEditMessage{Peer: d.peer(m.peer), ID: m.id, Message: &text})
}

func remove(ctx context.Context, d *device) error {
	m, err := d.message(func(m *message) bool { return m.id > 1 })
	if err != nil {
		return err
	}
	if isChannel(m.peer) {
		a, err := answer(ctx, d, &tg.ChannelsDeleteMessages{Channel: d.channel(m.peer), ID: []int32{m.id}}, tg.DecodeMessagesAffectedMessages)
		if err != nil {
			return err
		}
		return d.channelStep(ctx, m.peer, a.Pts, a.PtsCount, &tg.UpdateDeleteChannelMessages{
			ChannelID: -channelBase - m.peer, Messages: []int32{m.id}, Pts: a.Pts, PtsCount: a.PtsCount,
		})
	}
	a, err := answer(ctx, d, &tg.MessagesDeleteMessages{Revoke: d.w.rnd.IntN(2) == 0, ID: []int32{m.id}}, tg.DecodeMessagesAffectedMessages)
	if err != nil {
		return err
	}
	return d.affected(ctx, a, func() { d.box.remove(0, []int32{m.id}) })
}

// affected applies an answer that says only how far the position moved.
func (d *device) affected(ctx context.Context, a *tg.MessagesAffectedMessages, change func()) error {
	if d.box.step(a.Pts, a.PtsCount, change) != nil {
		return d.catchUp(ctx)
	}
	return nil
}

var emoji = []string{"👍", "❤", "🔥", "😁"}

func react(ctx context.Context, d *device) error {
	m, err := d.message(isText)
	if err != nil {
		return err
	}
	request := &tg.MessagesSendReaction{Peer: d.peer(m.peer), MsgID: m.id}
	if at := d.w.rnd.IntN(len(emoji) + 1); at < len(emoji) {
		request.Reaction = []tg.ReactionClass{&tg.ReactionEmoji{Emoticon: emoji[at]}}
	}
	return d.change(ctx, request)
}

func pin(ctx context.Context, d *device) error {
	m, err := d.message(isText)
	if err != nil {
		return err
	}
	return d.change(ctx, &tg.MessagesUpdatePinnedMessage{
		Peer: d.peer(m.peer), ID: m.id, Unpin: m.pinned, Silent: d.w.rnd.IntN(2) == 0, PmOneside: d.w.rnd.IntN(4) == 0,
	})
}

func unpinAll(ctx context.Context, d *device) error {
	peer := d.anywhere()
	return d.sweep(ctx, peer, &tg.MessagesUnpinAllMessages{Peer: d.peer(peer)})
}
