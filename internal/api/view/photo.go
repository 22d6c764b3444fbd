package view

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/photos"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

var (
	errPhoto  = rpc.BadRequest("PHOTO_INVALID")
	errMarkup = rpc.BadRequest("EMOJI_MARKUP_INVALID")
)

// Album is what shows and takes photos that stand for somebody.
type Album struct {
	Photos *photos.Service
	Forms  *file.Forms
	DC     int32 // from which clients load them
}

// SetAlbum makes photos known to v, which is made before them.
func (v *View) SetAlbum(a Album) { v.album = a }

// Photos shows photos by the ids of their files, for everybody alike; those that are gone are left out.
func (v *View) Photos(ctx context.Context, want []int64) (map[int64]tg.PhotoClass, error) {
	if v.album.Forms == nil {
		return nil, nil
	}
	found, err := v.album.Forms.Files().Get(ctx, want...)
	if err != nil {
		return nil, err
	}
	shown := make(map[int64]tg.PhotoClass, len(found))
	for id, f := range found {
		if f.Kind == files.Photo {
			shown[id] = v.album.Forms.Photo(f)
		}
	}
	return shown, nil
}

// Photo shows a photo by the id of its file; photoEmpty for 0, and when it is gone.
func (v *View) Photo(ctx context.Context, id int64) (tg.PhotoClass, error) {
	if id != 0 {
		shown, err := v.Photos(ctx, []int64{id})
		if err != nil {
			return nil, err
		}
		if p := shown[id]; p != nil {
			return p, nil
		}
	}
	return &tg.PhotoEmpty{ID: id}, nil
}

// userPhoto shows the photo beside the name of a user; nil for none.
func (v *View) userPhoto(p users.Portrait, personal bool) tg.UserProfilePhotoClass {
	if p.IsZero() {
		return nil
	}
	return &tg.UserProfilePhoto{
		HasVideo: p.Video, Personal: personal, PhotoID: p.Photo, StrippedThumb: p.Thumb, DCID: v.album.DC,
	}
}

// chatPhoto shows the photo beside the name of a group or channel.
func (v *View) chatPhoto(p users.Portrait) tg.ChatPhotoClass {
	if p.IsZero() {
		return &tg.ChatPhotoEmpty{}
	}
	return &tg.ChatPhoto{HasVideo: p.Video, PhotoID: p.Photo, StrippedThumb: p.Thumb, DCID: v.album.DC}
}

// ChatPhotoFromInput makes of what a client sends the photo of a group or channel; the zero Portrait for none. It fails
// with 400 PHOTO_INVALID, with the errors of files and images, and with those of photos.Avatar.
func (v *View) ChatPhotoFromInput(ctx context.Context, u ids.User, in tg.InputChatPhotoClass) (users.Portrait, error) {
	if _, none := in.(*tg.InputChatPhotoEmpty); none {
		return users.Portrait{}, nil
	}
	if v.album.Photos == nil {
		return users.Portrait{}, errPhoto
	}
	var made files.File
	var err error
	switch in := in.(type) {
	case *tg.InputChatPhoto:
		made, err = v.adopt(ctx, u, in.ID)
	case *tg.InputChatUploadedPhoto:
		made, err = v.Avatar(ctx, u, in.File, in.Video, in.VideoStartTs, in.VideoEmojiMarkup)
	default:
		err = errPhoto
	}
	if err != nil {
		return users.Portrait{}, err
	}
	return photos.Portrait(made), nil
}

func (v *View) adopt(ctx context.Context, u ids.User, in tg.InputPhotoClass) (files.File, error) {
	f, err := v.album.Forms.PhotoFrom(ctx, in)
	if err != nil {
		return files.File{}, err
	}
	return v.album.Photos.Adopt(ctx, u, f)
}

// Adopt makes of a photo that a client names one that can stand for somebody. It fails as ChatPhotoFromInput does.
func (v *View) Adopt(ctx context.Context, u ids.User, in tg.InputPhotoClass) (files.File, error) {
	if v.album.Photos == nil {
		return files.File{}, errPhoto
	}
	return v.adopt(ctx, u, in)
}

// Avatar makes of what a client sends a photo that can stand for somebody. It fails as ChatPhotoFromInput does.
func (v *View) Avatar(
	ctx context.Context, u ids.User, picture, video tg.InputFileClass, start *float64, markup tg.VideoSizeClass,
) (files.File, error) {
	if v.album.Photos == nil {
		return files.File{}, errPhoto
	}
	var up photos.Upload
	var err error
	if up.File, err = upload(picture); err != nil {
		return files.File{}, err
	}
	if up.Video, err = upload(video); err != nil {
		return files.File{}, err
	}
	if up.Markup, err = markupFrom(markup); err != nil {
		return files.File{}, err
	}
	if start != nil {
		up.Start = *start
	}
	return v.album.Photos.Avatar(ctx, u, up)
}

func upload(in tg.InputFileClass) (*files.Input, error) {
	if in == nil {
		return nil, nil
	}
	f, err := file.Upload(in)
	return &f, err
}

// markupFrom reads an emoji that clients draw; nil for none.
func markupFrom(in tg.VideoSizeClass) (*files.VideoSize, error) {
	switch in := in.(type) {
	case nil:
		return nil, nil
	case *tg.VideoSizeEmojiMarkup:
		return &files.VideoSize{Emoji: in.EmojiID, Colors: in.BackgroundColors}, nil
	case *tg.VideoSizeStickerMarkup:
		m := &files.VideoSize{Sticker: in.StickerID, Colors: in.BackgroundColors}
		if set, ok := in.Stickerset.(*tg.InputStickerSetID); ok {
			m.StickerSet = set.ID
		}
		return m, nil
	}
	return nil, errMarkup
}
