package upload

import (
	"context"
	"errors"
	"strings"
	"time"

	"hermod/internal/domain/files"
	"hermod/internal/tl/tg"
)

// document finds a document, or a thumbnail of it.
func (h *Handlers) document(ctx context.Context, at *tg.InputDocumentFileLocation) (Content, error) {
	f, err := h.file(ctx, files.Document, at.ID, at.AccessHash, at.FileReference)
	if err != nil {
		return Content{}, err
	}
	if at.ThumbSize != "" {
		return h.size(f, at.ThumbSize)
	}
	return OfBlob(h.o.Files, f.Blob, f.Size, FileType(f.MIME), f.Date), nil
}

// photo finds a size of a photo.
func (h *Handlers) photo(ctx context.Context, at *tg.InputPhotoFileLocation) (Content, error) {
	f, err := h.file(ctx, files.Photo, at.ID, at.AccessHash, at.FileReference)
	if err != nil {
		return Content{}, err
	}
	return h.size(f, at.ThumbSize)
}

func (h *Handlers) file(ctx context.Context, kind files.Kind, id, access int64, ref []byte) (files.File, error) {
	f, err := h.o.Files.Named(ctx, id, access, ref)
	if errors.Is(err, files.ErrNotFound) || err == nil && f.Kind != kind {
		err = errLocation
	}
	return f, err
}

// size finds a size of a file by its type, that of a picture or of a video.
func (h *Handlers) size(f files.File, typ string) (Content, error) {
	if s, ok := f.SizeOf(typ); ok {
		return h.picture(f, s), nil
	}
	if v, ok := f.VideoOf(typ); ok && !v.Blob.IsZero() {
		return OfBlob(h.o.Files, v.Blob, v.Bytes, &tg.StorageFileMp4{}, f.Date), nil
	}
	return Content{}, errLocation
}

func (h *Handlers) picture(f files.File, s files.Size) Content {
	if len(s.Inline) > 0 {
		return Bytes(s.Inline, &tg.StorageFileUnknown{}, f.Date)
	}
	return OfBlob(h.o.Files, s.Blob, s.Bytes, &tg.StorageFileJpeg{}, f.Date)
}

// OfBlob is the content of a blob.
func OfBlob(f *files.Service, h files.Hash, size int64, typ tg.StorageFileTypeClass, date time.Time) Content {
	read := func(ctx context.Context, off int64, n int) ([]byte, error) { return f.ReadAt(ctx, h, off, n) }
	return Content{Size: size, ReadAt: read, Type: typ, Mtime: int32(date.Unix())}
}

// Bytes is content that is in memory.
func Bytes(b []byte, typ tg.StorageFileTypeClass, date time.Time) Content {
	read := func(_ context.Context, off int64, n int) ([]byte, error) {
		off = min(off, int64(len(b)))
		return b[off:min(off+int64(n), int64(len(b)))], nil
	}
	return Content{Size: int64(len(b)), ReadAt: read, Type: typ, Mtime: int32(date.Unix())}
}

// FileType is what clients are told of a file of some content type.
func FileType(mime string) tg.StorageFileTypeClass {
	switch strings.ToLower(mime) {
	case "image/jpeg":
		return &tg.StorageFileJpeg{}
	case "image/png":
		return &tg.StorageFilePng{}
	case "image/gif":
		return &tg.StorageFileGif{}
	case "image/webp":
		return &tg.StorageFileWebp{}
	case "application/pdf":
		return &tg.StorageFilePdf{}
	case "audio/mpeg":
		return &tg.StorageFileMp3{}
	case "video/quicktime":
		return &tg.StorageFileMov{}
	case "video/mp4":
		return &tg.StorageFileMp4{}
	}
	return &tg.StorageFileUnknown{}
}
