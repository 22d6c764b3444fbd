package files

import (
	"context"
	"errors"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Bounds of uploads.
// Spec: https://core.telegram.org/api/files#uploading-files
const (
	maxParts      = 8000
	partUnit      = 1 << 10  // a divisor of all parts but the last
	maxUploads    = 1000     // unfinished ones of a user
	maxUnfinished = 16 << 30 // their bytes, where there is no quota
)

// A Part is a piece of a file that a user sends.
type Part struct {
	File  int64 // chosen by the client
	Part  int   // from 0
	Total int   // parts of the whole file; -1 or 0: not known yet
	Data  []byte
}

// SavePart keeps a part until the file is assembled, or for a day. Parts come in any order, several at a time, and as
// often as the client likes; of two with the same number the later stays. When it returns nil, the part is durable.
//
// It fails with ErrPart, ErrParts, ErrPartEmpty, ErrPartBig, ErrPartSize, ErrPartChanged, ErrUploads, ErrTooBig, ErrQuota or
// ErrServerFull.
// Spec: https://core.telegram.org/api/files#uploading-files
func (s *Service) SavePart(ctx context.Context, u ids.User, p Part) error {
	if err := p.check(); err != nil {
		return err
	}
	if err := s.roomFor(ctx, len(p.Data)); err != nil {
		return err
	}
	err := s.savePart(ctx, u, p, false)
	if errors.Is(err, errChunkGone) {
		err = s.savePart(ctx, u, p, true)
	}
	if err != nil {
		return fmt.Errorf("save part %d of file %d of user %d: %w", p.Part, p.File, u, err)
	}
	s.counts.received.Add(float64(len(p.Data)))
	return nil
}

// check looks at what needs no other part to compare.
func (p Part) check() error {
	switch {
	case len(p.Data) == 0:
		return ErrPartEmpty
	case len(p.Data) > ChunkSize:
		return ErrPartBig
	case p.Part < 0 || p.Part >= maxParts:
		return ErrPart
	case p.Total < -1 || p.Total > maxParts:
		return ErrParts
	case p.Total > 0 && p.Part >= p.Total:
		return ErrPart
	}
	return nil
}

func (s *Service) savePart(ctx context.Context, u ids.User, p Part, again bool) error {
	c, err := s.stow(ctx, p.Data, again)
	if err != nil {
		return err
	}
	return s.commit(ctx, []stowed{c}, func(tx *db.Tx) error { return s.addPart(ctx, tx, u, p, c) })
}

const (
	insertUpload = `INSERT INTO file_upload (owner, id, total, part_size, last_part, last_size, bytes, at, parts, blob, unclaimed)
		VALUES ($1, $2, 0, 0, -1, 0, 0, $3, 0, $4, 0) ON CONFLICT (owner, id) DO UPDATE SET at = excluded.at
		RETURNING total, part_size, last_part, last_size, bytes`
	updateUpload = `UPDATE file_upload SET total = $3, part_size = $4, last_part = $5, last_size = $6, bytes = $7
		WHERE owner = $1 AND id = $2`
	getPart = `SELECT hash, suffix, size FROM file_part WHERE owner = $1 AND upload = $2 AND part = $3`
	putPart = `INSERT INTO file_part (owner, upload, part, hash, suffix, size) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (owner, upload, part) DO UPDATE SET hash = excluded.hash, suffix = excluded.suffix, size = excluded.size`
)

// addPart names a stowed chunk as part of an upload.
func (s *Service) addPart(ctx context.Context, tx *db.Tx, u ids.User, p Part, c stowed) error {
	var up upload // locked from here on
	row := tx.QueryRow(ctx, insertUpload, u, p.File, s.now(), []byte{})
	if err := row.Scan(&up.total, &up.size, &up.last, &up.lastSize, &up.bytes); err != nil {
		return err
	}
	begun := up.last < 0
	if err := up.add(p.Part, c.size, max(p.Total, 0)); err != nil {
		return err
	}
	old, oldSize, err := s.oldPart(ctx, tx, u, p)
	if err != nil {
		return err
	}
	up.bytes += int64(c.size - oldSize)
	if err := s.checkUnfinished(ctx, tx, u, up.bytes, c.size-oldSize, begun); err != nil {
		return err
	}
	kept, err := s.hold(ctx, tx, c)
	if err != nil {
		return err
	}
	if err := s.release(ctx, tx, old); err != nil {
		return err
	}
	if err := tx.Queue(ctx, putPart, u, p.File, p.Part, kept.hash[:], kept.suffix[:], c.size); err != nil {
		return err
	}
	return tx.Queue(ctx, updateUpload, u, p.File, up.total, up.size, up.last, up.lastSize, up.bytes)
}

// oldPart returns the part that p replaces, in a list, and its size.
func (s *Service) oldPart(ctx context.Context, tx *db.Tx, u ids.User, p Part) (old []chunk, size int, err error) {
	var hash, suffix []byte
	err = tx.QueryRow(ctx, getPart, u, p.File, p.Part).Scan(&hash, &suffix, &size)
	if errors.Is(err, db.ErrNotFound) {
		return nil, 0, nil
	}
	return []chunk{chunkFrom(hash, suffix)}, size, err
}

// An upload is what is known of a file while its parts come.
type upload struct {
	total    int // 0: not known
	size     int // of all parts but the last; 0: not known
	last     int // the highest number so far; -1: none
	lastSize int
	bytes    int64
}

// add takes note of a part of n bytes. All parts but the last have the same size, which divides 512 KiB; which one
// is the last is known at the end only, so whatever is not the highest so far is not it.
//
// It fails with ErrPart, ErrParts, ErrPartSize or ErrPartChanged.
func (up *upload) add(part, n, total int) error {
	switch {
	case total != 0 && up.total != 0 && total != up.total, total != 0 && up.last >= total:
		return ErrParts
	case up.total != 0 && part >= up.total:
		return ErrPart
	}
	if total != 0 {
		up.total = total
	}
	switch {
	case up.last < 0, part == up.last:
		up.last, up.lastSize = part, n
	case part > up.last:
		if err := up.regular(up.lastSize); err != nil {
			return err
		}
		up.last, up.lastSize = part, n
	default:
		if err := up.regular(n); err != nil {
			return err
		}
	}
	if up.size != 0 && up.lastSize > up.size {
		return ErrPartChanged
	}
	if up.total != 0 && up.last != up.total-1 {
		return divides(up.lastSize)
	}
	return nil
}

// regular takes note that a part which is not the last has n bytes.
func (up *upload) regular(n int) error {
	if err := divides(n); err != nil {
		return err
	}
	if up.size != 0 && up.size != n {
		return ErrPartChanged
	}
	up.size = n
	return nil
}

// divides fails unless n may be the size of a part that is not the last.
func divides(n int) error {
	if n%partUnit != 0 || ChunkSize%n != 0 {
		return ErrPartSize
	}
	return nil
}
