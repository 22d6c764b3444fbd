package looks

import (
	"context"
	"hash/crc32"

	"hermod/internal/api/file"
	"hermod/internal/api/view"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/looks"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerThemes(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.uploadTheme)
	rpc.Handle(r, rpc.UserOnly, h.createTheme)
	rpc.Handle(r, rpc.UserOnly, h.updateTheme)
	rpc.Handle(r, rpc.UserOnly, h.saveTheme)
	rpc.Handle(r, rpc.UserOnly, h.installTheme)
	rpc.Handle(r, rpc.UserOnly, h.getTheme)
	rpc.Handle(r, rpc.UserOnly, h.getThemes)
	rpc.Handle(r, rpc.UserOnly, h.getChatThemes)
}

// baseFrom reads on which theme of a program a style builds; "" for none.
func baseFrom(in tg.BaseThemeClass) looks.Base {
	switch in.(type) {
	case *tg.BaseThemeClassic:
		return looks.Classic
	case *tg.BaseThemeDay:
		return looks.Day
	case *tg.BaseThemeNight:
		return looks.Night
	case *tg.BaseThemeTinted:
		return looks.Tinted
	case *tg.BaseThemeArctic:
		return looks.Arctic
	}
	return ""
}

func baseTo(b looks.Base) tg.BaseThemeClass {
	switch b {
	case looks.Day:
		return &tg.BaseThemeDay{}
	case looks.Night:
		return &tg.BaseThemeNight{}
	case looks.Tinted:
		return &tg.BaseThemeTinted{}
	case looks.Arctic:
		return &tg.BaseThemeArctic{}
	}
	return &tg.BaseThemeClassic{}
}

// maxStyles bounds what is read of a request before it is checked.
const maxStyles = 4

func (h *Handlers) stylesFrom(ctx context.Context, u ids.User, in []*tg.InputThemeSettings) ([]looks.Style, error) {
	if len(in) > maxStyles {
		return nil, looks.ErrSettings
	}
	var out []looks.Style
	for _, t := range in {
		s := looks.Style{
			Base: baseFrom(t.BaseTheme), Animated: t.MessageColorsAnimated, Accent: t.AccentColor, Outbox: t.OutboxAccentColor,
			Messages: t.MessageColors, PaperSettings: settingsFrom(t.WallpaperSettings),
		}
		if t.Wallpaper != nil {
			w, err := h.colorsFrom(ctx, u, t.Wallpaper, s.PaperSettings)
			if err != nil {
				return nil, err
			}
			s.Wallpaper = w.ID
		}
		out = append(out, s)
	}
	return out, nil
}

// styles shows the styles of a theme.
func (h *Handlers) styles(ctx context.Context, viewer ids.User, all []looks.Style) ([]*tg.ThemeSettings, error) {
	var out []*tg.ThemeSettings
	for _, s := range all {
		t := &tg.ThemeSettings{
			BaseTheme: baseTo(s.Base), MessageColorsAnimated: s.Animated, AccentColor: s.Accent, OutboxAccentColor: s.Outbox,
			MessageColors: s.Messages,
		}
		if s.Wallpaper != 0 {
			paper, err := h.shown(ctx, viewer, &looks.Shown{Wallpaper: s.Wallpaper, Settings: s.PaperSettings})
			if err != nil {
				return nil, err
			}
			t.Wallpaper = paper
		}
		out = append(out, t)
	}
	return out, nil
}

// theme shows a theme to a program, with the file that this one takes.
func (h *Handlers) theme(ctx context.Context, viewer ids.User, t looks.Theme, format string) (*tg.Theme, error) {
	out := &tg.Theme{
		Creator: t.Creator == viewer, ID: t.ID, AccessHash: h.looks.ThemeAccess(t.ID), Slug: t.Slug, Title: t.Title,
		InstallsCount: new(int32(t.Installs)),
	}
	if id := t.Files[format]; id != 0 {
		found, err := h.forms.Files().Get(ctx, id)
		if err != nil {
			return nil, err
		}
		if f, ok := found[id]; ok {
			out.Document = h.forms.Document(f)
		}
	}
	var err error
	out.Settings, err = h.styles(ctx, viewer, t.Styles)
	return out, err
}

