package channels

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/bus"
	"hermod/internal/cache"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// A memberKey names how somebody stands to a channel.
type memberKey struct {
	channel ids.Channel
	peer    ids.Peer
}

// fact is the number under which caches count its changes.
func (k memberKey) fact() int64 {
	return int64(uint64(k.channel)*0x9e3779b97f4a7c15>>20) ^ int64(k.peer)
}

// Get returns the channels of want that there are, deleted ones too, in that order.
func (s *Service) Get(ctx context.Context, want ...ids.Channel) ([]Channel, error) {
	found := make(map[ids.Channel]Channel, len(want))
	stamps := make(map[ids.Channel]cache.Stamp)
	var missing []ids.Channel
	for _, id := range want {
		c, stamp, ok := s.channels.Get(id)
		if ok {
			found[id] = c
		} else if _, twice := stamps[id]; !twice {
			missing, stamps[id] = append(missing, id), stamp
		}
	}
	if len(missing) > 0 {
		err := s.db.Read(ctx, func(tx *db.Tx) error { return readChannels(ctx, tx, missing, found) })
		if err != nil {
			return nil, err
		}
	}
	list := make([]Channel, 0, len(want))
	for _, id := range want {
		c, ok := found[id]
		if !ok {
			continue
		}
		if stamp, read := stamps[id]; read {
			s.channels.Put(id, stamp, c)
		}
		list = append(list, c)
	}
	return list, nil
}

// One returns a channel; ErrNotFound if there is none.
func (s *Service) One(ctx context.Context, ch ids.Channel) (Channel, error) {
	return s.one(ctx, nil, ch)
}

// OneTx is One inside a transaction. It answers from memory where it can.
func (s *Service) OneTx(ctx context.Context, tx *db.Tx, ch ids.Channel) (Channel, error) {
	return s.one(ctx, tx, ch)
}

func (s *Service) one(ctx context.Context, tx *db.Tx, ch ids.Channel) (Channel, error) {
	c, stamp, ok := s.channels.Get(ch)
	if ok {
		return c, nil
	}
	err := s.reading(ctx, tx, func(tx *db.Tx) (err error) {
		c, err = readChannel(ctx, tx, ch)
		return err
	})
	if err != nil {
		return Channel{}, err
	}
	after(tx, func() { s.channels.Put(ch, stamp, c) })
	return c, nil
}

// reading runs fn in tx, or in a transaction of its own where there is none.
func (s *Service) reading(ctx context.Context, tx *db.Tx, fn func(tx *db.Tx) error) error {
	if tx != nil {
		return fn(tx)
	}
	return s.db.Read(ctx, fn)
}

// after runs fn when tx has committed, or now where there is none.
func after(tx *db.Tx, fn func()) {
	if tx == nil {
		fn()
		return
	}
	tx.OnCommit(fn)
}

// Member returns how user stands to ch, mostly from memory. tx may be nil.
func (s *Service) Member(ctx context.Context, tx *db.Tx, ch ids.Channel, user ids.User) (Member, error) {
	return s.MemberPeer(ctx, tx, ch, user.Peer())
}

// MemberPeer is Member for a peer, which may be a channel that was banned from writing.
func (s *Service) MemberPeer(ctx context.Context, tx *db.Tx, ch ids.Channel, peer ids.Peer) (Member, error) {
	key := memberKey{ch, peer}
	m, stamp, ok := s.members.Get(key)
	if ok {
		return m, nil
	}
	err := s.reading(ctx, tx, func(tx *db.Tx) (err error) {
		m, err = readMember(ctx, tx, ch, peer)
		return err
	})
	if err != nil {
		return Member{}, err
	}
	after(tx, func() { s.members.Put(key, stamp, m) })
	return m, nil
}

// Joined returns the channels that user is in, the newest first.
func (s *Service) Joined(ctx context.Context, user ids.User) ([]ids.Channel, error) {
	peers, err := s.groups.Peers(ctx, user)
	var list []ids.Channel
	for _, p := range peers {
		if ch := p.Channel(); ch != 0 {
			list = append(list, ch)
		}
	}
	return list, err
}

// touch drops what is remembered of a channel and, with told, says to all who are here that it has changed.
func (s *Service) touch(tx *db.Tx, ch ids.Channel, told bool) {
	tx.OnCommit(func() {
		s.bus.Publish(bus.Message{Subject: "user", Key: int64(ch.Peer())})
		if told {
			s.bus.Publish(bus.Message{Subject: "live", Key: int64(ch.Peer()), Value: Changed{Channel: ch}})
		}
	})
}

func (s *Service) touchMember(tx *db.Tx, ch ids.Channel, peer ids.Peer) {
	key := memberKey{ch, peer}.fact()
	tx.OnCommit(func() { s.bus.Publish(bus.Message{Subject: "user", Key: key}) })
}

// slow notes that the viewer of v sends now, or fails with a *rights.SlowModeError.
// Spec: https://core.telegram.org/method/channels.toggleSlowMode
func (s *Service) slow(ctx context.Context, tx *db.Tx, v Sight) error {
	wait := time.Duration(v.SlowMode) * time.Second
	at := time.Now()
	if tx != nil {
		const note = `UPDATE channel_member SET last_post = $3 WHERE channel = $1 AND member = $2 AND last_post <= $4`
		n, err := tx.Exec(ctx, note, v.ID, v.Me.Peer, at, at.Add(-wait))
		if err != nil {
			return fmt.Errorf("slow mode: %w", err)
		}
		if n > 0 {
			return nil
		}
	}
	last, err := s.lastPost(ctx, tx, v.ID, v.Me.Peer)
	if left := last.Add(wait).Sub(at); err == nil && !last.IsZero() && left > 0 {
		err = &rights.SlowModeError{Wait: left}
	}
	return err
}

func (s *Service) lastPost(ctx context.Context, tx *db.Tx, ch ids.Channel, peer ids.Peer) (last time.Time, err error) {
	const get = `SELECT last_post FROM channel_member WHERE channel = $1 AND member = $2`
	err = s.reading(ctx, tx, func(tx *db.Tx) error { return tx.QueryRow(ctx, get, ch, peer).Scan(&last) })
	if errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	return last, err
}

// NextPost is when user may write again in a group with slow mode; the zero time if he may now.
func (s *Service) NextPost(ctx context.Context, v Sight) (time.Time, error) {
	if v.SlowMode == 0 || v.Broadcast || v.Me.IsAdmin() || !v.Me.In() {
		return time.Time{}, nil
	}
	last, err := s.lastPost(ctx, nil, v.ID, v.Me.Peer)
	next := last.Add(time.Duration(v.SlowMode) * time.Second)
	if last.IsZero() || !next.After(time.Now()) {
		return time.Time{}, err
	}
	return next, err
}
