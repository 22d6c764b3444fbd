package scan

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

const (
	tryEvery     = 15 * time.Second // while files wait
	sweepEvery   = time.Hour
	waitingBatch = 100
	settleTime   = time.Minute + scanTime // longer than any call takes
	maxFailed    = 10                     // errors that are told of
)

// wait notes that f passes unseen.
func (s *Service) wait(ctx context.Context, f files.File, c content) error {
	const put = `INSERT INTO scan_waiting (hash, file, owner, name, size, since) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (hash, file) DO NOTHING`
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, put, c.hash[:], f.ID, f.Owner, trim(f.Name), c.size, s.now())
		return err
	})
}

// Run scans what waits, and forgets what is old, until ctx ends.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	try, sweep := time.NewTicker(tryEvery), time.NewTicker(sweepEvery)
	defer try.Stop()
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-try.C:
			err = s.Catchup(ctx)
		case <-sweep.C:
			err = errors.Join(s.sweepVerdicts(ctx), s.sweepFindings(ctx))
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrAway) {
			log.Error("scan of what waits", "err", err)
		}
	}
}

// Catchup scans what passed unseen, until all of it was looked at or the scanner is away. Files that could not be read stay
// for the next time. It fails with ErrAway.
func (s *Service) Catchup(ctx context.Context) error {
	if s.o.Scanner == nil {
		return nil
	}
	var last waiting
	var failed []error
	for {
		list, err := s.waiting(ctx, last)
		if err != nil || len(list) == 0 {
			return errors.Join(append(failed, err)...)
		}
		for _, w := range list {
			err := s.catchup(ctx, w)
			if errors.Is(err, ErrAway) || ctx.Err() != nil {
				return err
			}
			if last = w; err != nil && len(failed) < maxFailed {
				failed = append(failed, err)
			}
		}
	}
}

// A waiting file passed unseen.
type waiting struct {
	content
	file  int64
	owner ids.User
	name  string
}

// waiting returns some of those that wait, after one of them. Such as came within the last minute may still be on their way
// into the database, and are left for the next time.
func (s *Service) waiting(ctx context.Context, after waiting) (list []waiting, err error) {
	const get = `SELECT hash, file, owner, name, size FROM scan_waiting
		WHERE (hash > $1 OR hash = $1 AND file > $2) AND since <= $3 ORDER BY hash, file LIMIT $4`
	args := []any{after.hash[:], after.file, s.now().Add(-settleTime), waitingBatch}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, get, args, func(rows *db.Rows) error {
			var w waiting
			var hash []byte
			err := rows.Scan(&hash, &w.file, &w.owner, &w.name, &w.size)
			copy(w.hash[:], hash)
			list = append(list, w)
			return err
		})
	})
	return list, err
}

// catchup scans one file that waits. One that is gone meanwhile, or cannot be scanned, waits no more. It fails with ErrAway.
func (s *Service) catchup(ctx context.Context, w waiting) error {
	signature, err := s.verdict(ctx, w.content)
	switch {
	case errors.Is(err, files.ErrNoContent), errors.Is(err, ErrUnscanned):
		signature = ""
	case err != nil:
		return err
	}
	if signature != "" {
		f := Finding{Owner: w.owner, Hash: w.hash, Signature: signature, Name: w.name, Size: w.size, Later: true}
		if err := s.takeAway(ctx, f); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM scan_waiting WHERE hash = $1 AND file = $2`, w.hash[:], w.file)
		return err
	})
}

// takeAway tells of malware that had passed and drops all files of it, also such as others made of the first.
func (s *Service) takeAway(ctx context.Context, f Finding) error {
	if err := s.found(ctx, f); err != nil {
		return err
	}
	list, err := s.files.Naming(ctx, f.Hash)
	if err != nil {
		return err
	}
	for _, id := range list {
		err := s.db.Write(ctx, func(tx *db.Tx) error { return s.files.Drop(ctx, tx, id) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Waiting is how many files passed unseen and wait.
func (s *Service) Waiting(ctx context.Context) (n int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, `SELECT COUNT(*) FROM scan_waiting`).Scan(&n) })
	return n, err
}
