package messages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// An EditRequest changes a message that its author has sent, or a post of a channel.
// Spec: https://core.telegram.org/method/messages.editMessage
type EditRequest struct {
	By     ids.User
	Peer   ids.Peer
	ID     ids.Message
	Text   *text.Text   // nil: as it was
	Media  *media.Media // nil: as it was
	Markup []byte       // nil: none
	Flags  Flags        // InvertMedia, NoWebpage
}

// A Change is a message after something was done to it, and where that stands in its owner's log.
type Change struct {
	Message *Message
	PTS     int32
}

// Edit changes a message for all who have it and logs it for them.
//
// It fails with ErrNone, ErrAuthor, ErrEditTime, ErrSame, ErrEmpty, ErrTooLong, text.ErrBounds, rights.ErrAdminRequired,
// as channels.See does, or as Send does when one side of a private chat has blocked the other.
func (s *Service) Edit(ctx context.Context, req EditRequest) (done Change, err error) {
	if len(req.Markup) > maxMarkup {
		return Change{}, ErrTooLong
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		done, err = s.edit(ctx, tx, req)
		return err
	})
	if err != nil {
		return Change{}, fmt.Errorf("edit message %d of user %d: %w", req.ID, req.By, err)
	}
	return done, nil
}

func (s *Service) edit(ctx context.Context, tx *db.Tx, req EditRequest) (Change, error) {
	owner := Box(req.By, req.Peer)
	rows, err := s.Copies(ctx, tx, owner, req.ID)
	if err != nil {
		return Change{}, err
	}
	mine := rowOf(rows, owner)
	if mine == nil || mine.Peer != req.Peer && req.Peer != 0 {
		return Change{}, ErrNone
	}
	if req.Text, err = req.cleanText(mine); err != nil {
		return Change{}, err
	}
	if err := s.checkMayEdit(ctx, tx, req, mine, len(rows) > 1); err != nil {
		return Change{}, err
	}
	before := *mine
	var done Change
	for _, m := range rows {
		req.apply(m)
	}
	if err := hook(ctx, tx, s.hooks.editing, rows); err != nil {
		return Change{}, err
	}
	for _, m := range rows {
		pts, err := s.rewrite(ctx, tx, m)
		if err != nil {
			return Change{}, err
		}
		if m == mine {
			done = Change{Message: m, PTS: pts}
		}
	}
	if err := s.swapFiles(ctx, tx, &before, rows); err != nil {
		return Change{}, err
	}
	if err := hook(ctx, tx, s.hooks.edited, rows); err != nil {
		return Change{}, err
	}
	return done, s.record(ctx, tx, req.By, channels.LogEdit, &before, done.Message)
}

// cleanText is the new text of m as it is kept.
func (r *EditRequest) cleanText(m *Message) (*text.Text, error) {
	if r.Text == nil {
		if len(r.Media.Files()) > 0 && text.Units(m.Text.String) > MaxCaption { // what was a text becomes a caption
			return nil, ErrCaption
		}
		return nil, nil
	}
	attached := m.Media
	if r.Media != nil {
		attached = r.Media
	}
	t, err := cleanBody(*r.Text, attached)
	return &t, err
}

// rowOf is the row of owner among the copies of a message.
func rowOf(rows []*Message, owner ids.Peer) *Message {
	for _, m := range rows {
		if m.Owner == owner {
			return m
		}
	}
	return nil
}

// checkMayEdit fails when m, the row of who asks, must not be changed by him. shared says that others have a copy.
func (s *Service) checkMayEdit(ctx context.Context, tx *db.Tx, req EditRequest, m *Message, shared bool) error {
	if err := req.check(m); err != nil {
		return err
	}
	switch {
	case m.Peer.Channel() != 0:
		return s.checkMayEditPost(ctx, tx, req, m)
	case m.Writer() != req.By:
		return ErrAuthor
	case m.Peer == m.Owner:
		return nil
	case time.Since(m.Date) > EditTime:
		return ErrEditTime
	case m.Peer.Chat() != 0:
		if req.newMedia(m) {
			_, err := s.groups.CheckMaySend(ctx, tx, m.Peer.Chat(), req.By, req.Media.Needs())
			return err
		}
		_, err := s.groups.See(ctx, req.By, m.Peer.Chat())
		return err
	case !shared:
		return nil
	}
	if err := s.checkMayWrite(ctx, tx, req.By, m.Peer.User()); !errors.Is(err, users.ErrDeleted) {
		return err
	}
	return nil
}

