package scheduled

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
)

const (
	cachedOwners = 1 << 15
	cacheTTL     = 5 * time.Minute
	maxPeriod    = 366 * 24 * 60 * 60 // seconds
	maxChats     = 5000               // with a period, for one person; his others keep their messages
	expireBatch  = 500
)

// periods are what one person set for his chats.
type periods struct {
	usual  int32 // for new chats
	byPeer map[ids.Peer]int32
}

// of returns the periods of a user, from memory if it can.
func (s *Service) of(ctx context.Context, owner ids.User) (periods, error) {
	p, stamp, ok := s.periods.Get(owner)
	if ok {
		return p, nil
	}
	p = periods{byPeer: map[ids.Peer]int32{}}
	const get = `SELECT peer, period FROM history_ttl WHERE owner = $1 LIMIT $2`
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Each(ctx, get, []any{owner, maxChats}, func(rows *db.Rows) error {
			var peer ids.Peer
			var period int32
			err := rows.Scan(&peer, &period)
			p.byPeer[peer] = period
			return err
		})
	})
	if err != nil {
		return p, fmt.Errorf("periods of user %d: %w", owner, err)
	}
	o, err := s.dialogs.Options(ctx, owner)
	if err != nil {
		return p, err
	}
	p.usual = int32(o.HistoryTTL)
	s.periods.Put(owner, stamp, p)
	return p, nil
}

// Period returns after how many seconds new messages of a chat go; 0: never.
func (s *Service) Period(ctx context.Context, viewer ids.User, peer ids.Peer) (int32, error) {
	switch {
	case peer.Chat() != 0:
		return s.rest.group(ctx, peer.Chat())
	case peer.Channel() != 0:
		return s.rest.channel(ctx, peer.Channel())
	}
	p, err := s.of(ctx, viewer)
	return p.byPeer[peer], err
}

// SetPeriod sets after how many seconds new messages of a private chat go, for both sides, and writes a service message that
// says so. It fails with ErrPeriod, when one side has blocked the other, or as messages.Send does.
//
// Spec: https://core.telegram.org/method/messages.setHistoryTTL
func (s *Service) SetPeriod(ctx context.Context, by, other ids.User, period int32) (sent messages.Sent, err error) {
	if period < 0 || period > maxPeriod {
		return sent, ErrPeriod
	}
	if err := s.messages.CheckPartner(ctx, by, other.Peer()); err != nil {
		return sent, fmt.Errorf("set period of users %d and %d: %w", by, other, err)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		sent, err = s.messages.SendTx(ctx, tx, messages.SendRequest{
			From: by, To: other.Peer(), Action: &actions.Action{Kind: actions.SetTTL, TTL: period},
		})
		if err != nil {
			return err
		}
		return s.keepPeriod(ctx, tx, by, other, period)
	})
	if err != nil {
		return sent, fmt.Errorf("set period of users %d and %d: %w", by, other, err)
	}
	return sent, nil
}

// keepPeriod writes the period of a private chat for both sides.
func (s *Service) keepPeriod(ctx context.Context, tx *db.Tx, a, b ids.User, period int32) error {
	sides := [][2]ids.User{{min(a, b), max(a, b)}, {max(a, b), min(a, b)}}
	if a == b {
		sides = sides[:1]
	}
	for _, side := range sides {
		if err := putPeriod(ctx, tx, side[0], side[1].Peer(), period); err != nil {
			return err
		}
		if err := s.log.Note(ctx, tx, side[0].Peer(), updates.HistoryTTL{Peer: side[1].Peer(), Period: period}); err != nil {
			return err
		}
		s.users.Touch(tx, side[0])
	}
	return nil
}

func putPeriod(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, period int32) error {
	if period == 0 {
		const drop = `DELETE FROM history_ttl WHERE owner = $1 AND peer = $2`
		_, err := tx.Exec(ctx, drop, owner, peer)
		return err
	}
	const put = `INSERT INTO history_ttl (owner, peer, period) VALUES ($1, $2, $3)
		ON CONFLICT (owner, peer) DO UPDATE SET period = excluded.period`
	_, err := tx.Exec(ctx, put, owner, peer, period)
	return err
}

// SetUsual sets the period of the chats that a user will begin. It fails with ErrPeriod.
// Spec: https://core.telegram.org/method/messages.setDefaultHistoryTTL
func (s *Service) SetUsual(ctx context.Context, user ids.User, period int32) error {
	if period < 0 || period > maxPeriod {
		return ErrPeriod
	}
	err := s.dialogs.SetOptions(ctx, user, func(o *dialogs.Options) { o.HistoryTTL = int(period) })
	s.users.Changes().Drop(int64(user))
	return err
}

