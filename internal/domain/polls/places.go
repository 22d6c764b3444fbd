package polls

import (
	"context"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
)

// sending makes a poll of the draft in a new message, and notes where the poll stands. A draft that was repeated, such as a
// scheduled message, becomes a poll of its own each time.
func (s *Service) sending(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	made := make(map[*media.Media]*media.Media) // rows share what they show
	for _, m := range rows {
		if media.KindOf(m.Media) != media.Poll {
			continue
		}
		shown := made[m.Media]
		if shown == nil {
			var err error
			if shown, err = s.publish(ctx, tx, m); err != nil {
				return err
			}
			made[m.Media] = shown
		}
		m.Media = shown
	}
	return s.addPlaces(ctx, tx, rows)
}

// publish returns what the rows of m are to show. It fails with ErrPublic or media.ErrCloseDate.
func (s *Service) publish(ctx context.Context, tx *db.Tx, m *messages.Message) (*media.Media, error) {
	d := m.Media.Poll.Draft
	if d == nil {
		return m.Media, s.checkForward(ctx, tx, m)
	}
	if d.Public && m.Flags.Has(messages.Post) {
		return nil, ErrPublic
	}
	if d.Members && m.Peer.User() != 0 {
		return nil, ErrMember
	}
	closes, err := d.Opens(m.Date)
	if err != nil {
		return nil, err
	}
	id, err := s.db.NextID(ctx, "poll")
	if err != nil {
		return nil, err
	}
	p := &Poll{ID: id, Author: m.Writer(), Made: m.Date, PollDraft: *d, IsClosed: d.Closed, Closes: closes, Version: 1}
	p.Counts = make([]int, len(d.Answers))
	if err := insert(ctx, tx, p); err != nil {
		return nil, fmt.Errorf("make poll: %w", err)
	}
	if !closes.IsZero() {
		tx.OnCommit(s.rouse)
	}
	return &media.Media{Kind: media.Poll, Poll: &media.PollRef{ID: id}}, nil
}

// checkForward fails with ErrPublic when a poll that shows its voters goes into a channel.
func (s *Service) checkForward(ctx context.Context, tx *db.Tx, m *messages.Message) error {
	if !m.Flags.Has(messages.Post) {
		return nil
	}
	found, err := byID(ctx, tx, []int64{m.Media.Poll.ID})
	if p := found[m.Media.Poll.ID]; p != nil && p.Public {
		return ErrPublic
	}
	return err
}

// place is where m stands, as poll_place has it: of a basic group its number there.
func place(m *messages.Message) (owner ids.Peer, id ids.Message) {
	if m.Peer.Chat() != 0 && m.Twin != 0 {
		return m.Peer, m.Twin
	}
	return m.Owner, m.ID
}

func (s *Service) addPlaces(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	var last ids.Peer
	for _, m := range rows {
		if media.KindOf(m.Media) != media.Poll {
			continue
		}
		owner, id := place(m)
		if owner == last && owner.Chat() != 0 {
			continue // the members' rows are one place
		}
		last = owner
		const add = `INSERT INTO poll_place (poll, owner, id) VALUES ($1, $2, $3) ON CONFLICT (poll, owner, id) DO NOTHING`
		if err := tx.Queue(ctx, add, m.Media.Poll.ID, int64(owner), int64(id)); err != nil {
			return fmt.Errorf("note place of poll: %w", err)
		}
	}
	return nil
}

// forget drops the places of messages that are gone. The poll stays: it may stand elsewhere, or come back by a forward.
func (s *Service) forget(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	for _, m := range rows {
		if media.KindOf(m.Media) != media.Poll || m.Peer.Chat() != 0 {
			continue
		}
		const drop = `DELETE FROM poll_place WHERE poll = $1 AND owner = $2 AND id = $3`
		if err := tx.Queue(ctx, drop, m.Media.Poll.ID, int64(m.Owner), int64(m.ID)); err != nil {
			return fmt.Errorf("forget place of poll: %w", err)
		}
	}
	return nil
}

// tell says to all who have a message, which owner has under id, that its poll has changed, and has Run tell those who have
// the poll in other messages. It returns owner's row.
func (s *Service) tell(ctx context.Context, tx *db.Tx, poll int64, owner ids.Peer, id ids.Message) (*Now, error) {
	copies, err := s.messages.Copies(ctx, tx, owner, id)
	if err != nil {
		return nil, err
	}
	tx.OnCommit(func() { s.touch(poll) })
	return s.tellCopies(ctx, tx, poll, owner, copies)
}

func (s *Service) tellCopies(
	ctx context.Context, tx *db.Tx, poll int64, owner ids.Peer, copies []*messages.Message,
) (now *Now, err error) {
	for _, m := range copies {
		var pts int32
		if m.Owner.Channel() != 0 {
			pts, err = s.log.Hidden(ctx, tx, m.Owner, m.ID, m)
		} else {
			err = s.log.NoteWith(ctx, tx, m.Owner, updates.MessagePoll{Peer: m.Peer, ID: m.ID, Poll: poll}, m)
		}
		if err != nil {
			return nil, err
		}
		if m.Owner == owner {
			now = &Now{Message: m, PTS: pts}
		}
	}
	return now, nil
}

// touch has Run tell the other places of a poll.
func (s *Service) touch(poll int64) {
	s.mu.Lock()
	s.dirty[poll] = struct{}{}
	s.mu.Unlock()
	s.rouse()
}

func (s *Service) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
