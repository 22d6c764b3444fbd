package db

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Tx is a transaction. It belongs to the function it was given to, and to one goroutine at a time.
type Tx struct {
	conn     conn
	db       Engine
	counts   *counts
	onCommit []func()
	failed   error // of the first statement that failed; the transaction is lost
}

// A conn runs single statements of a transaction, with arguments as normal makes them. Values in rows are nil,
// int64, float64, string or []byte, and belong to the caller.
type conn interface {
	exec(ctx context.Context, sql string, args []any) (rows int64, err error)
	query(ctx context.Context, sql string, args []any) ([][]any, error)
}

// A pipeliner is a conn that can send several statements in one trip.
type pipeliner interface {
	// queue keeps a statement back until one follows whose answer is needed.
	queue(sql string, args []any)
	// queryEach is conn.query for several lists of arguments.
	queryEach(sql string, lists [][]any) ([][][]any, error)
}

// Engine says on which engine tx runs, for the few differences that have a name.
func (tx *Tx) Engine() Engine { return tx.db }

// OnCommit registers fn to run once, after tx is durable, in order of registration. It never runs if tx rolls
// back. It must not block and must not call the database.
func (tx *Tx) OnCommit(fn func()) { tx.onCommit = append(tx.onCommit, fn) }

// Exec runs a statement and returns how many rows it changed. An error caused by a key that is taken has ErrExists
// in its chain. After any error the transaction can only roll back.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (rows int64, err error) {
	if err := tx.begin(ctx, args); err != nil {
		return 0, err
	}
	defer tx.watch(sql, args)()
	rows, err = tx.conn.exec(ctx, sql, args)
	return rows, tx.fail(err)
}

// Queue is Exec for a statement whose answer is not needed: it runs before the next statement, or before the commit,
// and its error may come only then. To PostgreSQL it travels together with that one, which saves waiting, and
// shortens the time that locks are held.
func (tx *Tx) Queue(ctx context.Context, sql string, args ...any) error {
	q, ok := tx.conn.(pipeliner)
	if !ok {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	}
	if err := tx.begin(ctx, args); err != nil {
		return err
	}
	tx.watch(sql, args)()
	q.queue(sql, args)
	return nil
}

// Query runs a statement and returns its rows, all of them: bound it by LIMIT.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (*Rows, error) {
	if err := tx.begin(ctx, args); err != nil {
		return nil, err
	}
	defer tx.watch(sql, args)()
	rows, err := tx.conn.query(ctx, sql, args)
	if err != nil {
		return nil, tx.fail(err)
	}
	return &Rows{all: rows, at: -1}, nil
}

// Each runs a statement and calls fn on every row, until fn fails.
func (tx *Tx) Each(ctx context.Context, sql string, args []any, fn func(*Rows) error) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// QueryRow runs a statement at once and returns its first row; errors are kept for Scan.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) Row {
	if err := tx.begin(ctx, args); err != nil {
		return Row{err: err}
	}
	defer tx.watch(sql, args)()
	rows, err := tx.conn.query(ctx, sql, args)
	if err != nil {
		return Row{err: tx.fail(err)}
	}
	if len(rows) == 0 {
		return Row{err: ErrNotFound}
	}
	return Row{values: rows[0]}
}

// QueryRows is QueryRow for several lists of arguments, in their order: to PostgreSQL they travel together. It fails when
// one of the statements fails; that one has no row is said by its Row.
func (tx *Tx) QueryRows(ctx context.Context, sql string, lists ...[]any) ([]Row, error) {
	answers, err := tx.queryEach(ctx, sql, lists)
	if err != nil {
		return nil, tx.fail(err)
	}
	rows := make([]Row, len(answers))
	for i, all := range answers {
		if len(all) == 0 {
			rows[i].err = ErrNotFound
		} else {
			rows[i].values = all[0]
		}
	}
	return rows, nil
}

