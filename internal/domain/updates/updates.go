// Package updates keeps the logs of users and channels: each change that a client can see is an entry, at a position
// (pts) that only grows. Clients that are one step behind take an entry from the nudge after its commit; all others read
// the log from where they stand. So each sees each change once, in order, whatever nudges get lost.
//
// A new message is its own entry: its row in the message table carries the pts, and update_log has no row for it.
//
// An operation that touches several owners goes through them in ascending order, so that locks are taken in one
// order.
package updates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Subject is the subject of nudges on the bus: Key is the owner, Value the Entry.
const Subject = "log"

// ErrTooOld says that entries after the asked position are gone: the client has to load its state anew.
var ErrTooOld = errors.New("updates: position is older than the log")

// A Log is the logs of all users and channels.
type Log struct {
	db  *db.DB
	bus bus.Bus
}

// New returns the logs kept in d, which nudge through b.
func New(d *db.DB, b bus.Bus) *Log { return &Log{db: d, bus: b} }

// An Entry is one change in the log of Owner.
type Entry struct {
	Owner ids.Peer
	PTS   int32 // the position after the change
	Count int32 // how far it moved the position; 0 for a note
	Notes int64 // how many notes the owner's log has had, this one included; it shows that one got lost on the bus
	Date  time.Time
	Event Event
	Value any // what the event is about, such as the message itself, as a shortcut in the same process
	// Origin is the session that caused the change, and needs no push of it.
	Origin Origin
}

// A State is where a log stands.
type State struct {
	PTS, QTS, Seq int32
	Date          time.Time
	LastMessage   ids.Message
	Notes         int64 // how many notes there have been
	Pruned        int32 // entries up to this position may be gone
}

// A Position is the place of a new message in its owner's numbering and log.
type Position struct {
	ID    ids.Message
	PTS   int32
	Notes int64 // for the Entry
}

// Create opens the log of a new user or channel. It fails with db.ErrExists when there is one.
func (l *Log) Create(ctx context.Context, tx *db.Tx, owner ids.Peer) error {
	const insert = `INSERT INTO log_state (owner, pts, qts, message_id, note, pruned) VALUES ($1, 1, 1, 0, 0, 0)`
	if _, err := tx.Exec(ctx, insert, owner); err != nil {
		return fmt.Errorf("create log of %d: %w", owner, err)
	}
	return nil
}

// Append adds ev to owner's log, moves its position by ev.Count() and returns the new position. After the commit
// owner's sessions are nudged. It fails with db.ErrNotFound when owner has no log.
func (l *Log) Append(ctx context.Context, tx *db.Tx, owner ids.Peer, ev Event) (pts int32, err error) {
	return l.AppendWith(ctx, tx, owner, ev, nil)
}

// AppendWith is Append with a Value for the Entry, so that those who take it live need not look it up.
func (l *Log) AppendWith(ctx context.Context, tx *db.Tx, owner ids.Peer, ev Event, value any) (pts int32, err error) {
	e := Entry{Owner: owner, Count: ev.Count(), Date: now(), Event: ev, Value: value, Origin: OriginFrom(ctx)}
	if e.Count < 1 {
		return 0, fmt.Errorf("append %s to the log of %d: count %d", ev.Kind(), owner, e.Count)
	}
	const next = `UPDATE log_state SET pts = pts + $1, changed_at = $2 WHERE owner = $3 RETURNING pts, note`
	if err := tx.QueryRow(ctx, next, e.Count, e.Date, owner).Scan(&e.PTS, &e.Notes); err != nil {
		return 0, fmt.Errorf("next pts of %d: %w", owner, err)
	}
	if err := insert(ctx, tx, e, 0); err != nil {
		return 0, err
	}
	l.Tell(tx, e)
	return e.PTS, nil
}

// Note adds an event whose update has no pts, such as a draft or a name, at the current position. It reaches
// clients live, and in differences as long as they have not moved past the position, or only shortly before: see
// Overtaken. It may come again, which is harmless, since it sets state. Of equal notes at one position the last stays.
func (l *Log) Note(ctx context.Context, tx *db.Tx, owner ids.Peer, ev Event) error {
	return l.NoteWith(ctx, tx, owner, ev, nil)
}

