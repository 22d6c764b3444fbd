package polls

import (
	"context"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
)

// Close closes a poll before its time, by its author where he sent it, and returns it. It fails with ErrNone, ErrClosed,
// messages.ErrAuthor, or as stand.Of does.
// Spec: https://core.telegram.org/api/poll#closing-a-poll
func (s *Service) Close(ctx context.Context, t Target) (Seen, error) {
	return s.edit(ctx, t, func(p *Poll, m *messages.Message) error {
		if !s.mayClose(ctx, t, p, m) {
			return messages.ErrAuthor
		}
		if !p.Open(now()) {
			return ErrClosed
		}
		p.IsClosed = true
		return nil
	})
}

// mayClose tells whether the viewer may close the poll in m: he made it and this is no forward, or he may edit the posts of
// the channel.
func (s *Service) mayClose(ctx context.Context, t Target, p *Poll, m *messages.Message) bool {
	if m.Forward != nil && m.Peer != m.Owner {
		return false
	}
	if m.Writer() == t.Viewer {
		return true
	}
	st, err := s.stands.Of(ctx, t.Viewer, t.Peer)
	return err == nil && m.Flags.Has(messages.Post) && st.MayEdit()
}

// Append adds an answer to a poll that is open to that, by a member who may write, and returns the poll with the answer. It
// fails with ErrNone, ErrClosed, ErrAppend, media.ErrAnswer, media.ErrAnswers, rights.ErrWriteForbidden, or as stand.Of does.
// Spec: https://core.telegram.org/method/messages.addPollAnswer
func (s *Service) Append(ctx context.Context, t Target, a media.PollAnswer) (seen Seen, added media.PollAnswer, err error) {
	if added, err = media.CleanAnswer(a); err != nil {
		return Seen{}, added, err
	}
	st, err := s.stands.Of(ctx, t.Viewer, t.Peer)
	if err != nil {
		return Seen{}, added, err
	}
	if !st.Member || st.Banned.Any(rights.SendMessages) {
		return Seen{}, added, rights.ErrWriteForbidden
	}
	seen, err = s.edit(ctx, t, func(p *Poll, _ *messages.Message) error {
		if err := p.mayAppend(); err != nil {
			return err
		}
		used := make(map[string]bool)
		for _, x := range p.Answers {
			used[string(x.Option)] = true
			if x.Text.String == added.Text.String {
				return media.ErrAnswer
			}
		}
		added.Option, added.By, added.Adder, added.Date = media.NewOption(used), st.As, t.Viewer, now().Unix()
		p.Answers, p.Counts = append(p.Answers, added), append(p.Counts, 0)
		return nil
	})
	return seen, added, err
}

func (p *Poll) mayAppend() error {
	switch {
	case !p.Open(now()):
		return ErrClosed
	case !p.PollDraft.Open:
		return ErrAppend
	case len(p.Answers) >= media.MaxAnswers:
		return media.ErrAnswers
	}
	return nil
}

// Delete takes an answer away, with the votes for it: by who added it, or who made the poll. It fails with ErrNone,
// ErrClosed, ErrOption, ErrAppend, or as stand.Of does.
// Spec: https://core.telegram.org/method/messages.deletePollAnswer
func (s *Service) Delete(ctx context.Context, t Target, option []byte) (seen Seen, gone media.PollAnswer, err error) {
	m, _, err := s.find(ctx, t)
	if err != nil {
		return Seen{}, gone, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := s.lock(ctx, tx, m.Media.Poll.ID)
		if err != nil {
			return err
		}
		at := p.answer(option)
		switch {
		case at < 0:
			return ErrOption
		case !p.Open(now()):
			return ErrClosed
		case p.Answers[at].By == 0 || p.Answers[at].AddedBy() != t.Viewer && p.Author != t.Viewer:
			return ErrAppend
		}
		gone = p.Answers[at]
		if err := s.takeAway(ctx, tx, p, at); err != nil {
			return err
		}
		seen = Seen{Poll: p, Viewer: t.Viewer}
		return s.saved(ctx, tx, &seen, m)
	})
	return seen, gone, err
}

// takeAway removes an answer and its votes, and counts the voters anew.
func (s *Service) takeAway(ctx context.Context, tx *db.Tx, p *Poll, at int) error {
	const drop = `DELETE FROM poll_vote WHERE poll = $1 AND opt = $2`
	if _, err := tx.Exec(ctx, drop, p.ID, p.Answers[at].Option); err != nil {
		return err
	}
	const count = `SELECT COUNT(DISTINCT voter) FROM poll_vote WHERE poll = $1`
	if err := tx.QueryRow(ctx, count, p.ID).Scan(&p.Voters); err != nil {
		return err
	}
	p.Answers, p.Counts = slices.Delete(p.Answers, at, at+1), slices.Delete(p.Counts, at, at+1)
	if p.Voters == 0 {
		p.Recent = nil
	}
	return nil
}

// edit changes a poll and tells all who have it.
func (s *Service) edit(ctx context.Context, t Target, fn func(p *Poll, m *messages.Message) error) (seen Seen, err error) {
	m, _, err := s.find(ctx, t)
	if err != nil {
		return Seen{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := s.lock(ctx, tx, m.Media.Poll.ID)
		if err != nil {
			return err
		}
		if err := fn(p, m); err != nil {
			return err
		}
		seen = Seen{Poll: p, Viewer: t.Viewer}
		return s.saved(ctx, tx, &seen, m)
	})
	if err != nil {
		return Seen{}, fmt.Errorf("change poll of message %d: %w", t.ID, err)
	}
	return seen, nil
}

// saved writes a poll that was changed, tells of it, and adds what the viewer voted for.
func (s *Service) saved(ctx context.Context, tx *db.Tx, seen *Seen, m *messages.Message) error {
	if err := save(ctx, tx, seen.Poll); err != nil {
		return err
	}
	chosen, err := chosenBy(ctx, tx, seen.Viewer.Peer(), seen.ID)
	if err != nil {
		return err
	}
	seen.Chosen = chosen[seen.ID]
	seen.Now, err = s.tell(ctx, tx, seen.ID, m.Owner, m.ID)
	return err
}
