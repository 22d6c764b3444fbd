package messages

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// OfLog returns the messages with these ids that are in the log of owner, whoever may see them: for what tells of a log
// to those whose it is. It fails with ErrTooMany.
func (s *Service) OfLog(ctx context.Context, owner ids.Peer, want []ids.Message) (found map[ids.Message]*Message, err error) {
	if len(want) > MaxBatch {
		return nil, ErrTooMany
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		found, err = byID(ctx, tx, owner, want)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("messages of %d: %w", owner, err)
	}
	return found, nil
}

// Heads returns what is newest in the logs of channels, by owner; those without a log are left out.
func (s *Service) Heads(ctx context.Context, owners ...ids.Peer) (all map[ids.Peer]updates.Head, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = s.log.Heads(ctx, tx, owners...)
		return err
	})
	return all, err
}
