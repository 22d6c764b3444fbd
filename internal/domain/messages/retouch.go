package messages

import (
	"context"
	"errors"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Retouch changes a message in all of its copies and logs that, where no one edits it by hand: a task is ticked off, a live
// location moves. owner and id name any copy; the change that is returned is that of owner. fn gets each row and must treat
// all alike. It fails with ErrNone, or as fn does.
func (s *Service) Retouch(
	ctx context.Context, tx *db.Tx, owner ids.Peer, id ids.Message, fn func(m *Message) error,
) (done Change, err error) {
	copies, err := s.Copies(ctx, tx, owner, id)
	if err != nil {
		return Change{}, err
	}
	for _, m := range copies {
		if err := fn(m); err != nil {
			return Change{}, err
		}
		if err := s.Rewrite(ctx, tx, m); err != nil {
			return Change{}, err
		}
		pts, err := s.tellRetouched(ctx, tx, m)
		if err != nil {
			return Change{}, err
		}
		if m.Owner == owner {
			done = Change{Message: m, PTS: pts}
		}
	}
	return done, nil
}

func (s *Service) tellRetouched(ctx context.Context, tx *db.Tx, m *Message) (pts int32, err error) {
	if m.Owner.Channel() != 0 {
		return s.log.Hidden(ctx, tx, m.Owner, m.ID, m)
	}
	return s.log.AppendWith(ctx, tx, m.Owner, updates.EditMessage{ID: m.ID}, m)
}

// CheckPartner tells whether by may do something to the messages of a private chat beside writing, such as to react: it
// fails as users.CheckMayWrite does when one side has blocked the other. In all other chats, and to those who are gone, it
// says yes.
func (s *Service) CheckPartner(ctx context.Context, by ids.User, peer ids.Peer) error {
	other := peer.User()
	if other == 0 || other == by || other == ids.Service {
		return nil
	}
	err := s.db.Read(ctx, func(tx *db.Tx) error { return s.checkMayWrite(ctx, tx, by, other) })
	if errors.Is(err, users.ErrDeleted) {
		return nil
	}
	return err
}

// maxLive bounds the live locations that are looked at.
const maxLive = 100

// LiveLocations returns the last messages of a chat that show a live location, the newest first, those that have ended
// included. It fails as channels.See does.
func (s *Service) LiveLocations(ctx context.Context, viewer ids.User, peer ids.Peer) (all []*Message, err error) {
	hidden, err := s.hiddenFrom(ctx, viewer, peer)
	if err != nil {
		return nil, err
	}
	const list = `SELECT ` + columns + ` FROM message WHERE owner = $1 AND peer = $2 AND media = $3 AND media > 0
		ORDER BY id DESC LIMIT $4`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = query(ctx, tx, list, int64(Box(viewer, peer)), int64(peer), int(media.LiveGeo), maxLive)
		return err
	})
	return slices.DeleteFunc(all, func(m *Message) bool { return m.ID <= hidden }), err
}
