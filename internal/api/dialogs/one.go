package dialogs

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/tl/tg"
)

// Dialog shows the chat with peer in the list of owner, and whom a client must know to understand it. Whether owner may look
// into it is for the caller to ask.
func (h *Handlers) Dialog(ctx context.Context, owner ids.User, peer ids.Peer) (*tg.Dialog, []ids.Peer, error) {
	page, err := h.messages.PeerDialogs(ctx, owner, []ids.Peer{peer})
	if err != nil || len(page.Dialogs) == 0 {
		return nil, nil, err
	}
	about := []ids.Peer{peer}
	if draft, ok := page.Drafts[peer]; ok {
		about = append(about, draftPeers(draft)...)
	}
	shown, err := h.dialog(ctx, page.Dialogs[0], page)
	return shown, about, err
}
