package scheduled

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

const (
	lookEvery = time.Second
	dueBatch  = 50
	maxTries  = 5 // to send a message; then it is dropped
	retryStep = 15 * time.Second
)

// Run does what is due until ctx ends. Errors of the database are waited out: what was not done stays due.
func (s *Service) Run(ctx context.Context) error {
	defer s.listen()()
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case u := <-s.arrived:
			_ = s.sendOnline(ctx, u)
			continue
		case <-ticks.C:
		case <-s.soon:
		}
		_ = s.work(ctx, time.Now())
	}
}

// work does all that is due at now.
func (s *Service) work(ctx context.Context, now time.Time) error {
	return errors.Join(s.sendDue(ctx, now), s.expireDue(ctx, now), s.messages.Vanish(ctx, now), s.messages.Purge(ctx))
}

// listen hears who comes online.
func (s *Service) listen() (cancel func()) {
	return s.bus.Subscribe(users.SubjectPresence, func(m bus.Message) {
		select {
		case s.arrived <- ids.User(m.Key):
		default: // so many at once that some wait until they come again
		}
	})
}

// look makes Run look before its next tick.
func (s *Service) look() {
	select {
	case s.soon <- struct{}{}:
	default:
	}
}

// sendDue sends what is due, oldest first.
func (s *Service) sendDue(ctx context.Context, now time.Time) error {
	const get = `SELECT ` + columns + ` FROM scheduled_message WHERE due_at <= $1 ORDER BY due_at, owner, peer, id LIMIT $2`
	for {
		n, err := s.sendAll(ctx, now, get, now, dueBatch)
		if err != nil || n < dueBatch {
			return err
		}
	}
}

// sendOnline sends what waits for user to be online, if he is.
func (s *Service) sendOnline(ctx context.Context, user ids.User) error {
	const get = `SELECT ` + columns + ` FROM scheduled_message WHERE peer = $1 AND due_at = 2147483646
		ORDER BY owner, id LIMIT $2`
	status, err := s.users.Presence().Statuses(ctx, []ids.User{user})
	if err != nil || len(status) == 0 || !status[0].Online(time.Now()) {
		return err
	}
	_, err = s.sendAll(ctx, time.Now(), get, user.Peer(), dueBatch)
	return err
}

// sendAll sends what a query finds and returns how many that were.
func (s *Service) sendAll(ctx context.Context, now time.Time, get string, args ...any) (n int, err error) {
	var due []*Item
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		due, err = query(ctx, tx, get, args...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read what is due: %w", err)
	}
	for _, i := range due {
		if _, err := s.send(ctx, i.By, i); err != nil {
			if err := s.failed(ctx, i, now, err); err != nil {
				return 0, err
			}
		}
	}
	return len(due), nil
}

// send makes of an item a message, unless somebody else has. by is who wants it now.
func (s *Service) send(ctx context.Context, by ids.User, i *Item) (sent messages.Sent, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		there, err := take(ctx, tx, i)
		if err != nil {
			return err
		}
		if !there {
			return ErrNone
		}
		if sent, err = s.messages.SendTx(ctx, tx, i.request()); err != nil {
			return err
		}
		if err := s.letGo(ctx, tx, i); err != nil {
			return err
		}
		return s.note(updates.WithOrigin(ctx, updates.Origin{}), tx, by, i.By, updates.ScheduledGone{
			Peer: i.Peer, IDs: []ids.Message{i.ID}, Sent: []ids.Message{sent.Message.ID},
		})
	})
	return sent, err
}

// failed puts an item that could not be sent off for a while, or drops it after several tries.
func (s *Service) failed(ctx context.Context, i *Item, now time.Time, why error) error {
	if errors.Is(why, ErrNone) || ctx.Err() != nil {
		return ctx.Err()
	}
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if i.tries+1 >= maxTries {
			there, err := take(ctx, tx, i)
			if err != nil || !there {
				return err
			}
			if err := s.letGo(ctx, tx, i); err != nil {
				return err
			}
			return s.note(ctx, tx, i.By, i.By, updates.ScheduledGone{Peer: i.Peer, IDs: []ids.Message{i.ID}})
		}
		const again = `UPDATE scheduled_message SET due_at = $4, tries = tries + 1 WHERE owner = $1 AND peer = $2 AND id = $3`
		_, err := tx.Exec(ctx, again, i.Owner, i.Peer, i.ID, now.Add(time.Duration(i.tries+1)*retryStep))
		return err
	})
	if err != nil {
		return fmt.Errorf("put off scheduled message of %d: %w", i.Owner, err)
	}
	return nil
}

// A Done is a scheduled message that was sent.
type Done struct {
	ID   ids.Message // as it was in its list
	Sent messages.Sent
}

// SendNow sends scheduled messages of a chat before their time. It fails with ErrNone when none is there, or as
// messages.Send does.
func (s *Service) SendNow(ctx context.Context, by ids.User, peer ids.Peer, want []ids.Message) ([]Done, error) {
	items, err := s.Get(ctx, by, peer, want)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, ErrNone
	}
	all := make([]Done, 0, len(items))
	for _, i := range items {
		sent, err := s.send(ctx, by, i)
		if errors.Is(err, ErrNone) {
			continue
		}
		if err != nil {
			return all, fmt.Errorf("send scheduled message of user %d: %w", by, err)
		}
		all = append(all, Done{i.ID, sent})
	}
	return all, nil
}
