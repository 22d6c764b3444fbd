package messages

import (
	"context"
	"errors"
	"fmt"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// bucketSize is how many ids one row of message_bucket stands for. It never changes.
const bucketSize = 512

// count moves the counters of the stretches that m of a channel is in.
func count(ctx context.Context, tx *db.Tx, m *Message, by int) error {
	const set = ` ON CONFLICT (owner, thread, bucket) DO UPDATE SET n = message_bucket.n + excluded.n`
	const one = `INSERT INTO message_bucket (owner, thread, bucket, n) VALUES ($1, $2, $3, $4)`
	args := []any{int64(m.Owner), int64(0), int64(m.ID / bucketSize), by}
	sql := one + set
	if m.Thread != 0 {
		sql = one + `, ($5, $6, $7, $8)` + set
		args = append(args, int64(m.Owner), int64(m.Thread), int64(m.ID/bucketSize), by)
	}
	if err := tx.Queue(ctx, sql, args...); err != nil {
		return fmt.Errorf("count messages of %d: %w", m.Owner, err)
	}
	return nil
}

// A Mark is a place in a channel, or in a thread of it, behind which somebody has not read.
type Mark struct {
	Channel ids.Channel
	Thread  ids.Message // 0: the whole channel
	After   ids.Message
}

// Unread returns for each of marks how many messages come after it, exactly. It costs two statements for each, whatever
// the number of messages.
func (s *Service) Unread(ctx context.Context, tx *db.Tx, marks ...Mark) ([]int, error) {
	const whole = `SELECT COALESCE(SUM(n), 0) FROM message_bucket WHERE owner = $1 AND thread = $2 AND bucket > $3`
	lists, rests := make([][]any, len(marks)), make([][]any, len(marks))
	for i, m := range marks {
		lists[i] = []any{int64(m.Channel.Peer()), int64(m.Thread), int64(m.After / bucketSize)}
		rests[i] = m.partArgs()
	}
	rows, err := tx.QueryRows(ctx, whole, lists...)
	if err != nil {
		return nil, fmt.Errorf("count unread messages: %w", err)
	}
	parts, err := tx.QueryRows(ctx, part, rests...)
	if err != nil {
		return nil, fmt.Errorf("count unread messages: %w", err)
	}
	counts := make([]int, len(marks))
	for i := range marks {
		var rest int
		if err := errors.Join(rows[i].Scan(&counts[i]), parts[i].Scan(&rest)); err != nil {
			return nil, err
		}
		counts[i] += rest
	}
	return counts, nil
}

// part counts the messages after a mark within its own stretch.
const part = `SELECT COUNT(*) FROM message WHERE owner = $1 AND id > $2 AND id < $3 AND ($4 = 0 OR thread = $5)`

func (m Mark) partArgs() []any {
	end := int64((m.After/bucketSize + 1) * bucketSize)
	return []any{int64(m.Channel.Peer()), int64(m.After), end, int64(m.Thread), int64(m.Thread)}
}
