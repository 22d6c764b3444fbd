package dialogs

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerDrafts(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.saveDraft)
	rpc.Handle(r, rpc.UserOnly, h.getAllDrafts)
	rpc.Handle(r, rpc.UserOnly, h.clearAllDrafts)
}

// saveDraft serves https://core.telegram.org/method/messages.saveDraft.
func (h *Handlers) saveDraft(ctx context.Context, call *rpc.Call, in *tg.MessagesSaveDraft) (tg.Bool, error) {
	peer, err := h.peer(ctx, call, in.Peer)
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
		d.ReplyTo, d.Thread, d.Quote = reply.ID, reply.Thread, reply.Quote
		if reply.Peer != peer {
			d.ReplyPeer = reply.Peer
		}
		d.QuoteOffset = &reply.QuoteOffset
	}
	if in.Effect != nil {
		d.Effect = *in.Effect
	}
	if page, ok := in.Media.(*tg.InputMediaWebPage); ok { // files are not part of a draft
		d.Page = &dialogs.DraftPage{
			URL: page.URL, Large: page.ForceLargeMedia, Small: page.ForceSmallMedia, Optional: page.Optional,
		}
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
	if p := d.Page; p != nil {
		t.Media = &tg.InputMediaWebPage{
			URL: p.URL, ForceLargeMedia: p.Large, ForceSmallMedia: p.Small, Optional: p.Optional,
		}
	}
	if d.ReplyTo != 0 || d.Thread != 0 {
		t.ReplyTo = h.draftReply(owner, d)
	}
	return t
}

func (h *Handlers) draftReply(owner ids.User, d dialogs.Draft) *tg.InputReplyToMessage {
	reply := &tg.InputReplyToMessage{ReplyToMsgID: int32(d.ReplyTo), TopMsgID: positive(int(d.Thread))}
	if p := d.ReplyPeer; p != 0 {
		reply.ReplyToPeerID = h.inputPeer(owner, p)
	}
	if d.Quote != nil {
		reply.QuoteText, reply.QuoteEntities = new(d.Quote.String), render.Entities(d.Quote.Entities)
		if d.QuoteOffset != nil {
			reply.QuoteOffset = new(int32(*d.QuoteOffset))
		}
	}
	return reply
}

// inputPeer names a peer as owner would.
func (h *Handlers) inputPeer(owner ids.User, p ids.Peer) tg.InputPeerClass {
	switch {
	case p.Channel() != 0:
		return &tg.InputPeerChannel{ChannelID: int64(p.Channel()), AccessHash: h.view.Access().Hash(owner, p)}
	case p.Chat() != 0:
		return &tg.InputPeerChat{ChatID: int64(p.Chat())}
	}
	return &tg.InputPeerUser{UserID: int64(p.User()), AccessHash: h.view.Access().Hash(owner, p)}
}

// draftPeers are those whom a draft names.
func draftPeers(d dialogs.Draft) []ids.Peer {
	all := []ids.Peer{d.Peer, d.ReplyPeer}
	for _, u := range d.Text.Mentioned() {
		all = append(all, u.Peer())
	}
	return all
}

func (h *Handlers) draftUpdate(owner ids.User, d dialogs.Draft) *tg.UpdateDraftMessage {
	return &tg.UpdateDraftMessage{Peer: view.Peer(d.Peer), TopMsgID: positive(int(d.Thread)), Draft: h.draft(owner, d)}
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
		list, about = append(list, h.draftUpdate(call.User, d)), append(about, draftPeers(d)...)
	}
	return h.render.Answer(ctx, call.User, about, list...)
}

// clearAllDrafts serves https://core.telegram.org/method/messages.clearAllDrafts.
func (h *Handlers) clearAllDrafts(ctx context.Context, call *rpc.Call, _ *tg.MessagesClearAllDrafts) (tg.Bool, error) {
	return true, h.dialogs.DropDrafts(ctx, call.User)
}

// DraftAt shows what owner has begun to write at a place; nil if that is nothing.
func (h *Handlers) DraftAt(ctx context.Context, owner ids.User, at dialogs.Place) (tg.DraftMessageClass, error) {
	d, err := h.dialogs.DraftNow(ctx, owner, at)
	if err != nil || d.Empty() {
		return nil, err
	}
	return h.draft(owner, d), nil
}
