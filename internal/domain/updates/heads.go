package updates

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// A Head is what is shown of a channel in a list of chats: where its log stands, and what is newest in it. Those who
// read a channel have no rows about its messages; all they need comes from here.
type Head struct {
	Owner     ids.Peer
	PTS       int32
	Top       ids.Message // 0: empty
	TopDate   time.Time
	Messages  int
	ReadMax   ids.Message // the last message that somebody else than its author has read
	ReadAt    time.Time   // when ReadMax last moved
	ChangedAt time.Time   // date of the last entry
}

// maxHeads bounds one statement.
const maxHeads = 500

// Heads returns the heads of channels, by owner; those without a log are left out.
func (l *Log) Heads(ctx context.Context, tx *db.Tx, owners ...ids.Peer) (map[ids.Peer]Head, error) {
	all := make(map[ids.Peer]Head, len(owners))
	for part := range slices.Chunk(owners, maxHeads) {
		args := make([]any, len(part))
		for i, o := range part {
			args[i] = int64(o)
		}
		list := `SELECT owner, pts, top, top_date, messages, read_max, read_at, changed_at FROM log_state
			WHERE owner IN (` + db.List(1, len(part)) + `)`
		err := tx.Each(ctx, list, args, func(rows *db.Rows) error {
			var h Head
			err := rows.Scan(&h.Owner, &h.PTS, &h.Top, &h.TopDate, &h.Messages, &h.ReadMax, &h.ReadAt, &h.ChangedAt)
			all[h.Owner] = h
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("heads of channels: %w", err)
		}
	}
	return all, nil
}

// NextPost is NextMessage for a channel: it moves the head as well, in the same statement.
func (l *Log) NextPost(ctx context.Context, tx *db.Tx, owner ids.Peer, date time.Time) (p Position, err error) {
	const next = `UPDATE log_state SET pts = pts + 1, message_id = message_id + 1, top = message_id + 1, top_date = $1,
		messages = messages + 1, changed_at = $1 WHERE owner = $2 RETURNING message_id, pts, note`
	if err := tx.QueryRow(ctx, next, date, int64(owner)).Scan(&p.ID, &p.PTS, &p.Notes); err != nil {
		return Position{}, fmt.Errorf("next post of %d: %w", owner, err)
	}
	return p, nil
}

// SetHead writes the top message and the number of messages of a channel, after some were deleted.
func (l *Log) SetHead(ctx context.Context, tx *db.Tx, h Head) error {
	const set = `UPDATE log_state SET top = $1, top_date = $2, messages = $3 WHERE owner = $4`
	if err := tx.Queue(ctx, set, int64(h.Top), h.TopDate, h.Messages, int64(h.Owner)); err != nil {
		return fmt.Errorf("set head of %d: %w", h.Owner, err)
	}
	return nil
}

// ReadUpTo notes that a message of a channel was read by somebody else than its author. It reports whether it is the
// first time that one that far was.
func (l *Log) ReadUpTo(ctx context.Context, tx *db.Tx, owner ids.Peer, id ids.Message) (bool, error) {
	const set = `UPDATE log_state SET read_max = $1, read_at = $2 WHERE owner = $3 AND read_max < $1`
	n, err := tx.Exec(ctx, set, int64(id), now(), int64(owner))
	if err != nil {
		return false, fmt.Errorf("set what is read in %d: %w", owner, err)
	}
	return n > 0, nil
}

// Lock makes other transactions that lock one of owners wait until tx ends. Take it before reading what is written
// back; give owners in ascending order.
func (l *Log) Lock(ctx context.Context, tx *db.Tx, owners ...ids.Peer) error {
	if tx.Engine() == db.SQLite {
		return nil // has one writer
	}
	for _, o := range owners {
		if _, err := tx.Exec(ctx, `SELECT 1 FROM log_state WHERE owner = $1 FOR UPDATE`, int64(o)); err != nil {
			return fmt.Errorf("lock %d: %w", o, err)
		}
	}
	return nil
}
