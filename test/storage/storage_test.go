// Package storage_test measures a private message: what its bare statements cost on each engine, what package db
// makes of them, and what the whole operation of package messages does, all on the same databases in one run.
package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// talking is how many conversations go on at the same time.
const talking = 50

// parallel calls fn n times in all, from so many goroutines.
func parallel(b *testing.B, goroutines, n int, fn func(ctx context.Context) error) {
	var left atomic.Int64
	left.Store(int64(n))
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				if err := fn(b.Context()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// fill gives every owner a log.
func fill(b *testing.B, d *db.DB) {
	const each = 1000
	for from := 0; from < owners; from += each {
		err := d.Write(b.Context(), func(tx *db.Tx) error {
			for i := range each {
				const q = `INSERT INTO user_state (user_id, pts, qts, message_id, note, pruned) VALUES ($1, 1, 1, 0, 0, 0)`
				if err := tx.Queue(b.Context(), q, firstOwner+from+i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// throughDB runs the bare statements as one operation of package db.
func throughDB(ctx context.Context, d *db.DB) error {
	from, to := pair()
	random, date := rand.Int64(), time.Now().Unix()
	return d.Write(ctx, func(tx *db.Tx) error {
		var id, pts [2]int64
		for i, owner := range []int64{from, to} {
			if err := tx.QueryRow(ctx, bareNext, owner).Scan(&id[i], &pts[i]); err != nil {
				return err
			}
		}
		for i, args := range [][]any{
			{from, id[0], to, from, id[1], pts[0], date, random, text},
			{to, id[1], from, from, id[0], pts[1], date, nil, text},
		} {
			owner, peer := args[0], args[2]
			if err := tx.Queue(ctx, bareMessage, args...); err != nil {
				return err
			}
			if err := tx.Queue(ctx, bareDialog, owner, peer, id[i], date); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkPrivateMessage says how many private messages a second each way reaches. Every way starts with an empty
// database of 20,000 owners.
func BenchmarkPrivateMessage(b *testing.B) {
	urls := map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.DurablePostgresURL}
	for _, engine := range []string{"sqlite", "postgres"} {
		ways := map[string]func(b *testing.B, url string, d *db.DB){
			"bare": func(b *testing.B, url string, _ *db.DB) {
				if engine == "sqlite" {
					bareSQLite(b, url, b.N)
				} else {
					barePostgres(b, url, b.N)
				}
			},
			"db": func(b *testing.B, _ string, d *db.DB) {
				parallel(b, talking, b.N, func(ctx context.Context) error { return throughDB(ctx, d) })
			},
		}
		for _, way := range []string{"bare", "db"} {
			b.Run(fmt.Sprintf("%s/%s", engine, way), func(b *testing.B) {
				url := urls[engine](b)
				d := dbtest.Open(b, url)
				fill(b, d)
				b.ResetTimer()
				ways[way](b, url, d)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
			})
		}
	}
}
