package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// hold keeps the writer busy until release is called, so that operations pile up behind it and share its commit.
func hold(t *testing.T, d *db.DB) (release func()) {
	t.Helper()
	started, end, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- d.Write(context.Background(), func(*db.Tx) error {
			close(started)
			<-end
			return nil
		})
	}()
	<-started
	return sync.OnceFunc(func() {
		close(end)
		if err := <-done; err != nil {
			t.Errorf("the operation that held the writer: %v", err)
		}
	})
}

// Of operations that share a commit, one that fails or panics takes none of the others with it.
func TestJoinedOperationsFailAlone(t *testing.T) {
	d := dbtest.SQLite(t)
	newTable(t, d)
	failure := errors.New("no")
	release := hold(t, d)
	var group sync.WaitGroup
	for i := range 30 {
		group.Go(func() {
			defer func() {
				if v := recover(); (v != nil) != (i%3 == 2) {
					t.Errorf("operation %d: recovered %v", i, v)
				}
			}()
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				if err := insert(t.Context(), tx, i, "x"); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return failure
				case 2:
					panic("boom")
				}
				return nil
			})
			if (i%3 == 0) != (err == nil) || err != nil && !errors.Is(err, failure) {
				t.Errorf("operation %d: %v", i, err)
			}
		})
	}
	release()
	group.Wait()
	for _, id := range things(t, d) {
		if id%3 != 0 {
			t.Errorf("row %d was rolled back, and is there", id)
		}
	}
	if got := len(things(t, d)); got != 10 {
		t.Errorf("got %d rows, want 10", got)
	}
}

func TestCancelledWhileWaiting(t *testing.T) {
	d := dbtest.SQLite(t)
	newTable(t, d)
	release := hold(t, d)
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- d.Write(ctx, func(tx *db.Tx) error { return insert(ctx, tx, 1, "a") }) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) { // while the writer is still held
		t.Errorf("got %v, want Canceled", err)
	}
	release()
	mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 2, "b") })
	if got := things(t, d); !slices.Equal(got, []int{2}) {
		t.Errorf("got rows %v, want [2]", got)
	}
}

// What operations tell comes in the order of their commits: for each owner in the order of its log.
func TestOnCommitOrder(t *testing.T) {
	d := dbtest.SQLite(t)
	newTable(t, d)
	mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 0, "") })
	var told []int // by one goroutine
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			for range 20 {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					for range 2 {
						var n int
						const q = `UPDATE thing SET id = id + 1 RETURNING id`
						if err := tx.QueryRow(t.Context(), q).Scan(&n); err != nil {
							return err
						}
						tx.OnCommit(func() { told = append(told, n) })
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for i, n := range told {
		if n != i+1 {
			t.Fatalf("told %v", told)
		}
	}
	if len(told) != 400 {
		t.Errorf("told %d times, want 400", len(told))
	}
}

// A full disk fails operations cleanly: what was acknowledged is there, what failed is not, and with room again
// everything goes on.
func TestDiskFull(t *testing.T) {
	d := dbtest.SQLite(t)
	newTable(t, d)
	limit := func(pages int) {
		mustWrite(t, d, func(tx *db.Tx) error { // stands for the size of the disk
			var n int
			return tx.QueryRow(t.Context(), fmt.Sprintf(`PRAGMA max_page_count = %d`, pages)).Scan(&n)
		})
	}
	limit(100)
	var mu sync.Mutex
	var acked []int
	failed := 0
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				return insert(t.Context(), tx, i, fmt.Sprintf("%05000d", i))
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				acked = append(acked, i)
			} else {
				failed++
			}
		})
	}
	group.Wait()
	slices.Sort(acked)
	if got := things(t, d); !slices.Equal(got, acked) || failed == 0 {
		t.Errorf("got %d rows; acknowledged %d, failed %d", len(got), len(acked), failed)
	}
	limit(1_000_000)
	mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 1000, "a") })
}
