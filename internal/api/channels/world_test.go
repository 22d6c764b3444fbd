package channels

import (
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A world is the handlers over a database, with some people.
type world struct {
	t testing.TB
	*Handlers
	in *apitest.World
}

func newWorld(t testing.TB, in *apitest.World) *world {
	return &world{t: t, in: in, Handlers: New(Options{
		Channels: in.Channels, Groups: in.Groups, Messages: in.Messages, View: in.View, Render: in.Render,
		LinkPrefix: "https://chat.example.org/", DC: 2, Join: invites.New(in.DB, in.Log, in.Users, in.Channels).Join,
	})}
}

// each runs fn in a fresh world on each engine.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) { fn(t, newWorld(t, in)) })
}

// callers makes n accounts and a call of each.
func (w *world) callers(n int) []*rpc.Call { return w.in.Calls(n) }

func (w *world) user(viewer, other *rpc.Call) tg.InputUserClass {
	return w.in.User(viewer.User, other.User)
}

func (w *world) peer(viewer *rpc.Call, peer ids.Peer) tg.InputPeerClass {
	return w.in.Peer(viewer.User, peer)
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
