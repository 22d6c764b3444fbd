package messages

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
)

// size is how much there is in a benchmark of lists: HERMOD_SIZE, or 20,000 messages.
func size(b *testing.B) int {
	b.Helper()
	n, err := strconv.Atoi(os.Getenv("HERMOD_SIZE"))
	if err != nil {
		return 20_000
	}
	return n
}

// fill writes n messages into the log of owner, in which some words are common, and some are in one of a thousand.
func (w *world) fill(b *testing.B, owner, peer ids.Peer, n int) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	const batch, columns = 500, `INSERT INTO message (owner, id, peer, from_id, twin, pts, date, edit_date, flags, text) VALUES `
	start := time.Now().Add(-time.Duration(n) * time.Second)
	for from := 1; from <= n; from += batch {
		var rows []string
		var args []any
		for id := from; id < from+batch && id <= n; id++ {
			k := len(args)
			rows = append(rows, fmt.Sprintf("($%d, $%d, $%d, $%d, 0, $%d, $%d, 0, 0, $%d)", k+1, k+2, k+3, k+4, k+5, k+6, k+7))
			body := fmt.Sprintf("hello common%d word%d rare%d text of an ordinary length", r.IntN(3), r.IntN(100), r.IntN(n/20+1))
			args = append(args, int64(owner), id, int64(peer), int64(peer), id, start.Add(time.Duration(id)*time.Second), body)
		}
		err := w.db.Write(b.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(b.Context(), columns+strings.Join(rows, ", "), args...)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	err := w.db.Write(b.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(b.Context(), `UPDATE log_state SET message_id = $1, pts = $1 WHERE owner = $2`, n, int64(owner))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// p99 runs fn some hundred times and reports the slowest hundredth.
func p99(b *testing.B, fn func(i int)) {
	b.Helper()
	var took []time.Duration
	i := 0
	for b.Loop() {
		start := time.Now()
		fn(i)
		took = append(took, time.Since(start))
		i++
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

// BenchmarkSearch looks for words in a large channel: common ones, rare ones, and what is not there.
func BenchmarkSearch(b *testing.B) {
	engines := map[string]func(testing.TB) *db.DB{"sqlite": func(t testing.TB) *db.DB { return dbtest.SQLite(t) }}
	for name, open := range engines {
		n := size(b)
		w := newWorld(b, open(b))
		p := w.people(2)
		ch := w.channel(true, p[0], p[1]).Peer()
		if err := w.db.Write(b.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(b.Context(), `DELETE FROM message WHERE owner = $1`, int64(ch))
			return err
		}); err != nil {
			b.Fatal(err)
		}
		w.fill(b, ch, ch, n)
		w.index.mark(ch)
		if err := w.index.drain(b.Context()); err != nil {
			b.Fatal(err)
		}
		for what, words := range map[string]func(i int) string{
			"common":  func(int) string { return "common1" },
			"medium":  func(i int) string { return fmt.Sprint("word", i%100) },
			"rare":    func(i int) string { return fmt.Sprint("rare", i*7%(n/20)) },
			"absent":  func(i int) string { return fmt.Sprint("absent", i) },
			"several": func(i int) string { return fmt.Sprintf("word%d common2 hel", i%100) },
		} {
			b.Run(name+"/"+what, func(b *testing.B) {
				p99(b, func(i int) {
					q := Query{By: p[1], Peer: ch, Words: words(i), Window: Window{Limit: 20}}
					if _, err := w.Search(b.Context(), q); err != nil {
						b.Fatal(err)
					}
				})
			})
		}
	}
}

// BenchmarkDialogList is the first page of 2,000 chats, 500 of them channels.
func BenchmarkDialogList(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b))
	p := w.people(2)
	me := p[0]
	err := w.db.Write(b.Context(), func(tx *db.Tx) error {
		for i := range 2000 {
			peer, top := ids.User(2_000_000+i).Peer(), 1
			if i%4 == 0 {
				peer, top = ids.Channel(2_000_000+i).Peer(), 0
				const head = `INSERT INTO log_state (owner, pts, qts, message_id, note, pruned, top, top_date, messages)
					VALUES ($1, 100, 0, 100, 0, 0, 100, $2, 100)`
				if _, err := tx.Exec(b.Context(), head, int64(peer), time.Now().Unix()-int64(i*60)); err != nil {
					return err
				}
			}
			const dialog = `INSERT INTO dialog (owner, peer, top_message, top_date, messages, read_inbox, read_outbox, unread, marked, pinned, folder)
				VALUES ($1, $2, $3, $4, 1, 0, 0, 0, 0, 0, 0)`
			if _, err := tx.Exec(b.Context(), dialog, int64(me), int64(peer), top, time.Now().Unix()-int64(i*60)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	p99(b, func(int) {
		page, err := w.DialogList(b.Context(), me, dialogs.ListQuery{Limit: 100})
		if err != nil || len(page.Dialogs) != 100 {
			b.Fatal(len(page.Dialogs), err)
		}
	})
}
