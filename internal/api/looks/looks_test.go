package looks

import (
	"bytes"
	"compress/gzip"
	"math"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/looks"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

func TestRingtones(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		up := &tg.AccountUploadRingtone{File: w.send(w.anna, silence(77)), FileName: "bell.mp3", MimeType: "audio/mpeg"}
		doc := must[tg.DocumentClass](w, "account.uploadRingtone")(w.uploadRingtone(ctx, call, up))
		a, ok := doc.(*tg.Document).Attributes[0].(*tg.DocumentAttributeAudio)
		if !ok || a.Duration != 2 || a.Title == nil || *a.Title != "bell" {
			t.Errorf("got %+v", a)
		}
		list := func() *tg.AccountSavedRingtones {
			return must[tg.AccountSavedRingtonesClass](w, "account.getSavedRingtones")(
				w.getSavedRingtones(ctx, call, &tg.AccountGetSavedRingtones{})).(*tg.AccountSavedRingtones)
		}
		got := list()
		if len(got.Ringtones) != 1 || got.Ringtones[0].(*tg.Document).ID != input(doc).ID {
			t.Errorf("saved: %v", got.Ringtones)
		}
		same, err := w.getSavedRingtones(ctx, call, &tg.AccountGetSavedRingtones{Hash: got.Hash})
		if _, ok := same.(*tg.AccountSavedRingtonesNotModified); err != nil || !ok {
			t.Errorf("told again: %v", err)
		}
		w.must(only(w.saveRingtone(ctx, apitest.Call(w.bo), &tg.AccountSaveRingtone{ID: input(doc)})))
		w.must(only(w.saveRingtone(ctx, call, &tg.AccountSaveRingtone{ID: input(doc), Unsave: true})))
		if empty := list(); len(empty.Ringtones) != 0 || empty.Hash == 0 {
			t.Errorf("after all: %+v", empty)
		}
		for want, in := range map[string]*tg.AccountUploadRingtone{
			"RINGTONE_MIME_INVALID": {File: w.send(w.anna, []byte("text")), MimeType: "text/plain"},
			"RINGTONE_INVALID":      {File: w.send(w.anna, silence(400)), MimeType: "audio/mpeg"},
		} {
			w.refused(only(w.uploadRingtone(ctx, call, in)), want)
		}
		w.refused(only(w.saveRingtone(ctx, call, &tg.AccountSaveRingtone{ID: w.document("text/plain", []byte("no sound"))})), "RINGTONE_INVALID")
	})
}

func TestWallpapers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		red, blue := int32(0xff0000), int32(0x0000ff)
		up := &tg.AccountUploadWallPaper{
			File: w.send(w.anna, picture(t)), MimeType: "image/jpeg", Settings: &tg.WallPaperSettings{Blur: true},
		}
		paper := must[tg.WallPaperClass](w, "account.uploadWallPaper")(w.uploadWallPaper(ctx, call, up)).(*tg.WallPaper)
		if doc := paper.Document.(*tg.Document); !paper.Creator || paper.Pattern || paper.Slug == "" || !paper.Settings.Blur || len(doc.Thumbs) == 0 {
			t.Errorf("got %+v", paper)
		}
		for _, id := range []int64{paper.ID, looks.ChatThemes()[0].Day.Paper.ID} { // TDLib takes lower ones for its own
			if id <= math.MaxInt32 {
				t.Errorf("a wallpaper has the id %d", id)
			}
		}
		byID := &tg.InputWallPaper{ID: paper.ID, AccessHash: paper.AccessHash}
		bySlug := must[tg.WallPaperClass](w, "account.getWallPaper")(
			w.getWallPaper(ctx, apitest.Call(w.bo), &tg.AccountGetWallPaper{Wallpaper: &tg.InputWallPaperSlug{Slug: paper.Slug}})).(*tg.WallPaper)
		if bySlug.ID != paper.ID || bySlug.Creator {
			t.Errorf("bo gets %+v", bySlug)
		}
		saved := func() *tg.AccountWallPapers {
			return must[tg.AccountWallPapersClass](w, "account.getWallPapers")(w.getWallPapers(ctx, call, &tg.AccountGetWallPapers{})).(*tg.AccountWallPapers)
		}
		before := saved()
		w.must(only(w.saveWallPaper(ctx, call, &tg.AccountSaveWallPaper{Wallpaper: byID, Settings: &tg.WallPaperSettings{Motion: true}})))
		w.must(only(w.installWallPaper(ctx, call, &tg.AccountInstallWallPaper{
			Wallpaper: &tg.InputWallPaperNoFile{}, Settings: &tg.WallPaperSettings{BackgroundColor: &red, SecondBackgroundColor: &blue, Rotation: new(int32(45))},
		})))
		after := saved()
		if len(after.Wallpapers) != len(before.Wallpapers)+2 || after.Hash == before.Hash {
			t.Errorf("%d wallpapers, %d before", len(after.Wallpapers), len(before.Wallpapers))
		}
		colors, ok := after.Wallpapers[0].(*tg.WallPaperNoFile)
		if !ok || *colors.Settings.BackgroundColor != red || *colors.Settings.SecondBackgroundColor != blue || *colors.Settings.Rotation != 45 {
			t.Errorf("first: %+v", after.Wallpapers[0])
		}
		if second := after.Wallpapers[1].(*tg.WallPaper); second.ID != paper.ID || !second.Settings.Motion || second.Settings.Blur {
			t.Errorf("second: %+v", second)
		}
		same, err := w.getWallPapers(ctx, call, &tg.AccountGetWallPapers{Hash: after.Hash})
		if _, ok := same.(*tg.AccountWallPapersNotModified); err != nil || !ok {
			t.Errorf("told again: %v", err)
		}
		w.must(only(w.saveWallPaper(ctx, call, &tg.AccountSaveWallPaper{Wallpaper: byID, Unsave: true, Settings: &tg.WallPaperSettings{}})))
		w.must(only(w.resetWallPapers(ctx, call, &tg.AccountResetWallPapers{})))
		if left := saved(); left.Hash != before.Hash {
			t.Errorf("left: %v", left.Wallpapers)
		}
		several, err := w.getMultiWallPapers(ctx, call, &tg.AccountGetMultiWallPapers{Wallpapers: []tg.InputWallPaperClass{byID, &tg.InputWallPaperNoFile{ID: 1<<32 + 1}}})
		if err != nil || len(several) != 2 {
			t.Errorf("several: %v, %v", several, err)
		}
	})
}

