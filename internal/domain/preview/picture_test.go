package preview

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// shelf stands for what keeps files: it notes who is held.
type shelf struct{ held []int64 }

func (s *shelf) Use(_ context.Context, _ *db.Tx, list ...int64) error {
	s.held = append(s.held, list...)
	return nil
}

func (s *shelf) Release(_ context.Context, _ *db.Tx, _ time.Time, list ...int64) error {
	s.held = slices.DeleteFunc(s.held, func(id int64) bool { return slices.Contains(list, id) })
	return nil
}

func (s *shelf) Drop(context.Context, *db.Tx, int64) error { return nil }

// pictures answers with a page that has a picture, and with that.
func pictures(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/page":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<meta property="og:title" content="Ships"><meta property="og:image" content="/ship.png">`)
	case "/inside":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<meta property="og:title" content="Ships"><meta property="og:image" content="http://127.0.0.1/secret.png">`)
	case "/ship.png":
		w.Header().Set("Content-Type", "image/png")
		_, _ = io.WriteString(w, "pixels")
	default:
		http.NotFound(w, r)
	}
}

func TestPicturesOfPages(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		keeper, made := &shelf{}, int64(0)
		s := New(d, site(t, pictures))
		s.SetPictures(func(_ context.Context, r io.Reader) (int64, error) {
			if b, err := io.ReadAll(r); err != nil || string(b) != "pixels" {
				return 0, errors.New("no picture")
			}
			made++
			return 100 + made, nil
		}, keeper)
		page, err := s.Get(t.Context(), "example.com/page")
		if err != nil || page.Photo != 101 || page.Title != "Ships" {
			t.Fatalf("got %+v, %v", page, err)
		}
		alone, err := s.Get(t.Context(), "example.com/ship.png")
		if err != nil || alone.Photo != 102 || alone.Type != "photo" || alone.Empty() {
			t.Errorf("a picture alone: %+v, %v", alone, err)
		}
		if p, err := s.Get(t.Context(), "example.com/inside"); err != nil || p.Photo != 0 || p.Title != "Ships" {
			t.Errorf("a picture from inside: %+v, %v", p, err)
		}
		held, err := s.Held(t.Context(), []int64{101, 102, 103})
		if slices.Sort(held); err != nil || !slices.Equal(held, []int64{101, 102}) || !slices.Equal(keeper.held, held) {
			t.Errorf("held: %v and %v, %v", held, keeper.held, err)
		}
		// Fetched anew, a page has another picture, and lets go of the old one.
		page.At = time.Now()
		page.Photo = 7
		if _, err := s.keep(t.Context(), page); err != nil || !slices.Equal(keeper.held, []int64{102, 7}) {
			t.Errorf("held later: %v, %v", keeper.held, err)
		}
		if err := s.sweepUnlinked(t.Context(), time.Now().Add(time.Hour)); err != nil || len(keeper.held) != 0 {
			t.Errorf("held when nobody links to them: %v, %v", keeper.held, err)
		}
	})
}
