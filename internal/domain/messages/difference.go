package messages

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// A Difference is what has happened in a log since a position.
type Difference struct {
	// Entries stand in the order of their positions, notes behind the entry they followed. The Value of a
	// NewMessage or an EditMessage is the *Message as it is now, or nil when it is gone.
	Entries []updates.Entry
	PTS     int32     // the position behind Entries
	Date    time.Time // of the last entry, or now when nothing is left out
	More    bool      // the log goes on behind PTS
	State   updates.State
}

// maxNotes bounds how many notes at one position a difference goes through to get past them.
const maxNotes = 20_000

// Since returns at most about limit entries of owner's log after pts, and the notes at pts that are not older than
// date.
//
// It fails with updates.ErrTooOld when entries after pts are gone, or when pts lies in the future, as it does for a
// client that knew a database which was since restored from a copy.
func (s *Service) Since(
	ctx context.Context, owner ids.Peer, pts int32, date time.Time, limit int,
) (d Difference, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		d, err = s.since(ctx, tx, owner, pts, date, limit)
		return err
	})
	if err != nil {
		return Difference{}, fmt.Errorf("log of %d since %d: %w", owner, pts, err)
	}
	return d, nil
}

// ChannelSince is Since for the log of a channel, as viewer may see it: messages that are hidden from him are left out. It
// fails as Since and channels.See do.
// Spec: https://core.telegram.org/method/updates.getChannelDifference
func (s *Service) ChannelSince(
	ctx context.Context, viewer ids.User, ch ids.Channel, pts int32, limit int,
) (d Difference, err error) {
	hidden, err := s.hiddenFrom(ctx, viewer, ch.Peer())
	if err != nil {
		return Difference{}, err
	}
	if d, err = s.Since(ctx, ch.Peer(), pts, time.Time{}, limit); err != nil {
		return Difference{}, err
	}
	d.Entries = slices.DeleteFunc(d.Entries, func(e updates.Entry) bool {
		m, ok := e.Value.(*Message)
		return ok && m != nil && m.ID <= hidden
	})
	return d, nil
}

// CatchUp is Since for somebody who takes all entries at once, the new messages first: of each chat only the last
// reading is left, it stands at the end, and its counter fits the messages of this difference. Date is when he last heard
// everything; notes of after that which he may have overtaken come first.
func (s *Service) CatchUp(
	ctx context.Context, user ids.User, pts int32, date time.Time, limit int,
) (d Difference, err error) {
	owner := user.Peer()
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if d, err = s.since(ctx, tx, owner, pts, date, limit); err != nil {
			return err
		}
		if d.Entries, err = settleReading(ctx, tx, owner, d); err != nil {
			return err
		}
		overtaken, err := s.log.Overtaken(ctx, tx, owner, pts, date)
		d.Entries = settlePins(append(overtaken, d.Entries...))
		return err
	})
	if err != nil {
		return Difference{}, fmt.Errorf("difference of %d since %d: %w", owner, pts, err)
	}
	return d, nil
}

func (s *Service) since(
	ctx context.Context, tx *db.Tx, owner ids.Peer, pts int32, date time.Time, limit int,
) (d Difference, err error) {
	if d.State, err = s.log.State(ctx, tx, owner); err != nil {
		return d, err
	}
	if pts > d.State.PTS {
		return d, updates.ErrTooOld
	}
	d.PTS, d.Date = d.State.PTS, d.State.Date
	logged, err := s.log.Since(ctx, tx, owner, pts, date, limit+1)
	if err == nil && len(logged) > limit && logged[limit].PTS == pts {
		logged, err = s.log.Since(ctx, tx, owner, pts, date, maxNotes)
	}
	if err != nil {
		return d, err
	}
	fresh, err := newMessages(ctx, tx, d.State, owner, pts, limit+1)
	if err != nil {
		return d, err
	}
	d.Entries = merge(logged, fresh)
	d.cut(pts, limit)
	return d, fillEdited(ctx, tx, owner, d.Entries)
}

// maxWeight bounds a difference, about in bytes: TDLib reads no more than 4 MiB at once.
const maxWeight = 1 << 20

// weight is about how many bytes an entry takes.
func weight(e updates.Entry) int {
	const plain, edited = 200, 2000
	_, isEdit := e.Event.(updates.EditMessage)
	switch m, ok := e.Value.(*Message); {
	case ok:
		w := plain + len(m.Text.String) + len(m.Markup)
		for _, x := range m.Text.Entities {
			w += 16 + len(x.Value)
		}
		return w
	case isEdit:
		return edited // not read yet
	}
	return plain
}

// fitting is how many of entries fit into a difference.
func fitting(entries []updates.Entry) int {
	room := maxWeight
	for i, e := range entries {
		if room -= weight(e); room < 0 {
			return max(i, 1)
		}
	}
	return max(len(entries), 1)
}

// cut ends d behind limit entries, or fewer when they are large, or behind the first that moves the position, if that
// comes later.
func (d *Difference) cut(pts int32, limit int) {
	limit = min(limit, fitting(d.Entries))
	for limit < len(d.Entries) && d.Entries[limit-1].PTS <= pts {
		limit++
	}
	if len(d.Entries) <= limit {
		return
	}
	d.Entries, d.More = d.Entries[:limit], true
	last := d.Entries[limit-1]
	d.PTS, d.Date = last.PTS, last.Date
}

