package stickers

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/stickers"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerEmoji(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.getCustomEmojiDocuments)
	rpc.Handle(r, rpc.UserOnly, h.searchCustomEmoji)
}

// maxEmoji is how many custom emoji can be asked for at once.
const maxEmoji = 200

// getCustomEmojiDocuments serves https://core.telegram.org/method/messages.getCustomEmojiDocuments. Numbers of what is no
// custom emoji are passed over.
func (h *Handlers) getCustomEmojiDocuments(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetCustomEmojiDocuments,
) (tg.Vector[tg.DocumentClass], error) {
	if len(in.DocumentID) > maxEmoji {
		return nil, errLimit
	}
	found, err := h.sets.CustomEmoji(ctx, in.DocumentID...)
	if err != nil {
		return nil, err
	}
	out := tg.Vector[tg.DocumentClass]{}
	for _, id := range in.DocumentID {
		if f, ok := found[id]; ok {
			out = append(out, h.forms.Document(f))
			continue
		}
		doc, err := h.o.BuiltIn(call, id)
		if err != nil {
			return nil, err
		}
		if doc != nil {
			out = append(out, doc)
		}
	}
	return out, nil
}

// Known tells which of some custom emoji there are.
func (h *Handlers) Known(ctx context.Context, wanted ...int64) (map[int64]bool, error) {
	found, err := h.sets.CustomEmoji(ctx, wanted...)
	if err != nil {
		return nil, err
	}
	known := make(map[int64]bool, len(wanted))
	for _, id := range wanted {
		if _, known[id] = found[id]; known[id] {
			continue
		}
		doc, err := h.o.BuiltIn(&rpc.Call{}, id)
		if err != nil {
			return nil, err
		}
		known[id] = doc != nil
	}
	return known, nil
}

// searchCustomEmoji serves https://core.telegram.org/method/messages.searchCustomEmoji.
func (h *Handlers) searchCustomEmoji(ctx context.Context, call *rpc.Call, in *tg.MessagesSearchCustomEmoji) (tg.EmojiListClass, error) {
	found, err := h.sets.Find(ctx, call.User, stickers.Emoji, in.Emoticon, "")
	if err != nil {
		return nil, err
	}
	t := &tg.EmojiList{Hash: view.ListHash(found...), DocumentID: found}
	if t.Hash == in.Hash {
		return &tg.EmojiListNotModified{}, nil
	}
	return t, nil
}