// checkMayEditPost is checkMayEdit for channels: posts are edited by their author and by admins with the right to, at any
// time; messages of supergroups by their author, for a while, or always if he may pin them.
// Spec: https://core.telegram.org/api/rights
func (s *Service) checkMayEditPost(ctx context.Context, tx *db.Tx, req EditRequest, m *Message) error {
	v, err := s.channels.SeeTx(ctx, tx, req.By, m.Peer.Channel())
	own := m.Writer() == req.By
	switch {
	case err != nil:
		return err
	case v.Broadcast && v.Can(rights.AdminEditMessages):
		return nil
	case v.Broadcast && !v.Can(rights.AdminPostMessages):
		return rights.ErrAdminRequired
	case !own || !v.Me.In() && v.Linked == 0:
		return ErrAuthor
	case time.Since(m.Date) > EditTime && !v.Can(rights.AdminPinMessages):
		return ErrEditTime
	}
	if v.Broadcast || v.Me.IsAdmin() {
		return nil
	}
	if v.Me.Banned().Any(rights.SendMessages) {
		return rights.ErrUserBanned
	}
	if req.newMedia(m) {
		return v.Forbidden().Check(req.Media.Needs())
	}
	return nil
}

// newMedia reports whether m is to carry something else than it does: that takes the rights to send it.
func (r *EditRequest) newMedia(m *Message) bool { return r.Media != nil && !r.Media.Equal(m.Media) }

// check fails when nobody could edit m so.
func (r *EditRequest) check(m *Message) error {
	switch {
	case m.Flags.Has(IsAction):
		return ErrNone
	case m.Forward != nil && m.Peer != m.Owner, m.Forward != nil && m.Owner.Channel() != 0:
		return ErrAuthor
	case r.Text == nil && r.Markup == nil && r.Media == nil:
		return ErrSame
	}
	if (r.Text == nil || r.Text.Equal(m.Text)) && !r.newMedia(m) &&
		bytes.Equal(r.Markup, m.Markup) {
		return ErrSame
	}
	if r.newMedia(m) {
		return r.Media.CheckReplaces(m.Media, m.GroupedID != 0)
	}
	return nil
}

func (r *EditRequest) apply(m *Message) {
	if r.Text != nil {
		m.Text = *r.Text
	}
	if r.Media != nil {
		m.Media = r.Media
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
	return s.log.AppendWith(ctx, tx, m.Owner, updates.EditMessage{ID: m.ID}, m)
}

// record writes into the log of the admins of a channel what was done to a message; before or after may be nil.
func (s *Service) record(ctx context.Context, tx *db.Tx, by ids.User, kind channels.LogKind, before, after *Message) error {
	m := after
	if m == nil {
		m = before
	}
	ch := m.Owner.Channel()
	if ch == 0 || s.channels == nil {
		return nil
	}
	var sides [2]any
	for i, side := range [...]*Message{before, after} {
		if side != nil {
			sides[i] = side
		}
	}
	e, err := channels.Event(kind, sides[0], sides[1])
	if err != nil {
		return err
	}
	e.Text = m.Text.String
	return s.channels.Record(ctx, tx, ch, by, e)
}

// pair locks and returns the two rows of a message; theirs is nil where the other side has none. It fails with ErrNone
// when owner has none.
func (s *Service) pair(ctx context.Context, tx *db.Tx, owner ids.User, id ids.Message) (mine, theirs *Message, err error) {
	mine, err = one(ctx, tx, owner.Peer(), id)
	if err != nil {
		return nil, nil, noneIfMissing(err)
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
		return s.log.Lock(ctx, tx, a.Peer())
	}
	return s.log.Lock(ctx, tx, min(a, b).Peer(), max(a, b).Peer())
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
