package stickers

import (
	"slices"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/api/view"
	"hermod/internal/domain/files"
	"hermod/internal/domain/media"
	"hermod/internal/domain/stickers"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

func emojiOf(s *tg.MessagesStickerSet) (all []string) {
	for _, p := range s.Packs {
		all = append(all, p.Emoticon)
	}
	return all
}

func TestSetLife(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		s := w.create("cats", "😀😁", "😢")
		if !s.Set.Creator || !slices.Equal(emojiOf(s), []string{"😀", "😁", "😢"}) {
			t.Errorf("made %+v", s.Set)
		}
		s = w.set(w.addStickerToSet(ctx, call, &tg.StickersAddStickerToSet{Stickerset: named(s.Set), Sticker: w.item("🙈")}))
		last := input(s.Documents[2])
		s = w.set(w.changeStickerPosition(ctx, call, &tg.StickersChangeStickerPosition{Sticker: last, Position: 0}))
		if input(s.Documents[0]).ID != last.ID {
			t.Errorf("moved: %v", emojiOf(s))
		}
		s = w.set(w.changeSticker(ctx, call, &tg.StickersChangeSticker{Sticker: last, Emoji: new("🥰"), Keywords: new("love, heart")}))
		if !slices.Equal(emojiOf(s), []string{"🥰", "😀", "😁", "😢"}) || len(s.Keywords) != 1 || len(s.Keywords[0].Keyword) != 2 {
			t.Errorf("got %v, %v", emojiOf(s), s.Keywords)
		}
		s = w.set(w.replaceSticker(ctx, call, &tg.StickersReplaceSticker{Sticker: last, NewSticker: w.item("🎉")}))
		if s.Set.Count != 3 {
			t.Errorf("replaced: %+v", s.Set)
		}
		s = w.set(w.removeStickerFromSet(ctx, call, &tg.StickersRemoveStickerFromSet{Sticker: input(s.Documents[2])}))
		s = w.set(w.renameStickerSet(ctx, call, &tg.StickersRenameStickerSet{Stickerset: named(s.Set), Title: "Dogs"}))
		if !slices.Equal(emojiOf(s), []string{"🎉", "😀", "😁"}) || s.Set.Title != "Dogs" {
			t.Errorf("got %v, %+v", emojiOf(s), s.Set)
		}
		again := &tg.MessagesGetStickerSet{Stickerset: &tg.InputStickerSetShortName{ShortName: "CATS"}}
		theirs := w.set(w.getStickerSet(ctx, apitest.Call(w.bo), again))
		if theirs.Set.Creator || theirs.Set.Hash != s.Set.Hash {
			t.Errorf("bo sees %+v", theirs.Set)
		}
		again.Hash = s.Set.Hash
		if got, err := w.getStickerSet(ctx, call, again); err != nil || got.TLName() != "messages.stickerSetNotModified" {
			t.Errorf("again: %v, %v", got, err)
		}
		mine, err := w.getMyStickers(ctx, call, &tg.MessagesGetMyStickers{Limit: 10})
		w.must(err)
		if mine.Count != 1 || len(mine.Sets) != 1 {
			t.Errorf("hers: %+v", mine)
		}
		if ok, err := w.deleteStickerSet(ctx, call, &tg.StickersDeleteStickerSet{Stickerset: named(s.Set)}); err != nil || !bool(ok) {
			t.Fatal(err)
		}
		_, err = w.getStickerSet(ctx, call, &tg.MessagesGetStickerSet{Stickerset: named(s.Set)})
		w.refused(err, "STICKERSET_INVALID")
	})
}

func TestWhatIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create("taken", "😀")
		webm := w.upload("video/webm", sample(t, "sound.webm"), files.Attributes{})
		long := w.upload("video/webm", sample(t, "long.webm"), files.Attributes{})
		tgs := w.upload("application/x-tgsticker", []byte{0x1f, 0x8b, 1, 2}, files.Attributes{})
		txt := w.upload("image/webp", []byte("hello"), files.Attributes{})
		foreign := w.png(512)
		foreign.AccessHash++
		tests := map[string]func(in *tg.StickersCreateStickerSet){
			"PACK_SHORT_NAME_OCCUPIED": func(in *tg.StickersCreateStickerSet) { in.ShortName = "Taken" },
			"PACK_SHORT_NAME_INVALID":  func(in *tg.StickersCreateStickerSet) { in.ShortName = "a b" },
			"PACK_TITLE_INVALID":       func(in *tg.StickersCreateStickerSet) { in.Title = "" },
			"PACK_TYPE_INVALID":        func(in *tg.StickersCreateStickerSet) { in.Masks, in.Emojis = true, true },
			"STICKERS_EMPTY":           func(in *tg.StickersCreateStickerSet) { in.Stickers = nil },
			"STICKERS_TOO_MUCH":        func(in *tg.StickersCreateStickerSet) { in.Stickers = make([]*tg.InputStickerSetItem, 201) },
			"STICKER_EMOJI_INVALID":    func(in *tg.StickersCreateStickerSet) { in.Stickers[0].Emoji = "x" },
			"STICKER_PNG_DIMENSIONS":   func(in *tg.StickersCreateStickerSet) { in.Stickers[0].Document = w.png(300) },
			"STICKER_VIDEO_NOWEBM":     func(in *tg.StickersCreateStickerSet) { in.Stickers[0].Document = webm },
			"STICKER_VIDEO_BIG":        func(in *tg.StickersCreateStickerSet) { in.Stickers[0].Document = long },
			"STICKER_TGS_NOTGS":        func(in *tg.StickersCreateStickerSet) { in.Stickers[0].Document = tgs },
			"STICKER_FILE_INVALID":     func(in *tg.StickersCreateStickerSet) { in.Stickers[0].Document = txt },
			"FILE_ID_INVALID":          func(in *tg.StickersCreateStickerSet) { in.Stickers[0].Document = foreign },
			"STICKER_THUMB_PNG_NOPNG":  func(in *tg.StickersCreateStickerSet) { in.Thumb = in.Stickers[0].Document },
			"STICKER_THUMB_TGS_NOTGS":  func(in *tg.StickersCreateStickerSet) { in.Thumb = tgs },
			"USER_ID_INVALID":          func(in *tg.StickersCreateStickerSet) { in.UserID = &tg.InputUserEmpty{} },
		}
		for want, change := range tests {
			in := &tg.StickersCreateStickerSet{
				UserID: &tg.InputUserSelf{}, Title: "T", ShortName: "free", Stickers: []*tg.InputStickerSetItem{w.item("😀")},
			}
			change(in)
			_, err := w.createStickerSet(t.Context(), apitest.Call(w.anna), in)
			w.refused(err, want)
		}
		for _, in := range []tg.InputStickerSetClass{
			&tg.InputStickerSetEmpty{}, &tg.InputStickerSetID{ID: 5, AccessHash: 6}, &tg.InputStickerSetAnimatedEmoji{},
			&tg.InputStickerSetDice{Emoticon: "🎲"}, &tg.InputStickerSetShortName{ShortName: "nobody"}, nil,
		} {
			_, err := w.getStickerSet(t.Context(), apitest.Call(w.anna), &tg.MessagesGetStickerSet{Stickerset: in})
			w.refused(err, "STICKERSET_INVALID")
		}
		_, err := w.getStickerSet(t.Context(), apitest.Call(w.anna), &tg.MessagesGetStickerSet{Stickerset: &tg.InputStickerSetDice{}})
		w.refused(err, "EMOTICON_STICKERPACK_MISSING")
	})
}

