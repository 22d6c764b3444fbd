package files

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// An Input names parts that a user has saved as one file.
type Input struct {
	ID    int64
	Parts int
	Name  string // as the sender calls it
	MD5   string // in hexadecimal digits; "": not to be checked
	Big   bool
}

// A Blob is content of any length.
type Blob struct {
	Hash Hash
	Size int64
}

// A MissingPart says which part of a file has not come.
type MissingPart int

// Error implements error.
func (m MissingPart) Error() string { return fmt.Sprintf("files: part %d is missing", int(m)) }

// Assemble makes one blob of the parts that u has saved. It stays for an hour at least, so that a file can be made of it.
// Asked again for the same upload it answers the same as long as the blob is there.
//
// It fails with ErrParts, MissingPart, ErrMD5 or ErrPartLength.
// Spec: https://core.telegram.org/api/files#uploading-files
func (s *Service) Assemble(ctx context.Context, u ids.User, in Input) (Blob, error) {
	if in.Parts < 1 || in.Parts > maxParts {
		return Blob{}, ErrParts
	}
	b, err := s.assemble(ctx, u, in, false)
	for range 3 {
		if !errors.Is(err, errChunkGone) && !errors.Is(err, errPartsChanged) {
			break
		}
		b, err = s.assemble(ctx, u, in, true)
	}
	if err != nil {
		return Blob{}, fmt.Errorf("assemble file %d of user %d: %w", in.ID, u, err)
	}
	return b, nil
}

func (s *Service) assemble(ctx context.Context, u ids.User, in Input, again bool) (b Blob, err error) {
	var parts []savedPart
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if b, err = madeBefore(ctx, tx, u, in); err != nil || !b.Hash.IsZero() {
			return err
		}
		parts, err = readParts(ctx, tx, u, in)
		return err
	})
	if err != nil || !b.Hash.IsZero() {
		return b, err
	}
	if err := s.checkMD5(ctx, parts, in.MD5); err != nil {
		return Blob{}, err
	}
	made, err := s.cut(ctx, parts, again)
	if err != nil {
		return Blob{}, err
	}
	err = s.commit(ctx, made.chunks, func(tx *db.Tx) (err error) {
		b, err = s.finish(ctx, tx, u, in, parts, made)
		return err
	})
	return b, err
}

// A savedPart is a part as it is stored.
type savedPart struct {
	chunk
	size int
}

const (
	getParts = `SELECT part, hash, suffix, size FROM file_part WHERE owner = $1 AND upload = $2 ORDER BY part LIMIT 8001`
	getMade  = `SELECT u.blob, b.size FROM file_upload u JOIN file_blob b ON b.hash = u.blob
		WHERE u.owner = $1 AND u.id = $2 AND u.parts = $3 AND u.bytes = 0`
	touchBlob    = `UPDATE file_blob SET touched = $2 WHERE hash = $1`
	lockUpload   = `UPDATE file_upload SET at = $3 WHERE owner = $1 AND id = $2`
	finishUpload = `UPDATE file_upload SET at = $3, total = 0, part_size = 0, last_part = -1, last_size = 0, bytes = 0,
		parts = $4, blob = $5, unclaimed = $6 WHERE owner = $1 AND id = $2`
	deleteParts = `DELETE FROM file_part WHERE owner = $1 AND upload = $2`
	addBlob     = `INSERT INTO file_blob (hash, size, chunks, refs, touched) VALUES ($1, $2, $3, 0, $4)
		ON CONFLICT (hash) DO NOTHING`
)

// madeBefore returns the blob that was made of an upload, if no parts have come since.
func madeBefore(ctx context.Context, tx *db.Tx, u ids.User, in Input) (b Blob, err error) {
	var hash []byte
	err = tx.QueryRow(ctx, getMade, u, in.ID, in.Parts).Scan(&hash, &b.Size)
	if errors.Is(err, db.ErrNotFound) {
		return Blob{}, nil
	}
	b.Hash = hashFrom(hash)
	return b, err
}

