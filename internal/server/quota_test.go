package server

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"hermod/internal/api/apitest"
	"hermod/internal/api/file"
	"hermod/internal/config"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/external"
	"hermod/internal/tl/tg"
)

// Who comes to a quota is told which, and counted.
func TestQuotas(t *testing.T) {
	engines := map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": dbtest.PostgresURL}
	for name, url := range engines {
		for quota, want := range map[string]string{"user": "STORAGE_QUOTA_EXCEEDED", "server": "STORAGE_FULL"} {
			t.Run(name+" "+quota, func(t *testing.T) {
				w := newWhole(t, url(t), func(c *config.Config) {
					switch quota {
					case "user":
						c.Files.UserQuota = 10_000
					case "server":
						c.Files.ServerQuota = 10_000
					}
				})
				if err := w.send("small", random(6_000)); err != nil {
					t.Fatal(err)
				}
				id := rand.Int64()
				_, err := w.try(&tg.UploadSaveFilePart{FileID: id, Bytes: random(6_000)})
				if err == nil {
					_, err = w.try(w.sending("large", id))
				}
				apitest.Refused(t, file.Errors(), err, want)
				if n := w.refusedBy(t, quota); n == 0 {
					t.Error("nobody counted it")
				}
			})
		}
	}
}

// refusedBy is the metric of a quota.
func (w *whole) refusedBy(t *testing.T, quota string) float64 {
	t.Helper()
	all, err := prometheus.Gatherer(w.metrics).Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range all {
		for _, m := range family.GetMetric() {
			if family.GetName() == "hermod_files_refused_total" && m.GetLabel()[0].GetValue() == quota {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// Files that clients name by an address reach what fetches them, which says what is wrong with an address.
func TestFilesFromElsewhere(t *testing.T) {
	w := newWhole(t, "", func(*config.Config) {})
	for address, want := range map[string]error{
		"https://example.org/a.png": external.ErrFetch, // it is off here
		"http://127.0.0.1/a.png":    external.ErrURL,
		"":                          external.ErrURL,
	} {
		for _, in := range []tg.InputMediaClass{&tg.InputMediaPhotoExternal{URL: address}, &tg.InputMediaDocumentExternal{URL: address}} {
			if _, err := w.try(&tg.MessagesSendMedia{Peer: w.toBo, RandomID: rand.Int64(), Media: in}); !errors.Is(err, want) {
				t.Errorf("%s of %q: got %v, want %v", in.TLName(), address, err, want)
			}
		}
	}
	_, err := w.try(&tg.UploadGetWebFile{Limit: 1024, Location: &tg.InputWebFileGeoPointLocation{
		GeoPoint: &tg.InputGeoPoint{Lat: 60, Long: 10}, W: 100, H: 100, Zoom: 15, Scale: 1,
	}})
	if !errors.Is(err, external.ErrMap) {
		t.Errorf("a map without a provider: %v", err)
	}
}
