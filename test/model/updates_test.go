package model

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/tl/tg"
)

// errGap says that changes are missing before the one at hand.
var errGap = errors.New("gap")

// take applies what the server pushed or answered, and asks for the difference where that leaves a gap.
// Spec: https://core.telegram.org/api/updates#update-handling
func (d *device) take(ctx context.Context, u tg.UpdatesClass) error {
	err := d.apply(ctx, u)
	if errors.Is(err, errGap) {
		d.w.gaps++
		return d.catchUp(ctx)
	}
	return err
}

func (d *device) apply(ctx context.Context, u tg.UpdatesClass) error {
	switch u := u.(type) {
	case *tg.Updates:
		d.box.learn(u.Users, u.Chats)
		return d.updates(ctx, u.Updates)
	case *tg.UpdatesCombined:
		d.box.learn(u.Users, u.Chats)
		return d.updates(ctx, u.Updates)
	case *tg.UpdateShort:
		return d.updates(ctx, []tg.UpdateClass{u.Update})
	case *tg.UpdateShortMessage:
		return d.box.step(u.Pts, u.PtsCount, func() { d.box.add(longMessage(u)) })
	case *tg.UpdateShortChatMessage:
		return d.box.step(u.Pts, u.PtsCount, func() { d.box.add(longChatMessage(u)) })
	case *tg.UpdatesTooLong:
		return errGap
	}
	return fmt.Errorf("unexpected %s", u.TLName())
}

func longMessage(u *tg.UpdateShortMessage) *tg.Message {
	return &tg.Message{
		ID: u.ID, Out: u.Out, Mentioned: u.Mentioned, MediaUnread: u.MediaUnread, Silent: u.Silent, Message: u.Message,
		PeerID: &tg.PeerUser{UserID: u.UserID}, FwdFrom: u.FwdFrom, ReplyTo: u.ReplyTo, Date: u.Date,
	}
}

func longChatMessage(u *tg.UpdateShortChatMessage) *tg.Message {
	return &tg.Message{
		ID: u.ID, Out: u.Out, Mentioned: u.Mentioned, MediaUnread: u.MediaUnread, Silent: u.Silent, Message: u.Message,
		PeerID: &tg.PeerChat{ChatID: u.ChatID}, FromID: &tg.PeerUser{UserID: u.FromID}, FwdFrom: u.FwdFrom, ReplyTo: u.ReplyTo, Date: u.Date,
	}
}

// step takes each position of the common log once and in order.
func (b *box) step(pts, count int32, change func()) error {
	switch {
	case b.pts+count == pts:
		b.pts = pts
		change()
		return nil
	case b.pts+count < pts:
		return errGap
	}
	return nil // seen before
}

