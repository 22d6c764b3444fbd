package view

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// What is answered to a peer that is malformed, unknown, or named with a wrong access hash.
var (
	errPeer    = rpc.BadRequest("PEER_ID_INVALID")
	errUser    = rpc.BadRequest("USER_ID_INVALID")
	errChannel = rpc.BadRequest("CHANNEL_INVALID")
	errChat    = rpc.BadRequest("CHAT_ID_INVALID")
)

// Access makes and checks the access hashes of this server.
func (v *View) Access() *ids.Access { return v.access }

// PeerFromInput resolves what a client calls a peer. A user or channel counts only with the access hash that
// this viewer was given. It does not look whether the peer exists: nobody has a hash of what does not.
// It fails with 400 PEER_ID_INVALID, CHANNEL_INVALID for a channel and CHAT_ID_INVALID for a basic group.
// Spec: https://core.telegram.org/api/peers#access-hash
func (v *View) PeerFromInput(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	switch in := in.(type) {
	case *tg.InputPeerSelf:
		return call.User.Peer(), nil
	case *tg.InputPeerUser:
		return v.checked(ctx, call, in.UserID, in.AccessHash, errPeer)
	case *tg.InputPeerUserFromMessage:
		user, err := v.fromMessage(ctx, call, in.Peer, in.MsgID, in.UserID, errPeer)
		return user.Peer(), err
	case *tg.InputPeerChat:
		chat, err := v.ChatFromID(ctx, call, in.ChatID)
		return chat.Peer(), err
	case *tg.InputPeerChannel:
		ch, err := v.channel(ctx, call, in.ChannelID, in.AccessHash)
		return ch.Peer(), err
	case *tg.InputPeerChannelFromMessage:
		ch, err := v.channelFromMessage(ctx, call, in.Peer, in.MsgID, in.ChannelID)
		return ch.Peer(), err
	}
	return 0, errPeer
}

// maxChat and maxChannel bound the ids.
const (
	maxChat    = 999_999_999_999
	maxChannel = 1_000_000_000_000 - 1<<31 - 1
)

// ChatFromID resolves a basic group, which the caller must be or have been in. It fails with 400 CHAT_ID_INVALID.
func (v *View) ChatFromID(ctx context.Context, call *rpc.Call, id int64) (ids.Chat, error) {
	chat := ids.Chat(id)
	if id <= 0 || id > maxChat {
		return 0, errChat
	}
	if v.groups == nil {
		return chat, nil
	}
	known, err := v.groups.Knows(ctx, call.User, chat)
	if err == nil && !known {
		err = errChat
	}
	return chat, err
}

// ChannelFromInput resolves a channel or supergroup, by the access hash that this caller was given. It does not look
// whether he may see it. It fails with 400 CHANNEL_INVALID.
func (v *View) ChannelFromInput(ctx context.Context, call *rpc.Call, in tg.InputChannelClass) (ids.Channel, error) {
	switch in := in.(type) {
	case *tg.InputChannel:
		return v.channel(ctx, call, in.ChannelID, in.AccessHash)
	case *tg.InputChannelFromMessage:
		return v.channelFromMessage(ctx, call, in.Peer, in.MsgID, in.ChannelID)
	}
	return 0, errChannel
}

// channel accepts a channel by its access hash; bots may leave it out for channels that they are in.
func (v *View) channel(ctx context.Context, call *rpc.Call, id, hash int64) (ids.Channel, error) {
	ch := ids.Channel(id)
	if id <= 0 || id > maxChannel {
		return 0, errChannel
	}
	if v.access.Check(call.User, ch.Peer(), hash) {
		return ch, nil
	}
	if !call.Bot || hash != 0 || v.groups == nil {
		return 0, errChannel
	}
	in, err := v.groups.In(ctx, call.User, ch.Peer())
	if err == nil && !in {
		err = errChannel
	}
	return ch, err
}

// channelFromMessage accepts a channel that a message names which the caller can see.
func (v *View) channelFromMessage(ctx context.Context, call *rpc.Call, chat tg.InputPeerClass, msg int32, id int64) (ids.Channel, error) {
	ch := ids.Channel(id)
	if id <= 0 || id > maxChannel {
		return 0, errChannel
	}
	return ch, v.named(ctx, call, chat, msg, ch.Peer(), errChannel)
}

// named fails with refusal unless a message that the caller can see names peer.
func (v *View) named(ctx context.Context, call *rpc.Call, chat tg.InputPeerClass, msg int32, peer ids.Peer, refusal rpc.Error) error {
	if v.met == nil || msg <= 0 {
		return refusal
	}
	switch chat.(type) {
	case *tg.InputPeerUserFromMessage, *tg.InputPeerChannelFromMessage:
		return refusal // once is enough
	}
	in, err := v.PeerFromInput(ctx, call, chat)
	if err != nil {
		return err
	}
	named, err := v.met.Names(ctx, call.User, in, ids.Message(msg), peer)
	if err == nil && !named {
		err = refusal
	}
	return err
}

// UserFromInput is PeerFromInput for what can only be a user. It fails with 400 USER_ID_INVALID.
func (v *View) UserFromInput(ctx context.Context, call *rpc.Call, in tg.InputUserClass) (ids.User, error) {
	switch in := in.(type) {
	case *tg.InputUserSelf:
		return call.User, nil
	case *tg.InputUser:
		peer, err := v.checked(ctx, call, in.UserID, in.AccessHash, errUser)
		return peer.User(), err
	case *tg.InputUserFromMessage:
		return v.fromMessage(ctx, call, in.Peer, in.MsgID, in.UserID, errUser)
	}
	return 0, errUser
}

// checked accepts a user by his access hash; oneself and, for bots, whom they have met, by any.
func (v *View) checked(ctx context.Context, call *rpc.Call, id, hash int64, refusal rpc.Error) (ids.Peer, error) {
	user := ids.User(id)
	if id <= 0 || id >= 1<<40 {
		return 0, refusal
	}
	if user == call.User || v.access.Check(call.User, user.Peer(), hash) {
		return user.Peer(), nil
	}
	if !call.Bot || hash != 0 || v.met == nil {
		return 0, refusal
	}
	met, err := v.met.HasDialog(ctx, call.User, user.Peer())
	if err == nil && !met {
		err = refusal
	}
	return user.Peer(), err
}

// fromMessage accepts a user whom a message names that the viewer has.
func (v *View) fromMessage(ctx context.Context, call *rpc.Call, chat tg.InputPeerClass, msg int32, id int64, refusal rpc.Error) (ids.User, error) {
	if id <= 0 || id >= 1<<40 {
		return 0, refusal
	}
	return ids.User(id), v.named(ctx, call, chat, msg, ids.User(id).Peer(), refusal)
}
