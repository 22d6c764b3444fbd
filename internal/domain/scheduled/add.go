package scheduled

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

// Add keeps messages of one sender to one chat until due, in one transaction. They must be such as he may send now. As
// with messages.Send, a random id that was seen before gives back what it gave then.
//
// It fails with ErrDate, ErrTooLate, ErrTooMany, ErrStatus, or an error of messages.Check.
func (s *Service) Add(ctx context.Context, list []messages.SendRequest, due time.Time) (all []*Item, err error) {
	if len(list) == 0 {
		return nil, messages.ErrEmpty
	}
	by, peer := list[0].From, list[0].To
	if err := s.checkTime(ctx, by, peer, due); err != nil {
		return nil, err
	}
	owner, err := s.box(ctx, by, peer)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i], err = s.messages.Check(ctx, list[i]); err != nil {
			return nil, fmt.Errorf("schedule message of user %d to %d: %w", by, peer, err)
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		all, err = s.add(ctx, tx, owner, list, due)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("schedule message of user %d to %d: %w", by, peer, err)
	}
	s.look()
	return all, nil
}

// checkTime fails with ErrDate, ErrTooLate or ErrStatus.
func (s *Service) checkTime(ctx context.Context, by ids.User, peer ids.Peer, due time.Time) error {
	now := time.Now()
	switch {
	case due.Equal(WhenOnline):
		return s.checkSeen(ctx, by, peer)
	case due.Before(now.Add(-time.Minute)):
		return ErrDate
	case due.After(now.Add(maxAhead)):
		return ErrTooLate
	}
	return nil
}

// checkSeen fails unless by sees when peer comes online.
func (s *Service) checkSeen(ctx context.Context, by ids.User, peer ids.Peer) error {
	user := peer.User()
	if user == 0 || user == by {
		return ErrStatus
	}
	sees, err := s.users.SeesStatus(ctx, by, user)
	if err == nil && !sees {
		err = ErrStatus
	}
	return err
}

func (s *Service) add(
	ctx context.Context, tx *db.Tx, owner ids.Peer, list []messages.SendRequest, due time.Time,
) (all []*Item, err error) {
	by, peer := list[0].From, list[0].To
	if err := s.log.Lock(ctx, tx, owner); err != nil {
		return nil, err
	}
	taken, err := taken(ctx, tx, owner, peer)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		old, err := byRandomID(ctx, tx, owner, by, r.RandomID)
		if err == nil {
			all = append(all, old)
			continue
		}
		if !errors.Is(err, db.ErrNotFound) {
			return nil, err
		}
		if len(taken) >= MaxPerChat {
			return nil, ErrTooMany
		}
		item := &Item{
			Owner: owner, Peer: peer, ID: s.nextID(taken, time.Now()), Due: due, By: by, RandomID: r.RandomID, Made: time.Now(), content: contentOf(r),
		}
		taken = append(taken, item.ID)
		if err := s.insert(ctx, tx, item); err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, i *Item) error {
	data, err := json.Marshal(i.content)
	if err != nil {
		return fmt.Errorf("encode scheduled message: %w", err)
	}
	const put = `INSERT INTO scheduled_message (` + columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	_, err = tx.Exec(ctx, put, i.Owner, i.Peer, i.ID, i.Due, i.By, i.RandomID, i.Made, i.Edited, i.tries, data)
	if err != nil {
		return err
	}
	if err := s.hold(ctx, tx, i); err != nil {
		return err
	}
	return s.note(ctx, tx, i.By, i.By, updates.NewScheduled{Peer: i.Peer, ID: i.ID})
}

// note tells of a change who made it, and whose message it is.
func (s *Service) note(ctx context.Context, tx *db.Tx, a, b ids.User, ev updates.Event) error {
	for _, u := range slices.Compact([]ids.User{min(a, b), max(a, b)}) {
		if err := s.log.Note(ctx, tx, u.Peer(), ev); err != nil {
			return err
		}
	}
	return nil
}

// taken are the ids of what waits for a chat, ascending.
func taken(ctx context.Context, tx *db.Tx, owner, peer ids.Peer) (all []ids.Message, err error) {
	const get = `SELECT id FROM scheduled_message WHERE owner = $1 AND peer = $2 ORDER BY id LIMIT $3`
	err = tx.Each(ctx, get, []any{owner, peer, MaxPerChat}, func(rows *db.Rows) error {
		var id ids.Message
		err := rows.Scan(&id)
		all = append(all, id)
		return err
	})
	return all, err
}

// nextID is an id that nothing has. It comes from the clock, as clients do not take an id again that they saw deleted, and
// as what is sent together keeps its order.
func (s *Service) nextID(taken []ids.Message, now time.Time) ids.Message {
	for {
		id := ids.Message(s.tick(now)%maxID) + 1
		if !slices.Contains(taken, id) {
			return id
		}
	}
}

