// Package reactions serves reactions to messages and the settings around them, and shows them as part of messages. The
// pictures of the reactions are part of the program.
package reactions

import (
	"context"

	"hermod/internal/api/reactions/pictures"
	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/reactions"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	o        Options
	pictures func() (*pictures.Set, error)
}

// Options are what the handlers work with.
type Options struct {
	Reactions *reactions.Service
	Messages  *messages.Service
	View      *view.View
	Render    *render.Renderer
	DC        int32 // the data centre of who does not say which one he means
	// Report keeps for the moderators that by finds fault with a reaction.
	Report func(ctx context.Context, by ids.User, peer ids.Peer, id ids.Message, of ids.Peer) error
}

// New makes the handlers, and has the renderer show reactions.
func New(o Options) *Handlers {
	h := &Handlers{o, pictures.Load()}
	o.Render.SetReactions(h.Reactions)
	render.OnEvent(o.Render, h.changed)
	render.OnEvent(o.Render, func(context.Context, ids.User, updates.Entry, updates.RecentReactions) (tg.UpdateClass, []ids.Peer, error) {
		return &tg.UpdateRecentReactions{}, nil, nil
	})
	render.OnEvent(o.Render, func(context.Context, ids.User, updates.Entry, updates.SavedTags) (tg.UpdateClass, []ids.Peer, error) {
		return &tg.UpdateSavedReactionTags{}, nil, nil
	})
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	reactions.ErrInvalid:   rpc.BadRequest("REACTION_INVALID"),
	reactions.ErrMessage:   rpc.BadRequest("MESSAGE_ID_INVALID"),
	reactions.ErrTooMany:   rpc.BadRequest("REACTIONS_TOO_MANY"),
	reactions.ErrSame:      rpc.BadRequest("MESSAGE_NOT_MODIFIED"),
	reactions.ErrAnonymous: rpc.Forbidden("BROADCAST_FORBIDDEN"),
	reactions.ErrOffset:    rpc.BadRequest("OFFSET_INVALID"),
	reactions.ErrTitle:     rpc.BadRequest("TITLE_INVALID"),
}

// errPaid is answered to who wants to pay for a reaction: nobody has stars here.
var errPaid = rpc.BadRequest("BALANCE_TOO_LOW")

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.SignedIn, h.sendReaction)
	rpc.Handle(r, rpc.SignedIn, h.getMessagesReactions)
	rpc.Handle(r, rpc.UserOnly, h.getMessageReactionsList)
	rpc.Handle(r, rpc.UserOnly, h.getUnreadReactions)
	rpc.Handle(r, rpc.UserOnly, h.readReactions)
	rpc.Handle(r, rpc.SignedIn, h.deleteParticipantReaction)
	rpc.Handle(r, rpc.SignedIn, h.deleteParticipantReactions)
	rpc.Handle(r, rpc.UserOnly, h.reportReaction)
	rpc.Handle(r, rpc.UserOnly, h.sendPaidReaction)
	h.registerSettings(r)
	h.registerPictures(r)
	h.registerStatuses(r)
}

// reactionFrom reads a reaction; "" for none. It fails with reactions.ErrInvalid.
func (h *Handlers) reactionFrom(ctx context.Context, in tg.ReactionClass) (messages.Reaction, error) {
	switch in := in.(type) {
	case *tg.ReactionEmoji:
		return reactions.Plain(in.Emoticon)
	case *tg.ReactionCustomEmoji:
		known, err := h.o.Render.KnowsEmoji(ctx, in.DocumentID)
		if err == nil && !known {
			err = reactions.ErrInvalid
		}
		return messages.CustomReaction(in.DocumentID), err
	case nil, *tg.ReactionEmpty:
		return "", nil
	}
	return "", reactions.ErrInvalid
}

// reactionsFrom reads several reactions, none of them empty.
func (h *Handlers) reactionsFrom(ctx context.Context, in []tg.ReactionClass) ([]messages.Reaction, error) {
	if len(in) > maxReactions {
		return nil, reactions.ErrTooMany
	}
	var out []messages.Reaction
	for _, t := range in {
		r, err := h.reactionFrom(ctx, t)
		if err != nil {
			return nil, err
		}
		if r != "" {
			out = append(out, r)
		}
	}
	return out, nil
}

// maxReactions bounds what is read of a request before it is checked.
const maxReactions = 16

func reactionTo(r messages.Reaction) tg.ReactionClass {
	if document := r.Custom(); document != 0 {
		return &tg.ReactionCustomEmoji{DocumentID: document}
	}
	return &tg.ReactionEmoji{Emoticon: string(r)}
}

func reactionsTo(in []messages.Reaction) []tg.ReactionClass {
	out := make([]tg.ReactionClass, len(in))
	for i, r := range in {
		out[i] = reactionTo(r)
	}
	return out
}