// Usual returns the period of the chats that a user will begin.
func (s *Service) Usual(ctx context.Context, user ids.User) (int32, error) {
	p, err := s.of(ctx, user)
	return p.usual, err
}

// stamp is a messages.Hook: it says of new messages when they go.
func (s *Service) stamp(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	known := map[[2]ids.Peer]int32{} // both sides of a private chat have one answer
	for _, m := range rows {
		if m.Flags.Has(messages.IsAction) || m.TTL != 0 {
			continue
		}
		chat := [2]ids.Peer{min(m.Owner, m.Peer), max(m.Owner, m.Peer)}
		if m.Peer < 0 {
			chat = [2]ids.Peer{m.Peer}
		}
		period, ok := known[chat]
		if !ok {
			var err error
			if period, err = s.periodOf(ctx, tx, m); err != nil {
				return err
			}
			known[chat] = period
		}
		m.TTL = period
	}
	return nil
}

// periodOf is the period of a new message. The first one to somebody else sets the one that its sender uses for all.
func (s *Service) periodOf(ctx context.Context, tx *db.Tx, m *messages.Message) (int32, error) {
	other, owner := m.Peer.User(), m.Owner.User()
	if other == 0 || owner == 0 {
		return s.Period(ctx, 0, m.Peer)
	}
	writer := m.Writer()
	if writer == 0 || writer == ids.Service || other == ids.Service {
		return 0, nil
	}
	if writer != owner {
		other = owner
	}
	p, err := s.of(ctx, writer)
	if err != nil {
		return 0, err
	}
	if period, ok := p.byPeer[other.Peer()]; ok || p.usual == 0 || other == writer {
		return period, nil
	}
	return s.begin(ctx, tx, writer, other, p.usual)
}

// begin sets the usual period of a writer for a chat that he begins; 0 if there is a chat already.
func (s *Service) begin(ctx context.Context, tx *db.Tx, writer, other ids.User, period int32) (int32, error) {
	d, err := s.dialogs.Get(ctx, tx, writer, other.Peer())
	if err != nil || d.Top != 0 {
		return 0, err
	}
	return period, s.keepPeriod(ctx, tx, writer, other, period)
}

// expect is a messages.Hook: it notes when new messages go.
func (s *Service) expect(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	const put = `INSERT INTO message_expiry (due_at, owner, id, peer) VALUES ($1, $2, $3, $4)`
	for _, m := range rows {
		if m.TTL <= 0 {
			continue
		}
		due := m.Date.Add(time.Duration(m.TTL) * time.Second)
		if err := tx.Queue(ctx, put, due, m.Owner, m.ID, m.Peer); err != nil {
			return err
		}
	}
	return nil
}

// An expiry is a message that is to go.
type expiry struct {
	due   time.Time
	owner ids.Peer
	id    ids.Message
}

// expireDue deletes what is due, one owner after the other.
func (s *Service) expireDue(ctx context.Context, now time.Time) error {
	for {
		due, err := s.expired(ctx, now)
		if err != nil {
			return err
		}
		byOwner := map[ids.Peer][]expiry{}
		for _, e := range due {
			byOwner[e.owner] = append(byOwner[e.owner], e)
		}
		var failed error // of one owner does not keep those of others waiting
		for owner, list := range byOwner {
			failed = errors.Join(failed, s.expire(ctx, owner, list))
		}
		if failed != nil || len(due) < expireBatch {
			return failed
		}
	}
}

func (s *Service) expired(ctx context.Context, now time.Time) (due []expiry, err error) {
	const get = `SELECT due_at, owner, id FROM message_expiry WHERE due_at <= $1 ORDER BY due_at, owner, id LIMIT $2`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		due = nil
		return tx.Each(ctx, get, []any{now, expireBatch}, func(rows *db.Rows) error {
			var e expiry
			err := rows.Scan(&e.due, &e.owner, &e.id)
			due = append(due, e)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read what expires: %w", err)
	}
	return due, nil
}

// expire deletes messages of one owner and forgets that they were to go, in one transaction.
func (s *Service) expire(ctx context.Context, owner ids.Peer, list []expiry) error {
	const forget = `DELETE FROM message_expiry WHERE due_at = $1 AND owner = $2 AND id = $3`
	want := make([]ids.Message, len(list))
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		for i, e := range list {
			want[i] = e.id
		}
		if err := s.messages.Expire(ctx, tx, owner, want); err != nil {
			return err
		}
		for _, e := range list {
			if _, err := tx.Exec(ctx, forget, e.due, e.owner, e.id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete expired messages of %d: %w", owner, err)
	}
	return nil
}
