package channels

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// registerBoth adds what groups of any kind have in common.
func (h *Handlers) registerBoth(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.editChatAbout)
	rpc.Handle(r, rpc.SignedIn, h.editChatDefaultBannedRights)
	rpc.Handle(r, rpc.UserOnly, h.editChatCreator)
	rpc.Handle(r, rpc.UserOnly, h.getFutureChatCreatorAfterLeave)
	rpc.Handle(r, rpc.SignedIn, h.editChatParticipantRank)
	rpc.Handle(r, rpc.UserOnly, h.setChatAvailableReactions)
	rpc.Handle(r, rpc.UserOnly, h.toggleNoForwards)
	rpc.Handle(r, rpc.UserOnly, h.migrateChat)
	rpc.Handle(r, rpc.UserOnly, h.getCommonChats)
}

// A doing is something that can be done to a basic group and to a channel.
type doing struct {
	group   func(chat ids.Chat) (groups.Result, error)
	channel func(ch ids.Channel) (channels.Result, error)
}

// change resolves a group of any kind, does something to it and shows what was done; also adds to what is shown of a
// basic group.
func (d doing) change(
	ctx context.Context, h *Handlers, call *rpc.Call, in tg.InputPeerClass, also func(groups.Group) tg.UpdateClass,
) (*tg.Updates, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in)
	if err != nil {
		return nil, err
	}
	if ch := peer.Channel(); ch != 0 {
		res, err := d.channel(ch)
		if err != nil {
			return nil, err
		}
		return h.answer(ctx, call.User, ch, res)
	}
	if peer.Chat() == 0 {
		return nil, rpc.BadRequest("PEER_ID_INVALID")
	}
	res, err := d.group(peer.Chat())
	if err != nil {
		return nil, err
	}
	list, about, err := h.render.Written(ctx, call.User, res.Written...)
	if err != nil {
		return nil, err
	}
	if also != nil {
		list = append(list, also(res.Group))
	}
	return h.render.Answer(ctx, call.User, append([]ids.Peer{peer, call.User.Peer()}, about...), list...)
}

// editChatAbout serves https://core.telegram.org/method/messages.editChatAbout.
func (h *Handlers) editChatAbout(ctx context.Context, call *rpc.Call, in *tg.MessagesEditChatAbout) (tg.Bool, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	switch {
	case peer.Channel() != 0:
		_, err = h.channels.SetAbout(ctx, call.User, peer.Channel(), in.About)
	case peer.Chat() != 0:
		err = h.groups.SetAbout(ctx, call.User, peer.Chat(), in.About)
	default:
		err = rpc.BadRequest("PEER_ID_INVALID")
	}
	return err == nil, err
}

// editChatDefaultBannedRights serves https://core.telegram.org/method/messages.editChatDefaultBannedRights.
func (h *Handlers) editChatDefaultBannedRights(
	ctx context.Context, call *rpc.Call, in *tg.MessagesEditChatDefaultBannedRights,
) (*tg.Updates, error) {
	banned := view.BannedRightsFrom(in.BannedRights)
	d := doing{
		func(chat ids.Chat) (groups.Result, error) { return h.groups.SetDefaults(ctx, call.User, chat, banned) },
		func(ch ids.Channel) (channels.Result, error) {
			return h.channels.SetDefaults(ctx, call.User, ch, banned)
		},
	}
	return d.change(ctx, h, call, in.Peer, func(g groups.Group) tg.UpdateClass {
		return &tg.UpdateChatDefaultBannedRights{
			Peer: view.Peer(g.ID.Peer()), DefaultBannedRights: view.BannedRights(g.Defaults), Version: g.Version,
		}
	})
}

// editChatCreator serves https://core.telegram.org/method/messages.editChatCreator, and with it channels.editCreator of
// older layers. TDLib calls it with an empty password first, to learn whether a password would help.
func (h *Handlers) editChatCreator(ctx context.Context, call *rpc.Call, in *tg.MessagesEditChatCreator) (*tg.Updates, error) {
	user, err := h.view.UserFromInput(ctx, call, in.UserID)
	if err != nil {
		return nil, err
	}
	prove := func() error { return h.o.Auth.ProveOwner(ctx, call.User, call.Key, proof(in.Password)) }
	d := doing{
		group: func(chat ids.Chat) (groups.Result, error) {
			if v, err := h.groups.See(ctx, call.User, chat); err != nil || !v.Me.Creator {
				return groups.Result{}, orCreator(err)
			}
			if err := prove(); err != nil {
				return groups.Result{}, err
			}
			return h.groups.Transfer(ctx, call.User, chat, user)
		},
		channel: func(ch ids.Channel) (channels.Result, error) {
			if v, err := h.channels.See(ctx, call.User, ch); err != nil || !v.Me.Creator {
				return channels.Result{}, orCreator(err)
			}
			if err := prove(); err != nil {
				return channels.Result{}, err
			}
			return h.channels.Transfer(ctx, call.User, ch, user)
		},
	}
	return d.change(ctx, h, call, in.Peer, nil)
}

// orCreator is err, or that only the owner may.
func orCreator(err error) error {
	if err != nil {
		return err
	}
	return rights.ErrCreatorRequired
}

// proof reads an answer to the password challenge; the zero Proof for none.
func proof(in tg.InputCheckPasswordSRPClass) auth.Proof {
	p, ok := in.(*tg.InputCheckPasswordSRP)
	if !ok {
		return auth.Proof{}
	}
	return auth.Proof{ID: p.SrpID, A: p.A, M1: p.M1}
}

