package photos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// A Kind says for what somebody holds a photo. It is stored.
type Kind int

// The kinds.
const (
	Own      Kind = 1 // the present one and those before it
	Fallback Kind = 2 // for who may not see the others
	Personal Kind = 3 // that somebody gives to a contact, for himself
)

// Bounds.
const (
	maxHistory = 500 // photos that somebody had
	maxPage    = 100
)

const (
	putPhoto = `INSERT INTO peer_photo (owner, kind, subject, photo, place, thumb, video) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (owner, kind, subject, photo) DO UPDATE SET place = excluded.place`
	getPhotos    = `SELECT photo, thumb, video FROM peer_photo WHERE owner = $1 AND kind = $2 AND subject = $3`
	deletePhotos = `DELETE FROM peer_photo WHERE owner = $1 AND kind = $2 AND subject = $3`
	deletePhoto  = `DELETE FROM peer_photo WHERE owner = $1 AND kind = $2 AND subject = $3 AND photo = $4`
	nextPlace    = `SELECT COALESCE(MAX(place), 0) + 1 FROM peer_photo WHERE owner = $1 AND kind = 1`
	getHistory   = `SELECT photo, thumb, video FROM peer_photo WHERE owner = $1 AND kind = 1 ORDER BY place DESC LIMIT $2`
	getAll       = `SELECT photo FROM peer_photo WHERE owner = $1`
	deleteAll    = `DELETE FROM peer_photo WHERE owner = $1`
)

// put holds a photo, and makes it the present one of its kind.
func (s *Service) put(ctx context.Context, tx *db.Tx, owner ids.Peer, kind Kind, subject ids.User, p users.Portrait) error {
	if err := s.files.Use(ctx, tx, p.Photo); err != nil {
		return err
	}
	var place int64
	if err := tx.QueryRow(ctx, nextPlace, owner).Scan(&place); err != nil {
		return err
	}
	thumb := p.Thumb
	if thumb == nil {
		thumb = []byte{}
	}
	_, err := tx.Exec(ctx, putPhoto, owner, kind, subject, p.Photo, place, thumb, p.Video)
	return err
}

// list returns what owner holds of a kind, in no order.
func list(ctx context.Context, tx *db.Tx, owner ids.Peer, kind Kind, subject ids.User) ([]users.Portrait, error) {
	return scan(ctx, tx, getPhotos, owner, kind, subject)
}

// history returns the photos of owner, the present one first.
func history(ctx context.Context, tx *db.Tx, owner ids.Peer) ([]users.Portrait, error) {
	return scan(ctx, tx, getHistory, owner, maxHistory+1)
}

func scan(ctx context.Context, tx *db.Tx, sql string, args ...any) (all []users.Portrait, err error) {
	err = tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		var p users.Portrait
		err := rows.Scan(&p.Photo, &p.Thumb, &p.Video)
		all = append(all, p)
		return err
	})
	return all, err
}

// drop lets go of what owner holds of a kind, but for one photo; 0: of all.
func (s *Service) drop(ctx context.Context, tx *db.Tx, owner ids.Peer, kind Kind, subject ids.User, but int64) error {
	old, err := list(ctx, tx, owner, kind, subject)
	if err != nil {
		return err
	}
	for _, p := range old {
		if p.Photo == but {
			continue
		}
		if err := s.letGo(ctx, tx, owner, kind, subject, p.Photo, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// letGo lets go of one photo, whose file stays until a time at least.
func (s *Service) letGo(ctx context.Context, tx *db.Tx, owner ids.Peer, kind Kind, subject ids.User, photo int64, until time.Time) error {
	if _, err := tx.Exec(ctx, deletePhoto, owner, kind, subject, photo); err != nil {
		return err
	}
	return s.files.Release(ctx, tx, until, photo)
}

// Forget lets go of all photos of somebody whose account is being deleted, and of what others chose for him.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, user ids.User) error {
	var held []int64
	err := tx.Each(ctx, getAll, []any{user.Peer()}, func(rows *db.Rows) error {
		var id int64
		err := rows.Scan(&id)
		held = append(held, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("photos of user %d: %w", user, err)
	}
	if _, err := tx.Exec(ctx, deleteAll, user.Peer()); err != nil {
		return fmt.Errorf("photos of user %d: %w", user, err)
	}
	return s.files.Release(ctx, tx, time.Time{}, held...)
}

// holds looks files up, which follow.
const holds = `SELECT DISTINCT photo FROM peer_photo WHERE photo IN (`

// held returns those of files that stand for somebody.
func (s *Service) held(ctx context.Context, ask []int64) ([]int64, error) {
	return db.Among(ctx, s.db, ask, holds)
}

func isNotFound(err error) bool { return errors.Is(err, db.ErrNotFound) }
