package scheduled

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// setHistoryTTL serves https://core.telegram.org/method/messages.setHistoryTTL.
func (h *Handlers) setHistoryTTL(ctx context.Context, call *rpc.Call, in *tg.MessagesSetHistoryTTL) (tg.UpdatesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	if user := peer.User(); user != 0 {
		return h.setPrivate(ctx, call, user, in.Period)
	}
	var written []groups.Written
	if peer.Chat() != 0 {
		written, err = h.o.GroupPeriod(ctx, call.User, peer.Chat(), in.Period)
	} else {
		written, err = h.o.ChannelPeriod(ctx, call.User, peer.Channel(), in.Period)
	}
	if err != nil {
		return nil, err
	}
	list, about, err := h.o.Render.Written(ctx, call.User, written...)
	if err != nil {
		return nil, err
	}
	return h.o.Render.Answer(ctx, call.User, append(about, peer), list...)
}

// setPrivate answers with the service message, without the random id that there is none of.
func (h *Handlers) setPrivate(ctx context.Context, call *rpc.Call, user ids.User, period int32) (tg.UpdatesClass, error) {
	sent, err := h.o.Scheduled.SetPeriod(ctx, call.User, user, period)
	if err != nil {
		return nil, err
	}
	answer, err := h.o.Render.Sent(ctx, call.User, sent)
	if err != nil {
		return nil, err
	}
	answer.Updates = append(answer.Updates[1:], periodUpdate(user.Peer(), period))
	return answer, nil
}

func periodUpdate(peer ids.Peer, period int32) *tg.UpdatePeerHistoryTTL {
	t := &tg.UpdatePeerHistoryTTL{Peer: view.Peer(peer)}
	if period > 0 {
		t.TTLPeriod = &period
	}
	return t
}

// period shows that the period of a chat has changed.
func (h *Handlers) period(_ context.Context, _ ids.User, _ updates.Entry, ev updates.HistoryTTL) (tg.UpdateClass, []ids.Peer, error) {
	return periodUpdate(ev.Peer, ev.Period), []ids.Peer{ev.Peer}, nil
}

// setDefaultHistoryTTL serves https://core.telegram.org/method/messages.setDefaultHistoryTTL.
func (h *Handlers) setDefaultHistoryTTL(ctx context.Context, call *rpc.Call, in *tg.MessagesSetDefaultHistoryTTL) (tg.Bool, error) {
	return true, h.o.Scheduled.SetUsual(ctx, call.User, in.Period)
}

// getDefaultHistoryTTL serves https://core.telegram.org/method/messages.getDefaultHistoryTTL.
func (h *Handlers) getDefaultHistoryTTL(ctx context.Context, call *rpc.Call, _ *tg.MessagesGetDefaultHistoryTTL) (*tg.DefaultHistoryTTL, error) {
	period, err := h.o.Scheduled.Usual(ctx, call.User)
	return &tg.DefaultHistoryTTL{Period: period}, err
}
