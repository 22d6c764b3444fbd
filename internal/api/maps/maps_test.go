package maps

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/external"
	"hermod/internal/guard"
	"hermod/internal/tl/tg"
)

// A map comes in pieces; what is no map of a place has no location.
func TestGetWebFile(t *testing.T) {
	picture := bytes.Repeat([]byte("map "), 5000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture)
	}))
	defer s.Close()
	template := s.URL + "/{zoom}/{x}/{y}"
	h := New(external.NewMaps(guard.New(external.Provider(template)), template))
	in := &tg.UploadGetWebFile{Limit: 16 << 10, Location: &tg.InputWebFileGeoPointLocation{
		GeoPoint: &tg.InputGeoPoint{Lat: 59.9, Long: 10.7}, W: 300, H: 200, Zoom: 15, Scale: 1,
	}}
	var got []byte
	for len(got) < len(picture) {
		in.Offset = int32(len(got))
		piece := apitest.Must[*tg.UploadWebFile](t, "upload.getWebFile")(h.getWebFile(t.Context(), apitest.Call(5), in))
		if _, isPNG := piece.FileType.(*tg.StorageFilePng); !isPNG || piece.Size != int32(len(picture)) || len(piece.Bytes) == 0 {
			t.Fatalf("got %+v", piece)
		}
		got = append(got, piece.Bytes...)
	}
	if !bytes.Equal(got, picture) {
		t.Error("the pieces are another picture")
	}
	for want, in := range map[string]*tg.UploadGetWebFile{
		"OFFSET_INVALID":   {Location: in.Location, Offset: -1, Limit: 1},
		"LIMIT_INVALID":    {Location: in.Location, Limit: maxPiece + 1},
		"LOCATION_INVALID": {Location: &tg.InputWebFileLocation{URL: "http://example.com/"}, Limit: 1},
	} {
		_, err := h.getWebFile(t.Context(), apitest.Call(5), in)
		apitest.Refused(t, wireErrors, err, want)
	}
	in.Location.(*tg.InputWebFileGeoPointLocation).Zoom = 3
	_, err := h.getWebFile(t.Context(), apitest.Call(5), in)
	apitest.Refused(t, wireErrors, err, "LOCATION_INVALID")
	in.Location.(*tg.InputWebFileGeoPointLocation).GeoPoint = &tg.InputGeoPointEmpty{}
	_, err = h.getWebFile(t.Context(), apitest.Call(5), in)
	apitest.Refused(t, wireErrors, err, "LOCATION_INVALID")
}
