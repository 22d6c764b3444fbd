package dialogs

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerList(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getDialogs)
	rpc.Handle(r, rpc.UserOnly, h.getPinnedDialogs)
	rpc.Handle(r, rpc.UserOnly, h.getPeerDialogs)
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
	all, err := h.page(ctx, call.User, page)
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

// offsetPeer reads a place in a list. Libraries do not always have an access hash at hand for that, and it opens nothing,
// so any peer will do.
func offsetPeer(call *rpc.Call, in tg.InputPeerClass) ids.Peer {
	switch in := in.(type) {
	case *tg.InputPeerSelf:
		return call.User.Peer()
	case *tg.InputPeerUser:
		return ids.User(in.UserID).Peer()
	case *tg.InputPeerChat:
		return ids.Chat(in.ChatID).Peer()
	case *tg.InputPeerChannel:
		return ids.Channel(in.ChannelID).Peer()
	}
	return 0
}

// page shows dialogs with their top messages and all peers in them; State is left to the caller.
func (h *Handlers) page(ctx context.Context, user ids.User, page messages.DialogPage) (*tg.MessagesPeerDialogs, error) {
	t := &tg.MessagesPeerDialogs{
		Dialogs: make([]tg.DialogClass, 0, len(page.Dialogs)), Messages: make([]tg.MessageClass, 0, len(page.Dialogs)),
	}
	about := make([]ids.Peer, 0, 2*len(page.Dialogs))
	tops := make([]*messages.Message, 0, len(page.Dialogs))
	for _, d := range page.Dialogs {
		shown, err := h.dialog(ctx, d, page)
		if err != nil {
			return nil, err
		}
		t.Dialogs = append(t.Dialogs, shown)
		about = append(about, d.Peer)
		if draft, ok := page.Drafts[d.Peer]; ok {
			about = append(about, draftPeers(draft)...)
		}
		if m := page.Tops[d.Peer]; m != nil {
			tops = append(tops, m)
		} else if d.Top > 0 {
			t.Messages = append(t.Messages, &tg.MessageEmpty{ID: int32(d.Top), PeerID: view.Peer(d.Peer)})
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

// dialog shows a dialog of a page. Where nothing is unread, all is read up to the top: Web K asks again for every dialog
// that has both marks at 0.
func (h *Handlers) dialog(ctx context.Context, d dialogs.Dialog, page messages.DialogPage) (*tg.Dialog, error) {
	t := &tg.Dialog{
		Pinned: d.Pinned > 0, UnreadMark: d.Marked, Peer: view.Peer(d.Peer), TopMessage: int32(d.Top),
		ReadInboxMaxID: int32(d.ReadInbox), ReadOutboxMaxID: int32(d.ReadOutbox), UnreadCount: int32(d.Unread),
		UnreadMentionsCount: int32(page.Mentions[d.Peer]), UnreadReactionsCount: int32(page.Reactions[d.Peer]),
		NotifySettings: notifyTo(page.Notify[d.Peer]), FolderID: folderID(d.Folder), TTLPeriod: positive(page.Periods[d.Peer]),
	}
	if d.Unread == 0 {
		t.ReadInboxMaxID = max(t.ReadInboxMaxID, int32(d.Top))
	}
	if draft, ok := page.Drafts[d.Peer]; ok {
		t.Draft = h.draft(d.Owner, draft)
	}
	if d.Peer.Channel() == 0 {
		return t, nil
	}
	t.Pts = new(d.PTS)
	if h.channels == nil {
		return t, nil
	}
	me, err := h.channels.Member(ctx, nil, d.Peer.Channel(), d.Owner)
	t.ViewForumAsMessages = me.ViewForum
	return t, err
}

// getPinnedDialogs serves https://core.telegram.org/method/messages.getPinnedDialogs.
func (h *Handlers) getPinnedDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesGetPinnedDialogs) (*tg.MessagesPeerDialogs, error) {
	state, err := h.state(ctx, call)
	if err != nil {
		return nil, err
	}
	page, err := h.messages.PinnedDialogs(ctx, call.User, int(in.FolderID))
	if err != nil {
		return nil, err
	}
	return h.withState(ctx, call.User, page, state)
}

// getPeerDialogs serves https://core.telegram.org/method/messages.getPeerDialogs.
func (h *Handlers) getPeerDialogs(ctx context.Context, call *rpc.Call, in *tg.MessagesGetPeerDialogs) (*tg.MessagesPeerDialogs, error) {
	peers, err := h.dialogPeers(ctx, call, in.Peers)
	if err != nil {
		return nil, err
	}
	state, err := h.state(ctx, call)
	if err != nil {
		return nil, err
	}
	page, err := h.messages.PeerDialogs(ctx, call.User, peers)
	if err != nil {
		return nil, err
	}
	return h.withState(ctx, call.User, page, state)
}

// withState shows dialogs with a state that was taken before them: what has happened since comes as an update.
func (h *Handlers) withState(
	ctx context.Context, user ids.User, page messages.DialogPage, state *tg.UpdatesState,
) (*tg.MessagesPeerDialogs, error) {
	t, err := h.page(ctx, user, page)
	if err != nil {
		return nil, err
	}
	t.State = state
	return t, nil
}
