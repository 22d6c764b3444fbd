package chats

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerSending(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.sendMessage)
	rpc.Handle(r, rpc.SignedIn, h.editMessage)
	rpc.Handle(r, rpc.SignedIn, h.forwardMessages)
	rpc.Handle(r, rpc.SignedIn, h.deleteMessages)
	rpc.Handle(r, rpc.UserOnly, h.deleteHistory)
	rpc.Handle(r, rpc.UserOnly, h.deleteSavedHistory)
	rpc.Handle(r, rpc.SignedIn, h.updatePinnedMessage)
	rpc.Handle(r, rpc.SignedIn, h.unpinAllMessages)
	rpc.Handle(r, rpc.SignedIn, h.setTyping)
	rpc.Handle(r, rpc.UserOnly, h.sendScreenshotNotification)
}

// sendMessage serves https://core.telegram.org/method/messages.sendMessage.
//
// The answer is always a full "updates": it is the one form that every client takes, and it carries the links and
// mentions that the server has found.
func (h *Handlers) sendMessage(ctx context.Context, call *rpc.Call, in *tg.MessagesSendMessage) (tg.UpdatesClass, error) {
	switch {
	case in.ScheduleDate != nil:
		return nil, errScheduled
	case in.QuickReplyShortcut != nil: // it is to be kept for later, and must not go out now
		return nil, errShortcut
	case in.RandomID == 0:
		return nil, errRandomID
	}
	to, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	req := messages.SendRequest{
		From: call.User, To: to, RandomID: in.RandomID, ClearDraft: in.ClearDraft,
		Flags: flags(in.Silent, in.Noforwards, in.InvertMedia, in.NoWebpage),
	}
	if call.Bot {
		req.Markup = markupFrom(in.ReplyMarkup)
	}
	if req.Text, err = h.text(ctx, call, in.Message, in.Entities); err != nil {
		return nil, err
	}
	if req.Reply, err = h.replyTo(ctx, call, in.ReplyTo); err != nil {
		return nil, err
	}
	sent, err := h.messages.Send(ctx, req)
	if err != nil {
		return nil, err
	}
	return h.sent(ctx, call.User, sent)
}

// flags are those that a sender chooses.
func flags(silent, noForwards, invertMedia, noWebpage bool) messages.Flags {
	return on(messages.Silent, silent) | on(messages.NoForwards, noForwards) |
		on(messages.InvertMedia, invertMedia) | on(messages.NoWebpage, noWebpage)
}

func on(f messages.Flags, set bool) messages.Flags {
	if set {
		return f
	}
	return 0
}

// text reads a formatted text.
func (h *Handlers) text(
	ctx context.Context, call *rpc.Call, s string, entities []tg.MessageEntityClass,
) (text.Text, error) {
	list, err := h.entitiesFrom(ctx, call, entities)
	return text.Text{String: s, Entities: list}, err
}

// replyTo reads what is answered to; nil for nothing.
func (h *Handlers) replyTo(ctx context.Context, call *rpc.Call, in tg.InputReplyToClass) (*messages.ReplyTo, error) {
	t, ok := in.(*tg.InputReplyToMessage)
	if !ok || t.ReplyToMsgID == 0 {
		if in == nil || ok {
			return nil, nil
		}
		return nil, messages.ErrReply // stories and the like
	}
	r := &messages.ReplyTo{ID: ids.Message(t.ReplyToMsgID)}
	var err error
	if r.Peer, err = h.chatOrNone(ctx, call, t.ReplyToPeerID); err != nil {
		return nil, err
	}
	if t.QuoteText == nil || *t.QuoteText == "" {
		return r, nil
	}
	quote, err := h.text(ctx, call, *t.QuoteText, t.QuoteEntities)
	if err != nil {
		return nil, err
	}
	r.Quote = &quote
	if t.QuoteOffset != nil {
		r.QuoteOffset = int(*t.QuoteOffset)
	}
	return r, nil
}

// sent is the answer to what sends messages: for each, first its number under its random id, then the message.
func (h *Handlers) sent(ctx context.Context, user ids.User, all ...messages.Sent) (*tg.Updates, error) {
	var head, body []tg.UpdateClass
	var about []ids.User
	for _, s := range all {
		m := s.Message
		head = append(head, &tg.UpdateMessageID{ID: int32(m.ID), RandomID: m.RandomID})
		body = append(body, &tg.UpdateNewMessage{Message: message(m), Pts: m.PTS, PtsCount: 1})
		about = append(about, usersAmong(m.Peers())...)
	}
	return h.render.answer(ctx, user, about, append(head, body...)...)
}

// editMessage serves https://core.telegram.org/method/messages.editMessage.
func (h *Handlers) editMessage(ctx context.Context, call *rpc.Call, in *tg.MessagesEditMessage) (tg.UpdatesClass, error) {
	switch {
	case in.Media != nil:
		return nil, errMedia
	case in.ScheduleDate != nil:
		return nil, errScheduled
	case in.QuickReplyShortcutID != nil:
		return nil, errShortcut
	}
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	req := messages.EditRequest{
		By: call.User, Peer: peer, ID: ids.Message(in.ID), Flags: flags(false, false, in.InvertMedia, in.NoWebpage),
	}
	if call.Bot {
		req.Markup = markupFrom(in.ReplyMarkup)
	}
	if in.Message != nil {
		t, err := h.text(ctx, call, *in.Message, in.Entities)
		if err != nil {
			return nil, err
		}
		req.Text = &t
	}
	done, err := h.messages.Edit(ctx, req)
	if err != nil {
		return nil, err
	}
	u := &tg.UpdateEditMessage{Message: message(done.Message), Pts: done.PTS, PtsCount: 1}
	return h.render.answer(ctx, call.User, usersAmong(done.Message.Peers()), u)
}

