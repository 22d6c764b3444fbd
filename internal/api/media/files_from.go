package media

import (
	"context"
	"errors"
	"slices"

	"hermod/internal/api/file"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/images"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// maxStickers bounds how many stickers are told to be on a photo or video.
const maxStickers = 50

// Files are what a codec needs for media that are files. Functions that are nil make what they are for be refused.
type Files struct {
	Files *files.Service
	Forms *file.Forms
	// Photo makes a photo of what a user uploaded.
	Photo func(ctx context.Context, u ids.User, in files.Input) (files.File, error)
	// Thumbs makes the small pictures of a document from one that its sender uploaded for it.
	Thumbs func(ctx context.Context, u ids.User, picture files.Hash) ([]files.Size, error)
	// Silent tells whether a video has no sound; nil: nobody looks.
	Silent func(ctx context.Context, video files.Hash) (bool, error)
	// Attach notes which stickers are on a photo or video.
	Attach func(ctx context.Context, f int64, stickers []int64) error
	// External makes a photo or a document of what is at an address.
	External func(ctx context.Context, u ids.User, address string, photo bool) (files.File, error)
}

// fileFrom reads media that are files; nil for all others.
func (c *Codec) fileFrom(ctx context.Context, call *rpc.Call, in tg.InputMediaClass) (*media.Media, error) {
	if c.o.Files.Files == nil {
		return nil, nil
	}
	switch in := in.(type) {
	case *tg.InputMediaUploadedPhoto:
		return c.uploadedPhoto(ctx, call, in)
	case *tg.InputMediaUploadedDocument:
		return c.uploadedDocument(ctx, call, in)
	case *tg.InputMediaPhoto:
		return c.knownPhoto(ctx, call, in)
	case *tg.InputMediaDocument:
		return c.knownDocument(ctx, call, in)
	case *tg.InputMediaPhotoExternal:
		return c.external(ctx, call, in.URL, true, about{spoiler: in.Spoiler, ttl: in.TTLSeconds})
	case *tg.InputMediaDocumentExternal:
		return c.external(ctx, call, in.URL, false, about{
			spoiler: in.Spoiler, ttl: in.TTLSeconds, cover: in.VideoCover, start: in.VideoTimestamp,
		})
	}
	return nil, nil
}

// about is what a message says of a file.
type about struct {
	spoiler bool
	ttl     *int32
	cover   tg.InputPhotoClass    // of a video
	start   *int32                // of a video
	motion  tg.InputDocumentClass // of a photo
}

func (c *Codec) uploadedPhoto(ctx context.Context, call *rpc.Call, in *tg.InputMediaUploadedPhoto) (*media.Media, error) {
	input, err := file.Upload(in.File)
	if err != nil {
		return nil, err
	}
	if c.o.Files.Photo == nil {
		return nil, media.ErrInvalid
	}
	f, err := c.o.Files.Photo(ctx, call.User, input)
	if err == nil && len(in.Stickers) > 0 {
		f, err = c.create(ctx, f, in.Stickers) // the one without stickers goes by itself
	}
	if err != nil {
		return nil, err
	}
	return c.mediaOf(ctx, f, about{spoiler: in.Spoiler, ttl: in.TTLSeconds, motion: in.Video})
}

func (c *Codec) uploadedDocument(ctx context.Context, call *rpc.Call, in *tg.InputMediaUploadedDocument) (*media.Media, error) {
	f, err := c.assembled(ctx, call, in)
	if err != nil {
		return nil, err
	}
	if f.Sizes, err = c.thumbs(ctx, call, in.Thumb, f); err != nil {
		return nil, err
	}
	if f, err = c.create(ctx, f, in.Stickers); err != nil {
		return nil, err
	}
	return c.mediaOf(ctx, f, about{
		spoiler: in.Spoiler, ttl: in.TTLSeconds, cover: in.VideoCover, start: in.VideoTimestamp,
	})
}

// assembled is a document that was uploaded, before it is kept.
func (c *Codec) assembled(ctx context.Context, call *rpc.Call, in *tg.InputMediaUploadedDocument) (f files.File, err error) {
	input, err := file.Upload(in.File)
	if err != nil {
		return f, err
	}
	b, err := c.o.Files.Files.Assemble(ctx, call.User, input)
	if err != nil {
		return f, err
	}
	f = files.File{Kind: files.Document, Owner: call.User, Size: b.Size, Blob: b.Hash, MIME: file.MIME(in.MimeType)}
	if f.Attributes, err = file.AttributesFrom(in.Attributes); err != nil {
		return f, err
	}
	if f.Name == "" {
		f.Name = file.Name(input.Name)
	}
	return f, c.shape(ctx, &f, in.ForceFile, in.NosoundVideo)
}

// create keeps f, with the stickers that are on it.
// Spec: https://core.telegram.org/api/stickers#attached-stickers
func (c *Codec) create(ctx context.Context, f files.File, on []tg.InputDocumentClass) (files.File, error) {
	if len(on) > maxStickers {
		return f, media.ErrInvalid
	}
	f.HasStickers = len(on) > 0 && c.o.Files.Attach != nil
	var stickers []int64
	for _, one := range on {
		s, err := c.o.Files.Forms.DocumentFrom(ctx, one)
		if err != nil {
			return f, err
		}
		stickers = append(stickers, s.ID)
	}
	f, err := c.o.Files.Files.Create(ctx, nil, f)
	if err != nil || !f.HasStickers {
		return f, err
	}
	return f, c.o.Files.Attach(ctx, f.ID, stickers)
}

// shape makes a plain file of what its sender wants to be one, and a GIF of a video without sound, unless its sender says
// that it is to stay a video: in an album there are no GIFs. TDLib says of none of its GIFs that they are: the server looks.
// Spec: https://core.telegram.org/constructor/inputMediaUploadedDocument
func (c *Codec) shape(ctx context.Context, f *files.File, plain, keepVideo bool) (err error) {
	v := f.Video
	switch {
	case plain:
		f.Video, f.Audio, f.Sticker, f.Animated = nil, nil, nil, false
	case f.Animated || f.Sticker != nil:
	case f.MIME == "image/gif":
		f.Animated = true
	case v == nil || v.Round || keepVideo || f.MIME != "video/mp4":
	case v.NoSound:
		f.Animated = true
	case c.o.Files.Silent != nil:
		f.Animated, err = c.o.Files.Silent(ctx, f.Blob)
	}
	return err
}

// thumbs makes the small pictures of a document, of the one that its sender gave for that, or of itself if it is a picture.
// What turns out to be none is left out: the document is sent without. Clients take no stripped pictures of stickers.
func (c *Codec) thumbs(ctx context.Context, call *rpc.Call, in tg.InputFileClass, f files.File) ([]files.Size, error) {
	of, picture := f.Class(), f.Blob
	if c.o.Files.Thumbs == nil || in == nil && (of != files.Plain && of != files.GIF || !drawable[f.MIME]) {
		return nil, nil
	}
	if in != nil {
		input, err := file.Upload(in)
		if err != nil {
			return nil, err
		}
		b, err := c.o.Files.Files.Assemble(ctx, call.User, input)
		if err != nil {
			return nil, err
		}
		picture = b.Hash
	}
	sizes, err := c.o.Files.Thumbs(ctx, call.User, picture)
	switch {
	case isBadPicture(err):
		return nil, nil
	case of == files.StickerFile || of == files.CustomEmoji:
		sizes = slices.DeleteFunc(sizes, func(s files.Size) bool { return s.Type == "i" })
	}
	return sizes, err
}

// drawable are the kinds of pictures that can be made smaller.
var drawable = map[string]bool{"image/jpeg": true, "image/png": true, "image/webp": true, "image/gif": true}

func (c *Codec) knownPhoto(ctx context.Context, call *rpc.Call, in *tg.InputMediaPhoto) (*media.Media, error) {
	f, err := c.o.Files.Forms.PhotoFrom(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if f, err = c.ownIfVanishing(ctx, call, f, in.TTLSeconds); err != nil {
		return nil, err
	}
	return c.mediaOf(ctx, f, about{spoiler: in.Spoiler, ttl: in.TTLSeconds, motion: in.Video})
}

func (c *Codec) knownDocument(ctx context.Context, call *rpc.Call, in *tg.InputMediaDocument) (*media.Media, error) {
	f, err := c.o.Files.Forms.DocumentFrom(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if f, err = c.ownIfVanishing(ctx, call, f, in.TTLSeconds); err != nil {
		return nil, err
	}
	return c.mediaOf(ctx, f, about{
		spoiler: in.Spoiler, ttl: in.TTLSeconds, cover: in.VideoCover, start: in.VideoTimestamp,
	})
}

// ownIfVanishing makes a file of its own for media that vanish: when they do, the file goes, and whoever else has the same
// content keeps it.
func (c *Codec) ownIfVanishing(ctx context.Context, call *rpc.Call, f files.File, ttl *int32) (files.File, error) {
	if number(ttl) == 0 {
		return f, nil
	}
	f.Owner, f.Set = call.User, 0
	return c.o.Files.Files.Create(ctx, nil, f)
}

func (c *Codec) external(ctx context.Context, call *rpc.Call, address string, photo bool, a about) (*media.Media, error) {
	if c.o.Files.External == nil {
		return nil, media.ErrInvalid
	}
	f, err := c.o.Files.External(ctx, call.User, address, photo)
	if err != nil {
		return nil, err
	}
	return c.mediaOf(ctx, f, a)
}

// kindOf are the kinds of media by what their files are.
var kindOf = map[files.Class]media.Kind{
	files.Plain: media.Document, files.Picture: media.Photo, files.Movie: media.Video, files.GIF: media.GIF,
	files.Voice: media.Voice, files.Music: media.Music, files.Round: media.Round, files.StickerFile: media.Sticker,
	files.CustomEmoji: media.Sticker,
}

// mediaOf is a file with what a message says of it.
func (c *Codec) mediaOf(ctx context.Context, f files.File, a about) (*media.Media, error) {
	m := &media.Media{Kind: kindOf[f.Class()], File: &media.FileRef{
		ID: f.ID, Spoiler: a.spoiler, TTL: int32(number(a.ttl)), Start: int32(number(a.start)),
	}}
	if a.cover != nil && m.Kind == media.Video {
		cover, err := c.o.Files.Forms.PhotoFrom(ctx, a.cover)
		if err != nil {
			return nil, err
		}
		m.File.Cover = cover.ID
	}
	if a.motion == nil || m.Kind != media.Photo {
		return m, nil
	}
	motion, err := c.o.Files.Forms.DocumentFrom(ctx, a.motion)
	switch {
	case err != nil:
		return nil, err
	case motion.Class() != files.Movie && motion.Class() != files.GIF:
		return nil, media.ErrInvalid
	}
	m.File.Motion = motion.ID
	return m, nil
}

// isBadPicture reports whether an error says that something is no picture, or none that can be made smaller.
func isBadPicture(err error) bool {
	for _, e := range [...]error{images.ErrFormat, images.ErrBroken, images.ErrDimensions, images.ErrSmall, images.ErrHeavy} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