func TestPatternsAndWhatIsNone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		var svg bytes.Buffer
		z := gzip.NewWriter(&svg)
		_, err := z.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg"></svg>`))
		w.must(err)
		w.must(z.Close())
		up := func(data []byte, mime string, s *tg.WallPaperSettings) (tg.WallPaperClass, error) {
			return w.uploadWallPaper(ctx, call, &tg.AccountUploadWallPaper{File: w.send(w.anna, data), MimeType: mime, Settings: s})
		}
		pattern, err := up(svg.Bytes(), "application/x-tgwallpattern", &tg.WallPaperSettings{Intensity: new(int32(50))})
		w.must(err)
		if p := pattern.(*tg.WallPaper); !p.Pattern || *p.Settings.Intensity != 50 {
			t.Errorf("got %+v", p)
		}
		w.refused(only(up([]byte("no picture"), "image/jpeg", nil)), "WALLPAPER_FILE_INVALID")
		w.refused(only(up(picture(t), "image/png", nil)), "WALLPAPER_FILE_INVALID")
		w.refused(only(up(picture(t), "application/x-tgwallpattern", nil)), "WALLPAPER_FILE_INVALID")
		w.refused(only(up(picture(t), "text/plain", nil)), "WALLPAPER_MIME_INVALID")
		w.refused(only(up(picture(t), "image/jpeg", &tg.WallPaperSettings{BackgroundColor: new(int32(-1))})), "WALLPAPER_SETTINGS_INVALID")
		for _, in := range []tg.InputWallPaperClass{
			&tg.InputWallPaper{ID: 5}, &tg.InputWallPaperSlug{Slug: "none"}, &tg.InputWallPaperNoFile{ID: 5_000_000}, nil,
			&tg.InputWallPaperNoFile{ID: pattern.(*tg.WallPaper).ID},
		} {
			w.refused(only(w.getWallPaper(ctx, call, &tg.AccountGetWallPaper{Wallpaper: in})), "WALLPAPER_INVALID")
		}
	})
}

