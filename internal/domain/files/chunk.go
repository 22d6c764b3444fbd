package files

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"hermod/internal/db"
)

const (
	getChunk  = `SELECT suffix FROM file_chunk WHERE hash = $1`
	holdChunk = `UPDATE file_chunk SET refs = refs + 1 WHERE hash = $1 RETURNING suffix`
	addChunk  = `INSERT INTO file_chunk (hash, suffix, size, refs) VALUES ($1, $2, $3, 1)
		ON CONFLICT (hash) DO UPDATE SET refs = file_chunk.refs + 1 RETURNING suffix`
	releaseChunk = `UPDATE file_chunk SET refs = refs - 1 WHERE hash = $1 RETURNING refs, size, suffix`
	deleteChunk  = `DELETE FROM file_chunk WHERE hash = $1`
	addGarbage   = `INSERT INTO file_garbage (object, at) VALUES ($1, $2) ON CONFLICT (object) DO NOTHING`
)

// A stowed chunk is one whose object was seen or written just now. It is held by no row yet.
type stowed struct {
	chunk
	size  int
	fresh bool // written by us
}

// stow sees to it that the store has data. Where it has it already, nothing is written, unless again is set: then the
// chunk was known and went away before it could be held.
func (s *Service) stow(ctx context.Context, data []byte, again bool) (stowed, error) {
	c, err := newChunk(data)
	if err != nil {
		return stowed{}, err
	}
	if !again {
		known, err := s.known(ctx, c.hash)
		if err != nil || known {
			return stowed{chunk: c, size: len(data)}, err
		}
	}
	if err := s.put(ctx, c.object(), data); err != nil {
		return stowed{}, err
	}
	return stowed{chunk: c, size: len(data), fresh: true}, nil
}

// commit runs fn, which holds stowed chunks. When it refuses, what was written for it is deleted: nothing names it, and
// nothing will. When the commit itself fails nobody knows, and the collector looks at it a day later.
func (s *Service) commit(ctx context.Context, all []stowed, fn func(*db.Tx) error) error {
	var refused error
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		refused = fn(tx)
		return refused
	})
	if refused != nil {
		s.forsake(ctx, all)
	}
	return err
}

// forsake deletes the objects of stowed chunks that no row names. What it cannot delete is left to the collector.
func (s *Service) forsake(ctx context.Context, all []stowed) {
	for _, c := range all {
		if c.fresh && ctx.Err() == nil {
			_ = s.del(ctx, c.object())
		}
	}
}

func (s *Service) known(ctx context.Context, h Hash) (bool, error) {
	var suffix []byte
	err := s.db.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, getChunk, h[:]).Scan(&suffix) })
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// hold makes a row name a stowed chunk, and returns under which name it is kept: when somebody was faster, our object is
// garbage. It fails with errChunkGone when the chunk was known and is not any more.
func (s *Service) hold(ctx context.Context, tx *db.Tx, c stowed) (chunk, error) {
	var suffix []byte
	if !c.fresh {
		err := tx.QueryRow(ctx, holdChunk, c.hash[:]).Scan(&suffix)
		if errors.Is(err, db.ErrNotFound) {
			err = errChunkGone
		}
		return chunkFrom(c.hash[:], suffix), err
	}
	if err := tx.QueryRow(ctx, addChunk, c.hash[:], c.suffix[:], c.size).Scan(&suffix); err != nil {
		return chunk{}, err
	}
	if !bytes.Equal(suffix, c.suffix[:]) {
		return chunkFrom(c.hash[:], suffix), s.discard(ctx, tx, c.chunk)
	}
	tx.OnCommit(func() { s.stored.add(int64(c.size)) })
	return c.chunk, nil
}

// releasedAtOnce is how many chunks one trip to the database releases.
const releasedAtOnce = 256

// release lets go of chunks. Those that nothing names any more become garbage.
func (s *Service) release(ctx context.Context, tx *db.Tx, all []chunk) error {
	slices.SortFunc(all, func(a, b chunk) int { return bytes.Compare(a.hash[:], b.hash[:]) }) // locks in one order
	for some := range slices.Chunk(all, releasedAtOnce) {
		if err := s.releaseSome(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) releaseSome(ctx context.Context, tx *db.Tx, some []chunk) error {
	lists := make([][]any, len(some))
	for i := range some {
		lists[i] = []any{some[i].hash[:]}
	}
	rows, err := tx.QueryRows(ctx, releaseChunk, lists...)
	if err != nil {
		return err
	}
	for i, row := range rows {
		var refs int64
		var size int
		var suffix []byte
		if err := row.Scan(&refs, &size, &suffix); err != nil {
			return err
		}
		if refs > 0 {
			continue
		}
		if err := tx.Queue(ctx, deleteChunk, some[i].hash[:]); err != nil {
			return err
		}
		if err := s.discard(ctx, tx, chunkFrom(some[i].hash[:], suffix)); err != nil {
			return err
		}
		tx.OnCommit(func() { s.stored.add(-int64(size)) })
	}
	return nil
}

// discard has the object of a chunk deleted soon after tx commits.
func (s *Service) discard(ctx context.Context, tx *db.Tx, c chunk) error {
	tx.OnCommit(s.nudge)
	return tx.Queue(ctx, addGarbage, c.object(), s.now())
}

func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// isNamed reports whether a row names an object.
func isNamed(ctx context.Context, tx *db.Tx, object string) (bool, error) {
	c, ok := chunkOf(object)
	if !ok {
		return false, nil
	}
	var suffix []byte
	err := tx.QueryRow(ctx, getChunk, c.hash[:]).Scan(&suffix)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return bytes.Equal(suffix, c.suffix[:]), err
}
