// Package channels serves channels and supergroups: the methods channels.*, and those of messages.* that are about groups
// of any kind.
//
// Rules are those of domain/channels and domain/groups. Answers are full "updates": the service messages that tell of the
// change, then updateChannel, with the channel first among the chats, where clients look for it. Everybody else learns of
// a change from the log of the channel, or from a live value while he is here.
package channels

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/topics"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Options are what the handlers work with.
type Options struct {
	Channels *channels.Service
	Groups   *groups.Service
	Messages *messages.Service
	Auth     *auth.Service
	View     *view.View
	Render   *render.Renderer
	Facts    view.Facts
	// Invite is what the page of a channel says to its admins about ways into it. Nil: there are no links.
	Invite view.Inviter
	// Join brings somebody into a channel, or asks for him where admins let people in.
	Join func(ctx context.Context, user ids.User, ch ids.Channel) (channels.Result, error)
	// Online counts the members of a channel who are here now. Nil: nobody counts.
	Online func(ch ids.Channel) int
	// Topic shows a topic of a forum. Nil: the log of admins tells of none.
	Topic func(ch ids.Channel, t topics.Topic) *tg.ForumTopic
	// Stickers show the sets of groups. Nil: groups have none.
	Stickers StickerSets
	// Wallpapers show the wallpapers of channels. Nil: there are none.
	Wallpapers Wallpapers
	// LinkPrefix begins links to what is here, such as "https://chat.example.org/".
	LinkPrefix string
	// DC is where clients are to ask for statistics.
	DC int32
}

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	o        Options
	channels *channels.Service
	groups   *groups.Service
	messages *messages.Service
	view     *view.View
	render   *render.Renderer
}

// New makes the handlers, and teaches o.Render to show what happens to channels.
func New(o Options) *Handlers {
	h := &Handlers{
		o: o, channels: o.Channels, groups: o.Groups, messages: o.Messages, view: o.View, render: o.Render,
	}
	render.OnEvent(o.Render, h.showChanged)
	render.OnLive(o.Render, h.showLive)
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	channels.ErrNotFound:      rpc.BadRequest("CHANNEL_INVALID"),
	channels.ErrSame:          rpc.BadRequest("CHAT_NOT_MODIFIED"),
	channels.ErrTooMany:       rpc.BadRequest("CHANNELS_TOO_MUCH"),
	channels.ErrPublicTooMany: rpc.BadRequest("CHANNELS_ADMIN_PUBLIC_TOO_MUCH"),
	channels.ErrAdminsTooMany: rpc.BadRequest("ADMINS_TOO_MUCH"),
	channels.ErrBot:           rpc.BadRequest("USER_BOT"),
	channels.ErrBotsTooMany:   rpc.BadRequest("BOTS_TOO_MUCH"),
	channels.ErrAlready:       rpc.BadRequest("USER_ALREADY_PARTICIPANT"),
	channels.ErrAskFirst:      rpc.BadRequest("INVITE_REQUEST_SENT"),
	channels.ErrCreator:       rpc.BadRequest("USER_CREATOR"),
	channels.ErrAdmin:         rpc.BadRequest("USER_ADMIN_INVALID"),
	channels.ErrKicked:        rpc.BadRequest("USER_KICKED"),
	channels.ErrBroadcast:     rpc.BadRequest("MEGAGROUP_REQUIRED"),
	channels.ErrMegagroup:     rpc.BadRequest("BROADCAST_REQUIRED"),
	channels.ErrSeconds:       rpc.BadRequest("SECONDS_INVALID"),
	channels.ErrLink:          rpc.BadRequest("MEGAGROUP_ID_INVALID"),
	channels.ErrHistoryHidden: rpc.BadRequest("MEGAGROUP_PREHISTORY_HIDDEN"),
	channels.ErrHistoryPublic: rpc.BadRequest("CHAT_LINK_EXISTS"),
	channels.ErrPrivacy:       rpc.Forbidden("USER_PRIVACY_RESTRICTED"),
	channels.ErrForum:         rpc.BadRequest("CHAT_DISCUSSION_UNALLOWED"),
	channels.ErrUser:          rpc.BadRequest("USER_ID_INVALID"),
	channels.ErrRights:        rpc.Forbidden("RIGHT_FORBIDDEN"),
	auth.ErrPasswordMissing:   rpc.BadRequest("PASSWORD_MISSING"),
}