// newMessages returns the messages after pts. Ids and positions of an owner grow together, and no faster the ids, so
// those after pts are among the last PTS-pts ids.
func newMessages(
	ctx context.Context, tx *db.Tx, st updates.State, owner ids.Peer, pts int32, limit int,
) ([]updates.Entry, error) {
	const list = `SELECT ` + columns + ` FROM message WHERE owner = $1 AND id > $2 AND pts > $3 ORDER BY id LIMIT $4`
	from := int64(st.LastMessage) - int64(st.PTS-pts)
	all, err := query(ctx, tx, list, int64(owner), max(from, 0), int64(pts), limit)
	if err != nil {
		return nil, err
	}
	entries := make([]updates.Entry, len(all))
	for i, m := range all {
		entries[i] = updates.Entry{
			Owner: owner, PTS: m.PTS, Count: 1, Date: m.Date, Event: updates.NewMessage{ID: m.ID}, Value: m,
		}
	}
	return entries, nil
}

// merge joins two lists that are in order. At one position the entry that made it comes before its notes.
func merge(logged, fresh []updates.Entry) []updates.Entry {
	all := make([]updates.Entry, 0, len(logged)+len(fresh))
	for len(logged) > 0 && len(fresh) > 0 {
		if logged[0].PTS < fresh[0].PTS {
			all, logged = append(all, logged[0]), logged[1:]
		} else {
			all, fresh = append(all, fresh[0]), fresh[1:]
		}
	}
	return append(append(all, logged...), fresh...)
}

// fillEdited gives entries about edited messages the messages as they are now.
func fillEdited(ctx context.Context, tx *db.Tx, owner ids.Peer, entries []updates.Entry) error {
	var want []ids.Message
	for _, e := range entries {
		if ev, ok := e.Event.(updates.EditMessage); ok {
			want = append(want, ev.ID)
		}
	}
	slices.Sort(want)
	found, err := byID(ctx, tx, owner, slices.Compact(want))
	if err != nil {
		return err
	}
	for i, e := range entries {
		if ev, ok := e.Event.(updates.EditMessage); ok && found[ev.ID] != nil {
			entries[i].Value = found[ev.ID]
		}
	}
	return nil
}

// settleReading takes the readings of chats out of a difference and puts the last of each chat at its end. A client
// applies the new messages first and counts them as unread, so the counter has to be that of the end.
func settleReading(ctx context.Context, tx *db.Tx, owner ids.Peer, d Difference) ([]updates.Entry, error) {
	last := make(map[ids.Peer]int)
	for i, e := range d.Entries {
		if ev, ok := e.Event.(updates.ReadInbox); ok {
			last[ev.Peer] = i
		}
	}
	if len(last) == 0 {
		return d.Entries, nil
	}
	var rest, reads []updates.Entry
	for i, e := range d.Entries {
		ev, ok := e.Event.(updates.ReadInbox)
		if !ok {
			rest = append(rest, e)
			continue
		}
		if last[ev.Peer] != i {
			continue
		}
		const count = `SELECT COUNT(*) FROM message WHERE owner = $1 AND peer = $2 AND id > $3 AND from_id <> $4 AND pts <= $5`
		err := tx.QueryRow(ctx, count, int64(owner), int64(ev.Peer), int64(ev.MaxID), int64(owner), int64(d.PTS)).
			Scan(&ev.Unread)
		if err != nil {
			return nil, err
		}
		e.Event = ev
		reads = append(reads, e)
	}
	return append(rest, reads...), nil
}

// settlePins leaves of several notes about what is pinned in a list one, in place of the last: how the list is now. A client
// that has taken some of them could not take them once more one by one, for to pin what is pinned moves nothing.
func settlePins(entries []updates.Entry) []updates.Entry {
	count, last := make(map[updates.Event]int), make(map[updates.Event]int)
	for i, e := range entries {
		if list := pinsOf(e.Event); list != nil {
			count[list]++
			last[list] = i
		}
	}
	var rest []updates.Entry
	for i, e := range entries {
		list := pinsOf(e.Event)
		if list != nil && last[list] != i {
			continue
		}
		if list != nil && count[list] > 1 {
			e.Event = list
		}
		rest = append(rest, e)
	}
	return rest
}

// pinsOf returns the note about the whole of what is pinned where ev has changed something; nil for everything else.
func pinsOf(ev updates.Event) updates.Event {
	switch ev := ev.(type) {
	case updates.DialogPinned:
		return updates.PinnedDialogs{Folder: ev.Folder}
	case updates.SavedPinned:
		return updates.SavedOrder{}
	case updates.PinnedDialogs, updates.SavedOrder:
		return ev
	}
	return nil
}

// State returns where owner's log stands.
func (s *Service) State(ctx context.Context, owner ids.Peer) (st updates.State, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		st, err = s.log.State(ctx, tx, owner)
		return err
	})
	return st, err
}
