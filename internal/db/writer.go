package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxJoined and maxJoining bound how many operations share a commit, and for how long they are run before it.
	maxJoined  = 200
	maxJoining = 5 * time.Millisecond
	// writeQueue is how many operations may wait for the writer before more have to wait for the queue.
	writeQueue = 1024
	// maxTelling is how many commits may wait for their OnCommit functions before the writer waits for them.
	maxTelling = 8
)

// A sqliteWriter is the goroutine that owns the writing connection. It runs the operations that wait, each in a
// savepoint, and commits them together, so that they share one fsync. An operation is acknowledged after the commit.
// A second goroutine then runs the OnCommit functions, in the order of commits, while the next ones are under way.
type sqliteWriter struct {
	dial     func() (*sqliteConn, error)
	conn     *sqliteConn // nil after a failure that left it unusable
	counts   *counts
	reserved *reservations
	queue    chan *writeOp
	tell     chan []*writeOp
	stop     chan struct{}
	stopping sync.Once
	ended    sync.WaitGroup
	err      error // of closing the connection
}

// A writeOp is one operation on its way through the writer.
type writeOp struct {
	ctx     context.Context
	fn      func(*Tx) error
	claimed atomic.Bool // by the writer, to run it, or by the caller, to give up
	tx      *Tx
	err     error
	panic   *panicError
	done    chan struct{}
}

// A panicError carries a panic of an operation into the goroutine of its caller.
type panicError struct {
	value any
	stack []byte
}

// String shows the panic with the stack of where it happened.
func (p *panicError) String() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }

func startWriter(dial func() (*sqliteConn, error), counts *counts) (*sqliteWriter, error) {
	c, err := dial()
	if err != nil {
		return nil, err
	}
	w := &sqliteWriter{
		dial: dial, conn: c, counts: counts, reserved: newReservations(),
		queue: make(chan *writeOp, writeQueue),
		tell:  make(chan []*writeOp, maxTelling),
		stop:  make(chan struct{}),
	}
	w.ended.Go(w.run)
	w.ended.Go(w.runTelling)
	return w, nil
}

// do runs fn in the writer and returns after the commit it took part in.
func (w *sqliteWriter) do(ctx context.Context, fn func(*Tx) error) error {
	op := &writeOp{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case <-w.stop:
		return ErrClosed
	default:
	}
	select {
	case w.queue <- op:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stop:
		return ErrClosed
	}
	return op.wait(w.stop)
}

func (op *writeOp) wait(stop <-chan struct{}) error {
	select {
	case <-op.done:
	case <-op.ctx.Done():
		if op.claimed.CompareAndSwap(false, true) {
			return op.ctx.Err()
		}
		<-op.done
	case <-stop: // the writer still runs what it finds in the queue, but may have looked before we came
		if op.claimed.CompareAndSwap(false, true) {
			return ErrClosed
		}
		<-op.done
	}
	if op.panic != nil {
		panic(op.panic)
	}
	return op.err
}

// close lets the writer finish what it has begun.
func (w *sqliteWriter) close() error {
	w.stopping.Do(func() { close(w.stop) })
	w.ended.Wait()
	return w.err
}

func (w *sqliteWriter) run() {
	defer close(w.tell)
	for {
		select {
		case op := <-w.queue:
			w.batch(op)
		case <-w.stop:
			if w.conn != nil {
				w.err = w.conn.close() // also copies the write-ahead log into the database
			}
			return
		}
	}
}

func (w *sqliteWriter) runTelling() {
	for ops := range w.tell {
		for _, op := range ops {
			op.finish()
		}
	}
}

// finish acknowledges op, after its OnCommit functions if it is durable.
func (op *writeOp) finish() {
	defer close(op.done)
	if op.err != nil || op.panic != nil {
		return
	}
	op.guard(func() error { op.tx.committed(); return nil })
}

// guard calls fn and keeps its error or panic in op.
func (op *writeOp) guard(fn func() error) {
	defer func() {
		if v := recover(); v != nil {
			op.panic = &panicError{value: v, stack: debug.Stack()}
		}
	}()
	op.err = fn()
}

// batch runs op, and those that wait behind it, in one transaction.
func (w *sqliteWriter) batch(op *writeOp) {
	if !op.claimed.CompareAndSwap(false, true) {
		return // its caller has given up
	}
	ops, err := w.join(op)
	if err != nil {
		w.reset()
		for _, op := range ops {
			if op.err == nil && op.panic == nil {
				op.err = err
			}
		}
	}
	w.tell <- ops
}

// join returns the operations that took part. With an error, none of them is durable.
func (w *sqliteWriter) join(op *writeOp) (ops []*writeOp, err error) {
	if err := w.begin(); err != nil {
		return []*writeOp{op}, err
	}
	until := time.Now().Add(maxJoining)
	for ; op != nil; op = w.waiting() {
		ops = append(ops, op)
		if err := w.apply(op); err != nil {
			return ops, err
		}
		if len(ops) >= maxJoined || time.Now().After(until) {
			break
		}
	}
	w.counts.joined.Observe(float64(len(ops)))
	return ops, w.commit()
}

func (w *sqliteWriter) commit() error {
	if err := w.reserved.flush(w.conn); err != nil {
		return err
	}
	if err := w.conn.control("COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	w.reserved.committed()
	return nil
}

func (w *sqliteWriter) begin() (err error) {
	if w.conn == nil {
		if w.conn, err = w.dial(); err != nil {
			return fmt.Errorf("open writer: %w", err)
		}
	}
	if err := w.conn.control("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return w.reserved.begin(w.conn)
}

func (w *sqliteWriter) tx() *Tx {
	return &Tx{conn: w.conn, db: SQLite, counts: w.counts}
}

// waiting takes the next operation that its caller has not given up, or nil.
func (w *sqliteWriter) waiting() *writeOp {
	for {
		select {
		case op := <-w.queue:
			if op.claimed.CompareAndSwap(false, true) {
				return op
			}
		default:
			return nil
		}
	}
}

// apply runs op in a savepoint. Its error is of the whole transaction: what op itself did wrong stays with op.
func (w *sqliteWriter) apply(op *writeOp) error {
	if op.err = op.ctx.Err(); op.err != nil {
		return nil
	}
	if err := w.conn.control("SAVEPOINT op"); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	op.tx = w.tx()
	op.guard(func() error { return op.tx.run(op.fn) })
	if op.err == nil && op.panic == nil {
		return w.conn.control("RELEASE op")
	}
	// Disk full and I/O errors may have ended the whole transaction; then there is no savepoint any more.
	err := errors.Join(w.conn.control("ROLLBACK TO op"), w.conn.control("RELEASE op"))
	if err != nil {
		return fmt.Errorf("roll back: %w", errors.Join(op.err, err))
	}
	return nil
}

// reset ends a transaction that failed. A connection that cannot do that is given up, and opened again by the next.
func (w *sqliteWriter) reset() {
	w.reserved.failed()
	if w.conn == nil {
		return
	}
	_ = w.conn.control("ROLLBACK") // fails when SQLite has done so itself
	if err := errors.Join(w.conn.control("BEGIN"), w.conn.control("ROLLBACK")); err != nil {
		_ = w.conn.close()
		w.conn = nil
	}
}
