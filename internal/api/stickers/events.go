package stickers

import (
	"context"
	"errors"

	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stickers"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// showEvents has the renderer show what happens to sets and lists.
func (h *Handlers) showEvents() {
	r := h.o.Render
	render.OnEvent(r, h.newSet)
	render.OnEvent(r, h.order)
	render.OnEvent(r, func(_ context.Context, _ ids.User, _ updates.Entry, ev updates.StickerSets) (tg.UpdateClass, []ids.Peer, error) {
		kind := stickers.Kind(ev.Of)
		return &tg.UpdateStickerSets{Masks: kind == stickers.Masks, Emojis: kind == stickers.Emoji}, nil, nil
	})
	plain[updates.RecentStickers](r, &tg.UpdateRecentStickers{})
	plain[updates.FavedStickers](r, &tg.UpdateFavedStickers{})
	plain[updates.SavedGIFs](r, &tg.UpdateSavedGifs{})
}

// plain shows an event that has no content.
func plain[E updates.Event](r *render.Renderer, u tg.UpdateClass) {
	render.OnEvent(r, func(context.Context, ids.User, updates.Entry, E) (tg.UpdateClass, []ids.Peer, error) {
		return u, nil, nil
	})
}

// newSet shows a set that was installed, if it still is there.
func (h *Handlers) newSet(
	ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.NewStickerSet,
) (tg.UpdateClass, []ids.Peer, error) {
	full, err := h.sets.Get(ctx, viewer, ev.Set)
	if errors.Is(err, stickers.ErrSet) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	set, err := h.full(ctx, viewer, full)
	if err != nil {
		return nil, nil, err
	}
	return &tg.UpdateNewStickerSet{Stickerset: set}, nil, nil
}

// order shows in which order the sets of a kind are now.
func (h *Handlers) order(
	ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.StickerOrder,
) (tg.UpdateClass, []ids.Peer, error) {
	kind := stickers.Kind(ev.Of)
	all, err := h.sets.Installed(ctx, viewer, kind)
	if err != nil {
		return nil, nil, err
	}
	t := &tg.UpdateStickerSetsOrder{Masks: kind == stickers.Masks, Emojis: kind == stickers.Emoji, Order: []int64{}}
	for _, s := range all {
		t.Order = append(t.Order, s.ID)
	}
	return t, nil, nil
}
