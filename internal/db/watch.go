package db

import "time"

// A Watcher is told of every statement after it ran: its text, its arguments as the engine got them, and how long it
// took. Statements that were queued are counted with the one that they travelled with, and reported with no time of
// their own. It is called in the transaction, must return quickly and not keep args.
type Watcher func(sql string, args []any, took time.Duration)

// Watch makes w hear of all statements from now on; nil ends it. It is for tests of query plans and for finding slow
// statements.
func (d *DB) Watch(w Watcher) {
	if w == nil {
		d.counts.watcher.Store(nil)
		return
	}
	d.counts.watcher.Store(&w)
}

// watch begins to take the time of a statement, if anybody wants to know. The result is called when it has ended.
func (tx *Tx) watch(sql string, args []any) (ended func()) {
	w := tx.counts.watcher.Load()
	if w == nil {
		return func() {}
	}
	start := time.Now()
	return func() { (*w)(sql, args, time.Since(start)) }
}
