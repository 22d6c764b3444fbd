package groups_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A world is a database with some people in it, who write down what service messages there were.
type world struct {
	*groups.Service
	t      *testing.T
	db     *db.DB
	bus    *bus.Local
	users  *users.Service
	log    *updates.Log
	scribe *scribe
}

// A scribe remembers service messages.
type scribe struct {
	groups *groups.Service
	mu     sync.Mutex
	told   []told
}

type told struct {
	peer ids.Peer
	from ids.Peer
	actions.Action
	owners []ids.User
}

// WriteInGroup implements groups.Scribe.
func (s *scribe) WriteInGroup(
	ctx context.Context, tx *db.Tx, chat ids.Chat, from ids.User, a actions.Action, others ...ids.User,
) (groups.Written, error) {
	turn, err := s.groups.Next(ctx, tx, chat)
	if err != nil {
		return groups.Written{}, err
	}
	var members []ids.User
	for _, m := range turn.Members {
		members = append(members, m.User)
	}
	if err := sameMembers(ctx, tx, chat, members); err != nil {
		return groups.Written{}, err
	}
	owners := append(others, members...)
	tx.OnCommit(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.told = append(s.told, told{chat.Peer(), from.Peer(), a, owners})
	})
	return groups.Written{Owner: from.Peer(), ID: turn.Number}, nil
}

// sameMembers fails unless members, which may have been remembered, are those that tx sees.
func sameMembers(ctx context.Context, tx *db.Tx, chat ids.Chat, members []ids.User) error {
	var rows []ids.User
	const list = `SELECT user_id FROM basic_group_member WHERE chat = $1 ORDER BY user_id`
	err := tx.Each(ctx, list, []any{chat}, func(r *db.Rows) error {
		var u ids.User
		err := r.Scan(&u)
		rows = append(rows, u)
		return err
	})
	if err == nil && !slices.Equal(rows, members) {
		err = fmt.Errorf("copies go to %v, members are %v", members, rows)
	}
	return err
}

// WriteInChannel implements groups.Scribe.
func (s *scribe) WriteInChannel(
	_ context.Context, tx *db.Tx, ch ids.Channel, from ids.Peer, _ ids.User, a actions.Action,
) (groups.Written, error) {
	tx.OnCommit(func() { s.told = append(s.told, told{ch.Peer(), from, a, nil}) })
	return groups.Written{Owner: ch.Peer()}, nil
}

func newWorld(t *testing.T, d *db.DB) *world {
	w := &world{t: t, db: d, bus: bus.NewLocal()}
	w.log = updates.New(d, w.bus)
	w.users = users.New(d, w.bus, w.log)
	t.Cleanup(w.users.Close)
	w.Service = groups.New(d, w.bus, w.log, w.users)
	w.scribe = &scribe{groups: w.Service}
	w.SetScribe(w.scribe)
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
			u, err := w.users.Create(w.t.Context(), tx, users.NewUser{
				Phone: users.Phone(fmt.Sprintf("4790%06d", i+1)), FirstName: fmt.Sprintf("Person %d", i+1),
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

// group makes a group of people, the first of whom is the creator.
func (w *world) group(people ...ids.User) ids.Chat {
	w.t.Helper()
	res, err := w.Create(w.t.Context(), groups.NewGroup{By: people[0], Title: "Friends", Users: people[1:]})
	if err != nil {
		w.t.Fatal(err)
	}
	return res.Group.ID
}

// last is the last service message.
func (w *world) last() told {
	w.t.Helper()
	if len(w.scribe.told) == 0 {
		w.t.Fatal("no service message")
	}
	return w.scribe.told[len(w.scribe.told)-1]
}