// forwardMessages serves https://core.telegram.org/method/messages.forwardMessages.
func (h *Handlers) forwardMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesForwardMessages) (tg.UpdatesClass, error) {
	switch {
	case in.ScheduleDate != nil:
		return nil, errScheduled
	case in.QuickReplyShortcut != nil:
		return nil, errShortcut
	}
	from, err := h.chatOrNone(ctx, call, in.FromPeer)
	if err != nil {
		return nil, err
	}
	to, err := h.chat(ctx, call, in.ToPeer)
	if err != nil {
		return nil, err
	}
	all, err := h.messages.Forward(ctx, messages.ForwardRequest{
		From: call.User, Source: from, To: to, IDs: messageIDs(in.ID), RandomIDs: in.RandomID,
		DropAuthor: in.DropAuthor, Flags: flags(in.Silent, in.Noforwards, false, false),
	})
	if err != nil {
		return nil, err
	}
	return h.sent(ctx, call.User, all...)
}

// deleteMessages serves https://core.telegram.org/method/messages.deleteMessages.
func (h *Handlers) deleteMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteMessages) (*tg.MessagesAffectedMessages, error) {
	moved, err := h.messages.Delete(ctx, call.User, 0, messageIDs(in.ID), in.Revoke)
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
		req.From = fromUnix(*in.MinDate)
	}
	if in.MaxDate != nil {
		req.To = fromUnix(*in.MaxDate)
	}
	done, err := h.messages.Clear(ctx, req)
	return affectedHistory(done), err
}

// deleteSavedHistory serves https://core.telegram.org/method/messages.deleteSavedHistory.
func (h *Handlers) deleteSavedHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteSavedHistory) (*tg.MessagesAffectedHistory, error) {
	saved, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	done, err := h.messages.Clear(ctx, messages.ClearRequest{
		By: call.User, Peer: call.User.Peer(), Saved: saved, MaxID: ids.Message(in.MaxID),
	})
	return affectedHistory(done), err
}

func affectedHistory(done messages.Cleared) *tg.MessagesAffectedHistory {
	return &tg.MessagesAffectedHistory{Pts: done.PTS, PtsCount: done.Count, Offset: int32(done.Left)}
}

// updatePinnedMessage serves https://core.telegram.org/method/messages.updatePinnedMessage.
func (h *Handlers) updatePinnedMessage(ctx context.Context, call *rpc.Call, in *tg.MessagesUpdatePinnedMessage) (tg.UpdatesClass, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	done, err := h.messages.Pin(ctx, messages.PinRequest{
		By: call.User, Peer: peer, ID: ids.Message(in.ID), Unpin: in.Unpin, Silent: in.Silent, OneSide: in.PmOneside,
	})
	if err != nil {
		return nil, err
	}
	var list []tg.UpdateClass
	about := []ids.User{peer.User()}
	if done.Changed {
		list = append(list, &tg.UpdatePinnedMessages{
			Pinned: !in.Unpin, Peer: view.Peer(peer), Messages: []int32{in.ID}, Pts: done.PTS, PtsCount: done.Count,
		})
	}
	if m := done.Notice; m != nil {
		list = append(list, &tg.UpdateNewMessage{Message: message(m), Pts: m.PTS, PtsCount: 1})
		about = append(about, usersAmong(m.Peers())...)
	}
	return h.render.answer(ctx, call.User, about, list...)
}

// unpinAllMessages serves https://core.telegram.org/method/messages.unpinAllMessages.
func (h *Handlers) unpinAllMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesUnpinAllMessages) (*tg.MessagesAffectedHistory, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	done, err := h.messages.UnpinAll(ctx, call.User, peer, 0)
	return affectedHistory(done), err
}

// setTyping serves https://core.telegram.org/method/messages.setTyping.
func (h *Handlers) setTyping(ctx context.Context, call *rpc.Call, in *tg.MessagesSetTyping) (tg.Bool, error) {
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	action, progress := typingFrom(in.Action)
	if action == "" {
		return true, nil // something that is not passed on
	}
	err = h.messages.SetTyping(ctx, messages.Typing{From: call.User, To: peer, Action: action, Progress: progress})
	return true, err
}

// sendScreenshotNotification serves https://core.telegram.org/method/messages.sendScreenshotNotification.
func (h *Handlers) sendScreenshotNotification(ctx context.Context, call *rpc.Call, in *tg.MessagesSendScreenshotNotification) (tg.UpdatesClass, error) {
	if in.RandomID == 0 {
		return nil, errRandomID
	}
	peer, err := h.chat(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	of, err := h.replyTo(ctx, call, in.ReplyTo)
	if err != nil {
		return nil, err
	}
	if of == nil {
		return nil, messages.ErrReply
	}
	sent, err := h.messages.Screenshot(ctx, call.User, peer.User(), of.ID, in.RandomID)
	if err != nil {
		return nil, err
	}
	return h.sent(ctx, call.User, sent)
}
