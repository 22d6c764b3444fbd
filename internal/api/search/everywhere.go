package search

import (
	"context"
	"strings"

	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// searchGlobal serves https://core.telegram.org/method/messages.searchGlobal. What is found is in the order of its dates;
// the date of the last message of a page is where the next begins: it is the rate, which Web A and Web K want to see move.
func (h *Handlers) searchGlobal(ctx context.Context, call *rpc.Call, in *tg.MessagesSearchGlobal) (tg.MessagesMessagesClass, error) {
	q := messages.GlobalQuery{
		By: call.User, Words: in.Q, MinDate: render.Time(in.MinDate), MaxDate: render.Time(in.MaxDate), Limit: int(in.Limit),
		Users: in.UsersOnly, Groups: in.GroupsOnly, Broadcasts: in.BroadcastsOnly,
		OffsetDate: render.Time(in.OffsetRate), OffsetPeer: offsetPeer(call, in.OffsetPeer), OffsetID: ids.Message(in.OffsetID),
	}
	if in.FolderID != nil {
		q.Folder = new(int(*in.FolderID))
	}
	if in.Community != nil {
		return render.NoMessages(), nil
	}
	var kind messages.Query
	wanted(&kind, in.Filter)
	q.Filter, q.Media = kind.Filter, kind.Media
	page, err := h.o.Messages.SearchEverywhere(ctx, q)
	if err != nil {
		return nil, err
	}
	return h.slice(ctx, call.User, page)
}

// slice shows a page of messages of many chats; its last date is the rate.
func (h *Handlers) slice(ctx context.Context, user ids.User, page messages.Page) (tg.MessagesMessagesClass, error) {
	more := !page.Whole
	page.Above, page.PTS = 0, 0
	answer, err := h.o.Render.Page(ctx, user, page, 0)
	slice, ok := answer.(*tg.MessagesMessagesSlice)
	if n := len(page.Messages); ok && n > 0 && more {
		slice.NextRate = new(render.Unix(page.Messages[n-1].Date))
	}
	return answer, err
}

// offsetPeer reads a place in a list: it opens nothing, so any peer will do.
func offsetPeer(call *rpc.Call, in tg.InputPeerClass) ids.Peer {
	switch in := in.(type) {
	case *tg.InputPeerSelf:
		return call.User.Peer()
	case *tg.InputPeerUser:
		return ids.User(in.UserID).Peer()
	case *tg.InputPeerChat:
		return ids.Chat(in.ChatID).Peer()
	case *tg.InputPeerChannel:
		return ids.Channel(in.ChannelID).Peer()
	}
	return 0
}

// searchPosts serves https://core.telegram.org/method/channels.searchPosts: posts of public channels with a hashtag. Posts
// are not searched by words: nothing is found so.
func (h *Handlers) searchPosts(ctx context.Context, call *rpc.Call, in *tg.ChannelsSearchPosts) (tg.MessagesMessagesClass, error) {
	if in.Hashtag == nil {
		if in.Query == nil || strings.TrimSpace(*in.Query) == "" {
			return nil, errQuery
		}
		return &tg.MessagesMessagesSlice{
			Messages: []tg.MessageClass{}, Topics: []tg.ForumTopicClass{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{},
			SearchFlood: &tg.SearchPostsFlood{QueryIsFree: true},
		}, nil
	}
	page, err := h.o.Messages.Tagged(ctx, messages.TagQuery{
		Hashtag: *in.Hashtag, Limit: int(in.Limit), OffsetDate: render.Time(in.OffsetRate), OffsetPeer: offsetPeer(call, in.OffsetPeer),
		OffsetID: ids.Message(in.OffsetID),
	})
	if err != nil {
		return nil, err
	}
	return h.slice(ctx, call.User, page)
}

// checkSearchPostsFlood serves https://core.telegram.org/method/channels.checkSearchPostsFlood: searches cost nothing here.
func (h *Handlers) checkSearchPostsFlood(context.Context, *rpc.Call, *tg.ChannelsCheckSearchPostsFlood) (*tg.SearchPostsFlood, error) {
	return &tg.SearchPostsFlood{QueryIsFree: true}, nil
}
