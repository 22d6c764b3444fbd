package polls

import (
	"context"

	"hermod/internal/api/media"
	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	domain "hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/places"
	"hermod/internal/domain/polls"
	"hermod/internal/domain/todos"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// EditMedia serves messages.editMessage where that changes what a message carries: a live location that moves or ends, a
// poll that is closed, a to-do list. handled is false for anything else.
// Spec: https://core.telegram.org/method/messages.editMessage
func (h *Handlers) EditMedia(
	ctx context.Context, call *rpc.Call, peer ids.Peer, in *tg.MessagesEditMessage,
) (answer *tg.Updates, handled bool, err error) {
	switch m := in.Media.(type) {
	case *tg.InputMediaGeoLive:
		answer, err = h.move(ctx, call, peer, in, m)
	case *tg.InputMediaGeoPoint: // how a live location was ended before there was a flag for it
		answer, err = h.move(ctx, call, peer, in, &tg.InputMediaGeoLive{Stopped: true})
	case *tg.InputMediaPoll:
		answer, err = h.closePoll(ctx, call, peer, in.ID, m)
	case *tg.InputMediaTodo:
		answer, err = h.editTodo(ctx, call, peer, in, m)
	default:
		return nil, false, nil
	}
	return answer, true, err
}

func (h *Handlers) move(
	ctx context.Context, call *rpc.Call, peer ids.Peer, in *tg.MessagesEditMessage, m *tg.InputMediaGeoLive,
) (*tg.Updates, error) {
	done, err := h.o.Places.Move(ctx, places.Move{
		By: call.User, Peer: peer, ID: ids.Message(in.ID), Edit: media.LiveEdit(m), Markup: render.Markup(in.ReplyMarkup),
	})
	if err != nil {
		return nil, err
	}
	return h.changed(ctx, call.User, done)
}

// changed is the answer to what has changed a message.
func (h *Handlers) changed(ctx context.Context, viewer ids.User, done messages.Change, more ...tg.UpdateClass) (*tg.Updates, error) {
	u, about, err := h.edited(ctx, viewer, done.Message, done.PTS)
	if err != nil {
		return nil, err
	}
	return h.o.Render.Answer(ctx, viewer, about, append([]tg.UpdateClass{u}, more...)...)
}

// closePoll closes a poll; nothing else of it can be edited.
func (h *Handlers) closePoll(
	ctx context.Context, call *rpc.Call, peer ids.Peer, id int32, in *tg.InputMediaPoll,
) (*tg.Updates, error) {
	if in.Poll == nil || !in.Poll.Closed {
		return nil, domain.ErrPoll
	}
	t := polls.Target{Viewer: call.User, Peer: peer, ID: ids.Message(id)}
	seen, err := h.o.Polls.Close(ctx, t)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, t, seen)
}

// editTodo replaces a list. What was done stays done.
func (h *Handlers) editTodo(
	ctx context.Context, call *rpc.Call, peer ids.Peer, in *tg.MessagesEditMessage, todo *tg.InputMediaTodo,
) (*tg.Updates, error) {
	next, err := h.o.Codec.From(ctx, call, todo)
	if err != nil {
		return nil, err
	}
	found, err := h.o.Messages.Get(ctx, call.User, peer, []ids.Message{ids.Message(in.ID)})
	if err != nil {
		return nil, err
	}
	m := found[ids.Message(in.ID)]
	if m == nil || domain.KindOf(m.Media) != domain.Todo {
		return nil, todos.ErrNone
	}
	next.Todo.KeepDone(m.Media.Todo)
	done, err := h.o.Messages.Edit(ctx, messages.EditRequest{
		By: call.User, Peer: peer, ID: m.ID, Media: next, Markup: render.Markup(in.ReplyMarkup),
	})
	if err != nil {
		return nil, err
	}
	return h.changed(ctx, call.User, done)
}

// toggleTodoCompleted serves https://core.telegram.org/method/messages.toggleTodoCompleted.
func (h *Handlers) toggleTodoCompleted(ctx context.Context, call *rpc.Call, in *tg.MessagesToggleTodoCompleted) (*tg.Updates, error) {
	t, err := h.target(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return nil, err
	}
	done, err := h.o.Todos.Toggle(ctx, todos.Target{By: t.Viewer, Peer: t.Peer, ID: t.ID}, in.Completed, in.Incompleted)
	if err != nil {
		return nil, err
	}
	return h.todoChanged(ctx, call.User, done)
}

// appendTodoList serves https://core.telegram.org/method/messages.appendTodoList.
func (h *Handlers) appendTodoList(ctx context.Context, call *rpc.Call, in *tg.MessagesAppendTodoList) (*tg.Updates, error) {
	t, err := h.target(ctx, call, in.Peer, in.MsgID)
	if err != nil {
		return nil, err
	}
	tasks, err := h.o.Codec.TasksFrom(ctx, call, in.List)
	if err != nil {
		return nil, err
	}
	done, err := h.o.Todos.Append(ctx, todos.Target{By: t.Viewer, Peer: t.Peer, ID: t.ID}, tasks)
	if err != nil {
		return nil, err
	}
	return h.todoChanged(ctx, call.User, done)
}

// todoChanged tells of the list and of the service message.
func (h *Handlers) todoChanged(ctx context.Context, viewer ids.User, done todos.Done) (*tg.Updates, error) {
	list, aboutList, err := h.edited(ctx, viewer, done.Change.Message, done.Change.PTS)
	if err != nil {
		return nil, err
	}
	m := done.Notice.Message
	shown, about, err := h.o.Render.Message(ctx, viewer, m)
	if err != nil {
		return nil, err
	}
	var notice tg.UpdateClass = &tg.UpdateNewMessage{Message: shown, Pts: m.PTS, PtsCount: 1}
	if m.Owner.Channel() != 0 {
		notice = &tg.UpdateNewChannelMessage{Message: shown, Pts: m.PTS, PtsCount: 1}
	}
	return h.o.Render.Answer(ctx, viewer, append(about, aboutList...), list, notice)
}

// getRecentLocations serves https://core.telegram.org/method/messages.getRecentLocations.
func (h *Handlers) getRecentLocations(ctx context.Context, call *rpc.Call, in *tg.MessagesGetRecentLocations) (tg.MessagesMessagesClass, error) {
	peer, err := h.o.View.PeerFromInput(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	list, err := h.o.Places.Recent(ctx, call.User, peer, int(in.Limit))
	if err != nil {
		return nil, err
	}
	page := messages.Page{Messages: list, Total: len(list), Whole: true}
	return h.o.Render.Page(ctx, call.User, page, in.Hash, peer)
}
