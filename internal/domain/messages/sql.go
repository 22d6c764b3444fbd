package messages

import (
	"context"
	"fmt"
	"slices"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
)

const columns = `owner, id, peer, from_id, twin, pts, date, edit_date, flags, random_id, saved, text, extra,
	thread, media, author`

// written are the columns, and the one that is never read back from a row.
const written = columns + `, file`

const columnCount = 17

// inserts has the statement that writes rows for each number of them that db.Batch gives.
var inserts = db.Batches(func(n int) string {
	return `INSERT INTO message (` + written + `) VALUES ` + db.Values(n, columnCount)
})

// insert writes new rows. When a random id was used before, it, a later statement or the commit fails with db.ErrExists.
func insert(ctx context.Context, tx *db.Tx, rows ...*Message) error {
	for len(rows) > 0 {
		n := db.Batch(len(rows))
		args := make([]any, 0, n*columnCount)
		for _, m := range rows[:n] {
			values, err := m.values()
			if err != nil {
				return err
			}
			args = append(args, values[:]...)
		}
		if err := tx.Queue(ctx, inserts[n], args...); err != nil {
			return fmt.Errorf("insert message: %w", err)
		}
		rows = rows[n:]
	}
	return nil
}

// values are what is written of m.
func (m *Message) values() (v [columnCount]any, err error) {
	x, err := m.encodeExtra()
	if err != nil {
		return v, err
	}
	var random, saved any
	if m.RandomID != 0 {
		random = m.RandomID
	}
	if m.Peer == m.Owner && m.Owner.User() != 0 {
		saved = int64(m.SavedPeer())
	}
	return [columnCount]any{
		int64(m.Owner), int64(m.ID), int64(m.Peer), int64(m.From), int64(m.Twin), int64(m.PTS), m.Date, m.EditDate,
		int64(m.Flags | m.found()), random, saved, m.Text.String, x, int64(m.Thread), m.mediaKind(), m.writerColumn(),
		m.fileColumn(),
	}, nil
}

// writerColumn is what the column author holds: in the log of a user nothing.
func (m *Message) writerColumn() int64 {
	if m.Owner.Channel() == 0 {
		return 0
	}
	return int64(m.Writer())
}

// mediaKind is what the column media holds, by which media are searched for. Those that vanish are not found.
func (m *Message) mediaKind() int64 {
	switch {
	case m.Action != nil && m.Action.Kind == actions.ChatPhoto:
		return int64(media.ChatPhoto)
	case m.Media.TTL() != 0:
		return int64(media.None)
	}
	return int64(media.KindOf(m.Media))
}

func scan(row interface{ Scan(...any) error }) (*Message, error) {
	var m Message
	var random, saved *int64
	var x []byte
	var kind, author int64
	err := row.Scan(&m.Owner, &m.ID, &m.Peer, &m.From, &m.Twin, &m.PTS, &m.Date, &m.EditDate, &m.Flags, &random,
		&saved, &m.Text.String, &x, &m.Thread, &kind, &author)
	if err != nil {
		return nil, err
	}
	if random != nil {
		m.RandomID = *random
	}
	return &m, m.decodeExtra(x)
}

// query returns the messages that a statement selects by columns.
func query(ctx context.Context, tx *db.Tx, sql string, args ...any) ([]*Message, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read messages: %w", err)
	}
	var all []*Message
	for rows.Next() {
		m, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		all = append(all, m)
	}
	return all, nil
}

// one returns a message. It fails with db.ErrNotFound.
func one(ctx context.Context, tx *db.Tx, owner ids.Peer, id ids.Message) (*Message, error) {
	const get = `SELECT ` + columns + ` FROM message WHERE owner = $1 AND id = $2 AND id > 0`
	return scan(tx.QueryRow(ctx, get, int64(owner), int64(id)))
}

// byID returns those of owner's messages that are there, by id. It asks in pieces, so want may be long.
func byID(ctx context.Context, tx *db.Tx, owner ids.Peer, want []ids.Message) (map[ids.Message]*Message, error) {
	found := make(map[ids.Message]*Message, len(want))
	for part := range slices.Chunk(want, MaxBatch) {
		args := make([]any, 1, 1+len(part))
		args[0] = int64(owner)
		for _, id := range part {
			args = append(args, int64(max(id, 0))) // none has the id 0
		}
		all, err := query(ctx, tx, `SELECT `+columns+` FROM message WHERE owner = $1 AND id IN (`+
			db.List(2, len(part))+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			found[m.ID] = m
		}
	}
	return found, nil
}

// update writes back what an edit or a pin may change.
func update(ctx context.Context, tx *db.Tx, m *Message) error {
	x, err := m.encodeExtra()
	if err != nil {
		return err
	}
	const set = `UPDATE message SET edit_date = $1, flags = $2, text = $3, extra = $4, media = $5, thread = $6, file = $7
		WHERE owner = $8 AND id = $9`
	_, err = tx.Exec(ctx, set, m.EditDate, int64(m.Flags&^HasLink|m.found()), m.Text.String, x,
		m.mediaKind(), int64(m.Thread), m.fileColumn(), int64(m.Owner), int64(m.ID))
	if err != nil {
		return fmt.Errorf("update message: %w", err)
	}
	return nil
}
