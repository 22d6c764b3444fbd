package looks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

// Settings are how a wallpaper is drawn. Stored as JSON: give fields that change their meaning a new name.
// Spec: https://core.telegram.org/constructor/wallPaperSettings
type Settings struct {
	Blur      bool    `json:"b,omitempty"`
	Motion    bool    `json:"m,omitempty"`
	Colors    []int32 `json:"c,omitempty"` // 0xrrggbb, up to four
	Intensity int32   `json:"i,omitempty"` // of a pattern, -100 to 100
	Rotation  int32   `json:"r,omitempty"` // of a gradient, degrees
	Emoji     string  `json:"e,omitempty"` // of the chat theme from which it is
}

// clean checks settings. It fails with ErrSettings.
func (s *Settings) clean() error {
	bad := func(c int32) bool { return c < 0 || c > 0xffffff }
	if s == nil {
		return nil
	}
	if len(s.Colors) > 4 || slices.ContainsFunc(s.Colors, bad) || s.Intensity < -100 || s.Intensity > 100 || !validText(s.Emoji, 16) {
		return ErrSettings
	}
	s.Rotation = (s.Rotation%360 + 360) % 360
	return nil
}

// validText tells whether a text can be kept and has no more than so many characters.
func validText(s string, most int) bool {
	return utf8.ValidString(s) && !strings.ContainsRune(s, 0) && utf8.RuneCountInString(s) <= most
}

// A Wallpaper is a picture or pattern, or only colours, behind messages.
type Wallpaper struct {
	ID       int64
	Creator  ids.User
	Slug     string
	File     int64 // 0: colours only
	Pattern  bool
	Dark     bool
	Default  bool // part of the program
	Settings *Settings
	Made     time.Time
}

// papers keeps wallpapers in memory: they never change.
type papers struct{ byID *lru.Cache[int64, Wallpaper] }

const cachedPapers = 2048

func newPapers() papers {
	byID, _ := lru.New[int64, Wallpaper](cachedPapers) // fails only for a size below 1
	return papers{byID}
}

// maxSaved is how many wallpapers, or themes, somebody can have in his list.
const maxSaved = 200

// AddWallpaper makes a wallpaper of a picture or pattern that somebody uploaded. It fails with ErrSettings, ErrWallpaperFile,
// ErrWallpaperType, or as files.Create does.
// Spec: https://core.telegram.org/method/account.uploadWallPaper
func (s *Service) AddWallpaper(ctx context.Context, by ids.User, b files.Blob, mime string, settings *Settings) (Wallpaper, error) {
	if err := settings.clean(); err != nil {
		return Wallpaper{}, err
	}
	f, err := s.paper(ctx, by, b, mime)
	if err != nil {
		return Wallpaper{}, err
	}
	if err := s.files.Accept(ctx, f); err != nil {
		return Wallpaper{}, err
	}
	return s.add(ctx, Wallpaper{Creator: by, Pattern: mime != mimeJPEG, Settings: settings}, &f)
}

// AddColors makes a wallpaper of colours. It fails with ErrSettings.
func (s *Service) AddColors(ctx context.Context, by ids.User, settings *Settings) (Wallpaper, error) {
	if settings == nil || len(settings.Colors) == 0 {
		return Wallpaper{}, ErrSettings
	}
	if err := settings.clean(); err != nil {
		return Wallpaper{}, err
	}
	return s.add(ctx, Wallpaper{Creator: by, Settings: settings}, nil)
}

// add makes the rows of a wallpaper, and of its file.
func (s *Service) add(ctx context.Context, w Wallpaper, f *files.File) (_ Wallpaper, err error) {
	if w.ID, err = s.db.NextID(ctx, "wallpaper"); err != nil {
		return w, err
	}
	w.ID += firstPaper
	w.Slug, w.Made = randomSlug(), now()
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if f != nil {
			made, err := s.files.Create(ctx, tx, *f)
			if err != nil {
				return err
			}
			w.File = made.ID
		}
		return s.insert(ctx, tx, w)
	})
	return w, err
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, w Wallpaper) error {
	const insert = `INSERT INTO wallpaper (id, creator, slug, file, pattern, dark, settings, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	if _, err := tx.Exec(ctx, insert, w.ID, int64(w.Creator), w.Slug, w.File, w.Pattern, w.Dark, encode(w.Settings), w.Made); err != nil {
		return fmt.Errorf("wallpaper of user %d: %w", w.Creator, err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO wallpaper_slug (slug, wallpaper) VALUES ($1, $2)`, w.Slug, w.ID); err != nil {
		return err
	}
	if w.File == 0 {
		return nil
	}
	return s.files.Use(ctx, tx, w.File)
}

