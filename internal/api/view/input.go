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
)

// Access makes and checks the access hashes of this server.
func (v *View) Access() *ids.Access { return v.access }

// PeerFromInput resolves what a client calls a peer. A user or channel counts only with the access hash that
// this viewer was given. It does not look whether the peer exists: nobody has a hash of what does not.
// It fails with 400 PEER_ID_INVALID, and 400 CHANNEL_INVALID for a channel.
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
		if in.ChatID <= 0 || in.ChatID > 999_999_999_999 {
			return 0, errPeer
		}
		return ids.Chat(in.ChatID).Peer(), nil
	case *tg.InputPeerChannel:
		peer := ids.Channel(in.ChannelID).Peer()
		if in.ChannelID <= 0 || !v.access.Check(call.User, peer, in.AccessHash) {
			return 0, errChannel
		}
		return peer, nil
	}
	return 0, errPeer
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
	if v.met == nil || id <= 0 || msg <= 0 {
		return 0, refusal
	}
	if _, nested := chat.(*tg.InputPeerUserFromMessage); nested {
		return 0, refusal
	}
	peer, err := v.PeerFromInput(ctx, call, chat)
	if err != nil {
		return 0, err
	}
	named, err := v.met.Names(ctx, call.User, peer, ids.Message(msg), ids.User(id).Peer())
	if err != nil {
		return 0, err
	}
	if !named {
		return 0, refusal
	}
	return ids.User(id), nil
}
