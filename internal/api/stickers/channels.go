package stickers

import (
	"context"

	"hermod/internal/domain/stickers"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// setStickers serves https://core.telegram.org/method/channels.setStickers.
func (h *Handlers) setStickers(ctx context.Context, call *rpc.Call, in *tg.ChannelsSetStickers) (tg.Bool, error) {
	return h.setOfGroup(ctx, call, in.Channel, in.Stickerset, stickers.Regular)
}

// setEmojiStickers serves https://core.telegram.org/method/channels.setEmojiStickers.
func (h *Handlers) setEmojiStickers(ctx context.Context, call *rpc.Call, in *tg.ChannelsSetEmojiStickers) (tg.Bool, error) {
	return h.setOfGroup(ctx, call, in.Channel, in.Stickerset, stickers.Emoji)
}

// setOfGroup gives a group a set, or takes it away.
func (h *Handlers) setOfGroup(
	ctx context.Context, call *rpc.Call, channel tg.InputChannelClass, in tg.InputStickerSetClass, kind stickers.Kind,
) (tg.Bool, error) {
	ch, err := h.o.View.ChannelFromInput(ctx, call, channel)
	if err != nil {
		return false, err
	}
	var id int64
	if _, none := in.(*tg.InputStickerSetEmpty); !none {
		if id, err = h.setFrom(ctx, in); err != nil {
			return false, err
		}
		found, err := h.sets.Sets(ctx, 0, id)
		if err != nil {
			return false, err
		}
		if len(found) == 0 || found[0].Kind != kind {
			return false, stickers.ErrSet
		}
	}
	_, err = h.o.Channels.SetStickers(ctx, call.User, ch, kind == stickers.Emoji, id)
	return err == nil, err
}
