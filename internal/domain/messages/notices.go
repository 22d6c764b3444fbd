package messages

import (
	"context"
	"errors"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
)

// GroupAction writes the service message of a change in a basic group, for all its members and for extra ones, such as
// somebody who was just removed. It returns the row of from.
func (s *Service) GroupAction(
	ctx context.Context, tx *db.Tx, chat ids.Chat, from ids.User, a actions.Action, extra ...ids.User,
) (Sent, error) {
	return Sent{}, errors.New("not yet")
}

// ChannelAction writes the service message of a change in a channel. from shows as its author, 0 for the channel itself;
// author is who did it.
func (s *Service) ChannelAction(
	ctx context.Context, tx *db.Tx, ch ids.Channel, from, author ids.User, a actions.Action,
) (*Message, error) {
	return nil, errors.New("not yet")
}
