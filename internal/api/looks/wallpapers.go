package looks

import (
	"context"
	"hash/crc32"

	"hermod/internal/api/file"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/looks"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerWallpapers(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.uploadWallPaper)
	rpc.Handle(r, rpc.UserOnly, h.getWallPaper)
	rpc.Handle(r, rpc.UserOnly, h.getMultiWallPapers)
	rpc.Handle(r, rpc.UserOnly, h.getWallPapers)
	rpc.Handle(r, rpc.UserOnly, h.saveWallPaper)
	rpc.Handle(r, rpc.UserOnly, h.installWallPaper)
	rpc.Handle(r, rpc.UserOnly, h.resetWallPapers)
}

// settingsFrom reads how a wallpaper is drawn; nil for nothing said.
// Spec: https://core.telegram.org/constructor/wallPaperSettings
func settingsFrom(in *tg.WallPaperSettings) *looks.Settings {
	if in == nil {
		return nil
	}
	s := &looks.Settings{Blur: in.Blur, Motion: in.Motion}
	for _, c := range []*int32{in.BackgroundColor, in.SecondBackgroundColor, in.ThirdBackgroundColor, in.FourthBackgroundColor} {
		if c != nil {
			s.Colors = append(s.Colors, *c)
		}
	}
	if in.Intensity != nil {
		s.Intensity = *in.Intensity
	}
	if in.Rotation != nil {
		s.Rotation = *in.Rotation
	}
	if in.Emoticon != nil {
		s.Emoji = *in.Emoticon
	}
	return s
}

// settingsTo shows how a wallpaper is drawn; nil for nothing to say.
func settingsTo(s *looks.Settings) *tg.WallPaperSettings {
	if s == nil {
		return nil
	}
	t := &tg.WallPaperSettings{Blur: s.Blur, Motion: s.Motion}
	for i, at := range []**int32{&t.BackgroundColor, &t.SecondBackgroundColor, &t.ThirdBackgroundColor, &t.FourthBackgroundColor} {
		if i < len(s.Colors) {
			*at = &s.Colors[i]
		}
	}
	if s.Intensity != 0 {
		t.Intensity = &s.Intensity
	}
	if len(s.Colors) > 1 {
		t.Rotation = &s.Rotation // shares its flag with the second colour
	}
	if s.Emoji != "" {
		t.Emoticon = &s.Emoji
	}
	return t
}

// papers shows wallpapers, without those whose file is gone.
func (h *Handlers) papers(ctx context.Context, viewer ids.User, all ...looks.Wallpaper) ([]tg.WallPaperClass, error) {
	var wanted []int64
	for _, w := range all {
		if w.File != 0 {
			wanted = append(wanted, w.File)
		}
	}
	found, err := h.forms.Files().Get(ctx, wanted...)
	if err != nil {
		return nil, err
	}
	out := make([]tg.WallPaperClass, 0, len(all))
	for _, w := range all {
		if w.File == 0 {
			out = append(out, &tg.WallPaperNoFile{ID: w.ID, Default: w.Default, Dark: w.Dark, Settings: settingsTo(w.Settings)})
			continue
		}
		if f, ok := found[w.File]; ok {
			out = append(out, &tg.WallPaper{
				ID: w.ID, Creator: viewer != 0 && w.Creator == viewer, Default: w.Default, Pattern: w.Pattern, Dark: w.Dark,
				AccessHash: h.looks.AccessHash(w.ID), Slug: w.Slug, Document: h.forms.Document(f), Settings: settingsTo(w.Settings),
			})
		}
	}
	return out, nil
}

