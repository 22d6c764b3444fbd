package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jackc/puddle/v2"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

const (
	// postgresConns is the size of a pool unless the address has pool_max_conns.
	postgresConns = 16
	// writeLimit bounds a transaction that has begun, so that a dead network does not hold it for ever.
	writeLimit = time.Minute
	// maxAttempts is how often an operation runs that keeps meeting conflicts, and retryPause the longest pause
	// before its second run; it grows by as much with each.
	maxAttempts = 8
	retryPause  = 4 * time.Millisecond
)

// SQLSTATE codes.
// Spec: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505"
	featureNotSupported  = "0A000" // a statement prepared before a migration; the driver then forgets it
)

// A postgresStore is three pools of connections. An operation that writes may look into a cache, which reads, or take
// an id: were there one pool, all its connections could be held by those who wait for one more.
type postgresStore struct {
	writers *pgxpool.Pool
	readers *pgxpool.Pool
	ranges  *pgxpool.Pool // of one connection
	counts  *counts
	closing sync.Once
}

func openPostgres(ctx context.Context, url string, counts *counts) (*postgresStore, error) {
	config, err := postgresConfig(url)
	if err != nil {
		return nil, err
	}
	s := &postgresStore{counts: counts}
	for _, p := range []struct {
		pool **pgxpool.Pool
		size int32
	}{{&s.writers, config.MaxConns}, {&s.readers, config.MaxConns}, {&s.ranges, 1}} {
		c := config.Copy()
		c.MaxConns, c.MinConns = p.size, min(c.MinConns, p.size)
		if *p.pool, err = pgxpool.NewWithConfig(ctx, c); err != nil {
			_ = s.close()
			return nil, err
		}
	}
	if err := s.migrate(ctx); err != nil {
		_ = s.close()
		return nil, err
	}
	return s, nil
}

func postgresConfig(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrURL, err)
	}
	if !hasPoolSize(url) {
		config.MaxConns = postgresConns
	}
	config.ConnConfig.StatementCacheCapacity = maxPrepared
	// The end of a context cancels the statement, not the connection.
	config.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 5 * time.Second}
	}
	return config, nil
}

// migrate holds an advisory lock: nodes may start together.
func (s *postgresStore) migrate(ctx context.Context) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120)) // tries, a second apart
	if err != nil {
		return err
	}
	pool := stdlib.OpenDBFromPool(s.writers)
	defer pool.Close()
	return migrate(ctx, Postgres, pool, goose.WithSessionLocker(locker))
}

func (s *postgresStore) engine() Engine { return Postgres }

func (s *postgresStore) close() error {
	s.closing.Do(func() {
		for _, pool := range []*pgxpool.Pool{s.writers, s.readers, s.ranges} {
			if pool != nil {
				pool.Close()
			}
		}
	})
	return nil
}

func (s *postgresStore) reserve(ctx context.Context, kind string, n int64) (next int64, err error) {
	const take = `INSERT INTO id_range (kind, next) VALUES ($1, $2)
		ON CONFLICT (kind) DO UPDATE SET next = id_range.next + $3 RETURNING next`
	err = s.ranges.QueryRow(ctx, take, kind, firstID+n, n).Scan(&next)
	return next - n, err
}

func (s *postgresStore) write(ctx context.Context, fn func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err, conflict := s.try(ctx, fn)
		if err == nil || !again(conflict, attempt) {
			return err
		}
		if err := pause(ctx, rand.N(time.Duration(attempt)*retryPause)); err != nil {
			return err
		}
	}
}

// again says whether an operation that met conflict shall run once more. A key that is taken is worth a second
// look: the operation may have missed the row of a transaction that was faster.
func again(conflict error, attempt int) bool {
	var e *pgconn.PgError
	if !errors.As(conflict, &e) {
		return false
	}
	switch e.Code {
	case serializationFailure, deadlockDetected:
		return attempt < maxAttempts
	case uniqueViolation, featureNotSupported:
		return attempt < 2
	}
	return false
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// try runs fn in a transaction, once. The second error is the one of the database, also where fn hides it.
func (s *postgresStore) try(ctx context.Context, fn func(*Tx) error) (err, conflict error) {
	c, err := acquire(ctx, s.writers)
	if err != nil {
		return err, nil
	}
	defer c.Release()
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	pc := &postgresConn{ctx: detached, conn: c.Conn(), pending: &pgx.Batch{}}
	pc.pending.Queue("begin")
	tx := &Tx{conn: pc, db: Postgres, counts: s.counts}
	defer pc.rollback() // unless committed; also when fn panics
	if err := tx.run(fn); err != nil {
		return err, tx.failed
	}
	if err := pc.commit(); err != nil {
		return fmt.Errorf("commit: %w", err), err
	}
	tx.committed()
	return nil, nil
}

func acquire(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Conn, error) {
	c, err := pool.Acquire(ctx)
	if err == nil || ctx.Err() != nil {
		return c, err
	}
	// A pool that closes cancels the connections that it is making; ctx is not what ended them.
	if errors.Is(err, puddle.ErrClosedPool) || errors.Is(err, context.Canceled) {
		return nil, ErrClosed
	}
	return nil, fmt.Errorf("connect: %w", err)
}

func (s *postgresStore) read(ctx context.Context, fn func(*Tx) error) error {
	c, err := acquire(ctx, s.readers)
	if err != nil {
		return err
	}
	defer c.Release()
	pc := &postgresConn{ctx: ctx, conn: c.Conn(), pending: &pgx.Batch{}}
	pc.pending.Queue("begin isolation level repeatable read read only")
	tx := &Tx{conn: pc, db: Postgres, counts: s.counts}
	defer pc.rollback()
	err = tx.run(fn)
	if end := ctx.Err(); err != nil && end != nil && !errors.Is(err, end) {
		return fmt.Errorf("%w: %w", end, err) // the server says only that it was told to stop
	}
	return err
}
