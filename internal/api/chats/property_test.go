package chats

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/bus/bustest"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// A client is the state that a device builds from what it is told, by the rules of the protocol.
type client struct {
	t     testing.TB
	name  string
	self  int64
	pts   int32
	date  int32
	chats map[int64]*clientChat
	msgs  map[int32]*tg.Message
	known map[int64]bool
}

type clientChat struct {
	unread          int32
	readIn, readOut int32
	marked, pinned  bool
	folder          int32
	draft           string
	mute            int32
}

func newClient(t testing.TB, name string, self ids.User, st *tg.UpdatesState) *client {
	return &client{
		t: t, name: name, self: int64(self), pts: st.Pts, date: st.Date, chats: map[int64]*clientChat{},
		msgs: map[int32]*tg.Message{}, known: map[int64]bool{},
	}
}

func (c *client) chat(p tg.PeerClass) *clientChat {
	id := p.(*tg.PeerUser).UserID
	if c.chats[id] == nil {
		c.chats[id] = &clientChat{}
	}
	if !c.known[id] {
		c.t.Errorf("%s was not told who user %d is", c.name, id)
	}
	return c.chats[id]
}

func (c *client) learn(list []tg.UserClass) {
	for _, u := range list {
		c.known[u.(*tg.User).ID] = true
	}
}

// push takes what came live. Every position must follow the last one.
func (c *client) push(u tg.UpdatesClass) {
	switch u := u.(type) {
	case *tg.Updates:
		c.learn(u.Users)
		for _, one := range u.Updates {
			if pts, count, ok := position(one); ok {
				if pts-count != c.pts {
					c.t.Fatalf("%s is at %d and is pushed %T to %d by %d", c.name, c.pts, one, pts, count)
				}
				c.pts = pts
			}
			c.apply(one)
		}
	case *tg.UpdateShort:
		c.apply(u.Update)
	default:
		c.t.Fatalf("pushed %T", u)
	}
}

func position(u tg.UpdateClass) (pts, count int32, ok bool) {
	switch u := u.(type) {
	case *tg.UpdateNewMessage:
		return u.Pts, u.PtsCount, true
	case *tg.UpdateEditMessage:
		return u.Pts, u.PtsCount, true
	case *tg.UpdateDeleteMessages:
		return u.Pts, u.PtsCount, true
	case *tg.UpdateReadHistoryInbox:
		return u.Pts, u.PtsCount, true
	case *tg.UpdateReadHistoryOutbox:
		return u.Pts, u.PtsCount, true
	case *tg.UpdatePinnedMessages:
		return u.Pts, u.PtsCount, true
	case *tg.UpdateFolderPeers:
		return u.Pts, u.PtsCount, true
	case *tg.UpdateReadMessagesContents:
		return u.Pts, u.PtsCount, true
	}
	return 0, 0, false
}

func (c *client) apply(u tg.UpdateClass) {
	switch u := u.(type) {
	case *tg.UpdateNewMessage:
		c.add(u.Message)
	case *tg.UpdateEditMessage:
		if m, ok := u.Message.(*tg.Message); ok && c.msgs[m.ID] != nil {
			c.msgs[m.ID] = m
		}
	case *tg.UpdateDeleteMessages:
		for _, id := range u.Messages {
			c.remove(id)
		}
	case *tg.UpdateReadHistoryInbox:
		chat := c.chat(u.Peer)
		chat.readIn, chat.unread = max(chat.readIn, u.MaxID), u.StillUnreadCount
	case *tg.UpdateReadHistoryOutbox:
		chat := c.chat(u.Peer)
		chat.readOut = max(chat.readOut, u.MaxID)
	case *tg.UpdatePinnedMessages:
		for _, id := range u.Messages {
			if m := c.msgs[id]; m != nil {
				n := *m
				n.Pinned = u.Pinned
				c.msgs[id] = &n
			}
		}
	case *tg.UpdateFolderPeers:
		for _, f := range u.FolderPeers {
			c.chat(f.Peer).folder, c.chat(f.Peer).pinned = f.FolderID, false
		}
	case *tg.UpdateDialogPinned:
		c.chat(u.Peer.(*tg.DialogPeer).Peer).pinned = u.Pinned
	case *tg.UpdatePinnedDialogs:
		c.pins(u)
	case *tg.UpdateDialogUnreadMark:
		c.chat(u.Peer.(*tg.DialogPeer).Peer).marked = u.Unread
	case *tg.UpdateDraftMessage:
		chat := c.chat(u.Peer)
		chat.draft = ""
		if d, ok := u.Draft.(*tg.DraftMessage); ok {
			chat.draft = d.Message
		}
	case *tg.UpdateNotifySettings:
		c.chat(u.Peer.(*tg.NotifyPeer).Peer).mute = *u.NotifySettings.MuteUntil
	case *tg.UpdateUserTyping:
	default:
		c.t.Fatalf("%s is told %T", c.name, u)
	}
}