// themeFrom reads which theme a client means. It fails with looks.ErrTheme.
func (h *Handlers) themeFrom(ctx context.Context, in tg.InputThemeClass) (looks.Theme, error) {
	switch in := in.(type) {
	case *tg.InputTheme:
		if h.looks.CheckThemeAccess(in.ID, in.AccessHash) {
			return h.looks.Theme(ctx, in.ID)
		}
	case *tg.InputThemeSlug:
		return h.looks.ThemeBySlug(ctx, in.Slug)
	}
	return looks.Theme{}, looks.ErrTheme
}

// uploadTheme serves https://core.telegram.org/method/account.uploadTheme.
func (h *Handlers) uploadTheme(ctx context.Context, call *rpc.Call, in *tg.AccountUploadTheme) (tg.DocumentClass, error) {
	b, uploaded, err := h.upload(ctx, call.User, in.File)
	if err != nil {
		return nil, err
	}
	var thumb *files.Blob
	if in.Thumb != nil {
		small, _, err := h.upload(ctx, call.User, in.Thumb)
		if err != nil {
			return nil, err
		}
		thumb = &small
	}
	f, err := h.looks.AddThemeFile(ctx, call.User, b, thumb, name(in.FileName, uploaded), file.MIME(in.MimeType))
	if err != nil {
		return nil, err
	}
	return h.forms.Document(f), nil
}

// edit reads what a theme is to be.
func (h *Handlers) edit(
	ctx context.Context, u ids.User, document tg.InputDocumentClass, settings []*tg.InputThemeSettings,
) (e looks.ThemeEdit, err error) {
	if _, none := document.(*tg.InputDocumentEmpty); !none && document != nil {
		f, err := h.forms.DocumentFrom(ctx, document)
		if err != nil {
			return e, err
		}
		e.File = &f
	}
	e.Styles, err = h.stylesFrom(ctx, u, settings)
	return e, err
}

// createTheme serves https://core.telegram.org/method/account.createTheme.
func (h *Handlers) createTheme(ctx context.Context, call *rpc.Call, in *tg.AccountCreateTheme) (*tg.Theme, error) {
	e, err := h.edit(ctx, call.User, in.Document, in.Settings)
	if err != nil {
		return nil, err
	}
	e.Slug, e.Title = &in.Slug, &in.Title
	t, err := h.looks.CreateTheme(ctx, call.User, e)
	if err != nil {
		return nil, err
	}
	format := ""
	if e.File != nil {
		format = looks.FormatOf(e.File.MIME)
	}
	return h.theme(ctx, call.User, t, format)
}

// updateTheme serves https://core.telegram.org/method/account.updateTheme.
func (h *Handlers) updateTheme(ctx context.Context, call *rpc.Call, in *tg.AccountUpdateTheme) (*tg.Theme, error) {
	old, err := h.themeFrom(ctx, in.Theme)
	if err != nil {
		return nil, err
	}
	e, err := h.edit(ctx, call.User, in.Document, in.Settings)
	if err != nil {
		return nil, err
	}
	e.Slug, e.Title = in.Slug, in.Title
	t, err := h.looks.EditTheme(ctx, call.User, old.ID, e)
	if err != nil {
		return nil, err
	}
	return h.theme(ctx, call.User, t, in.Format)
}

// saveTheme serves https://core.telegram.org/method/account.saveTheme.
func (h *Handlers) saveTheme(ctx context.Context, call *rpc.Call, in *tg.AccountSaveTheme) (tg.Bool, error) {
	t, err := h.themeFrom(ctx, in.Theme)
	if err != nil {
		return false, err
	}
	if in.Unsave {
		return true, h.looks.UnsaveTheme(ctx, call.User, t.ID)
	}
	return true, h.looks.SaveTheme(ctx, call.User, t.ID)
}

