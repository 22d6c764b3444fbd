package files

import (
	"context"
	"errors"
	"slices"
	"time"

	"hermod/internal/db"
)

// A holder knows which files one kind of things holds.
type holder struct {
	name string
	held func(ctx context.Context, ids []int64) ([]int64, error)
}

// HeldBy registers somebody who holds files: fn returns those of ids, 100 at most, that it still holds. A file that none of
// the holders has is deleted. Call it before Run.
func (s *Service) HeldBy(name string, fn func(ctx context.Context, ids []int64) ([]int64, error)) {
	s.holders = append(s.holders, holder{name, fn})
}

// touchStep is how exactly a row says when somebody last began to hold the file. The grace is longer.
const touchStep = time.Hour

const (
	touchFile = `UPDATE file SET touched = $2 WHERE id = $1 AND touched <= $3`
	haveFile  = `SELECT 1 FROM file WHERE id = $1`
	setCheck  = `UPDATE file SET check_at = $2 WHERE id = $1 AND (check_at = 0 OR check_at > $2 OR check_at <= $3)`
)

// Use notes that somebody begins to hold files, within the transaction that makes him hold them. It fails with
// ErrNotFound when one is gone.
func (s *Service) Use(ctx context.Context, tx *db.Tx, ids ...int64) error {
	now := s.now()
	for _, id := range ascending(ids) {
		n, err := tx.Exec(ctx, touchFile, id, now, now.Add(-min(touchStep, s.o.Grace/2)))
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		var one int
		err = tx.QueryRow(ctx, haveFile, id).Scan(&one)
		if errors.Is(err, db.ErrNotFound) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Release notes, within the transaction that ends it, that somebody holds files no more from a time on. When nobody else
// does either, they are deleted some hours later. A file that is gone is no error.
//
// A check that is due already is put off: the collector may have asked who holds the file before this one let it go, and
// would believe that he still does.
func (s *Service) Release(ctx context.Context, tx *db.Tx, at time.Time, ids ...int64) error {
	now := s.now()
	if at.Before(now) {
		at = now
	}
	for _, id := range ascending(ids) {
		if _, err := tx.Exec(ctx, setCheck, id, at.Add(s.o.Grace), now); err != nil {
			return err
		}
	}
	return nil
}

// Drop deletes a file at once, whoever holds it, and its content as soon as the transaction has committed unless other
// files share it. A file that is gone is no error.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, id int64) error {
	f, err := s.GetIn(ctx, tx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.remove(ctx, tx, f, true, s.now())
}

const (
	deleteFile  = `DELETE FROM file WHERE id = $1 AND touched <= $2`
	releaseBlob = `UPDATE file_blob SET refs = refs - 1 WHERE hash = $1 RETURNING refs, chunks`
	deleteBlob  = `DELETE FROM file_blob WHERE hash = $1 AND refs = 0 AND touched <= $2`
)

// remove deletes the row of f unless it was touched after a time, and lets go of its blobs. Those that no other file has go
// with it, at once or, where somebody may have been promised them, an hour later.
func (s *Service) remove(ctx context.Context, tx *db.Tx, f File, atOnce bool, untouched time.Time) error {
	n, err := tx.Exec(ctx, deleteFile, f.ID, untouched)
	if err != nil || n == 0 {
		return err
	}
	for _, h := range sorted(f.blobs()) {
		var refs int64
		var chunks []byte
		if err := tx.QueryRow(ctx, releaseBlob, h[:]).Scan(&refs, &chunks); err != nil {
			return err
		}
		if refs == 0 && atOnce {
			if err := s.removeBlob(ctx, tx, h, chunks, s.now()); err != nil {
				return err
			}
		}
	}
	for _, fn := range s.removed {
		if err := fn(ctx, tx, f); err != nil {
			return err
		}
	}
	tx.OnCommit(func() { s.forget(f.ID) })
	return charge(ctx, tx, f.Owner, -f.bytes(), -1)
}

// removeBlob deletes a blob that no file names, unless it was touched after a time.
func (s *Service) removeBlob(ctx context.Context, tx *db.Tx, h Hash, chunks list, untouched time.Time) error {
	n, err := tx.Exec(ctx, deleteBlob, h[:], untouched)
	if err != nil || n == 0 {
		return err
	}
	tx.OnCommit(func() { s.lists.drop(h) })
	all := make([]chunk, chunks.Len())
	for i := range all {
		all[i] = chunks.At(i)
	}
	return s.release(ctx, tx, all)
}

func ascending(ids []int64) []int64 {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}
