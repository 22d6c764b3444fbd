package messages

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Bounds of the indexer.
const (
	// rowsPerOwner is the stretch of row ids in message_words that belongs to one owner.
	rowsPerOwner = 1 << 31
	// maxIndexed is the first number of an owner whose row ids would no longer fit. His searches read his messages.
	maxIndexed = 1 << 32

	indexStep  = 200             // messages in one transaction
	indexPause = 2 * time.Second // between the first new message and its indexing, so that more come along
)

// An index keeps the full text index of SQLite, which is too slow to be written along with each message: each operation
// of a joined commit would write the index anew. So it is filled behind, in larger pieces, and searches look through
// what is missing. PostgreSQL has an index of its own; there everything here does nothing.
type index struct {
	db    *db.DB
	mu    sync.Mutex
	dirty map[ids.Peer]struct{} // owners with something to index
	wake  chan struct{}
}

func newIndex(d *db.DB) *index {
	return &index{db: d, dirty: make(map[ids.Peer]struct{}), wake: make(chan struct{}, 1)}
}

// rowBase is where the stretch of owner begins: over 0 for users, below it for channels.
func rowBase(owner ids.Peer) int64 {
	if !indexed(owner) {
		return 0
	}
	if c := owner.Channel(); c != 0 {
		return -int64(c) * rowsPerOwner
	}
	return int64(owner) * rowsPerOwner
}

func indexed(owner ids.Peer) bool {
	return int64(owner.User()) < maxIndexed && int64(owner.Channel()) < maxIndexed
}

// touch says that owner has a new message once tx is durable.
func (x *index) touch(tx *db.Tx, owner ids.Peer) {
	if tx.Engine() == db.SQLite && indexed(owner) {
		tx.OnCommit(func() { x.mark(owner) })
	}
}

func (x *index) mark(owner ids.Peer) {
	x.mu.Lock()
	x.dirty[owner] = struct{}{}
	x.mu.Unlock()
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// stale says that messages were changed or deleted.
func (x *index) stale(ctx context.Context, tx *db.Tx, owner ids.Peer, changed ...ids.Message) error {
	if tx.Engine() != db.SQLite {
		return nil
	}
	const add = `INSERT INTO search_stale (owner, id) SELECT owner, $1 FROM search_mark WHERE owner = $2 AND id >= $3
		ON CONFLICT (owner, id) DO NOTHING`
	for _, id := range changed {
		if _, err := tx.Exec(ctx, add, int64(id), int64(owner), int64(id)); err != nil {
			return fmt.Errorf("mark message for the index: %w", err)
		}
	}
	x.touch(tx, owner)
	return nil
}

// run indexes what comes until ctx ends.
func (x *index) run(ctx context.Context) error {
	if x.db.Engine() != db.SQLite {
		<-ctx.Done()
		return nil
	}
	if err := x.load(ctx); err != nil {
		return stopped(ctx, err)
	}
	for {
		if err := x.drain(ctx); err != nil {
			return stopped(ctx, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-x.wake:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(indexPause):
		}
	}
}

// stopped hides the error that comes of the end of ctx.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, db.ErrClosed) {
		return nil
	}
	return err
}

// load finds the owners whose messages were not indexed when the server last ended.
func (x *index) load(ctx context.Context) error {
	const list = `SELECT l.owner FROM log_state l LEFT JOIN search_mark s ON s.owner = l.owner
		WHERE message_id > COALESCE(id, 0) UNION SELECT owner FROM search_stale`
	err := x.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, list)
		for err == nil && rows.Next() {
			var owner ids.Peer
			if err = rows.Scan(&owner); err == nil && indexed(owner) {
				x.mark(owner)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("find messages to index: %w", err)
	}
	return nil
}

// drain indexes until no owner is dirty.
func (x *index) drain(ctx context.Context) error {
	for {
		owners := x.take(indexStep)
		if len(owners) == 0 {
			return nil
		}
		for len(owners) > 0 {
			left := owners
			err := x.db.Write(ctx, func(tx *db.Tx) (err error) {
				left, err = indexSome(ctx, tx, owners)
				return err
			})
			if err != nil {
				return fmt.Errorf("index messages: %w", err)
			}
			owners = left
		}
	}
}

func (x *index) take(n int) (owners []ids.Peer) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for o := range x.dirty {
		if len(owners) == n {
			break
		}
		owners = append(owners, o)
		delete(x.dirty, o)
	}
	return owners
}

// indexSome indexes at most about indexStep messages and returns the owners who have more.
func indexSome(ctx context.Context, tx *db.Tx, owners []ids.Peer) ([]ids.Peer, error) {
	room := indexStep
	for i, o := range owners {
		n, err := indexFresh(ctx, tx, o, room)
		if err != nil {
			return nil, err
		}
		if room -= n; room <= 0 {
			return owners[i:], nil
		}
		if n, err = indexStale(ctx, tx, o, room); err != nil {
			return nil, err
		}
		if room -= n; room <= 0 {
			return owners[i:], nil
		}
	}
	return nil, nil
}

const indexOne = `INSERT INTO message_words (rowid, text) VALUES ($1, $2)`

// indexFresh indexes at most room messages behind the mark of owner, and moves the mark.
func indexFresh(ctx context.Context, tx *db.Tx, owner ids.Peer, room int) (int, error) {
	const fresh = `SELECT id, text FROM message WHERE owner = $1 AND
		id > COALESCE((SELECT id FROM search_mark WHERE owner = $1), 0) ORDER BY id LIMIT $2`
	rows, err := tx.Query(ctx, fresh, int64(owner), room)
	if err != nil {
		return 0, err
	}
	n, last := 0, int64(0)
	for rows.Next() {
		var body string
		if err := rows.Scan(&last, &body); err != nil {
			return 0, err
		}
		n++
		if body == "" {
			continue
		}
		if _, err := tx.Exec(ctx, indexOne, rowBase(owner)+last, keyed(owner, body)); err != nil {
			return 0, err
		}
	}
	if n == 0 {
		return 0, nil
	}
	const move = `INSERT INTO search_mark (owner, id) VALUES ($1, $2) ON CONFLICT (owner) DO UPDATE SET id = excluded.id`
	_, err = tx.Exec(ctx, move, int64(owner), last)
	return n, err
}

// indexStale indexes at most room changed messages of owner anew.
func indexStale(ctx context.Context, tx *db.Tx, owner ids.Peer, room int) (int, error) {
	const list = `SELECT s.id, m.text FROM search_stale s LEFT JOIN message m ON m.owner = s.owner AND m.id = s.id
		WHERE s.owner = $1 LIMIT $2`
	rows, err := tx.Query(ctx, list, int64(owner), room)
	if err != nil {
		return 0, err
	}
	n := 0
	for rows.Next() {
		var id int64
		var body *string
		if err := rows.Scan(&id, &body); err != nil {
			return 0, err
		}
		n++
		if _, err := tx.Exec(ctx, `DELETE FROM message_words WHERE rowid = $1`, rowBase(owner)+id); err != nil {
			return 0, err
		}
		if body != nil && *body != "" {
			if _, err := tx.Exec(ctx, indexOne, rowBase(owner)+id, keyed(owner, *body)); err != nil {
				return 0, err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM search_stale WHERE owner = $1 AND id = $2`, int64(owner), id); err != nil {
			return 0, err
		}
	}
	return n, nil
}
