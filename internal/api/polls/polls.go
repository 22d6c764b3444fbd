// Package polls serves what people do with polls, to-do lists and live locations that were sent: voting, ticking off,
// moving. What they send in the first place goes through packages media and chats.
package polls

import (
	"context"

	"hermod/internal/api/media"
	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/places"
	"hermod/internal/domain/polls"
	"hermod/internal/domain/todos"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct{ o Options }

// Options are what the handlers work with.
type Options struct {
	Polls    *polls.Service
	Todos    *todos.Service
	Places   *places.Service
	Messages *messages.Service
	View     *view.View
	Render   *render.Renderer
	Codec    *media.Codec
}

// New makes the handlers, and has the renderer show what happens to polls.
func New(o Options) *Handlers {
	h := &Handlers{o}
	render.OnEvent(o.Render, h.pollChanged)
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	polls.ErrNone:      rpc.BadRequest("MESSAGE_ID_INVALID"),
	polls.ErrClosed:    rpc.BadRequest("MESSAGE_POLL_CLOSED"),
	polls.ErrOption:    rpc.BadRequest("OPTION_INVALID"),
	polls.ErrTooMany:   rpc.BadRequest("OPTIONS_TOO_MUCH"),
	polls.ErrFinal:     rpc.BadRequest("REVOTE_NOT_ALLOWED"),
	polls.ErrAnonymous: rpc.Forbidden("POLL_VOTE_REQUIRED"),
	polls.ErrMembers:   rpc.Forbidden("POLL_MEMBER_RESTRICTED"),
	polls.ErrPublic:    rpc.BadRequest("BROADCAST_PUBLIC_VOTERS_FORBIDDEN"),
	polls.ErrMember:    rpc.BadRequest("POLL_UNSUPPORTED"),
	polls.ErrAppend:    rpc.Forbidden("POLL_ANSWERS_FORBIDDEN"),
	polls.ErrOffset:    rpc.BadRequest("OFFSET_INVALID"),
	todos.ErrNone:      rpc.BadRequest("MESSAGE_ID_INVALID"),
	todos.ErrForbidden: rpc.Forbidden("TODO_CHANGE_FORBIDDEN"),
	todos.ErrSame:      rpc.BadRequest("TODO_NOT_MODIFIED"),
	places.ErrNone:     rpc.BadRequest("MESSAGE_ID_INVALID"),
	places.ErrEnded:    rpc.BadRequest("MESSAGE_EDIT_TIME_EXPIRED"),
	places.ErrSame:     rpc.BadRequest("MESSAGE_NOT_MODIFIED"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(media.Errors())
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.sendVote)
	rpc.Handle(r, rpc.SignedIn, h.getPollResults)
	rpc.Handle(r, rpc.UserOnly, h.getPollVotes)
	rpc.Handle(r, rpc.UserOnly, h.addPollAnswer)
	rpc.Handle(r, rpc.UserOnly, h.deletePollAnswer)
	rpc.Handle(r, rpc.UserOnly, h.toggleTodoCompleted)
	rpc.Handle(r, rpc.UserOnly, h.appendTodoList)
	rpc.Handle(r, rpc.SignedIn, h.getRecentLocations)
	rpc.Handle(r, rpc.UserOnly, h.getBotCallbackAnswer)
}

// target reads which poll is meant.
func (h *Handlers) target(ctx context.Context, call *rpc.Call, peer tg.InputPeerClass, id int32) (polls.Target, error) {
	p, err := h.o.View.PeerFromInput(ctx, call, peer)
	return polls.Target{Viewer: call.User, Peer: p, ID: ids.Message(id)}, err
}

// pollChanged shows that somebody voted, or that a poll was closed, in a chat that is no channel: there it is an edit.
func (h *Handlers) pollChanged(
	ctx context.Context, viewer ids.User, e updates.Entry, ev updates.MessagePoll,
) (tg.UpdateClass, []ids.Peer, error) {
	found, err := h.o.Polls.See(ctx, viewer, []int64{ev.Poll})
	seen, ok := found[ev.Poll]
	if err != nil || !ok {
		return nil, nil, err
	}
	u, about := h.update(seen, ev.Peer, ev.ID, 0)
	return u, about, nil
}
