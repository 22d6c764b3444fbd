package secretchats

import (
	"context"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/updates"
)

// A Typing is the news that the other side writes.
type Typing struct{ Chat int32 }

// A Read is the news that the other side has read what is not newer than Max.
type Read struct {
	Chat    int32
	Max, At time.Time
}

// Type tells the other side that by writes. It fails with ErrChat or ErrDiscarded.
func (s *Service) Type(ctx context.Context, by Side, id int32) error {
	c, err := s.Check(ctx, by, id)
	if err != nil {
		return err
	}
	s.log.TellDeviceLive(c.Peer, updates.DeviceNews{Device: c.PeerDevice, Value: Typing{Chat: id}})
	return nil
}

// Read tells the other side that by has read what is not newer than a date. It fails with ErrDate, ErrChat or
// ErrDiscarded.
// Spec: https://core.telegram.org/method/messages.readEncryptedHistory
func (s *Service) Read(ctx context.Context, by Side, id int32, date time.Time) error {
	now := s.now()
	if date.After(now.Add(maxAhead)) {
		return ErrDate
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		own, other, err := lockBoth(ctx, tx, by.User, id)
		if err := checkOpen(own, by, err); err != nil {
			return err
		}
		const set = `UPDATE secret_chat SET read_max = $3, read_at = $4 WHERE owner = $1 AND id = $2 AND read_max < $3`
		n, err := tx.Exec(ctx, set, other.Owner, id, date, now)
		if err != nil || n == 0 {
			return err
		}
		s.log.TellDevice(tx, other.Owner, updates.DeviceNews{Device: other.Device, Value: Read{Chat: id, Max: date, At: now}})
		return nil
	})
}

// maxAhead is how far the clock of a client may be ahead.
const maxAhead = 10 * time.Minute