func (tx *Tx) queryEach(ctx context.Context, sql string, lists [][]any) (answers [][][]any, err error) {
	for _, args := range lists {
		if err := tx.begin(ctx, args); err != nil {
			return nil, err
		}
	}
	if len(lists) > 0 {
		defer tx.watch(sql, lists[0])()
	}
	if p, ok := tx.conn.(pipeliner); ok {
		return p.queryEach(sql, lists)
	}
	answers = make([][][]any, len(lists))
	for i, args := range lists {
		if answers[i], err = tx.conn.query(ctx, sql, args); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// begin counts a statement, refuses it when the transaction has failed or ctx has ended, and brings args, in place,
// to the types that a conn takes.
func (tx *Tx) begin(ctx context.Context, args []any) error {
	if tx.failed != nil {
		return fmt.Errorf("transaction has failed before: %w", tx.failed)
	}
	if err := ctx.Err(); err != nil {
		return tx.fail(err)
	}
	tx.counts.statements.Add(1)
	return tx.fail(normalize(args))
}

func (tx *Tx) fail(err error) error {
	if err != nil && tx.failed == nil {
		tx.failed = err
	}
	return err
}

// run calls fn. When fn hides the failure of a statement, the failure counts: no engine could commit.
func (tx *Tx) run(fn func(*Tx) error) error {
	if err := fn(tx); err != nil {
		return err
	}
	return tx.failed
}

// committed runs what was registered by OnCommit.
func (tx *Tx) committed() {
	for _, fn := range tx.onCommit {
		fn()
	}
}

// maxBatch is how many rows one statement writes at most.
const maxBatch = 64

// Batch says how many of n rows to write by one statement: a power of two, so that there are few different statements to
// prepare.
func Batch(n int) int {
	size := 1
	for size*2 <= min(n, maxBatch) {
		size *= 2
	}
	return size
}

// Batches makes the statements for all results of Batch.
func Batches(statement func(rows int) string) map[int]string {
	all := make(map[int]string)
	for n := 1; n <= maxBatch; n *= 2 {
		all[n] = statement(n)
	}
	return all
}

// Values returns rows lists of placeholders, "($1, $2), ($3, $4)", for an INSERT.
func Values(rows, columns int) string {
	lists := make([]string, rows)
	for i := range lists {
		lists[i] = "(" + List(i*columns+1, columns) + ")"
	}
	return strings.Join(lists, ", ")
}

// List returns n placeholders "$from, $from+1, …" for an IN list.
func List(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
	return b.String()
}

// A Row is the answer to QueryRow.
type Row struct {
	values []any
	err    error
}

// Scan copies the columns into dst, pointers to Go values. It fails with ErrNotFound when there is no row.
func (r Row) Scan(dst ...any) error {
	if r.err != nil {
		return r.err
	}
	return scan(r.values, dst)
}

// Rows are the answer to Query, positioned before the first.
type Rows struct {
	all [][]any
	at  int
}

// Next moves to the next row and reports whether there is one.
func (r *Rows) Next() bool {
	r.at++
	return r.at < len(r.all)
}

// Scan copies the columns of the current row into dst.
func (r *Rows) Scan(dst ...any) error {
	if r.at < 0 || r.at >= len(r.all) {
		return ErrNotFound
	}
	return scan(r.all[r.at], dst)
}

// Err is nil: all rows were read before Query returned. It stands for the habit of asking.
func (r *Rows) Err() error { return nil }

// Close has nothing to free, for the same reason.
func (r *Rows) Close() error { return nil }

// Args are the elements of a list as arguments of a statement.
func Args[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// Column returns the one column of a query. It fails with the error of the query.
func Column[T any](ctx context.Context, tx *Tx, query string, args ...any) (all []T, err error) {
	err = tx.Each(ctx, query, args, func(rows *Rows) error {
		var v T
		err := rows.Scan(&v)
		all = append(all, v)
		return err
	})
	return all, err
}

// maxAmong is how many ids a look-up of Among names.
const maxAmong = 100

// Among returns which of a list are found by any of some queries, each once, ascending. Each query ends where the list
// begins: SELECT file FROM t WHERE file IN (. It fails with the error of a query.
func Among(ctx context.Context, d *DB, list []int64, queries ...string) ([]int64, error) {
	var all []int64
	for part := range slices.Chunk(list, maxAmong) {
		for _, q := range queries {
			var found []int64
			err := d.Read(ctx, func(tx *Tx) (err error) {
				found, err = Column[int64](ctx, tx, q+List(1, len(part))+")", Args(part)...)
				return err
			})
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
