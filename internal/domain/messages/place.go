package messages

import (
	"context"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// copyFor is the row that the receiver gets of a row of the sender.
func (m *Message) copyFor(to ids.User) *Message {
	c := *m
	c.Owner, c.Peer, c.RandomID = to.Peer(), m.From, 0
	return &c
}

// put gives mine and theirs, the two rows of a new message, their places and writes them; in a chat with oneself there
// is only mine. Owners go in ascending order, so that two people who write to each other take their locks in the same
// order.
func (s *Service) put(ctx context.Context, tx *db.Tx, mine, theirs *Message) error {
	rows := []*Message{mine, theirs}
	switch {
	case mine.Owner == theirs.Owner:
		rows = rows[:1]
	case mine.Owner > theirs.Owner:
		rows[0], rows[1] = theirs, mine
	}
	if len(rows) == 2 {
		mine.Flags |= Out
	}
	return s.place(ctx, tx, rows, len(rows) == 2)
}

// place gives new rows in the logs of users, in the order of their owners, their ids and positions and writes them. With
// twins they are the two sides of a private chat.
func (s *Service) place(ctx context.Context, tx *db.Tx, rows []*Message, twins bool) error {
	owners := make([]ids.Peer, len(rows))
	for i, m := range rows {
		owners[i] = m.Owner
	}
	places, err := s.log.NextMessages(ctx, tx, owners...)
	if err != nil {
		return err
	}
	arrivals := make([]dialogs.Arrival, len(rows))
	for i, m := range rows {
		m.ID, m.PTS = places[i].ID, places[i].PTS
		arrivals[i] = dialogs.Arrival{
			Owner: m.Owner.User(), Peer: m.Peer, Message: m.ID, Date: m.Date, Unread: !m.Flags.Has(Out) && m.Peer != m.Owner,
		}
	}
	if twins {
		rows[0].Twin, rows[1].Twin = rows[1].ID, rows[0].ID
	}
	if err := hook(ctx, tx, s.hooks.sending, rows); err != nil {
		return err
	}
	if err := insert(ctx, tx, rows...); err != nil {
		return err
	}
	if err := s.hold(ctx, tx, rows); err != nil {
		return err
	}
	if err := s.dialogs.Arrived(ctx, tx, arrivals...); err != nil {
		return err
	}
	if err := hook(ctx, tx, s.hooks.sent, rows); err != nil {
		return err
	}
	for i, m := range rows {
		s.tellNew(ctx, tx, m, places[i].Notes)
	}
	return nil
}

// tellNew nudges the sessions of m's owner after the commit. The session that sent m gets it as the answer.
func (s *Service) tellNew(ctx context.Context, tx *db.Tx, m *Message, notes int64) {
	s.log.Tell(tx, updates.Entry{
		Owner: m.Owner, PTS: m.PTS, Count: 1, Notes: notes, Date: m.Date, Event: updates.NewMessage{ID: m.ID}, Value: m,
		Origin: updates.OriginFrom(ctx),
	})
	s.index.touch(tx, m.Owner)
}

func now() time.Time { return time.Unix(time.Now().Unix(), 0) }
