package dialogs

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// ReadOwn notes that user, who wrote a message into a channel, has read everything before it, and reports whether he had
// not read all of that before. Where the channel is not in his list nothing happens.
func (s *Service) ReadOwn(ctx context.Context, tx *db.Tx, user ids.User, channel ids.Peer, id ids.Message) (bool, error) {
	const further = `UPDATE dialog SET read_inbox = $1 WHERE owner = $2 AND peer = $3 AND read_inbox < $4`
	n, err := tx.Exec(ctx, further, int64(id), int64(user), int64(channel), int64(id)-1)
	if err != nil {
		return false, fmt.Errorf("note what user %d has read: %w", user, err)
	}
	return n > 0, s.ReadUpTo(ctx, tx, user, channel, id)
}

// ReadUpTo notes that user has read a channel up to a message, unless he has read further.
func (s *Service) ReadUpTo(ctx context.Context, tx *db.Tx, user ids.User, channel ids.Peer, id ids.Message) error {
	const set = `UPDATE dialog SET read_inbox = $1 WHERE owner = $2 AND peer = $3 AND read_inbox < $1`
	if err := tx.Queue(ctx, set, int64(id), int64(user), int64(channel)); err != nil {
		return fmt.Errorf("note what user %d has read: %w", user, err)
	}
	return nil
}
