// Package chats serves messages and updates: the methods messages.* that send, change and read, updates.*,
// the notification settings, and the live stream of updates.
//
// What has happened to a person is rendered in one place (render.go), whether it is pushed or asked for as a
// difference.
package chats

import (
	"context"
	"math/rand/v2"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	o        Options
	messages *messages.Service
	auth     *auth.Service
	view     *view.View
	render   *render.Renderer
	streams  *streams // filled by the Feed
}

// EditInstead edits what is no ordinary message, or not in an ordinary way; handled is false for all others.
type EditInstead func(ctx context.Context, call *rpc.Call, peer ids.Peer, in *tg.MessagesEditMessage) (answer tg.UpdatesClass, handled bool, err error)

// Options are what the handlers work with. Functions that are nil make what they are for be refused.
type Options struct {
	Messages *messages.Service
	Auth     *auth.Service
	View     *view.View
	Render   *render.Renderer

	// Channels says who may look into which channel, and Joined which he is in.
	Channels *channels.Service
	Joined   Joined
	// Dialog shows a channel in the list of a user; nil if he has none.
	Dialog func(ctx context.Context, user ids.User, peer ids.Peer) (*tg.Dialog, []ids.Peer, error)

	// Devices tells what concerns single devices; nil: nothing does.
	Devices Devices
	// MediaFrom reads a medium that is to be sent.
	MediaFrom func(ctx context.Context, call *rpc.Call, in tg.InputMediaClass) (*media.Media, error)
	// MediaTo shows a medium that is not in a message yet.
	MediaTo func(ctx context.Context, viewer ids.User, m *media.Media) (tg.MessageMediaClass, []ids.Peer, error)
	// ToTop puts the set of a sticker that user has sent before his others.
	ToTop func(ctx context.Context, user ids.User, file int64) error
	// EditMedia edits live locations, polls and to-do lists, EditScheduled messages that are not sent yet.
	EditMedia, EditScheduled EditInstead
	// Schedule keeps messages that are to be sent at a time, ScheduleForward messages that are to be forwarded then.
	Schedule        func(ctx context.Context, call *rpc.Call, at int32, reqs []messages.SendRequest) (tg.UpdatesClass, error)
	ScheduleForward func(ctx context.Context, call *rpc.Call, at int32, req messages.ForwardRequest) (tg.UpdatesClass, error)
	// Seen is told which messages viewer has looked at, so that reactions to his own count as seen; a peer of 0 is any chat
	// but a channel.
	Seen func(ctx context.Context, viewer ids.User, peer ids.Peer, list []ids.Message) error
	// Watch is told that viewer looks at user.
	Watch func(viewer, user ids.User)
	// SaveSendAs notes as whom a user writes in a channel from now on; 0 is himself.
	SaveSendAs func(ctx context.Context, user ids.User, ch ids.Channel, as ids.Peer) error
}

