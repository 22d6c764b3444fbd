package channels

import (
	"fmt"
	"testing"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A world is the handlers over a database, with some people.
type world struct {
	t testing.TB
	*Handlers
	db     *db.DB
	people *users.Service
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	b := bus.NewLocal()
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
	h := New(Options{
		Channels: ch, Groups: g, Messages: m, View: v, Render: render.New(v, m), LinkPrefix: "https://chat.example.org/", DC: 2,
		Join: invites.New(d, log, u, ch).Join,
	})
	return &world{t: t, Handlers: h, db: d, people: u}
}

// each runs fn in a fresh world on each engine.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d)) })
}

// callers makes n accounts and a call of each.
func (w *world) callers(n int) []*rpc.Call {
	w.t.Helper()
	all := make([]*rpc.Call, n)
	for i := range all {
		err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
			u, err := w.people.Create(w.t.Context(), tx, users.NewUser{
				Phone: users.Phone(fmt.Sprintf("4790%06d", i+1)), FirstName: fmt.Sprintf("Person %d", i+1),
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

func (w *world) user(viewer, other *rpc.Call) tg.InputUserClass {
	return &tg.InputUser{UserID: int64(other.User), AccessHash: w.view.Access().Hash(viewer.User, other.User.Peer())}
}

func (w *world) peer(viewer *rpc.Call, peer ids.Peer) tg.InputPeerClass {
	hash := w.view.Access().Hash(viewer.User, peer)
	switch {
	case peer.Channel() != 0:
		return &tg.InputPeerChannel{ChannelID: int64(peer.Channel()), AccessHash: hash}
	case peer.Chat() != 0:
		return &tg.InputPeerChat{ChatID: int64(peer.Chat())}
	}
	return &tg.InputPeerUser{UserID: int64(peer.User()), AccessHash: hash}
}

func (w *world) input(viewer *rpc.Call, ch ids.Channel) tg.InputChannelClass {
	return w.view.InputChannel(viewer.User, ch)
}

// found makes a channel, and lets members join.
func (w *world) found(owner *rpc.Call, megagroup bool, members ...*rpc.Call) ids.Channel {
	w.t.Helper()
	out := must[*tg.Updates](w.t)(w.createChannel(w.t.Context(), owner, &tg.ChannelsCreateChannel{Megagroup: megagroup, Title: "Club"}))
	ch := ids.Channel(out.Chats[0].(*tg.Channel).ID)
	for _, m := range members {
		must[*tg.MessagesInvitedUsers](w.t)(w.inviteToChannel(w.t.Context(), owner, &tg.ChannelsInviteToChannel{
			Channel: w.input(owner, ch), Users: []tg.InputUserClass{w.user(owner, m)},
		}))
	}
	return ch
}

// must unwraps an answer and checks that it can be written in old layers and in the newest.
func must[O tl.Object](t testing.TB) func(O, error) O {
	return func(o O, err error) O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, layer := range []int{134, 158, 181, 214, tg.Newest} {
			if len(tl.Encode(tg.LowerAnswer(lowered[o.TLName()], o, layer), layer)) == 0 {
				t.Fatalf("%s has no form in layer %d", o.TLName(), layer)
			}
		}
		return o
	}
}

// lowered names a method for each answer that has another type in old layers.
var lowered = map[string]string{
	"messages.invitedUsers":           "channels.inviteToChannel",
	"messages.chatInviteJoinResultOk": "channels.joinChannel",
}

// updatesOf are the updates of one kind in an answer.
func updatesOf[U tg.UpdateClass](all tg.UpdatesClass) (list []U) {
	for _, u := range all.(*tg.Updates).Updates {
		if u, ok := u.(U); ok {
			list = append(list, u)
		}
	}
	return list
}
