// Package maps serves the pictures of maps that clients show for places, if there is a provider of such.
package maps

import (
	"context"

	"hermod/internal/api/upload"
	"hermod/internal/domain/external"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Handlers serve the methods. Safe for concurrent use.
type Handlers struct{ maps *external.Maps }

// New makes the handlers.
func New(m *external.Maps) *Handlers { return &Handlers{m} }

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	external.ErrMap:   rpc.BadRequest("LOCATION_INVALID"),
	external.ErrURL:   rpc.BadRequest("EXTERNAL_URL_INVALID"),
	external.ErrFetch: rpc.BadRequest("WEBPAGE_CURL_FAILED"),
	external.ErrMedia: rpc.BadRequest("WEBPAGE_MEDIA_EMPTY"),
	external.ErrBusy:  rpc.Flood(5),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.getWebFile)
}

var (
	errLocation = rpc.BadRequest("LOCATION_INVALID")
	errOffset   = rpc.BadRequest("OFFSET_INVALID")
	errLimit    = rpc.BadRequest("LIMIT_INVALID")
)

const maxPiece = 1 << 20

// getWebFile serves https://core.telegram.org/method/upload.getWebFile for maps. Nothing else has such a location here.
// The access hash of a place opens nothing: a map is the same for everybody.
func (h *Handlers) getWebFile(ctx context.Context, _ *rpc.Call, in *tg.UploadGetWebFile) (*tg.UploadWebFile, error) {
	at, ok := in.Location.(*tg.InputWebFileGeoPointLocation)
	if !ok {
		return nil, errLocation
	}
	place, ok := at.GeoPoint.(*tg.InputGeoPoint)
	switch {
	case !ok:
		return nil, errLocation
	case in.Offset < 0:
		return nil, errOffset
	case in.Limit <= 0 || in.Limit > maxPiece:
		return nil, errLimit
	}
	p, err := h.maps.Get(ctx, external.Map{
		Lat: place.Lat, Lon: place.Long, W: int(at.W), H: int(at.H), Zoom: int(at.Zoom), Scale: int(at.Scale),
	})
	if err != nil {
		return nil, err
	}
	from := min(int(in.Offset), len(p.Body))
	return &tg.UploadWebFile{
		Size: int32(len(p.Body)), MimeType: p.Type, FileType: upload.FileType(p.Type), Mtime: int32(p.At.Unix()),
		Bytes: p.Body[from:min(from+int(in.Limit), len(p.Body))],
	}, nil
}
