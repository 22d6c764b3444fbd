package channels

import (
	"context"
	"errors"

	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerLists(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getAdminedPublicChannels)
	rpc.Handle(r, rpc.UserOnly, h.getLeftChannels)
	rpc.Handle(r, rpc.UserOnly, h.getInactiveChannels)
	rpc.Handle(r, rpc.UserOnly, h.getChannelRecommendations)
	rpc.Handle(r, rpc.UserOnly, h.getGroupsForDiscussion)
	rpc.Handle(r, rpc.UserOnly, h.setDiscussionGroup)
	rpc.Handle(r, rpc.UserOnly, h.getSendAs)
}

// getAdminedPublicChannels serves https://core.telegram.org/method/channels.getAdminedPublicChannels.
func (h *Handlers) getAdminedPublicChannels(
	ctx context.Context, call *rpc.Call, in *tg.ChannelsGetAdminedPublicChannels,
) (tg.MessagesChatsClass, error) {
	list, err := h.channels.AdminedPublic(ctx, call.User)
	if err != nil {
		return nil, err
	}
	if in.CheckLimit && len(list) >= channels.MaxPublic {
		return nil, channels.ErrPublicTooMany
	}
	if in.ByLocation {
		list = nil
	}
	return h.chats(ctx, call.User, list)
}

// getLeftChannels serves https://core.telegram.org/method/channels.getLeftChannels.
func (h *Handlers) getLeftChannels(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetLeftChannels) (tg.MessagesChatsClass, error) {
	list, count, err := h.channels.LeftChannels(ctx, call.User, int(in.Offset), maxAsked)
	if err != nil {
		return nil, err
	}
	chats, err := h.view.Chats(ctx, call.User, peers(list))
	return &tg.MessagesChatsSlice{Count: int32(count), Chats: chats}, err
}

// getInactiveChannels serves https://core.telegram.org/method/channels.getInactiveChannels.
func (h *Handlers) getInactiveChannels(ctx context.Context, call *rpc.Call, _ *tg.ChannelsGetInactiveChannels) (*tg.MessagesInactiveChats, error) {
	list, err := h.channels.InactiveChannels(ctx, call.User)
	if err != nil {
		return nil, err
	}
	out := &tg.MessagesInactiveChats{Dates: make([]int32, 0, len(list)), Users: []tg.UserClass{}}
	about := make([]ids.Peer, 0, len(list))
	for _, i := range list {
		out.Dates, about = append(out.Dates, int32(i.Last.Unix())), append(about, i.Channel.ID.Peer())
	}
	out.Chats, err = h.view.Chats(ctx, call.User, about)
	return out, err
}

// getChannelRecommendations serves https://core.telegram.org/method/channels.getChannelRecommendations: channels whose
// members are the same, or that those are in whom the caller knows.
func (h *Handlers) getChannelRecommendations(
	ctx context.Context, call *rpc.Call, in *tg.ChannelsGetChannelRecommendations,
) (tg.MessagesChatsClass, error) {
	var ch ids.Channel
	if in.Channel != nil {
		var err error
		if ch, err = h.view.ChannelFromInput(ctx, call, in.Channel); err != nil {
			return nil, err
		}
	}
	list, err := h.channels.Similar(ctx, call.User, ch)
	if err != nil {
		return nil, err
	}
	return h.chats(ctx, call.User, list)
}

// getGroupsForDiscussion serves https://core.telegram.org/method/channels.getGroupsForDiscussion.
func (h *Handlers) getGroupsForDiscussion(ctx context.Context, call *rpc.Call, _ *tg.ChannelsGetGroupsForDiscussion) (tg.MessagesChatsClass, error) {
	list, err := h.channels.ForDiscussion(ctx, call.User)
	if err != nil {
		return nil, err
	}
	all, err := h.groups.Belongings(ctx, call.User)
	if err != nil {
		return nil, err
	}
	about := peers(list)
	for _, b := range all { // they become supergroups first
		if b.Peer.Chat() != 0 && b.Status == groups.In && b.Role == groups.Owner {
			about = append(about, b.Peer)
		}
	}
	chats, err := h.view.Chats(ctx, call.User, about)
	return &tg.MessagesChats{Chats: chats}, err
}

// setDiscussionGroup serves https://core.telegram.org/method/channels.setDiscussionGroup. Without a group, or without a
// channel, the link is undone.
func (h *Handlers) setDiscussionGroup(ctx context.Context, call *rpc.Call, in *tg.ChannelsSetDiscussionGroup) (tg.Bool, error) {
	broadcast, err := h.channelOrNone(ctx, call, in.Broadcast)
	if err != nil {
		return false, rpc.BadRequest("BROADCAST_ID_INVALID")
	}
	group, err := h.channelOrNone(ctx, call, in.Group)
	if err != nil {
		return false, rpc.BadRequest("MEGAGROUP_ID_INVALID")
	}
	err = h.channels.SetLinked(ctx, call.User, broadcast, group)
	if errors.Is(err, channels.ErrSame) {
		err = rpc.BadRequest("LINK_NOT_MODIFIED")
	}
	return err == nil, err
}

func (h *Handlers) channelOrNone(ctx context.Context, call *rpc.Call, in tg.InputChannelClass) (ids.Channel, error) {
	if _, none := in.(*tg.InputChannelEmpty); none {
		return 0, nil
	}
	return h.view.ChannelFromInput(ctx, call, in)
}

// getSendAs serves https://core.telegram.org/method/channels.getSendAs.
func (h *Handlers) getSendAs(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetSendAs) (*tg.ChannelsSendAsPeers, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	list := []ids.Peer{call.User.Peer()}
	if ch := peer.Channel(); ch != 0 {
		if list, err = h.channels.SendAs(ctx, call.User, ch); err != nil {
			return nil, err
		}
	}
	out := &tg.ChannelsSendAsPeers{Peers: make([]*tg.SendAsPeer, 0, len(list))}
	for _, p := range list {
		out.Peers = append(out.Peers, &tg.SendAsPeer{Peer: view.Peer(p)})
	}
	out.Users, out.Chats, err = h.view.Peers(ctx, call.User, list)
	return out, err
}
