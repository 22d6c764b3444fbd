package messages

import (
	"context"
	"errors"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// Typing tells that From is about to write to To. It is told live and never kept.
// Spec: https://core.telegram.org/method/messages.setTyping
type Typing struct {
	From, To ids.User
	Action   string // TL name of a SendMessageAction
	Progress int32  // percent, of uploads
}

// SubjectLive is the bus subject of what is told live and never kept: Key is the receiver.
const SubjectLive = "live"

// SetTyping tells t.To what t.From is doing, if he may write to him. It fails with ErrPeer.
func (s *Service) SetTyping(ctx context.Context, t Typing) error {
	if t.From == t.To || t.To == ids.Service {
		return nil
	}
	err := s.db.Read(ctx, func(tx *db.Tx) error { return s.checkMayWrite(ctx, tx, t.From, t.To) })
	switch {
	case errors.Is(err, users.ErrBlocked), errors.Is(err, users.ErrYouBlocked), errors.Is(err, users.ErrDeleted):
		return nil
	case err != nil:
		return err
	}
	s.bus.Publish(bus.Message{Subject: SubjectLive, Key: int64(t.To), Value: t})
	return nil
}
