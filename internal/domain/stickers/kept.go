package stickers

import (
	"context"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// A List is one of the lists of single files that everybody has. It is stored.
type List int

// The lists.
const (
	Recent   List = 1 // stickers that were sent
	Attached List = 2 // stickers that were put on photos
	Faved    List = 3
	GIFs     List = 4

	// left has, for nobody, the custom emoji that are in no set any more: texts and reactions may still name them.
	left List = 5
)

// room is how many files a list has.
func (l List) room() int {
	if l == Faved {
		return 5
	}
	return 200
}

// event says that a list has changed.
func (l List) event() updates.Event {
	switch l {
	case Faved:
		return updates.FavedStickers{}
	case GIFs:
		return updates.SavedGIFs{}
	}
	return updates.RecentStickers{}
}

// takes tells whether a file can be in a list.
func (l List) takes(f files.File) bool {
	switch l {
	case GIFs:
		return f.Class() == files.GIF
	case Attached:
		return f.Class() == files.StickerFile
	}
	return f.Class() == files.StickerFile && !f.Sticker.IsMask
}

// A Kept is a file in a list.
type Kept struct {
	File int64
	At   time.Time
}

// List returns a list of somebody, the newest first.
func (s *Service) List(ctx context.Context, u ids.User, l List) ([]Kept, error) {
	const of = `SELECT file, at FROM sticker_kept WHERE owner = $1 AND list = $2 ORDER BY place DESC LIMIT $3`
	return read(ctx, s, func(tx *db.Tx) (all []Kept, err error) {
		err = tx.Each(ctx, of, []any{int64(u), int(l), l.room()}, func(rows *db.Rows) error {
			var k Kept
			err := rows.Scan(&k.File, &k.At)
			all = append(all, k)
			return err
		})
		return all, err
	})
}

// Keep puts a file at the top of a list; what no longer fits goes. It fails with ErrFile, or as files.Use does.
// Spec: https://core.telegram.org/api/stickers#recent-stickers
func (s *Service) Keep(ctx context.Context, u ids.User, l List, f files.File) error {
	if !l.takes(f) {
		return ErrFile
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.keep(ctx, tx, u, l, f.ID) })
}

func (s *Service) keep(ctx context.Context, tx *db.Tx, u ids.User, l List, file int64) error {
	const put = `INSERT INTO sticker_kept (owner, list, file, place, at)
		SELECT $1, $2, $3, COALESCE(MAX(place), 0) + 1, $4 FROM sticker_kept WHERE owner = $1 AND list = $2
		ON CONFLICT (owner, list, file) DO UPDATE SET place = excluded.place, at = excluded.at`
	if _, err := tx.Exec(ctx, put, int64(u), int(l), file, now()); err != nil {
		return fmt.Errorf("keep file %d for user %d: %w", file, u, err)
	}
	if err := s.files.Use(ctx, tx, file); err != nil {
		return err
	}
	const over = `SELECT file FROM sticker_kept WHERE owner = $1 AND list = $2 ORDER BY place DESC LIMIT 100 OFFSET $3`
	old, err := db.Column[int64](ctx, tx, over, int64(u), int(l), l.room())
	if err != nil {
		return err
	}
	for _, f := range old {
		if _, err := s.unkeep(ctx, tx, u, l, f); err != nil {
			return err
		}
	}
	return s.log.Note(ctx, tx, u.Peer(), l.event())
}

// Unkeep takes a file out of a list.
func (s *Service) Unkeep(ctx context.Context, u ids.User, l List, file int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		gone, err := s.unkeep(ctx, tx, u, l, file)
		if err != nil || !gone {
			return err
		}
		return s.log.Note(ctx, tx, u.Peer(), l.event())
	})
}

func (s *Service) unkeep(ctx context.Context, tx *db.Tx, u ids.User, l List, file int64) (gone bool, err error) {
	const drop = `DELETE FROM sticker_kept WHERE owner = $1 AND list = $2 AND file = $3`
	n, err := tx.Exec(ctx, drop, int64(u), int(l), file)
	if err != nil || n == 0 {
		return false, err
	}
	return true, s.files.Release(ctx, tx, now(), file)
}

// Clear empties a list.
// Spec: https://core.telegram.org/method/messages.clearRecentStickers
func (s *Service) Clear(ctx context.Context, u ids.User, l List) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		all, err := db.Column[int64](ctx, tx, `DELETE FROM sticker_kept WHERE owner = $1 AND list = $2 RETURNING file`, int64(u), int(l))
		if err != nil || len(all) == 0 {
			return err
		}
		if err := s.files.Release(ctx, tx, now(), all...); err != nil {
			return err
		}
		return s.log.Note(ctx, tx, u.Peer(), l.event())
	})
}

// Forget drops what is kept for an account that is being deleted. Sets that it made stay: others have them.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, u ids.User) error {
	all, err := db.Column[int64](ctx, tx, `DELETE FROM sticker_kept WHERE owner = $1 RETURNING file`, int64(u))
	if err != nil {
		return fmt.Errorf("forget stickers of user %d: %w", u, err)
	}
	if len(all) > 0 {
		if err := s.files.Release(ctx, tx, now(), all...); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM sticker_installed WHERE owner = $1`, int64(u))
	return err
}
