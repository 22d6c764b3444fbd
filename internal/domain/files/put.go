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
	n, err := io.ReadFull(r, buf)
	var b Blob
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		b, err = s.putOne(ctx, buf[:n])
	case err == nil:
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
		var chunks list
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
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			if err := s.SavePart(ctx, u, Part{File: in.ID, Part: in.Parts, Data: buf[:n]}); err != nil {
				return Blob{}, err
			}
			in.Parts++
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return s.Assemble(ctx, u, in)
		case err != nil:
			return Blob{}, err
		}
	}
}
