// Package scheduled serves what happens at its time: scheduled messages, and messages that delete themselves.
package scheduled

import (
	"context"
	"errors"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/scheduled"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct {
	o Options
}

// Options are what the handlers work with.
type Options struct {
	Scheduled *scheduled.Service
	Messages  *messages.Service
	View      *view.View
	Render    *render.Renderer
	// MediaFrom reads a medium that takes the place of another.
	MediaFrom func(ctx context.Context, call *rpc.Call, in tg.InputMediaClass) (*media.Media, error)
	// GroupPeriod and ChannelPeriod set the seconds after which messages of a group go.
	GroupPeriod   func(ctx context.Context, by ids.User, chat ids.Chat, period int32) ([]groups.Written, error)
	ChannelPeriod func(ctx context.Context, by ids.User, ch ids.Channel, period int32) ([]groups.Written, error)
}

// New makes the handlers and gives o.Render what they know.
func New(o Options) *Handlers {
	h := &Handlers{o}
	render.OnEvent(o.Render, h.added)
	render.OnEvent(o.Render, h.gone)
	render.OnEvent(o.Render, h.period)
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	scheduled.ErrDate:    errDate,
	scheduled.ErrTooLate: rpc.BadRequest("SCHEDULE_DATE_TOO_LATE"),
	scheduled.ErrTooMany: rpc.BadRequest("SCHEDULE_TOO_MUCH"),
	scheduled.ErrStatus:  rpc.Forbidden("SCHEDULE_STATUS_PRIVATE"),
	scheduled.ErrNone:    rpc.BadRequest("MESSAGE_ID_INVALID"),
	scheduled.ErrPeriod:  rpc.BadRequest("TTL_PERIOD_INVALID"),
	scheduled.ErrSame:    rpc.BadRequest("MESSAGE_NOT_MODIFIED"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.getScheduledHistory)
	rpc.Handle(r, rpc.UserOnly, h.getScheduledMessages)
	rpc.Handle(r, rpc.UserOnly, h.sendScheduledMessages)
	rpc.Handle(r, rpc.UserOnly, h.deleteScheduledMessages)
	rpc.Handle(r, rpc.UserOnly, h.setHistoryTTL)
	rpc.Handle(r, rpc.UserOnly, h.setDefaultHistoryTTL)
	rpc.Handle(r, rpc.UserOnly, h.getDefaultHistoryTTL)
}

var (
	errDate = rpc.BadRequest("SCHEDULE_DATE_INVALID")
	errBot  = rpc.Forbidden("SCHEDULE_BOT_NOT_ALLOWED")
	errPeer = rpc.BadRequest("PEER_ID_INVALID")
)

// soon is how near a time is at which a message is sent at once instead.
const soon = 10 * time.Second

// Schedule keeps messages that are to be sent at a time, and answers the call that asked for it.
// Spec: https://core.telegram.org/api/scheduled-messages
func (h *Handlers) Schedule(ctx context.Context, call *rpc.Call, at int32, reqs []messages.SendRequest) (tg.UpdatesClass, error) {
	if call.Bot {
		return nil, errBot
	}
	due := time.Unix(int64(at), 0)
	if isNow(due) {
		sent, err := h.o.Messages.SendMany(ctx, reqs)
		if err != nil {
			return nil, err
		}
		return h.o.Render.Sent(ctx, call.User, sent...)
	}
	items, err := h.o.Scheduled.Add(ctx, reqs, due)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call.User, items, true)
}

// isNow reports whether due is at hand, or has just gone by on a clock that is late.
func isNow(due time.Time) bool {
	left := time.Until(due)
	return left < soon && left > -time.Minute
}

// ScheduleForward keeps copies of messages as they are now.
func (h *Handlers) ScheduleForward(ctx context.Context, call *rpc.Call, at int32, req messages.ForwardRequest) (tg.UpdatesClass, error) {
	reqs, err := h.o.Messages.ForwardRequests(ctx, req)
	if err != nil {
		return nil, err
	}
	return h.Schedule(ctx, call, at, reqs)
}