func TestThemes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		doc := must[tg.DocumentClass](w, "account.uploadTheme")(w.uploadTheme(ctx, call, &tg.AccountUploadTheme{
			File: w.send(w.anna, []byte("colors")), Thumb: w.send(w.anna, picture(t)), FileName: "my.tdesktop-theme",
			MimeType: "application/x-tgtheme-tdesktop",
		}))
		base := &tg.InputThemeSettings{BaseTheme: &tg.BaseThemeNight{}, AccentColor: 0x123456, MessageColors: []int32{1, 2}, Wallpaper: &tg.InputWallPaperNoFile{ID: 1<<32 + 1}, WallpaperSettings: &tg.WallPaperSettings{}}
		theme := must[*tg.Theme](w, "account.createTheme")(w.createTheme(ctx, call, &tg.AccountCreateTheme{
			Slug: "my_theme", Title: "Mine", Document: input(doc), Settings: []*tg.InputThemeSettings{base},
		}))
		if !theme.Creator || theme.Slug != "my_theme" || theme.Document.(*tg.Document).ID != input(doc).ID || len(theme.Settings) != 1 || theme.Settings[0].Wallpaper == nil {
			t.Errorf("made %+v", theme)
		}
		named := &tg.InputTheme{ID: theme.ID, AccessHash: theme.AccessHash}
		w.must(only(w.installTheme(ctx, apitest.Call(w.bo), &tg.AccountInstallTheme{Theme: &tg.InputThemeSlug{Slug: "My_Theme"}})))
		list := must[tg.AccountThemesClass](w, "account.getThemes")(w.getThemes(ctx, apitest.Call(w.bo), &tg.AccountGetThemes{Format: "tdesktop"})).(*tg.AccountThemes)
		if len(list.Themes) != 1 || *list.Themes[0].InstallsCount != 1 || list.Themes[0].Creator {
			t.Errorf("bo has %+v", list.Themes)
		}
		same, err := w.getThemes(ctx, apitest.Call(w.bo), &tg.AccountGetThemes{Format: "tdesktop", Hash: list.Hash})
		if _, ok := same.(*tg.AccountThemesNotModified); err != nil || !ok {
			t.Errorf("told again: %v", err)
		}
		changed := must[*tg.Theme](w, "account.updateTheme")(w.updateTheme(ctx, call, &tg.AccountUpdateTheme{Format: "tdesktop", Theme: named, Slug: new("other_theme"), Title: new("Yours")}))
		if changed.Slug != "other_theme" || changed.Title != "Yours" {
			t.Errorf("changed to %+v", changed)
		}
		if u, _, err := w.Render.Entry(ctx, w.anna, updates.Entry{Owner: w.anna.Peer(), Event: updates.ThemeChanged{Theme: theme.ID}}); err != nil || u.(*tg.UpdateTheme).Theme.Title != "Yours" {
			t.Errorf("told %+v, %v", u, err)
		}
		w.refused(only(w.updateTheme(ctx, apitest.Call(w.bo), &tg.AccountUpdateTheme{Theme: named, Title: new("x")})), "THEME_INVALID")
		w.refused(only(w.getTheme(ctx, call, &tg.AccountGetTheme{Format: "tdesktop", Theme: &tg.InputThemeSlug{Slug: "my_theme"}})), "THEME_INVALID")
		create := func(slug, title string, doc tg.InputDocumentClass) error {
			return only(w.createTheme(ctx, call, &tg.AccountCreateTheme{Slug: slug, Title: title, Document: doc}))
		}
		w.refused(create("OTHER_theme", "T", input(doc)), "THEME_SLUG_OCCUPIED")
		w.refused(create("a b", "T", input(doc)), "THEME_SLUG_INVALID")
		w.refused(create("", "", input(doc)), "THEME_TITLE_INVALID")
		w.refused(create("", "T", w.document("text/plain", []byte("x"))), "THEME_FILE_INVALID")
		w.must(create("", "T", input(doc)))
		w.must(only(w.saveTheme(ctx, apitest.Call(w.bo), &tg.AccountSaveTheme{Theme: named, Unsave: true})))
	})
}

func TestChatThemes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, call := t.Context(), apitest.Call(w.anna)
		list := must[tg.AccountThemesClass](w, "account.getChatThemes")(w.getChatThemes(ctx, call, &tg.AccountGetChatThemes{})).(*tg.AccountThemes)
		if len(list.Themes) < 5 || len(list.Themes[0].Settings) != 2 || !list.Themes[0].ForChat {
			t.Errorf("themes: %+v", list.Themes)
		}
		emoji := *list.Themes[1].Emoticon
		group, super := w.Group(w.anna, w.bo), w.Channel(false, w.anna, w.bo)
		for _, peer := range []ids.Peer{w.bo.Peer(), group, super} {
			answer := must[*tg.Updates](w, "messages.setChatTheme")(w.setChatTheme(ctx, call, &tg.MessagesSetChatTheme{
				Peer: w.Peer(w.anna, peer), Theme: &tg.InputChatTheme{Emoticon: emoji},
			}))
			if len(answer.Updates) == 0 {
				t.Errorf("%d: nothing is told", peer)
			}
		}
		for owner, other := range map[ids.User]ids.User{w.anna: w.bo, w.bo: w.anna} {
			if l, err := w.Look(ctx, owner, other.Peer()); err != nil || l.Theme != emoji {
				t.Errorf("%d sees %+v, %v", owner, l, err)
			}
		}
		if m := w.Last(w.bo, w.anna.Peer()); m.Action == nil || m.Action.Emoji != emoji {
			t.Errorf("bo reads %+v", m)
		}
		w.must(only(w.setChatTheme(ctx, call, &tg.MessagesSetChatTheme{Peer: w.Peer(w.anna, w.bo.Peer())})))
		if l, err := w.Look(ctx, w.bo, w.anna.Peer()); err != nil || l.Theme != "" {
			t.Errorf("then %+v, %v", l, err)
		}
		w.refused(only(w.setChatTheme(ctx, call, &tg.MessagesSetChatTheme{Peer: w.Peer(w.anna, w.bo.Peer()), Emoticon: "🧨"})), "EMOJI_INVALID")
	})
}

