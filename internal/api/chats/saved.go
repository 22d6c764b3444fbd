package chats

import (
	"context"
	"math"
	"slices"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerSaved(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getSavedHistory)
	rpc.Handle(r, rpc.UserOnly, h.getSavedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.getSavedDialogsByID)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getPinnedSavedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.readSavedHistory)
}

// getSavedHistory serves https://core.telegram.org/method/messages.getSavedHistory.
func (h *Handlers) getSavedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedHistory) (tg.MessagesMessagesClass, error) {
	saved, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	page, err := h.messages.Search(ctx, messages.Query{By: call.User, Peer: call.User.Peer(), Saved: saved, Window: messages.Window{
		OffsetID: ids.Message(in.OffsetID), OffsetDate: render.Time(in.OffsetDate), AddOffset: int(in.AddOffset),
		Limit: int(in.Limit), MaxID: ids.Message(in.MaxID), MinID: ids.Message(in.MinID),
	}})
	if err != nil {
		return nil, err
	}
	page.Above = 0
	return h.render.Page(ctx, call.User, page, in.Hash, saved)
}

// getSavedDialogs serves https://core.telegram.org/method/messages.getSavedDialogs.
func (h *Handlers) getSavedDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedDialogs) (tg.MessagesSavedDialogsClass, error) {
	limit := min(max(int(in.Limit), 1), messages.MaxPage)
	all, total, err := h.messages.SavedDialogs(ctx, call.User, messages.SavedQuery{Offset: ids.Message(in.OffsetID), Limit: limit})
	if err != nil {
		return nil, err
	}
	list, err := h.savedDialogs(ctx, call.User, all)
	if err != nil || len(all) == total {
		return list, err
	}
	return &tg.MessagesSavedDialogsSlice{
		Count: int32(total), Dialogs: list.Dialogs, Messages: list.Messages, Chats: list.Chats, Users: list.Users,
	}, nil
}

// savedDialogs shows parts of saved messages.
func (h *Handlers) savedDialogs(ctx context.Context, user ids.User, all []messages.SavedDialog) (*tg.MessagesSavedDialogs, error) {
	t := &tg.MessagesSavedDialogs{Dialogs: []tg.SavedDialogClass{}}
	var tops []*messages.Message
	about := []ids.Peer{user.Peer()}
	for _, d := range all {
		t.Dialogs = append(t.Dialogs, &tg.SavedDialog{Peer: view.Peer(d.Peer), TopMessage: int32(d.Top.ID)})
		tops, about = append(tops, d.Top), append(about, d.Peer)
	}
	shown, more, err := h.render.Messages(ctx, user, tops)
	if err != nil {
		return nil, err
	}
	t.Messages = shown
	t.Users, t.Chats, err = h.render.Peers(ctx, user, append(about, more...))
	return t, err
}

// getSavedDialogsByID serves https://core.telegram.org/method/messages.getSavedDialogsByID.
func (h *Handlers) getSavedDialogsByID(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedDialogsByID) (tg.MessagesSavedDialogsClass, error) {
	if len(in.IDs) > messages.MaxBatch {
		return nil, messages.ErrTooMany
	}
	all, _, err := h.messages.SavedDialogs(ctx, call.User, messages.SavedQuery{Limit: math.MaxInt})
	if err != nil {
		return nil, err
	}
	var wanted []messages.SavedDialog
	for _, p := range in.IDs {
		peer, err := h.peer(ctx, call, p)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(all, func(d messages.SavedDialog) bool { return d.Peer == peer }); i >= 0 {
			wanted = append(wanted, all[i])
		}
	}
	return h.savedDialogs(ctx, call.User, wanted)
}

// getPinnedSavedDialogs serves https://core.telegram.org/method/messages.getPinnedSavedDialogs.
func (h *Handlers) getPinnedSavedDialogs(context.Context, *rpc.Call, *tg.MessagesGetPinnedSavedDialogs) (tg.MessagesSavedDialogsClass, error) {
	return &tg.MessagesSavedDialogs{
		Dialogs: []tg.SavedDialogClass{}, Messages: []tg.MessageClass{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{},
	}, nil
}

// readSavedHistory serves https://core.telegram.org/method/messages.readSavedHistory. One's own notes are never unread.
func (h *Handlers) readSavedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesReadSavedHistory) (tg.Bool, error) {
	_, err := h.peer(ctx, call, in.Peer)
	return true, err
}