// readParts returns all parts of an upload. It fails with MissingPart, ErrParts or ErrPartLength.
func readParts(ctx context.Context, tx *db.Tx, u ids.User, in Input) ([]savedPart, error) {
	var parts []savedPart
	err := tx.Each(ctx, getParts, []any{u, in.ID}, func(rows *db.Rows) error {
		var n int
		var hash, suffix []byte
		var p savedPart
		if err := rows.Scan(&n, &hash, &suffix, &p.size); err != nil {
			return err
		}
		if n != len(parts) {
			return MissingPart(len(parts))
		}
		p.chunk = chunkFrom(hash, suffix)
		parts = append(parts, p)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case len(parts) < in.Parts:
		return nil, MissingPart(len(parts))
	case len(parts) > in.Parts:
		return nil, ErrParts
	}
	return parts, checkSizes(parts)
}

// checkSizes fails with ErrPartLength unless all parts but the last have one size that may be.
func checkSizes(parts []savedPart) error {
	for i, p := range parts[:len(parts)-1] {
		if p.size != parts[0].size || parts[len(parts)-1].size > p.size {
			return ErrPartLength
		}
		if i == 0 && divides(p.size) != nil {
			return ErrPartLength
		}
	}
	return nil
}

// checkMD5 fails with ErrMD5 unless the parts have that sum; "" is not checked.
func (s *Service) checkMD5(ctx context.Context, parts []savedPart, want string) error {
	if want == "" {
		return nil
	}
	sum := md5.New()
	if _, err := io.Copy(sum, s.partsReader(ctx, parts)); err != nil {
		return err
	}
	if !strings.EqualFold(hex.EncodeToString(sum.Sum(nil)), want) {
		return ErrMD5
	}
	return nil
}

// content is what a blob is to be made of.
type content struct {
	size   int64
	chunks []stowed // nil: the parts themselves
}

// cut brings parts to the size of chunks. Parts that have it already, or a single one, stay as they are.
func (s *Service) cut(ctx context.Context, parts []savedPart, again bool) (c content, err error) {
	for _, p := range parts {
		c.size += int64(p.size)
	}
	if len(parts) == 1 || parts[0].size == ChunkSize {
		return c, nil
	}
	c.chunks, err = s.joinAll(ctx, slices.Collect(slices.Chunk(parts, ChunkSize/parts[0].size)), again)
	return c, err
}

// joiners is how many chunks of an upload are put together at a time: a call has a minute, and a store may be far away.
const joiners = 8

// joinAll makes a chunk of each list of parts, and keeps them.
func (s *Service) joinAll(ctx context.Context, lists [][]savedPart, again bool) ([]stowed, error) {
	all := make([]stowed, len(lists))
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(joiners)
	for i, parts := range lists {
		g.Go(func() error {
			data := make([]byte, ChunkSize)
			n, _, err := fill(s.partsReader(within, parts), data)
			if err == nil {
				all[i], err = s.stow(within, data[:n], again)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		s.forsake(ctx, all)
		return nil, err
	}
	return all, nil
}

// finish makes a blob of the parts that were read before, or of what was cut out of them, and forgets the parts.
func (s *Service) finish(ctx context.Context, tx *db.Tx, u ids.User, in Input, parts []savedPart, made content) (Blob, error) {
	if _, err := tx.Exec(ctx, lockUpload, u, in.ID, s.now()); err != nil {
		return Blob{}, err
	}
	now, err := readParts(ctx, tx, u, in)
	if err != nil || !same(now, parts) {
		return Blob{}, errPartsChanged // another call was faster
	}
	var surplus []chunk // references that the parts held, and that the blob does not take over
	chunks := list{}
	for _, p := range parts {
		if made.chunks != nil {
			surplus = append(surplus, p.chunk)
		} else {
			chunks = chunks.append(p.chunk)
		}
	}
	for _, c := range made.chunks {
		kept, err := s.hold(ctx, tx, c)
		if err != nil {
			return Blob{}, err
		}
		chunks = chunks.append(kept)
	}
	b, err := s.addBlob(ctx, tx, chunks, made.size, surplus)
	if err != nil {
		return Blob{}, err
	}
	if err := tx.Queue(ctx, deleteParts, u, in.ID); err != nil {
		return Blob{}, err
	}
	return b, tx.Queue(ctx, finishUpload, u, in.ID, s.now(), in.Parts, b.Hash[:], b.Size)
}

func same(a, b []savedPart) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// addBlob makes a blob of chunks that are held for it, unless there is such a one already, and lets go of surplus.
func (s *Service) addBlob(ctx context.Context, tx *db.Tx, chunks list, size int64, surplus []chunk) (Blob, error) {
	b := Blob{Hash: chunks.hash(size), Size: size}
	for range 5 { // a blob that is there may go away before it is touched
		added, err := tx.Exec(ctx, addBlob, b.Hash[:], size, []byte(chunks), s.now())
		if err != nil {
			return Blob{}, err
		}
		if added > 0 {
			return b, s.release(ctx, tx, surplus)
		}
		touched, err := tx.Exec(ctx, touchBlob, b.Hash[:], s.now())
		if err != nil {
			return Blob{}, err
		}
		if touched > 0 {
			for i := range chunks.Len() {
				surplus = append(surplus, chunks.At(i))
			}
			return b, s.release(ctx, tx, surplus)
		}
	}
	return Blob{}, errPartsChanged
}

// partsReader reads parts one after the other.
func (s *Service) partsReader(ctx context.Context, parts []savedPart) io.Reader {
	readers := make([]io.Reader, len(parts))
	for i, p := range parts {
		readers[i] = &lazyPart{ctx: ctx, s: s, part: p}
	}
	return io.MultiReader(readers...)
}

// A lazyPart reads its object when its turn has come.
type lazyPart struct {
	ctx  context.Context //nolint:containedctx // lives as long as the call
	s    *Service
	part savedPart
	r    *bytes.Reader
}

// Read implements io.Reader.
func (l *lazyPart) Read(p []byte) (int, error) {
	if l.r == nil {
		data := make([]byte, l.part.size)
		if _, err := l.s.store.ReadAt(l.ctx, l.part.object(), data, 0); err != nil {
			return 0, fmt.Errorf("read a part: %w", err)
		}
		l.r = bytes.NewReader(data)
	}
	n, err := l.r.Read(p)
	if l.r.Len() == 0 {
		l.r = bytes.NewReader(nil) // free the memory before the next
	}
	return n, err
}
