package chats

import (
	"sync"
	"testing"

	"hermod/internal/api/apitest"
	dialogapi "hermod/internal/api/dialogs"
	searchapi "hermod/internal/api/search"
	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/stand/standtest"
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
	in    *apitest.World
	feed  *Feed
	db    *db.DB
	users *users.Service

	groups   *groups.Service
	channels *channels.Service
	router   *rpc.Router // of this package and of that of dialogs
}

func newWorld(t testing.TB, d *db.DB, b bus.Bus) *world {
	t.Helper()
	in := apitest.New(t, standtest.NewOn(t, d, b))
	h := New(Options{Messages: in.Messages, View: in.View, Render: in.Render, Channels: in.Channels, Joined: in.Groups.Peers})
	w := &world{
		t: t, in: in, Handlers: h, feed: NewFeed(h, in.Users, b), db: d, users: in.Users, groups: in.Groups, channels: in.Channels,
	}
	w.router = rpc.NewRouter(h, dialogapi.New(dialogapi.Options{
		Messages: in.Messages, Channels: in.Channels, View: in.View, Render: in.Render, State: h.State,
	}), searchapi.New(searchapi.Options{Messages: in.Messages, Channels: in.Channels, View: in.View, Render: in.Render}))
	t.Cleanup(w.feed.Close)
	return w
}

// people makes n accounts and a call of each.
func (w *world) people(n int) []*rpc.Call { return w.strangers(n, 0) }

// strangers is people with other numbers.
func (w *world) strangers(n int, series uint64) []*rpc.Call {
	w.t.Helper()
	return w.in.CallsOf(w.in.Strangers(n, series))
}

func (w *world) peer(viewer, other *rpc.Call) tg.InputPeerClass {
	if viewer == other {
		return &tg.InputPeerSelf{}
	}
	return w.in.Peer(viewer.User, other.User.Peer())
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
