package model

import (
	"context"
	"errors"
	"fmt"

	"hermod/internal/mtproto/client"
	"hermod/internal/tl/tg"
)

// catchUp reads the difference of the common log to its end.
// Spec: https://core.telegram.org/api/updates#recovering-gaps
func (d *device) catchUp(ctx context.Context) error {
	for range 1000 {
		diff, err := ask(ctx, d, &tg.UpdatesGetDifference{Pts: d.box.pts, Date: d.box.date}, tg.DecodeUpdatesDifferenceClass)
		if err != nil {
			return err
		}
		switch diff := diff.(type) {
		case *tg.UpdatesDifferenceEmpty:
			d.box.date = diff.Date
			return nil
		case *tg.UpdatesDifference:
			return d.difference(ctx, diff.NewMessages, diff.OtherUpdates, diff.Users, diff.Chats, diff.State)
		case *tg.UpdatesDifferenceSlice:
			if diff.IntermediateState.Pts == d.box.pts {
				return fmt.Errorf("%s: the difference since %d does not move", d.name, d.box.pts)
			}
			if err := d.difference(ctx, diff.NewMessages, diff.OtherUpdates, diff.Users, diff.Chats, diff.IntermediateState); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s: difference since %d answered %s", d.name, d.box.pts, diff.TLName())
		}
	}
	return fmt.Errorf("%s: the difference does not end", d.name)
}

