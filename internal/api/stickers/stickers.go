// Package stickers serves sticker sets, the lists of stickers and GIFs that people keep, and custom emoji.
package stickers

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stickers"
	"hermod/internal/domain/stickers/format"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	o     Options
	sets  *stickers.Service
	forms *file.Forms
}

// Options are what the handlers work with.
type Options struct {
	Stickers *stickers.Service
	Forms    *file.Forms
	Users    *users.Service
	Channels *channels.Service
	View     *view.View
	Render   *render.Renderer
	DC       int32 // where clients are told to load thumbnails from
	// BuiltIn returns a custom emoji that is part of the program; nil: there is none with that id.
	BuiltIn func(call *rpc.Call, id int64) (*tg.Document, error)
}

// New makes the handlers, has forms name the sets of stickers, and the renderer show what happens to sets and lists.
func New(o Options) *Handlers {
	h := &Handlers{o: o, sets: o.Stickers, forms: o.Forms}
	o.Forms.SetStickerSets(h.Named)
	o.Render.SetCustomEmoji(h.Known)
	h.showEvents()
	return h
}

// Named names a set, with its access hash.
func (h *Handlers) Named(set int64) tg.InputStickerSetClass {
	return &tg.InputStickerSetID{ID: set, AccessHash: h.sets.AccessHash(set)}
}

// wireErrors says how the errors of the domain look to clients.
// Spec: https://core.telegram.org/method/stickers.createStickerSet#possible-errors
var wireErrors = map[error]rpc.Error{
	stickers.ErrSet:            rpc.BadRequest("STICKERSET_INVALID"),
	stickers.ErrSticker:        rpc.BadRequest("STICKER_INVALID"),
	stickers.ErrName:           rpc.BadRequest("PACK_SHORT_NAME_INVALID"),
	stickers.ErrNameTaken:      rpc.BadRequest("PACK_SHORT_NAME_OCCUPIED"),
	stickers.ErrTitle:          rpc.BadRequest("PACK_TITLE_INVALID"),
	stickers.ErrEmpty:          rpc.BadRequest("STICKERS_EMPTY"),
	stickers.ErrTooMany:        rpc.BadRequest("STICKERS_TOO_MUCH"),
	stickers.ErrTooManySets:    rpc.BadRequest("STICKERSETS_TOO_MUCH"),
	stickers.ErrEmoji:          rpc.BadRequest("STICKER_EMOJI_INVALID"),
	stickers.ErrMask:           rpc.BadRequest("STICKER_MASK_COORDS_INVALID"),
	stickers.ErrThumb:          rpc.BadRequest("STICKER_THUMB_INVALID"),
	stickers.ErrThumbPicture:   rpc.BadRequest("STICKER_THUMB_PNG_NOPNG"),
	stickers.ErrThumbAnimation: rpc.BadRequest("STICKER_THUMB_TGS_NOTGS"),
	stickers.ErrOrder:          rpc.BadRequest("STICKERSETS_TOO_MUCH"),
	stickers.ErrFile:           rpc.BadRequest("STICKER_ID_INVALID"),
	format.ErrKind:             rpc.BadRequest("STICKER_FILE_INVALID"),
	format.ErrPicture:          rpc.BadRequest("STICKER_PNG_NOPNG"),
	format.ErrDimensions:       rpc.BadRequest("STICKER_PNG_DIMENSIONS"),
	format.ErrAnimation:        rpc.BadRequest("STICKER_TGS_NOTGS"),
	format.ErrVideo:            rpc.BadRequest("STICKER_VIDEO_NOWEBM"),
	format.ErrLong:             rpc.BadRequest("STICKER_VIDEO_BIG"),
}

// Errors of requests.
var (
	errLimit     = rpc.BadRequest("LIMIT_INVALID")
	errPackType  = rpc.BadRequest("PACK_TYPE_INVALID")
	errUser      = rpc.BadRequest("USER_ID_INVALID")
	errGIF       = rpc.BadRequest("GIF_ID_INVALID")
	errDice      = rpc.BadRequest("EMOTICON_STICKERPACK_MISSING")
	errName      = rpc.BadRequest("SHORT_NAME_INVALID")
	errNameTaken = rpc.BadRequest("SHORT_NAME_OCCUPIED")
	errTitle     = rpc.BadRequest("TITLE_INVALID")
	errToggle    = rpc.BadRequest("INPUT_REQUEST_INVALID")
)

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	h.registerMaking(r)
	h.registerSets(r)
	h.registerKept(r)
	h.registerSearch(r)
	h.registerEmoji(r)
	rpc.Handle(r, rpc.SignedIn, h.setStickers)
	rpc.Handle(r, rpc.SignedIn, h.setEmojiStickers)
}

// setFrom reads which set a client means. It fails with stickers.ErrSet or a wire error.
func (h *Handlers) setFrom(ctx context.Context, in tg.InputStickerSetClass) (int64, error) {
	switch in := in.(type) {
	case *tg.InputStickerSetID:
		if h.sets.CheckAccess(in.ID, in.AccessHash) {
			return in.ID, nil
		}
	case *tg.InputStickerSetShortName:
		return h.sets.ByName(ctx, in.ShortName)
	case *tg.InputStickerSetDice:
		if in.Emoticon == "" {
			return 0, errDice
		}
	}
	return 0, stickers.ErrSet
}

// by is who makes or changes a set.
func (h *Handlers) by(ctx context.Context, call *rpc.Call) (stickers.By, error) {
	by := stickers.By{User: call.User}
	if !call.Bot {
		return by, nil
	}
	me, err := h.o.Users.One(ctx, call.User)
	if err == nil && me.Username == "" {
		err = stickers.ErrName
	}
	by.Bot = me.Username
	return by, err
}

// documents shows files in their order, without those that are gone.
func (h *Handlers) documents(ctx context.Context, of []int64) ([]tg.DocumentClass, error) {
	found, err := h.forms.Files().Get(ctx, of...)
	if err != nil {
		return nil, err
	}
	out := make([]tg.DocumentClass, 0, len(of))
	for _, id := range of {
		if f, ok := found[id]; ok {
			out = append(out, h.forms.Document(f))
		}
	}
	return out, nil
}

func kindOf(masks, emoji bool) stickers.Kind {
	switch {
	case masks:
		return stickers.Masks
	case emoji:
		return stickers.Emoji
	}
	return stickers.Regular
}

// userFrom reads for whom a set is made: people make their own, bots those of others.
func (h *Handlers) userFrom(ctx context.Context, call *rpc.Call, in tg.InputUserClass) (ids.User, error) {
	if _, empty := in.(*tg.InputUserEmpty); empty || in == nil {
		return 0, errUser
	}
	u, err := h.o.View.UserFromInput(ctx, call, in)
	if err == nil && u != call.User && !call.Bot {
		err = errUser
	}
	return u, err
}
