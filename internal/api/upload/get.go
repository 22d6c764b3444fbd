package upload

import (
	"context"

	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Answers about what is asked for.
var (
	errLocation = rpc.BadRequest("LOCATION_INVALID")
	errOffset   = rpc.BadRequest("OFFSET_INVALID")
	errLimit    = rpc.BadRequest("LIMIT_INVALID")
)

const (
	maxPiece    = 1 << 20 // the most that one answer holds; pieces do not cross its multiples
	unit        = 4 << 10
	preciseUnit = 1 << 10
)

// getFile serves https://core.telegram.org/method/upload.getFile.
func (h *Handlers) getFile(ctx context.Context, call *rpc.Call, in *tg.UploadGetFile) (tg.UploadFileClass, error) {
	if err := checkRange(in.Offset, in.Limit, in.Precise); err != nil {
		return nil, err
	}
	c, err := h.locate(ctx, call, in.Location)
	if err != nil {
		return nil, err
	}
	out := &tg.UploadFile{Type: c.Type, Mtime: c.Mtime, Bytes: []byte{}}
	if out.Type == nil {
		out.Type = &tg.StorageFileUnknown{}
	}
	if in.Offset < c.Size {
		out.Bytes, err = c.ReadAt(ctx, in.Offset, int(in.Limit))
	}
	return out, err
}

// checkRange fails with errOffset or errLimit unless a piece may be asked for.
// Spec: https://core.telegram.org/api/files#downloading-files
func checkRange(offset int64, limit int32, precise bool) error {
	n := int64(unit)
	if precise {
		n = preciseUnit
	}
	switch {
	case offset < 0 || offset%n != 0:
		return errOffset
	case limit <= 0 || limit > maxPiece || int64(limit)%n != 0:
		return errLimit
	case !precise && maxPiece%limit != 0:
		return errLimit
	case offset/maxPiece != (offset+int64(limit)-1)/maxPiece:
		return errLimit
	}
	return nil
}

// locate asks all who know locations.
func (h *Handlers) locate(ctx context.Context, call *rpc.Call, at tg.InputFileLocationClass) (Content, error) {
	for _, locate := range h.o.Locate {
		if c, ok, err := locate(ctx, call, at); ok || err != nil {
			return c, err
		}
	}
	switch at := at.(type) {
	case *tg.InputDocumentFileLocation:
		return h.document(ctx, at)
	case *tg.InputPhotoFileLocation:
		return h.photo(ctx, at)
	}
	return Content{}, errLocation
}
