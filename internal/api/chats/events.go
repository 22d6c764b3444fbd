package chats

import (
	"context"
	"errors"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// showEvents brings the showing of the events about what surrounds messages. What they set is shown as it is now.
func (h *Handlers) showEvents() {
	r := h.render
	render.OnEvent(r, h.showDraft)
	render.OnEvent(r, showDialogPinned)
	render.OnEvent(r, h.showPinnedDialogs)
	render.OnEvent(r, showUnreadMark)
	render.OnEvent(r, h.showNotify)
	render.OnEvent(r, showFolderPeers)
	render.OnEvent(r, h.showFilters)
	render.OnEvent(r, h.showFilter)
	render.OnEvent(r, h.showFilterOrder)
	render.OnEvent(r, h.showLogin)
	render.OnEvent(r, h.showReadChannel)
	render.OnEvent(r, showContents)
	render.OnEvent(r, showCleared)
	render.OnLive(r, showReadOutbox)
	render.OnLive(r, showTyping)
}

func (h *Handlers) showDraft(ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.Draft) (tg.UpdateClass, []ids.Peer, error) {
	d, err := h.dialogs.DraftNow(ctx, viewer, dialogs.Place{Peer: ev.Peer})
	return &tg.UpdateDraftMessage{Peer: view.Peer(ev.Peer), Draft: h.draft(viewer, d)}, draftPeers(d), err
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
	t := &tg.UpdateFolderPeers{Pts: e.PTS, PtsCount: e.Count}
	for _, p := range ev.Peers {
		t.FolderPeers = append(t.FolderPeers, &tg.FolderPeer{Peer: view.Peer(p), FolderID: ev.Folder})
	}
	return t, ev.Peers, nil
}

func (h *Handlers) showFilters(context.Context, ids.User, updates.Entry, updates.DialogFilters) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateDialogFilters{}, nil, nil
}

func (h *Handlers) showFilter(ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.DialogFilter) (tg.UpdateClass, []ids.Peer, error) {
	all, err := h.dialogs.Filters(ctx, viewer)
	t := &tg.UpdateDialogFilter{ID: ev.ID}
	for _, f := range all {
		if f.ID == ev.ID {
			t.Filter = filterTo(f)
		}
	}
	return t, nil, err
}

func (h *Handlers) showFilterOrder(ctx context.Context, viewer ids.User, _ updates.Entry, _ updates.DialogFilterOrder) (tg.UpdateClass, []ids.Peer, error) {
	all, err := h.dialogs.Filters(ctx, viewer)
	t := &tg.UpdateDialogFilterOrder{Order: []int32{0}}
	for _, f := range all {
		t.Order = append(t.Order, f.ID)
	}
	return t, nil, err
}

// showLogin shows that somebody has signed in, or that this was found to be right. A login that has ended since is as good
// as confirmed.
func (h *Handlers) showLogin(ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.NewAuthorization) (tg.UpdateClass, []ids.Peer, error) {
	t := &tg.UpdateNewAuthorization{Hash: ev.Hash}
	l, err := h.auth.FindLogin(ctx, viewer, ev.Hash)
	if errors.Is(err, auth.ErrHash) {
		return t, nil, nil
	}
	if err != nil || !l.Unconfirmed {
		return t, nil, err
	}
	t.Unconfirmed, t.Date = true, new(render.Unix(l.CreatedAt))
	t.Device, t.Location = new(l.Client.App+", "+l.Client.Device), new(l.Address)
	return t, nil, nil
}

// dialogPeer names a dialog.
func dialogPeer(p ids.Peer) tg.DialogPeerClass { return &tg.DialogPeer{Peer: view.Peer(p)} }

// folderID is nil for the main list.
func folderID(folder int) *int32 {
	if folder == dialogs.Main {
		return nil
	}
	return new(int32(folder))
}
