package files

import (
	"context"
	"errors"
	"sync/atomic"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// stored is how many bytes all chunks have: counted now and then, and kept up with in between.
type stored struct {
	bytes   atomic.Int64
	counted atomic.Bool
}

func (s *stored) add(n int64) { s.bytes.Add(n) }

const sumChunks = `SELECT COALESCE(SUM(size), 0) FROM file_chunk`

// count counts what the store holds.
func (s *Service) count(ctx context.Context) error {
	var n int64
	err := s.db.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, sumChunks).Scan(&n) })
	if err == nil {
		s.stored.bytes.Store(n)
		s.stored.counted.Store(true)
	}
	return err
}

// roomFor fails with ErrServerFull when n bytes more are too many for the store.
func (s *Service) roomFor(ctx context.Context, n int) error {
	if s.o.ServerQuota == 0 {
		return nil
	}
	if !s.stored.counted.Load() {
		if err := s.count(ctx); err != nil {
			return err
		}
	}
	if s.stored.bytes.Load()+int64(n) > s.o.ServerQuota {
		s.counts.refused.WithLabelValues("server").Inc()
		return ErrServerFull
	}
	return nil
}

const (
	countUploads = `SELECT COUNT(NULLIF(bytes, 0)), COALESCE(SUM(bytes + unclaimed), 0) FROM file_upload WHERE owner = $1`
	claimUpload  = `UPDATE file_upload SET unclaimed = 0 WHERE owner = $1 AND blob = $2 AND unclaimed > 0`
	getUsage     = `SELECT bytes, files FROM file_usage WHERE owner = $1`
	addUsage     = `INSERT INTO file_usage (owner, bytes, files) VALUES ($1, $2, $3)
		ON CONFLICT (owner) DO UPDATE SET bytes = file_usage.bytes + excluded.bytes, files = file_usage.files + excluded.files`
)

// checkUnfinished fails when an upload of so many bytes, added of them new, is too much. It looks at the other uploads of
// its owner when it begins, and always where there is a quota.
func (s *Service) checkUnfinished(ctx context.Context, tx *db.Tx, u ids.User, bytes int64, added int, begun bool) error {
	if bytes > s.o.MaxSize {
		return ErrTooBig
	}
	if u == 0 || !begun && s.o.UserQuota == 0 {
		return nil
	}
	var n, sum int64
	if err := tx.QueryRow(ctx, countUploads, u).Scan(&n, &sum); err != nil {
		return err
	}
	if begun && n >= maxUploads || sum+int64(added) > maxUnfinished {
		return ErrUploads
	}
	return s.checkQuota(ctx, tx, u, sum+int64(added))
}

// checkQuota fails with ErrQuota when u may not have added bytes more.
func (s *Service) checkQuota(ctx context.Context, tx *db.Tx, u ids.User, added int64) error {
	if s.o.UserQuota == 0 || u == 0 {
		return nil
	}
	usage, err := usage(ctx, tx, u)
	if err == nil && usage.Bytes+added > s.o.UserQuota {
		s.counts.refused.WithLabelValues("user").Inc()
		err = ErrQuota
	}
	return err
}

// Usage is how much a user has.
type Usage struct{ Bytes, Files int64 }

// Usage tells how much u has in files, without what he is uploading.
func (s *Service) Usage(ctx context.Context, u ids.User) (got Usage, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		got, err = usage(ctx, tx, u)
		return err
	})
	return got, err
}

func usage(ctx context.Context, tx *db.Tx, u ids.User) (got Usage, err error) {
	err = tx.QueryRow(ctx, getUsage, u).Scan(&got.Bytes, &got.Files)
	if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	return got, err
}

// charge counts n files more, or fewer, with their bytes for u.
func charge(ctx context.Context, tx *db.Tx, u ids.User, bytes int64, n int) error {
	if u == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, addUsage, u, bytes, n)
	return err
}
