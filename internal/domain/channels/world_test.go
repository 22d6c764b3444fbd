package channels_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A world is a database with some people in it, and a scribe who remembers service messages.
type world struct {
	*channels.Service
	t      *testing.T
	db     *db.DB
	bus    *bus.Local
	users  *users.Service
	groups *groups.Service
	log    *updates.Log
	scribe *scribe
	made   int
}

type scribe struct {
	groups *groups.Service
	log    *updates.Log
	told   []told
}

type told struct {
	peer ids.Peer
	from ids.Peer
	actions.Action
}

// WriteInGroup implements groups.Scribe.
func (s *scribe) WriteInGroup(
	ctx context.Context, tx *db.Tx, chat ids.Chat, from ids.User, a actions.Action, _ ...ids.User,
) (groups.Written, error) {
	turn, err := s.groups.Next(ctx, tx, chat)
	tx.OnCommit(func() { s.told = append(s.told, told{chat.Peer(), from.Peer(), a}) })
	return groups.Written{Owner: from.Peer(), ID: turn.Number}, err
}

// WriteInChannel implements groups.Scribe.
func (s *scribe) WriteInChannel(
	ctx context.Context, tx *db.Tx, ch ids.Channel, from ids.Peer, _ ids.User, a actions.Action,
) (groups.Written, error) {
	at, err := s.log.NextPost(ctx, tx, ch.Peer(), time.Now())
	tx.OnCommit(func() { s.told = append(s.told, told{ch.Peer(), from, a}) })
	return groups.Written{Owner: ch.Peer(), ID: at.ID, PTS: at.PTS}, err
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{t: t, db: d, bus: bus.NewLocal()}
	w.log = updates.New(d, w.bus)
	w.users = users.New(d, w.bus, w.log)
	t.Cleanup(w.users.Close)
	w.groups = groups.New(d, w.bus, w.log, w.users)
	w.Service = channels.New(d, w.bus, w.log, w.users, dialogs.New(d, w.log), w.groups)
	w.users.OnRename(w.Renamed)
	w.scribe = &scribe{groups: w.groups, log: w.log}
	w.SetScribe(w.scribe)
	w.groups.SetScribe(w.scribe)
	return w
}

// each runs fn in a fresh world on each engine.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d)) })
}

// people makes n accounts.
func (w *world) people(n int) []ids.User {
	w.t.Helper()
	all := make([]ids.User, n)
	err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		for i := range all {
			w.made++
			u, err := w.users.Create(w.t.Context(), tx, users.NewUser{
				Phone: users.Phone(fmt.Sprintf("4790%06d", w.made)), FirstName: "Person", LastName: fmt.Sprintf("Number%d", w.made),
			})
			if err != nil {
				return err
			}
			all[i] = u.ID
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// channel makes a broadcast channel of people, the first of whom is the owner; supergroup a supergroup.
func (w *world) channel(people ...ids.User) ids.Channel    { return w.make(true, people) }
func (w *world) supergroup(people ...ids.User) ids.Channel { return w.make(false, people) }

func (w *world) make(broadcast bool, people []ids.User) ids.Channel {
	w.t.Helper()
	res, err := w.Create(w.t.Context(), channels.NewChannel{By: people[0], Title: "News", Broadcast: broadcast})
	if err == nil && len(people) > 1 {
		_, err = w.Invite(w.t.Context(), people[0], res.Channel.ID, people[1:])
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return res.Channel.ID
}

// must fails the test on an error.
func (w *world) must(_ channels.Result, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// promote makes user an admin by the owner.
func (w *world) promote(by ids.User, ch ids.Channel, user ids.User, r rights.Admin) {
	w.t.Helper()
	w.must(w.Promote(w.t.Context(), channels.Promotion{By: by, Channel: ch, User: user, Rights: r}))
}

func (w *world) one(ch ids.Channel) channels.Channel {
	w.t.Helper()
	c, err := w.One(w.t.Context(), ch)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) member(ch ids.Channel, user ids.User) channels.Member {
	w.t.Helper()
	m, err := w.Member(w.t.Context(), nil, ch, user)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// send asks whether user may send in a transaction of its own.
func (w *world) send(ch ids.Channel, user ids.User, as ids.Peer, needs rights.Content) error {
	return w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		_, err := w.CheckMaySend(w.t.Context(), tx, ch, user, as, needs)
		return err
	})
}

func (w *world) want(what string, got, want error) {
	w.t.Helper()
	if !errors.Is(got, want) {
		w.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// forget does what deleting an account does.
func (w *world) forget(user ids.User) error {
	return w.db.Write(w.t.Context(), func(tx *db.Tx) error { return w.Forget(w.t.Context(), tx, user) })
}
