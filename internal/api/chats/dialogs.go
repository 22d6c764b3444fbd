package chats

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerDialogs(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getDialogs)
	rpc.Handle(r, rpc.UserOnly, h.getPinnedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.getPeerDialogs)
	rpc.Handle(r, rpc.UserOnly, h.toggleDialogPin)
	rpc.Handle(r, rpc.UserOnly, h.reorderPinnedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.markDialogUnread)
	rpc.Handle(r, rpc.UserOnly, h.getDialogUnreadMarks)
	rpc.Handle(r, rpc.UserOnly, h.editPeerFolders)
	rpc.Handle(r, rpc.UserOnly, h.saveDraft)
	rpc.Handle(r, rpc.UserOnly, h.getAllDrafts)
	rpc.Handle(r, rpc.UserOnly, h.clearAllDrafts)
}

// getDialogs serves https://core.telegram.org/method/messages.getDialogs.
func (h *Handlers) getDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesGetDialogs) (tg.MessagesDialogsClass, error) {
	q := dialogs.ListQuery{
		ExcludePinned: in.ExcludePinned, OffsetDate: render.Time(in.OffsetDate), OffsetID: ids.Message(in.OffsetID),
		OffsetPeer: offsetPeer(call, in.OffsetPeer), Limit: int(in.Limit),
	}
	if in.FolderID != nil {
		q.Folder = new(int(*in.FolderID))
	}
	page, err := h.messages.DialogList(ctx, call.User, q)
	if err != nil {
		return nil, err
	}
	all, err := h.dialogPage(ctx, call.User, page)
	if err != nil {
		return nil, err
	}
	if page.Whole {
		return &tg.MessagesDialogs{Dialogs: all.Dialogs, Messages: all.Messages, Chats: all.Chats, Users: all.Users}, nil
	}
	return &tg.MessagesDialogsSlice{
		Count: int32(page.Total), Dialogs: all.Dialogs, Messages: all.Messages, Chats: all.Chats, Users: all.Users,
	}, nil
}

// dialogPage shows dialogs with their top messages and all users in them; State is left to the caller.
func (h *Handlers) dialogPage(ctx context.Context, user ids.User, page messages.DialogPage) (*tg.MessagesPeerDialogs, error) {
	t := &tg.MessagesPeerDialogs{
		Dialogs: make([]tg.DialogClass, 0, len(page.Dialogs)), Messages: make([]tg.MessageClass, 0, len(page.Dialogs)),
		Chats: []tg.ChatClass{},
	}
	var about []ids.Peer
	var tops []*messages.Message
	for _, d := range page.Dialogs {
		dr, ok := page.Drafts[d.Peer]
		t.Dialogs = append(t.Dialogs, h.dialog(d, page.Notify[d.Peer], dr, ok))
		about = append(append(about, d.Peer), draftPeers(dr)...)
		if d.Top == 0 {
			continue
		}
		if m := page.Tops[d.Peer]; m != nil {
			tops = append(tops, m)
		} else {
			t.Messages = append(t.Messages, &tg.MessageEmpty{ID: int32(d.Top)})
		}
	}
	shown, more, err := h.render.Messages(ctx, user, tops)
	if err != nil {
		return nil, err
	}
	t.Messages = append(t.Messages, shown...)
	t.Users, t.Chats, err = h.render.Peers(ctx, user, append(about, more...))
	return t, err
}

// dialog shows a dialog. Where nothing is unread, all is read up to the top: Web K asks again for every dialog that has
// both marks at 0.
func (h *Handlers) dialog(d dialogs.Dialog, n dialogs.Notify, dr dialogs.Draft, hasDraft bool) *tg.Dialog {
	t := &tg.Dialog{
		Pinned: d.Pinned > 0, UnreadMark: d.Marked, Peer: view.Peer(d.Peer), TopMessage: int32(d.Top),
		ReadInboxMaxID: int32(d.ReadInbox), ReadOutboxMaxID: int32(d.ReadOutbox), UnreadCount: int32(d.Unread),
		NotifySettings: notifyTo(n), FolderID: folderID(d.Folder),
	}
	if d.Unread == 0 {
		t.ReadInboxMaxID = max(t.ReadInboxMaxID, int32(d.Top))
	}
	if hasDraft {
		t.Draft = h.draft(d.Owner, dr)
	}
	return t
}

// getPinnedDialogs serves https://core.telegram.org/method/messages.getPinnedDialogs.
func (h *Handlers) getPinnedDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesGetPinnedDialogs) (*tg.MessagesPeerDialogs, error) {
	state, err := h.State(ctx, call.User)
	if err != nil {
		return nil, err
	}
	page, err := h.messages.PinnedDialogs(ctx, call.User, int(in.FolderID))
	if err != nil {
		return nil, err
	}
	return h.peerDialogs(ctx, call.User, page, state)
}

// getPeerDialogs serves https://core.telegram.org/method/messages.getPeerDialogs.
func (h *Handlers) getPeerDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesGetPeerDialogs) (*tg.MessagesPeerDialogs, error) {
	peers, err := h.dialogPeers(ctx, call, in.Peers)
	if err != nil {
		return nil, err
	}
	state, err := h.State(ctx, call.User)
	if err != nil {
		return nil, err
	}
	page, err := h.messages.PeerDialogs(ctx, call.User, peers)
	if err != nil {
		return nil, err
	}
	return h.peerDialogs(ctx, call.User, page, state)
}

