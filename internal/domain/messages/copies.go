package messages

import (
	"context"
	"errors"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Copies locks and returns all rows of a message, its owners ascending: two in a private chat, one for each member of a
// basic group, one in a channel. owner and id name any of them. It fails with ErrNone.
func (s *Service) Copies(ctx context.Context, tx *db.Tx, owner ids.Peer, id ids.Message) ([]*Message, error) {
	if owner.Channel() != 0 {
		return s.post(ctx, tx, owner, id)
	}
	m, err := one(ctx, tx, owner, id)
	if err != nil {
		return nil, noneIfMissing(err)
	}
	if m.Peer.Chat() != 0 {
		return s.groupCopies(ctx, tx, m)
	}
	mine, theirs, err := s.pair(ctx, tx, owner.User(), id)
	if err != nil {
		return nil, err
	}
	return ascending(mine, theirs), nil
}

// post locks a channel and returns a message of it.
func (s *Service) post(ctx context.Context, tx *db.Tx, channel ids.Peer, id ids.Message) ([]*Message, error) {
	if err := s.log.Lock(ctx, tx, channel); err != nil {
		return nil, err
	}
	m, err := one(ctx, tx, channel, id)
	if err != nil {
		return nil, noneIfMissing(err)
	}
	return []*Message{m}, nil
}

// groupCopies locks and returns the rows of a message of a basic group. Those who have it are not always those who are
// in the group now.
func (s *Service) groupCopies(ctx context.Context, tx *db.Tx, m *Message) ([]*Message, error) {
	return nil, errors.New("not yet")
}

// Rewrite writes back a row of which something has changed, without an entry in the log.
func (s *Service) Rewrite(ctx context.Context, tx *db.Tx, m *Message) error {
	if err := update(ctx, tx, m); err != nil {
		return err
	}
	return s.index.stale(ctx, tx, m.Owner, m.ID)
}