// installTheme serves https://core.telegram.org/method/account.installTheme: who uses a theme has it in his list. Of the
// themes that programs bring themselves nothing is kept.
func (h *Handlers) installTheme(ctx context.Context, call *rpc.Call, in *tg.AccountInstallTheme) (tg.Bool, error) {
	if in.Theme == nil {
		return true, nil
	}
	t, err := h.themeFrom(ctx, in.Theme)
	if err != nil {
		return false, err
	}
	return true, h.looks.SaveTheme(ctx, call.User, t.ID)
}

// getTheme serves https://core.telegram.org/method/account.getTheme.
func (h *Handlers) getTheme(ctx context.Context, call *rpc.Call, in *tg.AccountGetTheme) (*tg.Theme, error) {
	t, err := h.themeFrom(ctx, in.Theme)
	if err != nil {
		return nil, err
	}
	if !t.Fits(in.Format) {
		return nil, looks.ErrFormat
	}
	return h.theme(ctx, call.User, t, in.Format)
}

// getThemes serves https://core.telegram.org/method/account.getThemes.
func (h *Handlers) getThemes(ctx context.Context, call *rpc.Call, in *tg.AccountGetThemes) (tg.AccountThemesClass, error) {
	all, err := h.looks.SavedThemes(ctx, call.User, in.Format)
	if err != nil {
		return nil, err
	}
	list := []*tg.Theme{}
	for _, t := range all {
		shown, err := h.theme(ctx, call.User, t, in.Format)
		if err != nil {
			return nil, err
		}
		list = append(list, shown)
	}
	return themes(list, in.Hash), nil
}

// themes answers with a list, or that it is as the client has it. The references of files, which change, do not count.
func themes(list []*tg.Theme, hash int64) tg.AccountThemesClass {
	var numbers []int64
	for _, t := range list {
		bare := *t
		bare.Document, bare.InstallsCount = nil, nil
		if d, ok := t.Document.(*tg.Document); ok {
			numbers = append(numbers, d.ID)
		}
		if bare.Settings = nil; len(t.Settings) > 0 {
			for _, s := range t.Settings {
				numbers = append(numbers, int64(s.AccentColor), int64(len(s.MessageColors)))
			}
		}
		numbers = append(numbers, t.ID, int64(crc32.ChecksumIEEE(tl.Encode(&bare, tg.Newest))))
	}
	out := &tg.AccountThemes{Hash: view.ListHash(numbers...), Themes: list}
	if out.Hash == hash {
		return &tg.AccountThemesNotModified{}
	}
	return out
}

// getChatThemes serves https://core.telegram.org/method/account.getChatThemes.
func (h *Handlers) getChatThemes(ctx context.Context, call *rpc.Call, in *tg.AccountGetChatThemes) (tg.AccountThemesClass, error) {
	list := []*tg.Theme{}
	for _, t := range looks.ChatThemes() {
		styles, err := h.styles(ctx, call.User, []looks.Style{style(t.Day, looks.Classic), style(t.Night, looks.Night)})
		if err != nil {
			return nil, err
		}
		list = append(list, &tg.Theme{
			Default: true, ForChat: true, ID: t.ID, AccessHash: h.looks.ThemeAccess(t.ID), Slug: "", Title: t.Title, Settings: styles,
			Emoticon: &t.Emoji,
		})
	}
	return themes(list, in.Hash), nil
}

// style is how a theme of chats looks by day or by night.
func style(s looks.Shade, base looks.Base) looks.Style {
	return looks.Style{Base: base, Accent: s.Accent, Outbox: &s.Outbox, Messages: s.Messages, Wallpaper: s.Paper.ID}
}

// themeChanged shows a theme that its creator has changed, with whatever file it has.
func (h *Handlers) themeChanged(
	ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.ThemeChanged,
) (tg.UpdateClass, []ids.Peer, error) {
	t, err := h.looks.Theme(ctx, ev.Theme)
	if err != nil {
		return nil, nil, err
	}
	format := ""
	for f := range t.Files {
		if format == "" || f < format {
			format = f
		}
	}
	shown, err := h.theme(ctx, viewer, t, format)
	if err != nil {
		return nil, nil, err
	}
	return &tg.UpdateTheme{Theme: shown}, nil, nil
}