// EditScheduled edits a message that is not sent yet; handled is false for all others.
func (h *Handlers) EditScheduled(
	ctx context.Context, call *rpc.Call, peer ids.Peer, in *tg.MessagesEditMessage,
) (answer tg.UpdatesClass, handled bool, err error) {
	if in.ScheduleDate == nil {
		return nil, false, nil
	}
	req := scheduled.EditRequest{By: call.User, Peer: peer, ID: ids.Message(in.ID), Due: time.Unix(int64(*in.ScheduleDate), 0)}
	if call.Bot {
		return nil, true, errBot
	}
	if in.Message != nil {
		t, err := h.o.Render.Text(ctx, call, *in.Message, in.Entities)
		if err != nil {
			return nil, true, err
		}
		req.Text = &t
	}
	if in.Media != nil {
		if req.Media, err = h.o.MediaFrom(ctx, call, in.Media); err != nil {
			return nil, true, err
		}
	}
	if in.InvertMedia {
		req.Flags |= messages.InvertMedia
	}
	if in.NoWebpage {
		req.Flags |= messages.NoWebpage
	}
	item, err := h.o.Scheduled.Edit(ctx, req)
	if err != nil {
		return nil, true, err
	}
	answer, err = h.answer(ctx, call.User, []*scheduled.Item{item}, false)
	return answer, true, err
}

// answer tells of scheduled messages; fresh ones have their numbers told by their random ids.
func (h *Handlers) answer(ctx context.Context, viewer ids.User, items []*scheduled.Item, fresh bool) (tg.UpdatesClass, error) {
	shown, about, err := h.o.Render.Messages(ctx, viewer, rows(items))
	if err != nil {
		return nil, err
	}
	var list []tg.UpdateClass
	if fresh {
		for _, i := range items {
			list = append(list, &tg.UpdateMessageID{ID: int32(i.ID), RandomID: i.RandomID})
		}
	}
	for _, m := range shown {
		list = append(list, &tg.UpdateNewScheduledMessage{Message: m})
	}
	return h.o.Render.Answer(ctx, viewer, about, list...)
}

func rows(items []*scheduled.Item) []*messages.Message {
	all := make([]*messages.Message, len(items))
	for i, item := range items {
		all[i] = item.Message()
	}
	return all
}

// getScheduledHistory serves https://core.telegram.org/method/messages.getScheduledHistory.
func (h *Handlers) getScheduledHistory(ctx context.Context, call *rpc.Call, in *tg.MessagesGetScheduledHistory) (tg.MessagesMessagesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	items, err := h.o.Scheduled.List(ctx, call.User, peer)
	if err != nil {
		return nil, err
	}
	if hash := hashOf(items); in.Hash != 0 && in.Hash == hash {
		return &tg.MessagesMessagesNotModified{Count: int32(len(items))}, nil
	}
	return h.page(ctx, call, peer, items)
}

// hashOf is the hash of a list of scheduled messages.
// Spec: https://core.telegram.org/api/offsets#hash-generation
func hashOf(items []*scheduled.Item) int64 {
	var h uint64
	for _, i := range items {
		for _, n := range [...]uint64{uint64(i.ID), uint64(uint32(render.Unix(i.Edited))), uint64(uint32(render.Unix(i.Due)))} {
			h ^= h >> 21
			h ^= h << 35
			h ^= h >> 4
			h += n
		}
	}
	return int64(h)
}

// getScheduledMessages serves https://core.telegram.org/method/messages.getScheduledMessages.
func (h *Handlers) getScheduledMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesGetScheduledMessages) (tg.MessagesMessagesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	items, err := h.o.Scheduled.Get(ctx, call.User, peer, messageIDs(in.ID))
	if err != nil {
		return nil, err
	}
	return h.page(ctx, call, peer, items)
}

