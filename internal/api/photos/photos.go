// Package photos serves photos.*: the profile photos of people and bots, those for strangers, and those that people give
// to their contacts or suggest to them. It also finds the photo that is shown beside a name, for upload.getFile.
//
// What a viewer may see is decided in domain/users and domain/photos; the photos of groups and channels are changed in the
// packages of those.
package photos

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/files"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/photos"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/images"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Options are what the handlers work with.
type Options struct {
	Photos   *photos.Service
	Users    *users.Service
	Groups   *groups.Service
	Channels *channels.Service
	View     *view.View
	Forms    *file.Forms
	// Suggest writes the service message by which somebody suggests a photo to another. Nil: nobody can.
	Suggest func(ctx context.Context, from, to ids.User, photo int64) error
}

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct{ o Options }

// New makes the handlers.
func New(o Options) *Handlers { return &Handlers{o} }

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.SignedIn, h.uploadProfilePhoto)
	rpc.Handle(r, rpc.SignedIn, h.updateProfilePhoto)
	rpc.Handle(r, rpc.SignedIn, h.getUserPhotos)
	rpc.Handle(r, rpc.SignedIn, h.deletePhotos)
	rpc.Handle(r, rpc.UserOnly, h.uploadContactProfilePhoto)
}

// wireErrors says how what is wrong with pictures looks to clients, wherever they send one.
var wireErrors = map[error]rpc.Error{
	images.ErrFormat:     rpc.BadRequest("IMAGE_PROCESS_FAILED"),
	images.ErrBroken:     rpc.BadRequest("IMAGE_PROCESS_FAILED"),
	images.ErrDimensions: rpc.BadRequest("PHOTO_INVALID_DIMENSIONS"),
	images.ErrSmall:      rpc.BadRequest("PHOTO_CROP_SIZE_SMALL"),
	images.ErrHeavy:      rpc.BadRequest("PHOTO_FILE_TOO_BIG"),
	photos.ErrNoFile:     rpc.BadRequest("PHOTO_FILE_MISSING"),
	photos.ErrVideo:      rpc.BadRequest("VIDEO_FILE_INVALID"),
	photos.ErrMarkup:     rpc.BadRequest("EMOJI_MARKUP_INVALID"),
	photos.ErrNotPhoto:   rpc.BadRequest("PHOTO_INVALID"),
	photos.ErrNotFound:   rpc.BadRequest("PHOTO_ID_INVALID"),
	photos.ErrNotContact: rpc.BadRequest("CONTACT_MISSING"),
}

var errBot = rpc.BadRequest("BOT_INVALID")

// whose is the account whose photo a call changes: the caller's own, or that of a bot of his.
func (h *Handlers) whose(ctx context.Context, call *rpc.Call, bot tg.InputUserClass) (ids.User, error) {
	if bot == nil {
		return call.User, nil
	}
	id, err := h.o.View.UserFromInput(ctx, call, bot)
	if err != nil {
		return 0, err
	}
	u, err := h.o.Users.One(ctx, id)
	if err == nil && (u.Settings.Bot == nil || u.Settings.Bot.Owner != call.User) {
		err = errBot
	}
	return id, err
}

// uploadProfilePhoto serves https://core.telegram.org/method/photos.uploadProfilePhoto.
func (h *Handlers) uploadProfilePhoto(ctx context.Context, call *rpc.Call, in *tg.PhotosUploadProfilePhoto) (*tg.PhotosPhoto, error) {
	user, err := h.whose(ctx, call, in.Bot)
	if err != nil {
		return nil, err
	}
	f, err := h.o.View.Avatar(ctx, call.User, in.File, in.Video, in.VideoStartTs, in.VideoEmojiMarkup)
	if err != nil {
		return nil, err
	}
	if err := h.o.Photos.SetProfile(ctx, user, f, in.Fallback); err != nil {
		return nil, err
	}
	return h.answer(ctx, call, user, f)
}

// updateProfilePhoto serves https://core.telegram.org/method/photos.updateProfilePhoto: it chooses a photo that is here
// already, or takes the present one away.
func (h *Handlers) updateProfilePhoto(ctx context.Context, call *rpc.Call, in *tg.PhotosUpdateProfilePhoto) (*tg.PhotosPhoto, error) {
	user, err := h.whose(ctx, call, in.Bot)
	if err != nil {
		return nil, err
	}
	if _, none := in.ID.(*tg.InputPhotoEmpty); none {
		return h.removeProfilePhoto(ctx, call, user, in.Fallback)
	}
	f, err := h.o.View.Adopt(ctx, call.User, in.ID)
	if err != nil {
		return nil, err
	}
	if err := h.o.Photos.SetProfile(ctx, user, f, in.Fallback); err != nil {
		return nil, err
	}
	return h.answer(ctx, call, user, f)
}

// removeProfilePhoto answers with the photo that is the present one now.
func (h *Handlers) removeProfilePhoto(ctx context.Context, call *rpc.Call, user ids.User, fallback bool) (*tg.PhotosPhoto, error) {
	if err := h.o.Photos.RemoveProfile(ctx, user, fallback); err != nil {
		return nil, err
	}
	u, err := h.o.Users.One(ctx, user)
	if err != nil {
		return nil, err
	}
	present := u.Settings.Photo.Photo
	if fallback {
		present = 0
	}
	shown, err := h.o.View.Photo(ctx, present)
	if err != nil {
		return nil, err
	}
	people, err := h.o.View.Users(ctx, call.User, []ids.User{user})
	return &tg.PhotosPhoto{Photo: shown, Users: people}, err
}

