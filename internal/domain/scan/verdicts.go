package scan

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/files"
)

// remembered is the verdict on content of which there is one that still counts. It fails with db.ErrNotFound.
func (s *Service) remembered(ctx context.Context, h files.Hash) (signature string, err error) {
	const get = `SELECT signature FROM scan_verdict WHERE hash = $1 AND (cleared > 0 OR scanned_at > $2)`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, get, h[:], s.now().Add(-s.o.Remember)).Scan(&signature)
	})
	if err != nil {
		return "", fmt.Errorf("read verdict: %w", err)
	}
	return signature, nil
}

// remember keeps a verdict. What a moderator said stays.
func (s *Service) remember(ctx context.Context, h files.Hash, signature string) error {
	const put = `INSERT INTO scan_verdict (hash, signature, scanned_at) VALUES ($1, $2, $3)
		ON CONFLICT (hash) DO UPDATE SET signature = excluded.signature, scanned_at = excluded.scanned_at
		WHERE scan_verdict.cleared = 0`
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, put, h[:], signature, s.now())
		return err
	})
	if err != nil {
		return fmt.Errorf("keep verdict: %w", err)
	}
	return nil
}

// forgive keeps for ever that content is clean, because a moderator says so.
func (s *Service) forgive(ctx context.Context, tx *db.Tx, h files.Hash) error {
	const put = `INSERT INTO scan_verdict (hash, signature, scanned_at, cleared) VALUES ($1, '', $2, 1)
		ON CONFLICT (hash) DO UPDATE SET signature = '', scanned_at = excluded.scanned_at, cleared = 1`
	_, err := tx.Exec(ctx, put, h[:], s.now())
	return err
}

const sweepBatch = 1000

// sweepVerdicts forgets those that do not count any more, a batch in each transaction.
func (s *Service) sweepVerdicts(ctx context.Context) error {
	const drop = `DELETE FROM scan_verdict WHERE hash IN
		(SELECT hash FROM scan_verdict WHERE cleared = 0 AND scanned_at <= $1 LIMIT $2)`
	for {
		var n int64
		err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = tx.Exec(ctx, drop, s.now().Add(-s.o.Remember), sweepBatch)
			return err
		})
		if err != nil || n < sweepBatch {
			return err
		}
	}
}