// pins takes what is pinned in a folder: that and nothing else.
func (c *client) pins(u *tg.UpdatePinnedDialogs) {
	folder := int32(0)
	if u.FolderID != nil {
		folder = *u.FolderID
	}
	for _, chat := range c.chats {
		chat.pinned = chat.pinned && chat.folder != folder
	}
	for _, p := range u.Order {
		c.chat(p.(*tg.DialogPeer).Peer).pinned = true
	}
}

func (c *client) add(in tg.MessageClass) {
	m, ok := in.(*tg.Message)
	if !ok {
		s := in.(*tg.MessageService)
		m = &tg.Message{ID: s.ID, Out: s.Out, FromID: s.FromID, PeerID: s.PeerID, Message: "<service>"}
	}
	if c.msgs[m.ID] != nil {
		c.t.Errorf("%s got message %d twice", c.name, m.ID)
	}
	c.msgs[m.ID] = m
	chat := c.chat(m.PeerID)
	if m.FromID.(*tg.PeerUser).UserID != c.self {
		chat.unread++
	}
}

func (c *client) remove(id int32) {
	m := c.msgs[id]
	if m == nil {
		return
	}
	delete(c.msgs, id)
	chat := c.chat(m.PeerID)
	if m.FromID.(*tg.PeerUser).UserID != c.self && id > chat.readIn {
		chat.unread = max(chat.unread-1, 0)
	}
}

// catchUp asks for differences of at most limit entries until there is no more.
func (c *client) catchUp(w *world, call *rpc.Call, limit int32) {
	for range 10_000 {
		d, err := w.getDifference(context.Background(), call, &tg.UpdatesGetDifference{Pts: c.pts, Date: c.date, PtsLimit: &limit})
		if err != nil {
			c.t.Fatal(err)
		}
		switch d := d.(type) {
		case *tg.UpdatesDifferenceEmpty:
			return
		case *tg.UpdatesDifference:
			c.difference(d.Users, d.NewMessages, d.OtherUpdates, d.State)
			return
		case *tg.UpdatesDifferenceSlice:
			if d.IntermediateState.Pts <= c.pts {
				c.t.Fatalf("%s does not get past %d", c.name, c.pts)
			}
			c.difference(d.Users, d.NewMessages, d.OtherUpdates, d.IntermediateState)
		default:
			c.t.Fatalf("%s got %T", c.name, d)
		}
	}
}

func (c *client) difference(users []tg.UserClass, fresh []tg.MessageClass, other []tg.UpdateClass, st *tg.UpdatesState) {
	c.learn(users)
	for _, m := range fresh {
		c.add(m)
	}
	for _, u := range other {
		c.apply(u)
	}
	c.pts, c.date = st.Pts, st.Date
}

// state is what the device would show, as text.
func (c *client) state() []string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(c.msgs)) {
		m := c.msgs[id]
		all = append(all, fmt.Sprintf("message %d in %d: %q pinned %v", id, m.PeerID.(*tg.PeerUser).UserID, m.Message, m.Pinned))
	}
	for _, id := range slices.Sorted(maps.Keys(c.chats)) {
		ch := *c.chats[id]
		ch.readIn = 0 // may move without an update when nothing was unread
		if ch != (clientChat{}) {
			all = append(all, fmt.Sprintf("chat %d: %+v", id, ch))
		}
	}
	return all
}

