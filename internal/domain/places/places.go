// Package places moves live locations: their senders say where they are until they stop or the time is over, and those who
// asked for it are told when somebody comes near.
package places

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/stand"
)

// Errors of this package that are the caller's.
var (
	// ErrNone means a message that is no live location.
	ErrNone = errors.New("no live location")
	// ErrEnded means one that has ended.
	ErrEnded = errors.New("live location has ended")
	// ErrSame means one that is where it was.
	ErrSame = errors.New("live location is as it was")
)

// A Service answers for live locations. Safe for concurrent use.
type Service struct {
	db       *db.DB
	messages *messages.Service
	stands   *stand.Stands
}

// New makes the service.
func New(d *db.DB, m *messages.Service, st *stand.Stands) *Service {
	return &Service{db: d, messages: m, stands: st}
}

// A Move changes a live location, by who sent it.
type Move struct {
	By     ids.User
	Peer   ids.Peer
	ID     ids.Message
	Edit   media.LiveEdit
	Markup []byte // nil: as it was
}

// Move does what m asks, and tells those who are near. It fails with ErrNone, ErrEnded, ErrSame, messages.ErrAuthor, the
// errors of media.Media.Clean, or as stand.Of does.
// Spec: https://core.telegram.org/api/live-location
func (s *Service) Move(ctx context.Context, m Move) (done messages.Change, err error) {
	if _, err := s.stands.Of(ctx, m.By, m.Peer); err != nil {
		return done, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		done, err = s.move(ctx, tx, m)
		return err
	})
	if err != nil {
		return messages.Change{}, fmt.Errorf("move live location %d: %w", m.ID, err)
	}
	return done, s.alert(ctx, m.By, done.Message)
}

func (s *Service) move(ctx context.Context, tx *db.Tx, m Move) (messages.Change, error) {
	var next *media.Media
	now := time.Unix(time.Now().Unix(), 0)
	done, err := s.messages.Retouch(ctx, tx, messages.Box(m.By, m.Peer), m.ID, func(row *messages.Message) (err error) {
		if next == nil {
			if next, err = m.next(row, now); err != nil {
				return err
			}
		}
		if row.Media = next; m.Markup != nil {
			row.Markup = m.Markup
		}
		row.EditDate, row.Flags = now, row.Flags|messages.EditHidden
		return nil
	})
	if errors.Is(err, messages.ErrNone) || err == nil && done.Message.Peer != m.Peer {
		err = ErrNone
	}
	return done, err
}

// next is what becomes of the location in row.
func (m Move) next(row *messages.Message, now time.Time) (*media.Media, error) {
	switch {
	case media.KindOf(row.Media) != media.LiveGeo || row.Peer.Channel() != m.Peer.Channel():
		return nil, ErrNone
	case row.Writer() != m.By || row.Forward != nil:
		return nil, messages.ErrAuthor
	case !row.Media.Running(row.Date, now):
		return nil, ErrEnded
	}
	next, err := row.Media.EditLive(m.Edit, row.Date, now)
	if err == nil && next.Equal(row.Media) && m.Markup == nil {
		err = ErrSame
	}
	return next, err
}

// Recent returns the live locations of a chat that have not ended, the last one of each sender. It fails as stand.Of does.
// Spec: https://core.telegram.org/method/messages.getRecentLocations
func (s *Service) Recent(ctx context.Context, viewer ids.User, peer ids.Peer, limit int) ([]*messages.Message, error) {
	if _, err := s.stands.Of(ctx, viewer, peer); err != nil {
		return nil, err
	}
	all, err := s.running(ctx, viewer, peer)
	return all[:min(len(all), max(limit, 0))], err
}

func (s *Service) running(ctx context.Context, viewer ids.User, peer ids.Peer) ([]*messages.Message, error) {
	all, err := s.messages.LiveLocations(ctx, viewer, peer)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	seen := make(map[ids.Peer]bool)
	return slices.DeleteFunc(all, func(m *messages.Message) bool {
		if m.Forward != nil || !m.Media.Running(m.Date, now) || seen[m.From] {
			return true
		}
		seen[m.From] = true
		return false
	}), nil
}

// alert tells of each two in the chat of at who are near each other, if one of them wanted to know, once.
// Spec: https://core.telegram.org/api/live-location#proximity-alert
func (s *Service) alert(ctx context.Context, by ids.User, at *messages.Message) error {
	if !at.Media.Running(at.Date, time.Now()) {
		return nil
	}
	others, err := s.running(ctx, by, at.Peer)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.From == at.From {
			continue
		}
		meters := int(at.Media.Geo.Distance(o.Media.Geo))
		for _, who := range [][2]*messages.Message{{at, o}, {o, at}} {
			if err := s.reached(ctx, who[0], who[1], meters); err != nil {
				return err
			}
		}
	}
	return nil
}

// reached tells watcher, in the chat, that near has come near, if he wants to know and does not yet.
func (s *Service) reached(ctx context.Context, watcher, near *messages.Message, meters int) error {
	l := watcher.Media.Live
	if l.Proximity == 0 || meters > l.Proximity || slices.Contains(l.Reached, int64(near.From)) || near.Writer() == 0 {
		return nil
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		copies, err := s.messages.Copies(ctx, tx, watcher.Owner, watcher.ID)
		if err != nil {
			return err
		}
		for _, m := range copies { // no entry in the logs: nobody sees a difference
			m.Media = m.Media.Clone()
			m.Media.Live.Reached = append(m.Media.Live.Reached, int64(near.From))
			if err := s.messages.Rewrite(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	to := near.Peer
	if near.Owner.User() != 0 && near.Peer.User() != 0 { // a private chat: the other one of its two sides
		to = watcher.From
	}
	_, err = s.messages.Send(ctx, messages.SendRequest{From: near.Writer(), To: to, Action: &actions.Action{
		Kind: actions.GeoProximity, FromPeer: near.From, ToPeer: watcher.From, Count: int32(meters),
	}})
	return err
}
