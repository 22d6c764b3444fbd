// Package looks keeps how things look and sound to people: the sounds that they saved, wallpapers, themes, and what a private
// chat looks like.
//
// Wallpapers and themes are public: who knows the link has them. They stay as long as the server does, since messages and
// chats refer to them; what each of them takes counts against the room of who brought it.
//
// It owns the tables ringtone, wallpaper, wallpaper_slug, wallpaper_saved, theme, theme_file, theme_slug, theme_saved and
// chat_look.
package looks

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/photos"
	"hermod/internal/domain/updates"
)

// Errors of this package that are the caller's.
var (
	// ErrSound means a file that is no sound for notifications.
	ErrSound = errors.New("file is no ringtone")
	// ErrSoundType means a file of a type that clients do not play as one.
	ErrSoundType = errors.New("type of the ringtone is invalid")
	// ErrSounds means more sounds than somebody can save.
	ErrSounds = errors.New("too many ringtones")
	// ErrWallpaper means a wallpaper that does not exist.
	ErrWallpaper = errors.New("no such wallpaper")
	// ErrWallpaperFile means a file that is no picture for one.
	ErrWallpaperFile = errors.New("file is no wallpaper")
	// ErrWallpaperType means a file of a type that wallpapers do not have.
	ErrWallpaperType = errors.New("type of the wallpaper is invalid")
	// ErrSettings means colours and the like that cannot be.
	ErrSettings = errors.New("settings of the wallpaper are invalid")
	// ErrTheme means a theme that does not exist, or that is not the caller's to change.
	ErrTheme = errors.New("no such theme")
	// ErrThemeFile means a file that is no theme.
	ErrThemeFile = errors.New("file is no theme")
	// ErrThemeType means a file of a type that themes do not have.
	ErrThemeType = errors.New("type of the theme is invalid")
	// ErrFormat means a program for which a theme has no form.
	ErrFormat = errors.New("theme has no such format")
	// ErrSlug means a name of a link of the wrong shape.
	ErrSlug = errors.New("not a name of a theme")
	// ErrSlugTaken means a name of a link that another theme has.
	ErrSlugTaken = errors.New("name of the theme is taken")
	// ErrTitle means a title that is empty or too long.
	ErrTitle = errors.New("title of the theme is invalid")
	// ErrEmoji means a theme of chats that does not exist.
	ErrEmoji = errors.New("no theme with this emoji")
	// ErrPeer means a chat that has no looks.
	ErrPeer = errors.New("chat has no looks of its own")
	// ErrMessage means a message that tells of no wallpaper.
	ErrMessage = errors.New("message tells of no wallpaper")
	// ErrTooMany means more saved things than somebody can have.
	ErrTooMany = errors.New("too many are saved")
)

// A Service answers for looks. Safe for concurrent use.
type Service struct {
	db       *db.DB
	log      *updates.Log
	files    *files.Service
	messages *messages.Service
	photos   *photos.Service
	access   *ids.Access
	papers   papers
}

// New makes the service, and has files know what it holds.
func New(
	ctx context.Context, d *db.DB, log *updates.Log, f *files.Service, m *messages.Service, p *photos.Service,
) (*Service, error) {
	key, err := d.Secret(ctx, "looks")
	if err != nil {
		return nil, err
	}
	s := &Service{db: d, log: log, files: f, messages: m, photos: p, access: ids.NewAccess(key), papers: newPapers()}
	f.HeldBy("looks", s.held)
	return s, nil
}

// AccessHash is the access hash of a wallpaper, the same for everybody.
func (s *Service) AccessHash(wallpaper int64) int64 { return s.access.Hash(0, ids.Peer(wallpaper)) }

// CheckAccess reports whether hash is the access hash of a wallpaper.
func (s *Service) CheckAccess(wallpaper, hash int64) bool {
	return s.access.Check(0, ids.Peer(wallpaper), hash)
}

// ThemeAccess is the access hash of a theme, the same for everybody.
func (s *Service) ThemeAccess(theme int64) int64 { return s.access.Hash(1, ids.Peer(theme)) }

// CheckThemeAccess reports whether hash is the access hash of a theme.
func (s *Service) CheckThemeAccess(theme, hash int64) bool {
	return s.access.Check(1, ids.Peer(theme), hash)
}

// held tells which of some files are sounds, wallpapers or themes.
func (s *Service) held(ctx context.Context, of []int64) ([]int64, error) {
	return db.Among(ctx, s.db, of, `SELECT file FROM ringtone WHERE file IN (`,
		`SELECT file FROM wallpaper WHERE file IN (`, `SELECT file FROM theme_file WHERE file IN (`)
}

// Forget drops what is kept for an account that is being deleted. What it made public stays.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, u ids.User) error {
	sounds, err := db.Column[int64](ctx, tx, `DELETE FROM ringtone WHERE owner = $1 RETURNING file`, int64(u))
	if err != nil {
		return fmt.Errorf("forget looks of user %d: %w", u, err)
	}
	if err := s.files.Release(ctx, tx, now(), sounds...); err != nil {
		return err
	}
	for _, table := range []string{"wallpaper_saved", "theme_saved", "chat_look"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE owner = $1`, int64(u)); err != nil {
			return fmt.Errorf("forget looks of user %d: %w", u, err)
		}
	}
	return nil
}

func now() time.Time { return time.Unix(time.Now().Unix(), 0) }

// read runs one reading operation.
func read[T any](ctx context.Context, s *Service, fn func(tx *db.Tx) (T, error)) (v T, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err = fn(tx)
		return err
	})
	return v, err
}

// encode writes what is kept as JSON; nothing in this package can fail to be written.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// randomSlug is a name for a link that nobody guesses.
func randomSlug() string { return rand.Text()[:16] }
