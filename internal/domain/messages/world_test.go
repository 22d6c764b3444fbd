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
	"hermod/internal/domain/channels"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
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
	gr    *groups.Service
	ch    *channels.Service
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
	w.gr = groups.New(d, b, w.log, w.users)
	w.ch = channels.New(d, b, w.log, w.users, w.dl, w.gr)
	w.gr.SetScribe(w.Service)
	w.ch.SetScribe(w.Service)
	w.SetCommunities(w.gr, w.ch)
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
	return w.write(from, to.Peer(), body)
}

// write sends to a chat of any kind.
func (w *world) write(from ids.User, to ids.Peer, body string) *Message {
	w.t.Helper()
	return w.deliver(SendRequest{From: from, To: to, Text: text.Text{String: body}})
}

func (w *world) deliver(req SendRequest) *Message {
	w.t.Helper()
	if req.RandomID == 0 {
		req.RandomID = rand.Int64()
	}
	sent, err := w.Send(w.t.Context(), req)
	if err != nil {
		w.t.Fatal(err)
	}
	return sent.Message
}

// group makes a basic group of the first person and others.
func (w *world) group(creator ids.User, others ...ids.User) ids.Chat {
	w.t.Helper()
	res, err := w.gr.Create(w.t.Context(), groups.NewGroup{By: creator, Title: "Group", Users: others})
	if err != nil || len(res.Missing) > 0 {
		w.t.Fatal(res.Missing, err)
	}
	return res.Group.ID
}

// channel makes a supergroup, or a broadcast channel, in which others are.
func (w *world) channel(broadcast bool, creator ids.User, others ...ids.User) ids.Channel {
	w.t.Helper()
	res, err := w.ch.Create(w.t.Context(), channels.NewChannel{By: creator, Title: "Channel", Broadcast: broadcast})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(others) > 0 {
		if _, err := w.ch.Invite(w.t.Context(), creator, res.Channel.ID, others); err != nil {
			w.t.Fatal(err)
		}
	}
	return res.Channel.ID
}

// seen are the texts that viewer sees in a chat, the oldest first; service messages show as their kind in brackets.
func (w *world) seen(viewer ids.User, peer ids.Peer) string {
	w.t.Helper()
	page, err := w.History(w.t.Context(), viewer, peer, Window{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, m := range page.Messages {
		body := m.Text.String
		if m.Action != nil {
			body = "[" + string(m.Action.Kind) + "]"
		}
		all = append([]string{body}, all...)
	}
	return strings.Join(all, " ")
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

func (w *world) dialog(owner, peer ids.User) dialogs.Dialog {
	w.t.Helper()
	return w.listed(owner, peer.Peer())
}

func (w *world) listed(owner ids.User, peer ids.Peer) (d dialogs.Dialog) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		d, err = w.dl.Get(w.t.Context(), tx, owner, peer)
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