func (h *Handlers) answer(ctx context.Context, call *rpc.Call, user ids.User, f files.File) (*tg.PhotosPhoto, error) {
	people, err := h.o.View.Users(ctx, call.User, []ids.User{user})
	return &tg.PhotosPhoto{Photo: h.o.Forms.Photo(f), Users: people}, err
}

// uploadContactProfilePhoto serves https://core.telegram.org/method/photos.uploadContactProfilePhoto: a photo that a
// contact has for the caller alone, or one that is suggested to him. Without a picture the former goes.
func (h *Handlers) uploadContactProfilePhoto(
	ctx context.Context, call *rpc.Call, in *tg.PhotosUploadContactProfilePhoto,
) (*tg.PhotosPhoto, error) {
	user, err := h.o.View.UserFromInput(ctx, call, in.UserID)
	if err != nil {
		return nil, err
	}
	if user == call.User {
		return nil, rpc.BadRequest("USER_ID_INVALID")
	}
	if in.File == nil && in.Video == nil && in.VideoEmojiMarkup == nil && !in.Suggest {
		if err := h.o.Photos.SetPersonal(ctx, call.User, user, nil); err != nil {
			return nil, err
		}
		people, err := h.o.View.Users(ctx, call.User, []ids.User{user})
		return &tg.PhotosPhoto{Photo: &tg.PhotoEmpty{}, Users: people}, err
	}
	if err := h.mayGive(ctx, call.User, user, in.Suggest); err != nil {
		return nil, err // before anything is made of a picture
	}
	f, err := h.o.View.Avatar(ctx, call.User, in.File, in.Video, in.VideoStartTs, in.VideoEmojiMarkup)
	if err != nil {
		return nil, err
	}
	if err := h.give(ctx, call.User, user, f, in.Suggest); err != nil {
		return nil, err
	}
	return h.answer(ctx, call, user, f)
}

func (h *Handlers) mayGive(ctx context.Context, from, to ids.User, suggest bool) error {
	if suggest {
		return nil // the message says so
	}
	rel, err := h.o.Users.Relation(ctx, from, to)
	if err == nil && !rel.Mine.Contact {
		err = photos.ErrNotContact
	}
	return err
}

func (h *Handlers) give(ctx context.Context, from, to ids.User, f files.File, suggest bool) error {
	switch {
	case !suggest:
		return h.o.Photos.SetPersonal(ctx, from, to, &f)
	case h.o.Suggest == nil:
		return rpc.BadRequest("USER_ID_INVALID")
	}
	// The answer has no updates: the session that asks learns of the message like all others.
	return h.o.Suggest(updates.WithOrigin(ctx, updates.Origin{}), from, to, f.ID)
}

// maxDelete bounds how many photos are deleted at once.
const maxDelete = 100

// deletePhotos serves https://core.telegram.org/method/photos.deletePhotos. It answers with those that are gone. Nobody
// needs a reference to delete what is his.
func (h *Handlers) deletePhotos(ctx context.Context, call *rpc.Call, in *tg.PhotosDeletePhotos) (tg.LongVector, error) {
	if len(in.ID) > maxDelete {
		return nil, rpc.BadRequest("LIMIT_INVALID")
	}
	var list []int64
	for _, one := range in.ID {
		p, ok := one.(*tg.InputPhoto)
		if ok && h.o.Forms.Files().CheckAccess(p.ID, p.AccessHash) == nil {
			list = append(list, p.ID)
		}
	}
	gone, err := h.o.Photos.Delete(ctx, call.User, list)
	return append(tg.LongVector{}, gone...), err
}

// getUserPhotos serves https://core.telegram.org/method/photos.getUserPhotos. Who may not see somebody's photo sees none of
// them.
func (h *Handlers) getUserPhotos(ctx context.Context, call *rpc.Call, in *tg.PhotosGetUserPhotos) (tg.PhotosPhotosClass, error) {
	user, err := h.o.View.UserFromInput(ctx, call, in.UserID)
	if err != nil {
		return nil, err
	}
	people, err := h.o.View.Users(ctx, call.User, []ids.User{user})
	if err != nil {
		return nil, err
	}
	allowed, err := h.o.Users.AllowedBy(ctx, []ids.User{user}, call.User, users.ProfilePhoto)
	if err != nil {
		return nil, err
	}
	if !allowed[user] {
		return &tg.PhotosPhotos{Photos: []tg.PhotoClass{}, Users: people}, nil
	}
	page, err := h.o.Photos.History(ctx, user, in.MaxID, int(in.Offset), int(in.Limit))
	if err != nil {
		return nil, err
	}
	shown := make([]tg.PhotoClass, len(page.Photos))
	for i, f := range page.Photos {
		shown[i] = h.o.Forms.Photo(f)
	}
	if len(shown) == page.Count {
		return &tg.PhotosPhotos{Photos: shown, Users: people}, nil
	}
	return &tg.PhotosPhotosSlice{Count: int32(page.Count), Photos: shown, Users: people}, nil
}
