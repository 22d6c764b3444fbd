package updates

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// Retention says what the log forgets. A client that comes back after that is told to load its state anew.
type Retention struct {
	Age     time.Duration // entries older than that go
	Entries int32         // and those that lie further back than so many positions
	Pause   time.Duration // between two rounds through all logs
}

// DefaultRetention keeps what a device needs that was away for a long holiday.
func DefaultRetention() Retention {
	return Retention{Age: 90 * 24 * time.Hour, Entries: 100_000, Pause: time.Hour}
}

// Bounds of a single transaction, so that pruning delays nobody.
const (
	pruneUsers = 200
	pruneRows  = 500
)

// Run prunes the logs until ctx ends, and returns nil then. Errors of the database are logged; the next round tries
// again.
func (l *Log) Run(ctx context.Context, r Retention) error {
	for {
		if err := l.Prune(ctx, r); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "pruning of update logs failed", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(r.Pause):
		}
	}
}

// Prune goes once through all logs, in small steps, and forgets what r says.
func (l *Log) Prune(ctx context.Context, r Retention) error {
	for after := ids.Peer(math.MinInt64); ; {
		owners, err := l.owners(ctx, after)
		if err != nil {
			return fmt.Errorf("list logs after %d: %w", after, err)
		}
		if len(owners) == 0 {
			return nil
		}
		for _, owner := range owners {
			if err := l.pruneOwner(ctx, owner, r); err != nil {
				return fmt.Errorf("prune the log of %d: %w", owner, err)
			}
		}
		after = owners[len(owners)-1]
	}
}

// owners returns some owners of logs, in order of their ids, after a given one.
func (l *Log) owners(ctx context.Context, after ids.Peer) (all []ids.Peer, err error) {
	const list = `SELECT owner FROM log_state WHERE owner > $1 ORDER BY owner LIMIT $2`
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, list, after, pruneUsers)
		if err != nil {
			return err
		}
		for rows.Next() {
			var o ids.Peer
			if err := rows.Scan(&o); err != nil {
				return err
			}
			all = append(all, o)
		}
		return nil
	})
	return all, err
}

// pruneOwner forgets a bounded number of entries at a time, until there is nothing to forget. Most logs have
// nothing: they cost one look at their oldest entry, and no transaction that writes.
func (l *Log) pruneOwner(ctx context.Context, owner ids.Peer, r Retention) error {
	for {
		var upTo int32
		err := l.db.Read(ctx, func(tx *db.Tx) (err error) {
			upTo, err = expired(ctx, tx, owner, r)
			return err
		})
		if err != nil || upTo == 0 {
			return err
		}
		if err := l.db.Write(ctx, func(tx *db.Tx) error { return forget(ctx, tx, owner, upTo) }); err != nil {
			return err
		}
	}
}

// expired returns the position up to which the log is to be forgotten in the next step, 0 for none.
func expired(ctx context.Context, tx *db.Tx, owner ids.Peer, r Retention) (upTo int32, err error) {
	const oldest = `SELECT u.pts, u.date, s.pts FROM log_state s JOIN update_log u ON u.owner = s.owner
		WHERE s.owner = $1 ORDER BY u.pts, u.n LIMIT $2`
	gone := func(limit int) (last int32, err error) {
		rows, err := tx.Query(ctx, oldest, owner, limit)
		if err != nil {
			return 0, err
		}
		for rows.Next() {
			var pts, now int32
			var date time.Time
			if err := rows.Scan(&pts, &date, &now); err != nil {
				return 0, err
			}
			if time.Since(date) < r.Age && pts > now-r.Entries {
				break
			}
			last = pts
		}
		return last, nil
	}
	if first, err := gone(1); err != nil || first == 0 {
		return 0, err
	}
	return gone(pruneRows)
}

func forget(ctx context.Context, tx *db.Tx, owner ids.Peer, upTo int32) error {
	const mark = `UPDATE log_state SET pruned = $1 WHERE owner = $2 AND pruned < $1`
	const remove = `DELETE FROM update_log WHERE owner = $1 AND pts <= $2`
	return errors.Join(tx.Queue(ctx, mark, upTo, owner), tx.Queue(ctx, remove, owner, upTo))
}