// truth is the same, as the server has it.
func (w *world) truth(call *rpc.Call, people []*rpc.Call) []string {
	c := newClient(w.t, "truth", call.User, &tg.UpdatesState{})
	for _, p := range people {
		c.known[int64(p.User)] = true
		h := must[tg.MessagesMessagesClass](w.t)(w.getHistory(context.Background(), call, &tg.MessagesGetHistory{Peer: w.peer(call, p), Limit: 100}))
		list, ok := h.(*tg.MessagesMessages)
		if !ok {
			w.t.Fatal("more messages than fit into a page")
		}
		for _, m := range list.Messages {
			c.add(m)
		}
		d := must[*tg.MessagesPeerDialogs](w.t)(serve[*tg.MessagesPeerDialogs](w, call, &tg.MessagesGetPeerDialogs{
			Peers: []tg.InputDialogPeerClass{&tg.InputDialogPeer{Peer: w.peer(call, p)}},
		}))
		dlg := d.Dialogs[0].(*tg.Dialog)
		chat := c.chat(dlg.Peer)
		*chat = clientChat{unread: dlg.UnreadCount, readOut: dlg.ReadOutboxMaxID, marked: dlg.UnreadMark, pinned: dlg.Pinned}
		if dlg.FolderID != nil {
			chat.folder = *dlg.FolderID
		}
		if dr, ok := dlg.Draft.(*tg.DraftMessage); ok {
			chat.draft = dr.Message
		}
		if dlg.NotifySettings.MuteUntil != nil {
			chat.mute = *dlg.NotifySettings.MuteUntil
		}
	}
	return c.state()
}

// A storm does random things among people.
type storm struct {
	*world
	rand   *rand.Rand
	people []*rpc.Call
	n      int
}

func (s *storm) pick() *rpc.Call { return s.people[s.rand.IntN(len(s.people))] }

// some is the number of a message that call probably has.
func (s *storm) some(call *rpc.Call) int32 {
	st, err := s.messages.State(context.Background(), call.User.Peer())
	if err != nil {
		s.t.Fatal(err)
	}
	return 1 + s.rand.Int32N(int32(st.LastMessage)+1)
}

func (s *storm) step() {
	ctx, a, b := context.Background(), s.pick(), s.pick()
	peer := s.peer(a, b)
	s.n++
	var err error
	switch s.rand.IntN(22) {
	case 0, 1, 2, 3, 4, 5, 6:
		_, err = s.sendMessage(ctx, a, &tg.MessagesSendMessage{Peer: peer, Message: fmt.Sprint("text ", s.n), RandomID: s.rand.Int64(), ClearDraft: s.n%2 == 0})
	case 7, 8:
		_, err = s.editMessage(ctx, a, &tg.MessagesEditMessage{Peer: peer, ID: s.some(a), Message: new(fmt.Sprint("edit ", s.n))})
	case 9, 10:
		_, err = s.deleteMessages(ctx, a, &tg.MessagesDeleteMessages{ID: []int32{s.some(a), s.some(a)}, Revoke: s.rand.IntN(2) == 0})
	case 11, 12, 13:
		_, err = s.readHistory(ctx, a, &tg.MessagesReadHistory{Peer: peer, MaxID: s.some(a)})
	case 14:
		_, err = s.forwardMessages(ctx, a, &tg.MessagesForwardMessages{FromPeer: &tg.InputPeerEmpty{}, ToPeer: peer, ID: []int32{s.some(a)}, RandomID: []int64{s.rand.Int64()}})
	case 15:
		_, err = s.updatePinnedMessage(ctx, a, &tg.MessagesUpdatePinnedMessage{Peer: peer, ID: s.some(a), Unpin: s.n%3 == 0, Silent: s.n%2 == 0})
	case 16:
		_, err = s.router.Serve(ctx, a, &tg.MessagesSaveDraft{Peer: peer, Message: []string{"", fmt.Sprint("draft ", s.n)}[s.rand.IntN(2)]})
	case 17:
		_, err = s.router.Serve(ctx, a, &tg.MessagesToggleDialogPin{Peer: &tg.InputDialogPeer{Peer: peer}, Pinned: s.rand.IntN(2) == 0})
	case 18:
		_, err = s.router.Serve(ctx, a, &tg.FoldersEditPeerFolders{FolderPeers: []*tg.InputFolderPeer{{Peer: peer, FolderID: s.rand.Int32N(2)}}})
	case 19:
		_, err = s.router.Serve(ctx, a, &tg.MessagesMarkDialogUnread{Peer: &tg.InputDialogPeer{Peer: peer}, Unread: s.rand.IntN(2) == 0})
	case 20:
		_, err = s.router.Serve(ctx, a, &tg.AccountUpdateNotifySettings{
			Peer: &tg.InputNotifyPeer{Peer: peer}, Settings: &tg.InputPeerNotifySettings{MuteUntil: new(int32(s.n))},
		})
	case 21:
		if s.rand.IntN(4) == 0 {
			_, err = s.deleteHistory(ctx, a, &tg.MessagesDeleteHistory{Peer: peer, Revoke: s.rand.IntN(2) == 0})
		}
	}
	s.allow(err)
}

