package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

const (
	// sqliteReaders is the number of connections that read beside the writer.
	sqliteReaders = 8
	// writerCache and readerCache are page caches per connection // KiB
	writerCache = 256 << 10
	readerCache = 16 << 10
	// busyTimeout is for tools that open the file beside us // milliseconds
	busyTimeout = 10_000
	// maxPrepared bounds the prepared statements of a connection.
	maxPrepared = 512
)

// A sqliteStore is a database file: one writer and some readers beside it, in WAL mode.
type sqliteStore struct {
	writer  *sqliteWriter
	counts  *counts
	readers chan *sqliteConn // the idle ones; nil stands for one not opened yet
	open    func() (*sqliteConn, error)
	closing sync.Once
	closed  chan struct{}
	scrubs  chan scrubOrder
	ended   sync.WaitGroup // of the checkpointer
}

func openSQLite(ctx context.Context, path string, counts *counts) (*sqliteStore, error) {
	path, opts, err := sqlitePath(path)
	if err != nil {
		return nil, err
	}
	if err := makePrivate(path); err != nil {
		return nil, err
	}
	if err := migrateSQLite(ctx, sqliteDSN(path, opts, writerCache)); err != nil {
		return nil, err
	}
	s := &sqliteStore{
		counts:  counts,
		readers: make(chan *sqliteConn, sqliteReaders),
		open: func() (*sqliteConn, error) {
			c, err := dialSQLite(sqliteDSN(path, opts, readerCache) + "&_query_only=1")
			if err == nil {
				c.reads = true
			}
			return c, err
		},
		closed: make(chan struct{}),
		scrubs: make(chan scrubOrder),
	}
	for range sqliteReaders {
		s.readers <- nil
	}
	dial := func() (*sqliteConn, error) { return dialSQLite(sqliteDSN(path, opts, writerCache)) }
	if s.writer, err = startWriter(dial, counts); err != nil {
		return nil, err
	}
	copier, err := dialSQLite(sqliteDSN(path, opts, readerCache))
	if err == nil {
		err = copier.control("PRAGMA busy_timeout = " + strconv.Itoa(scrubPatience))
	}
	if err != nil {
		return nil, errors.Join(err, s.writer.close())
	}
	s.ended.Go(func() { s.checkpoint(copier) })
	return s, nil
}

// makePrivate makes the file of a new database readable for its owner alone. The files that SQLite puts beside it get
// the same mode. A file that is there is not touched: closing it would take the locks of every connection that this
// process has to it.
// Spec: https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	return f.Close()
}

// sqlitePath splits PATH?synchronous=… .
func sqlitePath(path string) (string, url.Values, error) {
	path, query, _ := strings.Cut(path, "?")
	opts, err := url.ParseQuery(query)
	if err != nil || path == "" {
		return "", nil, fmt.Errorf("%w: sqlite:%s", ErrURL, path)
	}
	return path, opts, nil
}

