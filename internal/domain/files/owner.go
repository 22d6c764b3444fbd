package files

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"

	"hermod/internal/blob"
)

// ErrStore means a store whose objects belong to another database.
var ErrStore = errors.New("files: the store belongs to another database")

// marker is the object that says to which database a store belongs. It lies in no part of the store that is swept.
const marker = "store/owner"

// checkStore fails with ErrStore unless the store is that of our database; one that is nobody's becomes ours. Who gives a
// server the wrong database must not lose what the right one knows.
func (s *Service) checkStore(ctx context.Context) error {
	ours := s.mac('s', 0, 0)
	got := make([]byte, len(ours))
	n, err := s.store.ReadAt(ctx, marker, got, 0)
	switch {
	case errors.Is(err, blob.ErrNotFound):
		err = s.store.Put(ctx, marker, ours)
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = nil
		if !hmac.Equal(got[:n], ours) {
			err = ErrStore
		}
	}
	if err != nil {
		return fmt.Errorf("whose store it is: %w", err)
	}
	return nil
}
