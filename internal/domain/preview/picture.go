package preview

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/messages"
	"hermod/internal/guard"
)

const (
	maxPicture  = 8 << 20 // bytes
	pictureTime = 15 * time.Second
)

// pictureTypes are what a picture may call itself.
var pictureTypes = []string{"image/jpeg", "image/png", "image/webp", "image/gif"}

// A MakePhoto keeps a picture as a photo of the server, and returns the id of its file.
type MakePhoto func(ctx context.Context, r io.Reader) (int64, error)

// SetPictures has pages keep the pictures that they show, as photos; keep is what keeps files. It must come before the first
// request.
func (s *Service) SetPictures(make MakePhoto, keep messages.Files) { s.makePhoto, s.files = make, keep }

// picture fetches the picture that a page at u shows, and names it in the page. Without one the page is shown as it is.
func (s *Service) picture(ctx context.Context, u *url.URL, page *Page) {
	image := page.Image
	page.Image = ""
	if s.makePhoto == nil || image == "" {
		return
	}
	at, err := u.Parse(image)
	if err != nil {
		return
	}
	at.Fragment = ""
	f, err := s.fetcher.client.Fetch(ctx, at, guard.Bounds{Max: maxPicture, Time: pictureTime, Types: pictureTypes})
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	if id, err := s.makePhoto(ctx, f); err == nil {
		page.Photo = id
	}
}

// swapPhoto holds the photo of a page that is being kept, in the place of the one it had.
func (s *Service) swapPhoto(ctx context.Context, tx *db.Tx, site Site) error {
	if site.At.IsZero() || s.files == nil {
		return nil
	}
	var old int64
	err := tx.QueryRow(ctx, `SELECT photo FROM web_page WHERE url = $1`, site.URL).Scan(&old)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if site.Photo != 0 {
		if err := s.files.Use(ctx, tx, site.Photo); err != nil {
			return fmt.Errorf("use picture: %w", err)
		}
	}
	if old == 0 || old == site.Photo {
		return nil
	}
	return s.files.Release(ctx, tx, time.Now(), old)
}

// releaseAll lets go of the photos of pages that a statement deletes and whose photos it returns.
func (s *Service) releaseAll(ctx context.Context, tx *db.Tx, drop string, args ...any) (n int64, err error) {
	var photos []int64
	err = tx.Each(ctx, drop+` RETURNING photo`, args, func(rows *db.Rows) error {
		var id int64
		err := rows.Scan(&id)
		if n++; id != 0 {
			photos = append(photos, id)
		}
		return err
	})
	if err != nil || len(photos) == 0 || s.files == nil {
		return n, err
	}
	return n, s.files.Release(ctx, tx, time.Now(), photos...)
}

// Held returns which of some files a page shows.
func (s *Service) Held(ctx context.Context, list []int64) ([]int64, error) {
	held, err := db.Among(ctx, s.db, list, `SELECT DISTINCT photo FROM web_page WHERE photo <> 0 AND photo IN (`)
	if err != nil {
		return nil, fmt.Errorf("who holds files: %w", err)
	}
	return held, nil
}
