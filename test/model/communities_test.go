package model

import (
	"context"
	"fmt"

	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// Bounds of what a run makes.
const (
	maxGroups   = 5 // that a person is in when he makes another
	maxChannels = 6
)

// invited is change for what answers with those who could not be added, too.
func (d *device) invited(ctx context.Context, request tl.Object) error {
	got, err := answer(ctx, d, request, tg.DecodeMessagesInvitedUsers)
	if err != nil {
		return err
	}
	return d.take(ctx, got.Updates)
}

func createGroup(ctx context.Context, d *device) error {
	if len(d.where(anyGroup)) >= maxGroups {
		return errNothing
	}
	request := &tg.MessagesCreateChat{Title: d.text()}
	for _, id := range d.others() {
		if d.w.rnd.IntN(2) == 0 {
			request.Users = append(request.Users, d.user(id))
		}
	}
	if len(request.Users) == 0 {
		return errNothing
	}
	return d.invited(ctx, request)
}

func addToGroup(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(anyGroup))
	if err != nil {
		return err
	}
	who, _ := pick(d, d.others())
	return d.invited(ctx, &tg.MessagesAddChatUser{ChatID: -peer, UserID: d.user(who), FwdLimit: d.w.rnd.Int32N(2) * 10})
}

func removeFromGroup(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(anyGroup))
	if err != nil {
		return err
	}
	who, _ := pick(d, append(d.others(), d.box.self))
	return d.change(ctx, &tg.MessagesDeleteChatUser{ChatID: -peer, UserID: d.user(who)})
}

func nameGroup(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(anyGroup))
	if err != nil {
		return err
	}
	return d.change(ctx, &tg.MessagesEditChatTitle{ChatID: -peer, Title: d.text()})
}

// createChannel makes a public channel or supergroup.
func createChannel(ctx context.Context, d *device) error {
	if len(d.w.public) >= maxChannels {
		return errNothing
	}
	group := d.w.rnd.IntN(3) > 0
	u, err := answer(ctx, d, &tg.ChannelsCreateChannel{Broadcast: !group, Megagroup: group, Title: d.text()}, tg.DecodeUpdatesClass)
	if err != nil {
		return err
	}
	if err := d.take(ctx, u); err != nil {
		return err
	}
	name := fmt.Sprintf("channel_%d", len(d.w.public)+1)
	for _, class := range u.(*tg.Updates).Chats {
		if c, ok := class.(*tg.Channel); ok {
			d.w.public = append(d.w.public, name)
			return d.do(ctx, &tg.ChannelsUpdateUsername{Channel: d.channel(channelPeer(c.ID)), Username: name})
		}
	}
	return fmt.Errorf("no channel in %T", u)
}

func invite(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(anyChannel))
	if err != nil {
		return err
	}
	who, _ := pick(d, d.others())
	return d.invited(ctx, &tg.ChannelsInviteToChannel{Channel: d.channel(peer), Users: []tg.InputUserClass{d.user(who)}})
}

func join(ctx context.Context, d *device) error {
	name, err := pick(d, d.w.public)
	if err != nil {
		return err
	}
	found, err := answer(ctx, d, &tg.ContactsResolveUsername{Username: name}, tg.DecodeContactsResolvedPeer)
	if err != nil {
		return err
	}
	d.box.learn(found.Users, found.Chats)
	joined, err := answer(ctx, d, &tg.ChannelsJoinChannel{Channel: d.channel(peerID(found.Peer))}, tg.DecodeMessagesChatInviteJoinResultClass)
	if err != nil {
		return err
	}
	if ok, is := joined.(*tg.MessagesChatInviteJoinResultOk); is {
		return d.take(ctx, ok.Updates)
	}
	return fmt.Errorf("unexpected %s", joined.TLName())
}

func leave(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(func(peer int64, i *info) bool { return isChannel(peer) && !i.creator }))
	if err != nil {
		return err
	}
	return d.change(ctx, &tg.ChannelsLeaveChannel{Channel: d.channel(peer)})
}

// ban throws somebody out, silences him, or lets him back in.
func ban(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(anyChannel))
	if err != nil {
		return err
	}
	who, _ := pick(d, d.others())
	rights := new(tg.ChatBannedRights)
	switch d.w.rnd.IntN(3) {
	case 0:
		rights.ViewMessages = true
	case 1:
		rights.SendMessages = true
	}
	return d.change(ctx, &tg.ChannelsEditBanned{Channel: d.channel(peer), Participant: d.peer(who), BannedRights: rights})
}

func promote(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(anyChannel))
	if err != nil {
		return err
	}
	who, _ := pick(d, d.others())
	rights := new(tg.ChatAdminRights)
	if d.w.rnd.IntN(4) > 0 {
		rights = &tg.ChatAdminRights{
			PostMessages: true, EditMessages: d.w.rnd.IntN(2) == 0, DeleteMessages: d.w.rnd.IntN(2) == 0, BanUsers: d.w.rnd.IntN(2) == 0,
			PinMessages: d.w.rnd.IntN(2) == 0, InviteUsers: true, ChangeInfo: true,
		}
	}
	return d.change(ctx, &tg.ChannelsEditAdmin{Channel: d.channel(peer), UserID: d.user(who), AdminRights: rights})
}

func nameChannel(ctx context.Context, d *device) error {
	peer, err := pick(d, d.where(anyChannel))
	if err != nil {
		return err
	}
	return d.change(ctx, &tg.ChannelsEditTitle{Channel: d.channel(peer), Title: d.text()})
}
