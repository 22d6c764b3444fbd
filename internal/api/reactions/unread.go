package reactions

import (
	"context"
	"slices"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// maxPage is how many messages one answer holds.
const maxPage = 100

// getUnreadReactions serves https://core.telegram.org/method/messages.getUnreadReactions.
func (h *Handlers) getUnreadReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetUnreadReactions) (tg.MessagesMessagesClass, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	all, err := h.o.Reactions.Unread(ctx, call.User, peer, thread(in.TopMsgID))
	if err != nil {
		return nil, err
	}
	want := window(all, in)
	found, err := h.o.Messages.Get(ctx, call.User, peer, want)
	if err != nil {
		return nil, err
	}
	page := messages.Page{Total: len(all), Whole: len(want) == len(all)}
	for _, id := range want {
		if m := found[id]; m != nil && m.Peer == peer {
			page.Messages = append(page.Messages, m)
		}
	}
	return h.o.Render.Page(ctx, call.User, page, 0, peer)
}

func thread(in *int32) ids.Message {
	if in == nil {
		return 0
	}
	return ids.Message(*in)
}

// window is the part of a list of ids, the newest first, that a client asks for.
// Spec: https://core.telegram.org/api/offsets
func window(all []ids.Message, in *tg.MessagesGetUnreadReactions) []ids.Message {
	at := 0
	if in.OffsetID > 0 {
		if at = slices.IndexFunc(all, func(id ids.Message) bool { return id < ids.Message(in.OffsetID) }); at < 0 {
			at = len(all)
		}
	}
	at = min(max(at+int(in.AddOffset), 0), len(all))
	part := all[at:min(at+min(max(int(in.Limit), 0), maxPage), len(all))]
	return slices.DeleteFunc(slices.Clone(part), func(id ids.Message) bool {
		return in.MaxID > 0 && id >= ids.Message(in.MaxID) || in.MinID > 0 && id <= ids.Message(in.MinID)
	})
}

// readReactions serves https://core.telegram.org/method/messages.readReactions. Clients repeat it while offset is not 0.
func (h *Handlers) readReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesReadReactions) (*tg.MessagesAffectedHistory, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	left, err := h.o.Reactions.Read(ctx, call.User, peer, thread(in.TopMsgID))
	if err != nil {
		return nil, err
	}
	at, err := h.o.Messages.Position(ctx, messages.Box(call.User, peer))
	return &tg.MessagesAffectedHistory{Pts: at.PTS, Offset: int32(left)}, err
}
