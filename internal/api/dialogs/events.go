package dialogs

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// showEvents brings the showing of the events of the list. What they set is shown as it is now.
func (h *Handlers) showEvents() {
	r := h.render
	render.OnEvent(r, h.showDraft)
	render.OnEvent(r, showDialogPinned)
	render.OnEvent(r, h.showPinnedDialogs)
	render.OnEvent(r, showUnreadMark)
	render.OnEvent(r, h.showNotify)
	render.OnEvent(r, showFolderPeers)
	render.OnEvent(r, showSavedPinned)
	render.OnEvent(r, h.showSavedOrder)
}

func (h *Handlers) showDraft(ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.Draft) (tg.UpdateClass, []ids.Peer, error) {
	d, err := h.dialogs.DraftNow(ctx, viewer, dialogs.Place{Peer: ev.Peer, Thread: ev.Thread})
	return h.draftUpdate(viewer, d), draftPeers(d), err
}

func showDialogPinned(_ context.Context, _ ids.User, _ updates.Entry, ev updates.DialogPinned) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateDialogPinned{
		Pinned: ev.Pinned, FolderID: folderID(int(ev.Folder)), Peer: dialogPeer(ev.Peer),
	}, []ids.Peer{ev.Peer}, nil
}

func (h *Handlers) showPinnedDialogs(
	ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.PinnedDialogs,
) (tg.UpdateClass, []ids.Peer, error) {
	all, err := h.dialogs.PinnedNow(ctx, viewer, int(ev.Folder))
	t := &tg.UpdatePinnedDialogs{FolderID: folderID(int(ev.Folder)), Order: make([]tg.DialogPeerClass, 0, len(all))}
	var about []ids.Peer
	for _, d := range all {
		t.Order, about = append(t.Order, dialogPeer(d.Peer)), append(about, d.Peer)
	}
	return t, about, err
}

func showUnreadMark(_ context.Context, _ ids.User, _ updates.Entry, ev updates.DialogUnread) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateDialogUnreadMark{Unread: ev.Unread, Peer: dialogPeer(ev.Peer)}, []ids.Peer{ev.Peer}, nil
}

func (h *Handlers) showNotify(ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.NotifySettings) (tg.UpdateClass, []ids.Peer, error) {
	at := dialogs.NotifyTarget(ev)
	n, err := h.dialogs.NotifyNow(ctx, viewer, at)
	return &tg.UpdateNotifySettings{Peer: notifyPeer(at), NotifySettings: notifyTo(n)}, []ids.Peer{at.Peer}, err
}

func showFolderPeers(_ context.Context, _ ids.User, e updates.Entry, ev updates.FolderPeers) (tg.UpdateClass, []ids.Peer, error) {
	return folderPeers(e, ev), ev.Peers, nil
}

func folderPeers(e updates.Entry, ev updates.FolderPeers) *tg.UpdateFolderPeers {
	t := &tg.UpdateFolderPeers{Pts: e.PTS, PtsCount: e.Count}
	for _, p := range ev.Peers {
		t.FolderPeers = append(t.FolderPeers, &tg.FolderPeer{Peer: view.Peer(p), FolderID: ev.Folder})
	}
	return t
}

func showSavedPinned(_ context.Context, _ ids.User, _ updates.Entry, ev updates.SavedPinned) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateSavedDialogPinned{Pinned: ev.Pinned, Peer: dialogPeer(ev.Peer)}, []ids.Peer{ev.Peer}, nil
}

func (h *Handlers) showSavedOrder(ctx context.Context, viewer ids.User, _ updates.Entry, _ updates.SavedOrder) (tg.UpdateClass, []ids.Peer, error) {
	pinned, err := h.messages.SavedPins(ctx, viewer)
	t := &tg.UpdatePinnedSavedDialogs{Order: make([]tg.DialogPeerClass, 0, len(pinned))}
	for _, p := range pinned {
		t.Order = append(t.Order, dialogPeer(p))
	}
	return t, pinned, err
}
