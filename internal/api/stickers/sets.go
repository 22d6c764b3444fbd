package stickers

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stickers"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerSets(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.getStickerSet)
	rpc.Handle(r, rpc.UserOnly, h.getAllStickers)
	rpc.Handle(r, rpc.UserOnly, h.getMaskStickers)
	rpc.Handle(r, rpc.UserOnly, h.getEmojiStickers)
	rpc.Handle(r, rpc.UserOnly, h.installStickerSet)
	rpc.Handle(r, rpc.UserOnly, h.uninstallStickerSet)
	rpc.Handle(r, rpc.UserOnly, h.reorderStickerSets)
	rpc.Handle(r, rpc.UserOnly, h.toggleStickerSets)
	rpc.Handle(r, rpc.UserOnly, h.getArchivedStickers)
	rpc.Handle(r, rpc.UserOnly, h.getMyStickers)
	rpc.Handle(r, rpc.UserOnly, h.getAttachedStickers)
}

// getStickerSet serves https://core.telegram.org/method/messages.getStickerSet. The sets that clients know by a name of
// their own, such as that of the dice, do not exist here.
func (h *Handlers) getStickerSet(ctx context.Context, call *rpc.Call, in *tg.MessagesGetStickerSet) (tg.MessagesStickerSetClass, error) {
	id, err := h.setFrom(ctx, in.Stickerset)
	if err != nil {
		return nil, err
	}
	full, err := h.sets.Get(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	if in.Hash != 0 && in.Hash == full.Hash && call.Layer >= unchangedLayer {
		return &tg.MessagesStickerSetNotModified{}, nil
	}
	return h.full(ctx, call.User, full)
}

// unchangedLayer is the first in which a set has a form for "not modified".
const unchangedLayer = 135

// getAllStickers serves https://core.telegram.org/method/messages.getAllStickers.
func (h *Handlers) getAllStickers(ctx context.Context, call *rpc.Call, in *tg.MessagesGetAllStickers) (tg.MessagesAllStickersClass, error) {
	return h.installed(ctx, call.User, stickers.Regular, in.Hash)
}

// getMaskStickers serves https://core.telegram.org/method/messages.getMaskStickers.
func (h *Handlers) getMaskStickers(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMaskStickers) (tg.MessagesAllStickersClass, error) {
	return h.installed(ctx, call.User, stickers.Masks, in.Hash)
}

// getEmojiStickers serves https://core.telegram.org/method/messages.getEmojiStickers.
func (h *Handlers) getEmojiStickers(ctx context.Context, call *rpc.Call, in *tg.MessagesGetEmojiStickers) (tg.MessagesAllStickersClass, error) {
	return h.installed(ctx, call.User, stickers.Emoji, in.Hash)
}

func (h *Handlers) installed(ctx context.Context, u ids.User, kind stickers.Kind, hash int64) (tg.MessagesAllStickersClass, error) {
	all, err := h.sets.Installed(ctx, u, kind)
	if err != nil {
		return nil, err
	}
	hashes := make([]int32, len(all))
	for i, s := range all {
		hashes[i] = s.Hash
	}
	t := &tg.MessagesAllStickers{Hash: view.ListHash(hashes...), Sets: make([]*tg.StickerSet, len(all))}
	if hash == t.Hash {
		return &tg.MessagesAllStickersNotModified{}, nil
	}
	for i, s := range all {
		if t.Sets[i], err = h.set(ctx, u, s); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// installStickerSet serves https://core.telegram.org/method/messages.installStickerSet.
func (h *Handlers) installStickerSet(
	ctx context.Context, call *rpc.Call, in *tg.MessagesInstallStickerSet,
) (tg.MessagesStickerSetInstallResultClass, error) {
	id, err := h.setFrom(ctx, in.Stickerset)
	if err != nil {
		return nil, err
	}
	over, err := h.sets.Install(ctx, call.User, id, bool(in.Archived))
	if err != nil {
		return nil, err
	}
	if len(over) == 0 {
		return &tg.MessagesStickerSetInstallResultSuccess{}, nil
	}
	sets, err := h.covered(ctx, call.User, over)
	return &tg.MessagesStickerSetInstallResultArchive{Sets: sets}, err
}

// uninstallStickerSet serves https://core.telegram.org/method/messages.uninstallStickerSet.
func (h *Handlers) uninstallStickerSet(ctx context.Context, call *rpc.Call, in *tg.MessagesUninstallStickerSet) (tg.Bool, error) {
	id, err := h.setFrom(ctx, in.Stickerset)
	if err != nil {
		return false, err
	}
	return true, h.sets.Uninstall(ctx, call.User, id)
}

// reorderStickerSets serves https://core.telegram.org/method/messages.reorderStickerSets.
func (h *Handlers) reorderStickerSets(ctx context.Context, call *rpc.Call, in *tg.MessagesReorderStickerSets) (tg.Bool, error) {
	return true, h.sets.Reorder(ctx, call.User, kindOf(in.Masks, in.Emojis), in.Order)
}

// toggleStickerSets serves https://core.telegram.org/method/messages.toggleStickerSets.
func (h *Handlers) toggleStickerSets(ctx context.Context, call *rpc.Call, in *tg.MessagesToggleStickerSets) (tg.Bool, error) {
	how := map[bool]stickers.Toggle{in.Uninstall: stickers.ToUninstall, in.Archive: stickers.ToArchive, in.Unarchive: stickers.ToUnarchive}
	do, ok := how[true]
	if !ok || in.Uninstall && in.Archive || in.Archive && in.Unarchive || in.Unarchive && in.Uninstall {
		return false, errToggle
	}
	if len(in.Stickersets) > maxItems {
		return false, stickers.ErrOrder
	}
	var sets []int64
	for _, t := range in.Stickersets {
		id, err := h.setFrom(ctx, t)
		if err != nil {
			return false, err
		}
		sets = append(sets, id)
	}
	return true, h.sets.Toggle(ctx, call.User, sets, do)
}

// getArchivedStickers serves https://core.telegram.org/method/messages.getArchivedStickers.
func (h *Handlers) getArchivedStickers(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetArchivedStickers,
) (*tg.MessagesArchivedStickers, error) {
	page, total, err := h.sets.Archived(ctx, call.User, kindOf(in.Masks, in.Emojis), in.OffsetID, int(in.Limit))
	if err != nil {
		return nil, err
	}
	sets, err := h.covered(ctx, call.User, page)
	return &tg.MessagesArchivedStickers{Count: int32(total), Sets: sets}, err
}

// getMyStickers serves https://core.telegram.org/method/messages.getMyStickers.
func (h *Handlers) getMyStickers(ctx context.Context, call *rpc.Call, in *tg.MessagesGetMyStickers) (*tg.MessagesMyStickers, error) {
	page, total, err := h.sets.Created(ctx, call.User, in.OffsetID, int(in.Limit))
	if err != nil {
		return nil, err
	}
	sets, err := h.covered(ctx, call.User, page)
	return &tg.MessagesMyStickers{Count: int32(total), Sets: sets}, err
}

// getAttachedStickers serves https://core.telegram.org/method/messages.getAttachedStickers.
func (h *Handlers) getAttachedStickers(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetAttachedStickers,
) (tg.Vector[tg.StickerSetCoveredClass], error) {
	var id int64
	switch m := in.Media.(type) {
	case *tg.InputStickeredMediaPhoto:
		f, err := h.forms.PhotoFrom(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		id = f.ID
	case *tg.InputStickeredMediaDocument:
		f, err := h.forms.DocumentFrom(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		id = f.ID
	default:
		return nil, rpc.ErrMalformed
	}
	sets, err := h.sets.AttachedTo(ctx, call.User, id)
	if err != nil {
		return nil, err
	}
	return h.covered(ctx, call.User, sets)
}
