package messages

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A world is a database with some people in it.
type world struct {
	t     testing.TB
	db    *db.DB
	bus   bus.Bus
	log   *updates.Log
	users *users.Service
	dl    *dialogs.Service
	*Service
}

func newWorld(t testing.TB, d *db.DB) *world { return newWorldOn(t, d, bus.NewLocal()) }

func newWorldOn(t testing.TB, d *db.DB, b bus.Bus) *world {
	w := &world{t: t, db: d, bus: b}
	w.log = updates.New(d, b)
	w.users = users.New(d, b, w.log)
	t.Cleanup(w.users.Close)
	w.dl = dialogs.New(d, w.log)
	w.Service = New(d, b, w.log, w.dl, w.users)
	return w
}

// people makes n accounts.
func (w *world) people(n int) []ids.User {
	w.t.Helper()
	all := make([]ids.User, n)
	for i := range all {
		err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
			u, err := w.users.Create(w.t.Context(), tx, users.NewUser{
				Phone: users.Phone(fmt.Sprintf("4790%06d", i+1)), FirstName: fmt.Sprintf("Person %d", i+1),
			})
			all[i] = u.ID
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return all
}

func (w *world) send(from, to ids.User, body string) *Message {
	w.t.Helper()
	sent, err := w.Send(w.t.Context(), SendRequest{From: from, To: to.Peer(), RandomID: rand.Int64(), Text: text.Text{String: body}})
	if err != nil {
		w.t.Fatal(err)
	}
	return sent.Message
}

// texts are what owner sees of his chat with peer, the oldest first.
func (w *world) texts(owner, peer ids.User) string {
	w.t.Helper()
	page, err := w.History(w.t.Context(), owner, peer.Peer(), Window{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, m := range page.Messages {
		all = append([]string{m.Text.String}, all...)
	}
	return strings.Join(all, " ")
}

func (w *world) dialog(owner, peer ids.User) (d dialogs.Dialog) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		d, err = w.dl.Get(w.t.Context(), tx, owner, peer.Peer())
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// each runs fn in a fresh world on each engine.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d)) })
}

func (w *world) since(owner ids.User, pts int32) Difference {
	w.t.Helper()
	d, err := w.Since(context.Background(), owner.Peer(), pts, time.Time{}, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}