// NoteWith is Note with a Value for the Entry, for those who take it live.
func (l *Log) NoteWith(ctx context.Context, tx *db.Tx, owner ids.Peer, ev Event, value any) error {
	e := Entry{Owner: owner, Date: now(), Event: ev, Value: value, Origin: OriginFrom(ctx)}
	const next = `UPDATE log_state SET note = note + 1 WHERE owner = $1 RETURNING pts, note`
	if err := tx.QueryRow(ctx, next, owner).Scan(&e.PTS, &e.Notes); err != nil {
		return fmt.Errorf("next note of %d: %w", owner, err)
	}
	if err := insert(ctx, tx, e, e.Notes); err != nil {
		return err
	}
	l.Tell(tx, e)
	return nil
}

// Hidden adds to the log of a channel that a message looks different, though nobody has edited it: it got a reaction or a
// vote. Of those entries about one message the last one is kept. value, which may be nil, is the message.
func (l *Log) Hidden(ctx context.Context, tx *db.Tx, owner ids.Peer, id ids.Message, value any) (pts int32, err error) {
	ev := EditMessage{ID: id, Hidden: true}
	data, err := json.Marshal(ev)
	if err != nil {
		return 0, fmt.Errorf("encode %s: %w", ev.Kind(), err)
	}
	const forget = `DELETE FROM update_log WHERE owner = $1 AND n = 0 AND pts IN
		(SELECT pts FROM update_log WHERE owner = $1 AND kind = 'hidden_edit' AND data = $2)`
	if err := tx.Queue(ctx, forget, owner, string(data)); err != nil {
		return 0, fmt.Errorf("forget hidden edits of %d: %w", owner, err)
	}
	return l.AppendWith(ctx, tx, owner, ev, value)
}