// tick is the tenth of a second that it is, or the next one that was not given yet.
func (s *Service) tick(now time.Time) int64 {
	for {
		last := s.ticks.Load()
		next := max(last+1, now.UnixMilli()/100)
		if s.ticks.CompareAndSwap(last, next) {
			return next
		}
	}
}

func byRandomID(ctx context.Context, tx *db.Tx, owner ids.Peer, by ids.User, randomID int64) (*Item, error) {
	const get = `SELECT ` + columns + ` FROM scheduled_message WHERE owner = $1 AND by_user = $2 AND random_id = $3`
	return scan(tx.QueryRow(ctx, get, owner, by, randomID))
}

// An EditRequest changes a scheduled message.
type EditRequest struct {
	By     ids.User
	Peer   ids.Peer
	ID     ids.Message
	Text   *text.Text   // nil: as it was
	Media  *media.Media // nil: as it was
	Markup []byte       // nil: none
	Flags  messages.Flags
	Due    time.Time // zero: as it was
}

// Edit changes a scheduled message. It fails with ErrNone, ErrSame, or as Add does.
func (s *Service) Edit(ctx context.Context, req EditRequest) (item *Item, err error) {
	found, err := s.Get(ctx, req.By, req.Peer, []ids.Message{req.ID})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, ErrNone
	}
	item = found[0]
	if err := s.apply(ctx, req, item); err != nil {
		return nil, fmt.Errorf("edit scheduled message of user %d: %w", req.By, err)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error { return s.rewrite(ctx, tx, req.By, item) })
	if err != nil {
		return nil, fmt.Errorf("edit scheduled message of user %d: %w", req.By, err)
	}
	s.look()
	return item, nil
}

// apply changes item as asked for, if it may then be sent.
func (s *Service) apply(ctx context.Context, req EditRequest, item *Item) error {
	if !req.Due.IsZero() {
		if err := s.checkTime(ctx, req.By, req.Peer, req.Due); err != nil {
			return err
		}
		item.Due = req.Due
	}
	if req.Text != nil {
		item.Text = *req.Text
	}
	if req.Media != nil {
		if err := req.Media.CheckReplaces(item.Media, item.GroupedID != 0); err != nil {
			return err
		}
		item.Media = req.Media
	}
	if item.Markup = req.Markup; req.Text != nil {
		const chosen = messages.InvertMedia | messages.NoWebpage
		item.Flags = item.Flags&^chosen | req.Flags&chosen
	}
	checked, err := s.messages.Check(ctx, item.request())
	if err != nil {
		return err
	}
	item.Text, item.Media, item.Edited = checked.Text, checked.Media, time.Now()
	return nil
}

// rewrite fails with ErrNone when the item was sent or deleted meanwhile.
func (s *Service) rewrite(ctx context.Context, tx *db.Tx, by ids.User, i *Item) error {
	data, err := json.Marshal(i.content)
	if err != nil {
		return fmt.Errorf("encode scheduled message: %w", err)
	}
	const put = `UPDATE scheduled_message SET due_at = $4, edited_at = $5, tries = 0, data = $6
		WHERE owner = $1 AND peer = $2 AND id = $3`
	n, err := tx.Exec(ctx, put, i.Owner, i.Peer, i.ID, i.Due, i.Edited, data)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNone
	}
	if err := errors.Join(s.letGo(ctx, tx, i), s.hold(ctx, tx, i)); err != nil {
		return err
	}
	return s.note(ctx, tx, by, i.By, updates.NewScheduled{Peer: i.Peer, ID: i.ID})
}

// Delete drops scheduled messages of a chat and returns which of them were there. It fails with messages.ErrTooMany.
func (s *Service) Delete(ctx context.Context, by ids.User, peer ids.Peer, want []ids.Message) (gone []ids.Message, err error) {
	owner, err := s.box(ctx, by, peer)
	if err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		gone = nil
		items, err := byID(ctx, tx, owner, peer, want)
		if err != nil {
			return err
		}
		for _, i := range items {
			if there, err := take(ctx, tx, i); err != nil || !there {
				return err
			}
			if err := s.letGo(ctx, tx, i); err != nil {
				return err
			}
			if err := s.note(ctx, tx, by, i.By, updates.ScheduledGone{Peer: peer, IDs: []ids.Message{i.ID}}); err != nil {
				return err
			}
			gone = append(gone, i.ID)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delete scheduled messages of %d: %w", owner, err)
	}
	return gone, nil
}

// take removes i from the list, and reports whether it was still there: who takes it may send it.
func take(ctx context.Context, tx *db.Tx, i *Item) (bool, error) {
	const drop = `DELETE FROM scheduled_message WHERE owner = $1 AND peer = $2 AND id = $3`
	n, err := tx.Exec(ctx, drop, i.Owner, i.Peer, i.ID)
	return n == 1, err
}
