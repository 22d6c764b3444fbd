// Package apitest gives tests of handlers a world of people, groups and channels as clients reach them: by calls, access
// hashes and TL values.
package apitest

import (
	"errors"
	"testing"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stand/standtest"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A World is a standtest.World with what handlers share.
type World struct {
	*standtest.World
	Contacts *contacts.Service
	View     *view.View
	Render   *render.Renderer
	access   *ids.Access
}

// Each runs fn in a fresh world on each engine.
func Each(t *testing.T, fn func(t *testing.T, w *World)) {
	t.Helper()
	standtest.Each(t, func(t *testing.T, in *standtest.World) { fn(t, New(t, in)) })
}

// New makes a world of one of the domain.
func New(t testing.TB, in *standtest.World) *World {
	t.Helper()
	c, err := contacts.New(t.Context(), in.DB, in.Users, in.Log)
	if err != nil {
		t.Fatal(err)
	}
	w := &World{World: in, Contacts: c, access: ids.NewAccess([32]byte{1})}
	w.View = view.New(in.Users, c, w.access, in.Messages)
	w.View.SetGroups(in.Groups)
	w.View.SetChannels(in.Channels)
	w.Render = render.New(w.View, in.Messages)
	return w
}

// Calls makes n accounts and a call of each.
func (w *World) Calls(n int) []*rpc.Call {
	w.T.Helper()
	return w.CallsOf(w.People(n))
}

// CallsOf makes a call of each account, from sessions that are numbered from 1 on.
func (w *World) CallsOf(people []ids.User) []*rpc.Call {
	all := make([]*rpc.Call, len(people))
	for i, u := range people {
		all[i] = &rpc.Call{User: u, Layer: tg.Newest, Session: ids.Session(i + 1)}
	}
	return all
}

// User names a user as viewer does.
func (w *World) User(viewer, other ids.User) tg.InputUserClass {
	return &tg.InputUser{UserID: int64(other), AccessHash: w.access.Hash(viewer, other.Peer())}
}

// Call is a call by user, from a session of his own.
func Call(user ids.User) *rpc.Call {
	return &rpc.Call{User: user, Layer: tg.Newest, Key: ids.AuthKey(user), Session: ids.Session(user)}
}

// Peer names a peer as viewer does.
func (w *World) Peer(viewer ids.User, peer ids.Peer) tg.InputPeerClass {
	hash := w.access.Hash(viewer, peer)
	switch {
	case peer.Channel() != 0:
		return &tg.InputPeerChannel{ChannelID: int64(peer.Channel()), AccessHash: hash}
	case peer.Chat() != 0:
		return &tg.InputPeerChat{ChatID: int64(peer.Chat())}
	}
	return &tg.InputPeerUser{UserID: int64(peer.User()), AccessHash: hash}
}

// InputChannel names a channel as viewer does.
func (w *World) InputChannel(viewer ids.User, peer ids.Peer) tg.InputChannelClass {
	return &tg.InputChannel{ChannelID: int64(peer.Channel()), AccessHash: w.access.Hash(viewer, peer)}
}

// layers are some that clients speak.
var layers = []int{158, 181, 204, 214, 216, tg.Newest}

// Must unwraps the answer to a method and checks that each layer that has the method can be given it.
func Must[O tl.Object](t testing.TB, method string) func(O, error) O {
	return answer[O](t, method, layers[0])
}

// MustFrom is Must for answers of any method that all layers from one on can be given as they are.
func MustFrom[O tl.Object](t testing.TB, layer int) func(O, error) O {
	return answer[O](t, "", layer)
}

func answer[O tl.Object](t testing.TB, method string, from int) func(O, error) O {
	return func(o O, err error) O {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		for _, layer := range layers {
			if layer < from {
				continue
			}
			if answer := tg.LowerAnswer(method, o, layer); answer != nil && len(tl.Encode(answer, layer)) == 0 {
				t.Fatalf("%s: %s has no form in layer %d", method, o.TLName(), layer)
			}
		}
		return o
	}
}

// Refused checks that a handler failed with one of the errors in its table, seen as clients see it.
func Refused(t testing.TB, table map[error]rpc.Error, err error, want string) {
	t.Helper()
	var wire rpc.Error
	if errors.As(err, &wire) && wire.Type == want {
		return
	}
	for known, wire := range table {
		if errors.Is(err, known) && wire.Type == want {
			return
		}
	}
	t.Errorf("got %v, want %s", err, want)
}

// Find returns the first update of one kind in an answer.
func Find[U tg.UpdateClass](t testing.TB, answer tg.UpdatesClass) (u U) {
	t.Helper()
	full, ok := answer.(*tg.Updates)
	if !ok {
		t.Fatalf("got %T", answer)
	}
	for _, one := range full.Updates {
		if u, ok := one.(U); ok {
			return u
		}
	}
	t.Fatalf("no %T in %+v", u, full.Updates)
	return u
}