func insert(ctx context.Context, tx *db.Tx, e Entry, n int64) error {
	data, err := json.Marshal(e.Event)
	if err != nil {
		return fmt.Errorf("encode %s: %w", e.Event.Kind(), err)
	}
	if n > 0 {
		const forget = `DELETE FROM update_log WHERE owner = $1 AND pts = $2 AND n > 0 AND kind = $3 AND data = $4`
		if err := tx.Queue(ctx, forget, e.Owner, e.PTS, e.Event.Kind(), string(data)); err != nil {
			return fmt.Errorf("forget equal notes of %d: %w", e.Owner, err)
		}
	}
	const insert = `INSERT INTO update_log (owner, pts, n, count, date, kind, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	err = tx.Queue(ctx, insert, e.Owner, e.PTS, n, e.Count, e.Date, e.Event.Kind(), string(data))
	if err != nil {
		return fmt.Errorf("log pts %d of %d: %w", e.PTS, e.Owner, err)
	}
	return nil
}

// NextMessage takes the next message id and the next position of owner, for a row that is its own log entry; the
// caller tells of it with Tell. It fails with db.ErrNotFound when owner has no log.
func (l *Log) NextMessage(ctx context.Context, tx *db.Tx, owner ids.Peer) (Position, error) {
	all, err := l.NextMessages(ctx, tx, owner)
	if err != nil {
		return Position{}, err
	}
	return all[0], nil
}

// NextMessages is NextMessage for several owners, who go in ascending order; on PostgreSQL in a single trip, on SQLite,
// which has one writer, many of them in few statements.
func (l *Log) NextMessages(ctx context.Context, tx *db.Tx, owners ...ids.Peer) ([]Position, error) {
	if len(owners) > 2 && tx.Engine() == db.SQLite {
		return nextOfMany(ctx, tx, owners)
	}
	const next = `UPDATE log_state SET pts = pts + 1, message_id = message_id + 1 WHERE owner = $1
		RETURNING message_id, pts, note`
	lists := make([][]any, len(owners))
	for i, owner := range owners {
		lists[i] = []any{int64(owner)}
	}
	rows, err := tx.QueryRows(ctx, next, lists...)
	if err != nil {
		return nil, fmt.Errorf("next messages of %d: %w", owners, err)
	}
	all := make([]Position, len(owners))
	for i, row := range rows {
		if err := row.Scan(&all[i].ID, &all[i].PTS, &all[i].Notes); err != nil {
			return nil, fmt.Errorf("next message of %d: %w", owners[i], err)
		}
	}
	return all, nil
}

func nextOfMany(ctx context.Context, tx *db.Tx, owners []ids.Peer) ([]Position, error) {
	found := make(map[ids.Peer]Position, len(owners))
	for rest := owners; len(rest) > 0; {
		n := db.Batch(len(rest))
		args := make([]any, n)
		for i, o := range rest[:n] {
			args[i] = int64(o)
		}
		rest = rest[n:]
		err := tx.Each(ctx, nextBatch[n], args, func(rows *db.Rows) error {
			var owner ids.Peer
			var p Position
			err := rows.Scan(&owner, &p.ID, &p.PTS, &p.Notes)
			found[owner] = p
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("next messages of %d: %w", owners, err)
		}
	}
	all := make([]Position, len(owners))
	for i, o := range owners {
		p, ok := found[o]
		if !ok {
			return nil, fmt.Errorf("next message of %d: %w", o, db.ErrNotFound)
		}
		all[i] = p
	}
	return all, nil
}

var nextBatch = db.Batches(func(n int) string {
	return `UPDATE log_state SET pts = pts + 1, message_id = message_id + 1 WHERE owner IN (` + db.List(1, n) + `)
		RETURNING owner, message_id, pts, note`
})

// Tell nudges the sessions of e.Owner once tx is durable.
func (l *Log) Tell(tx *db.Tx, e Entry) {
	tx.OnCommit(func() { l.bus.Publish(bus.Message{Subject: Subject, Key: int64(e.Owner), Value: e}) })
}

// State returns where the log of owner stands. It fails with db.ErrNotFound when owner has no log.
func (l *Log) State(ctx context.Context, tx *db.Tx, owner ids.Peer) (State, error) {
	const get = `SELECT pts, qts, message_id, note, pruned FROM log_state WHERE owner = $1`
	s := State{Date: now()}
	if err := tx.QueryRow(ctx, get, owner).Scan(&s.PTS, &s.QTS, &s.LastMessage, &s.Notes, &s.Pruned); err != nil {
		return State{}, fmt.Errorf("state of %d: %w", owner, err)
	}
	return s, nil
}

// Since returns, oldest first, at most limit entries of update_log after pts, and the notes at pts that are not
// older than date. New messages are not among them: package messages merges those in. It fails with ErrTooOld when
// entries after pts are gone.
func (l *Log) Since(
	ctx context.Context, tx *db.Tx, owner ids.Peer, pts int32, date time.Time, limit int,
) ([]Entry, error) {
	if err := checkKept(ctx, tx, owner, pts); err != nil {
		return nil, err
	}
	const list = `SELECT pts, count, date, kind, data FROM update_log
		WHERE owner = $1 AND pts >= $2 AND (pts > $3 OR (n > 0 AND date >= $4)) ORDER BY pts, n LIMIT $5`
	return entries(ctx, tx, owner, list, owner, pts, pts, date, limit)
}

// Bounds of what Overtaken returns: how far back it looks, and how many notes.
const (
	overtaking   = 1000
	maxOvertaken = 500
)

// Overtaken returns, oldest first, the notes shortly before pts that are not older than date, which is when a client last
// heard everything. It may not have got them: the answer to a call of its own moves it past notes that are still on their
// way, and when the connection breaks then, they do not come any more. Of too many the oldest are left out.
func (l *Log) Overtaken(ctx context.Context, tx *db.Tx, owner ids.Peer, pts int32, date time.Time) ([]Entry, error) {
	const list = `SELECT pts, count, date, kind, data FROM update_log
		WHERE owner = $1 AND pts >= $2 AND pts < $3 AND n > 0 AND date >= $4 ORDER BY pts DESC, n DESC LIMIT $5`
	all, err := entries(ctx, tx, owner, list, owner, pts-overtaking, pts, date, maxOvertaken)
	slices.Reverse(all)
	return all, err
}

// entries reads what a query finds in the log of owner.
func entries(ctx context.Context, tx *db.Tx, owner ids.Peer, list string, args ...any) (all []Entry, err error) {
	err = tx.Each(ctx, list, args, func(rows *db.Rows) error {
		e := Entry{Owner: owner}
		var kind, data string
		if err := rows.Scan(&e.PTS, &e.Count, &e.Date, &kind, &data); err != nil {
			return err
		}
		if e.Event, err = decodeEvent(kind, []byte(data)); err != nil {
			return fmt.Errorf("pts %d: %w", e.PTS, err)
		}
		all = append(all, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("log of %d: %w", owner, err)
	}
	return all, nil
}

func checkKept(ctx context.Context, tx *db.Tx, owner ids.Peer, pts int32) error {
	var pruned int32
	const get = `SELECT pruned FROM log_state WHERE owner = $1`
	if err := tx.QueryRow(ctx, get, owner).Scan(&pruned); err != nil {
		return fmt.Errorf("state of %d: %w", owner, err)
	}
	if pts < pruned {
		return ErrTooOld
	}
	return nil
}

func now() time.Time { return time.Unix(time.Now().Unix(), 0) }
