// Package standtest gives tests a database with people, groups and channels in which they talk: all kinds of chats, so that
// what works alike in all of them is tested in each.
package standtest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/stand"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A World is the services over a fresh database.
type World struct {
	T        testing.TB
	DB       *db.DB
	Bus      bus.Bus
	Log      *updates.Log
	Users    *users.Service
	Dialogs  *dialogs.Service
	Groups   *groups.Service
	Channels *channels.Service
	Messages *messages.Service
	Stands   *stand.Stands
}

// Each runs fn in a fresh world on each engine.
func Each(t *testing.T, fn func(t *testing.T, w *World)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, New(t, d)) })
}

// New makes a world on d.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	return NewOn(t, d, bus.NewLocal())
}

// NewOn is New with a bus of the caller's.
func NewOn(t testing.TB, d *db.DB, b bus.Bus) *World {
	t.Helper()
	w := &World{T: t, DB: d, Bus: b}
	w.Log = updates.New(d, w.Bus)
	w.Users = users.New(d, w.Bus, w.Log)
	t.Cleanup(w.Users.Close)
	w.Dialogs = dialogs.New(d, w.Log)
	w.Groups = groups.New(d, w.Bus, w.Log, w.Users)
	w.Channels = channels.New(d, w.Bus, w.Log, w.Users, w.Dialogs, w.Groups)
	w.Messages = messages.New(d, w.Bus, w.Log, w.Dialogs, w.Users)
	w.Messages.SetCommunities(w.Groups, w.Channels)
	w.Groups.SetScribe(w.Messages)
	w.Channels.SetScribe(w.Messages)
	w.Stands = stand.New(w.Groups, w.Channels)
	return w
}

// People makes n accounts.
func (w *World) People(n int) []ids.User {
	w.T.Helper()
	return w.Strangers(n, 0)
}

// Strangers is People with other numbers for each series.
func (w *World) Strangers(n int, series uint64) []ids.User {
	w.T.Helper()
	all := make([]ids.User, n)
	for i := range all {
		w.must(w.DB.Write(w.T.Context(), func(tx *db.Tx) error {
			u, err := w.Users.Create(w.T.Context(), tx, users.NewUser{
				Phone: users.Phone(fmt.Sprintf("479%d%06d", series, i+1)), FirstName: fmt.Sprintf("Person %d", i+1),
			})
			all[i] = u.ID
			return err
		}))
	}
	return all
}

// Group makes a basic group of all, by the first of them.
func (w *World) Group(all ...ids.User) ids.Peer {
	w.T.Helper()
	res, err := w.Groups.Create(w.T.Context(), groups.NewGroup{By: all[0], Title: "Group", Users: all[1:]})
	w.must(err)
	return res.Group.ID.Peer()
}

// Channel makes a broadcast channel, or else a supergroup, of all, by the first of them.
func (w *World) Channel(broadcast bool, all ...ids.User) ids.Peer {
	w.T.Helper()
	res, err := w.Channels.Create(w.T.Context(), channels.NewChannel{By: all[0], Title: "Channel", Broadcast: broadcast})
	w.must(err)
	if len(all) > 1 {
		_, err = w.Channels.Invite(w.T.Context(), all[0], res.Channel.ID, all[1:])
		w.must(err)
	}
	return res.Channel.ID.Peer()
}

// Send sends a text, or a medium.
func (w *World) Send(from ids.User, to ids.Peer, body string, m *media.Media) *messages.Message {
	w.T.Helper()
	sent, err := w.Messages.Send(w.T.Context(), messages.SendRequest{
		From: from, To: to, RandomID: rand.Int64(), Text: text.Text{String: body}, Media: m,
	})
	w.must(err)
	return sent.Message
}

// Last is the newest message that viewer has in a chat.
func (w *World) Last(viewer ids.User, peer ids.Peer) *messages.Message {
	w.T.Helper()
	page, err := w.Messages.History(w.T.Context(), viewer, peer, messages.Window{Limit: 1})
	w.must(err)
	if len(page.Messages) == 0 {
		w.T.Fatalf("user %d has nothing in %d", viewer, peer)
	}
	return page.Messages[0]
}

// Chats are a chat of each kind with anna, who writes, and bo: as anna sees it and as bo does.
func (w *World) Chats(anna, bo ids.User) map[string][2]ids.Peer {
	w.T.Helper()
	group, super, channel := w.Group(anna, bo), w.Channel(false, anna, bo), w.Channel(true, anna, bo)
	return map[string][2]ids.Peer{
		"private": {bo.Peer(), anna.Peer()}, "group": {group, group}, "supergroup": {super, super}, "channel": {channel, channel},
	}
}

// Events are the kinds of what is in the log of owner after a position, and at it, without new messages.
func (w *World) Events(owner ids.Peer, after int32) []string {
	w.T.Helper()
	diff, err := w.Messages.Since(w.T.Context(), owner, after, time.Time{}, 1000)
	w.must(err)
	var kinds []string
	for _, e := range diff.Entries {
		kinds = append(kinds, e.Event.Kind())
	}
	return kinds
}

// Position is where the log of owner stands.
func (w *World) Position(owner ids.Peer) int32 {
	w.T.Helper()
	st, err := w.Messages.State(w.T.Context(), owner)
	w.must(err)
	return st.PTS
}

func (w *World) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}
