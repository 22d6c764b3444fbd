package secretchats

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Missed is what a device that comes back has to hear.
type Missed struct {
	Messages []Queued
	Changed  []Chat // with what the device may see of them in For
	Reads    []Read
	QTS      int32 // the position behind Messages
	More     bool  // there are more messages
}

// Missed acknowledges what lies up to a position, and returns what a device of user has not heard since then and since
// a date. A position of 0 acknowledges nothing. Nor does one that the queue has not reached, as after the database was put
// back to an earlier state: the device gets all that waits, and with it the position that holds.
// Spec: https://core.telegram.org/method/updates.getDifference
func (s *Service) Missed(ctx context.Context, user ids.User, device ids.AuthKey, qts int32, date time.Time) (m Missed, err error) {
	acknowledged := false
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		m, acknowledged, err = s.missed(ctx, tx, user, device, qts, date)
		return err
	})
	if err != nil || !acknowledged {
		return m, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := s.acknowledge(ctx, tx, device, qts)
		return err
	})
	return m, err
}

func (s *Service) missed(
	ctx context.Context, tx *db.Tx, user ids.User, device ids.AuthKey, qts int32, date time.Time,
) (m Missed, acknowledged bool, err error) {
	if m.QTS, err = readQTS(ctx, tx, device); err != nil {
		return m, false, err
	}
	if err := s.changed(ctx, tx, user, device, date, &m); err != nil {
		return m, false, err
	}
	if m.QTS == firstQTS {
		return m, false, nil // nothing was ever sent
	}
	if qts < 0 || qts > m.QTS {
		qts = 0
	}
	const old = `SELECT COUNT(*) FROM device_queue WHERE device = $1 AND qts <= $2`
	var n int
	if err := tx.QueryRow(ctx, old, device, qts).Scan(&n); err != nil {
		return m, false, fmt.Errorf("look for what a device acknowledges: %w", err)
	}
	if qts == m.QTS {
		return m, n > 0, nil
	}
	m.Messages, m.More, err = readQueue(ctx, tx, device, qts, pageItems)
	if m.More {
		m.QTS = m.Messages[len(m.Messages)-1].QTS
	}
	return m, n > 0, err
}

// changed adds the chats of user that look different since a date. Those that are not over come first, and all of them:
// nobody can hide them behind others that he begins and ends.
func (s *Service) changed(ctx context.Context, tx *db.Tx, user ids.User, device ids.AuthKey, date time.Time, m *Missed) error {
	const list = `SELECT ` + chatColumns + ` FROM secret_chat WHERE owner = $1 AND (changed_at >= $2 OR read_at >= $2)
		ORDER BY CASE WHEN state = 3 THEN 1 ELSE 0 END, changed_at DESC LIMIT $3`
	from := since(date)
	err := tx.Each(ctx, list, []any{user, from, maxOpen + maxOver}, func(rows *db.Rows) error {
		c, err := scanChat(rows.Scan)
		if err != nil {
			return err
		}
		look := c.For(device)
		if look != Unseen && !c.ChangedAt.Before(from) {
			m.Changed = append(m.Changed, c)
		}
		if look == LooksAccepted && !c.ReadAt.Before(from) && !c.ReadMax.IsZero() {
			m.Reads = append(m.Reads, Read{Chat: c.ID, Max: c.ReadMax, At: c.ReadAt})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("changed secret chats of user %d: %w", user, err)
	}
	return s.withoutRefused(ctx, tx, user, device, m)
}

// withoutRefused takes requests out of m if the device takes none.
func (s *Service) withoutRefused(ctx context.Context, tx *db.Tx, user ids.User, device ids.AuthKey, m *Missed) error {
	requested := func(c Chat) bool { return c.For(device) == LooksRequested }
	if !slices.ContainsFunc(m.Changed, requested) {
		return nil
	}
	devices, err := s.o.Devices(ctx, tx, user)
	if err == nil && !slices.Contains(devices, device) {
		m.Changed = slices.DeleteFunc(m.Changed, requested)
	}
	return err
}

// since is the date back to which changes are told: a little before the one that a client gives, because a change may
// become visible some time after the moment that it bears.
func since(date time.Time) time.Time { return date.Add(-changeSlack) }

const changeSlack = 5 * time.Second
