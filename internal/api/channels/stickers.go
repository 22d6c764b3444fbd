package channels

import (
	"context"
	"encoding/json"

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

// Wallpapers show the wallpapers of channels, of which data is what package channels keeps; nil when one is gone.
type Wallpapers func(ctx context.Context, data []byte) (*tg.MessageActionSetChatWallPaper, error)

// of shows a wallpaper; nil for none.
func (w Wallpapers) of(ctx context.Context, data []byte) (tg.WallPaperClass, error) {
	if w == nil || len(data) == 0 {
		return nil, nil
	}
	t, err := w(ctx, data)
	if t == nil || err != nil {
		return nil, err
	}
	return t.Wallpaper, nil
}

// addWallpaper adds the wallpaper of a channel.
func (h *Handlers) addWallpaper(ctx context.Context, v channels.Sight, t *tg.ChannelFull) (_ []ids.Peer, err error) {
	t.Wallpaper, err = h.o.Wallpapers.of(ctx, v.Wallpaper)
	return nil, err
}

// wallpaper shows that a channel was given another wallpaper.
func (s *logShower) wallpaper(e channels.LogEntry) (actionClass, error) {
	t := &tg.ChannelAdminLogEventActionChangeWallpaper{PrevValue: &tg.WallPaperNoFile{}, NewValue: &tg.WallPaperNoFile{}}
	for _, side := range []struct {
		data json.RawMessage
		into *tg.WallPaperClass
	}{{e.Before, &t.PrevValue}, {e.After, &t.NewValue}} {
		data, err := channels.Decode[[]byte](side.data)
		if err != nil {
			return nil, err
		}
		paper, err := s.o.Wallpapers.of(s.ctx, data)
		if err != nil {
			return nil, err
		}
		if paper != nil {
			*side.into = paper
		}
	}
	return t, nil
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
