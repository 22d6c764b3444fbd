package db

import (
	"context"
	"time"
)

const (
	// checkpointPages is how many pages of the write-ahead log wait before they are copied into the database: many,
	// because random owners touch random pages, and a page copied once for many changes is what makes SQLite fast
	// here. walPages is when the writer does it itself, because the checkpointer fell behind.
	checkpointPages = 40_000
	walPages        = 60_000
	// checkpointPause is how often the checkpointer looks.
	checkpointPause = 200 * time.Millisecond
)

// checkpoint copies the write-ahead log into the database now and then, beside the writer, who would otherwise keep
// everybody waiting while it does so. What little has come meanwhile is left for the writer, who begins the log from
// the start once all of it is copied.
func (s *sqliteStore) checkpoint(c *sqliteConn) {
	defer c.close()
	tick := time.NewTicker(checkpointPause)
	defer tick.Stop()
	for {
		select {
		case <-s.closed:
			return
		case order := <-s.scrubs:
			order.done <- s.truncate(order.ctx, c)
		case <-tick.C:
		}
		if waiting, err := walState(c, "NOOP"); err == nil && waiting >= checkpointPages {
			_, _ = walState(c, "PASSIVE") // what it could not do, the writer will
		}
	}
}

// walState runs a checkpoint and returns how many pages are not copied.
// Spec: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
func walState(c *sqliteConn, mode string) (waiting int64, err error) {
	_, waiting, err = runCheckpoint(c, mode)
	return waiting, err
}

// walBusy runs a checkpoint and reports whether somebody kept it from its end.
func walBusy(c *sqliteConn, mode string) (bool, error) {
	busy, _, err := runCheckpoint(c, mode)
	return busy != 0, err
}

func runCheckpoint(c *sqliteConn, mode string) (busy, waiting int64, err error) {
	rows, err := c.query(context.Background(), "PRAGMA wal_checkpoint("+mode+")", nil)
	if err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	var pages, copied int64
	if err := scan(rows[0], []any{&busy, &pages, &copied}); err != nil {
		return 0, 0, err
	}
	return busy, pages - copied, nil
}
