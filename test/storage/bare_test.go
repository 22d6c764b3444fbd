package storage_test

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"modernc.org/sqlite"
)

// The bare statements of a private message: two positions, two rows, two dialogs. They are written for the drivers
// alone, as fast as we know how: what package db and the domain add is measured against them.
const (
	bareNext = `UPDATE log_state SET pts = pts + 1, message_id = message_id + 1 WHERE owner = $1
		RETURNING message_id, pts`
	bareMessage = `INSERT INTO message
		(owner, id, peer, from_id, twin, pts, date, edit_date, flags, random_id, text, extra)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 1, $8, $9, NULL)`
	bareDialog = `INSERT INTO dialog
		(owner, peer, top_message, top_date, messages, read_inbox, read_outbox, unread, marked, pinned, folder)
		VALUES ($1, $2, $3, $4, 1, 0, 0, 1, 0, 0, 0) ON CONFLICT (owner, peer) DO UPDATE SET
		top_message = excluded.top_message, top_date = excluded.top_date, messages = dialog.messages + 1,
		unread = dialog.unread + 1`
)

const (
	owners       = 20_000
	firstOwner   = 1_000_001
	perCommit    = 200 // messages that bare SQLite puts into one transaction
	bareParallel = 16  // connections of bare PostgreSQL
	text         = "The quick brown fox jumps over the lazy dog, twice."
)

// pair draws one of 10,000 conversations, of two owners in ascending order who lie far apart.
func pair() (a, b int64) {
	a = firstOwner + rand.Int64N(owners/2)
	return a, a + owners/2
}

// bareSQLite returns what runs n messages on one connection.
func bareSQLite(b *testing.B, address string) func(n int) error {
	path := strings.TrimPrefix(address, "sqlite:")
	q := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "secure_delete(1)",
		"wal_autocheckpoint(50000)", "cache_size(-262144)"}, "_txlock": {"immediate"}}
	connector, err := sqlite.NewConnector("file:" + path + "?" + q.Encode())
	if err != nil {
		b.Fatal(err)
	}
	pool := sql.OpenDB(connector)
	b.Cleanup(func() { _ = pool.Close() })
	pool.SetMaxOpenConns(1)
	var prepared [3]*sql.Stmt
	for i, text := range []string{bareNext, bareMessage, bareDialog} {
		if prepared[i], err = pool.Prepare(text); err != nil {
			b.Fatal(err)
		}
	}
	return func(n int) error {
		for done := 0; done < n; done += perCommit {
			if err := bareSQLiteCommit(pool, prepared, min(perCommit, n-done)); err != nil {
				return err
			}
		}
		return nil
	}
}

func bareSQLiteCommit(pool *sql.DB, prepared [3]*sql.Stmt, n int) error {
	tx, err := pool.Begin()
	if err != nil {
		return err
	}
	for range n {
		if err := bareSQLiteMessage(tx, prepared); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func bareSQLiteMessage(tx *sql.Tx, prepared [3]*sql.Stmt) error {
	from, to := pair()
	random, date := rand.Int64(), time.Now().Unix()
	var id, pts [2]int64
	for i, owner := range []int64{from, to} {
		if err := tx.Stmt(prepared[0]).QueryRow(owner).Scan(&id[i], &pts[i]); err != nil {
			return err
		}
	}
	for i, args := range [][]any{
		{from, id[0], to, from, id[1], pts[0], date, random, text},
		{to, id[1], from, from, id[0], pts[1], date, nil, text},
	} {
		if _, err := tx.Stmt(prepared[1]).Exec(args...); err != nil {
			return err
		}
		if _, err := tx.Stmt(prepared[2]).Exec(args[0], args[2], id[i], date); err != nil {
			return err
		}
	}
	return nil
}

// barePostgres returns what runs n messages on some connections, in two trips each: what has an answer, and the rest.
func barePostgres(b *testing.B, address string) func(n int) error {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		b.Fatal(err)
	}
	config.MaxConns = bareParallel
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	return func(n int) error {
		return parallel(b.Context(), bareParallel, n, func(ctx context.Context) error {
			c, err := pool.Acquire(ctx)
			if err != nil {
				return err
			}
			defer c.Release()
			return barePostgresMessage(ctx, c.Conn())
		})
	}
}

func barePostgresMessage(ctx context.Context, c *pgx.Conn) error {
	from, to := pair()
	random, date := rand.Int64(), time.Now().Unix()
	var id, pts [2]int64
	first := &pgx.Batch{}
	first.Queue("begin")
	for i, owner := range []int64{from, to} {
		first.Queue(bareNext, owner).QueryRow(func(row pgx.Row) error { return row.Scan(&id[i], &pts[i]) })
	}
	if err := c.SendBatch(ctx, first).Close(); err != nil {
		return err
	}
	rest := &pgx.Batch{}
	rest.Queue(bareMessage, from, id[0], to, from, id[1], pts[0], date, random, text)
	rest.Queue(bareMessage, to, id[1], from, from, id[0], pts[1], date, nil, text)
	rest.Queue(bareDialog, from, to, id[0], date)
	rest.Queue(bareDialog, to, from, id[1], date)
	rest.Queue("commit")
	return c.SendBatch(ctx, rest).Close()
}
