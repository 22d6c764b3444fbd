package groups

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// maxAsked bounds how many groups are shown at once.
const maxAsked = 200

// editChatTitle serves https://core.telegram.org/method/messages.editChatTitle.
func (h *Handlers) editChatTitle(ctx context.Context, call *rpc.Call, in *tg.MessagesEditChatTitle) (*tg.Updates, error) {
	chat, err := h.view.ChatFromID(ctx, call, in.ChatID)
	if err != nil {
		return nil, err
	}
	res, err := h.groups.SetTitle(ctx, call.User, chat, in.Title)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call.User, chat, res, false)
}

// editChatPhoto serves https://core.telegram.org/method/messages.editChatPhoto.
func (h *Handlers) editChatPhoto(ctx context.Context, call *rpc.Call, in *tg.MessagesEditChatPhoto) (*tg.Updates, error) {
	chat, err := h.view.ChatFromID(ctx, call, in.ChatID)
	if err != nil {
		return nil, err
	}
	if _, err := h.groups.CheckMay(ctx, nil, chat, call.User, rights.ChangeInfo); err != nil {
		return nil, err // before anything is made of a picture
	}
	p, err := h.view.ChatPhotoFromInput(ctx, call.User, in.Photo)
	if err != nil {
		return nil, err
	}
	res, err := h.groups.SetPhoto(ctx, call.User, chat, p)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call.User, chat, res, false)
}

// getChats serves https://core.telegram.org/method/messages.getChats.
func (h *Handlers) getChats(ctx context.Context, call *rpc.Call, in *tg.MessagesGetChats) (*tg.MessagesChats, error) {
	if len(in.ID) > maxAsked {
		return nil, rpc.BadRequest("LIMIT_INVALID")
	}
	list := make([]ids.Peer, 0, len(in.ID))
	for _, id := range in.ID {
		chat, err := h.view.ChatFromID(ctx, call, id)
		if err != nil {
			return nil, err
		}
		list = append(list, chat.Peer())
	}
	chats, err := h.view.Chats(ctx, call.User, list)
	return &tg.MessagesChats{Chats: chats}, err
}

// getFullChat serves https://core.telegram.org/method/messages.getFullChat.
func (h *Handlers) getFullChat(ctx context.Context, call *rpc.Call, in *tg.MessagesGetFullChat) (*tg.MessagesChatFull, error) {
	chat, err := h.view.ChatFromID(ctx, call, in.ChatID)
	if err != nil {
		return nil, err
	}
	v, err := h.groups.See(ctx, call.User, chat)
	if err != nil && isMember(err) {
		return nil, err
	}
	full, about, err := h.full(ctx, call.User, v, err == nil)
	if err != nil {
		return nil, err
	}
	users, chats, err := h.view.Peers(ctx, call.User, append([]ids.Peer{chat.Peer(), v.MigratedTo.Peer()}, about...))
	return &tg.MessagesChatFull{FullChat: full, Chats: chats, Users: users}, err
}

// full is the page of a group. Who is not in it any more is told nothing about its members.
func (h *Handlers) full(ctx context.Context, viewer ids.User, v groups.Sight, in bool) (*tg.ChatFull, []ids.Peer, error) {
	facts, err := h.o.Facts.Of(ctx, viewer, v.ID.Peer())
	if err != nil {
		return nil, nil, err
	}
	t := &tg.ChatFull{
		ID: int64(v.ID), About: v.About, Participants: &tg.ChatParticipantsForbidden{ChatID: int64(v.ID)},
		NotifySettings: facts.Notify, PinnedMsgID: positive(int32(facts.PinnedMessage)), FolderID: positive(facts.Folder),
		HasScheduled: facts.Scheduled, TranslationsDisabled: facts.Untranslated, TTLPeriod: positive(v.Period), AvailableReactions: view.ChatReactions(v.Reactions),
		ReactionsLimit: positive(v.Reactions.Limit), BotInfo: []*tg.BotInfo{},
	}
	if v.Theme != "" {
		t.ThemeEmoticon = &v.Theme
	}
	if t.ChatPhoto, err = h.view.Photo(ctx, v.Photo.Photo); err != nil {
		return nil, nil, err
	}
	if !in {
		return t, nil, nil
	}
	t.Participants, t.CanSetUsername = view.ChatParticipants(v.State), v.Me.Creator
	more, err := h.addInvite(ctx, v, t)
	return t, append(view.UserPeers(v.Users()), more...), err
}

// addInvite tells an admin about ways into the group.
func (h *Handlers) addInvite(ctx context.Context, v groups.Sight, t *tg.ChatFull) ([]ids.Peer, error) {
	if h.o.Invite == nil || !v.Me.Admin {
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

// positive is nil for 0 and less.
func positive(n int32) *int32 {
	if n <= 0 {
		return nil
	}
	return &n
}
