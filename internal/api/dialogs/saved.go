package dialogs

import (
	"context"

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
	rpc.Handle(r, rpc.UserOnly, h.getPinnedSavedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.toggleSavedDialogPin)
	rpc.Handle(r, rpc.UserOnly, h.reorderPinnedSavedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.deleteSavedHistory)
	rpc.Handle(r, rpc.UserOnly, h.readSavedHistory)
}

// errMonoforum answers what asks for the parts of a monoforum, which there are none of.
var errMonoforum = rpc.BadRequest("PARENT_PEER_INVALID")

// savedPeer reads whose part of the saved messages is meant. Where messages were forwarded from need not be visible any
// more.
func (h *Handlers) savedPeer(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	return h.view.PeerFromInput(ctx, call, in)
}

// getSavedHistory serves https://core.telegram.org/method/messages.getSavedHistory.
func (h *Handlers) getSavedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedHistory) (tg.MessagesMessagesClass, error) {
	if in.ParentPeer != nil {
		return nil, errMonoforum
	}
	saved, err := h.savedPeer(ctx, call, in.Peer)
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
	if in.ParentPeer != nil {
		return nil, errMonoforum
	}
	all, total, err := h.messages.SavedDialogs(ctx, call.User, messages.SavedQuery{
		ExcludePinned: in.ExcludePinned, Offset: ids.Message(in.OffsetID), Limit: min(max(int(in.Limit), 1), messages.MaxPage),
	})
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
		if d.Top == nil {
			continue
		}
		t.Dialogs = append(t.Dialogs, &tg.SavedDialog{Pinned: d.Pinned, Peer: view.Peer(d.Peer), TopMessage: int32(d.Top.ID)})
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
	switch {
	case in.ParentPeer != nil:
		return nil, errMonoforum
	case len(in.IDs) > messages.MaxBatch:
		return nil, messages.ErrTooMany
	}
	only := make([]ids.Peer, 0, len(in.IDs))
	for _, p := range in.IDs {
		peer, err := h.savedPeer(ctx, call, p)
		if err != nil {
			return nil, err
		}
		only = append(only, peer)
	}
	all, _, err := h.messages.SavedDialogs(ctx, call.User, messages.SavedQuery{Only: only})
	if err != nil {
		return nil, err
	}
	return h.savedDialogs(ctx, call.User, all)
}

// getPinnedSavedDialogs serves https://core.telegram.org/method/messages.getPinnedSavedDialogs.
func (h *Handlers) getPinnedSavedDialogs(ctx context.Context, call *rpc.Call, _ *tg.MessagesGetPinnedSavedDialogs) (tg.MessagesSavedDialogsClass, error) {
	pins, err := h.messages.SavedPins(ctx, call.User)
	if err != nil {
		return nil, err
	}
	all, _, err := h.messages.SavedDialogs(ctx, call.User, messages.SavedQuery{Only: append([]ids.Peer{}, pins...)})
	if err != nil {
		return nil, err
	}
	return h.savedDialogs(ctx, call.User, all)
}

// savedPeers reads the peers of parts of saved messages.
func (h *Handlers) savedPeers(ctx context.Context, call *rpc.Call, in []tg.InputDialogPeerClass) ([]ids.Peer, error) {
	if len(in) > messages.MaxBatch {
		return nil, messages.ErrTooMany
	}
	peers := make([]ids.Peer, 0, len(in))
	for _, c := range in {
		t, ok := c.(*tg.InputDialogPeer)
		if !ok {
			return nil, errPeer
		}
		p, err := h.savedPeer(ctx, call, t.Peer)
		if err != nil {
			return nil, err
		}
		peers = append(peers, p)
	}
	return peers, nil
}

// toggleSavedDialogPin serves https://core.telegram.org/method/messages.toggleSavedDialogPin.
func (h *Handlers) toggleSavedDialogPin(ctx context.Context, call *rpc.Call, in *tg.MessagesToggleSavedDialogPin) (tg.Bool, error) {
	peers, err := h.savedPeers(ctx, call, []tg.InputDialogPeerClass{in.Peer})
	if err != nil {
		return false, err
	}
	return true, h.messages.PinSaved(ctx, call.User, peers[0], in.Pinned)
}

// reorderPinnedSavedDialogs serves https://core.telegram.org/method/messages.reorderPinnedSavedDialogs.
func (h *Handlers) reorderPinnedSavedDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesReorderPinnedSavedDialogs) (tg.Bool, error) {
	peers, err := h.savedPeers(ctx, call, in.Order)
	if err != nil {
		return false, err
	}
	return true, h.messages.OrderSaved(ctx, call.User, peers, in.Force)
}

// deleteSavedHistory serves https://core.telegram.org/method/messages.deleteSavedHistory. A client calls again as long as
// the offset in the answer is not 0.
func (h *Handlers) deleteSavedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteSavedHistory) (*tg.MessagesAffectedHistory, error) {
	if in.ParentPeer != nil {
		return nil, errMonoforum
	}
	saved, err := h.savedPeer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	q := messages.Query{Saved: saved}
	if in.MaxID > 0 {
		q.Window.MaxID = ids.Message(in.MaxID) + 1
	}
	if in.MinDate != nil {
		q.MinDate = render.Time(*in.MinDate)
	}
	if in.MaxDate != nil {
		q.MaxDate = render.Time(*in.MaxDate)
	}
	moved, more, err := h.messages.DeleteSaved(ctx, call.User, q)
	t := &tg.MessagesAffectedHistory{Pts: moved.PTS, PtsCount: moved.Count}
	if more {
		t.Offset = 1
	}
	return t, err
}

// readSavedHistory serves https://core.telegram.org/method/messages.readSavedHistory. One's own notes are never unread.
func (h *Handlers) readSavedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesReadSavedHistory) (tg.Bool, error) {
	_, err := h.savedPeer(ctx, call, in.Peer)
	return true, err
}
