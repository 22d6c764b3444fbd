// Package looks serves ringtones, wallpapers, themes and what chats look like.
package looks

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/files"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/looks"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	o     Options
	looks *looks.Service
	forms *file.Forms
}

// Options are what the handlers work with.
type Options struct {
	Looks    *looks.Service
	Forms    *file.Forms
	Messages *messages.Service
	Groups   *groups.Service
	Channels *channels.Service
	View     *view.View
	Render   *render.Renderer
}

// New makes the handlers, and has the renderer show what they know.
func New(o Options) *Handlers {
	h := &Handlers{o, o.Looks, o.Forms}
	o.Render.SetWallpapers(h.Wallpaper)
	render.OnEvent(o.Render, h.peerWallpaper)
	render.OnEvent(o.Render, h.themeChanged)
	render.OnEvent(o.Render, func(context.Context, ids.User, updates.Entry, updates.SavedSounds) (tg.UpdateClass, []ids.Peer, error) {
		return &tg.UpdateSavedRingtones{}, nil, nil
	})
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	looks.ErrSound:         rpc.BadRequest("RINGTONE_INVALID"),
	looks.ErrSoundType:     rpc.BadRequest("RINGTONE_MIME_INVALID"),
	looks.ErrSounds:        rpc.BadRequest("RINGTONES_TOO_MUCH"),
	looks.ErrWallpaper:     rpc.BadRequest("WALLPAPER_INVALID"),
	looks.ErrWallpaperFile: rpc.BadRequest("WALLPAPER_FILE_INVALID"),
	looks.ErrWallpaperType: rpc.BadRequest("WALLPAPER_MIME_INVALID"),
	looks.ErrSettings:      rpc.BadRequest("WALLPAPER_SETTINGS_INVALID"),
	looks.ErrTheme:         rpc.BadRequest("THEME_INVALID"),
	looks.ErrThemeFile:     rpc.BadRequest("THEME_FILE_INVALID"),
	looks.ErrThemeType:     rpc.BadRequest("THEME_MIME_INVALID"),
	looks.ErrFormat:        rpc.BadRequest("THEME_FORMAT_INVALID"),
	looks.ErrSlug:          rpc.BadRequest("THEME_SLUG_INVALID"),
	looks.ErrSlugTaken:     rpc.BadRequest("THEME_SLUG_OCCUPIED"),
	looks.ErrTitle:         rpc.BadRequest("THEME_TITLE_INVALID"),
	looks.ErrEmoji:         rpc.BadRequest("EMOJI_INVALID"),
	looks.ErrPeer:          rpc.BadRequest("PEER_ID_INVALID"),
	looks.ErrMessage:       rpc.BadRequest("MESSAGE_ID_INVALID"),
	looks.ErrTooMany:       rpc.BadRequest("THEMES_TOO_MUCH"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.uploadRingtone)
	rpc.Handle(r, rpc.UserOnly, h.saveRingtone)
	rpc.Handle(r, rpc.UserOnly, h.getSavedRingtones)
	h.registerWallpapers(r)
	h.registerThemes(r)
	rpc.Handle(r, rpc.UserOnly, h.setChatTheme)
	rpc.Handle(r, rpc.UserOnly, h.setChatWallPaper)
}

// upload makes a blob of the parts that a client means, of which there are at most so many bytes.
func (h *Handlers) upload(ctx context.Context, u ids.User, in tg.InputFileClass) (files.Blob, string, error) {
	parts, err := file.Upload(in)
	if err != nil {
		return files.Blob{}, "", err
	}
	b, err := h.forms.Files().Assemble(ctx, u, parts)
	return b, file.Name(parts.Name), err
}

// name is the name of a file as a client gives it, or else that of its upload.
func name(given, uploaded string) string {
	if clean := file.Name(given); clean != "" {
		return clean
	}
	return uploaded
}
