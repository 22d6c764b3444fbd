package scan

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

// A Finding is malware that somebody brought.
type Finding struct {
	ID        int64
	Owner     ids.User
	Hash      files.Hash
	At        time.Time // the last time
	Signature string
	Name      string // of the file, as its owner called it
	Size      int64
	File      int64 // keeps the content in quarantine; 0: it is not kept
	Later     bool  // it was found after the file had passed; not stored
}

// found tells of malware and puts it into quarantine, if it is to be kept. The same content by the same owner is told of
// once in an hour, and of one owner no more than maxTold: who brings much does not bury the moderators. Who is told is told before that is noted: after a crash in between, twice.
func (s *Service) found(ctx context.Context, f Finding) error {
	f.At, f.Name = s.now(), trim(f.Name)
	quiet, err := s.toldLately(ctx, f)
	if err != nil || quiet {
		return err
	}
	if f, err = s.record(ctx, f); err != nil {
		return err
	}
	if err := errors.Join(s.o.Report(ctx, f), s.o.Tell(ctx, f.Owner, note(f))); err != nil {
		return fmt.Errorf("tell of malware of user %d: %w", f.Owner, err)
	}
	return s.markTold(ctx, f)
}

// trim makes a name fit into a note and a row.
func trim(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), "")
	for len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	return name
}

// toldLately reports whether f was told of within the hour, or so much else of its owner that no more is.
func (s *Service) toldLately(ctx context.Context, f Finding) (told bool, err error) {
	const get = `SELECT COALESCE(SUM(CASE WHEN hash = $2 THEN 1 ELSE 0 END), 0), COUNT(*) FROM scan_finding
		WHERE owner = $1 AND told_at > $3`
	var same, all int
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, get, f.Owner, f.Hash[:], s.now().Add(-quietTime)).Scan(&same, &all)
	})
	return same > 0 || all >= maxTold, err
}

// record keeps f, with its content in quarantine if that is wanted and not done before.
func (s *Service) record(ctx context.Context, f Finding) (Finding, error) {
	id, err := s.db.NextID(ctx, "scan_finding")
	if err != nil {
		return f, err
	}
	f.ID = id
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.recordIn(ctx, tx, &f) })
	if err != nil {
		return f, fmt.Errorf("keep finding at user %d: %w", f.Owner, err)
	}
	return f, nil
}

func (s *Service) recordIn(ctx context.Context, tx *db.Tx, f *Finding) error {
	const put = `INSERT INTO scan_finding (owner, hash, id, found_at, told_at, signature, name, size) VALUES ($1, $2, $3, $4, 0, $5, $6, $7)
		ON CONFLICT (owner, hash) DO UPDATE SET found_at = excluded.found_at, signature = excluded.signature, name = excluded.name
		RETURNING id, file`
	row := tx.QueryRow(ctx, put, f.Owner, f.Hash[:], f.ID, f.At, f.Signature, f.Name, f.Size)
	if err := row.Scan(&f.ID, &f.File); err != nil || f.File != 0 || !s.o.Quarantine {
		return err
	}
	var has int
	const count = `SELECT COUNT(*) FROM scan_finding WHERE owner = $1 AND file > 0`
	if err := tx.QueryRow(ctx, count, f.Owner).Scan(&has); err != nil || has >= maxKept {
		return err
	}
	kept, err := s.files.Create(ctx, tx, files.File{ // by nobody: it counts against no quota and is not scanned again
		Kind: files.Document, Date: f.At, Size: f.Size, Blob: f.Hash, MIME: "application/octet-stream",
		Attributes: files.Attributes{Name: f.Name},
	})
	if err != nil {
		return err
	}
	f.File = kept.ID
	const keep = `UPDATE scan_finding SET file = $3 WHERE owner = $1 AND hash = $2`
	_, err = tx.Exec(ctx, keep, f.Owner, f.Hash[:], f.File)
	return err
}

func (s *Service) markTold(ctx context.Context, f Finding) error {
	const mark = `UPDATE scan_finding SET told_at = $3 WHERE owner = $1 AND hash = $2`
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, mark, f.Owner, f.Hash[:], f.At)
		return err
	})
}

// held tells files which of a list are in quarantine.
func (s *Service) held(ctx context.Context, list []int64) ([]int64, error) {
	return db.Among(ctx, s.db, list, `SELECT file FROM scan_finding WHERE file > 0 AND file IN (`)
}
