package messages

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// CopiesOfNumber is Copies for a message of a basic group that is known by its number there. It fails with ErrNone.
func (s *Service) CopiesOfNumber(ctx context.Context, tx *db.Tx, chat ids.Peer, number ids.Message) ([]*Message, error) {
	if s.groups == nil || chat.Chat() == 0 {
		return nil, ErrNone
	}
	members, err := s.groups.Members(ctx, tx, chat.Chat())
	if err != nil {
		return nil, err
	}
	where, err := copiesOf(ctx, tx, together(members, nil), chat, number)
	if err != nil {
		return nil, err
	}
	for owner, id := range where {
		return s.groupCopies(ctx, tx, &Message{Owner: owner, ID: id, Peer: chat, Twin: number})
	}
	return nil, ErrNone
}
