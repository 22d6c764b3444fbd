package messages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// An EditRequest changes a message that its author has sent.
// Spec: https://core.telegram.org/method/messages.editMessage
type EditRequest struct {
	By     ids.User
	Peer   ids.Peer
	ID     ids.Message
	Text   *text.Text // nil: as it was
	Markup []byte     // nil: none
	Flags  Flags      // InvertMedia, NoWebpage
}

// A Change is a message after something was done to it, and where that stands in its owner's log.
type Change struct {
	Message *Message
	PTS     int32
}

// Edit changes a message at both sides and logs it for both.
//
// It fails with ErrNone, ErrAuthor, ErrEditTime, ErrSame, ErrEmpty, ErrTooLong, text.ErrBounds, or as Send does when
// one side has blocked the other.
func (s *Service) Edit(ctx context.Context, req EditRequest) (Change, error) {
	if req.Text != nil {
		t, err := cleanText(*req.Text)
		if err != nil {
			return Change{}, err
		}
		req.Text = &t
	}
	if len(req.Markup) > maxMarkup {
		return Change{}, ErrTooLong
	}
	var done Change
	err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
		done, err = s.edit(ctx, tx, req)
		return err
	})
	if err != nil {
		return Change{}, fmt.Errorf("edit message %d of user %d: %w", req.ID, req.By, err)
	}
	return done, nil
}

func (s *Service) edit(ctx context.Context, tx *db.Tx, req EditRequest) (Change, error) {
	mine, theirs, err := s.pair(ctx, tx, req.By, req.ID)
	if err != nil {
		return Change{}, err
	}
	if mine.Peer != req.Peer && req.Peer != 0 {
		return Change{}, ErrNone
	}
	if err := req.check(mine); err != nil {
		return Change{}, err
	}
	if theirs != nil {
		if err := s.checkMayWrite(ctx, tx, req.By, theirs.Owner.User()); err != nil && !errors.Is(err, users.ErrDeleted) {
			return Change{}, err
		}
	}
	var done Change
	for _, m := range ascending(mine, theirs) {
		req.apply(m)
		pts, err := s.rewrite(ctx, tx, m)
		if err != nil {
			return Change{}, err
		}
		if m == mine {
			done = Change{Message: m, PTS: pts}
		}
	}
	return done, nil
}

// check fails when m must not be edited so.
func (r *EditRequest) check(m *Message) error {
	saved := m.Peer == m.Owner
	switch {
	case m.Flags.Has(IsAction):
		return ErrNone
	case m.From != m.Owner || m.Forward != nil && !saved:
		return ErrAuthor
	case !saved && time.Since(m.Date) > EditTime:
		return ErrEditTime
	case r.Text == nil && r.Markup == nil:
		return ErrSame
	}
	if (r.Text == nil || r.Text.Equal(m.Text)) && bytes.Equal(r.Markup, m.Markup) {
		return ErrSame
	}
	return nil
}

func (r *EditRequest) apply(m *Message) {
	if r.Text != nil {
		m.Text = *r.Text
	}
	m.Markup = r.Markup
	m.EditDate = now()
	m.Flags = m.Flags.with(InvertMedia, r.Flags.Has(InvertMedia)).with(NoWebpage, r.Flags.Has(NoWebpage))
}

// rewrite writes a row that has changed, and logs that.
func (s *Service) rewrite(ctx context.Context, tx *db.Tx, m *Message) (pts int32, err error) {
	if err := update(ctx, tx, m); err != nil {
		return 0, err
	}
	if err := s.index.stale(ctx, tx, m.Owner, m.ID); err != nil {
		return 0, err
	}
	return s.log.Append(ctx, tx, m.Owner, updates.EditMessage{ID: m.ID})
}

// pair locks and returns the two rows of a message; theirs is nil where the other side has none. It fails with ErrNone
// when owner has none.
func (s *Service) pair(ctx context.Context, tx *db.Tx, owner ids.User, id ids.Message) (mine, theirs *Message, err error) {
	mine, err = one(ctx, tx, owner.Peer(), id)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil, ErrNone
	}
	if err != nil {
		return nil, nil, err
	}
	other := mine.Peer.User()
	if err := s.lock(ctx, tx, owner, other); err != nil {
		return nil, nil, err
	}
	if mine, err = one(ctx, tx, owner.Peer(), id); err != nil { // as it stands now that nobody else can change it
		return nil, nil, noneIfMissing(err)
	}
	if mine.Twin == 0 {
		return mine, nil, nil
	}
	theirs, err = one(ctx, tx, other.Peer(), mine.Twin)
	if errors.Is(err, db.ErrNotFound) {
		return mine, nil, nil
	}
	return mine, theirs, err
}

func noneIfMissing(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return ErrNone
	}
	return err
}

// lock locks two owners, which may be the same, in ascending order. The service account has no log to lock.
func (s *Service) lock(ctx context.Context, tx *db.Tx, a, b ids.User) error {
	if a == b {
		return s.dialogs.Lock(ctx, tx, a)
	}
	return s.dialogs.Lock(ctx, tx, min(a, b), max(a, b))
}

// ascending are the rows that exist, in the order of their owners.
func ascending(a, b *Message) []*Message {
	switch {
	case b == nil:
		return []*Message{a}
	case a.Owner > b.Owner:
		return []*Message{b, a}
	}
	return []*Message{a, b}
}
