// Package db runs one SQL text on two engines: SQLite in this process, or PostgreSQL.
//
// Statements use $1 placeholders, the types BIGINT, INTEGER, TEXT and BYTEA, ON CONFLICT and RETURNING. Booleans are
// stored as INTEGER 0 or 1 and times as BIGINT seconds since 1970 (0 is the zero time): pass and scan bool and
// time.Time, db converts. A nil slice or pointer is NULL, and only that.
//
// What the engines do differently is levelled here: after a failed statement a transaction refuses all others and
// cannot commit; rows are read to their end before Query returns, so statements may be nested; a conflict runs the
// operation again.
//
// It is used by the domain packages only, and knows nothing of messaging.
package db

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
)

// An Engine is the database that a DB stands on.
type Engine int

// The engines.
const (
	SQLite Engine = iota
	Postgres
)

// String names the engine as the suffix of its migration files does.
func (e Engine) String() string {
	if e == Postgres {
		return "postgres"
	}
	return "sqlite"
}

var (
	// ErrNotFound is what Row.Scan answers when the statement has no row.
	ErrNotFound = errors.New("db: no such row")
	// ErrExists is in the chain of an error caused by a primary or unique key that is taken.
	ErrExists = errors.New("db: key exists")
	// ErrClosed is answered by a DB after Close.
	ErrClosed = errors.New("db: closed")
	// ErrText is in the chain of an error caused by a text that holds a NUL or is not UTF-8.
	ErrText = errors.New("db: text cannot be stored")
	// ErrURL is in the chain of an error of Open caused by an address that it cannot read.
	ErrURL = errors.New("db: address must be sqlite:PATH or postgres://…")
)

// A DB is an open database. It is safe for concurrent use.
type DB struct {
	store  store
	counts *counts
	ranges ranges
}

// A store is one engine: it runs transactions and reserves ids.
type store interface {
	engine() Engine
	write(ctx context.Context, fn func(*Tx) error) error
	read(ctx context.Context, fn func(*Tx) error) error
	// reserve sets n ids of kind aside for ever and returns the first. It may be called inside of write.
	reserve(ctx context.Context, kind string, n int64) (first int64, err error)
	// scrub removes from the files what was deleted, see DB.Scrub.
	scrub(ctx context.Context, tables []string) error
	close() error
}

// Open opens the database at url, "sqlite:PATH" or "postgres://…", and brings its schema up to date. The file of
// SQLite is made when it is missing; options may follow its path as "?synchronous=off" (for tests: an acknowledged
// write then survives the end of the process, not of the machine).
//
// It fails with ErrURL in the chain when it does not understand url.
func Open(ctx context.Context, url string) (*DB, error) {
	d := &DB{counts: newCounts()}
	var err error
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		d.store, err = openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), d.counts)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		d.store, err = openPostgres(ctx, url, d.counts)
	default:
		return nil, ErrURL
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return d, nil
}

// Close waits for running operations to end and closes the database. Later calls of other methods fail with ErrClosed.
func (d *DB) Close() error { return d.store.close() }

// Engine says which engine d stands on. Outside of db it is for tests, doctors and differences with a name.
func (d *DB) Engine() Engine { return d.store.engine() }

// Write runs fn in one transaction and returns once it is durable. An error of fn rolls it back and is returned.
//
// fn may run more than once, after a conflict with another transaction, so it has no outside effects but through
// Tx.OnCommit; and it does not call Write, nor wait for anything but the database: with SQLite it runs in the one
// writer, which joins operations that wait into one commit. It may call Read, which sees what is committed. A panic in
// fn rolls back and goes on in the caller.
//
// While the operation waits, the end of ctx ends it. Once it has begun it is carried through.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	return d.counts.write.observe(ctx, d.store.write, fn)
}

// Read runs fn on a snapshot: all its statements see the database as of one moment. They must not write, and fn must
// not call Read or Write.
func (d *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	return d.counts.read.observe(ctx, d.store.read, fn)
}

// Statements is the number of SQL statements that transactions have asked for so far, without the BEGIN, SAVEPOINT
// and COMMIT around them.
func (d *DB) Statements() uint64 { return d.counts.statements.Load() }

// Secret returns the random secret of that name, which is made at its first use and kept in the database.
func (d *DB) Secret(ctx context.Context, name string) (secret [32]byte, err error) {
	var b []byte
	err = d.Write(ctx, func(tx *Tx) error {
		fresh := make([]byte, len(secret))
		if _, err := rand.Read(fresh); err != nil {
			return err
		}
		const insert = `INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`
		if _, err := tx.Exec(ctx, insert, name, fresh); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT value FROM secret WHERE name = $1`, name).Scan(&b)
	})
	if err != nil {
		return secret, fmt.Errorf("secret %s: %w", name, err)
	}
	if len(b) != len(secret) {
		return secret, fmt.Errorf("secret %s has %d bytes", name, len(b))
	}
	return [32]byte(b), nil
}
