package channels

import (
	"context"
	"testing"

	"hermod/internal/domain/ids"
	"hermod/internal/tl/tg"
)

// knownSets are sets of stickers that exist.
type knownSets struct{}

func (knownSets) Set(_ context.Context, _ ids.User, id int64) (*tg.StickerSet, error) {
	return &tg.StickerSet{ID: id, Title: "Ours", Hash: 1}, nil
}

func (knownSets) Named(id int64) tg.InputStickerSetClass {
	return &tg.InputStickerSetID{ID: id, AccessHash: 1}
}

// The page of a group shows its stickers and wallpaper, and the log of admins who changed them.
func TestLooksOfChannels(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, anna := t.Context(), w.callers(1)[0]
		w.o.Stickers = knownSets{}
		w.o.Wallpapers = func(context.Context, []byte) (*tg.MessageActionSetChatWallPaper, error) {
			return &tg.MessageActionSetChatWallPaper{Wallpaper: &tg.WallPaperNoFile{ID: 9}}, nil
		}
		ch := w.found(anna, true)
		for _, emoji := range []bool{false, true} {
			if _, err := w.channels.SetStickers(ctx, anna.User, ch, emoji, 7); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.channels.SetWallpaper(ctx, anna.User, ch, []byte("paper")); err != nil {
			t.Fatal(err)
		}
		page := must[*tg.MessagesChatFull](t)(w.getFullChannel(ctx, anna, &tg.ChannelsGetFullChannel{Channel: w.input(anna, ch)}))
		full := page.FullChat.(*tg.ChannelFull)
		if !full.CanSetStickers || full.Stickerset == nil || full.Emojiset == nil || full.Emojiset.ID != 7 {
			t.Errorf("stickers: %v, %+v, %+v", full.CanSetStickers, full.Stickerset, full.Emojiset)
		}
		if paper, ok := full.Wallpaper.(*tg.WallPaperNoFile); !ok || paper.ID != 9 {
			t.Errorf("wallpaper: %+v", full.Wallpaper)
		}
		log := must[*tg.ChannelsAdminLogResults](t)(w.getAdminLog(ctx, anna, &tg.ChannelsGetAdminLog{Channel: w.input(anna, ch), Limit: 3}))
		for i, want := range []string{"ChangeWallpaper", "ChangeEmojiStickerSet", "ChangeStickerSet"} {
			if got := log.Events[i].Action.TLName(); got != "channelAdminLogEventAction"+want {
				t.Errorf("event %d: %s", i, got)
			}
		}
	})
}
