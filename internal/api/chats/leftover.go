package chats

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// registerLeftover registers methods that other packages take over.
func (h *Handlers) registerLeftover(r *rpc.Router) {
	rpc.HandleEmpty(r, rpc.SignedIn, h.getMessagesViews)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getScheduledHistory)
	rpc.HandleEmpty(r, rpc.UserOnly, h.getScheduledMessages)
}

// unmoved is the answer to what had nothing to do.
func (h *Handlers) unmoved(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (*tg.MessagesAffectedHistory, error) {
	if _, err := h.chat(ctx, call, in); err != nil {
		return nil, err
	}
	moved, err := h.messages.Position(ctx, call.User.Peer())
	return &tg.MessagesAffectedHistory{Pts: moved.PTS}, err
}

// getMessagesViews serves https://core.telegram.org/method/messages.getMessagesViews. Only channels count views; Web A
// needs one answer for each number all the same.
func (h *Handlers) getMessagesViews(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMessagesViews) (*tg.MessagesMessageViews, error) {
	if _, err := h.chat(ctx, call, in.Peer); err != nil {
		return nil, err
	}
	if len(in.ID) > messages.MaxBatch {
		return nil, messages.ErrTooMany
	}
	t := &tg.MessagesMessageViews{Views: []*tg.MessageViews{}, Chats: []tg.ChatClass{}, Users: []tg.UserClass{}}
	for range in.ID {
		t.Views = append(t.Views, &tg.MessageViews{})
	}
	return t, nil
}

// getScheduledHistory serves https://core.telegram.org/method/messages.getScheduledHistory.
func (h *Handlers) getScheduledHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesGetScheduledHistory) (tg.MessagesMessagesClass, error) {
	_, err := h.chat(ctx, call, in.Peer)
	return render.NoMessages(), err
}

// getScheduledMessages serves https://core.telegram.org/method/messages.getScheduledMessages.
func (h *Handlers) getScheduledMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesGetScheduledMessages) (tg.MessagesMessagesClass, error) {
	_, err := h.chat(ctx, call, in.Peer)
	return render.NoMessages(), err
}
