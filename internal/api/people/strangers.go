package people

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/reports"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerStrangers(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.block)
	rpc.Handle(r, rpc.UserOnly, h.unblock)
	rpc.Handle(r, rpc.UserOnly, h.getBlocked)
	rpc.Handle(r, rpc.UserOnly, h.setBlocked)
	rpc.Handle(r, rpc.UserOnly, h.getPeerSettings)
	rpc.Handle(r, rpc.UserOnly, h.hidePeerSettingsBar)
	rpc.Handle(r, rpc.UserOnly, h.reportSpam)
	rpc.Handle(r, rpc.UserOnly, h.reportPeer)
	rpc.Handle(r, rpc.UserOnly, h.reportProfilePhoto)
}

// block serves https://core.telegram.org/method/contacts.block.
func (h *Handlers) block(ctx context.Context, call *rpc.Call, in *tg.ContactsBlock) (tg.Bool, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.ID)
	if err != nil {
		return false, err
	}
	return true, h.contacts.Block(ctx, call.User, peer, contacts.BlockList(in.MyStoriesFrom))
}

// unblock serves https://core.telegram.org/method/contacts.unblock.
func (h *Handlers) unblock(ctx context.Context, call *rpc.Call, in *tg.ContactsUnblock) (tg.Bool, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.ID)
	if err != nil {
		return false, err
	}
	return true, h.contacts.Unblock(ctx, call.User, peer, contacts.BlockList(in.MyStoriesFrom))
}

// maxBlockedPage is how many blocked peers one answer holds.
const maxBlockedPage = 100

// getBlocked serves https://core.telegram.org/method/contacts.getBlocked.
func (h *Handlers) getBlocked(ctx context.Context, call *rpc.Call, in *tg.ContactsGetBlocked) (tg.ContactsBlockedClass, error) {
	limit := min(int(in.Limit), maxBlockedPage)
	page, total, err := h.contacts.Blocked(ctx, call.User, contacts.BlockList(in.MyStoriesFrom), int(in.Offset), limit)
	if err != nil {
		return nil, err
	}
	blocked, people := make([]*tg.PeerBlocked, len(page)), make([]ids.Peer, len(page))
	for i, b := range page {
		blocked[i] = &tg.PeerBlocked{PeerID: view.Peer(b.Peer), Date: int32(b.At.Unix())}
		people[i] = b.Peer
	}
	shown, chats, err := h.view.Peers(ctx, call.User, people)
	if err != nil {
		return nil, err
	}
	if in.Offset <= 0 && len(page) == total {
		return &tg.ContactsBlocked{Blocked: blocked, Chats: chats, Users: shown}, nil
	}
	return &tg.ContactsBlockedSlice{Count: int32(total), Blocked: blocked, Chats: chats, Users: shown}, nil
}

// setBlocked serves https://core.telegram.org/method/contacts.setBlocked.
func (h *Handlers) setBlocked(ctx context.Context, call *rpc.Call, in *tg.ContactsSetBlocked) (tg.Bool, error) {
	if len(in.ID) > maxList {
		return false, errLimit
	}
	peers := make([]ids.Peer, 0, len(in.ID))
	for _, one := range in.ID {
		peer, err := h.view.PeerFromInput(ctx, call, one)
		if err != nil {
			return false, err
		}
		peers = append(peers, peer)
	}
	return true, h.contacts.SetBlocked(ctx, call.User, peers, contacts.BlockList(in.MyStoriesFrom))
}

// layerPeerSettings is the layer until which messages.getPeerSettings answers with the settings alone.
const layerPeerSettings = 134

// getPeerSettings serves https://core.telegram.org/method/messages.getPeerSettings.
func (h *Handlers) getPeerSettings(ctx context.Context, call *rpc.Call, in *tg.MessagesGetPeerSettings) (tl.Object, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	settings, err := h.view.Settings(ctx, call.User, peer)
	if err != nil {
		return nil, err
	}
	if call.Layer != 0 && call.Layer <= layerPeerSettings {
		return settings, nil
	}
	shown, chats, err := h.view.Peers(ctx, call.User, []ids.Peer{peer})
	return &tg.MessagesPeerSettings{Settings: settings, Chats: chats, Users: shown}, err
}

// hidePeerSettingsBar serves https://core.telegram.org/method/messages.hidePeerSettingsBar.
func (h *Handlers) hidePeerSettingsBar(ctx context.Context, call *rpc.Call, in *tg.MessagesHidePeerSettingsBar) (tg.Bool, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	return true, h.contacts.HideBar(ctx, call.User, peer)
}

// reportSpam serves https://core.telegram.org/method/messages.reportSpam.
func (h *Handlers) reportSpam(ctx context.Context, call *rpc.Call, in *tg.MessagesReportSpam) (tg.Bool, error) {
	return h.report(ctx, call, in.Peer, &tg.InputReportReasonSpam{}, "")
}

// reportPeer serves https://core.telegram.org/method/account.reportPeer.
func (h *Handlers) reportPeer(ctx context.Context, call *rpc.Call, in *tg.AccountReportPeer) (tg.Bool, error) {
	return h.report(ctx, call, in.Peer, in.Reason, in.Message)
}

// reportProfilePhoto serves https://core.telegram.org/method/account.reportProfilePhoto.
func (h *Handlers) reportProfilePhoto(ctx context.Context, call *rpc.Call, in *tg.AccountReportProfilePhoto) (tg.Bool, error) {
	return h.report(ctx, call, in.Peer, in.Reason, in.Message)
}

func (h *Handlers) report(ctx context.Context, call *rpc.Call, in tg.InputPeerClass, reason tg.ReportReasonClass, message string) (tg.Bool, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in)
	if err != nil {
		return false, err
	}
	if peer == call.User.Peer() {
		return false, errPeer
	}
	name, _ := reports.Plain(reason.TLName())
	return true, h.reports.Add(ctx, reports.Report{Reporter: call.User, Peer: peer, Reason: name, Comment: message})
}