// getFutureChatCreatorAfterLeave serves https://core.telegram.org/method/messages.getFutureChatCreatorAfterLeave.
func (h *Handlers) getFutureChatCreatorAfterLeave(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetFutureChatCreatorAfterLeave,
) (tg.UserClass, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	if peer.Channel() == 0 {
		return nil, rpc.BadRequest("PEER_ID_INVALID")
	}
	heir, err := h.channels.Heir(ctx, call.User, peer.Channel())
	if err != nil {
		return nil, err
	}
	return h.view.User(ctx, call.User, heir)
}

// editChatParticipantRank serves https://core.telegram.org/method/messages.editChatParticipantRank.
func (h *Handlers) editChatParticipantRank(
	ctx context.Context, call *rpc.Call, in *tg.MessagesEditChatParticipantRank,
) (*tg.Updates, error) {
	who, err := h.view.PeerFromInput(ctx, call, in.Participant)
	if err != nil {
		return nil, err
	}
	if who.User() == 0 {
		return nil, rpc.BadRequest("PARTICIPANT_ID_INVALID")
	}
	d := doing{
		func(chat ids.Chat) (groups.Result, error) {
			return h.groups.SetRank(ctx, call.User, chat, who.User(), in.Rank)
		},
		func(ch ids.Channel) (channels.Result, error) {
			return h.channels.SetRank(ctx, call.User, ch, who.User(), in.Rank)
		},
	}
	return d.change(ctx, h, call, in.Peer, nil)
}

// setChatAvailableReactions serves https://core.telegram.org/method/messages.setChatAvailableReactions.
func (h *Handlers) setChatAvailableReactions(
	ctx context.Context, call *rpc.Call, in *tg.MessagesSetChatAvailableReactions,
) (*tg.Updates, error) {
	r, ok := view.ChatReactionsFrom(in.AvailableReactions)
	if !ok {
		return nil, groups.ErrReactions
	}
	if in.ReactionsLimit != nil {
		r.Limit = *in.ReactionsLimit
	}
	d := doing{
		func(chat ids.Chat) (groups.Result, error) { return h.groups.SetReactions(ctx, call.User, chat, r) },
		func(ch ids.Channel) (channels.Result, error) { return h.channels.SetReactions(ctx, call.User, ch, r) },
	}
	return d.change(ctx, h, call, in.Peer, nil)
}

// toggleNoForwards serves https://core.telegram.org/method/messages.toggleNoForwards.
func (h *Handlers) toggleNoForwards(ctx context.Context, call *rpc.Call, in *tg.MessagesToggleNoForwards) (*tg.Updates, error) {
	d := doing{
		func(chat ids.Chat) (groups.Result, error) {
			return h.groups.SetNoForwards(ctx, call.User, chat, in.Enabled)
		},
		func(ch ids.Channel) (channels.Result, error) {
			return h.channels.Turn(ctx, call.User, ch, channels.SwitchNoForwards, in.Enabled)
		},
	}
	return d.change(ctx, h, call, in.Peer, nil)
}

// migrateChat serves https://core.telegram.org/method/messages.migrateChat. Web clients look for updateChannel, and take
// the first chat that is a channel.
func (h *Handlers) migrateChat(ctx context.Context, call *rpc.Call, in *tg.MessagesMigrateChat) (*tg.Updates, error) {
	chat, err := h.view.ChatFromID(ctx, call, in.ChatID)
	if err != nil {
		return nil, err
	}
	res, err := h.channels.Migrate(ctx, call.User, chat)
	if err != nil {
		return nil, err
	}
	list, about, err := h.render.Written(ctx, call.User, res.Written...)
	if err != nil {
		return nil, err
	}
	list = append(list, &tg.UpdateChannel{ChannelID: int64(res.Channel.ID)})
	about = append([]ids.Peer{res.Channel.ID.Peer(), chat.Peer(), call.User.Peer()}, about...)
	return h.render.Answer(ctx, call.User, about, list...)
}

// maxCommon bounds a page of common groups.
const maxCommon = 100

// getCommonChats serves https://core.telegram.org/method/messages.getCommonChats.
func (h *Handlers) getCommonChats(ctx context.Context, call *rpc.Call, in *tg.MessagesGetCommonChats) (tg.MessagesChatsClass, error) {
	user, err := h.view.UserFromInput(ctx, call, in.UserID)
	if err != nil {
		return nil, err
	}
	if user == call.User {
		return nil, rpc.BadRequest("USER_ID_INVALID")
	}
	common, err := h.groups.Common(ctx, call.User, user)
	if err != nil {
		return nil, err
	}
	about, total, err := h.commonPage(ctx, common, in.MaxID, min(max(int(in.Limit), 1), maxCommon))
	if err != nil {
		return nil, err
	}
	chats, err := h.view.Chats(ctx, call.User, about)
	if len(about) == total {
		return &tg.MessagesChats{Chats: chats}, err
	}
	return &tg.MessagesChatsSlice{Count: int32(total), Chats: chats}, err
}

// commonPage drops broadcast channels, and what comes before the group with the id last, the one a client has got last.
func (h *Handlers) commonPage(ctx context.Context, common []ids.Peer, last int64, limit int) (page []ids.Peer, total int, err error) {
	skip := last != 0
	for _, p := range common {
		if ch := p.Channel(); ch != 0 {
			c, err := h.channels.One(ctx, ch)
			if err != nil {
				return nil, 0, err
			}
			if c.Broadcast {
				continue
			}
		}
		total++
		switch {
		case skip:
			skip = int64(p.Channel()) != last && int64(p.Chat()) != last
		case len(page) < limit:
			page = append(page, p)
		}
	}
	return page, total, nil
}
