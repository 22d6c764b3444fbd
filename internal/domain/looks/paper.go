package looks

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"

	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/images"
)

// Types of wallpapers: pictures, and patterns that lie over colours.
// Spec: https://core.telegram.org/api/wallpapers#pattern-wallpapers
const (
	mimeJPEG    = "image/jpeg"
	mimePNG     = "image/png"
	mimePattern = "application/x-tgwallpattern" // a packed SVG
)

// Bounds of files of wallpapers, in bytes.
const (
	maxPicture = 20 << 20
	maxPattern = 512 << 10
	maxSVG     = 4 << 20 // unpacked
)

// paper makes a file, without a row, of what somebody uploaded as a wallpaper.
func (s *Service) paper(ctx context.Context, by ids.User, b files.Blob, mime string) (files.File, error) {
	f := files.File{Kind: files.Document, Owner: by, Blob: b.Hash, Size: b.Size, MIME: mime}
	switch mime {
	case mimeJPEG, mimePNG:
		f.Name = "wallpaper.jpg"
		if mime == mimePNG {
			f.Name = "pattern.png"
		}
		return f, s.picture(ctx, &f)
	case mimePattern:
		f.Name = "pattern.tgv"
		if b.Size > maxPattern {
			return f, ErrWallpaperFile
		}
		data, err := s.content(ctx, b.Hash, b.Size)
		if err == nil && !isPattern(data) {
			err = ErrWallpaperFile
		}
		return f, err
	}
	return f, ErrWallpaperType
}

// picture looks at a picture, and gives it a thumbnail.
func (s *Service) picture(ctx context.Context, f *files.File) error {
	if f.Size > maxPicture {
		return ErrWallpaperFile
	}
	r, err := s.files.Open(ctx, f.Blob)
	if err != nil {
		return err
	}
	info, err := s.photos.Work().Inspect(r)
	if err != nil {
		return faulty(err)
	}
	if info.Format.MIME() != f.MIME {
		return ErrWallpaperFile
	}
	f.W, f.H = info.Upright()
	f.Sizes, err = s.photos.Thumbs(ctx, f.Owner, f.Blob)
	return faulty(err)
}

// faulty says of a picture that cannot be one of a wallpaper just that.
func faulty(err error) error {
	for _, known := range []error{images.ErrFormat, images.ErrBroken, images.ErrDimensions, images.ErrSmall, images.ErrHeavy} {
		if errors.Is(err, known) {
			return ErrWallpaperFile
		}
	}
	return err
}

// isPattern tells whether data is a packed SVG, and one that stays small.
func isPattern(data []byte) bool {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return false
	}
	defer r.Close()
	svg, err := io.ReadAll(io.LimitReader(r, maxSVG+1))
	return err == nil && len(svg) <= maxSVG && bytes.Contains(svg[:min(len(svg), 4<<10)], []byte("<svg"))
}
