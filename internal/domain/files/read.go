package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"hermod/internal/blob"
	"hermod/internal/db"
)

// A content list in memory.
type listed struct {
	size   int64
	chunks list
}

// lists keeps the lists of chunks that were read last, bounded by their bytes.
type lists struct {
	mu    sync.Mutex
	byKey map[Hash]listed
	bytes int
}

// maxLists bounds the lists in memory; that of a file of 4 GB is 320 KB long.
const maxLists = 8 << 20

// overhead is about what an entry takes beside its list.
const overhead = 100

func newLists() *lists { return &lists{byKey: map[Hash]listed{}} }

func (l *lists) get(h Hash) (listed, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	got, ok := l.byKey[h]
	return got, ok
}

func (l *lists) put(h Hash, c listed) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.byKey[h]; ok {
		return
	}
	for other, old := range l.byKey { // in no order: what is in use comes back
		if l.bytes+len(c.chunks)+overhead <= maxLists {
			break
		}
		delete(l.byKey, other)
		l.bytes -= len(old.chunks) + overhead
	}
	l.byKey[h] = c
	l.bytes += len(c.chunks) + overhead
}

func (l *lists) drop(h Hash) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.byKey[h]; ok {
		delete(l.byKey, h)
		l.bytes -= len(old.chunks) + overhead
	}
}

const getBlob = `SELECT size, chunks FROM file_blob WHERE hash = $1`

// list returns what a blob consists of. It fails with ErrNoContent.
func (s *Service) list(ctx context.Context, h Hash) (listed, error) {
	if got, ok := s.lists.get(h); ok {
		return got, nil
	}
	var got listed
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		var chunks []byte
		err := tx.QueryRow(ctx, getBlob, h[:]).Scan(&got.size, &chunks)
		got.chunks = chunks
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return listed{}, ErrNoContent
	}
	if err == nil {
		s.lists.put(h, got)
	}
	return got, err
}

// ReadAt returns n bytes of a blob from off on, fewer where it ends before, none behind its end. It fails with ErrNoContent
// when there is no such blob.
func (s *Service) ReadAt(ctx context.Context, h Hash, off int64, n int) ([]byte, error) {
	got, err := s.list(ctx, h)
	if err != nil {
		return nil, err
	}
	if off < 0 || n <= 0 || off >= got.size {
		return nil, nil
	}
	p := make([]byte, min(int64(n), got.size-off))
	for done := 0; done < len(p); {
		at := off + int64(done)
		inside := at % ChunkSize
		piece := p[done:min(len(p), done+int(ChunkSize-inside))]
		if err := s.readChunk(ctx, h, got.chunks.At(int(at/ChunkSize)), piece, inside); err != nil {
			return nil, fmt.Errorf("read blob %s at %d: %w", h, at, err)
		}
		done += len(piece)
	}
	s.counts.sent.Add(float64(len(p)))
	return p, nil
}

// readChunk fills p from a chunk of a blob. It fails with ErrNoContent when the blob was deleted meanwhile; that the object of
// a blob is missing that is still there is an error of ours.
func (s *Service) readChunk(ctx context.Context, h Hash, c chunk, p []byte, off int64) error {
	_, err := s.store.ReadAt(ctx, c.object(), p, off)
	if !errors.Is(err, blob.ErrNotFound) {
		return err
	}
	s.lists.drop(h)
	if _, gone := s.list(ctx, h); gone != nil {
		return gone
	}
	return err
}

// A Reader reads a blob. It is an io.ReadSeeker and, safe for concurrent use, an io.ReaderAt.
type Reader struct {
	*io.SectionReader
}

// Open opens a blob for reading until ctx ends. It fails with ErrNoContent. There is nothing to close.
func (s *Service) Open(ctx context.Context, h Hash) (*Reader, error) {
	got, err := s.list(ctx, h)
	if err != nil {
		return nil, err
	}
	at := readerAt(func(p []byte, off int64) (int, error) {
		data, err := s.ReadAt(ctx, h, off, len(p))
		n := copy(p, data)
		if err == nil && n < len(p) {
			err = io.EOF
		}
		return n, err
	})
	return &Reader{io.NewSectionReader(at, 0, got.size)}, nil
}

type readerAt func(p []byte, off int64) (int, error)

// ReadAt implements io.ReaderAt.
func (r readerAt) ReadAt(p []byte, off int64) (int, error) { return r(p, off) }
