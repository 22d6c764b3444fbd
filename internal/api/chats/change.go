package chats

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerChanging(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.deleteMessages)
	rpc.Handle(r, rpc.SignedIn, h.channelsDeleteMessages)
	rpc.Handle(r, rpc.UserOnly, h.deleteHistory)
	rpc.Handle(r, rpc.SignedIn, h.updatePinnedMessage)
	rpc.Handle(r, rpc.SignedIn, h.unpinAllMessages)
	rpc.Handle(r, rpc.UserOnly, h.saveDefaultSendAs)
}

// editMessage serves https://core.telegram.org/method/messages.editMessage.
func (h *Handlers) editMessage(ctx context.Context, call *rpc.Call, in *tg.MessagesEditMessage) (tg.UpdatesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	for _, edit := range []EditInstead{h.o.EditScheduled, h.o.EditMedia} {
		if edit == nil {
			continue
		}
		if answer, handled, err := edit(ctx, call, peer, in); handled || err != nil {
			return answer, err
		}
	}
	switch {
	case in.ScheduleDate != nil:
		return nil, errScheduled
	case in.QuickReplyShortcutID != nil:
		return nil, errShortcut
	}
	req, err := h.editRequest(ctx, call, peer, in)
	if err != nil {
		return nil, err
	}
	done, err := h.messages.Edit(ctx, req)
	if err != nil {
		return nil, err
	}
	m := done.Message
	return h.render.Push(ctx, call.User, updates.Entry{
		Owner: m.Owner, PTS: done.PTS, Count: 1, Event: updates.EditMessage{ID: m.ID}, Value: m,
	})
}

func (h *Handlers) editRequest(
	ctx context.Context, call *rpc.Call, peer ids.Peer, in *tg.MessagesEditMessage,
) (req messages.EditRequest, err error) {
	req = messages.EditRequest{
		By: call.User, Peer: peer, ID: ids.Message(in.ID), Flags: flags(false, false, in.InvertMedia, in.NoWebpage),
	}
	if call.Bot {
		req.Markup = render.Markup(in.ReplyMarkup)
	}
	if in.Message != nil {
		t, err := h.render.Text(ctx, call, *in.Message, in.Entities)
		if err != nil {
			return req, err
		}
		req.Text = &t
	}
	if in.Media != nil {
		if h.o.MediaFrom == nil {
			return req, errMedia
		}
		req.Media, err = h.o.MediaFrom(ctx, call, in.Media)
	}
	return req, err
}

// deleteMessages serves https://core.telegram.org/method/messages.deleteMessages.
func (h *Handlers) deleteMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteMessages) (*tg.MessagesAffectedMessages, error) {
	moved, err := h.messages.Delete(ctx, call.User, 0, messageIDs(in.ID), in.Revoke)
	return &tg.MessagesAffectedMessages{Pts: moved.PTS, PtsCount: moved.Count}, err
}

// channelsDeleteMessages serves https://core.telegram.org/method/channels.deleteMessages.
func (h *Handlers) channelsDeleteMessages(ctx context.Context, call *rpc.Call, in *tg.ChannelsDeleteMessages) (*tg.MessagesAffectedMessages, error) {
	peer, err := h.channel(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	moved, err := h.messages.Delete(ctx, call.User, peer, messageIDs(in.ID), true)
	return &tg.MessagesAffectedMessages{Pts: moved.PTS, PtsCount: moved.Count}, err
}

// deleteHistory serves https://core.telegram.org/method/messages.deleteHistory.
func (h *Handlers) deleteHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteHistory) (*tg.MessagesAffectedHistory, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	req := messages.ClearRequest{
		By: call.User, Peer: peer, MaxID: ids.Message(in.MaxID), Revoke: in.Revoke, Keep: in.JustClear,
	}
	if in.MinDate != nil {
		req.From = render.Time(*in.MinDate)
	}
	if in.MaxDate != nil {
		req.To = render.Time(*in.MaxDate)
	}
	done, err := h.messages.Clear(ctx, req)
	return affectedHistory(done), err
}

func affectedHistory(done messages.Cleared) *tg.MessagesAffectedHistory {
	return &tg.MessagesAffectedHistory{Pts: done.PTS, PtsCount: done.Count, Offset: int32(done.Left)}
}

// updatePinnedMessage serves https://core.telegram.org/method/messages.updatePinnedMessage.
func (h *Handlers) updatePinnedMessage(ctx context.Context, call *rpc.Call, in *tg.MessagesUpdatePinnedMessage) (tg.UpdatesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	id := ids.Message(in.ID)
	done, err := h.messages.Pin(ctx, messages.PinRequest{
		By: call.User, Peer: peer, ID: id, Unpin: in.Unpin, Silent: in.Silent, OneSide: in.PmOneside,
	})
	if err != nil {
		return nil, err
	}
	var entries []updates.Entry
	owner := messages.Box(call.User, peer)
	if done.Changed {
		entries = append(entries, updates.Entry{
			Owner: owner, PTS: done.PTS, Count: done.Count,
			Event: updates.PinnedMessages{Peer: peer, IDs: []ids.Message{id}, Pinned: !in.Unpin},
		})
	}
	if m := done.Notice; m != nil {
		entries = append(entries, updates.Entry{
			Owner: owner, PTS: m.PTS, Count: 1, Event: updates.NewMessage{ID: m.ID}, Value: m,
		})
	}
	return h.render.Entries(ctx, call.User, []ids.Peer{peer}, entries...)
}

// unpinAllMessages serves https://core.telegram.org/method/messages.unpinAllMessages.
func (h *Handlers) unpinAllMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesUnpinAllMessages) (*tg.MessagesAffectedHistory, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	done, err := h.messages.UnpinAll(ctx, call.User, peer, thread(in.TopMsgID))
	return affectedHistory(done), err
}

// saveDefaultSendAs serves https://core.telegram.org/method/messages.saveDefaultSendAs.
func (h *Handlers) saveDefaultSendAs(ctx context.Context, call *rpc.Call, in *tg.MessagesSaveDefaultSendAs) (tg.Bool, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	as, err := h.sendAs(ctx, call, in.SendAs)
	switch {
	case err != nil:
		return false, err
	case peer.Channel() == 0 || h.o.SaveSendAs == nil:
		return false, errPeer
	}
	return true, h.o.SaveSendAs(ctx, call.User, peer.Channel(), as)
}
