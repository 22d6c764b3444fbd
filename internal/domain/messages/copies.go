package messages

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Copies locks and returns all rows of a message, its owners ascending: two in a private chat, one for each member of a
// basic group, one in a channel. owner and id name any of them. It fails with ErrNone.
func (s *Service) Copies(ctx context.Context, tx *db.Tx, owner ids.Peer, id ids.Message) ([]*Message, error) {
	if owner.Channel() != 0 {
		return s.lockPost(ctx, tx, owner, id)
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

// lockPost locks a channel and returns a message of it.
func (s *Service) lockPost(ctx context.Context, tx *db.Tx, channel ids.Peer, id ids.Message) ([]*Message, error) {
	if err := s.log.Lock(ctx, tx, channel); err != nil {
		return nil, err
	}
	m, err := one(ctx, tx, channel, id)
	if err != nil {
		return nil, noneIfMissing(err)
	}
	return []*Message{m}, nil
}

// Rewrite writes back a row of which something has changed, without an entry in the log. Its place, author, date and text
// are as they were: edits of the text go through Edit.
func (s *Service) Rewrite(ctx context.Context, tx *db.Tx, m *Message) error {
	return update(ctx, tx, m)
}