func TestShortNames(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		got := must[*tg.StickersSuggestedShortName](w, "stickers.suggestShortName")(
			w.suggestShortName(ctx, call, &tg.StickersSuggestShortName{Title: "My Cats"}))
		if got.ShortName != "My_Cats" {
			t.Errorf("got %s", got.ShortName)
		}
		w.create(got.ShortName, "😀")
		_, err := w.checkShortName(ctx, call, &tg.StickersCheckShortName{ShortName: "my_cats"})
		w.refused(err, "SHORT_NAME_OCCUPIED")
		_, err = w.checkShortName(ctx, call, &tg.StickersCheckShortName{ShortName: "_"})
		w.refused(err, "SHORT_NAME_INVALID")
		_, err = w.suggestShortName(ctx, call, &tg.StickersSuggestShortName{Title: "猫"})
		w.refused(err, "TITLE_INVALID")
		if ok, err := w.checkShortName(ctx, call, &tg.StickersCheckShortName{ShortName: "dogs"}); err != nil || !bool(ok) {
			t.Errorf("got %v, %v", ok, err)
		}
	})
}

func TestInstalling(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.bo)
		a, b := w.create("first", "😀"), w.create("second", "😁")
		for _, s := range []*tg.MessagesStickerSet{a, b} {
			must[tg.MessagesStickerSetInstallResultClass](w, "messages.installStickerSet")(
				w.installStickerSet(ctx, call, &tg.MessagesInstallStickerSet{Stickerset: named(s.Set)}))
		}
		all := func(want ...int64) *tg.MessagesAllStickers {
			t.Helper()
			got := must[tg.MessagesAllStickersClass](w, "messages.getAllStickers")(w.getAllStickers(ctx, call, &tg.MessagesGetAllStickers{})).(*tg.MessagesAllStickers)
			var order []int64
			for _, s := range got.Sets {
				order = append(order, s.ID)
				if s.InstalledDate == nil || s.Archived {
					t.Errorf("%+v", s)
				}
			}
			if !slices.Equal(order, want) {
				t.Errorf("got %v, want %v", order, want)
			}
			same, err := w.getAllStickers(ctx, call, &tg.MessagesGetAllStickers{Hash: got.Hash})
			if _, ok := same.(*tg.MessagesAllStickersNotModified); err != nil || !ok {
				t.Errorf("the same list is told again: %v", err)
			}
			return got
		}
		before := all(b.Set.ID, a.Set.ID)
		w.must(second(w.reorderStickerSets(ctx, call, &tg.MessagesReorderStickerSets{Order: []int64{a.Set.ID, b.Set.ID}})))
		if after := all(a.Set.ID, b.Set.ID); after.Hash == before.Hash {
			t.Error("another order has the same hash")
		}
		order := w.update(w.bo, updates.StickerOrder{Of: int(stickers.Regular)}).(*tg.UpdateStickerSetsOrder)
		if !slices.Equal(order.Order, []int64{a.Set.ID, b.Set.ID}) {
			t.Errorf("his devices are told %v", order.Order)
		}
		told := w.update(w.bo, updates.NewStickerSet{Set: a.Set.ID}).(*tg.UpdateNewStickerSet)
		if got := told.Stickerset.(*tg.MessagesStickerSet); got.Set.InstalledDate == nil || len(got.Documents) != 1 {
			t.Errorf("his devices are told %+v", got)
		}
		w.must(second(w.toggleStickerSets(ctx, call, &tg.MessagesToggleStickerSets{Archive: true, Stickersets: []tg.InputStickerSetClass{named(a.Set)}})))
		all(b.Set.ID)
		archived := must[*tg.MessagesArchivedStickers](w, "messages.getArchivedStickers")(
			w.getArchivedStickers(ctx, call, &tg.MessagesGetArchivedStickers{Limit: 10}))
		if archived.Count != 1 || !archived.Sets[0].(*tg.StickerSetCovered).Set.Archived {
			t.Errorf("archived: %+v", archived)
		}
		_, err := w.toggleStickerSets(ctx, call, &tg.MessagesToggleStickerSets{Archive: true, Uninstall: true})
		w.refused(err, "INPUT_REQUEST_INVALID")
		w.must(second(w.uninstallStickerSet(ctx, call, &tg.MessagesUninstallStickerSet{Stickerset: named(b.Set)})))
		if empty := all(); empty.Hash == 0 {
			t.Error("the empty list has no hash")
		}
	})
}

func second[O any](_ O, err error) error { return err }

