package stickers

import (
	"context"
	"errors"

	"hermod/internal/domain/files"
	"hermod/internal/domain/stickers"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerMaking(r *rpc.Router) {
	rpc.Handle(r, rpc.SignedIn, h.createStickerSet)
	rpc.Handle(r, rpc.SignedIn, h.addStickerToSet)
	rpc.Handle(r, rpc.SignedIn, h.removeStickerFromSet)
	rpc.Handle(r, rpc.SignedIn, h.changeStickerPosition)
	rpc.Handle(r, rpc.SignedIn, h.changeSticker)
	rpc.Handle(r, rpc.SignedIn, h.replaceSticker)
	rpc.Handle(r, rpc.SignedIn, h.renameStickerSet)
	rpc.Handle(r, rpc.SignedIn, h.setStickerSetThumb)
	rpc.Handle(r, rpc.SignedIn, h.deleteStickerSet)
	rpc.Handle(r, rpc.UserOnly, h.checkShortName)
	rpc.Handle(r, rpc.UserOnly, h.suggestShortName)
}

// maxItems bounds what is read of a request before it is checked.
const maxItems = 200

// createStickerSet serves https://core.telegram.org/method/stickers.createStickerSet.
func (h *Handlers) createStickerSet(ctx context.Context, call *rpc.Call, in *tg.StickersCreateStickerSet) (tg.MessagesStickerSetClass, error) {
	if in.Masks && in.Emojis {
		return nil, errPackType
	}
	creator, err := h.userFrom(ctx, call, in.UserID)
	if err != nil {
		return nil, err
	}
	n := stickers.NewSet{
		Creator: creator, Kind: kindOf(in.Masks, in.Emojis), Title: in.Title, Name: in.ShortName,
		TextColor: in.TextColor && in.Emojis,
	}
	if n.By, err = h.by(ctx, call); err != nil {
		return nil, err
	}
	if n.Thumb, err = h.optional(ctx, in.Thumb); err != nil {
		return nil, err
	}
	if n.Items, err = h.itemsFrom(ctx, in.Stickers); err != nil {
		return nil, err
	}
	full, err := h.sets.Create(ctx, n)
	return h.shown(ctx, call, full, err)
}

// shown answers with a set that was made or changed, as the caller has it now.
func (h *Handlers) shown(ctx context.Context, call *rpc.Call, full stickers.Full, err error) (tg.MessagesStickerSetClass, error) {
	if err != nil {
		return nil, err
	}
	if full, err = h.sets.Get(ctx, call.User, full.ID); err != nil {
		return nil, err
	}
	return h.full(ctx, call.User, full)
}

// optional reads a document that may be missing.
func (h *Handlers) optional(ctx context.Context, in tg.InputDocumentClass) (*files.File, error) {
	if _, empty := in.(*tg.InputDocumentEmpty); empty || in == nil {
		return nil, nil
	}
	f, err := h.forms.DocumentFrom(ctx, in)
	return &f, err
}

func (h *Handlers) itemsFrom(ctx context.Context, in []*tg.InputStickerSetItem) ([]stickers.Item, error) {
	if len(in) > maxItems {
		return nil, stickers.ErrTooMany
	}
	out := make([]stickers.Item, len(in))
	for i, t := range in {
		var err error
		if out[i], err = h.itemFrom(ctx, t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (h *Handlers) itemFrom(ctx context.Context, in *tg.InputStickerSetItem) (item stickers.Item, err error) {
	if in == nil {
		return item, rpc.ErrMalformed
	}
	item.Emoji, item.Mask = in.Emoji, maskFrom(in.MaskCoords)
	if in.Keywords != nil {
		item.Keywords = *in.Keywords
	}
	item.File, err = h.forms.DocumentFrom(ctx, in.Document)
	return item, err
}

func maskFrom(in *tg.MaskCoords) *files.Mask {
	if in == nil {
		return nil
	}
	return &files.Mask{N: int(in.N), X: in.X, Y: in.Y, Zoom: in.Zoom}
}

// addStickerToSet serves https://core.telegram.org/method/stickers.addStickerToSet.
func (h *Handlers) addStickerToSet(ctx context.Context, call *rpc.Call, in *tg.StickersAddStickerToSet) (tg.MessagesStickerSetClass, error) {
	by, set, err := h.changed(ctx, call, in.Stickerset)
	if err != nil {
		return nil, err
	}
	item, err := h.itemFrom(ctx, in.Sticker)
	if err != nil {
		return nil, err
	}
	full, err := h.sets.Add(ctx, by, set, item)
	return h.shown(ctx, call, full, err)
}

// changed reads who changes which set.
func (h *Handlers) changed(ctx context.Context, call *rpc.Call, in tg.InputStickerSetClass) (by stickers.By, set int64, err error) {
	if by, err = h.by(ctx, call); err != nil {
		return by, 0, err
	}
	set, err = h.setFrom(ctx, in)
	return by, set, err
}

// sticker reads who changes which sticker.
func (h *Handlers) sticker(ctx context.Context, call *rpc.Call, in tg.InputDocumentClass) (by stickers.By, f files.File, err error) {
	if by, err = h.by(ctx, call); err != nil {
		return by, f, err
	}
	f, err = h.forms.DocumentFrom(ctx, in)
	return by, f, err
}

// removeStickerFromSet serves https://core.telegram.org/method/stickers.removeStickerFromSet.
func (h *Handlers) removeStickerFromSet(
	ctx context.Context, call *rpc.Call, in *tg.StickersRemoveStickerFromSet,
) (tg.MessagesStickerSetClass, error) {
	by, f, err := h.sticker(ctx, call, in.Sticker)
	if err != nil {
		return nil, err
	}
	full, err := h.sets.Remove(ctx, by, f.ID)
	return h.shown(ctx, call, full, err)
}

// changeStickerPosition serves https://core.telegram.org/method/stickers.changeStickerPosition.
func (h *Handlers) changeStickerPosition(
	ctx context.Context, call *rpc.Call, in *tg.StickersChangeStickerPosition,
) (tg.MessagesStickerSetClass, error) {
	by, f, err := h.sticker(ctx, call, in.Sticker)
	if err != nil {
		return nil, err
	}
	full, err := h.sets.Move(ctx, by, f.ID, int(in.Position))
	return h.shown(ctx, call, full, err)
}

// changeSticker serves https://core.telegram.org/method/stickers.changeSticker.
func (h *Handlers) changeSticker(ctx context.Context, call *rpc.Call, in *tg.StickersChangeSticker) (tg.MessagesStickerSetClass, error) {
	by, f, err := h.sticker(ctx, call, in.Sticker)
	if err != nil {
		return nil, err
	}
	full, err := h.sets.Edit(ctx, by, f.ID, stickers.Edit{Emoji: in.Emoji, Keywords: in.Keywords, Mask: maskFrom(in.MaskCoords)})
	return h.shown(ctx, call, full, err)
}

// replaceSticker serves https://core.telegram.org/method/stickers.replaceSticker.
func (h *Handlers) replaceSticker(ctx context.Context, call *rpc.Call, in *tg.StickersReplaceSticker) (tg.MessagesStickerSetClass, error) {
	by, f, err := h.sticker(ctx, call, in.Sticker)
	if err != nil {
		return nil, err
	}
	item, err := h.itemFrom(ctx, in.NewSticker)
	if err != nil {
		return nil, err
	}
	full, err := h.sets.Replace(ctx, by, f.ID, item)
	return h.shown(ctx, call, full, err)
}

// renameStickerSet serves https://core.telegram.org/method/stickers.renameStickerSet.
func (h *Handlers) renameStickerSet(ctx context.Context, call *rpc.Call, in *tg.StickersRenameStickerSet) (tg.MessagesStickerSetClass, error) {
	by, set, err := h.changed(ctx, call, in.Stickerset)
	if err != nil {
		return nil, err
	}
	full, err := h.sets.Rename(ctx, by, set, in.Title)
	return h.shown(ctx, call, full, err)
}

// setStickerSetThumb serves https://core.telegram.org/method/stickers.setStickerSetThumb.
func (h *Handlers) setStickerSetThumb(
	ctx context.Context, call *rpc.Call, in *tg.StickersSetStickerSetThumb,
) (tg.MessagesStickerSetClass, error) {
	by, set, err := h.changed(ctx, call, in.Stickerset)
	if err != nil {
		return nil, err
	}
	thumb, err := h.optional(ctx, in.Thumb)
	if err != nil {
		return nil, err
	}
	var emoji int64
	if in.ThumbDocumentID != nil {
		emoji = *in.ThumbDocumentID
	}
	full, err := h.sets.SetThumb(ctx, by, set, thumb, emoji)
	return h.shown(ctx, call, full, err)
}

// deleteStickerSet serves https://core.telegram.org/method/stickers.deleteStickerSet.
func (h *Handlers) deleteStickerSet(ctx context.Context, call *rpc.Call, in *tg.StickersDeleteStickerSet) (tg.Bool, error) {
	by, set, err := h.changed(ctx, call, in.Stickerset)
	if err != nil {
		return false, err
	}
	return true, h.sets.Delete(ctx, by, set)
}

// checkShortName serves https://core.telegram.org/method/stickers.checkShortName.
func (h *Handlers) checkShortName(ctx context.Context, _ *rpc.Call, in *tg.StickersCheckShortName) (tg.Bool, error) {
	err := h.sets.CheckName(ctx, in.ShortName)
	switch {
	case errors.Is(err, stickers.ErrName):
		err = errName
	case errors.Is(err, stickers.ErrNameTaken):
		err = errNameTaken
	}
	return err == nil, err
}

// suggestShortName serves https://core.telegram.org/method/stickers.suggestShortName.
func (h *Handlers) suggestShortName(
	ctx context.Context, _ *rpc.Call, in *tg.StickersSuggestShortName,
) (*tg.StickersSuggestedShortName, error) {
	name, err := h.sets.SuggestName(ctx, in.Title)
	if errors.Is(err, stickers.ErrTitle) {
		err = errTitle
	}
	return &tg.StickersSuggestedShortName{ShortName: name}, err
}
