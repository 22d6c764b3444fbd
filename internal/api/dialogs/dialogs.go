// Package dialogs serves the list of chats and what belongs to it: pins, marks, the archive, drafts, notification
// settings, and the parts of saved messages.
//
// Handlers resolve, call the domain and shape the answer; the rules are in domain/dialogs.
package dialogs

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Options are what the handlers work with.
type Options struct {
	Messages *messages.Service
	Channels *channels.Service // nil: there are none
	View     *view.View
	Render   *render.Renderer
	// State tells where the log of a user stands, not ahead of what he was told live.
	State func(ctx context.Context, call *rpc.Call) (*tg.UpdatesState, error)
}

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct {
	dialogs  *dialogs.Service
	messages *messages.Service
	channels *channels.Service
	view     *view.View
	render   *render.Renderer
	state    func(ctx context.Context, call *rpc.Call) (*tg.UpdatesState, error)
}

// New makes the handlers, and brings the showing of the events of the list.
func New(o Options) *Handlers {
	h := &Handlers{
		dialogs: o.Messages.Dialogs(), messages: o.Messages, channels: o.Channels, view: o.View, render: o.Render, state: o.State,
	}
	h.showEvents()
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	dialogs.ErrPinnedTooMany: rpc.BadRequest("PINNED_DIALOGS_TOO_MUCH"),
	dialogs.ErrFolder:        rpc.BadRequest("FOLDER_ID_INVALID"),
	dialogs.ErrTooMany:       rpc.BadRequest("LIMIT_INVALID"),
	dialogs.ErrTooLong:       rpc.BadRequest("MESSAGE_TOO_LONG"),
}

var errPeer = rpc.BadRequest("PEER_ID_INVALID")

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	h.registerList(r)
	h.registerOrder(r)
	h.registerDrafts(r)
	h.registerNotify(r)
	h.registerSaved(r)
}

// peer resolves a peer, and looks whether the caller may see it where that is a channel.
func (h *Handlers) peer(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	p, err := h.view.PeerFromInput(ctx, call, in)
	if err != nil || p.Channel() == 0 {
		return p, err
	}
	if h.channels == nil {
		return 0, errPeer
	}
	_, err = h.channels.See(ctx, call.User, p.Channel())
	return p, err
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
		p, err := h.peer(ctx, call, t.Peer)
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
	if err == nil && len(peers) == 0 {
		err = errPeer
	}
	if err != nil {
		return 0, err
	}
	return peers[0], nil
}

// dialogPeer names a dialog.
func dialogPeer(p ids.Peer) tg.DialogPeerClass { return &tg.DialogPeer{Peer: view.Peer(p)} }

// folderID names a folder; nil for the list itself.
func folderID(folder int) *int32 {
	if folder == dialogs.Main {
		return nil
	}
	return new(int32(folder))
}

// positive is nil for 0 and less.
func positive(n int) *int32 {
	if n <= 0 {
		return nil
	}
	return new(int32(n))
}

// Facts are what a profile page says about the chat of owner with peer.
type Facts struct {
	Notify        *tg.PeerNotifySettings
	PinnedMessage ids.Message // 0: none
	Folder        int32
	Period        int32 // seconds after which new messages go; 0: never
}

// Facts looks them up.
func (h *Handlers) Facts(ctx context.Context, owner ids.User, peer ids.Peer) (f Facts, err error) {
	page, err := h.messages.PeerDialogs(ctx, owner, []ids.Peer{peer})
	if err != nil {
		return f, err
	}
	f.Notify, f.Folder, f.Period = notifyTo(page.Notify[peer]), int32(page.Dialogs[0].Folder), int32(page.Periods[peer])
	f.PinnedMessage, err = h.messages.PinnedIn(ctx, owner, peer)
	return f, err
}