// sqliteDSN is the driver's address. Pragmas apply to each connection.
func sqliteDSN(path string, opts url.Values, cacheKiB int) string {
	synchronous := "FULL"
	if opts.Get("synchronous") == "off" {
		synchronous = "OFF"
	}
	q := url.Values{"_pragma": {
		"busy_timeout(" + strconv.Itoa(busyTimeout) + ")",
		"journal_mode(WAL)",
		"synchronous(" + synchronous + ")",
		"secure_delete(1)",
		"wal_autocheckpoint(" + strconv.Itoa(walPages) + ")",
		"cache_size(-" + strconv.Itoa(cacheKiB) + ")",
		"temp_store(MEMORY)",
	}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func migrateSQLite(ctx context.Context, dsn string) error {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector)
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	return migrate(ctx, SQLite, pool)
}

func (s *sqliteStore) engine() Engine { return SQLite }

func (s *sqliteStore) write(ctx context.Context, fn func(*Tx) error) error {
	return s.writer.do(ctx, fn)
}

func (s *sqliteStore) read(ctx context.Context, fn func(*Tx) error) error {
	c, err := s.reader(ctx)
	if err != nil {
		return err
	}
	tx := &Tx{conn: c, db: SQLite, counts: s.counts}
	defer func() { s.release(c) }()
	if err := c.control("BEGIN"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return tx.run(fn)
}

// reader takes an idle connection, or opens one that was not opened yet.
func (s *sqliteStore) reader(ctx context.Context) (*sqliteConn, error) {
	select {
	case <-s.closed:
		return nil, ErrClosed
	default:
	}
	select {
	case c := <-s.readers:
		if c != nil {
			return c, nil
		}
		c, err := s.open()
		if err != nil {
			s.readers <- nil
			return nil, fmt.Errorf("open reader: %w", err)
		}
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.closed:
		return nil, ErrClosed
	}
}

// release ends the snapshot of c and puts it back; a connection that cannot even do that is replaced.
func (s *sqliteStore) release(c *sqliteConn) {
	if err := c.control("ROLLBACK"); err != nil {
		_ = c.close()
		c = nil
	}
	s.readers <- c
}

func (s *sqliteStore) close() (err error) {
	s.closing.Do(func() {
		close(s.closed)
		s.ended.Wait()
		for range sqliteReaders {
			if c := <-s.readers; c != nil {
				err = errors.Join(err, c.close())
			}
		}
		err = errors.Join(err, s.writer.close())
	})
	return err
}

// A sqliteConn is one connection of the driver, used without database/sql, whose locks and conversions would cost
// as much as the statements here. It belongs to one goroutine at a time.
type sqliteConn struct {
	driver   driver.Conn
	reads    bool // queries end with their context, which costs a goroutine each; a search may take its time
	prepared map[string]driver.Stmt
	args     []driver.NamedValue
}

func dialSQLite(dsn string) (*sqliteConn, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	c, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	return &sqliteConn{driver: c, prepared: map[string]driver.Stmt{}}, nil
}

func (c *sqliteConn) close() error {
	for _, s := range c.prepared {
		_ = s.Close()
	}
	return c.driver.Close()
}

// control runs a BEGIN, COMMIT, SAVEPOINT ….
func (c *sqliteConn) control(sql string) error {
	_, err := c.exec(context.Background(), sql, nil)
	return err
}

func (c *sqliteConn) prepare(sql string) (driver.Stmt, error) {
	if s, ok := c.prepared[sql]; ok {
		return s, nil
	}
	if len(c.prepared) >= maxPrepared { // texts made for lists of many lengths
		for _, s := range c.prepared {
			_ = s.Close()
		}
		clear(c.prepared)
	}
	s, err := c.driver.Prepare(questionMarks(sql))
	if err != nil {
		return nil, sqliteError(err)
	}
	c.prepared[sql] = s
	return s, nil
}

func (c *sqliteConn) named(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// exec implements conn. What writes is short, and is not interrupted when ctx ends.
func (c *sqliteConn) exec(_ context.Context, sql string, args []any) (int64, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	res, err := s.(driver.StmtExecContext).ExecContext(context.Background(), c.named(args))
	if err != nil {
		return 0, sqliteError(err)
	}
	n, err := res.RowsAffected()
	return n, sqliteError(err)
}

// query implements conn.
func (c *sqliteConn) query(ctx context.Context, sql string, args []any) (all [][]any, err error) {
	if !c.reads {
		ctx = context.Background()
	}
	s, err := c.prepare(sql)
	if err != nil {
		return nil, err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, c.named(args))
	if err != nil {
		return nil, sqliteError(err)
	}
	defer func() { err = errors.Join(err, sqliteError(rows.Close())) }()
	width := len(rows.Columns())
	for {
		values := make([]driver.Value, width)
		if err := rows.Next(values); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, sqliteError(err)
		}
		all = append(all, anys(values))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

func anys(values []driver.Value) []any {
	row := make([]any, len(values))
	for i, v := range values {
		row[i] = v
	}
	return row
}

// isBusy says that somebody else holds a lock.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlitelib.SQLITE_BUSY
}

// sqliteError marks the errors that have a meaning for the domain.
func sqliteError(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlitelib.SQLITE_CONSTRAINT_UNIQUE, sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", ErrExists, err)
	}
	return err
}