func TestChatWallpapers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, anna, bo := t.Context(), apitest.Call(w.anna), apitest.Call(w.bo)
		color := int32(0x00ff00)
		set := func(in *tg.MessagesSetChatWallPaper) *tg.Updates {
			t.Helper()
			return must[*tg.Updates](w, "messages.setChatWallPaper")(w.setChatWallPaper(ctx, anna, in))
		}
		answer := set(&tg.MessagesSetChatWallPaper{
			Peer: w.Peer(w.anna, w.bo.Peer()), Wallpaper: &tg.InputWallPaperNoFile{}, Settings: &tg.WallPaperSettings{BackgroundColor: &color},
		})
		told := apitest.Find[*tg.UpdatePeerWallpaper](t, answer)
		if told.Wallpaper == nil || told.WallpaperOverridden {
			t.Errorf("told %+v", told)
		}
		said := apitest.Find[*tg.UpdateNewMessage](t, answer).Message.(*tg.MessageService).Action.(*tg.MessageActionSetChatWallPaper)
		if *said.Wallpaper.(*tg.WallPaperNoFile).Settings.BackgroundColor != color || said.ForBoth {
			t.Errorf("said %+v", said)
		}
		if l, err := w.Look(ctx, w.bo, w.anna.Peer()); err != nil || l.Wallpaper != nil {
			t.Errorf("bo sees %+v, %v", l, err)
		}
		theirs := w.Last(w.bo, w.anna.Peer())
		w.must(only(w.setChatWallPaper(ctx, bo, &tg.MessagesSetChatWallPaper{Peer: w.Peer(w.bo, w.anna.Peer()), ID: new(int32(theirs.ID))})))
		if l, err := w.Look(ctx, w.bo, w.anna.Peer()); err != nil || l.Wallpaper == nil {
			t.Errorf("bo sees %+v, %v", l, err)
		}
		set(&tg.MessagesSetChatWallPaper{Peer: w.Peer(w.anna, w.bo.Peer()), Wallpaper: &tg.InputWallPaperNoFile{ID: 1<<32 + 2}, ForBoth: true})
		if l, err := w.Look(ctx, w.bo, w.anna.Peer()); err != nil || !l.Overridden || l.Wallpaper.(*tg.WallPaperNoFile).ID != 1<<32+2 {
			t.Errorf("for both: %+v, %v", l, err)
		}
		w.must(only(w.setChatWallPaper(ctx, bo, &tg.MessagesSetChatWallPaper{Peer: w.Peer(w.bo, w.anna.Peer()), Revert: true})))
		if l, err := w.Look(ctx, w.bo, w.anna.Peer()); err != nil || l.Overridden || l.Wallpaper != nil {
			t.Errorf("reverted: %+v, %v", l, err)
		}
		plain := w.Send(w.anna, w.bo.Peer(), "hello", nil)
		w.refused(only(w.setChatWallPaper(ctx, anna, &tg.MessagesSetChatWallPaper{Peer: w.Peer(w.anna, w.bo.Peer()), ID: new(int32(plain.ID))})), "MESSAGE_ID_INVALID")
		w.refused(only(w.setChatWallPaper(ctx, anna, &tg.MessagesSetChatWallPaper{Peer: w.Peer(w.anna, w.Group(w.anna, w.bo))})), "PEER_ID_INVALID")
		channel := w.Channel(true, w.anna)
		set(&tg.MessagesSetChatWallPaper{Peer: w.Peer(w.anna, channel), Wallpaper: &tg.InputWallPaperNoFile{ID: 1<<32 + 3}})
		if c, err := w.Channels.One(ctx, channel.Channel()); err != nil || len(c.Wallpaper) == 0 {
			t.Errorf("the channel has %s, %v", c.Wallpaper, err)
		}
	})
}
