package groups

import (
	"context"
	"errors"
	"math/rand/v2"

	"hermod/internal/api/view"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// createChat serves https://core.telegram.org/method/messages.createChat. TDLib insists on one updateMessageID, though
// the request has no random id.
func (h *Handlers) createChat(ctx context.Context, call *rpc.Call, in *tg.MessagesCreateChat) (*tg.MessagesInvitedUsers, error) {
	if len(in.Users) >= groups.MaxMembers {
		return nil, groups.ErrTooMany
	}
	people, err := h.users(ctx, call, in.Users)
	if err != nil {
		return nil, err
	}
	n := groups.NewGroup{By: call.User, Title: in.Title, Users: people}
	if in.TTLPeriod != nil {
		n.Period = *in.TTLPeriod
	}
	res, err := h.groups.Create(ctx, n)
	if err != nil {
		return nil, err
	}
	out, err := h.answer(ctx, call.User, res.Group.ID, res, true)
	if err != nil {
		return nil, err
	}
	for _, w := range res.Written {
		id := &tg.UpdateMessageID{ID: int32(w.ID), RandomID: rand.Int64N(1<<62) + 1}
		out.Updates = append([]tg.UpdateClass{id}, out.Updates...)
	}
	return &tg.MessagesInvitedUsers{Updates: out, MissingInvitees: view.Missing(res.Missing)}, nil
}

// users resolves those whom a client names.
func (h *Handlers) users(ctx context.Context, call *rpc.Call, in []tg.InputUserClass) ([]ids.User, error) {
	list := make([]ids.User, 0, len(in))
	for _, u := range in {
		user, err := h.view.UserFromInput(ctx, call, u)
		if err != nil {
			return nil, err
		}
		list = append(list, user)
	}
	return list, nil
}

// addChatUser serves https://core.telegram.org/method/messages.addChatUser.
func (h *Handlers) addChatUser(ctx context.Context, call *rpc.Call, in *tg.MessagesAddChatUser) (*tg.MessagesInvitedUsers, error) {
	chat, user, err := h.chatAndUser(ctx, call, in.ChatID, in.UserID)
	if err != nil {
		return nil, err
	}
	res, err := h.groups.Add(ctx, call.User, chat, user)
	if err != nil {
		return nil, err
	}
	out, err := h.answer(ctx, call.User, chat, res, len(res.Missing) == 0)
	return &tg.MessagesInvitedUsers{Updates: out, MissingInvitees: view.Missing(res.Missing)}, err
}

func (h *Handlers) chatAndUser(ctx context.Context, call *rpc.Call, id int64, in tg.InputUserClass) (ids.Chat, ids.User, error) {
	chat, err := h.view.ChatFromID(ctx, call, id)
	if err != nil {
		return 0, 0, err
	}
	user, err := h.view.UserFromInput(ctx, call, in)
	return chat, user, err
}

// deleteChatUser serves https://core.telegram.org/method/messages.deleteChatUser. Who removes somebody from a group keeps
// what that one wrote.
func (h *Handlers) deleteChatUser(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteChatUser) (*tg.Updates, error) {
	chat, user, err := h.chatAndUser(ctx, call, in.ChatID, in.UserID)
	if err != nil {
		return nil, err
	}
	res, err := h.groups.Remove(ctx, call.User, chat, user)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call.User, chat, res, user != call.User)
}

// deleteChat serves https://core.telegram.org/method/messages.deleteChat.
func (h *Handlers) deleteChat(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteChat) (tg.Bool, error) {
	chat, err := h.view.ChatFromID(ctx, call, in.ChatID)
	if err != nil {
		return false, err
	}
	return true, h.groups.Delete(ctx, call.User, chat)
}

// editChatAdmin serves https://core.telegram.org/method/messages.editChatAdmin. TDLib takes a false for a failure.
func (h *Handlers) editChatAdmin(ctx context.Context, call *rpc.Call, in *tg.MessagesEditChatAdmin) (tg.Bool, error) {
	chat, user, err := h.chatAndUser(ctx, call, in.ChatID, in.UserID)
	if err != nil {
		return false, err
	}
	_, err = h.groups.SetAdmin(ctx, call.User, chat, user, in.IsAdmin)
	if errors.Is(err, groups.ErrSame) {
		err = nil
	}
	return true, err
}

// isMember tells whether viewer sees who is in the group.
func isMember(err error) bool {
	return !errors.Is(err, rights.ErrNotParticipant) && !errors.Is(err, groups.ErrMigrated)
}
