package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Put keeps content that does not come in parts: sizes that the server makes, or what it fetches for u (0: for itself). The
// blob stays for an hour at least, so that a file can be made of it. Little is in memory at a time.
//
// It fails with ErrTooBig, ErrQuota, ErrServerFull, or an error of r.
func (s *Service) Put(ctx context.Context, u ids.User, r io.Reader) (Blob, error) {
	buf := make([]byte, ChunkSize)
	n, end, err := fill(r, buf)
	var b Blob
	switch {
	case err != nil:
	case end:
		b, err = s.putOne(ctx, buf[:n])
	default:
		b, err = s.putMany(ctx, u, io.MultiReader(bytes.NewReader(buf), r))
	}
	if err != nil {
		return Blob{}, fmt.Errorf("keep content for user %d: %w", u, err)
	}
	return b, nil
}

// putOne keeps what fits into one chunk; nothing at all is a blob too.
func (s *Service) putOne(ctx context.Context, data []byte) (b Blob, err error) {
	if err := s.roomFor(ctx, len(data)); err != nil {
		return Blob{}, err
	}
	b, err = s.tryOne(ctx, data, false)
	if errors.Is(err, errChunkGone) {
		b, err = s.tryOne(ctx, data, true)
	}
	return b, err
}

func (s *Service) tryOne(ctx context.Context, data []byte, again bool) (b Blob, err error) {
	var all []stowed
	if len(data) > 0 {
		c, err := s.stow(ctx, data, again)
		if err != nil {
			return Blob{}, err
		}
		all = append(all, c)
	}
	err = s.commit(ctx, all, func(tx *db.Tx) (err error) {
		chunks := list{}
		for _, c := range all {
			kept, err := s.hold(ctx, tx, c)
			if err != nil {
				return err
			}
			chunks = chunks.append(kept)
		}
		b, err = s.addBlob(ctx, tx, chunks, int64(len(data)), nil)
		return err
	})
	return b, err
}

// putMany keeps long content as an upload of the server's own, so that what an interruption leaves behind expires.
func (s *Service) putMany(ctx context.Context, u ids.User, r io.Reader) (Blob, error) {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return Blob{}, err
	}
	in := Input{ID: int64(binary.LittleEndian.Uint64(id[:]))}
	buf := make([]byte, ChunkSize)
	for {
		n, end, err := fill(r, buf)
		if err != nil {
			return Blob{}, err
		}
		if n > 0 {
			if err := s.SavePart(ctx, u, Part{File: in.ID, Part: in.Parts, Data: buf[:n]}); err != nil {
				return Blob{}, err
			}
			in.Parts++
		}
		if end {
			return s.Assemble(ctx, u, in)
		}
	}
}

// fill reads until buf is full or r ends. Unlike io.ReadFull it leaves an io.ErrUnexpectedEOF of r itself the error that it is.
func fill(r io.Reader, buf []byte) (n int, end bool, err error) {
	for n < len(buf) {
		m, err := r.Read(buf[n:])
		n += m
		if errors.Is(err, io.EOF) {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}
