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

// Read marks the chat of viewer with peer as read up to maxID, or all of it when maxID is 0, and tells those who wrote
// what was read. In a channel it returns where the log of the channel stands. It fails as channels.See does.
//
// Spec: https://core.telegram.org/method/messages.readHistory
func (s *Service) Read(ctx context.Context, viewer ids.User, peer ids.Peer, maxID ids.Message) (moved Moved, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if peer.Channel() != 0 {
			moved, err = s.readChannel(ctx, tx, viewer, peer.Channel(), maxID)
			return err
		}
		moved, err = s.read(ctx, tx, viewer, peer, maxID)
		return err
	})
	if err != nil {
		return Moved{}, fmt.Errorf("read chat of user %d: %w", viewer, err)
	}
	return moved, nil
}

func (s *Service) read(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer, maxID ids.Message) (Moved, error) {
	if err := s.lockReading(ctx, tx, owner, peer, maxID); err != nil {
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
	if d.Peer.Chat() != 0 {
		return s.readGroup(ctx, tx, d, last)
	}
	steps := []func() error{
		func() error { moved, err = s.readInbox(ctx, tx, d); return err },
		func() error { return s.readOutbox(ctx, tx, d.Peer.User(), d.Owner.Peer(), last.twin) },
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

// readOutbox says to writer that in his chat with peer somebody has read up to his message maxID.
func (s *Service) readOutbox(ctx context.Context, tx *db.Tx, writer ids.User, peer ids.Peer, maxID ids.Message) error {
	if maxID == 0 || writer == 0 {
		return nil
	}
	d, err := s.dialogs.Get(ctx, tx, writer, peer)
	if err != nil || d.ReadOutbox >= maxID || d.Messages == 0 {
		return err
	}
	d.ReadOutbox = maxID
	if err := s.dialogs.Save(ctx, tx, d); err != nil {
		return err
	}
	if peer.User() != 0 {
		if err := keepReadDate(ctx, tx, d.Owner.Peer(), d.Peer, d.ReadOutbox); err != nil {
			return err
		}
	}
	_, err = s.log.Append(ctx, tx, writer.Peer(), updates.ReadOutbox{Peer: d.Peer, MaxID: maxID})
	return err
}

// keepReadDate notes when peer read what is owner's: a user's, or a basic group's by its numbers.
func keepReadDate(ctx context.Context, tx *db.Tx, owner, peer ids.Peer, maxID ids.Message) error {
	const forget = `DELETE FROM read_date WHERE owner = $1 AND peer = $2 AND date < $3`
	if err := tx.Queue(ctx, forget, int64(owner), int64(peer), now().Add(-readDates)); err != nil {
		return err
	}
	const keep = `INSERT INTO read_date (owner, peer, max_id, date) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, peer, max_id) DO NOTHING`
	return tx.Queue(ctx, keep, int64(owner), int64(peer), int64(maxID), now())
}

// incoming are the messages of the other side in a stretch: how many, and the last one.
type incoming struct {
	count    int
	after    ids.Message // where the stretch begins
	id, twin ids.Message
}

// lastIncoming looks at what came after what was read, up to maxID.
func lastIncoming(ctx context.Context, tx *db.Tx, d dialogs.Dialog, maxID ids.Message) (in incoming, err error) {
	in.after = d.ReadInbox
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