func TestLists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.bo)
		s := w.create("some", "😀", "😁")
		one, two := input(s.Documents[0]), input(s.Documents[1])
		for _, id := range []*tg.InputDocument{one, two} {
			w.must(second(w.faveSticker(ctx, call, &tg.MessagesFaveSticker{ID: id})))
			w.must(second(w.saveRecentSticker(ctx, call, &tg.MessagesSaveRecentSticker{ID: id})))
		}
		faved := must[tg.MessagesFavedStickersClass](w, "messages.getFavedStickers")(w.getFavedStickers(ctx, call, &tg.MessagesGetFavedStickers{})).(*tg.MessagesFavedStickers)
		if len(faved.Stickers) != 2 || len(faved.Packs) != 2 || faved.Hash != view.ListHash(two.ID, one.ID) {
			t.Errorf("faved: %+v", faved)
		}
		same, err := w.getFavedStickers(ctx, call, &tg.MessagesGetFavedStickers{Hash: faved.Hash})
		if _, ok := same.(*tg.MessagesFavedStickersNotModified); err != nil || !ok {
			t.Errorf("told again: %v", err)
		}
		w.must(second(w.faveSticker(ctx, call, &tg.MessagesFaveSticker{ID: two, Unfave: true})))
		recent := must[tg.MessagesRecentStickersClass](w, "messages.getRecentStickers")(w.getRecentStickers(ctx, call, &tg.MessagesGetRecentStickers{})).(*tg.MessagesRecentStickers)
		if len(recent.Stickers) != 2 || len(recent.Dates) != 2 || recent.Dates[0] == 0 {
			t.Errorf("recent: %+v", recent)
		}
		w.must(second(w.clearRecentStickers(ctx, call, &tg.MessagesClearRecentStickers{})))
		gif := w.upload("video/mp4", []byte("moving"), files.Attributes{Animated: true, Video: &files.Video{}})
		w.must(second(w.saveGif(ctx, call, &tg.MessagesSaveGif{ID: gif})))
		gifs := must[tg.MessagesSavedGifsClass](w, "messages.getSavedGifs")(w.getSavedGifs(ctx, call, &tg.MessagesGetSavedGifs{})).(*tg.MessagesSavedGifs)
		if len(gifs.Gifs) != 1 || gifs.Gifs[0].(*tg.Document).ID != gif.ID {
			t.Errorf("GIFs: %+v", gifs)
		}
		w.refused(second(w.saveGif(ctx, call, &tg.MessagesSaveGif{ID: one})), "GIF_ID_INVALID")
		w.refused(second(w.faveSticker(ctx, call, &tg.MessagesFaveSticker{ID: gif})), "STICKER_ID_INVALID")
		for _, ev := range []updates.Event{updates.FavedStickers{}, updates.RecentStickers{}, updates.SavedGIFs{}} {
			if w.update(w.bo, ev) == nil {
				t.Errorf("%s is not shown", ev.Kind())
			}
		}
	})
}

func TestSearching(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.bo)
		s := w.create("happy_cats", "😀", "😁")
		found := must[tg.MessagesFoundStickerSetsClass](w, "messages.searchStickerSets")(
			w.searchStickerSets(ctx, call, &tg.MessagesSearchStickerSets{Q: "happy"})).(*tg.MessagesFoundStickerSets)
		if len(found.Sets) != 1 || found.Sets[0].(*tg.StickerSetCovered).Cover.(*tg.Document).ID != input(s.Documents[0]).ID {
			t.Errorf("sets: %+v", found.Sets)
		}
		answer, err := w.searchStickers(ctx, call, &tg.MessagesSearchStickers{Emoticon: "😀😁", Limit: 1})
		w.must(err)
		some := answer.(*tg.MessagesFoundStickers)
		if len(some.Stickers) != 1 || some.NextOffset == nil || *some.NextOffset != 1 {
			t.Errorf("stickers: %+v", some)
		}
		none := must[tg.MessagesStickersClass](w, "messages.getStickers")(w.getStickers(ctx, call, &tg.MessagesGetStickers{Emoticon: "😀"})).(*tg.MessagesStickers)
		w.must(second(w.installStickerSet(ctx, call, &tg.MessagesInstallStickerSet{Stickerset: named(s.Set)})))
		one := must[tg.MessagesStickersClass](w, "messages.getStickers")(w.getStickers(ctx, call, &tg.MessagesGetStickers{Emoticon: "😀", Hash: none.Hash})).(*tg.MessagesStickers)
		if len(none.Stickers) != 0 || len(one.Stickers) != 1 {
			t.Errorf("by emoji: %v, then %v", none, one)
		}
	})
}

