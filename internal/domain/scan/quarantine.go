package scan

import (
	"context"
	"errors"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/files"
)

const columns = `owner, hash, id, found_at, signature, name, size, file`

func scanFinding(row interface{ Scan(...any) error }) (f Finding, err error) {
	var hash []byte
	err = row.Scan(&f.Owner, &hash, &f.ID, &f.At, &f.Signature, &f.Name, &f.Size, &f.File)
	copy(f.Hash[:], hash)
	return f, err
}

// List returns findings, oldest first, from after an id.
func (s *Service) List(ctx context.Context, after int64, limit int) (list []Finding, err error) {
	const get = `SELECT ` + columns + ` FROM scan_finding WHERE id > $1 ORDER BY id LIMIT $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		list = nil
		return tx.Each(ctx, get, []any{after, limit}, func(rows *db.Rows) error {
			f, err := scanFinding(rows)
			list = append(list, f)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list findings: %w", err)
	}
	return list, nil
}

// Open gives the content of a finding that is in quarantine. It fails with ErrNone.
func (s *Service) Open(ctx context.Context, id int64) (*files.Reader, Finding, error) {
	var f Finding
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		f, err = finding(ctx, tx, id)
		return err
	})
	if err == nil && f.File == 0 {
		err = ErrNone
	}
	if err != nil {
		return nil, f, fmt.Errorf("open finding %d: %w", id, err)
	}
	r, err := s.files.Open(ctx, f.Hash)
	return r, f, err
}

// finding reads one. It fails with ErrNone.
func finding(ctx context.Context, tx *db.Tx, id int64) (Finding, error) {
	f, err := scanFinding(tx.QueryRow(ctx, `SELECT `+columns+` FROM scan_finding WHERE id = $1`, id))
	if errors.Is(err, db.ErrNotFound) {
		err = ErrNone
	}
	return f, err
}

// Drop forgets a finding and what is kept of it. It fails with ErrNone.
func (s *Service) Drop(ctx context.Context, id int64) error {
	return s.end(ctx, id, func(*db.Tx, Finding) error { return nil })
}

// Clear says that a finding was none: from now on everybody may send this content. It fails with ErrNone.
func (s *Service) Clear(ctx context.Context, id int64) error {
	return s.end(ctx, id, func(tx *db.Tx, f Finding) error { return s.forgive(ctx, tx, f.Hash) })
}

func (s *Service) end(ctx context.Context, id int64, last func(*db.Tx, Finding) error) error {
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		f, err := finding(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.drop(ctx, tx, f); err != nil {
			return err
		}
		return last(tx, f)
	})
	if err != nil {
		return fmt.Errorf("end finding %d: %w", id, err)
	}
	return nil
}

func (s *Service) drop(ctx context.Context, tx *db.Tx, f Finding) error {
	const drop = `DELETE FROM scan_finding WHERE owner = $1 AND hash = $2`
	if _, err := tx.Exec(ctx, drop, f.Owner, f.Hash[:]); err != nil || f.File == 0 {
		return err
	}
	return s.files.Drop(ctx, tx, f.File)
}

const dropBatch = 100

// sweepFindings drops those that were kept long enough.
func (s *Service) sweepFindings(ctx context.Context) error {
	const old = `SELECT ` + columns + ` FROM scan_finding WHERE found_at <= $1 LIMIT $2`
	for {
		var n int
		err := s.db.Write(ctx, func(tx *db.Tx) error {
			n = 0
			return tx.Each(ctx, old, []any{s.now().Add(-s.o.Keep), dropBatch}, func(rows *db.Rows) error {
				f, err := scanFinding(rows)
				if n++; err != nil {
					return err
				}
				return s.drop(ctx, tx, f)
			})
		})
		if err != nil || n < dropBatch {
			return err
		}
	}
}