func (d *device) updates(ctx context.Context, list []tg.UpdateClass) error {
	for _, u := range list {
		if err := d.update(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// update applies one update. Those with a position are applied at it, those without at once.
func (d *device) update(ctx context.Context, u tg.UpdateClass) error {
	b := d.box
	change := func() { b.change(u) }
	switch u := u.(type) {
	case *tg.UpdateNewMessage:
		return b.step(u.Pts, u.PtsCount, change)
	case *tg.UpdateEditMessage:
		return b.step(u.Pts, u.PtsCount, change)
	case *tg.UpdateDeleteMessages:
		return b.step(u.Pts, u.PtsCount, change)
	case *tg.UpdatePinnedMessages:
		return b.step(u.Pts, u.PtsCount, change)
	case *tg.UpdateReadMessagesContents:
		return b.step(u.Pts, u.PtsCount, change)
	case *tg.UpdateReadHistoryInbox:
		return b.step(u.Pts, u.PtsCount, change)
	case *tg.UpdateReadHistoryOutbox:
		return b.step(u.Pts, u.PtsCount, change)
	}
	return d.updateChannel(ctx, u)
}

// updateChannel is update for what concerns channels.
func (d *device) updateChannel(ctx context.Context, u tg.UpdateClass) error {
	switch u := u.(type) {
	case *tg.UpdateNewChannelMessage:
		return d.channelStep(ctx, messagePeer(u.Message), u.Pts, u.PtsCount, u)
	case *tg.UpdateEditChannelMessage:
		return d.channelStep(ctx, messagePeer(u.Message), u.Pts, u.PtsCount, u)
	case *tg.UpdateDeleteChannelMessages:
		return d.channelStep(ctx, channelPeer(u.ChannelID), u.Pts, u.PtsCount, u)
	case *tg.UpdatePinnedChannelMessages:
		return d.channelStep(ctx, channelPeer(u.ChannelID), u.Pts, u.PtsCount, u)
	case *tg.UpdateChannelTooLong:
		return d.channelTooLong(ctx, u)
	case *tg.UpdateChannel:
		return d.channelChanged(ctx, channelPeer(u.ChannelID))
	}
	d.box.change(u)
	return nil
}

func messagePeer(class tg.MessageClass) int64 {
	switch m := class.(type) {
	case *tg.Message:
		return peerID(m.PeerID)
	case *tg.MessageService:
		return peerID(m.PeerID)
	}
	return 0
}

// change does what an update says.
func (b *box) change(u tg.UpdateClass) {
	switch u := u.(type) {
	case *tg.UpdateNewMessage:
		b.add(u.Message)
	case *tg.UpdateEditMessage:
		b.add(u.Message)
	case *tg.UpdateNewChannelMessage:
		b.add(u.Message)
	case *tg.UpdateEditChannelMessage:
		b.add(u.Message)
	case *tg.UpdateDeleteMessages:
		b.remove(0, u.Messages)
	case *tg.UpdateDeleteChannelMessages:
		b.remove(channelPeer(u.ChannelID), u.Messages)
	case *tg.UpdatePinnedMessages:
		b.each(0, u.Messages, func(m *message) { m.pin(u.Pinned) })
	case *tg.UpdatePinnedChannelMessages:
		b.each(channelPeer(u.ChannelID), u.Messages, func(m *message) { m.pin(u.Pinned) })
	case *tg.UpdateReadMessagesContents:
		b.each(0, u.Messages, (*message).seen)
	case *tg.UpdateChannelReadMessagesContents:
		b.each(channelPeer(u.ChannelID), u.Messages, (*message).seen)
	case *tg.UpdateMessageReactions:
		b.reactions(u)
	default:
		b.changeMarks(u)
	}
}

// pin marks a message as pinned or not; only texts are.
func (m *message) pin(pinned bool) { m.pinned = pinned && m.action == "" }

// seen is what happens to a message when its content is read.
func (m *message) seen() { m.unseen, m.news = false, false }

func (b *box) reactions(u *tg.UpdateMessageReactions) {
	peer := peerID(u.Peer)
	m := b.chat(peer).messages[u.MsgID]
	if m == nil {
		return
	}
	chosen, news := m.chosen, m.news
	m.react(u.Reactions)
	if u.Reactions != nil && u.Reactions.Min {
		m.chosen, m.news = chosenOf(chosen, m.counts), news
	}
}

// changeMarks does what an update says about a chat and not about its messages.
func (b *box) changeMarks(u tg.UpdateClass) {
	switch u := u.(type) {
	case *tg.UpdateReadHistoryInbox:
		m := b.mark(peerID(u.Peer))
		m.in = max(m.in, u.MaxID)
	case *tg.UpdateReadHistoryOutbox:
		m := b.mark(peerID(u.Peer))
		m.out = max(m.out, u.MaxID)
	case *tg.UpdateReadChannelInbox:
		m := b.mark(channelPeer(u.ChannelID))
		m.in = max(m.in, u.MaxID)
	case *tg.UpdateReadChannelOutbox:
		m := b.mark(channelPeer(u.ChannelID))
		m.out = max(m.out, u.MaxID)
	case *tg.UpdateDialogUnreadMark:
		b.mark(dialogPeer(u.Peer)).unread = u.Unread
	case *tg.UpdateDraftMessage:
		if u.TopMsgID == nil && u.SavedPeerID == nil {
			b.mark(peerID(u.Peer)).draft = draftText(u.Draft)
		}
	case *tg.UpdateDialogPinned:
		b.pin(dialogPeer(u.Peer), u.Pinned)
	case *tg.UpdatePinnedDialogs:
		if u.Order != nil {
			b.pinned = nil
			for _, p := range u.Order {
				b.pinned = append(b.pinned, dialogPeer(p))
			}
		}
	}
}

// pin puts a chat on top. One that is there already keeps its place.
func (b *box) pin(peer int64, pinned bool) {
	if pinned && slices.Contains(b.pinned, peer) {
		return
	}
	b.pinned = slices.DeleteFunc(b.pinned, func(p int64) bool { return p == peer })
	if pinned {
		b.pinned = slices.Insert(b.pinned, 0, peer)
	}
}

func dialogPeer(p tg.DialogPeerClass) int64 {
	if p, ok := p.(*tg.DialogPeer); ok {
		return peerID(p.Peer)
	}
	return 0
}

func draftText(d tg.DraftMessageClass) string {
	if d, ok := d.(*tg.DraftMessage); ok {
		return d.Message
	}
	return ""
}

// learn takes the people and chats that come with an answer.
func (b *box) learn(users []tg.UserClass, chats []tg.ChatClass) {
	for _, class := range users {
		if u, ok := class.(*tg.User); ok && !u.Min && u.AccessHash != nil {
			b.hashes[u.ID] = *u.AccessHash
		}
	}
	for _, class := range chats {
		b.learnChat(class)
	}
}

func (b *box) learnChat(class tg.ChatClass) {
	switch c := class.(type) {
	case *tg.Chat:
		b.infos[-c.ID] = &info{title: c.Title, out: c.Left, creator: c.Creator, rights: rightsText(c.AdminRights, nil, c.DefaultBannedRights)}
	case *tg.ChatForbidden:
		b.infos[-c.ID] = &info{title: c.Title, out: true}
	case *tg.ChannelForbidden:
		b.infos[channelPeer(c.ID)] = &info{title: c.Title, out: true}
		b.hashes[channelPeer(c.ID)] = c.AccessHash
	case *tg.Channel:
		b.learnChannel(c)
	}
}

func (b *box) learnChannel(c *tg.Channel) {
	peer := channelPeer(c.ID)
	if c.Min { // says nothing about the one who hears it
		if known := b.infos[peer]; known != nil {
			known.title = c.Title
		}
		return
	}
	if c.AccessHash != nil {
		b.hashes[peer] = *c.AccessHash
	}
	b.infos[peer] = &info{
		title: c.Title, out: c.Left, creator: c.Creator, rights: rightsText(c.AdminRights, c.BannedRights, c.DefaultBannedRights),
	}
}

// rightsText says in words what one may and may not.
func rightsText(admin *tg.ChatAdminRights, banned, defaults *tg.ChatBannedRights) string {
	text := ""
	if admin != nil {
		text += fmt.Sprintf(" admin %+v", *admin)
	}
	if banned != nil {
		text += fmt.Sprintf(" banned %+v", *banned)
	}
	if defaults != nil {
		text += fmt.Sprintf(" defaults %+v", *defaults)
	}
	return text
}
