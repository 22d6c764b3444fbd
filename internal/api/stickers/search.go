package stickers

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stickers"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerSearch(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getStickers)
	rpc.Handle(r, rpc.UserOnly, h.searchStickerSets)
	rpc.Handle(r, rpc.UserOnly, h.searchEmojiStickerSets)
	rpc.Handle(r, rpc.UserOnly, h.searchStickers)
}

// getStickers serves https://core.telegram.org/method/messages.getStickers.
func (h *Handlers) getStickers(ctx context.Context, call *rpc.Call, in *tg.MessagesGetStickers) (tg.MessagesStickersClass, error) {
	found, err := h.sets.ByEmoji(ctx, call.User, stickers.Regular, in.Emoticon)
	if err != nil {
		return nil, err
	}
	hash := view.ListHash(found...)
	if hash == in.Hash {
		return &tg.MessagesStickersNotModified{}, nil
	}
	docs, err := h.documents(ctx, found)
	return &tg.MessagesStickers{Hash: hash, Stickers: docs}, err
}

// searchStickerSets serves https://core.telegram.org/method/messages.searchStickerSets.
func (h *Handlers) searchStickerSets(
	ctx context.Context, call *rpc.Call, in *tg.MessagesSearchStickerSets,
) (tg.MessagesFoundStickerSetsClass, error) {
	return h.foundSets(ctx, call.User, stickers.Regular, in.Q, in.Hash)
}

// searchEmojiStickerSets serves https://core.telegram.org/method/messages.searchEmojiStickerSets.
func (h *Handlers) searchEmojiStickerSets(
	ctx context.Context, call *rpc.Call, in *tg.MessagesSearchEmojiStickerSets,
) (tg.MessagesFoundStickerSetsClass, error) {
	return h.foundSets(ctx, call.User, stickers.Emoji, in.Q, in.Hash)
}

func (h *Handlers) foundSets(
	ctx context.Context, u ids.User, kind stickers.Kind, query string, hash int64,
) (tg.MessagesFoundStickerSetsClass, error) {
	found, err := h.sets.Search(ctx, u, kind, query)
	if err != nil {
		return nil, err
	}
	hashes := make([]int64, 0, 2*len(found))
	for _, s := range found {
		hashes = append(hashes, s.ID, int64(s.Hash))
	}
	t := &tg.MessagesFoundStickerSets{Hash: view.ListHash(hashes...)}
	if t.Hash == hash {
		return &tg.MessagesFoundStickerSetsNotModified{}, nil
	}
	t.Sets, err = h.covered(ctx, u, found)
	return t, err
}

// searchStickers serves https://core.telegram.org/method/messages.searchStickers.
func (h *Handlers) searchStickers(ctx context.Context, call *rpc.Call, in *tg.MessagesSearchStickers) (tg.MessagesFoundStickersClass, error) {
	if in.Offset < 0 || in.Limit < 0 {
		return nil, errLimit
	}
	found, err := h.sets.Find(ctx, call.User, kindOf(false, in.Emojis), in.Emoticon, in.Q)
	if err != nil {
		return nil, err
	}
	from := min(int(in.Offset), len(found))
	page := found[from:min(from+min(int(in.Limit), stickers.MaxPage), len(found))]
	var next *int32
	if end := from + len(page); end < len(found) && len(page) > 0 {
		next = new(int32(end))
	}
	hash := view.ListHash(page...)
	if hash == in.Hash {
		return &tg.MessagesFoundStickersNotModified{NextOffset: next}, nil
	}
	docs, err := h.documents(ctx, page)
	return &tg.MessagesFoundStickers{NextOffset: next, Hash: hash, Stickers: docs}, err
}
