package photos

import (
	"context"

	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

// An Upload is what is sent to become the photo of somebody: a picture, a moving one, or an emoji that clients draw.
// Something of it must be there; without a picture a plain one stands behind.
type Upload struct {
	File   *files.Input
	Video  *files.Input
	Start  float64          // the second of the video that stands for it
	Markup *files.VideoSize // with Emoji, or Sticker and StickerSet, and Colors
}

// Avatar makes a photo that can stand for somebody. Moving pictures stay as they are given.
//
// It fails with ErrNoFile, ErrVideo or ErrMarkup, and as FromUpload does.
// Spec: https://core.telegram.org/method/photos.uploadProfilePhoto
func (s *Service) Avatar(ctx context.Context, u ids.User, up Upload) (files.File, error) {
	if up.File == nil && up.Video == nil && up.Markup == nil {
		return files.File{}, ErrNoFile
	}
	videos, err := s.videos(ctx, u, up)
	if err != nil {
		return files.File{}, err
	}
	if up.File == nil {
		top, bottom := background(up.Markup)
		made, err := s.work.Plain(ctx, top, bottom)
		if err != nil {
			return files.File{}, err
		}
		return s.create(ctx, u, made, videos)
	}
	b, err := s.files.Assemble(ctx, u, *up.File)
	if err != nil {
		return files.File{}, err
	}
	return s.make(ctx, u, b.Hash, s.work.Avatar, videos)
}

// videos are what moves of an upload.
func (s *Service) videos(ctx context.Context, u ids.User, up Upload) (all []files.VideoSize, err error) {
	if m := up.Markup; m != nil {
		if !validMarkup(*m) {
			return nil, ErrMarkup
		}
		all = append(all, *m)
	}
	if up.Video == nil {
		return all, nil
	}
	b, err := s.files.Assemble(ctx, u, *up.Video)
	if err != nil {
		return nil, err
	}
	if b.Size > maxVideo {
		return nil, ErrVideo
	}
	src, err := s.files.Open(ctx, b.Hash)
	if err != nil {
		return nil, err
	}
	side, err := movieSide(src)
	if err != nil {
		return nil, err
	}
	v := files.VideoSize{Type: moving, W: side.X, H: side.Y, Bytes: b.Size, Blob: b.Hash}
	if up.Start > 0 && up.Start < maxStart {
		v.Start = up.Start
	}
	return append([]files.VideoSize{v}, all...), nil
}

const (
	maxStart  = 60 * 60 // seconds
	maxColors = 4
)

// validMarkup tells whether clients can draw m. Spec: https://core.telegram.org/type/VideoSize
func validMarkup(m files.VideoSize) bool {
	if len(m.Colors) < 1 || len(m.Colors) > maxColors || (m.Emoji == 0) == (m.Sticker == 0) {
		return false
	}
	for _, c := range m.Colors {
		if c < 0 || c > 0xffffff {
			return false
		}
	}
	return true
}

// background are the colours behind an emoji, as red, green and blue; grey without one.
func background(m *files.VideoSize) (top, bottom uint32) {
	const grey = 0x8e8e93
	if m == nil || len(m.Colors) == 0 {
		return grey, grey
	}
	return uint32(m.Colors[0]), uint32(m.Colors[len(m.Colors)-1])
}

// Adopt makes of any photo one that can stand for somebody; one that can is returned as it is. It fails with ErrNotPhoto,
// and as FromUpload does.
func (s *Service) Adopt(ctx context.Context, u ids.User, f files.File) (files.File, error) {
	if f.Kind != files.Photo {
		return files.File{}, ErrNotPhoto
	}
	if _, ok := f.SizeOf(big); ok {
		return f, nil
	}
	largest, ok := largestOf(f)
	if !ok {
		return files.File{}, ErrNotPhoto
	}
	return s.make(ctx, u, largest.Blob, s.work.Avatar, nil)
}

// largestOf is the size of a photo with the most pixels.
func largestOf(f files.File) (largest files.Size, ok bool) {
	for _, size := range f.Sizes {
		if !size.Blob.IsZero() && (!ok || size.W*size.H > largest.W*largest.H) {
			largest, ok = size, true
		}
	}
	return largest, ok
}