// New makes the handlers.
func New(o Options) *Handlers {
	if o.Devices == nil {
		o.Devices = noDevices{}
	}
	h := &Handlers{
		o: o, messages: o.Messages, auth: o.Auth, view: o.View, render: o.Render,
		streams: newStreams(),
	}
	h.showEvents()
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	messages.ErrEmpty:      rpc.BadRequest("MESSAGE_EMPTY"),
	messages.ErrTooLong:    rpc.BadRequest("MESSAGE_TOO_LONG"),
	messages.ErrCaption:    rpc.BadRequest("MEDIA_CAPTION_TOO_LONG"),
	messages.ErrVoice:      rpc.BadRequest("VOICE_MESSAGES_FORBIDDEN"),
	messages.ErrPeer:       errPeer,
	messages.ErrReply:      rpc.BadRequest("REPLY_MESSAGE_ID_INVALID"),
	messages.ErrQuote:      rpc.BadRequest("QUOTE_TEXT_INVALID"),
	messages.ErrNone:       rpc.BadRequest("MESSAGE_ID_INVALID"),
	messages.ErrAuthor:     rpc.Forbidden("MESSAGE_AUTHOR_REQUIRED"),
	messages.ErrEditTime:   rpc.BadRequest("MESSAGE_EDIT_TIME_EXPIRED"),
	messages.ErrSame:       rpc.BadRequest("MESSAGE_NOT_MODIFIED"),
	messages.ErrProtected:  rpc.BadRequest("CHAT_FORWARDS_RESTRICTED"),
	messages.ErrRandomID:   rpc.BadRequest("RANDOM_ID_INVALID"),
	messages.ErrTooMany:    rpc.BadRequest("LIMIT_INVALID"),
	messages.ErrTooOld:     rpc.BadRequest("MESSAGE_TOO_OLD"),
	messages.ErrHidden:     rpc.Forbidden("USER_PRIVACY_RESTRICTED"),
	messages.ErrHiding:     rpc.Forbidden("YOUR_PRIVACY_RESTRICTED"),
	messages.ErrSentBefore: {Code: 500, Type: "RANDOM_ID_DUPLICATE"},
	messages.ErrDelete:     rpc.Forbidden("MESSAGE_DELETE_FORBIDDEN"),
	text.ErrBounds:         rpc.BadRequest("ENTITY_BOUNDS_INVALID"),
	users.ErrBlocked:       rpc.BadRequest("USER_IS_BLOCKED"),
	users.ErrYouBlocked:    rpc.BadRequest("YOU_BLOCKED_USER"),
	users.ErrDeleted:       rpc.BadRequest("INPUT_USER_DEACTIVATED"),
	updates.ErrTooOld:      rpc.BadRequest("PERSISTENT_TIMESTAMP_OUTDATED"),
}

// Answers to what cannot be served.
var (
	errPeer      = rpc.BadRequest("PEER_ID_INVALID")
	errChannel   = rpc.BadRequest("CHANNEL_INVALID")
	errBusiness  = rpc.BadRequest("BUSINESS_CONNECTION_INVALID")
	errMedia     = rpc.BadRequest("MEDIA_INVALID")
	errScheduled = rpc.BadRequest("SCHEDULE_DATE_INVALID")
	errShortcut  = rpc.BadRequest("SHORTCUT_INVALID")
	errAlbum     = rpc.BadRequest("MULTI_MEDIA_TOO_LONG")
	errSendAs    = rpc.BadRequest("SEND_AS_PEER_INVALID")
	errRandomID  = rpc.BadRequest("RANDOM_ID_EMPTY")
	errPosition  = rpc.BadRequest("PERSISTENT_TIMESTAMP_EMPTY")
)

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	h.registerSending(r)
	h.registerChanging(r)
	h.registerReading(r)
	rpc.Handle(r, rpc.SignedIn, h.getState)
	rpc.Handle(r, rpc.SignedIn, h.getDifference)
	rpc.Handle(r, rpc.SignedIn, h.getChannelDifference)
}

// peer resolves any peer. It fails with 400 PEER_ID_INVALID, CHAT_ID_INVALID or CHANNEL_INVALID.
func (h *Handlers) peer(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	p, err := h.view.PeerFromInput(ctx, call, in)
	if err == nil && p == 0 {
		err = errPeer
	}
	return p, err
}

// chat resolves a peer whose messages are in the log of each of its members: a user or a basic group.
func (h *Handlers) chat(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	p, err := h.peer(ctx, call, in)
	if err == nil && p.Channel() != 0 {
		err = errPeer
	}
	return p, err
}

// private resolves a peer with whom there can be a private chat.
func (h *Handlers) private(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	p, err := h.peer(ctx, call, in)
	if err == nil && p.User() == 0 {
		err = errPeer
	}
	return p, err
}

// channel resolves a channel or supergroup.
func (h *Handlers) channel(ctx context.Context, call *rpc.Call, in tg.InputChannelClass) (ids.Peer, error) {
	c, err := h.view.ChannelFromInput(ctx, call, in)
	return c.Peer(), err
}

func messageIDs(in []int32) []ids.Message {
	out := make([]ids.Message, len(in))
	for i, id := range in {
		out[i] = ids.Message(id)
	}
	return out
}

// newGroupID names an album.
func newGroupID() int64 { return rand.Int64N(1<<62) + 1 }