// fresh shows the seconds for which a password or a login is too new to hand over a channel.
func fresh(err error) (rpc.Error, bool) {
	var e *auth.FreshError
	if !errors.As(err, &e) {
		return rpc.Error{}, false
	}
	what := "SESSION_TOO_FRESH_"
	if e.Password {
		what = "PASSWORD_TOO_FRESH_"
	}
	return rpc.BadRequest(what + strconv.Itoa(int((e.Wait+time.Second-1)/time.Second))), true
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	view.RegisterErrors(r)
	r.Errors(wireErrors)
	r.Shape(fresh)
	h.registerInfo(r)
	h.registerMembers(r)
	h.registerSwitches(r)
	h.registerUsernames(r)
	h.registerLists(r)
	h.registerHistory(r)
	h.registerBoth(r)
}

// showChanged shows that somebody stands otherwise to a channel.
func (h *Handlers) showChanged(
	_ context.Context, _ ids.User, _ updates.Entry, ev updates.ChannelChanged,
) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateChannel{ChannelID: int64(ev.Channel)}, []ids.Peer{ev.Channel.Peer()}, nil
}

// showLive shows that a channel has changed, to each member in his own form: clients take no rights from the shared one.
func (h *Handlers) showLive(_ context.Context, _ ids.User, v channels.Changed) (tg.UpdateClass, []ids.Peer, error) {
	return &tg.UpdateChannel{ChannelID: int64(v.Channel)}, []ids.Peer{v.Channel.Peer()}, nil
}

// answer shows what an operation on ch did: its service messages, and that the channel has changed.
func (h *Handlers) answer(ctx context.Context, viewer ids.User, ch ids.Channel, res channels.Result) (*tg.Updates, error) {
	list, about, err := h.render.Written(ctx, viewer, res.Written...)
	if err != nil {
		return nil, err
	}
	list = append(list, &tg.UpdateChannel{ChannelID: int64(ch)})
	return h.render.Answer(ctx, viewer, append([]ids.Peer{ch.Peer(), viewer.Peer()}, about...), list...)
}

// created is answer for a channel that is new. TDLib insists on one updateMessageID, though the request has no random id.
func (h *Handlers) created(ctx context.Context, viewer ids.User, ch ids.Channel, res channels.Result) (*tg.Updates, error) {
	out, err := h.answer(ctx, viewer, ch, res)
	if err != nil {
		return nil, err
	}
	for _, w := range res.Written {
		id := &tg.UpdateMessageID{ID: int32(w.ID), RandomID: rand.Int64N(1<<62) + 1}
		out.Updates = append([]tg.UpdateClass{id}, out.Updates...)
	}
	return out, nil
}

// change resolves a channel, does something to it and shows what was done.
func (h *Handlers) change(
	ctx context.Context, call *rpc.Call, in tg.InputChannelClass, do func(ch ids.Channel) (channels.Result, error),
) (*tg.Updates, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in)
	if err != nil {
		return nil, err
	}
	res, err := do(ch)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, call.User, ch, res)
}

// set is change for methods that answer with a boolean.
func (h *Handlers) set(
	ctx context.Context, call *rpc.Call, in tg.InputChannelClass, do func(ch ids.Channel) (channels.Result, error),
) (tg.Bool, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in)
	if err != nil {
		return false, err
	}
	_, err = do(ch)
	return err == nil, err
}

// chats is a list of channels as viewer may see them.
func (h *Handlers) chats(ctx context.Context, viewer ids.User, list []channels.Channel) (*tg.MessagesChats, error) {
	chats, err := h.view.Chats(ctx, viewer, peers(list))
	return &tg.MessagesChats{Chats: chats}, err
}

func peers(list []channels.Channel) []ids.Peer {
	all := make([]ids.Peer, len(list))
	for i, c := range list {
		all[i] = c.ID.Peer()
	}
	return all
}

// positive is nil for 0 and less.
func positive(n int32) *int32 {
	if n <= 0 {
		return nil
	}
	return &n
}
