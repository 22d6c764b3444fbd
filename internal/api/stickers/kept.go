package stickers

import (
	"context"
	"errors"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stickers"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerKept(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getRecentStickers)
	rpc.Handle(r, rpc.UserOnly, h.saveRecentSticker)
	rpc.Handle(r, rpc.UserOnly, h.clearRecentStickers)
	rpc.Handle(r, rpc.UserOnly, h.getFavedStickers)
	rpc.Handle(r, rpc.UserOnly, h.faveSticker)
	rpc.Handle(r, rpc.UserOnly, h.getSavedGifs)
	rpc.Handle(r, rpc.UserOnly, h.saveGif)
}

// A shelf is a list of somebody as it is shown.
type shelf struct {
	hash  int64
	packs []*tg.StickerPack
	docs  []tg.DocumentClass
	dates []int32
}

// shelf reads a list of files. Of one that the client has, by its hash, only that is told.
func (h *Handlers) shelf(ctx context.Context, u ids.User, l stickers.List, hash int64) (s shelf, err error) {
	kept, err := h.sets.List(ctx, u, l)
	if err != nil {
		return s, err
	}
	order := make([]int64, len(kept))
	for i, k := range kept {
		order[i] = k.File
	}
	if s.hash = view.ListHash(order...); s.hash == hash {
		return s, nil
	}
	said, err := h.sets.Said(ctx, order)
	if err != nil {
		return s, err
	}
	found, err := h.forms.Files().Get(ctx, order...)
	if err != nil {
		return s, err
	}
	s.docs, s.dates = []tg.DocumentClass{}, []int32{}
	var all []stickers.Sticker
	for _, k := range kept {
		f, ok := found[k.File]
		if !ok {
			continue
		}
		s.docs, s.dates = append(s.docs, h.forms.Document(f)), append(s.dates, int32(k.At.Unix()))
		st, ok := said[k.File]
		if !ok && f.Sticker != nil && f.Sticker.Alt != "" {
			st = stickers.Sticker{File: k.File, Emoji: []string{f.Sticker.Alt}}
		}
		all = append(all, st)
	}
	s.packs = packs(all)
	return s, nil
}

func recent(attached bool) stickers.List {
	if attached {
		return stickers.Attached
	}
	return stickers.Recent
}

// getRecentStickers serves https://core.telegram.org/method/messages.getRecentStickers.
func (h *Handlers) getRecentStickers(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetRecentStickers,
) (tg.MessagesRecentStickersClass, error) {
	s, err := h.shelf(ctx, call.User, recent(in.Attached), in.Hash)
	if err != nil {
		return nil, err
	}
	if s.docs == nil {
		return &tg.MessagesRecentStickersNotModified{}, nil
	}
	return &tg.MessagesRecentStickers{Hash: s.hash, Packs: s.packs, Stickers: s.docs, Dates: s.dates}, nil
}

// saveRecentSticker serves https://core.telegram.org/method/messages.saveRecentSticker.
func (h *Handlers) saveRecentSticker(ctx context.Context, call *rpc.Call, in *tg.MessagesSaveRecentSticker) (tg.Bool, error) {
	return h.keep(ctx, call.User, recent(in.Attached), in.ID, bool(in.Unsave))
}

// keep puts a document into a list, or takes it out.
func (h *Handlers) keep(ctx context.Context, u ids.User, l stickers.List, in tg.InputDocumentClass, out bool) (tg.Bool, error) {
	f, err := h.forms.DocumentFrom(ctx, in)
	if err != nil {
		return false, err
	}
	if out {
		return true, h.sets.Unkeep(ctx, u, l, f.ID)
	}
	return true, h.sets.Keep(ctx, u, l, f)
}

// clearRecentStickers serves https://core.telegram.org/method/messages.clearRecentStickers.
func (h *Handlers) clearRecentStickers(ctx context.Context, call *rpc.Call, in *tg.MessagesClearRecentStickers) (tg.Bool, error) {
	return true, h.sets.Clear(ctx, call.User, recent(in.Attached))
}

// getFavedStickers serves https://core.telegram.org/method/messages.getFavedStickers.
func (h *Handlers) getFavedStickers(ctx context.Context, call *rpc.Call, in *tg.MessagesGetFavedStickers) (tg.MessagesFavedStickersClass, error) {
	s, err := h.shelf(ctx, call.User, stickers.Faved, in.Hash)
	if err != nil {
		return nil, err
	}
	if s.docs == nil {
		return &tg.MessagesFavedStickersNotModified{}, nil
	}
	return &tg.MessagesFavedStickers{Hash: s.hash, Packs: s.packs, Stickers: s.docs}, nil
}

// faveSticker serves https://core.telegram.org/method/messages.faveSticker.
func (h *Handlers) faveSticker(ctx context.Context, call *rpc.Call, in *tg.MessagesFaveSticker) (tg.Bool, error) {
	return h.keep(ctx, call.User, stickers.Faved, in.ID, bool(in.Unfave))
}

// getSavedGifs serves https://core.telegram.org/method/messages.getSavedGifs.
func (h *Handlers) getSavedGifs(ctx context.Context, call *rpc.Call, in *tg.MessagesGetSavedGifs) (tg.MessagesSavedGifsClass, error) {
	s, err := h.shelf(ctx, call.User, stickers.GIFs, in.Hash)
	if err != nil {
		return nil, err
	}
	if s.docs == nil {
		return &tg.MessagesSavedGifsNotModified{}, nil
	}
	return &tg.MessagesSavedGifs{Hash: s.hash, Gifs: s.docs}, nil
}

// saveGif serves https://core.telegram.org/method/messages.saveGif.
func (h *Handlers) saveGif(ctx context.Context, call *rpc.Call, in *tg.MessagesSaveGif) (tg.Bool, error) {
	ok, err := h.keep(ctx, call.User, stickers.GIFs, in.ID, bool(in.Unsave))
	if errors.Is(err, stickers.ErrFile) {
		err = errGIF
	}
	return ok, err
}