// Wallpapers returns wallpapers by their ids, without those that do not exist.
func (s *Service) Wallpapers(ctx context.Context, wanted ...int64) (map[int64]Wallpaper, error) {
	found := make(map[int64]Wallpaper, len(wanted))
	var missing []int64
	for _, id := range wanted {
		if w, ok := builtIn[id]; ok {
			found[id] = w
		} else if w, ok := s.papers.byID.Get(id); ok {
			found[id] = w
		} else {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	sql := `SELECT id, creator, slug, file, pattern, dark, settings, made_at FROM wallpaper WHERE id IN (` + db.List(1, len(missing)) + `)`
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, sql, db.Args(missing), func(rows *db.Rows) error {
			w, err := scanWallpaper(rows)
			if err != nil {
				return err
			}
			found[w.ID] = w
			s.papers.byID.Add(w.ID, w)
			return nil
		})
	})
	return found, err
}

func scanWallpaper(rows *db.Rows) (w Wallpaper, err error) {
	var settings string
	if err := rows.Scan(&w.ID, &w.Creator, &w.Slug, &w.File, &w.Pattern, &w.Dark, &settings, &w.Made); err != nil {
		return w, err
	}
	return w, json.Unmarshal([]byte(settings), &w.Settings)
}

// Wallpaper returns a wallpaper by its id. It fails with ErrWallpaper.
func (s *Service) Wallpaper(ctx context.Context, id int64) (Wallpaper, error) {
	found, err := s.Wallpapers(ctx, id)
	w, ok := found[id]
	if err == nil && !ok {
		err = ErrWallpaper
	}
	return w, err
}

// WallpaperBySlug returns the wallpaper of a link. It fails with ErrWallpaper.
func (s *Service) WallpaperBySlug(ctx context.Context, slug string) (Wallpaper, error) {
	if !validText(slug, 64) {
		return Wallpaper{}, ErrWallpaper
	}
	id, err := read(ctx, s, func(tx *db.Tx) (id int64, err error) {
		err = tx.QueryRow(ctx, `SELECT wallpaper FROM wallpaper_slug WHERE slug = $1`, slug).Scan(&id)
		if errors.Is(err, db.ErrNotFound) {
			err = ErrWallpaper
		}
		return id, err
	})
	if err != nil {
		return Wallpaper{}, err
	}
	return s.Wallpaper(ctx, id)
}

// SaveWallpaper puts a wallpaper at the top of somebody's list, with settings of his own. It fails with ErrSettings.
// Spec: https://core.telegram.org/method/account.saveWallPaper
func (s *Service) SaveWallpaper(ctx context.Context, u ids.User, id int64, settings *Settings) error {
	if err := settings.clean(); err != nil {
		return err
	}
	const put = `INSERT INTO wallpaper_saved (owner, wallpaper, settings, place)
		SELECT $1, $2, $3, COALESCE(MAX(place), 0) + 1 FROM wallpaper_saved WHERE owner = $1
		ON CONFLICT (owner, wallpaper) DO UPDATE SET settings = excluded.settings, place = excluded.place`
	const over = `DELETE FROM wallpaper_saved WHERE owner = $1 AND wallpaper IN
		(SELECT wallpaper FROM wallpaper_saved WHERE owner = $1 ORDER BY place DESC LIMIT 100 OFFSET $2)`
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, put, int64(u), id, encode(settings)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, over, int64(u), maxSaved)
		return err
	})
}

// UnsaveWallpaper takes a wallpaper out of somebody's list.
func (s *Service) UnsaveWallpaper(ctx context.Context, u ids.User, id int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM wallpaper_saved WHERE owner = $1 AND wallpaper = $2`, int64(u), id)
		return err
	})
}

// ResetWallpapers empties somebody's list.
// Spec: https://core.telegram.org/method/account.resetWallPapers
func (s *Service) ResetWallpapers(ctx context.Context, u ids.User) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM wallpaper_saved WHERE owner = $1`, int64(u))
		return err
	})
}

// Saved returns the wallpapers in somebody's list, with his settings, and behind them those that everybody has.
// Spec: https://core.telegram.org/method/account.getWallPapers
func (s *Service) Saved(ctx context.Context, u ids.User) ([]Wallpaper, error) {
	type saved struct {
		id       int64
		settings *Settings
	}
	const of = `SELECT wallpaper, settings FROM wallpaper_saved WHERE owner = $1 ORDER BY place DESC LIMIT $2`
	kept, err := read(ctx, s, func(tx *db.Tx) (all []saved, err error) {
		err = tx.Each(ctx, of, []any{int64(u), maxSaved}, func(rows *db.Rows) error {
			var one saved
			var settings string
			if err := rows.Scan(&one.id, &settings); err != nil {
				return err
			}
			err := json.Unmarshal([]byte(settings), &one.settings)
			all = append(all, one)
			return err
		})
		return all, err
	})
	if err != nil {
		return nil, err
	}
	for _, w := range defaults {
		if !slices.ContainsFunc(kept, func(k saved) bool { return k.id == w.ID }) {
			kept = append(kept, saved{id: w.ID})
		}
	}
	var order []int64
	for _, k := range kept {
		order = append(order, k.id)
	}
	found, err := s.Wallpapers(ctx, order...)
	var out []Wallpaper
	for _, k := range kept {
		w, ok := found[k.id]
		if !ok {
			continue
		}
		if k.settings != nil {
			w.Settings = k.settings
		}
		out = append(out, w)
	}
	return out, err
}
