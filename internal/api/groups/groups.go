// Package groups serves basic groups: who makes, names, fills, leaves and ends them, and what all groups and channels
// have in common.
//
// Rules are those of domain/groups. Answers are full "updates": the service message that tells of the change, then the
// members where those have changed. Everybody else learns of it from his own log.
package groups

import (
	"context"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Options are what the handlers work with.
type Options struct {
	Groups *groups.Service
	View   *view.View
	Render *render.Renderer
	Facts  view.Facts
	// Invite is what the page of a group says to its admins about ways into it. Nil: there are no links.
	Invite view.Inviter
}

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	o      Options
	groups *groups.Service
	view   *view.View
	render *render.Renderer
}

// New makes the handlers, and teaches o.Render to show what happens to groups.
func New(o Options) *Handlers {
	h := &Handlers{o: o, groups: o.Groups, view: o.View, render: o.Render}
	render.OnEvent(o.Render, h.showChanged)
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	groups.ErrNotFound:  rpc.BadRequest("CHAT_ID_INVALID"),
	groups.ErrTitle:     rpc.BadRequest("CHAT_TITLE_EMPTY"),
	groups.ErrAbout:     rpc.BadRequest("CHAT_ABOUT_TOO_LONG"),
	groups.ErrSame:      rpc.BadRequest("CHAT_NOT_MODIFIED"),
	groups.ErrAboutSame: rpc.BadRequest("CHAT_ABOUT_NOT_MODIFIED"),
	groups.ErrAlready:   rpc.BadRequest("USER_ALREADY_PARTICIPANT"),
	groups.ErrTooMany:   rpc.BadRequest("USERS_TOO_MUCH"),
	groups.ErrUser:      rpc.BadRequest("USER_ID_INVALID"),
	groups.ErrBot:       rpc.BadRequest("BOT_GROUPS_BLOCKED"),
	groups.ErrPeriod:    rpc.BadRequest("TTL_PERIOD_INVALID"),
	groups.ErrRank:      rpc.BadRequest("ADMIN_RANK_INVALID"),
	groups.ErrReactions: rpc.BadRequest("REACTION_INVALID"),
	groups.ErrMigrated:  rpc.BadRequest("CHAT_ID_INVALID"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.createChat)
	rpc.Handle(r, rpc.UserOnly, h.addChatUser)
	rpc.Handle(r, rpc.SignedIn, h.deleteChatUser)
	rpc.Handle(r, rpc.UserOnly, h.deleteChat)
	rpc.Handle(r, rpc.SignedIn, h.editChatTitle)
	rpc.Handle(r, rpc.SignedIn, h.editChatPhoto)
	rpc.Handle(r, rpc.UserOnly, h.editChatAdmin)
	rpc.Handle(r, rpc.SignedIn, h.getChats)
	rpc.Handle(r, rpc.SignedIn, h.getFullChat)
}

// answer shows what an operation on chat did: its service messages, and with members how the group is filled now.
// Clients take the first chat for the one that it is about.
func (h *Handlers) answer(ctx context.Context, viewer ids.User, chat ids.Chat, res groups.Result, members bool) (*tg.Updates, error) {
	list, about, err := h.render.Written(ctx, viewer, res.Written...)
	if err != nil {
		return nil, err
	}
	about = append([]ids.Peer{chat.Peer(), viewer.Peer()}, about...)
	if members {
		u, more, err := h.participants(ctx, viewer, chat)
		if err != nil {
			return nil, err
		}
		list, about = append(u, list...), append(about, more...)
	}
	return h.render.Answer(ctx, viewer, about, list...)
}

// participants is the update that tells a member who is in the group, and who that is.
func (h *Handlers) participants(ctx context.Context, viewer ids.User, chat ids.Chat) ([]tg.UpdateClass, []ids.Peer, error) {
	st, err := h.groups.State(ctx, chat)
	if err != nil {
		return nil, nil, err
	}
	if _, in := st.Member(viewer); !in {
		return nil, nil, nil
	}
	u := &tg.UpdateChatParticipants{Participants: view.ChatParticipants(st)}
	return []tg.UpdateClass{u}, view.UserPeers(st.Users()), nil
}

// showChanged shows that a group has changed to one of those who are or were in it.
func (h *Handlers) showChanged(
	ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.ChatChanged,
) (tg.UpdateClass, []ids.Peer, error) {
	about := []ids.Peer{ev.Chat.Peer()}
	st, err := h.groups.State(ctx, ev.Chat)
	if err != nil {
		return nil, nil, err
	}
	_, in := st.Member(viewer)
	switch {
	case in && ev.What == updates.ChatParticipants:
		return &tg.UpdateChatParticipants{Participants: view.ChatParticipants(st)}, append(about, view.UserPeers(st.Users())...), nil
	case in && ev.What == updates.ChatRights:
		return defaults(st.Group), about, nil
	}
	return &tg.UpdateChat{ChatID: int64(ev.Chat)}, about, nil
}

func defaults(g groups.Group) *tg.UpdateChatDefaultBannedRights {
	return &tg.UpdateChatDefaultBannedRights{
		Peer: view.Peer(g.ID.Peer()), DefaultBannedRights: view.BannedRights(g.Defaults), Version: g.Version,
	}
}
