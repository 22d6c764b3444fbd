package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// newTable makes a table of numbers with texts.
func newTable(t testing.TB, d *db.DB) {
	t.Helper()
	mustWrite(t, d, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, text TEXT NOT NULL)`)
		return err
	})
}

func insert(ctx context.Context, tx *db.Tx, id int, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO thing (id, text) VALUES ($1, $2)`, id, text)
	return err
}

func mustWrite(t testing.TB, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), fn); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// things returns the ids in the table.
func things(t testing.TB, d *db.DB) (all []int) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), `SELECT id FROM thing ORDER BY id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int
			if err := rows.Scan(&id); err != nil {
				return err
			}
			all = append(all, id)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return all
}

func TestWriteIsAllOrNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		failure := errors.New("no")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.OnCommit(func() { t.Error("OnCommit ran after a rollback") })
			if err := insert(t.Context(), tx, 1, "a"); err != nil {
				return err
			}
			return failure
		})
		if !errors.Is(err, failure) {
			t.Errorf("got %v, want %v", err, failure)
		}
		mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 2, "b") })
		if got := things(t, d); !slices.Equal(got, []int{2}) {
			t.Errorf("got rows %v, want [2]", got)
		}
	})
}

func TestWriteWithoutStatement(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		told := false
		mustWrite(t, d, func(tx *db.Tx) error { tx.OnCommit(func() { told = true }); return nil })
		if !told {
			t.Error("OnCommit did not run")
		}
	})
}

// A statement that failed cannot be hidden: PostgreSQL would not commit, so SQLite does not either.
func TestFailedStatementFailsTransaction(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := insert(t.Context(), tx, 1, "a"); err != nil {
				return err
			}
			if err := insert(t.Context(), tx, 1, "b"); !errors.Is(err, db.ErrExists) {
				t.Errorf("second insert: got %v, want ErrExists", err)
			}
			if err := insert(t.Context(), tx, 2, "c"); err == nil {
				t.Error("a statement after a failed one: got no error")
			}
			return nil
		})
		if !errors.Is(err, db.ErrExists) {
			t.Errorf("write: got %v, want ErrExists", err)
		}
		if got := things(t, d); len(got) != 0 {
			t.Errorf("got rows %v, want none", got)
		}
	})
}

func TestQueue(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		const queued = `INSERT INTO thing (id, text) VALUES ($1, $2)`
		mustWrite(t, d, func(tx *db.Tx) error {
			if err := tx.Queue(t.Context(), queued, 1, "a"); err != nil {
				return err
			}
			var n int
			if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM thing`).Scan(&n); err != nil || n != 1 {
				t.Errorf("rows after Queue: got %d, %v; want 1", n, err)
			}
			return tx.Queue(t.Context(), queued, 2, "b")
		})
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.OnCommit(func() { t.Error("OnCommit ran after a queued statement failed") })
			if err := tx.Queue(t.Context(), queued, 3, "c"); err != nil {
				return err
			}
			if err := tx.Queue(t.Context(), queued, 1, "d"); err != nil {
				return err
			}
			return tx.Queue(t.Context(), queued, 4, "e")
		})
		if !errors.Is(err, db.ErrExists) {
			t.Errorf("got %v, want ErrExists", err)
		}
		if got := things(t, d); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("got rows %v, want [1 2]", got)
		}
	})
}

