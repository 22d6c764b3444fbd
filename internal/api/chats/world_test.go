package chats

import (
	"fmt"
	"sync"
	"testing"

	dialogapi "hermod/internal/api/dialogs"
	"hermod/internal/api/render"
	searchapi "hermod/internal/api/search"
	"hermod/internal/api/view"
	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/packed"
	"hermod/internal/tl/tg"
)

// A world is the handlers and the feed over a database, with some people.
type world struct {
	t testing.TB
	*Handlers
	feed  *Feed
	db    *db.DB
	users *users.Service

	groups   *groups.Service
	channels *channels.Service
	router   *rpc.Router // of this package and of that of dialogs
}

func newWorld(t testing.TB, d *db.DB, b bus.Bus) *world {
	t.Helper()
	log := updates.New(d, b)
	u := users.New(d, b, log)
	t.Cleanup(u.Close)
	c, err := contacts.New(t.Context(), d, u, log)
	if err != nil {
		t.Fatal(err)
	}
	dl := dialogs.New(d, log)
	m := messages.New(d, b, log, dl, u)
	g := groups.New(d, b, log, u)
	ch := channels.New(d, b, log, u, dl, g)
	m.SetCommunities(g, ch)
	g.SetScribe(m)
	ch.SetScribe(m)
	v := view.New(u, c, ids.NewAccess([32]byte{1}), m)
	v.SetGroups(g)
	v.SetChannels(ch)
	h := New(Options{Messages: m, View: v, Render: render.New(v, m), Channels: ch, Joined: g.Peers})
	w := &world{t: t, Handlers: h, feed: NewFeed(h, u, b), db: d, users: u, groups: g, channels: ch}
	w.router = rpc.NewRouter(h, dialogapi.New(dialogapi.Options{
		Messages: m, Channels: ch, View: v, Render: h.render, State: h.State,
	}), searchapi.New(searchapi.Options{Messages: m, Channels: ch, View: v, Render: h.render}))
	t.Cleanup(w.feed.Close)
	return w
}

// people makes n accounts and a call of each.
func (w *world) people(n int) []*rpc.Call { return w.strangers(n, 0) }

// strangers is people with other numbers.
func (w *world) strangers(n int, series uint64) []*rpc.Call {
	w.t.Helper()
	all := make([]*rpc.Call, n)
	for i := range all {
		err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
			u, err := w.users.Create(w.t.Context(), tx, users.NewUser{
				Phone: users.Phone(fmt.Sprintf("479%d%06d", series, i+1)), FirstName: fmt.Sprintf("Person %d", i+1),
			})
			all[i] = &rpc.Call{User: u.ID, Layer: tg.Newest, Session: ids.Session(i + 1)}
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return all
}

func (w *world) peer(viewer, other *rpc.Call) tg.InputPeerClass {
	if viewer == other {
		return &tg.InputPeerSelf{}
	}
	hash := w.view.Access().Hash(viewer.User, other.User.Peer())
	return &tg.InputPeerUser{UserID: int64(other.User), AccessHash: hash}
}

// each runs fn in a fresh world on each engine.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d, bus.NewLocal())) })
}

// must unwraps an answer and checks that it can be written in an old and in the newest layer.
func must[O tl.Object](t testing.TB) func(O, error) O {
	return func(o O, err error) O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, layer := range []int{181, tg.Newest} {
			if len(tl.Encode(o, layer)) == 0 {
				t.Fatalf("%s has no form in layer %d", o.TLName(), layer)
			}
		}
		return o
	}
}

// An ear is who hears what a stream has.
type ear struct {
	woken chan struct{} // nil: nobody waits for that

	mu    sync.Mutex
	heard []heard
}

// heard is something for many.
type heard struct {
	except int64
	update tg.UpdatesClass
}

func (e *ear) Wake() {
	select {
	case e.woken <- struct{}{}:
	default:
	}
}

func (e *ear) Hear(except int64, forms ...*packed.Form) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range forms {
		e.heard = append(e.heard, heard{except, f.Object().(tg.UpdatesClass)})
	}
}

// take returns what was heard since the last time.
func (e *ear) take() []heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.heard
	e.heard = nil
	return list
}

// serve serves a method of either package.
func serve[O tl.Object](w *world, call *rpc.Call, in tg.Request) (o O, err error) {
	out, err := w.router.Serve(w.t.Context(), call, in)
	if err != nil {
		return o, err
	}
	return out.(O), nil
}