func (h *Handlers) page(ctx context.Context, call *rpc.Call, peer ids.Peer, items []*scheduled.Item) (tg.MessagesMessagesClass, error) {
	shown, about, err := h.o.Render.Messages(ctx, call.User, rows(items))
	if err != nil {
		return nil, err
	}
	users, chats, err := h.o.Render.Peers(ctx, call.User, append(about, peer))
	if err != nil {
		return nil, err
	}
	return &tg.MessagesMessages{Messages: shown, Topics: []tg.ForumTopicClass{}, Chats: chats, Users: users}, nil
}

// sendScheduledMessages serves https://core.telegram.org/method/messages.sendScheduledMessages.
func (h *Handlers) sendScheduledMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesSendScheduledMessages) (tg.UpdatesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	done, err := h.o.Scheduled.SendNow(ctx, call.User, peer, messageIDs(in.ID))
	if err != nil {
		return nil, err
	}
	sent := make([]messages.Sent, len(done))
	gone := &tg.UpdateDeleteScheduledMessages{Peer: view.Peer(peer)}
	for i, d := range done {
		sent[i] = d.Sent
		gone.Messages = append(gone.Messages, int32(d.ID))
		gone.SentMessages = append(gone.SentMessages, int32(d.Sent.Message.ID))
	}
	answer, err := h.o.Render.Sent(ctx, call.User, sent...)
	if err != nil {
		return nil, err
	}
	answer.Updates = append([]tg.UpdateClass{gone}, answer.Updates...)
	return answer, nil
}

// deleteScheduledMessages serves https://core.telegram.org/method/messages.deleteScheduledMessages.
func (h *Handlers) deleteScheduledMessages(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteScheduledMessages) (tg.UpdatesClass, error) {
	peer, err := h.peer(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	gone, err := h.o.Scheduled.Delete(ctx, call.User, peer, messageIDs(in.ID))
	if err != nil {
		return nil, err
	}
	return h.o.Render.Answer(ctx, call.User, []ids.Peer{peer}, goneUpdate(updates.ScheduledGone{Peer: peer, IDs: gone}))
}

// peer resolves a peer. It fails with 400 PEER_ID_INVALID and its like.
func (h *Handlers) peer(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	p, err := h.o.View.PeerFromInput(ctx, call, in)
	if err == nil && p == 0 {
		err = errPeer
	}
	return p, err
}

// added shows that a message was scheduled, or changed; nothing when it is gone since.
func (h *Handlers) added(ctx context.Context, viewer ids.User, e updates.Entry, ev updates.NewScheduled) (tg.UpdateClass, []ids.Peer, error) {
	items, err := h.o.Scheduled.Get(ctx, e.Owner.User(), ev.Peer, []ids.Message{ev.ID})
	if errors.Is(err, rights.ErrAdminRequired) || errors.Is(err, rights.ErrPrivate) {
		return nil, nil, nil // he posts there no more
	}
	if err != nil || len(items) == 0 {
		return nil, nil, err
	}
	m, about, err := h.o.Render.Message(ctx, viewer, items[0].Message())
	return &tg.UpdateNewScheduledMessage{Message: m}, about, err
}

// gone shows that scheduled messages were sent or deleted.
func (h *Handlers) gone(_ context.Context, _ ids.User, _ updates.Entry, ev updates.ScheduledGone) (tg.UpdateClass, []ids.Peer, error) {
	return goneUpdate(ev), []ids.Peer{ev.Peer}, nil
}

func goneUpdate(ev updates.ScheduledGone) *tg.UpdateDeleteScheduledMessages {
	t := &tg.UpdateDeleteScheduledMessages{Peer: view.Peer(ev.Peer), Messages: render.Int32s(ev.IDs)}
	if len(ev.Sent) > 0 {
		t.SentMessages = render.Int32s(ev.Sent)
	}
	return t
}

func messageIDs(in []int32) []ids.Message {
	out := make([]ids.Message, len(in))
	for i, id := range in {
		out[i] = ids.Message(id)
	}
	return out
}
