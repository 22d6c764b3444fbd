package looks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// MaxTheme is the size of the largest file of a theme, in bytes.
const MaxTheme = 4 << 20

// themeType begins the types of files of themes; the name of a program follows.
const themeType = "application/x-tgtheme-"

// FormatOf is the program for which a file is, by its type; "" for what is no theme.
func FormatOf(mime string) string {
	format, ok := strings.CutPrefix(mime, themeType)
	if !ok || format == "" || len(format) > 16 {
		return ""
	}
	return format
}

// A Base is a theme that a program has, on which settings build. It is stored.
type Base string

// The bases.
const (
	Classic Base = "classic"
	Day     Base = "day"
	Night   Base = "night"
	Tinted  Base = "tinted"
	Arctic  Base = "arctic"
)

// A Style is a theme that every program can show: colours and a wallpaper on one of its own.
// Spec: https://core.telegram.org/constructor/themeSettings
type Style struct {
	Base          Base      `json:"b"`
	Animated      bool      `json:"an,omitempty"`
	Accent        int32     `json:"a"`
	Outbox        *int32    `json:"o,omitempty"`
	Messages      []int32   `json:"m,omitempty"`
	Wallpaper     int64     `json:"w,omitempty"`
	PaperSettings *Settings `json:"ws,omitempty"`
}

// clean checks a style. It fails with ErrSettings.
func (s Style) clean() error {
	if len(s.Messages) > 4 || s.Base == "" {
		return ErrSettings
	}
	return s.PaperSettings.clean()
}

// A Theme is what programs can look like.
type Theme struct {
	ID       int64
	Creator  ids.User
	Slug     string
	Title    string
	Files    map[string]int64 // by format
	Styles   []Style
	Installs int64
	Made     time.Time
}

// body is what stands in the column of that name.
type body struct {
	Files  map[string]int64 `json:"f,omitempty"`
	Styles []Style          `json:"s,omitempty"`
}

// Fits tells whether a theme can be shown by a program.
func (t Theme) Fits(format string) bool { return t.Files[format] != 0 || len(t.Styles) > 0 }

// maxFormats is how many files a theme can have, and maxStyles how many styles.
const (
	maxFormats = 8
	maxStyles  = 2
)

// A ThemeEdit is what a theme is to be; nil stays as it is.
type ThemeEdit struct {
	Slug   *string
	Title  *string
	File   *files.File // of the format that its type says
	Styles []Style     // none: stay as they are
}

func (e ThemeEdit) apply(t *Theme) error {
	if e.Slug != nil {
		if t.Slug = *e.Slug; !slugShape(t.Slug) {
			return ErrSlug
		}
	}
	if e.Title != nil {
		if t.Title = strings.TrimSpace(*e.Title); t.Title == "" || !validText(t.Title, 128) {
			return ErrTitle
		}
	}
	if e.File != nil {
		format := FormatOf(e.File.MIME)
		if format == "" || t.Files[format] == 0 && len(t.Files) >= maxFormats {
			return ErrThemeFile
		}
		t.Files[format] = e.File.ID
	}
	if len(e.Styles) > maxStyles {
		return ErrSettings
	}
	for _, s := range e.Styles {
		if err := s.clean(); err != nil {
			return err
		}
	}
	if len(e.Styles) > 0 {
		t.Styles = e.Styles
	}
	if len(t.Files) == 0 && len(t.Styles) == 0 {
		return ErrThemeFile
	}
	return nil
}

// slugShape tells whether a name can be that of a theme's link.
// Spec: https://core.telegram.org/method/account.createTheme
func slugShape(s string) bool {
	if len(s) < 5 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// CreateTheme makes a theme. It fails with ErrSlug, ErrSlugTaken, ErrTitle, ErrThemeFile or ErrSettings.
// Spec: https://core.telegram.org/method/account.createTheme
func (s *Service) CreateTheme(ctx context.Context, by ids.User, e ThemeEdit) (t Theme, err error) {
	if e.Slug == nil || *e.Slug == "" {
		e.Slug = new(randomSlug())
	}
	t = Theme{Creator: by, Files: map[string]int64{}, Made: now()}
	if err := e.apply(&t); err != nil {
		return t, err
	}
	if t.ID, err = s.db.NextID(ctx, "theme"); err != nil {
		return t, err
	}
	const insert = `INSERT INTO theme (id, creator, slug, title, body, installs, made_at) VALUES ($1, $2, $3, $4, $5, 0, $6)`
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := takeSlug(ctx, tx, t); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insert, t.ID, int64(by), t.Slug, t.Title, encode(body{t.Files, t.Styles}), t.Made); err != nil {
			return fmt.Errorf("theme of user %d: %w", by, err)
		}
		return s.holdTheme(ctx, tx, t.ID, e.File)
	})
	return t, err
}