func TestQueryRows(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		before := d.Statements()
		mustWrite(t, d, func(tx *db.Tx) error {
			if err := tx.Queue(t.Context(), `INSERT INTO thing (id, text) VALUES (1, 'a'), (3, 'c')`); err != nil {
				return err
			}
			rows, err := tx.QueryRows(t.Context(), `SELECT text FROM thing WHERE id = $1`, []any{1}, []any{2}, []any{3})
			if err != nil {
				return err
			}
			var got [3]string
			for i, want := range []error{nil, db.ErrNotFound, nil} {
				if err := rows[i].Scan(&got[i]); !errors.Is(err, want) {
					t.Errorf("row %d: got %v, want %v", i, err, want)
				}
			}
			if got != [3]string{"a", "", "c"} {
				t.Errorf("got %q", got)
			}
			return nil
		})
		if got := d.Statements() - before; got != 4 {
			t.Errorf("counted %d statements, want 4", got)
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, _ = tx.QueryRows(t.Context(), `INSERT INTO thing (id, text) VALUES ($1, '') RETURNING id`, []any{8}, []any{1})
			return nil
		})
		if got := things(t, d); !errors.Is(err, db.ErrExists) || !slices.Equal(got, []int{1, 3}) {
			t.Errorf("got %v, rows %v; want ErrExists, [1 3]", err, got)
		}
	})
}

type number int32

func TestValues(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	tests := map[string]struct {
		column string
		in     any
		dst    any
		want   any
	}{
		"int64":           {"BIGINT", int64(math.MinInt64), new(int64), int64(math.MinInt64)},
		"int32":           {"INTEGER", int32(-5), new(int32), int32(-5)},
		"named":           {"INTEGER", number(7), new(number), number(7)},
		"uint64":          {"BIGINT", uint64(math.MaxUint64), new(uint64), uint64(math.MaxUint64)},
		"true":            {"INTEGER", true, new(bool), true},
		"false":           {"INTEGER", false, new(bool), false},
		"time":            {"BIGINT", at, new(time.Time), at},
		"zero time":       {"BIGINT", time.Time{}, new(time.Time), time.Time{}},
		"text":            {"TEXT", "blåbær 🫐", new(string), "blåbær 🫐"},
		"empty text":      {"TEXT", "", new(string), ""},
		"text of digits":  {"TEXT", "0012", new(string), "0012"},
		"bytes":           {"BYTEA", []byte{0, 255}, new([]byte), []byte{0, 255}},
		"no bytes":        {"BYTEA", []byte{}, new([]byte), []byte{}},
		"nil bytes":       {"BYTEA", []byte(nil), new([]byte), []byte(nil)},
		"array":           {"BYTEA", []byte{1, 2}, new([2]byte), [2]byte{1, 2}},
		"nil pointer":     {"BIGINT", (*int64)(nil), new(*int64), (*int64)(nil)},
		"float":           {"DOUBLE PRECISION", 1.5, new(float64), 1.5},
		"bytes of digits": {"BYTEA", []byte("12"), new([]byte), []byte("12")},
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				table := "v_" + strings.ReplaceAll(name, " ", "_")
				mustWrite(t, d, func(tx *db.Tx) error {
					if _, err := tx.Exec(t.Context(), `CREATE TABLE `+table+` (x `+tt.column+`)`); err != nil {
						return err
					}
					if _, err := tx.Exec(t.Context(), `INSERT INTO `+table+` (x) VALUES ($1)`, tt.in); err != nil {
						return err
					}
					return tx.QueryRow(t.Context(), `SELECT x FROM `+table).Scan(tt.dst)
				})
				if got, want := fmt.Sprintf("%#v", deref(tt.dst)), fmt.Sprintf("%#v", tt.want); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
	})
}

func TestScanRefuses(t *testing.T) {
	tests := map[string]struct {
		expr string
		dst  any
	}{
		"overflow":       {"3000000000", new(int32)},
		"NULL as number": {"CAST(NULL AS BIGINT)", new(int64)},
		"NULL as text":   {"CAST(NULL AS TEXT)", new(string)},
		"text as number": {"CAST('x' AS TEXT)", new(int64)},
		"no pointer":     {"1", 5},
		"nil pointer":    {"1", (*number)(nil)},
		"struct":         {"1", new(struct{})},
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				err := d.Read(t.Context(), func(tx *db.Tx) error {
					return tx.QueryRow(t.Context(), `SELECT `+tt.expr).Scan(tt.dst)
				})
				if err == nil {
					t.Errorf("got %v, want an error", deref(tt.dst))
				}
			})
		}
	})
}