func TestCustomEmoji(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		s := w.set(w.createStickerSet(ctx, call, &tg.StickersCreateStickerSet{
			Emojis: true, TextColor: true, UserID: &tg.InputUserSelf{}, Title: "T", ShortName: "emoji", Stickers: []*tg.InputStickerSetItem{
				{Document: w.png(100), Emoji: "😀"},
				{Document: w.upload("video/webm", sample(t, "emoji.webm"), files.Attributes{}), Emoji: "😁"},
			},
		}))
		id := input(s.Documents[0]).ID
		s = w.set(w.setStickerSetThumb(ctx, call, &tg.StickersSetStickerSetThumb{Stickerset: named(s.Set), ThumbDocumentID: &id}))
		if !s.Set.Emojis || !s.Set.TextColor || s.Set.ThumbDocumentID == nil || *s.Set.ThumbDocumentID != id {
			t.Errorf("got %+v", s.Set)
		}
		docs, err := w.getCustomEmojiDocuments(ctx, call, &tg.MessagesGetCustomEmojiDocuments{DocumentID: []int64{id, 5, 77}})
		if err != nil || len(docs) != 2 || docs[0].(*tg.Document).ID != id || docs[1].(*tg.Document).ID != 5 {
			t.Errorf("got %v, %v", docs, err)
		}
		a, ok := docs[0].(*tg.Document).Attributes[1].(*tg.DocumentAttributeCustomEmoji)
		if !ok || !a.Free || !a.TextColor || a.Alt != "😀" || *a.Stickerset.(*tg.InputStickerSetID) != *named(s.Set) {
			t.Errorf("got %+v", a)
		}
		list := must[tg.EmojiListClass](w, "messages.searchCustomEmoji")(w.searchCustomEmoji(ctx, call, &tg.MessagesSearchCustomEmoji{Emoticon: "😁"})).(*tg.EmojiList)
		if len(list.DocumentID) != 1 || list.DocumentID[0] != input(s.Documents[1]).ID {
			t.Errorf("found %v", list)
		}
		same, err := w.searchCustomEmoji(ctx, call, &tg.MessagesSearchCustomEmoji{Emoticon: "😁", Hash: list.Hash})
		if _, ok := same.(*tg.EmojiListNotModified); err != nil || !ok {
			t.Errorf("told again: %v", err)
		}
	})
}

func TestThumbnails(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		s := w.create("thumbed", "😀")
		at := &tg.InputStickerSetThumb{Stickerset: named(s.Set), ThumbVersion: 1}
		_, _, err := w.Locate(ctx, call, at)
		w.refused(err, "STICKERSET_INVALID")
		s = w.set(w.setStickerSetThumb(ctx, call, &tg.StickersSetStickerSetThumb{Stickerset: named(s.Set), Thumb: w.png(100)}))
		if len(s.Set.Thumbs) != 1 || s.Set.ThumbVersion == nil || *s.Set.ThumbVersion != 1 || *s.Set.ThumbDCID != 2 {
			t.Fatalf("got %+v", s.Set)
		}
		c, ok, err := w.Locate(ctx, call, at)
		if err != nil || !ok || c.Size != int64(s.Set.Thumbs[0].(*tg.PhotoSize).Size) {
			t.Errorf("got %+v, %v, %v", c, ok, err)
		}
		if b, err := c.ReadAt(ctx, 0, 12); err != nil || string(b[8:]) != "WEBP" {
			t.Errorf("content %q, %v", b, err)
		}
		if _, ok, _ := w.Locate(ctx, call, &tg.InputDocumentFileLocation{}); ok {
			t.Error("it takes documents for its own")
		}
	})
}

