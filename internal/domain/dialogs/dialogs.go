// Package dialogs keeps what a person sees of his chats from outside: the list with its order, read marks and
// counters, drafts and notification settings.
//
// It owns the tables dialog, draft, notify_setting and dialog_option. Package messages moves the
// counters, in the transactions that write messages.
//
// A channel has a row for each of its members, which a post does not touch: what is on top, and how much there is, comes
// from the head of the channel's log when the list is read, and is counted from where the member has read to.
package dialogs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Errors of this package that are the caller's.
var (
	// ErrNone means that there is no dialog with the peer.
	ErrNone = errors.New("no such dialog")
	// ErrPinnedTooMany means that no more dialogs can be pinned.
	ErrPinnedTooMany = errors.New("too many pinned dialogs")
	// ErrFolder means a folder that does not exist.
	ErrFolder = errors.New("no such folder")
	// ErrTooMany means that no more drafts, or settings of single chats, can be kept.
	ErrTooMany = errors.New("too many of these are kept")
	// ErrTooLong means a draft or a sound that is larger than what is kept.
	ErrTooLong = errors.New("too long to be kept")
)

// Folders of the list.
const (
	Main    = 0
	Archive = 1
)

// Bounds.
const (
	MaxPinned = 100 // per folder
	MaxPage   = 100

	maxDrafts     = 300
	maxDraftURL   = 2048 // bytes
	maxDraftUnits = 4096 // of UTF-16, of its text and of the quote in it
	maxExceptions = 1000 // chats with notification settings of their own
	maxSound      = 1 << 10

	maxDialogs = 20_000 // that one answer about all dialogs looks at
)

// A Service answers for dialogs. Safe for concurrent use.
type Service struct {
	db      *db.DB
	log     *updates.Log
	privacy func(context.Context, ids.User) (users.GlobalPrivacy, error) // nil: as nobody has set it
	arrived func(Arrival)                                                // hears of what is new in the dialogs of users; nil: nobody
	moved   func(ids.User)                                               // hears of whose dialogs were put into a folder; nil: nobody
}

// New makes the service.
func New(d *db.DB, log *updates.Log) *Service { return &Service{db: d, log: log} }

// A Dialog is a chat as its owner has it in his list.
type Dialog struct {
	Owner      ids.User
	Peer       ids.Peer
	Top        ids.Message // 0: empty
	TopDate    time.Time
	Messages   int // how many are in it
	ReadInbox  ids.Message
	ReadOutbox ids.Message
	Unread     int
	Marked     bool // as unread, by hand
	Pinned     int  // 0: no; of two, the higher comes first
	Folder     int

	// Of channels only.
	PTS       int32
	Available ids.Message // messages up to this one are hidden from the owner
	Listed    bool        // he has it in his list; else the above is what anybody sees of it
	joined    time.Time
	archived  ids.Message // what was on top when it was put into the archive
}

const columns = `owner, peer, top_message, top_date, messages, read_inbox, read_outbox, unread, marked, pinned, folder`

func scan(row interface{ Scan(...any) error }) (d Dialog, err error) {
	err = row.Scan(&d.Owner, &d.Peer, &d.Top, &d.TopDate, &d.Messages, &d.ReadInbox, &d.ReadOutbox, &d.Unread,
		&d.Marked, &d.Pinned, &d.Folder)
	return d, err
}

// Get returns the dialog of owner with peer. Where there is none it returns an empty one, and no error.
func (s *Service) Get(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer) (Dialog, error) {
	if peer.Channel() != 0 {
		all, err := someChannels(ctx, tx, owner, []ids.Peer{peer})
		if err != nil || len(all) == 0 {
			return Dialog{Owner: owner, Peer: peer}, wrap("dialog", owner, err)
		}
		return all[0], nil
	}
	const get = `SELECT ` + columns + ` FROM dialog WHERE owner = $1 AND peer = $2`
	d, err := scan(tx.QueryRow(ctx, get, int64(owner), int64(peer)))
	if errors.Is(err, db.ErrNotFound) {
		return Dialog{Owner: owner, Peer: peer}, nil
	}
	if err != nil {
		return Dialog{}, fmt.Errorf("dialog of user %d: %w", owner, err)
	}
	return d, nil
}

// Lock makes other transactions that lock one of owners wait until tx ends. Take it before reading what is written
// back; give owners in ascending order.
func (s *Service) Lock(ctx context.Context, tx *db.Tx, owners ...ids.User) error {
	if tx.Engine() == db.SQLite {
		return nil // has one writer
	}
	for _, o := range owners {
		if _, err := tx.Exec(ctx, `SELECT 1 FROM log_state WHERE owner = $1 FOR UPDATE`, int64(o)); err != nil {
			return fmt.Errorf("lock user %d: %w", o, err)
		}
	}
	return nil
}

// An Arrival is a new message in a dialog.
type Arrival struct {
	Owner   ids.User
	Peer    ids.Peer
	Message ids.Message
	Date    time.Time
	Unread  bool
}

// Arrived puts new messages, of different owners, on top of their dialogs, which are made where there are none. One or two
// cost one statement, many a few.
func (s *Service) Arrived(ctx context.Context, tx *db.Tx, a ...Arrival) error {
	if s.arrived != nil {
		news := a
		tx.OnCommit(func() {
			for _, x := range news {
				s.arrived(x)
			}
		})
	}
	for len(a) > 0 {
		n := db.Batch(len(a))
		if err := arrived(ctx, tx, a[:n]); err != nil {
			return fmt.Errorf("put message on top: %w", err)
		}
		a = a[n:]
	}
	return nil
}

