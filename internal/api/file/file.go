// Package file translates between files and TL: what is shown of photos and documents, and what clients send to name one.
// All packages that show or take files share it.
package file

import (
	"context"

	"hermod/internal/domain/files"
	"hermod/internal/domain/scan"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Forms translate. They are safe for concurrent use.
type Forms struct {
	files *files.Service
	dc    int32
	set   func(id int64) tg.InputStickerSetClass
}

// New makes forms; dc is the data centre that clients are told to load files from.
func New(f *files.Service, dc int32) *Forms {
	return &Forms{files: f, dc: dc, set: func(int64) tg.InputStickerSetClass { return &tg.InputStickerSetEmpty{} }}
}

// SetStickerSets has stickers show the set that they are in, with its access hash.
func (f *Forms) SetStickerSets(set func(id int64) tg.InputStickerSetClass) { f.set = set }

// Files is the service that knows the files.
func (f *Forms) Files() *files.Service { return f.files }

// Errors says how the errors of package files look to clients.
func Errors() map[error]rpc.Error {
	return map[error]rpc.Error{
		files.ErrPart:        rpc.BadRequest("FILE_PART_INVALID"),
		files.ErrPartEmpty:   rpc.BadRequest("FILE_PART_EMPTY"),
		files.ErrPartBig:     rpc.BadRequest("FILE_PART_TOO_BIG"),
		files.ErrPartSize:    rpc.BadRequest("FILE_PART_SIZE_INVALID"),
		files.ErrPartChanged: rpc.BadRequest("FILE_PART_SIZE_CHANGED"),
		files.ErrPartLength:  rpc.BadRequest("FILE_PART_LENGTH_INVALID"),
		files.ErrParts:       rpc.BadRequest("FILE_PARTS_INVALID"),
		files.ErrMD5:         rpc.BadRequest("MD5_CHECKSUM_INVALID"),
		files.ErrTooBig:      rpc.BadRequest("FILE_TOO_BIG"),
		files.ErrQuota:       rpc.BadRequest("STORAGE_QUOTA_EXCEEDED"),
		files.ErrServerFull:  rpc.BadRequest("STORAGE_FULL"),
		files.ErrUploads:     rpc.Flood(60),
		files.ErrNotFound:    rpc.BadRequest("FILE_ID_INVALID"),
		files.ErrAccess:      rpc.BadRequest("FILE_ID_INVALID"),
		files.ErrRefEmpty:    rpc.BadRequest("FILE_REFERENCE_EMPTY"),
		files.ErrRefInvalid:  rpc.BadRequest("FILE_REFERENCE_INVALID"),
		files.ErrRefExpired:  rpc.BadRequest("FILE_REFERENCE_EXPIRED"),
		files.ErrNoContent:   rpc.BadRequest("LOCATION_INVALID"),
		scan.ErrInfected:     rpc.BadRequest("FILE_INFECTED"),
		scan.ErrUnscanned:    rpc.BadRequest("FILE_NOT_SCANNED"),
		scan.ErrAway:         rpc.Flood(30), // most clients send again by themselves
	}
}

// Shape says how errors that carry data look to clients: FILE_PART_n_MISSING.
func Shape(err error) (rpc.Error, bool) { return shape(err) }

// Upload reads which parts a client means. It fails with a wire error.
func Upload(in tg.InputFileClass) (files.Input, error) {
	switch in := in.(type) {
	case *tg.InputFile:
		return files.Input{ID: in.ID, Parts: int(in.Parts), Name: in.Name, MD5: in.Md5Checksum}, nil
	case *tg.InputFileBig:
		return files.Input{ID: in.ID, Parts: int(in.Parts), Name: in.Name, Big: true}, nil
	}
	return files.Input{}, rpc.BadRequest("MEDIA_INVALID")
}

// DocumentFrom reads which document a client means and checks that he may. It fails with the errors of files.Check,
// files.ErrNotFound, or a wire error.
func (f *Forms) DocumentFrom(ctx context.Context, in tg.InputDocumentClass) (files.File, error) {
	at, ok := in.(*tg.InputDocument)
	if !ok {
		return files.File{}, rpc.BadRequest("DOCUMENT_INVALID")
	}
	return f.get(ctx, files.Document, at.ID, at.AccessHash, at.FileReference)
}

// PhotoFrom is DocumentFrom for a photo.
func (f *Forms) PhotoFrom(ctx context.Context, in tg.InputPhotoClass) (files.File, error) {
	at, ok := in.(*tg.InputPhoto)
	if !ok {
		return files.File{}, rpc.BadRequest("PHOTO_INVALID")
	}
	return f.get(ctx, files.Photo, at.ID, at.AccessHash, at.FileReference)
}

func (f *Forms) get(ctx context.Context, kind files.Kind, id, access int64, ref []byte) (files.File, error) {
	got, err := f.files.Named(ctx, id, access, ref)
	if err == nil && got.Kind != kind {
		err = files.ErrNotFound
	}
	return got, err
}
