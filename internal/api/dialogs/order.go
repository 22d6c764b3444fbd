package dialogs

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerOrder(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.toggleDialogPin)
	rpc.Handle(r, rpc.UserOnly, h.reorderPinnedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.markDialogUnread)
	rpc.Handle(r, rpc.UserOnly, h.getDialogUnreadMarks)
	rpc.Handle(r, rpc.UserOnly, h.editPeerFolders)
}

// toggleDialogPin serves https://core.telegram.org/method/messages.toggleDialogPin.
func (h *Handlers) toggleDialogPin(ctx context.Context, call *rpc.Call, in *tg.MessagesToggleDialogPin) (tg.Bool, error) {
	peer, err := h.dialogPeerFrom(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	_, err = h.dialogs.Pin(ctx, call.User, peer, in.Pinned)
	return true, err
}

// reorderPinnedDialogs serves https://core.telegram.org/method/messages.reorderPinnedDialogs.
func (h *Handlers) reorderPinnedDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesReorderPinnedDialogs) (tg.Bool, error) {
	peers, err := h.dialogPeers(ctx, call, in.Order)
	if err != nil {
		return false, err
	}
	return true, h.dialogs.Reorder(ctx, call.User, int(in.FolderID), peers, in.Force)
}

// markDialogUnread serves https://core.telegram.org/method/messages.markDialogUnread.
func (h *Handlers) markDialogUnread(ctx context.Context, call *rpc.Call, in *tg.MessagesMarkDialogUnread) (tg.Bool, error) {
	peer, err := h.dialogPeerFrom(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	return true, h.dialogs.Mark(ctx, call.User, peer, in.Unread)
}

// getDialogUnreadMarks serves https://core.telegram.org/method/messages.getDialogUnreadMarks.
func (h *Handlers) getDialogUnreadMarks(ctx context.Context, call *rpc.Call, _ *tg.MessagesGetDialogUnreadMarks) (tg.Vector[tg.DialogPeerClass], error) {
	peers, err := h.dialogs.Marked(ctx, call.User)
	all := tg.Vector[tg.DialogPeerClass]{}
	for _, p := range peers {
		all = append(all, dialogPeer(p))
	}
	return all, err
}

// editPeerFolders serves https://core.telegram.org/method/folders.editPeerFolders.
func (h *Handlers) editPeerFolders(ctx context.Context, call *rpc.Call, in *tg.FoldersEditPeerFolders) (tg.UpdatesClass, error) {
	if len(in.FolderPeers) > messages.MaxBatch {
		return nil, messages.ErrTooMany
	}
	byFolder := make(map[int][]ids.Peer)
	for _, f := range in.FolderPeers {
		peer, err := h.peer(ctx, call, f.Peer)
		if err != nil {
			return nil, err
		}
		byFolder[int(f.FolderID)] = append(byFolder[int(f.FolderID)], peer)
	}
	var list []tg.UpdateClass
	var about []ids.Peer
	for folder, peers := range byFolder {
		at, err := h.dialogs.Move(ctx, call.User, peers, folder)
		if err != nil {
			return nil, err
		}
		if ev, ok := at.Event.(updates.FolderPeers); ok {
			list, about = append(list, folderPeers(at, ev)), append(about, ev.Peers...)
		}
	}
	return h.render.Answer(ctx, call.User, about, list...)
}