func TestAggregates(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		mustWrite(t, d, func(tx *db.Tx) error {
			return errors.Join(insert(t.Context(), tx, 1, "a"), insert(t.Context(), tx, 41, "b"))
		})
		var sum, count, highest int64
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			const q = `SELECT COALESCE(sum(id), 0), count(*), max(id) FROM thing WHERE id IN (`
			return tx.QueryRow(t.Context(), q+db.List(1, 2)+`)`, 1, 41).Scan(&sum, &count, &highest)
		})
		if err != nil || sum != 42 || count != 2 || highest != 41 {
			t.Errorf("got %d, %d, %d, %v; want 42, 2, 41", sum, count, highest, err)
		}
	})
}

func TestBadText(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		for _, text := range []string{"a\x00b", "\xff"} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { return insert(t.Context(), tx, 1, text) })
			if !errors.Is(err, db.ErrText) {
				t.Errorf("%q: got %v, want ErrText", text, err)
			}
		}
	})
}

func TestPlaceholders(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 7, "$1") })
		var text string
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			const q = `SELECT text FROM thing WHERE id = $2 AND text = '$1' AND text = $1 AND id = $2`
			return tx.QueryRow(t.Context(), q, "$1", 7).Scan(&text)
		})
		if err != nil || text != "$1" {
			t.Errorf("got %q, %v", text, err)
		}
	})
}

func TestNotFound(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		mustWrite(t, d, func(tx *db.Tx) error { // and the transaction goes on
			var id int
			err := tx.QueryRow(t.Context(), `SELECT id FROM thing WHERE id = $1`, 1).Scan(&id)
			if !errors.Is(err, db.ErrNotFound) {
				t.Errorf("got %v, want ErrNotFound", err)
			}
			return insert(t.Context(), tx, 1, "a")
		})
	})
}

// A reader sees one moment, whatever is written meanwhile.
func TestReadIsSnapshot(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 1, "a") })
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			var before, after int
			if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM thing`).Scan(&before); err != nil {
				return err
			}
			mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 2, "b") })
			if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM thing`).Scan(&after); err != nil {
				return err
			}
			if before != 1 || after != 1 {
				t.Errorf("got %d rows, then %d; want 1, 1", before, after)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if got := things(t, d); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("got %v, want [1 2]", got)
		}
	})
}

func TestReadRefusesToWrite(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		err := d.Read(t.Context(), func(tx *db.Tx) error { return insert(t.Context(), tx, 1, "a") })
		if err == nil || len(things(t, d)) != 0 {
			t.Errorf("got %v, rows %v", err, things(t, d))
		}
	})
}

func TestNestedQueries(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		mustWrite(t, d, func(tx *db.Tx) error {
			return errors.Join(insert(t.Context(), tx, 1, "a"), insert(t.Context(), tx, 2, "b"))
		})
		pairs := 0
		mustWrite(t, d, func(tx *db.Tx) error {
			outer, err := tx.Query(t.Context(), `SELECT id FROM thing`)
			for err == nil && outer.Next() {
				var inner *db.Rows
				inner, err = tx.Query(t.Context(), `SELECT id FROM thing`)
				for err == nil && inner.Next() {
					pairs++
				}
			}
			return err
		})
		if pairs != 4 {
			t.Errorf("got %d pairs, want 4", pairs)
		}
	})
}

func TestStatements(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		before := d.Statements()
		mustWrite(t, d, func(tx *db.Tx) error {
			if err := tx.Queue(t.Context(), `INSERT INTO thing (id, text) VALUES ($1, $2)`, 1, "a"); err != nil {
				return err
			}
			return insert(t.Context(), tx, 2, "b")
		})
		things(t, d)
		if got := d.Statements() - before; got != 3 {
			t.Errorf("counted %d statements, want 3", got)
		}
	})
}