func (d *device) difference(
	ctx context.Context, messages []tg.MessageClass, others []tg.UpdateClass, users []tg.UserClass, chats []tg.ChatClass,
	state *tg.UpdatesState,
) error {
	if state.Pts < d.box.pts {
		return fmt.Errorf("%s: the difference since %d ends at %d", d.name, d.box.pts, state.Pts)
	}
	d.box.learn(users, chats)
	for _, m := range messages {
		d.box.add(m)
	}
	d.box.pts, d.box.date = state.Pts, state.Date
	for _, u := range others {
		if err := d.missed(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// missed applies an update that came in a difference: those of the common log are in order there, whatever their
// positions say.
func (d *device) missed(ctx context.Context, u tg.UpdateClass) error {
	switch u := u.(type) {
	case *tg.UpdateChannelTooLong:
		return d.channelTooLong(ctx, u)
	case *tg.UpdateChannel, *tg.UpdateNewChannelMessage, *tg.UpdateEditChannelMessage, *tg.UpdateDeleteChannelMessages,
		*tg.UpdatePinnedChannelMessages:
		return d.updateChannel(ctx, u)
	}
	d.box.change(u)
	return nil
}

// channelStep takes each position of a channel's log once and in order. A channel that is not known yet is loaded, and
// one with a gap asks for its difference.
func (d *device) channelStep(ctx context.Context, peer int64, pts, count int32, u tg.UpdateClass) error {
	b := d.box
	c := b.chats[peer]
	if c == nil {
		return d.load(ctx, peer)
	}
	switch {
	case c.pts+count == pts:
		c.pts = pts
		b.change(u)
		return nil
	case c.pts+count < pts:
		d.w.channelGaps++
		return d.channelCatchUp(ctx, peer)
	}
	return nil // seen before
}

// channelTooLong asks for the difference of a channel that has moved.
func (d *device) channelTooLong(ctx context.Context, u *tg.UpdateChannelTooLong) error {
	peer := channelPeer(u.ChannelID)
	c := d.box.chats[peer]
	switch {
	case c == nil:
		return d.load(ctx, peer)
	case u.Pts != nil && *u.Pts <= c.pts:
		return nil
	}
	d.w.tooLong++
	return d.channelCatchUp(ctx, peer)
}

// channelChanged looks at a channel anew: whether one is still in it, or has come in.
func (d *device) channelChanged(ctx context.Context, peer int64) error {
	known := d.box.infos[peer]
	switch {
	case known == nil || known.out:
		d.box.forget(peer)
		return nil
	case d.box.chats[peer] == nil:
		return d.load(ctx, peer)
	}
	return nil
}

// channelCatchUp reads the difference of a channel to its end.
func (d *device) channelCatchUp(ctx context.Context, peer int64) error {
	for range 1000 {
		c := d.box.chats[peer]
		if c == nil {
			return nil
		}
		diff, err := ask(ctx, d, &tg.UpdatesGetChannelDifference{
			Channel: d.channel(peer), Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: c.pts, Limit: d.w.sliceSize(),
		}, tg.DecodeUpdatesChannelDifferenceClass)
		if isPrivate(err) {
			d.box.forget(peer)
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		done, err := d.channelDifference(ctx, peer, c, diff)
		if done || err != nil {
			return err
		}
	}
	return fmt.Errorf("%s: the difference of channel %d does not end", d.name, peer)
}

func (d *device) channelDifference(ctx context.Context, peer int64, c *chat, diff tg.UpdatesChannelDifferenceClass) (done bool, err error) {
	switch diff := diff.(type) {
	case *tg.UpdatesChannelDifferenceEmpty:
		c.pts = max(c.pts, diff.Pts)
		return true, nil
	case *tg.UpdatesChannelDifferenceTooLong:
		d.box.learn(diff.Users, diff.Chats)
		return true, d.load(ctx, peer)
	case *tg.UpdatesChannelDifference:
		if !diff.Final && diff.Pts == c.pts {
			return true, fmt.Errorf("%s: the difference of channel %d since %d does not move", d.name, peer, c.pts)
		}
		d.box.learn(diff.Users, diff.Chats)
		c.pts = diff.Pts
		for _, m := range diff.NewMessages {
			d.box.add(m)
		}
		for _, u := range diff.OtherUpdates {
			d.box.change(u)
		}
		return diff.Final, nil
	}
	return true, fmt.Errorf("unexpected %s", diff.TLName())
}

// isPrivate reports whether a channel may not be looked at any more.
func isPrivate(err error) bool {
	var refused client.RPCError
	return errors.As(err, &refused) && (refused.Type == "CHANNEL_PRIVATE" || refused.Type == "USER_BANNED_IN_CHANNEL")
}

// load reads a channel that one has come into: its position and marks first, then its messages.
func (d *device) load(ctx context.Context, peer int64) error {
	b := d.box
	if _, ok := b.hashes[peer]; !ok {
		return nil // it was told of in passing only; updateChannel will name it
	}
	got, err := ask(ctx, d, &tg.MessagesGetPeerDialogs{
		Peers: []tg.InputDialogPeerClass{&tg.InputDialogPeer{Peer: d.peer(peer)}},
	}, tg.DecodeMessagesPeerDialogs)
	if isPrivate(err) {
		b.forget(peer)
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: load channel %d: %w", d.name, peer, err)
	}
	b.learn(got.Users, got.Chats)
	if known := b.infos[peer]; known == nil || known.out {
		b.forget(peer)
		return nil
	}
	b.chats[peer] = &chat{messages: map[int32]*message{}}
	for _, class := range got.Dialogs {
		if dialog, ok := class.(*tg.Dialog); ok && dialog.Pts != nil {
			b.chats[peer].pts = *dialog.Pts
			b.readDialog(dialog)
		}
	}
	return d.history(ctx, peer, b)
}

// history reads all messages of a chat into b.
func (d *device) history(ctx context.Context, peer int64, b *box) error {
	offset := int32(0)
	for {
		h, err := ask(ctx, d, &tg.MessagesGetHistory{Peer: d.peer(peer), OffsetID: offset, Limit: 100}, tg.DecodeMessagesMessagesClass)
		if err != nil {
			return fmt.Errorf("%s: history of %d: %w", d.name, peer, err)
		}
		page := messagesIn(b, h)
		for _, m := range page {
			b.add(m)
			offset = messageID(m)
		}
		if len(page) == 0 {
			return nil
		}
	}
}

func messagesIn(b *box, class tg.MessagesMessagesClass) []tg.MessageClass {
	switch h := class.(type) {
	case *tg.MessagesMessages:
		b.learn(h.Users, h.Chats)
		return h.Messages
	case *tg.MessagesMessagesSlice:
		b.learn(h.Users, h.Chats)
		return h.Messages
	case *tg.MessagesChannelMessages:
		b.learn(h.Users, h.Chats)
		return h.Messages
	}
	return nil
}

func messageID(class tg.MessageClass) int32 {
	switch m := class.(type) {
	case *tg.Message:
		return m.ID
	case *tg.MessageService:
		return m.ID
	}
	return 0
}

// readDialog takes what a list of dialogs says about a chat.
func (b *box) readDialog(dialog *tg.Dialog) {
	m := b.mark(peerID(dialog.Peer))
	m.in, m.out = dialog.ReadInboxMaxID, dialog.ReadOutboxMaxID
	m.unread, m.draft = dialog.UnreadMark, draftText(dialog.Draft)
}

func (d *device) channel(peer int64) *tg.InputChannel {
	return &tg.InputChannel{ChannelID: -channelBase - peer, AccessHash: d.box.hashes[peer]}
}

// peer names a chat to the server.
func (d *device) peer(peer int64) tg.InputPeerClass {
	switch {
	case peer == d.box.self:
		return &tg.InputPeerSelf{}
	case isChannel(peer):
		return &tg.InputPeerChannel{ChannelID: -channelBase - peer, AccessHash: d.box.hashes[peer]}
	case peer < 0:
		return &tg.InputPeerChat{ChatID: -peer}
	}
	return &tg.InputPeerUser{UserID: peer, AccessHash: d.box.hashes[peer]}
}

func (d *device) user(id int64) tg.InputUserClass {
	if id == d.box.self {
		return &tg.InputUserSelf{}
	}
	return &tg.InputUser{UserID: id, AccessHash: d.box.hashes[id]}
}
