package polls

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/stand"
)

// membership is how long somebody must have been a member to vote in a poll for members.
const membership = 24 * time.Hour

// A Target is a poll where somebody sees it.
type Target struct {
	Viewer ids.User
	Peer   ids.Peer
	ID     ids.Message
}

// A Ballot is a target with the options that are chosen. None takes the vote back.
// Spec: https://core.telegram.org/method/messages.sendVote
type Ballot struct {
	Target
	Options [][]byte
}

// Vote sets what somebody votes for, in place of what he voted for before, and returns the poll as he sees it then.
//
// It fails with ErrNone, ErrClosed, ErrOption, ErrTooMany, ErrFinal, ErrMembers, or as stand.Of does.
func (s *Service) Vote(ctx context.Context, b Ballot) (seen Seen, err error) {
	if len(b.Options) > media.MaxAnswers {
		return Seen{}, ErrTooMany
	}
	m, st, err := s.find(ctx, b.Target)
	if err != nil {
		return Seen{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := s.lock(ctx, tx, m.Media.Poll.ID)
		if err != nil {
			return err
		}
		seen = Seen{Poll: p, Viewer: b.Viewer, Chosen: b.Options}
		changed, err := s.vote(ctx, tx, p, st, b)
		if err != nil || !changed {
			return err
		}
		seen.Now, err = s.tell(ctx, tx, p.ID, m.Owner, m.ID)
		return err
	})
	if err != nil {
		return Seen{}, fmt.Errorf("vote of user %d: %w", b.Viewer, err)
	}
	return seen, nil
}

// find returns the message of a target, which shows a poll, and how the viewer stands to its chat.
func (s *Service) find(ctx context.Context, t Target) (*messages.Message, stand.Stand, error) {
	st, err := s.stands.Of(ctx, t.Viewer, t.Peer)
	if err != nil {
		return nil, st, err
	}
	found, err := s.messages.Get(ctx, t.Viewer, t.Peer, []ids.Message{t.ID})
	if err != nil {
		return nil, st, err
	}
	m := found[t.ID]
	if m == nil || m.Peer != t.Peer || media.KindOf(m.Media) != media.Poll || m.Media.Poll.ID == 0 {
		return nil, st, ErrNone
	}
	return m, st, nil
}

// vote counts a ballot and reports whether it changes anything.
func (s *Service) vote(ctx context.Context, tx *db.Tx, p *Poll, st stand.Stand, b Ballot) (changed bool, err error) {
	if !p.Open(now()) {
		return false, ErrClosed
	}
	if p.Members && (!st.Member || st.JoinedAt.After(p.Made.Add(-membership))) {
		return false, ErrMembers
	}
	after, err := p.places(b.Options)
	if err != nil {
		return false, err
	}
	chosen, err := chosenBy(ctx, tx, b.Viewer.Peer(), p.ID)
	if err != nil {
		return false, err
	}
	old := chosen[p.ID]
	switch {
	case len(old) > 0 && (p.Quiz || p.Final):
		return false, ErrFinal
	case slices.EqualFunc(old, b.Options, bytes.Equal):
		return false, nil
	}
	named := st.As == b.Viewer.Peer()
	if err := s.writeVote(ctx, tx, p, b, named); err != nil {
		return false, err
	}
	p.Tally.move(b.Viewer.Peer(), p.known(old), after, p.Public && named)
	return true, s.saveTally(ctx, tx, p)
}

// known is places without those answers that were taken away since.
func (p *Poll) known(options [][]byte) (all []int) {
	for _, o := range options {
		if at := p.answer(o); at >= 0 {
			all = append(all, at)
		}
	}
	return all
}

// places are where the chosen answers stand in the poll. It fails with ErrOption or ErrTooMany.
func (p *Poll) places(options [][]byte) ([]int, error) {
	if len(options) > 1 && !p.Multiple {
		return nil, ErrTooMany
	}
	var all []int
	for _, o := range options {
		at := p.answer(o)
		if at < 0 || slices.Contains(all, at) {
			return nil, ErrOption
		}
		all = append(all, at)
	}
	return all, nil
}

// move counts a vote in place of another of the same voter. named says that he may be shown.
func (t *Tally) move(voter ids.Peer, before, after []int, named bool) {
	for _, i := range before {
		t.add(i, -1)
	}
	for _, i := range after {
		t.add(i, 1)
	}
	if len(before) > 0 {
		t.Voters = max(t.Voters-1, 0)
	}
	t.Recent = slices.DeleteFunc(slices.Clone(t.Recent), func(p ids.Peer) bool { return p == voter })
	if len(after) == 0 {
		return
	}
	t.Voters++
	if named {
		t.Recent = append([]ids.Peer{voter}, t.Recent...)
		t.Recent = t.Recent[:min(len(t.Recent), maxRecent)]
	}
}

func (t *Tally) add(i, n int) {
	for len(t.Counts) <= i {
		t.Counts = append(t.Counts, 0)
	}
	t.Counts[i] = max(t.Counts[i]+n, 0)
}

// unnamed is where the choices begin to be numbered of a voter who is in no list: one who appears as the group or as a
// channel where he voted. So there is one vote for each user, whoever he appears as.
const unnamed = 1000

// writeVote writes a ballot in place of the one before; named says whether the lists of voters show it.
func (s *Service) writeVote(ctx context.Context, tx *db.Tx, p *Poll, b Ballot, named bool) error {
	voter, first := b.Viewer.Peer(), 0
	if !named {
		first = unnamed
	}
	const drop = `DELETE FROM poll_vote WHERE poll = $1 AND voter = $2`
	if err := tx.Queue(ctx, drop, p.ID, int64(voter)); err != nil {
		return err
	}
	for i, o := range b.Options {
		const add = `INSERT INTO poll_vote (poll, voter, n, opt, date) VALUES ($1, $2, $3, $4, $5)`
		if err := tx.Queue(ctx, add, p.ID, int64(voter), first+i, o, now()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) saveTally(ctx context.Context, tx *db.Tx, p *Poll) error {
	tally, err := json.Marshal(p.Tally)
	if err != nil {
		return err
	}
	return tx.Queue(ctx, `UPDATE poll SET tally = $1 WHERE id = $2`, string(tally), p.ID)
}

// noneIfMissing turns an unknown row into ErrNone.
func noneIfMissing(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return ErrNone
	}
	return err
}

func now() time.Time { return time.Unix(time.Now().Unix(), 0) }
