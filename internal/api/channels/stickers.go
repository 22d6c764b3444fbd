package channels

import (
	"context"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/tl/tg"
)

// StickerSets show the sets of groups.
type StickerSets interface {
	// Set shows a set as viewer has it; nil when it is gone.
	Set(ctx context.Context, viewer ids.User, id int64) (*tg.StickerSet, error)
	// Named names a set.
	Named(id int64) tg.InputStickerSetClass
}

// addStickers adds the sets of a group.
func (h *Handlers) addStickers(ctx context.Context, v channels.Sight, t *tg.ChannelFull) (_ []ids.Peer, err error) {
	if h.o.Stickers == nil || v.Broadcast {
		return nil, nil
	}
	t.CanSetStickers = v.May(rights.ChangeInfo)
	if v.Stickers != 0 {
		if t.Stickerset, err = h.o.Stickers.Set(ctx, v.Me.User, v.Stickers); err != nil {
			return nil, err
		}
	}
	if v.EmojiStickers != 0 {
		t.Emojiset, err = h.o.Stickers.Set(ctx, v.Me.User, v.EmojiStickers)
	}
	return nil, err
}

// stickers shows that a group was given another set.
func (s *logShower) stickers(e channels.LogEntry) (actionClass, error) {
	return changed(func(before, after int64) actionClass {
		return &tg.ChannelAdminLogEventActionChangeStickerSet{PrevStickerset: s.named(before), NewStickerset: s.named(after)}
	})(s, e)
}

// emojiStickers is stickers for the set of custom emoji.
func (s *logShower) emojiStickers(e channels.LogEntry) (actionClass, error) {
	return changed(func(before, after int64) actionClass {
		return &tg.ChannelAdminLogEventActionChangeEmojiStickerSet{PrevStickerset: s.named(before), NewStickerset: s.named(after)}
	})(s, e)
}

// named names a set, or none.
func (s *logShower) named(id int64) tg.InputStickerSetClass {
	if id == 0 || s.o.Stickers == nil {
		return &tg.InputStickerSetEmpty{}
	}
	return s.o.Stickers.Named(id)
}
