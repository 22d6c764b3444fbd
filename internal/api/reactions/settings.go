package reactions

import (
	"context"
	"hash/crc32"
	"strconv"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/reactions"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerSettings(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getTopReactions)
	rpc.Handle(r, rpc.UserOnly, h.getRecentReactions)
	rpc.Handle(r, rpc.UserOnly, h.clearRecentReactions)
	rpc.Handle(r, rpc.UserOnly, h.setDefaultReaction)
	rpc.Handle(r, rpc.UserOnly, h.getSavedReactionTags)
	rpc.Handle(r, rpc.UserOnly, h.updateSavedReactionTag)
	rpc.Handle(r, rpc.UserOnly, h.getDefaultTagReactions)
}

// getTopReactions serves https://core.telegram.org/method/messages.getTopReactions.
func (h *Handlers) getTopReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetTopReactions) (tg.MessagesReactionsClass, error) {
	list, err := h.o.Reactions.Top(ctx, call.User, min(max(int(in.Limit), 0), maxPage))
	return answerList(list, in.Hash), err
}

// getRecentReactions serves https://core.telegram.org/method/messages.getRecentReactions.
func (h *Handlers) getRecentReactions(ctx context.Context, call *rpc.Call, in *tg.MessagesGetRecentReactions) (tg.MessagesReactionsClass, error) {
	list, err := h.o.Reactions.Recent(ctx, call.User, int(in.Limit))
	return answerList(list, in.Hash), err
}

// getDefaultTagReactions serves https://core.telegram.org/method/messages.getDefaultTagReactions.
func (h *Handlers) getDefaultTagReactions(_ context.Context, _ *rpc.Call, in *tg.MessagesGetDefaultTagReactions) (tg.MessagesReactionsClass, error) {
	return answerList(reactions.Tags(), in.Hash), nil
}

// answerList is a list, or "not modified" when the client has it already, by its hash.
func answerList(list []messages.Reaction, hash int64) tg.MessagesReactionsClass {
	var s string
	for _, r := range list {
		s += string(r) + " "
	}
	now := hashOf(s)
	if hash == now {
		return &tg.MessagesReactionsNotModified{}
	}
	return &tg.MessagesReactions{Hash: now, Reactions: reactionsTo(list)}
}

// hashOf is the number by which clients name a list; never 0, which they take for none.
func hashOf(s string) int64 { return int64(crc32.ChecksumIEEE([]byte(s))) + 1 }

// clearRecentReactions serves https://core.telegram.org/method/messages.clearRecentReactions.
func (h *Handlers) clearRecentReactions(ctx context.Context, call *rpc.Call, _ *tg.MessagesClearRecentReactions) (tg.Bool, error) {
	return true, h.o.Reactions.ClearRecent(ctx, call.User)
}

// setDefaultReaction serves https://core.telegram.org/method/messages.setDefaultReaction.
func (h *Handlers) setDefaultReaction(ctx context.Context, call *rpc.Call, in *tg.MessagesSetDefaultReaction) (tg.Bool, error) {
	r, err := h.reactionFrom(ctx, in.Reaction)
	if err != nil {
		return false, err
	}
	return true, h.o.Reactions.SetDefault(ctx, call.User, r)
}

// getSavedReactionTags serves https://core.telegram.org/method/messages.getSavedReactionTags.
func (h *Handlers) getSavedReactionTags(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedReactionTags) (tg.MessagesSavedReactionTagsClass, error) {
	var from ids.Peer
	if in.Peer != nil {
		var err error
		if from, err = h.o.View.PeerFromInput(ctx, call, in.Peer); err != nil {
			return nil, err
		}
	}
	list, err := h.o.Reactions.SavedTags(ctx, call.User, from)
	if err != nil {
		return nil, err
	}
	t := &tg.MessagesSavedReactionTags{Tags: make([]*tg.SavedReactionTag, 0, len(list))}
	var s string
	for _, tag := range list {
		shown := &tg.SavedReactionTag{Reaction: reactionTo(tag.Reaction), Count: int32(tag.Count)}
		if tag.Title != "" && from == 0 { // names are told with the whole list only
			shown.Title = &tag.Title
		}
		t.Tags = append(t.Tags, shown)
		s += string(tag.Reaction) + tag.Title + strconv.Itoa(tag.Count) + " "
	}
	if t.Hash = hashOf(s); t.Hash == in.Hash {
		return &tg.MessagesSavedReactionTagsNotModified{}, nil
	}
	return t, nil
}

// updateSavedReactionTag serves https://core.telegram.org/method/messages.updateSavedReactionTag.
func (h *Handlers) updateSavedReactionTag(ctx context.Context, call *rpc.Call, in *tg.MessagesUpdateSavedReactionTag) (tg.Bool, error) {
	r, err := h.reactionFrom(ctx, in.Reaction)
	if err != nil {
		return false, err
	}
	if r == "" {
		return false, reactions.ErrInvalid
	}
	title := ""
	if in.Title != nil {
		title = *in.Title
	}
	return true, h.o.Reactions.NameTag(ctx, call.User, r, title)
}
