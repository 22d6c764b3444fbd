package channels

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// getFullChannel serves https://core.telegram.org/method/channels.getFullChannel. Clients take the second chat for the
// linked one.
func (h *Handlers) getFullChannel(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetFullChannel) (*tg.MessagesChatFull, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	v, err := h.channels.See(ctx, call.User, ch)
	if err != nil {
		return nil, err
	}
	full, about, err := h.full(ctx, v)
	if err != nil {
		return nil, err
	}
	about = append([]ids.Peer{ch.Peer(), v.Linked.Peer()}, about...)
	users, chats, err := h.view.Peers(ctx, call.User, about)
	return &tg.MessagesChatFull{FullChat: full, Chats: chats, Users: users}, err
}

// full is the page of a channel.
func (h *Handlers) full(ctx context.Context, v channels.Sight) (t *tg.ChannelFull, about []ids.Peer, err error) {
	t = page(v)
	for _, add := range []func(context.Context, channels.Sight, *tg.ChannelFull) ([]ids.Peer, error){
		h.addFacts, h.addPhoto, h.addPast, h.addPosting, h.addInvite, h.addStickers, h.addWallpaper,
	} {
		more, err := add(ctx, v, t)
		if err != nil {
			return nil, nil, err
		}
		about = append(about, more...)
	}
	if v.Me.IsAdmin() {
		t.AdminsCount, t.KickedCount, t.BannedCount = new(int32(v.Admins)), new(int32(v.Kicked)), new(int32(v.Banned))
		t.CanViewStats, t.StatsDC = true, &h.o.DC
	}
	if h.o.Online != nil && v.Megagroup() {
		t.OnlineCount = new(int32(h.o.Online(v.ID)))
	}
	return t, about, nil
}

// page is what follows from the channel and how the viewer stands to it alone.
func page(v channels.Sight) *tg.ChannelFull {
	t := &tg.ChannelFull{
		ID: int64(v.ID), About: v.About, ParticipantsCount: new(int32(v.Members)),
		CanViewParticipants: v.CanList(), BotInfo: []*tg.BotInfo{},
		CanSetUsername: v.Me.Creator, CanDeleteChannel: v.Me.Creator, HiddenPrehistory: v.HiddenHistory,
		CanSetLocation: v.Me.Creator && v.Location != nil, Antispam: v.AntiSpam, ParticipantsHidden: v.HiddenMembers,
		ViewForumAsMessages: v.Me.ViewForum, RestrictedSponsored: v.NoAds,
		AvailableMinID: positive(int32(v.Me.Available)), SlowmodeSeconds: positive(v.SlowMode), TTLPeriod: positive(v.Period),
		AvailableReactions: view.ChatReactions(v.Reactions), ReactionsLimit: positive(v.Reactions.Limit),
	}
	if v.Linked != 0 {
		t.LinkedChatID = new(int64(v.Linked))
	}
	if v.Location != nil {
		t.Location = place(v.Location)
	}
	if v.Theme != "" {
		t.ThemeEmoticon = new(v.Theme)
	}
	return t
}

// addFacts adds what is the viewer's own, and where the log of the channel stands.
func (h *Handlers) addFacts(ctx context.Context, v channels.Sight, t *tg.ChannelFull) ([]ids.Peer, error) {
	facts, err := h.o.Facts.Of(ctx, v.Me.User, v.ID.Peer())
	if err != nil {
		return nil, err
	}
	t.NotifySettings, t.PinnedMsgID, t.FolderID = facts.Notify, positive(int32(facts.PinnedMessage)), positive(facts.Folder)
	t.HasScheduled, t.TranslationsDisabled, t.UnreadCount = facts.Scheduled, facts.Untranslated, facts.Unread
	t.ReadInboxMaxID, t.ReadOutboxMaxID = int32(facts.ReadInbox), int32(facts.ReadOutbox)
	st, err := h.messages.State(ctx, v.ID.Peer())
	t.Pts = st.PTS
	return nil, err
}

// addPhoto adds the photo of the channel.
func (h *Handlers) addPhoto(ctx context.Context, v channels.Sight, t *tg.ChannelFull) (_ []ids.Peer, err error) {
	t.ChatPhoto, err = h.view.Photo(ctx, v.Photo.Photo)
	return nil, err
}

// addPast says which group the channel was, to those who were in it.
func (h *Handlers) addPast(ctx context.Context, v channels.Sight, t *tg.ChannelFull) ([]ids.Peer, error) {
	old := v.MigratedFrom
	if old == 0 {
		return nil, nil
	}
	if known, err := h.groups.Knows(ctx, v.Me.User, old); !known || err != nil {
		return nil, err
	}
	d, err := h.messages.Dialogs().GetNow(ctx, v.Me.User, old.Peer())
	if err != nil {
		return nil, err
	}
	t.MigratedFromChatID, t.MigratedFromMaxID = new(int64(old)), new(int32(d.Top))
	return []ids.Peer{old.Peer()}, nil
}

// addPosting says in whose name the viewer writes, and when he may again.
func (h *Handlers) addPosting(ctx context.Context, v channels.Sight, t *tg.ChannelFull) ([]ids.Peer, error) {
	next, err := h.channels.NextPost(ctx, v)
	if err != nil {
		return nil, err
	}
	if !next.IsZero() {
		t.SlowmodeNextSendDate = new(int32(next.Unix()))
	}
	if v.Broadcast || !v.Me.In() || v.As() == v.Me.User.Peer() && v.Linked == 0 && !v.Public() {
		return nil, nil
	}
	t.DefaultSendAs = view.Peer(v.As())
	return []ids.Peer{v.As()}, nil
}

// addInvite tells an admin about ways into the channel.
func (h *Handlers) addInvite(ctx context.Context, v channels.Sight, t *tg.ChannelFull) ([]ids.Peer, error) {
	if h.o.Invite == nil || !v.May(rights.InviteUsers) || !v.Me.IsAdmin() {
		return nil, nil
	}
	i, err := h.o.Invite(ctx, v.Me.User, v.ID.Peer())
	if err != nil {
		return nil, err
	}
	t.ExportedInvite = i.Link
	if i.Requests > 0 {
		t.RequestsPending, t.RecentRequesters = &i.Requests, view.Longs(i.Requester)
	}
	return view.UserPeers(i.Requester), nil
}
