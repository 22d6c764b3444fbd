package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// scrubPatience is how long a scrub waits at a time for those who still read the old state, and keeps the writer
	// waiting // milliseconds
	scrubPatience = 100
	// scrubPause is the time between the first two tries; it doubles with each up to scrubRest.
	scrubPause = 200 * time.Millisecond
	scrubRest  = 5 * time.Second
)

// Scrub removes from the files of the database what was deleted before the call: rows that are gone can still be read
// there, in the write-ahead log or in the free space of pages. tables are those whose rows must leave no trace.
//
// SQLite overwrites what it deletes; its log is copied into the database and cut to nothing. PostgreSQL writes the
// tables anew and drops their old files, which keeps those who use the tables waiting for as long as that takes; what its own
// write-ahead log still holds goes when the segment is overwritten or removed, see docs/secret-chats.md. When somebody
// keeps it from that for too long, Scrub fails, and is to be tried again.
func (d *DB) Scrub(ctx context.Context, tables ...string) error {
	if err := d.store.scrub(ctx, tables); err != nil {
		return fmt.Errorf("scrub the database: %w", err)
	}
	return nil
}

// scrub hands the work to the checkpointer, who owns the connection for it.
func (s *sqliteStore) scrub(ctx context.Context, _ []string) error {
	done := make(chan error, 1)
	select {
	case s.scrubs <- scrubOrder{ctx, done}:
		return <-done
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return ErrClosed
	}
}

// A scrubOrder asks the checkpointer for a scrub.
type scrubOrder struct {
	ctx  context.Context //nolint:containedctx // of one call
	done chan error
}

// truncate copies the write-ahead log into the database and cuts it to nothing. It tries for as long as ctx lasts: each
// time it lets readers end for a moment, and then the writer go on.
// Spec: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
func (s *sqliteStore) truncate(ctx context.Context, c *sqliteConn) error {
	for pause := scrubPause; ; pause = min(2*pause, scrubRest) {
		_, err := walState(c, "PASSIVE") // most of the work keeps nobody waiting
		if err != nil {
			return err
		}
		busy, err := walBusy(c, "TRUNCATE")
		if err == nil && !busy {
			return nil
		}
		if err != nil && !isBusy(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closed:
			return ErrClosed
		case <-time.After(pause):
		}
	}
}

// lockTimeout is the SQLSTATE of a lock that did not come in time.
const lockTimeout = "55P03"

// ErrBusy is in the chain of an error of Scrub that found the tables in use for too long.
var ErrBusy = errors.New("db: in use")

func (s *postgresStore) scrub(ctx context.Context, tables []string) error {
	c, err := acquire(ctx, s.writers)
	if err != nil {
		return err
	}
	defer c.Release()
	// Whoever waits for a lock keeps others waiting behind him.
	if _, err := c.Exec(ctx, `SET lock_timeout = 1000`); err != nil {
		return err
	}
	defer func() { _, _ = c.Exec(context.WithoutCancel(ctx), `RESET lock_timeout`) }()
	for _, t := range tables {
		_, err := c.Exec(ctx, `VACUUM (FULL) `+pgx.Identifier{t}.Sanitize(), pgx.QueryExecModeSimpleProtocol)
		var e *pgconn.PgError
		if errors.As(err, &e) && e.Code == lockTimeout {
			return fmt.Errorf("%w: %w", ErrBusy, err)
		}
		if err != nil {
			return err
		}
	}
	return s.turnLog(ctx, c.Conn())
}

// turnLog begins a new segment of the write-ahead log and lets go of the old ones, where the account may do that; where
// it may not, PostgreSQL does it in its own time.
func (s *postgresStore) turnLog(ctx context.Context, c *pgx.Conn) error {
	for _, step := range []string{`SELECT pg_switch_wal()`, `CHECKPOINT`} {
		_, err := c.Exec(ctx, step, pgx.QueryExecModeSimpleProtocol)
		var e *pgconn.PgError
		if errors.As(err, &e) && e.Code == insufficientPrivilege {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const insufficientPrivilege = "42501"
