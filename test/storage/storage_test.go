// Package storage_test measures a private message: what its bare statements cost on each engine, what package db
// makes of them, and what the whole operation of package messages does, all on the same databases in one run.
package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	words "hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
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

// fill makes the owners.
func fill(b *testing.B, w *world) {
	const each = 500
	for from := 0; from < owners; from += each {
		err := w.db.Write(b.Context(), func(tx *db.Tx) error {
			for i := range each {
				phone := users.Phone(fmt.Sprintf("4790%06d", from+i))
				u, err := w.users.Create(b.Context(), tx, users.NewUser{Phone: phone, FirstName: "Person"})
				if err != nil {
					return err
				}
				if want := ids.User(firstOwner + from + i); u.ID != want {
					return fmt.Errorf("user %d, want %d", u.ID, want)
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// A world is the domain on a database.
type world struct {
	db       *db.DB
	users    *users.Service
	messages *messages.Service
	told     atomic.Int64
}

func newWorld(b *testing.B, d *db.DB) *world {
	w := &world{db: d}
	hints := bus.NewLocal()
	hints.Subscribe(updates.Subject, func(bus.Message) { w.told.Add(1) })
	log := updates.New(d, hints)
	w.users = users.New(d, hints, log)
	b.Cleanup(w.users.Close)
	w.messages = messages.New(d, hints, log, dialogs.New(d, log), w.users)
	return w
}

// send is the whole operation, up to the nudges of both sides.
func (w *world) send(ctx context.Context) error {
	from, to := pair()
	_, err := w.messages.Send(ctx, messages.SendRequest{
		From: ids.User(from), To: ids.User(to), RandomID: rand.Int64(), Text: words.Text{String: text},
	})
	return err
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
		ways := map[string]func(b *testing.B, url string, w *world){
			"bare": func(b *testing.B, url string, _ *world) {
				if engine == "sqlite" {
					bareSQLite(b, url, b.N)
				} else {
					barePostgres(b, url, b.N)
				}
			},
			"db": func(b *testing.B, _ string, w *world) {
				parallel(b, talking, b.N, func(ctx context.Context) error { return throughDB(ctx, w.db) })
			},
			"send": func(b *testing.B, _ string, w *world) {
				parallel(b, talking, b.N, w.send)
			},
		}
		for _, way := range []string{"bare", "db", "send"} {
			b.Run(fmt.Sprintf("%s/%s", engine, way), func(b *testing.B) {
				url := urls[engine](b)
				w := newWorld(b, dbtest.Open(b, url))
				fill(b, w)
				b.ResetTimer()
				before := cpu()
				ways[way](b, url, w)
				used := cpu() - before
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
				b.ReportMetric(float64(used.Microseconds())/float64(b.N), "cpu-µs/message")
			})
		}
	}
}

// cpu is what this process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
