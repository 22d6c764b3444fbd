package stickers

import (
	"context"

	"hermod/internal/api/upload"
	"hermod/internal/domain/stickers"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Locate finds the thumbnail of a set for package upload. That of an older version is not kept.
// Spec: https://core.telegram.org/constructor/inputStickerSetThumb
func (h *Handlers) Locate(ctx context.Context, _ *rpc.Call, in tg.InputFileLocationClass) (c upload.Content, ok bool, err error) {
	at, ok := in.(*tg.InputStickerSetThumb)
	if !ok {
		return c, false, nil
	}
	id, err := h.setFrom(ctx, at.Stickerset)
	if err != nil {
		return c, true, err
	}
	found, err := h.sets.Sets(ctx, 0, id)
	if err != nil {
		return c, true, err
	}
	if len(found) == 0 || found[0].Thumb == 0 {
		return c, true, stickers.ErrSet
	}
	f, err := h.forms.Files().One(ctx, found[0].Thumb)
	if err != nil {
		return c, true, err
	}
	return upload.OfBlob(h.forms.Files(), f.Blob, f.Size, upload.FileType(f.MIME), f.Date), true, nil
}