// allow fails the test for errors that are not the caller's.
func (s *storm) allow(err error) {
	if err == nil {
		return
	}
	for theirs := range wireErrors {
		if errors.Is(err, theirs) {
			return
		}
	}
	if e := (rpc.Error{}); errors.As(err, &e) && e.Code != 500 {
		return // what another package refused
	}
	s.t.Fatal(err)
}

// A device is a client that takes pushes.
type device struct {
	*client
	stream *Stream
	lost   int // how often it was told that too much has happened
}

func (d *device) take(w *world, call *rpc.Call) {
	items, err := d.stream.Next(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	for _, i := range items {
		if i.TooLong {
			d.lost++
			d.catchUp(w, call, 100)
			continue
		}
		d.push(i.Update)
	}
}

// seeds is how many storms there are per engine and bus.
const seeds = 3

// TestDifferenceEqualsPushes lets random things happen among three people. Of each, one device is here all the time and
// takes pushes; another comes now and then and asks for differences of random size. In the end both show what the
// server has. The bus loses, doubles and delays nudges.
func TestDifferenceEqualsPushes(t *testing.T) {
	tests := map[string]bustest.Faults{"bus in order": {}, "bus with faults": bustest.AllFaults}
	for name, faults := range tests {
		dbtest.Run(t, func(t *testing.T, d *db.DB) {
			t.Run(name, func(t *testing.T) {
				for seed := range uint64(seeds) {
					runStorm(t, d, faults, seed, 250)
				}
			})
		})
	}
}

func runStorm(t *testing.T, d *db.DB, faults bustest.Faults, seed uint64, steps int) {
	b := bustest.NewFaulty(t, bus.NewLocal(), faults, seed)
	w := newWorld(t, d, b)
	s := &storm{world: w, rand: rand.New(rand.NewPCG(seed, 1))}
	s.people = w.strangers(3, seed)
	var here []*device
	var away []*client
	for i, call := range s.people {
		st := must[*tg.UpdatesState](t)(w.getState(t.Context(), call, &tg.UpdatesGetState{}))
		stream, err := w.feed.Open(t.Context(), call.User, &ear{})
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close()
		here = append(here, &device{client: newClient(t, fmt.Sprint("device ", i), call.User, st), stream: stream})
		away = append(away, newClient(t, fmt.Sprint("absent device ", i), call.User, st))
	}
	for range steps {
		s.step()
		i := s.rand.IntN(len(s.people))
		if s.rand.IntN(3) == 0 {
			here[i].take(w, s.people[i])
		}
		if s.rand.IntN(25) == 0 {
			away[i].catchUp(w, s.people[i], 1+s.rand.Int32N(9))
		}
	}
	b.Set(bustest.Faults{})
	time.Sleep(3 * bustest.AllFaults.Delay)
	for i, call := range s.people {
		// One more change shows each stream what it has missed.
		if err := w.messages.Notify(t.Context(), call.User, text.Text{String: "the end"}); err != nil {
			t.Fatal(err)
		}
		here[i].take(w, call)
		away[i].catchUp(w, call, 1+s.rand.Int32N(20))
		want := w.truth(call, append(slices.Clone(s.people), &rpc.Call{User: ids.Service}))
		same(t, here[i].name, here[i].state(), want)
		same(t, away[i].name, away[i].state(), want)
		if here[i].lost > 0 && faults == (bustest.Faults{}) {
			t.Errorf("%s was told %d times that it missed something", here[i].name, here[i].lost)
		}
	}
}

func same(t *testing.T, name string, got, want []string) {
	t.Helper()
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s shows too much: %s", name, line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s lacks: %s", name, line)
		}
	}
}