// takeSlug makes a link lead to a theme. It fails with ErrSlugTaken.
func takeSlug(ctx context.Context, tx *db.Tx, t Theme) error {
	_, err := tx.Exec(ctx, `INSERT INTO theme_slug (slug, theme) VALUES ($1, $2)`, strings.ToLower(t.Slug), t.ID)
	if errors.Is(err, db.ErrExists) {
		return ErrSlugTaken
	}
	return err
}

// holdTheme has a theme hold a file; nil is none.
func (s *Service) holdTheme(ctx context.Context, tx *db.Tx, theme int64, f *files.File) error {
	if f == nil {
		return nil
	}
	const hold = `INSERT INTO theme_file (theme, file) VALUES ($1, $2) ON CONFLICT (theme, file) DO NOTHING`
	if _, err := tx.Exec(ctx, hold, theme, f.ID); err != nil {
		return err
	}
	return s.files.Use(ctx, tx, f.ID)
}

// EditTheme changes a theme; those who have it are told. It fails with ErrTheme, and as CreateTheme does.
// Spec: https://core.telegram.org/method/account.updateTheme
func (s *Service) EditTheme(ctx context.Context, by ids.User, id int64, e ThemeEdit) (t Theme, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if t, err = lockTheme(ctx, tx, id); err != nil {
			return err
		}
		if t.Creator != by {
			return ErrTheme
		}
		old := t
		old.Files = map[string]int64{}
		for format, file := range t.Files {
			old.Files[format] = file
		}
		if err := e.apply(&t); err != nil {
			return err
		}
		return s.saveEdit(ctx, tx, old, t, e.File)
	})
	return t, err
}

func (s *Service) saveEdit(ctx context.Context, tx *db.Tx, old, t Theme, f *files.File) error {
	if !strings.EqualFold(old.Slug, t.Slug) {
		if _, err := tx.Exec(ctx, `DELETE FROM theme_slug WHERE slug = $1`, strings.ToLower(old.Slug)); err != nil {
			return err
		}
		if err := takeSlug(ctx, tx, t); err != nil {
			return err
		}
	}
	const update = `UPDATE theme SET slug = $2, title = $3, body = $4 WHERE id = $1`
	if _, err := tx.Exec(ctx, update, t.ID, t.Slug, t.Title, encode(body{t.Files, t.Styles})); err != nil {
		return err
	}
	if err := s.holdTheme(ctx, tx, t.ID, f); err != nil {
		return err
	}
	if f != nil {
		if before := old.Files[FormatOf(f.MIME)]; before != 0 && before != f.ID {
			if _, err := tx.Exec(ctx, `DELETE FROM theme_file WHERE theme = $1 AND file = $2`, t.ID, before); err != nil {
				return err
			}
			if err := s.files.Release(ctx, tx, now(), before); err != nil {
				return err
			}
		}
	}
	return s.log.Note(ctx, tx, t.Creator.Peer(), updates.ThemeChanged{Theme: t.ID})
}

const themeColumns = `id, creator, slug, title, body, installs, made_at`

func scanTheme(row interface{ Scan(...any) error }) (t Theme, err error) {
	var stored string
	if err := row.Scan(&t.ID, &t.Creator, &t.Slug, &t.Title, &stored, &t.Installs, &t.Made); err != nil {
		return t, err
	}
	var b body
	err = json.Unmarshal([]byte(stored), &b)
	if t.Files, t.Styles = b.Files, b.Styles; t.Files == nil {
		t.Files = map[string]int64{}
	}
	return t, err
}

// lockTheme reads a theme and keeps others from changing it. It fails with ErrTheme.
func lockTheme(ctx context.Context, tx *db.Tx, id int64) (Theme, error) {
	t, err := scanTheme(tx.QueryRow(ctx, `UPDATE theme SET id = id WHERE id = $1 RETURNING `+themeColumns, id))
	if errors.Is(err, db.ErrNotFound) {
		err = ErrTheme
	}
	return t, err
}

// Theme returns a theme by its id. It fails with ErrTheme.
func (s *Service) Theme(ctx context.Context, id int64) (Theme, error) {
	found, err := s.themes(ctx, []int64{id})
	if err == nil && len(found) == 0 {
		return Theme{}, ErrTheme
	}
	if err != nil {
		return Theme{}, err
	}
	return found[0], nil
}