// one shows a wallpaper. It fails with looks.ErrWallpaper when its file is gone.
func (h *Handlers) one(ctx context.Context, viewer ids.User, w looks.Wallpaper) (tg.WallPaperClass, error) {
	all, err := h.papers(ctx, viewer, w)
	if err == nil && len(all) == 0 {
		err = looks.ErrWallpaper
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// paperFrom reads which wallpaper a client means. It fails with looks.ErrWallpaper.
func (h *Handlers) paperFrom(ctx context.Context, in tg.InputWallPaperClass) (looks.Wallpaper, error) {
	switch in := in.(type) {
	case *tg.InputWallPaper:
		if h.looks.CheckAccess(in.ID, in.AccessHash) {
			return h.looks.Wallpaper(ctx, in.ID)
		}
	case *tg.InputWallPaperSlug:
		return h.looks.WallpaperBySlug(ctx, in.Slug)
	case *tg.InputWallPaperNoFile:
		w, err := h.looks.Wallpaper(ctx, in.ID)
		if err == nil && w.File != 0 {
			err = looks.ErrWallpaper // files are named with their access hash
		}
		return w, err
	}
	return looks.Wallpaper{}, looks.ErrWallpaper
}

// colorsFrom is paperFrom for a caller who may also describe a wallpaper of colours that does not exist yet: it is made.
func (h *Handlers) colorsFrom(
	ctx context.Context, u ids.User, in tg.InputWallPaperClass, settings *looks.Settings,
) (looks.Wallpaper, error) {
	if t, ok := in.(*tg.InputWallPaperNoFile); ok && t.ID == 0 {
		return h.looks.AddColors(ctx, u, settings)
	}
	return h.paperFrom(ctx, in)
}

// uploadWallPaper serves https://core.telegram.org/method/account.uploadWallPaper.
func (h *Handlers) uploadWallPaper(ctx context.Context, call *rpc.Call, in *tg.AccountUploadWallPaper) (tg.WallPaperClass, error) {
	b, _, err := h.upload(ctx, call.User, in.File)
	if err != nil {
		return nil, err
	}
	w, err := h.looks.AddWallpaper(ctx, call.User, b, file.MIME(in.MimeType), settingsFrom(in.Settings))
	if err != nil {
		return nil, err
	}
	return h.one(ctx, call.User, w)
}

// getWallPaper serves https://core.telegram.org/method/account.getWallPaper.
func (h *Handlers) getWallPaper(ctx context.Context, call *rpc.Call, in *tg.AccountGetWallPaper) (tg.WallPaperClass, error) {
	w, err := h.paperFrom(ctx, in.Wallpaper)
	if err != nil {
		return nil, err
	}
	return h.one(ctx, call.User, w)
}

// maxPapers is how many wallpapers can be asked for at once.
const maxPapers = 100

// getMultiWallPapers serves https://core.telegram.org/method/account.getMultiWallPapers.
func (h *Handlers) getMultiWallPapers(
	ctx context.Context, call *rpc.Call, in *tg.AccountGetMultiWallPapers,
) (tg.Vector[tg.WallPaperClass], error) {
	if len(in.Wallpapers) > maxPapers {
		return nil, looks.ErrWallpaper
	}
	var all []looks.Wallpaper
	for _, t := range in.Wallpapers {
		w, err := h.paperFrom(ctx, t)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return h.papers(ctx, call.User, all...)
}

// getWallPapers serves https://core.telegram.org/method/account.getWallPapers.
func (h *Handlers) getWallPapers(ctx context.Context, call *rpc.Call, in *tg.AccountGetWallPapers) (tg.AccountWallPapersClass, error) {
	all, err := h.looks.Saved(ctx, call.User)
	if err != nil {
		return nil, err
	}
	var numbers []int64
	for _, w := range all {
		numbers = append(numbers, w.ID)
		if s := settingsTo(w.Settings); s != nil {
			numbers = append(numbers, int64(crc32.ChecksumIEEE(tl.Encode(s, tg.Newest))))
		}
	}
	t := &tg.AccountWallPapers{Hash: view.ListHash(numbers...)}
	if t.Hash == in.Hash {
		return &tg.AccountWallPapersNotModified{}, nil
	}
	t.Wallpapers, err = h.papers(ctx, call.User, all...)
	return t, err
}

// saveWallPaper serves https://core.telegram.org/method/account.saveWallPaper.
func (h *Handlers) saveWallPaper(ctx context.Context, call *rpc.Call, in *tg.AccountSaveWallPaper) (tg.Bool, error) {
	if in.Unsave {
		w, err := h.paperFrom(ctx, in.Wallpaper)
		if err != nil {
			return false, err
		}
		return true, h.looks.UnsaveWallpaper(ctx, call.User, w.ID)
	}
	return h.save(ctx, call.User, in.Wallpaper, in.Settings)
}

// installWallPaper serves https://core.telegram.org/method/account.installWallPaper: who uses a wallpaper has it in his list.
func (h *Handlers) installWallPaper(ctx context.Context, call *rpc.Call, in *tg.AccountInstallWallPaper) (tg.Bool, error) {
	return h.save(ctx, call.User, in.Wallpaper, in.Settings)
}

func (h *Handlers) save(ctx context.Context, u ids.User, in tg.InputWallPaperClass, how *tg.WallPaperSettings) (tg.Bool, error) {
	settings := settingsFrom(how)
	w, err := h.colorsFrom(ctx, u, in, settings)
	if err != nil {
		return false, err
	}
	return true, h.looks.SaveWallpaper(ctx, u, w.ID, settings)
}

// resetWallPapers serves https://core.telegram.org/method/account.resetWallPapers.
func (h *Handlers) resetWallPapers(ctx context.Context, call *rpc.Call, _ *tg.AccountResetWallPapers) (tg.Bool, error) {
	return true, h.looks.ResetWallpapers(ctx, call.User)
}
