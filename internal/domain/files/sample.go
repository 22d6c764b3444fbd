package files

import (
	"context"
	"crypto/rand"
	"errors"
	"io"

	"hermod/internal/blob"
	"hermod/internal/db"
)

const someChunks = `SELECT hash, suffix FROM file_chunk WHERE hash >= $1 ORDER BY hash LIMIT $2`

// Sample looks whether the store has the objects of about n chunks, from a random one on. It is for the operator.
func (s *Service) Sample(ctx context.Context, n int) (missing, checked int, err error) {
	var from [1]byte
	if _, err := rand.Read(from[:]); err != nil {
		return 0, 0, err
	}
	var all []chunk
	for _, at := range [][]byte{from[:], {}} { // around the end, where there are few
		err = s.db.Read(ctx, func(tx *db.Tx) error {
			return tx.Each(ctx, someChunks, []any{at, n - len(all)}, func(rows *db.Rows) error {
				var hash, suffix []byte
				err := rows.Scan(&hash, &suffix)
				all = append(all, chunkFrom(hash, suffix))
				return err
			})
		})
		if err != nil || len(all) >= n {
			break
		}
	}
	if err != nil {
		return 0, 0, err
	}
	for _, c := range all {
		_, err := s.store.ReadAt(ctx, c.object(), make([]byte, 1), 0)
		switch {
		case errors.Is(err, blob.ErrNotFound):
			missing++
		case err != nil && !errors.Is(err, io.EOF):
			return missing, checked, err
		}
		checked++
	}
	return missing, checked, nil
}