// Many operations change the same row: none gets lost, on any engine.
func TestConcurrentWrites(t *testing.T) {
	const workers, each = 16, 25
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 0, "") })
		var told atomic.Int64
		var group sync.WaitGroup
		for range workers {
			group.Go(func() {
				for range each {
					err := d.Write(t.Context(), func(tx *db.Tx) error {
						tx.OnCommit(func() { told.Add(1) })
						_, err := tx.Exec(t.Context(), `UPDATE thing SET id = id + 1`)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		if got := things(t, d); !slices.Equal(got, []int{workers * each}) || told.Load() != workers*each {
			t.Errorf("got %v, told %d; want %d", got, told.Load(), workers*each)
		}
	})
}

// Find or make, many at once: one makes, all find.
func TestUniqueRace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		var group sync.WaitGroup
		for i := range 10 {
			group.Go(func() {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					var text string
					err := tx.QueryRow(t.Context(), `SELECT text FROM thing WHERE id = $1`, 1).Scan(&text)
					if errors.Is(err, db.ErrNotFound) {
						return insert(t.Context(), tx, 1, fmt.Sprint(i))
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

// Transactions that lock rows in opposite order get through all the same.
func TestDeadlock(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		mustWrite(t, d, func(tx *db.Tx) error {
			return errors.Join(insert(t.Context(), tx, 1, ""), insert(t.Context(), tx, 2, ""))
		})
		var group sync.WaitGroup
		for _, order := range [][]int{{1, 2}, {2, 1}} {
			group.Go(func() {
				err := d.Write(t.Context(), func(tx *db.Tx) error {
					for _, id := range order {
						const q = `UPDATE thing SET text = text || 'x' WHERE id = $1`
						if _, err := tx.Exec(t.Context(), q, id); err != nil {
							return err
						}
						time.Sleep(20 * time.Millisecond)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

func TestPanic(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		func() {
			defer func() {
				if v := recover(); v == nil || !bytes.Contains(fmt.Append(nil, v), []byte("boom")) {
					t.Errorf("recovered %v, want boom", v)
				}
			}()
			_ = d.Write(t.Context(), func(tx *db.Tx) error {
				if err := insert(t.Context(), tx, 1, "a"); err != nil {
					return err
				}
				panic("boom")
			})
		}()
		mustWrite(t, d, func(tx *db.Tx) error { return insert(t.Context(), tx, 2, "b") })
		if got := things(t, d); !slices.Equal(got, []int{2}) {
			t.Errorf("got rows %v, want [2]", got)
		}
	})
}

func TestCancelled(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Write(ctx, func(tx *db.Tx) error { return insert(ctx, tx, 1, "a") }); !errors.Is(err, context.Canceled) {
			t.Errorf("write: got %v, want Canceled", err)
		}
		err := d.Read(ctx, func(tx *db.Tx) error { _, err := tx.Query(ctx, `SELECT id FROM thing`); return err })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("read: got %v, want Canceled", err)
		}
		if got := things(t, d); len(got) != 0 {
			t.Errorf("got rows %v, want none", got)
		}
	})
}

// A search that takes long ends with the one who asked.
func TestCancelledSearch(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start, n := time.Now(), 0
		err := d.Read(ctx, func(tx *db.Tx) error {
			const long = `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000)
				SELECT count(*) FROM c`
			return tx.QueryRow(ctx, long).Scan(&n)
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 20*time.Second {
			t.Errorf("got %d, %v after %s", n, err, time.Since(start))
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.QueryRow(t.Context(), `SELECT 1`).Scan(&n) }); err != nil {
			t.Errorf("the next search: %v", err)
		}
	})
}

// The end of a context between two statements rolls back; after the last, the commit is carried through.
func TestCancelledHalfWay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := insert(ctx, tx, 1, "a"); err != nil {
				return err
			}
			cancel()
			return insert(ctx, tx, 2, "b")
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want Canceled", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		err = d.Write(ctx, func(tx *db.Tx) error {
			defer cancel()
			return insert(ctx, tx, 3, "c")
		})
		if got := things(t, d); err != nil || !slices.Equal(got, []int{3}) {
			t.Errorf("got rows %v, %v; want [3]", got, err)
		}
	})
}

func TestClose(t *testing.T) {
	for name, url := range map[string]string{"sqlite": dbtest.SQLiteURL(t), "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			d, err := db.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			newTable(t, d)
			var acked atomic.Int64
			var group sync.WaitGroup
			for worker := range 4 {
				group.Go(func() {
					for i := 0; ; i++ {
						err := d.Write(context.Background(), func(tx *db.Tx) error {
							return insert(context.Background(), tx, worker*1_000_000+i, "")
						})
						if err != nil {
							if !errors.Is(err, db.ErrClosed) {
								t.Errorf("got %v, want ErrClosed", err)
							}
							return
						}
						acked.Add(1)
					}
				})
			}
			time.Sleep(50 * time.Millisecond)
			if err := errors.Join(d.Close(), d.Close()); err != nil {
				t.Error(err)
			}
			group.Wait()
			if err := d.Read(t.Context(), func(*db.Tx) error { return nil }); !errors.Is(err, db.ErrClosed) {
				t.Errorf("read: got %v, want ErrClosed", err)
			}
			if got := things(t, dbtest.Open(t, url)); int64(len(got)) != acked.Load() {
				t.Errorf("got %d rows, want the %d acknowledged", len(got), acked.Load())
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, url := range []string{"", "sqlite:", "mysql://x", "postgres://%zz"} {
		if _, err := db.Open(t.Context(), url); !errors.Is(err, db.ErrURL) {
			t.Errorf("%q: got %v, want ErrURL", url, err)
		}
	}
	if _, err := db.Open(t.Context(), "sqlite:/nonexistent/x.db"); err == nil {
		t.Error("a path that cannot be made: got no error")
	}
}

func TestNextID(t *testing.T) {
	for name, url := range map[string]string{"sqlite": dbtest.SQLiteURL(t), "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			seen := map[int64]bool{}
			for range 3 { // what was handed out before a restart is not handed out again
				d, err := db.Open(t.Context(), url)
				if err != nil {
					t.Fatal(err)
				}
				for _, id := range takeIDs(t, d, 8, 500) {
					if seen[id] || id <= 1_000_000 {
						t.Fatalf("id %d came twice or is too small", id)
					}
					seen[id] = true
				}
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// The command line may work beside a server, on the same database.
func TestNextIDOfTwoProcesses(t *testing.T) {
	for name, url := range map[string]string{"sqlite": dbtest.SQLiteURL(t), "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			dbs := []*db.DB{dbtest.Open(t, url), dbtest.Open(t, url)}
			seen := map[int64]bool{}
			for range 6 {
				for _, d := range dbs {
					for _, id := range takeIDs(t, d, 2, 400) {
						if seen[id] {
							t.Fatalf("id %d came twice", id)
						}
						seen[id] = true
					}
				}
			}
		})
	}
}

// takeIDs takes ids from several goroutines, half of them inside of an operation.
func takeIDs(t *testing.T, d *db.DB, workers, each int) []int64 {
	var mu sync.Mutex
	var all []int64
	take := func() error {
		id, err := d.NextID(t.Context(), "user")
		mu.Lock()
		defer mu.Unlock()
		all = append(all, id)
		return err
	}
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for range each {
				err := error(nil)
				if worker%2 == 0 {
					err = take()
				} else {
					err = d.Write(t.Context(), func(*db.Tx) error { return take() })
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	return all
}

func TestSecret(t *testing.T) {
	for name, url := range map[string]string{"sqlite": dbtest.SQLiteURL(t), "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			var got [3][32]byte
			for i, secret := range []string{"a", "a", "b"} {
				d := dbtest.Open(t, url)
				var err error
				if got[i], err = d.Secret(t.Context(), secret); err != nil {
					t.Fatal(err)
				}
			}
			if got[0] != got[1] || got[0] == got[2] || got[0] == [32]byte{} {
				t.Error("want one lasting secret per name")
			}
		})
	}
}