func TestSetsOfGroups(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		super := w.Channel(false, w.anna, w.bo)
		s := w.create("ours", "😀")
		in := &tg.ChannelsSetStickers{Channel: w.InputChannel(w.anna, super), Stickerset: named(s.Set)}
		w.must(second(w.setStickers(ctx, apitest.Call(w.anna), in)))
		if c, err := w.Channels.One(ctx, super.Channel()); err != nil || c.Stickers != s.Set.ID {
			t.Errorf("the group has set %d, %v", c.Stickers, err)
		}
		_, err := w.setEmojiStickers(ctx, apitest.Call(w.anna), &tg.ChannelsSetEmojiStickers{Channel: in.Channel, Stickerset: in.Stickerset})
		w.refused(err, "STICKERSET_INVALID")
		in.Stickerset = &tg.InputStickerSetEmpty{}
		w.must(second(w.setStickers(ctx, apitest.Call(w.anna), in)))
	})
}

// Clients count on the server to remember what they have sent.
func TestWhatIsSentIsRemembered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.Messages.SetFiles(w.forms.Files())
		sticker := input(w.create("sent", "😀").Documents[0]).ID
		gif := w.upload("video/mp4", []byte("moving"), files.Attributes{Animated: true, Video: &files.Video{}}).ID
		group := w.Group(w.bo, w.anna)
		w.Send(w.bo, w.anna.Peer(), "", &media.Media{Kind: media.Sticker, File: &media.FileRef{ID: sticker}})
		w.Send(w.bo, group, "", &media.Media{Kind: media.GIF, File: &media.FileRef{ID: gif}})
		for l, want := range map[stickers.List]int64{stickers.Recent: sticker, stickers.GIFs: gif} {
			if got, err := w.sets.List(ctx, w.bo, l); err != nil || len(got) != 1 || got[0].File != want {
				t.Errorf("list %d: %v, %v", l, got, err)
			}
			if got, err := w.sets.List(ctx, w.anna, l); err != nil || len(got) != 0 {
				t.Errorf("list %d of the other: %v, %v", l, got, err)
			}
		}
	})
}

func TestCustomEmojiInTexts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		s := w.set(w.createStickerSet(ctx, call, &tg.StickersCreateStickerSet{
			Emojis: true, UserID: &tg.InputUserSelf{}, Title: "T", ShortName: "emoji",
			Stickers: []*tg.InputStickerSetItem{{Document: w.png(100), Emoji: "😀"}},
		}))
		id := input(s.Documents[0]).ID
		impostor := w.upload("image/webp", []byte("no emoji"), files.Attributes{Sticker: &files.Sticker{Emoji: true}}).ID
		read := func() (got []int64) {
			t.Helper()
			text, err := w.Render.Text(ctx, call, "abcdefgh", []tg.MessageEntityClass{
				&tg.MessageEntityCustomEmoji{Offset: 0, Length: 2, DocumentID: id}, &tg.MessageEntityBold{Offset: 2, Length: 1},
				&tg.MessageEntityCustomEmoji{Offset: 4, Length: 2, DocumentID: 77}, &tg.MessageEntityCustomEmoji{Offset: 6, Length: 2, DocumentID: impostor},
			})
			w.must(err)
			for _, e := range text.Entities {
				got = append(got, e.Number)
			}
			return got
		}
		if got := read(); !slices.Equal(got, []int64{id, 0}) {
			t.Errorf("got %v", got)
		}
		w.must(second(w.deleteStickerSet(ctx, call, &tg.StickersDeleteStickerSet{Stickerset: named(s.Set)})))
		if got := read(); !slices.Equal(got, []int64{id, 0}) {
			t.Errorf("without its set: %v", got)
		}
		docs, err := w.getCustomEmojiDocuments(ctx, call, &tg.MessagesGetCustomEmojiDocuments{DocumentID: []int64{id, impostor}})
		if err != nil || len(docs) != 1 || docs[0].(*tg.Document).ID != id {
			t.Errorf("got %v, %v", docs, err)
		}
	})
}