// themes returns themes in the order asked for, without those that do not exist.
func (s *Service) themes(ctx context.Context, wanted []int64) ([]Theme, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	byID := map[int64]Theme{}
	sql := `SELECT ` + themeColumns + ` FROM theme WHERE id IN (` + db.List(1, len(wanted)) + `)`
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, sql, db.Args(wanted), func(rows *db.Rows) error {
			t, err := scanTheme(rows)
			byID[t.ID] = t
			return err
		})
	})
	var out []Theme
	for _, id := range wanted {
		if t, ok := byID[id]; ok {
			out = append(out, t)
		}
	}
	return out, err
}

// ThemeBySlug returns the theme of a link. It fails with ErrTheme.
func (s *Service) ThemeBySlug(ctx context.Context, slug string) (Theme, error) {
	if !slugShape(slug) {
		return Theme{}, ErrTheme
	}
	id, err := read(ctx, s, func(tx *db.Tx) (id int64, err error) {
		err = tx.QueryRow(ctx, `SELECT theme FROM theme_slug WHERE slug = $1`, strings.ToLower(slug)).Scan(&id)
		if errors.Is(err, db.ErrNotFound) {
			err = ErrTheme
		}
		return id, err
	})
	if err != nil {
		return Theme{}, err
	}
	return s.Theme(ctx, id)
}

// SavedThemes returns the themes in somebody's list that a program can show, the newest first.
// Spec: https://core.telegram.org/method/account.getThemes
func (s *Service) SavedThemes(ctx context.Context, u ids.User, format string) ([]Theme, error) {
	order, err := read(ctx, s, func(tx *db.Tx) ([]int64, error) {
		return db.Column[int64](ctx, tx, `SELECT theme FROM theme_saved WHERE owner = $1 ORDER BY place DESC LIMIT $2`, int64(u), maxSaved)
	})
	if err != nil {
		return nil, err
	}
	all, err := s.themes(ctx, order)
	return slices.DeleteFunc(all, func(t Theme) bool { return !t.Fits(format) }), err
}

// SaveTheme puts a theme at the top of somebody's list. It fails with ErrTheme or ErrTooMany.
// Spec: https://core.telegram.org/method/account.saveTheme
func (s *Service) SaveTheme(ctx context.Context, u ids.User, id int64) error {
	const put = `INSERT INTO theme_saved (owner, theme, place) SELECT $1, $2, COALESCE(MAX(place), 0) + 1 FROM theme_saved WHERE owner = $1
		ON CONFLICT (owner, theme) DO UPDATE SET place = excluded.place`
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := lockTheme(ctx, tx, id); err != nil {
			return err
		}
		have, err := db.Column[int64](ctx, tx, `SELECT theme FROM theme_saved WHERE owner = $1 LIMIT $2`, int64(u), maxSaved)
		if err != nil {
			return err
		}
		if slices.Contains(have, id) {
			_, err := tx.Exec(ctx, put, int64(u), id)
			return err
		}
		if len(have) >= maxSaved {
			return ErrTooMany
		}
		if _, err := tx.Exec(ctx, put, int64(u), id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE theme SET installs = installs + 1 WHERE id = $1`, id)
		return err
	})
}

// UnsaveTheme takes a theme out of somebody's list.
func (s *Service) UnsaveTheme(ctx context.Context, u ids.User, id int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM theme_saved WHERE owner = $1 AND theme = $2`, int64(u), id)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE theme SET installs = installs - 1 WHERE id = $1`, id)
		return err
	})
}

// AddThemeFile makes a document of a file of a theme that somebody uploaded, with a thumbnail if there is one. It fails with
// ErrThemeFile, ErrThemeType, or as files.Create does.
// Spec: https://core.telegram.org/method/account.uploadTheme
func (s *Service) AddThemeFile(ctx context.Context, u ids.User, b files.Blob, thumb *files.Blob, name, mime string) (files.File, error) {
	if FormatOf(mime) == "" {
		return files.File{}, ErrThemeType
	}
	if b.Size > MaxTheme {
		return files.File{}, ErrThemeFile
	}
	f := files.File{Kind: files.Document, Owner: u, Blob: b.Hash, Size: b.Size, MIME: mime, Attributes: files.Attributes{Name: name}}
	if thumb != nil {
		var err error
		if f.Sizes, err = s.photos.Thumbs(ctx, u, thumb.Hash); err != nil {
			if err = faulty(err); errors.Is(err, ErrWallpaperFile) {
				err = ErrThemeFile
			}
			return files.File{}, err
		}
	}
	return s.files.Create(ctx, nil, f)
}
