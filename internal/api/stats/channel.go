package stats

import (
	"context"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Errors of channels of the wrong kind.
var (
	errBroadcast = rpc.BadRequest("BROADCAST_REQUIRED")
	errMegagroup = rpc.BadRequest("MEGAGROUP_REQUIRED")
)

// getBroadcastStats serves https://core.telegram.org/method/stats.getBroadcastStats.
func (h *Handlers) getBroadcastStats(ctx context.Context, call *rpc.Call, in *tg.StatsGetBroadcastStats) (*tg.StatsBroadcastStats, error) {
	v, d, err := h.history(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	if !v.Broadcast {
		return nil, errBroadcast
	}
	none := &tg.StatsAbsValueAndPrev{}
	out := &tg.StatsBroadcastStats{
		Period: d.period(), Followers: d.memberCount(), ViewsPerPost: d.perPost(views), SharesPerPost: d.perPost(shares),
		ReactionsPerPost: none, ViewsPerStory: none, SharesPerStory: none, ReactionsPerStory: none,
		EnabledNotifications:      &tg.StatsPercentValue{},
		GrowthGraph:               d.chart(lines, d.line("Total subscribers", members)),
		FollowersGraph:            d.chart(lines, d.line("Joined", joined), d.line("Left", left)),
		InteractionsGraph:         d.chart(lines, d.line("Views", views), d.line("Shares", shares)),
		MuteGraph:                 noData(),
		TopHoursGraph:             noData(),
		IvInteractionsGraph:       noData(),
		ViewsBySourceGraph:        noData(),
		NewFollowersBySourceGraph: noData(),
		LanguagesGraph:            noData(),
		ReactionsByEmotionGraph:   noData(),
		StoryInteractionsGraph:    noData(), StoryReactionsByEmotionGraph: noData(),
	}
	out.RecentPostsInteractions, err = h.recent(ctx, v)
	return out, err
}

// recent are the counters of the last posts.
func (h *Handlers) recent(ctx context.Context, v channels.Sight) ([]tg.PostInteractionCountersClass, error) {
	list := []tg.PostInteractionCountersClass{}
	if h.o.Counters == nil {
		return list, nil
	}
	page, err := h.o.Messages.History(ctx, v.Me.User, v.ID.Peer(), messages.Window{Limit: recentPosts})
	if err != nil {
		return nil, err
	}
	counts, err := h.o.Counters(ctx, v.Me.User, v.ID.Peer(), page.Messages)
	if err != nil {
		return nil, err
	}
	for _, m := range page.Messages {
		if m.Action != nil {
			continue
		}
		c := counts[m.ID]
		list = append(list, &tg.PostInteractionCountersMessage{MsgID: int32(m.ID), Views: value(c.Views), Forwards: value(c.Forwards)})
	}
	return list, nil
}

func value(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}

// getMegagroupStats serves https://core.telegram.org/method/stats.getMegagroupStats.
func (h *Handlers) getMegagroupStats(ctx context.Context, call *rpc.Call, in *tg.StatsGetMegagroupStats) (*tg.StatsMegagroupStats, error) {
	v, d, err := h.history(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	if v.Broadcast {
		return nil, errMegagroup
	}
	none := &tg.StatsAbsValueAndPrev{}
	return &tg.StatsMegagroupStats{
		Period: d.period(), Members: d.memberCount(), Messages: d.compared(posts), Viewers: none, Posters: none,
		GrowthGraph:             d.chart(lines, d.line("Total members", members)),
		MembersGraph:            d.chart(lines, d.line("Joined", joined), d.line("Left", left)),
		MessagesGraph:           d.chart(bars, d.line("Messages", posts)),
		WeekdaysGraph:           noData(),
		NewMembersBySourceGraph: noData(),
		LanguagesGraph:          noData(),
		ActionsGraph:            noData(),
		TopHoursGraph:           noData(),
		TopPosters:              []*tg.StatsGroupTopPoster{}, TopAdmins: []*tg.StatsGroupTopAdmin{},
		TopInviters: []*tg.StatsGroupTopInviter{}, Users: []tg.UserClass{},
	}, nil
}

// getMessageStats serves https://core.telegram.org/method/stats.getMessageStats. Views are not kept by day for each post.
func (h *Handlers) getMessageStats(ctx context.Context, call *rpc.Call, in *tg.StatsGetMessageStats) (*tg.StatsMessageStats, error) {
	if err := h.post(ctx, call, in.Channel, in.MsgID); err != nil {
		return nil, err
	}
	return &tg.StatsMessageStats{ViewsGraph: noData(), ReactionsByEmotionGraph: noData()}, nil
}

// post checks that there is a post of which the caller may see the statistics.
func (h *Handlers) post(ctx context.Context, call *rpc.Call, in tg.InputChannelClass, id int32) error {
	ch, err := h.o.View.ChannelFromInput(ctx, call, in)
	if err != nil {
		return err
	}
	if _, err := h.o.Channels.CheckAdmin(ctx, ch, call.User, 0); err != nil {
		return err
	}
	found, err := h.o.Messages.Get(ctx, call.User, ch.Peer(), []ids.Message{ids.Message(id)})
	if err == nil && found[ids.Message(id)] == nil {
		err = messages.ErrNone
	}
	return err
}

// getMessagePublicForwards serves https://core.telegram.org/method/stats.getMessagePublicForwards. It is not kept where a
// post was forwarded to, only how often.
func (h *Handlers) getMessagePublicForwards(
	ctx context.Context, call *rpc.Call, in *tg.StatsGetMessagePublicForwards,
) (*tg.StatsPublicForwards, error) {
	if err := h.post(ctx, call, in.Channel, in.MsgID); err != nil {
		return nil, err
	}
	return &tg.StatsPublicForwards{Forwards: []tg.PublicForwardClass{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{}}, nil
}

// loadAsyncGraph serves https://core.telegram.org/method/stats.loadAsyncGraph. All graphs are complete when they are
// shown, so none has a token.
func (h *Handlers) loadAsyncGraph(context.Context, *rpc.Call, *tg.StatsLoadAsyncGraph) (tg.StatsGraphClass, error) {
	return nil, rpc.BadRequest("GRAPH_INVALID_RELOAD")
}
