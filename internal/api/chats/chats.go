// Package chats serves messages, dialogs and updates: the methods messages.*, updates.* and folders.* of private chats,
// the notification settings, and the live stream of updates.
//
// What has happened to a person is rendered in one place (render.go), whether it is pushed or asked for as a
// difference. Media, groups and channels are not served yet; their methods are unknown ones.
package chats

import (
	"context"
	"errors"

	"hermod/internal/api/view"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	messages *messages.Service
	dialogs  *dialogs.Service
	contacts *contacts.Service
	view     *view.View
	render   *renderer
	streams  *streams // filled by the Feed
}

// Options are what the handlers work with.
type Options struct {
	Messages *messages.Service
	Contacts *contacts.Service
	Auth     *auth.Service
	View     *view.View
}

// New makes the handlers.
func New(o Options) *Handlers {
	return &Handlers{
		messages: o.Messages, dialogs: o.Messages.Dialogs(), contacts: o.Contacts, view: o.View,
		streams: &streams{byUser: make(map[ids.User][]*Stream)},
		render:  &renderer{messages: o.Messages, dialogs: o.Messages.Dialogs(), auth: o.Auth, view: o.View},
	}
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	messages.ErrEmpty:         rpc.BadRequest("MESSAGE_EMPTY"),
	messages.ErrTooLong:       rpc.BadRequest("MESSAGE_TOO_LONG"),
	messages.ErrPeer:          errPeer,
	messages.ErrReply:         rpc.BadRequest("REPLY_MESSAGE_ID_INVALID"),
	messages.ErrQuote:         rpc.BadRequest("QUOTE_TEXT_INVALID"),
	messages.ErrNone:          rpc.BadRequest("MESSAGE_ID_INVALID"),
	messages.ErrAuthor:        rpc.Forbidden("MESSAGE_AUTHOR_REQUIRED"),
	messages.ErrEditTime:      rpc.BadRequest("MESSAGE_EDIT_TIME_EXPIRED"),
	messages.ErrSame:          rpc.BadRequest("MESSAGE_NOT_MODIFIED"),
	messages.ErrProtected:     rpc.BadRequest("CHAT_FORWARDS_RESTRICTED"),
	messages.ErrRandomID:      rpc.BadRequest("RANDOM_ID_INVALID"),
	messages.ErrTooMany:       rpc.BadRequest("LIMIT_INVALID"),
	messages.ErrTooOld:        rpc.BadRequest("MESSAGE_TOO_OLD"),
	messages.ErrHidden:        rpc.Forbidden("USER_PRIVACY_RESTRICTED"),
	messages.ErrHiding:        rpc.Forbidden("YOUR_PRIVACY_RESTRICTED"),
	text.ErrBounds:            rpc.BadRequest("ENTITY_BOUNDS_INVALID"),
	users.ErrBlocked:          rpc.BadRequest("USER_IS_BLOCKED"),
	users.ErrYouBlocked:       rpc.BadRequest("YOU_BLOCKED_USER"),
	users.ErrDeleted:          rpc.BadRequest("INPUT_USER_DEACTIVATED"),
	dialogs.ErrPinnedTooMany:  rpc.BadRequest("PINNED_DIALOGS_TOO_MUCH"),
	dialogs.ErrFolder:         rpc.BadRequest("FOLDER_ID_INVALID"),
	dialogs.ErrFilter:         rpc.BadRequest("FILTER_ID_INVALID"),
	dialogs.ErrFiltersTooMany: rpc.BadRequest("DIALOG_FILTERS_TOO_MUCH"),
	dialogs.ErrTooMany:        rpc.BadRequest("LIMIT_INVALID"),
	dialogs.ErrTooLong:        rpc.BadRequest("MESSAGE_TOO_LONG"),
	updates.ErrTooOld:         rpc.BadRequest("PERSISTENT_TIMESTAMP_OUTDATED"),
}

// Answers to what cannot be served.
var (
	errPeer      = rpc.BadRequest("PEER_ID_INVALID")
	errChannel   = rpc.BadRequest("CHANNEL_INVALID")
	errMedia     = rpc.BadRequest("MEDIA_INVALID")
	errScheduled = rpc.BadRequest("SCHEDULE_DATE_INVALID")
	errShortcut  = rpc.BadRequest("SHORTCUT_INVALID")
	errRandomID  = rpc.BadRequest("RANDOM_ID_EMPTY")
	errPosition  = rpc.BadRequest("PERSISTENT_TIMESTAMP_EMPTY")
)

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	h.registerSending(r)
	h.registerReading(r)
	h.registerDialogs(r)
	h.registerSettings(r)
	rpc.Handle(r, rpc.SignedIn, h.getState)
	rpc.Handle(r, rpc.SignedIn, h.getDifference)
	rpc.Handle(r, rpc.SignedIn, h.getChannelDifference)
}

// chat resolves a peer with whom there can be a private chat. It fails with 400 PEER_ID_INVALID or CHANNEL_INVALID.
func (h *Handlers) chat(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	p, err := h.view.PeerFromInput(ctx, call, in)
	switch {
	case err != nil:
		return 0, err
	case p.Channel() != 0:
		return 0, errChannel
	case p.User() == 0:
		return 0, errPeer
	}
	return p, nil
}

// chatOrNone is chat, but 0 for inputPeerEmpty.
func (h *Handlers) chatOrNone(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	if _, empty := in.(*tg.InputPeerEmpty); empty || in == nil {
		return 0, nil
	}
	return h.chat(ctx, call, in)
}

// offsetPeer is chatOrNone for a place in a list. Libraries do not always have an access hash at hand for that, and
// it opens nothing, so any peer will do.
func offsetPeer(call *rpc.Call, in tg.InputPeerClass) ids.Peer {
	switch in := in.(type) {
	case *tg.InputPeerSelf:
		return call.User.Peer()
	case *tg.InputPeerUser:
		return ids.User(in.UserID).Peer()
	case *tg.InputPeerChat:
		return ids.Chat(in.ChatID).Peer()
	case *tg.InputPeerChannel:
		return ids.Channel(in.ChannelID).Peer()
	}
	return 0
}

func isNone(err error) bool { return errors.Is(err, messages.ErrNone) }

func messageIDs(in []int32) []ids.Message {
	out := make([]ids.Message, len(in))
	for i, id := range in {
		out[i] = ids.Message(id)
	}
	return out
}

func int32s(in []ids.Message) []int32 {
	out := make([]int32, len(in))
	for i, id := range in {
		out[i] = int32(id)
	}
	return out
}
