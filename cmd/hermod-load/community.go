package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"hermod/internal/mtproto/client"
	"hermod/internal/tl/tg"
)

// peerOf names a channel as a chat.
func peerOf(c *tg.InputChannel) *tg.InputPeerChannel {
	return &tg.InputPeerChannel{ChannelID: c.ChannelID, AccessHash: c.AccessHash}
}

// chatsIn lists the chats that an answer brings with its updates.
func chatsIn(u tg.UpdatesClass) []tg.ChatClass {
	switch u := u.(type) {
	case *tg.Updates:
		return u.Chats
	case *tg.UpdatesCombined:
		return u.Chats
	}
	return nil
}

// channelIn finds the first channel that comes with its access hash.
func channelIn(chats []tg.ChatClass) (*tg.InputChannel, error) {
	for _, c := range chats {
		if c, ok := c.(*tg.Channel); ok && c.AccessHash != nil {
			return &tg.InputChannel{ChannelID: c.ID, AccessHash: *c.AccessHash}, nil
		}
	}
	return nil, fmt.Errorf("no channel in the answer: %w", errAnswer)
}

// createChannel makes a public channel, or a supergroup, and returns its name too.
func (u *user) createChannel(ctx context.Context, supergroup bool) (c *tg.InputChannel, name string, err error) {
	made, err := ask(ctx, u, &tg.ChannelsCreateChannel{
		Broadcast: !supergroup, Megagroup: supergroup, Title: "Load of " + u.phone, About: "made by the load generator",
	}, tg.DecodeUpdatesClass)
	if err != nil {
		return nil, "", err
	}
	if c, err = channelIn(chatsIn(made)); err != nil {
		return nil, "", err
	}
	name = "load_" + randomLetters(12)
	_, err = u.client.Invoke(ctx, &tg.ChannelsUpdateUsername{Channel: c, Username: name})
	if err != nil {
		return nil, "", fmt.Errorf("channels.updateUsername: %w", err)
	}
	return c, name, nil
}

func randomLetters(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte('a' + byte(rand.IntN(26)))
	}
	return b.String()
}

// look finds a public channel.
func (u *user) look(ctx context.Context, name string) (*tg.InputChannel, error) {
	found, err := ask(ctx, u, &tg.ContactsResolveUsername{Username: name}, tg.DecodeContactsResolvedPeer)
	if err != nil {
		return nil, err
	}
	return channelIn(found.Chats)
}

// join finds a public channel and becomes a member.
func (u *user) join(ctx context.Context, name string) (*tg.InputChannel, error) {
	c, err := u.look(ctx, name)
	if err != nil {
		return nil, err
	}
	_, err = u.client.Invoke(ctx, &tg.ChannelsJoinChannel{Channel: c})
	var refused client.RPCError
	if errors.As(err, &refused) && refused.Type == "USER_ALREADY_PARTICIPANT" { // since an earlier run
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("channels.joinChannel: %w", err)
	}
	return c, nil
}

// channelState is the position of a channel's log.
func (u *user) channelState(ctx context.Context, c *tg.InputChannel) (pts int32, err error) {
	d, err := ask(ctx, u, &tg.MessagesGetPeerDialogs{
		Peers: []tg.InputDialogPeerClass{&tg.InputDialogPeer{Peer: peerOf(c)}},
	}, tg.DecodeMessagesPeerDialogs)
	if err != nil {
		return 0, err
	}
	for _, class := range d.Dialogs {
		if dialog, ok := class.(*tg.Dialog); ok && dialog.Pts != nil {
			return *dialog.Pts, nil
		}
	}
	return 0, fmt.Errorf("no dialog of the channel: %w", errAnswer)
}

// maxDifference is how many entries a member asks for at a time.
const maxDifference = 100

// channelDifference asks for everything in a channel since pts and gives the new messages to take.
func (u *user) channelDifference(ctx context.Context, c *tg.InputChannel, pts int32, take func(tgMessage)) error {
	for {
		d, err := ask(ctx, u, &tg.UpdatesGetChannelDifference{
			Channel: c, Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: pts, Limit: maxDifference,
		}, tg.DecodeUpdatesChannelDifferenceClass)
		if err != nil {
			return err
		}
		switch d := d.(type) {
		case *tg.UpdatesChannelDifference:
			each(d.NewMessages, take)
			if pts = d.Pts; d.Final {
				return nil
			}
		case *tg.UpdatesChannelDifferenceTooLong: // the rest is in the history
			each(d.Messages, take)
			return u.recent(ctx, c, take)
		default:
			return nil
		}
	}
}

// recent reads the newest messages of a channel, newest first.
func (u *user) recent(ctx context.Context, c *tg.InputChannel, take func(tgMessage)) error {
	const pages, size = 100, 100
	offset := int32(0)
	for range pages {
		h, err := ask(ctx, u, &tg.MessagesGetHistory{Peer: peerOf(c), OffsetID: offset, Limit: size}, tg.DecodeMessagesMessagesClass)
		if err != nil {
			return err
		}
		page, ok := h.(*tg.MessagesChannelMessages)
		if !ok || len(page.Messages) == 0 {
			return nil
		}
		each(page.Messages, take)
		if offset = messageID(page.Messages[len(page.Messages)-1]); offset <= 1 {
			return nil
		}
	}
	return nil
}

func messageID(m tgMessage) int32 {
	switch m := m.(type) {
	case *tg.Message:
		return m.ID
	case *tg.MessageService:
		return m.ID
	}
	return 0
}
