package messages

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// readDates is how long it is remembered when messages were read.
const readDates = 7 * 24 * time.Hour

// A Moved position of a log: by how much, and to where. Count is 0 when nothing has changed.
type Moved struct {
	PTS   int32
	Count int32
}

// Read marks the chat of owner with peer as read up to maxID, or all of it when maxID is 0, and tells the other side.
// Spec: https://core.telegram.org/method/messages.readHistory
func (s *Service) Read(ctx context.Context, viewer ids.User, peer ids.Peer, maxID ids.Message) (moved Moved, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		moved, err = s.read(ctx, tx, viewer, peer, maxID)
		return err
	})
	if err != nil {
		return Moved{}, fmt.Errorf("read chat of user %d: %w", viewer, err)
	}
	return moved, nil
}

func (s *Service) read(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, maxID ids.Message) (Moved, error) {
	if err := s.lock(ctx, tx, owner, max(peer.User(), 0)); err != nil {
		return Moved{}, err
	}
	d, err := s.dialogs.Get(ctx, tx, owner, peer)
	if err != nil {
		return Moved{}, err
	}
	if err := s.dialogs.SetMark(ctx, tx, owner, peer, false); err != nil {
		return Moved{}, err
	}
	d.Marked = false
	if maxID <= 0 || maxID > d.Top {
		maxID = d.Top
	}
	if maxID <= d.ReadInbox || d.Top == 0 {
		return s.unmoved(ctx, tx, owner.Peer())
	}
	last, err := lastIncoming(ctx, tx, d, maxID)
	if err != nil {
		return Moved{}, err
	}
	if last.id == 0 { // nothing was unread up to there
		d.ReadInbox = maxID
		if err := s.dialogs.Save(ctx, tx, d); err != nil {
			return Moved{}, err
		}
		return s.unmoved(ctx, tx, owner.Peer())
	}
	d.Unread, d.ReadInbox = max(d.Unread-last.count, 0), maxID
	return s.readBoth(ctx, tx, d, last)
}

// readBoth logs the reading for both sides, the lower owner first. d is the reader's dialog as it is to be.
func (s *Service) readBoth(ctx context.Context, tx *db.Tx, d dialogs.Dialog, last incoming) (moved Moved, err error) {
	steps := []func() error{
		func() error { moved, err = s.readInbox(ctx, tx, d); return err },
		func() error { return s.readOutbox(ctx, tx, d.Peer.User(), d.Owner, last.twin) },
	}
	if d.Peer.User() < d.Owner {
		steps[0], steps[1] = steps[1], steps[0]
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return Moved{}, err
		}
	}
	return moved, nil
}

func (s *Service) readInbox(ctx context.Context, tx *db.Tx, d dialogs.Dialog) (Moved, error) {
	if err := s.dialogs.Save(ctx, tx, d); err != nil {
		return Moved{}, err
	}
	ev := updates.ReadInbox{Peer: d.Peer, MaxID: d.ReadInbox, Unread: int32(d.Unread)}
	pts, err := s.log.Append(ctx, tx, d.Owner.Peer(), ev)
	return Moved{PTS: pts, Count: ev.Count()}, err
}

// readOutbox says to writer that reader has read up to the message maxID of writer.
func (s *Service) readOutbox(ctx context.Context, tx *db.Tx, writer, reader ids.User, maxID ids.Message) error {
	if maxID == 0 || writer == 0 {
		return nil
	}
	d, err := s.dialogs.Get(ctx, tx, writer, reader.Peer())
	if err != nil || d.ReadOutbox >= maxID || d.Messages == 0 {
		return err
	}
	d.ReadOutbox = maxID
	if err := s.dialogs.Save(ctx, tx, d); err != nil {
		return err
	}
	if err := keepReadDate(ctx, tx, d); err != nil {
		return err
	}
	_, err = s.log.Append(ctx, tx, writer.Peer(), updates.ReadOutbox{Peer: d.Peer, MaxID: maxID})
	return err
}

func keepReadDate(ctx context.Context, tx *db.Tx, d dialogs.Dialog) error {
	const forget = `DELETE FROM read_date WHERE owner = $1 AND peer = $2 AND date < $3`
	if _, err := tx.Exec(ctx, forget, int64(d.Owner), int64(d.Peer), now().Add(-readDates)); err != nil {
		return err
	}
	const keep = `INSERT INTO read_date (owner, peer, max_id, date) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, peer, max_id) DO NOTHING`
	_, err := tx.Exec(ctx, keep, int64(d.Owner), int64(d.Peer), int64(d.ReadOutbox), now())
	return err
}

// incoming are the messages of the other side in a stretch: how many, and the last one.
type incoming struct {
	count    int
	id, twin ids.Message
}

