package reactions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/stand"
	"hermod/internal/domain/updates"
)

// A Request sets the reactions of somebody to a message, in place of those he had. None takes them away.
// Spec: https://core.telegram.org/method/messages.sendReaction
type Request struct {
	By        ids.User
	Peer      ids.Peer
	ID        ids.Message
	Reactions []messages.Reaction
	Big       bool
	Remember  bool // as recently used
}

// An Outcome is a message after its reactions have changed, as the one who did it has it, and where that stands in the log
// of its channel; PTS is 0 elsewhere.
type Outcome struct {
	Message *messages.Message
	PTS     int32
}

// React does what r asks.
//
// It fails with ErrInvalid, ErrMessage, ErrTooMany, ErrSame, rights.ErrReactionsForbidden, or as stand.Of and
// messages.CheckPartner do.
func (s *Service) React(ctx context.Context, r Request) (done Outcome, err error) {
	if len(r.Reactions) > maxOwn {
		return done, ErrTooMany
	}
	st, err := s.stands.Of(ctx, r.By, r.Peer)
	if err != nil {
		return done, err
	}
	if err := r.check(st); err != nil {
		return done, err
	}
	if len(r.Reactions) > 0 {
		if err := s.messages.CheckPartner(ctx, r.By, r.Peer); err != nil {
			return done, err
		}
	}
	target, err := s.target(ctx, r.By, r.Peer, r.ID)
	if err != nil {
		return done, err
	}
	c := change{key: keyOf(target), actor: st.As, by: r.By, want: r.Reactions, big: r.Big, kinds: kinds(st)}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if done, err = s.react(ctx, tx, target, c); err != nil {
			return err
		}
		return s.remember(ctx, tx, r)
	})
	if err != nil {
		return Outcome{}, fmt.Errorf("user %d reacts to message %d: %w", r.By, r.ID, err)
	}
	return done, nil
}

// check fails when the chat does not allow what is asked. To take a reaction away is always allowed.
func (r *Request) check(st stand.Stand) error {
	for i, x := range r.Reactions {
		if x == "" || slices.Contains(r.Reactions[:i], x) || !allowed(st.Reactions, x) {
			return ErrInvalid
		}
	}
	if len(r.Reactions) == 0 {
		return nil
	}
	if st.Banned.Any(rights.SendReactions) || !st.Member && !st.Broadcast {
		return rights.ErrReactionsForbidden
	}
	return nil
}

// kinds is how many different reactions a message of the chat can have.
func kinds(st stand.Stand) int {
	if st.Reactions.Limit > 0 {
		return min(int(st.Reactions.Limit), maxKinds)
	}
	return maxKinds
}

// target returns the message that viewer reacts to. It fails with ErrMessage, or as messages.Get does.
func (s *Service) target(ctx context.Context, viewer ids.User, peer ids.Peer, id ids.Message) (*messages.Message, error) {
	found, err := s.messages.Get(ctx, viewer, peer, []ids.Message{id})
	if err != nil {
		return nil, err
	}
	m := found[id]
	if m == nil || m.Peer != peer || m.Action != nil {
		return nil, ErrMessage
	}
	return m, nil
}

// A change is what one person's reactions to a message become.
type change struct {
	key
	actor ids.Peer
	by    ids.User // who does it: the actor, or an admin
	want  []messages.Reaction
	big   bool
	kinds int

	// Set by react:
	at    time.Time // one moment for all that is written: what is unread is found by the dates of the reactions
	fresh bool      // some of what is wanted was not there before
}

// react changes the rows of all who have the message, and returns that of target's owner.
func (s *Service) react(ctx context.Context, tx *db.Tx, target *messages.Message, c change) (Outcome, error) {
	copies, err := s.messages.Copies(ctx, tx, target.Owner, target.ID)
	if errors.Is(err, messages.ErrNone) || err == nil && len(copies) == 0 {
		return Outcome{}, ErrMessage
	}
	if err != nil {
		return Outcome{}, err
	}
	c.at = now()
	before, after, err := s.replace(ctx, tx, c)
	if err != nil {
		return Outcome{}, err
	}
	c.fresh = slices.ContainsFunc(after, func(r messages.Reactor) bool { return r.Date == c.at.Unix() })
	next, err := s.recount(ctx, tx, copies[0].Reactions, c, before, after)
	if err != nil {
		return Outcome{}, err
	}
	if saved(target) {
		if err := s.tag(ctx, tx, target, before, after); err != nil {
			return Outcome{}, err
		}
		if next != nil {
			next.Tags = true
		}
	}
	return s.spread(ctx, tx, target, copies, next, c)
}