// peerDialogs shows dialogs with a state that was taken before them: what has happened since comes as an update.
func (h *Handlers) peerDialogs(
	ctx context.Context, user ids.User, page messages.DialogPage, state *tg.UpdatesState,
) (*tg.MessagesPeerDialogs, error) {
	t, err := h.dialogPage(ctx, user, page)
	if err != nil {
		return nil, err
	}
	t.State = state
	return t, nil
}

// dialogPeers reads the peers of dialogs; folders among them are passed over.
func (h *Handlers) dialogPeers(ctx context.Context, call *rpc.Call, in []tg.InputDialogPeerClass) ([]ids.Peer, error) {
	if len(in) > messages.MaxBatch {
		return nil, messages.ErrTooMany
	}
	peers := make([]ids.Peer, 0, len(in))
	for _, c := range in {
		t, ok := c.(*tg.InputDialogPeer)
		if !ok {
			continue
		}
		p, err := h.chat(ctx, call, t.Peer)
		if err != nil {
			return nil, err
		}
		peers = append(peers, p)
	}
	return peers, nil
}

// dialogPeerFrom reads the peer of one dialog.
func (h *Handlers) dialogPeerFrom(ctx context.Context, call *rpc.Call, in tg.InputDialogPeerClass) (ids.Peer, error) {
	peers, err := h.dialogPeers(ctx, call, []tg.InputDialogPeerClass{in})
	if err != nil || len(peers) == 0 {
		return 0, errorsOr(err, errPeer)
	}
	return peers[0], nil
}

func errorsOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
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
		peer, err := h.chat(ctx, call, f.Peer)
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
			u, who, _ := showFolderPeers(ctx, call.User, at, ev) // never fails
			list, about = append(list, u), append(about, who...)
		}
	}
	return h.render.Answer(ctx, call.User, about, list...)
}

// saveDraft serves https://core.telegram.org/method/messages.saveDraft.
func (h *Handlers) saveDraft(ctx context.Context, call *rpc.Call, in *tg.MessagesSaveDraft) (tg.Bool, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	d := dialogs.Draft{Peer: peer, NoWebpage: in.NoWebpage, InvertMedia: in.InvertMedia}
	if d.Text, err = h.render.Text(ctx, call, in.Message, in.Entities); err != nil {
		return false, err
	}
	reply, err := h.render.ReplyTo(ctx, call, in.ReplyTo)
	if err != nil {
		return false, err
	}
	if reply != nil {
		d.ReplyTo, d.Quote = reply.ID, reply.Quote
		if reply.Peer != peer {
			d.ReplyPeer = reply.Peer
		}
		d.QuoteOffset = &reply.QuoteOffset
	}
	if in.Effect != nil {
		d.Effect = *in.Effect
	}
	return true, h.dialogs.SetDraft(ctx, call.User, d)
}

// draft shows a draft to its owner.
func (h *Handlers) draft(owner ids.User, d dialogs.Draft) tg.DraftMessageClass {
	if d.Empty() {
		return &tg.DraftMessageEmpty{}
	}
	t := &tg.DraftMessage{
		NoWebpage: d.NoWebpage, InvertMedia: d.InvertMedia, Message: d.Text.String, Entities: render.Entities(d.Text.Entities),
		Date: render.Unix(d.Date),
	}
	if d.Effect != 0 {
		t.Effect = new(d.Effect)
	}
	if d.ReplyTo == 0 {
		return t
	}
	reply := &tg.InputReplyToMessage{ReplyToMsgID: int32(d.ReplyTo)}
	if p := d.ReplyPeer; p != 0 {
		reply.ReplyToPeerID = &tg.InputPeerUser{UserID: int64(p.User()), AccessHash: h.view.Access().Hash(owner, p)}
	}
	if d.Quote != nil {
		reply.QuoteText, reply.QuoteEntities = new(d.Quote.String), render.Entities(d.Quote.Entities)
		if d.QuoteOffset != nil {
			reply.QuoteOffset = new(int32(*d.QuoteOffset))
		}
	}
	t.ReplyTo = reply
	return t
}

func draftPeers(d dialogs.Draft) []ids.Peer {
	all := []ids.Peer{d.Peer, d.ReplyPeer}
	for _, u := range d.Text.Mentioned() {
		all = append(all, u.Peer())
	}
	return all
}

// getAllDrafts serves https://core.telegram.org/method/messages.getAllDrafts.
func (h *Handlers) getAllDrafts(ctx context.Context, call *rpc.Call, _ *tg.MessagesGetAllDrafts) (tg.UpdatesClass, error) {
	all, err := h.dialogs.Drafts(ctx, call.User)
	if err != nil {
		return nil, err
	}
	var list []tg.UpdateClass
	var about []ids.Peer
	for _, d := range all {
		list = append(list, &tg.UpdateDraftMessage{Peer: view.Peer(d.Peer), Draft: h.draft(call.User, d)})
		about = append(about, draftPeers(d)...)
	}
	return h.render.Answer(ctx, call.User, about, list...)
}

// clearAllDrafts serves https://core.telegram.org/method/messages.clearAllDrafts.
func (h *Handlers) clearAllDrafts(ctx context.Context, call *rpc.Call, _ *tg.MessagesClearAllDrafts) (tg.Bool, error) {
	return true, h.dialogs.DropDrafts(ctx, call.User)
}
