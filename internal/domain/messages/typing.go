package messages

import (
	"context"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Typing tells that From is about to write to To. It is told live and never kept.
// Spec: https://core.telegram.org/method/messages.setTyping
type Typing struct {
	From     ids.User
	To       ids.Peer
	As       ids.Peer    // who shows, when From writes as a channel
	Thread   ids.Message // the topic or thread he writes in
	Action   string      // TL name of a SendMessageAction
	Progress int32       // percent, of uploads
}

// SubjectLive is the bus subject of what is told live and never kept: Key is the receiver.
const SubjectLive = "live"

// SetTyping tells t.To what t.From is doing, if he may write to him.
func (s *Service) SetTyping(ctx context.Context, t Typing) error {
	if t.From.Peer() == t.To || t.To == ids.Service.Peer() || t.To.User() == 0 {
		return nil
	}
	var silenced bool
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		silenced, err = s.silenced(ctx, tx, t.From, t.To.User())
		return err
	})
	if err != nil || silenced {
		return err
	}
	s.bus.Publish(bus.Message{Subject: SubjectLive, Key: int64(t.To), Value: t})
	return nil
}