// replace writes the reactions of one person. It fails with ErrSame.
func (s *Service) replace(ctx context.Context, tx *db.Tx, c change) (before, after []messages.Reactor, err error) {
	if before, err = ofActor(ctx, tx, c.key, c.actor); err != nil {
		return nil, nil, err
	}
	if slices.EqualFunc(before, c.want, func(r messages.Reactor, x messages.Reaction) bool { return r.Reaction == x }) {
		return nil, nil, ErrSame
	}
	const drop = `DELETE FROM reaction WHERE owner = $1 AND id = $2 AND actor = $3`
	if err := tx.Queue(ctx, drop, int64(c.owner), int64(c.id), int64(c.actor)); err != nil {
		return nil, nil, err
	}
	for i, x := range c.want {
		r := messages.Reactor{Actor: c.actor, Reaction: x, Place: i, Date: c.at.Unix(), Big: c.big}
		if at := slices.IndexFunc(before, func(b messages.Reactor) bool { return b.Reaction == x }); at >= 0 {
			r.Date, r.Big = before[at].Date, before[at].Big
		}
		after = append(after, r)
		const add = `INSERT INTO reaction (owner, id, actor, place, reaction, date, big) VALUES ($1, $2, $3, $4, $5, $6, $7)`
		err := tx.Queue(ctx, add, int64(c.owner), int64(c.id), int64(c.actor), i, string(x), r.Date, r.Big)
		if err != nil {
			return nil, nil, err
		}
	}
	return before, after, nil
}

// recount is count, with those who are shown in place of who is gone. It fails with ErrTooMany.
func (s *Service) recount(
	ctx context.Context, tx *db.Tx, old *messages.ReactionSummary, c change, before, after []messages.Reactor,
) (*messages.ReactionSummary, error) {
	next, lost := count(old, c.actor, before, after)
	if next == nil {
		return nil, nil
	}
	grown := old == nil || len(next.Counts) > len(old.Counts)
	if grown && len(next.Counts) > c.kinds {
		return nil, ErrTooMany
	}
	for _, r := range lost {
		more, err := newest(ctx, tx, c.key, r)
		if err != nil {
			return nil, err
		}
		next.Recent = slices.DeleteFunc(next.Recent, func(x messages.Reactor) bool { return x.Reaction == r })
		next.Recent = append(next.Recent, more...)
	}
	sortRecent(next.Recent)
	return next, nil
}

// spread writes the new summary into all copies and tells everybody who has one.
func (s *Service) spread(
	ctx context.Context, tx *db.Tx, target *messages.Message, copies []*messages.Message, next *messages.ReactionSummary, c change,
) (done Outcome, err error) {
	for _, m := range copies {
		m.Reactions = next
		if err := s.noteUnread(ctx, tx, m, c); err != nil {
			return Outcome{}, err
		}
		if err := s.messages.Rewrite(ctx, tx, m); err != nil {
			return Outcome{}, err
		}
		pts, err := s.tell(ctx, tx, m)
		if err != nil {
			return Outcome{}, err
		}
		if m.Owner == target.Owner {
			done = Outcome{Message: m, PTS: pts}
		}
	}
	if done.Message == nil {
		return Outcome{}, ErrMessage
	}
	return done, nil
}

// tell says in the log of m's owner that its reactions have changed, and returns the position of that in a channel.
func (s *Service) tell(ctx context.Context, tx *db.Tx, m *messages.Message) (pts int32, err error) {
	if m.Owner.Channel() != 0 {
		return s.log.Hidden(ctx, tx, m.Owner, m.ID, m)
	}
	return 0, s.log.NoteWith(ctx, tx, m.Owner, updates.MessageReactions{Peer: m.Peer, ID: m.ID}, m)
}