func arrived(ctx context.Context, tx *db.Tx, a []Arrival) error {
	args := make([]any, 0, 5*len(a))
	for _, x := range a {
		args = append(args, int64(x.Owner), int64(x.Peer), int64(x.Message), x.Date, x.Unread)
	}
	return tx.Queue(ctx, arrive[len(a)], args...)
}

// arrive has the statement of arrived for each number of rows that db.Batch gives.
var arrive = db.Batches(func(n int) string {
	var rows strings.Builder
	for i := range n {
		if i > 0 {
			rows.WriteString(", ")
		}
		fmt.Fprintf(&rows, `($%d, $%d, $%d, $%d, 1, 0, 0, $%d, 0, 0, 0)`, 5*i+1, 5*i+2, 5*i+3, 5*i+4, 5*i+5)
	}
	return `INSERT INTO dialog (` + columns + `) VALUES ` + rows.String() + `
		ON CONFLICT (owner, peer) DO UPDATE SET top_message = excluded.top_message, top_date = excluded.top_date,
		messages = dialog.messages + 1, unread = dialog.unread + excluded.unread`
})

// Save writes back what may change in a dialog that is there: everything but its owner and peer, and of channels what is
// the owner's own.
func (s *Service) Save(ctx context.Context, tx *db.Tx, d Dialog) error {
	if d.Peer.Channel() != 0 {
		return s.saveChannel(ctx, tx, d)
	}
	const set = `UPDATE dialog SET top_message = $3, top_date = $4, messages = $5, read_inbox = $6, read_outbox = $7,
		unread = $8, marked = $9, pinned = $10, folder = $11 WHERE owner = $1 AND peer = $2`
	_, err := tx.Exec(ctx, set, int64(d.Owner), int64(d.Peer), int64(d.Top), d.TopDate, d.Messages, int64(d.ReadInbox),
		int64(d.ReadOutbox), d.Unread, d.Marked, d.Pinned, d.Folder)
	if err != nil {
		return fmt.Errorf("save dialog of user %d: %w", d.Owner, err)
	}
	return nil
}

// insertEmpty makes a dialog without messages where there is none, so that something can be set in it. Channels get
// theirs when one joins.
func insertEmpty(ctx context.Context, tx *db.Tx, owner ids.User, peer ids.Peer) error {
	if peer.Channel() != 0 {
		return nil
	}
	const insert = `INSERT INTO dialog (` + columns + `) VALUES ($1, $2, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		ON CONFLICT (owner, peer) DO NOTHING`
	_, err := tx.Exec(ctx, insert, int64(owner), int64(peer))
	return err
}

// read runs one reading operation of the service.
func read[T any](ctx context.Context, s *Service, fn func(tx *db.Tx) (T, error)) (v T, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err = fn(tx)
		return err
	})
	return v, err
}

// DraftNow is Draft in a transaction of its own.
func (s *Service) DraftNow(ctx context.Context, owner ids.User, at Place) (Draft, error) {
	return read(ctx, s, func(tx *db.Tx) (Draft, error) { return s.Draft(ctx, tx, owner, at) })
}

// NotifyNow is Notify in a transaction of its own.
func (s *Service) NotifyNow(ctx context.Context, owner ids.User, at Target) (Notify, error) {
	return read(ctx, s, func(tx *db.Tx) (Notify, error) { return s.Notify(ctx, tx, owner, at) })
}

// PinnedNow is Pinned in a transaction of its own.
func (s *Service) PinnedNow(ctx context.Context, owner ids.User, folder int) ([]Dialog, error) {
	return read(ctx, s, func(tx *db.Tx) ([]Dialog, error) { return s.Pinned(ctx, tx, owner, folder) })
}

// GetNow is Get in a transaction of its own.
func (s *Service) GetNow(ctx context.Context, owner ids.User, peer ids.Peer) (Dialog, error) {
	return read(ctx, s, func(tx *db.Tx) (Dialog, error) { return s.Get(ctx, tx, owner, peer) })
}

// HasDialog tells whether owner has a chat with peer, or had one.
func (s *Service) HasDialog(ctx context.Context, owner ids.User, peer ids.Peer) (bool, error) {
	d, err := s.GetNow(ctx, owner, peer)
	if peer.Channel() != 0 {
		return d.Listed, err
	}
	return d.Top > 0 || d.Messages > 0, err
}

// maxPartners bounds whom the presence of a person is told.
const maxPartners = 1000

// Partners are the people with whom owner last talked.
func (s *Service) Partners(ctx context.Context, owner ids.User) ([]ids.User, error) {
	const list = `SELECT peer FROM dialog WHERE owner = $1 AND peer > 0 AND peer <> $2 AND top_message > 0
		ORDER BY top_date DESC LIMIT $3`
	return read(ctx, s, func(tx *db.Tx) ([]ids.User, error) {
		rows, err := tx.Query(ctx, list, int64(owner), int64(ids.Service), maxPartners)
		if err != nil {
			return nil, fmt.Errorf("partners of user %d: %w", owner, err)
		}
		var all []ids.User
		for rows.Next() {
			var u ids.User
			if err := rows.Scan(&u); err != nil {
				return nil, fmt.Errorf("partners of user %d: %w", owner, err)
			}
			all = append(all, u)
		}
		return all, nil
	})
}
