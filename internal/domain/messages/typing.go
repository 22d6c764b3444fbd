package messages

import (
	"context"
	"errors"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
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

// SetTyping tells t.To what t.From is doing, if he may write there: in a group each of its members, in a supergroup all of
// them at once. It fails as groups.CheckMaySend and channels.CheckMaySend do.
func (s *Service) SetTyping(ctx context.Context, t Typing) error {
	switch {
	case t.To == t.From.Peer(), t.To == ids.Service.Peer():
		return nil
	case t.To.Chat() != 0 && s.groups != nil:
		return s.typeInGroup(ctx, t)
	case t.To.Channel() != 0 && s.channels != nil:
		return s.typeInChannel(ctx, t)
	case t.To.User() == 0:
		return ErrPeer
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

func (s *Service) typeInGroup(ctx context.Context, t Typing) error {
	v, err := s.groups.CheckMaySend(ctx, nil, t.To.Chat(), t.From, 0)
	if err != nil {
		return err
	}
	for _, m := range v.List {
		if m.User != t.From {
			s.bus.Publish(bus.Message{Subject: SubjectLive, Key: int64(m.User), Value: t})
		}
	}
	return nil
}

// typeInChannel says nothing in a broadcast channel, where nobody sees who writes.
func (s *Service) typeInChannel(ctx context.Context, t Typing) error {
	v, err := s.channels.See(ctx, t.From, t.To.Channel())
	if err != nil || v.Broadcast {
		return err
	}
	if _, err := s.channels.CheckMaySend(ctx, nil, v.ID, t.From, 0, 0); err != nil && !errors.Is(err, rights.ErrSlowMode) {
		return err
	}
	if as := v.As(); as != t.From.Peer() {
		t.As = as
	}
	s.bus.Publish(bus.Message{Subject: SubjectLive, Key: int64(t.To), Value: t})
	return nil
}
