// Package storage_test measures a private message: what its bare statements cost on each engine, what package db
// makes of them, and what the whole operation of package messages does, all on the same databases in one run.
package storage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

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
func parallel(ctx context.Context, goroutines, n int, fn func(ctx context.Context) error) error {
	var left atomic.Int64
	left.Store(int64(n))
	group, ctx := errgroup.WithContext(ctx)
	for range goroutines {
		group.Go(func() error {
			for left.Add(-1) >= 0 {
				if err := fn(ctx); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
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
	bus      bus.Bus
	log      *updates.Log
	users    *users.Service
	messages *messages.Service
	told     atomic.Int64
}

func newWorld(b *testing.B, d *db.DB) *world {
	w := &world{db: d, bus: bus.NewLocal()}
	w.bus.Subscribe(updates.Subject, func(bus.Message) { w.told.Add(1) })
	w.log = updates.New(d, w.bus)
	w.users = users.New(d, w.bus, w.log)
	b.Cleanup(w.users.Close)
	w.messages = messages.New(d, w.bus, w.log, dialogs.New(d, w.log), w.users)
	return w
}

// send is the whole operation, up to the nudges of both sides.
func (w *world) send(ctx context.Context) error {
	from, to := pair()
	_, err := w.messages.Send(ctx, messages.SendRequest{
		From: ids.User(from), To: ids.User(to).Peer(), RandomID: rand.Int64(), Text: words.Text{String: text},
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

// A way is one way to get messages into a database of its own.
type way struct {
	name string
	run  func(n int) error
	took []time.Duration // for each turn
	cpu  time.Duration
}

// turn is how many messages a way runs before the next has its turn.
const turn = 2000

// BenchmarkPrivateMessage lets the ways take turns, so that whatever else the machine does hits all of them, and says
// for each what share of the bare statements' speed it reaches (the median over turns), and its messages per second
// and CPU time. Every way has a database of 20,000 owners. One operation is a message of each way.
func BenchmarkPrivateMessage(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { takeTurns(b, dbtest.SQLiteURL, bareSQLite) })
	b.Run("postgres", func(b *testing.B) { takeTurns(b, dbtest.DurablePostgresURL, barePostgres) })
}

func takeTurns(b *testing.B, url func(testing.TB) string, bare func(*testing.B, string) func(int) error) {
	ways := prepare(b, url, bare)
	b.ResetTimer()
	for done := 0; done < b.N; done += turn {
		for _, w := range ways {
			before, start := cpu(), time.Now()
			if err := w.run(min(turn, b.N-done)); err != nil {
				b.Fatalf("%s: %v", w.name, err)
			}
			w.took = append(w.took, time.Since(start))
			w.cpu += cpu() - before
		}
	}
	b.StopTimer()
	for _, w := range ways {
		report(b, w, ways[0])
	}
}

func prepare(b *testing.B, url func(testing.TB) string, bare func(*testing.B, string) func(int) error) []*way {
	var worlds [4]*world
	var urls [4]string
	for i := range worlds {
		urls[i] = url(b)
		worlds[i] = newWorld(b, dbtest.Open(b, urls[i]))
		fill(b, worlds[i])
	}
	talk := func(fn func(ctx context.Context) error) func(n int) error {
		return func(n int) error { return parallel(b.Context(), talking, n, fn) }
	}
	return []*way{
		{name: "bare", run: bare(b, urls[0])},
		{name: "db", run: talk(func(ctx context.Context) error { return throughDB(ctx, worlds[1].db) })},
		{name: "send", run: talk(worlds[2].send)},
		{name: "delivered", run: delivered(b, worlds[3], talk(worlds[3].send))},
	}
}

func report(b *testing.B, w, bare *way) {
	var total time.Duration
	shares := make([]float64, len(w.took))
	for i, d := range w.took {
		total += d
		shares[i] = bare.took[i].Seconds() / d.Seconds()
	}
	slices.Sort(shares)
	b.ReportMetric(float64(b.N)/total.Seconds(), w.name+"/s")
	b.ReportMetric(float64(w.cpu.Microseconds())/float64(b.N), w.name+"-cpu-µs")
	if w != bare {
		b.ReportMetric(shares[len(shares)/2], w.name+"/bare")
	}
}

// cpu is what this process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