// lastIncoming looks at what came after what was read, up to maxID.
func lastIncoming(ctx context.Context, tx *db.Tx, d dialogs.Dialog, maxID ids.Message) (in incoming, err error) {
	const get = `SELECT COUNT(*), COALESCE(MAX(id), 0), COALESCE(MAX(twin), 0) FROM message
		WHERE owner = $1 AND peer = $2 AND id > $3 AND id <= $4 AND from_id <> $5`
	err = tx.QueryRow(ctx, get, int64(d.Owner), int64(d.Peer), int64(d.ReadInbox), int64(maxID), int64(d.Owner)).
		Scan(&in.count, &in.id, &in.twin)
	return in, err
}

func (s *Service) unmoved(ctx context.Context, tx *db.Tx, owner ids.Peer) (Moved, error) {
	st, err := s.log.State(ctx, tx, owner)
	return Moved{PTS: st.PTS}, err
}

// Position returns where owner's log stands.
func (s *Service) Position(ctx context.Context, owner ids.Peer) (moved Moved, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		moved, err = s.unmoved(ctx, tx, owner)
		return err
	})
	return moved, err
}

// ReadContents says that owner has played or seen what is in messages, and tells those who sent it.
// Spec: https://core.telegram.org/method/messages.readMessageContents
func (s *Service) ReadContents(ctx context.Context, viewer ids.User, peer ids.Peer, want []ids.Message) (moved Moved, err error) {
	if len(want) > MaxBatch {
		return Moved{}, ErrTooMany
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		moved, err = s.readContents(ctx, tx, viewer.Peer(), want)
		return err
	})
	if err != nil {
		return Moved{}, fmt.Errorf("read contents of user %d: %w", viewer, err)
	}
	return moved, nil
}

func (s *Service) readContents(ctx context.Context, tx *db.Tx, owner ids.Peer, want []ids.Message) (Moved, error) {
	found, err := byID(ctx, tx, owner, want)
	if err != nil {
		return Moved{}, err
	}
	changed := make(changes)
	for _, m := range found {
		if m.Flags&(MediaUnread|Mentioned) == 0 || m.Flags.Has(Out) || !m.Flags.Has(MediaUnread) {
			continue
		}
		changed.add(m.Owner, m.ID)
		changed.add(m.Peer, m.Twin)
	}
	var mine Moved
	err = s.eachOwner(ctx, tx, changed, func(o ids.Peer, rows []ids.Message) error {
		const set = `UPDATE message SET flags = flags - $1 WHERE owner = $2 AND id = $3`
		for _, id := range rows {
			if _, err := tx.Exec(ctx, set, int64(MediaUnread), int64(o), int64(id)); err != nil {
				return err
			}
		}
		pts, err := s.log.Append(ctx, tx, o, updates.ReadContents{IDs: rows})
		if o == owner {
			mine = Moved{PTS: pts, Count: int32(len(rows))}
		}
		return err
	})
	if err == nil && mine.Count == 0 {
		return s.unmoved(ctx, tx, owner)
	}
	return mine, err
}

// ReadDate returns when the other side read a message of owner.
//
// It fails with ErrNone when it is not read or not owner's, ErrTooOld, ErrHidden or ErrHiding.
// Spec: https://core.telegram.org/method/messages.getOutboxReadDate
func (s *Service) ReadDate(ctx context.Context, owner ids.User, peer ids.Peer, id ids.Message) (at time.Time, err error) {
	if err := s.checkShowsReading(ctx, owner, peer.User()); err != nil {
		return at, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		m, err := one(ctx, tx, owner.Peer(), id)
		if err != nil {
			return noneIfMissing(err)
		}
		if m.Peer != peer || !m.Flags.Has(Out) {
			return ErrNone
		}
		if time.Since(m.Date) > readDates {
			return ErrTooOld
		}
		const get = `SELECT date FROM read_date WHERE owner = $1 AND peer = $2 AND max_id >= $3 ORDER BY max_id LIMIT 1`
		return noneIfMissing(tx.QueryRow(ctx, get, int64(owner), int64(peer), int64(id)).Scan(&at))
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("read date for user %d: %w", owner, err)
	}
	return at, nil
}

func (s *Service) checkShowsReading(ctx context.Context, owner, other ids.User) error {
	both, err := s.users.Get(ctx, owner, other)
	if errors.Is(err, users.ErrNotFound) || len(both) != 2 {
		return ErrPeer
	}
	if err != nil {
		return err
	}
	if both[0].Settings.Privacy.HideReadMarks {
		return ErrHiding
	}
	if both[1].Settings.Privacy.HideReadMarks {
		return ErrHidden
	}
	return nil
}
