package chats

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/bus"
	"hermod/internal/bus/bustest"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// supergroup makes one of the first of people, with the rest in it.
func (w *world) supergroup(people ...*rpc.Call) ids.Channel {
	w.t.Helper()
	made, err := w.channels.Create(w.t.Context(), channels.NewChannel{By: people[0].User, Title: "A supergroup"})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range people[1:] {
		w.join(made.Channel.ID, people[0], p)
	}
	return made.Channel.ID
}

// join makes by put p into ch.
func (w *world) join(ch ids.Channel, by, p *rpc.Call) {
	w.t.Helper()
	if _, err := w.channels.Invite(w.t.Context(), by.User, ch, []ids.User{p.User}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) channelPeer(viewer *rpc.Call, ch ids.Channel) *tg.InputPeerChannel {
	return &tg.InputPeerChannel{ChannelID: int64(ch), AccessHash: w.view.Access().Hash(viewer.User, ch.Peer())}
}

func (w *world) inputChannel(viewer *rpc.Call, ch ids.Channel) *tg.InputChannel {
	return &tg.InputChannel{ChannelID: int64(ch), AccessHash: w.view.Access().Hash(viewer.User, ch.Peer())}
}

// post writes into a channel.
func (w *world) post(from *rpc.Call, ch ids.Channel, body string, randomID int64) *tg.Message {
	w.t.Helper()
	ctx := updates.WithOrigin(w.t.Context(), updates.Origin{Key: from.Key, Session: from.Session})
	u := must[tg.UpdatesClass](w.t)(w.sendMessage(ctx, from, &tg.MessagesSendMessage{
		Peer: w.channelPeer(from, ch), Message: body, RandomID: randomID,
	})).(*tg.Updates)
	for _, one := range u.Updates {
		if fresh, ok := one.(*tg.UpdateNewChannelMessage); ok {
			return fresh.Message.(*tg.Message)
		}
	}
	w.t.Fatalf("the answer holds no message: %+v", u.Updates)
	return nil
}

// listen opens a stream of who.
func (w *world) listen(who *rpc.Call) (*ear, *Stream) {
	w.t.Helper()
	e := &ear{woken: make(chan struct{}, 1)}
	s, err := w.feed.Open(w.t.Context(), who.User, e)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Close)
	return e, s
}

// fresh waits for the next new message of a channel that e hears of.
func (e *ear) fresh(t testing.TB) (*tg.UpdateNewChannelMessage, heard) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		e.mu.Lock()
		for i, h := range e.heard {
			u, ok := h.update.(*tg.Updates)
			if !ok {
				continue
			}
			m, ok := u.Updates[0].(*tg.UpdateNewChannelMessage)
			if !ok {
				continue
			}
			if _, plain := m.Message.(*tg.Message); plain {
				e.heard = e.heard[i+1:]
				e.mu.Unlock()
				return m, h
			}
		}
		e.mu.Unlock()
	}
	t.Fatal("nothing was heard")
	return nil, heard{}
}

func TestPostReachesMembersOnceRendered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.feed.intimate = 0
		p := w.people(4)
		ch := w.supergroup(p[:3]...)
		author, _ := w.listen(p[0])
		reader, _ := w.listen(p[1])
		other, _ := w.listen(p[2])
		stranger, _ := w.listen(p[3])
		sent := w.post(p[0], ch, "hello, all", 1)
		mine, own := author.fresh(t)
		if own.except != int64(p[0].Session) || !mine.Message.(*tg.Message).Out {
			t.Errorf("the author hears %+v, except %d", mine.Message, own.except)
		}
		theirs, shared := reader.fresh(t)
		m := theirs.Message.(*tg.Message)
		if m.ID != sent.ID || m.Out || theirs.PtsCount != 1 || shared.except != 0 {
			t.Errorf("the reader hears %+v, except %d", theirs, shared.except)
		}
		u := shared.update.(*tg.Updates)
		if len(u.Chats) != 1 || len(u.Users) == 0 {
			t.Errorf("with %d chats and %d users", len(u.Chats), len(u.Users))
		}
		if who := u.Users[0].(*tg.User); !who.Min || who.AccessHash != nil {
			t.Errorf("the form for all has %+v", who)
		}
		if _, again := other.fresh(t); again.update != shared.update {
			t.Error("it was shown twice")
		}
		if list := stranger.take(); len(list) != 0 {
			t.Errorf("somebody else hears %+v", list)
		}
	})
}

func TestFewMembersSeeWhoWritesToThem(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), bus.NewLocal())
	p := w.people(2)
	ch := w.supergroup(p...)
	author, _ := w.listen(p[0])
	reader, _ := w.listen(p[1])
	w.post(p[0], ch, "hello", 1)
	mine, own := author.fresh(t)
	if own.except != int64(p[0].Session) || !mine.Message.(*tg.Message).Out {
		t.Errorf("the author hears %+v, except %d", mine.Message, own.except)
	}
	_, theirs := reader.fresh(t)
	u := theirs.update.(*tg.Updates)
	if who := u.Users[0].(*tg.User); who.Min || who.AccessHash == nil || u.Chats[0].(*tg.Channel).Min {
		t.Errorf("the reader hears of %+v in %+v", who, u.Chats[0])
	}
}

func TestWhoComesHearsAndWhoGoesDoesNot(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.supergroup(p[0])
		e, s := w.listen(p[1])
		w.join(ch, p[0], p[1])
		pump(t, e, s)
		if n := w.Online(ch); n != 0 {
			t.Errorf("%d are online, though he only is connected", n)
		}
		if err := w.users.SetOnline(t.Context(), p[1].User, true, nil); err != nil {
			t.Fatal(err)
		}
		if n := w.Online(ch); n != 1 {
			t.Fatalf("%d are online", n)
		}
		w.post(p[0], ch, "one", 1)
		e.fresh(t)
		if _, err := w.channels.Leave(t.Context(), p[1].User, ch); err != nil {
			t.Fatal(err)
		}
		pump(t, e, s)
		e.take()
		w.post(p[0], ch, "two", 2)
		time.Sleep(50 * time.Millisecond)
		for _, h := range e.take() {
			if u, ok := h.update.(*tg.Updates); ok {
				m, _ := u.Updates[0].(*tg.UpdateNewChannelMessage)
				if m == nil {
					continue
				}
				if said, ok := m.Message.(*tg.Message); ok && said.Message == "two" {
					t.Error("he heard what was said after he had gone")
				}
			}
		}
		if n := w.Online(ch); n != 0 {
			t.Errorf("%d are online", n)
		}
	})
}

// pump takes what a stream has as long as it is woken, as the gateway does.
func pump(t testing.TB, e *ear, s *Stream) {
	t.Helper()
	for {
		select {
		case <-e.woken:
			if _, err := s.Next(t.Context()); err != nil {
				t.Fatal(err)
			}
		default:
			return
		}
	}
}

// TestChannelIsHeardInOrder lets several people write to a channel over a bus that loses, doubles and delays. Those who
// are here hear of each post once, in order, with every position.
func TestChannelIsHeardInOrder(t *testing.T) {
	const writers, each = 3, 30
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		b := bustest.NewFaulty(t, bus.NewLocal(), bustest.AllFaults, 1)
		w := newWorld(t, d, b)
		p := w.people(writers + 1)
		ch := w.supergroup(p...)
		time.Sleep(2 * bustest.AllFaults.Delay)
		e, _ := w.listen(p[writers])
		from, err := w.messages.State(t.Context(), ch.Peer())
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for i := range writers {
			wait.Go(func() {
				for n := range each {
					w.post(p[i], ch, fmt.Sprintf("%d by %d", n, i), int64(i*each+n+1))
				}
			})
		}
		wait.Wait()
		b.Set(bustest.Faults{})
		time.Sleep(2 * bustest.AllFaults.Delay)
		w.post(p[0], ch, "the end", 1000)
		pts := from.PTS
		for deadline := time.Now().Add(10 * time.Second); pts < from.PTS+writers*each+1; time.Sleep(time.Millisecond) {
			for _, h := range e.take() {
				pts = follow(t, pts, h.update)
			}
			if time.Now().After(deadline) {
				t.Fatalf("heard up to %d of %d", pts, from.PTS+writers*each+1)
			}
		}
	})
}

// follow checks that u stands right behind pts.
func follow(t *testing.T, pts int32, u tg.UpdatesClass) int32 {
	t.Helper()
	all, ok := u.(*tg.Updates)
	if !ok {
		return pts
	}
	for _, one := range all.Updates {
		var at, count int32
		switch one := one.(type) {
		case *tg.UpdateNewChannelMessage:
			at, count = one.Pts, one.PtsCount
		case *tg.UpdateEditChannelMessage:
			at, count = one.Pts, one.PtsCount
		case *tg.UpdateDeleteChannelMessages:
			at, count = one.Pts, one.PtsCount
		default:
			continue
		}
		if at-count != pts {
			t.Fatalf("%T to %d by %d came at %d", one, at, count, pts)
		}
		pts = at
	}
	return pts
}

func TestRoomTakesOnlyWhatFollows(t *testing.T) {
	type entry struct{ pts, count int32 }
	tests := map[string]struct {
		in     []entry
		queue  int
		behind bool
	}{
		"in order": {[]entry{{11, 1}, {13, 2}}, 2, false},
		"twice":    {[]entry{{11, 1}, {11, 1}}, 1, false},
		"old":      {[]entry{{10, 1}, {4, 1}}, 0, false},
		"gap":      {[]entry{{12, 1}}, 0, true},
		"a note":   {[]entry{{10, 0}, {11, 1}}, 2, false},
	}
	for name, tt := range tests {
		r := &room{tail: 10, told: 10, running: true}
		for _, e := range tt.in {
			r.nudged(updates.Entry{PTS: e.pts, Count: e.count}, true)
		}
		if len(r.queue) != tt.queue || r.behind != tt.behind {
			t.Errorf("%s: %d queued, behind %v; want %d, %v", name, len(r.queue), r.behind, tt.queue, tt.behind)
		}
	}
}

func TestRoomIsBounded(t *testing.T) {
	r := &room{tail: 1, told: 1, running: true}
	for i := range int32(10 * maxQueued) {
		r.nudged(updates.Entry{PTS: 2 + i, Count: 1}, true)
		r.live("typing")
	}
	if len(r.queue) > maxQueued || !r.behind {
		t.Errorf("%d queued, behind %v", len(r.queue), r.behind)
	}
}

// TestChannelDifference asks in every way that clients do.
func TestChannelDifference(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		ch := w.supergroup(p[:2]...)
		start, err := w.messages.State(t.Context(), ch.Peer())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			w.post(p[0], ch, fmt.Sprint(i), int64(i+1))
		}
		end := start.PTS + 5
		ask := func(who *rpc.Call, pts int32, limit int32, filter tg.ChannelMessagesFilterClass) (tg.UpdatesChannelDifferenceClass, error) {
			return w.getChannelDifference(t.Context(), who, &tg.UpdatesGetChannelDifference{
				Channel: w.inputChannel(who, ch), Filter: filter, Pts: pts, Limit: limit,
			})
		}
		all := &tg.ChannelMessagesFilterEmpty{}

		d := must[tg.UpdatesChannelDifferenceClass](t)(ask(p[1], end, 100, all))
		if e, ok := d.(*tg.UpdatesChannelDifferenceEmpty); !ok || e.Pts != end || !e.Final || e.Timeout == nil || *e.Timeout < 30 {
			t.Errorf("nothing new: %+v", d)
		}
		d = must[tg.UpdatesChannelDifferenceClass](t)(ask(p[1], start.PTS, 100, all))
		full, ok := d.(*tg.UpdatesChannelDifference)
		if !ok || !full.Final || full.Pts != end || len(full.NewMessages) != 5 || len(full.Chats) != 1 || len(full.Users) == 0 {
			t.Errorf("all: %+v", d)
		}
		at, n := start.PTS, 0
		for range 3 {
			part := must[tg.UpdatesChannelDifferenceClass](t)(ask(p[1], at, 2, all)).(*tg.UpdatesChannelDifference)
			if n += len(part.NewMessages); part.Final != (n == 5) || part.Final != (part.Timeout != nil) || part.Pts <= at {
				t.Errorf("slice to %d: final %v, %d messages so far", part.Pts, part.Final, n)
			}
			at = part.Pts
		}
		if at != end || n != 5 {
			t.Errorf("slices lead to %d with %d messages", at, n)
		}
		d = must[tg.UpdatesChannelDifferenceClass](t)(ask(p[1], 0, 100, all))
		if fresh, ok := d.(*tg.UpdatesChannelDifference); !ok || !fresh.Final || fresh.Pts != end || ids.Message(fresh.NewMessages[len(fresh.NewMessages)-1].(*tg.Message).ID) < 5 {
			t.Errorf("from nothing: %+v", d)
		}
		for name, pts := range map[string]int32{"unknown": 1, "the future": end + 7} {
			d = must[tg.UpdatesChannelDifferenceClass](t)(ask(p[1], pts, 1, all))
			long, ok := d.(*tg.UpdatesChannelDifferenceTooLong)
			if !ok {
				t.Errorf("%s: %+v", name, d)
				continue
			}
			dialog := long.Dialog.(*tg.Dialog)
			if *dialog.Pts != end || dialog.TopMessage != long.Messages[0].(*tg.Message).ID || len(long.Chats) != 1 {
				t.Errorf("%s: dialog %+v, first message %+v", name, dialog, long.Messages[0])
			}
		}
		d = must[tg.UpdatesChannelDifferenceClass](t)(ask(p[1], start.PTS, 100, &tg.ChannelMessagesFilter{
			Ranges: []*tg.MessageRange{{MinID: full.NewMessages[1].(*tg.Message).ID, MaxID: full.NewMessages[2].(*tg.Message).ID}},
		}))
		if some, ok := d.(*tg.UpdatesChannelDifference); !ok || len(some.NewMessages) != 2 || some.Pts != end {
			t.Errorf("filtered: %+v", d)
		}
		if _, err := ask(p[2], start.PTS, 100, all); wireType(err) == "" && err == nil {
			t.Error("somebody else got the difference of a private group")
		}
		if _, err := w.channels.SetUsername(t.Context(), p[0].User, ch, "everybodys"); err != nil {
			t.Fatal(err)
		}
		d = must[tg.UpdatesChannelDifferenceClass](t)(ask(p[2], start.PTS, 100, all))
		if open, ok := d.(*tg.UpdatesChannelDifference); !ok || len(open.NewMessages) < 5 || open.Timeout == nil {
			t.Errorf("a public group: %+v", d)
		}
		if _, err := ask(p[1], -1, 1, all); wireType(err) != "PERSISTENT_TIMESTAMP_EMPTY" {
			t.Errorf("a negative position: %v", err)
		}
	})
}

func TestDifferenceNamesChangedChannels(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.supergroup(p...)
		st := must[*tg.UpdatesState](t)(w.getState(t.Context(), p[1], &tg.UpdatesGetState{}))
		sent := w.post(p[0], ch, "hello", 1)
		d := must[tg.UpdatesDifferenceClass](t)(w.getDifference(t.Context(), p[1], &tg.UpdatesGetDifference{Pts: st.Pts, Date: st.Date}))
		full, ok := d.(*tg.UpdatesDifference)
		if !ok {
			t.Fatalf("got %+v", d)
		}
		found := false
		for _, u := range full.OtherUpdates {
			if long, ok := u.(*tg.UpdateChannelTooLong); ok && long.ChannelID == int64(ch) {
				found = long.Pts != nil && *long.Pts > 1
			}
		}
		if !found || len(full.Chats) != 1 {
			t.Errorf("%+v with %d chats after message %d", full.OtherUpdates, len(full.Chats), sent.ID)
		}
		d = must[tg.UpdatesDifferenceClass](t)(w.getDifference(t.Context(), p[1], &tg.UpdatesGetDifference{
			Pts: full.State.Pts, Date: full.State.Date + 100,
		}))
		if _, ok := d.(*tg.UpdatesDifferenceEmpty); !ok {
			t.Errorf("with a later date: %+v", d)
		}
	})
}

// TestEverythingInAChannelIsTold checks each kind of entry as it is heard, and as the difference has it.
func TestEverythingInAChannelIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.supergroup(p...)
		e, _ := w.listen(p[1])
		st, err := w.messages.State(t.Context(), ch.Peer())
		if err != nil {
			t.Fatal(err)
		}
		m := w.post(p[0], ch, "first", 1)
		peer := w.channelPeer(p[0], ch)
		must[tg.UpdatesClass](t)(w.editMessage(t.Context(), p[0], &tg.MessagesEditMessage{Peer: peer, ID: m.ID, Message: new("second")}))
		must[tg.UpdatesClass](t)(w.updatePinnedMessage(t.Context(), p[0], &tg.MessagesUpdatePinnedMessage{Peer: peer, ID: m.ID, Silent: true}))
		gone := must[*tg.MessagesAffectedMessages](t)(w.channelsDeleteMessages(t.Context(), p[0], &tg.ChannelsDeleteMessages{
			Channel: w.inputChannel(p[0], ch), ID: []int32{m.ID},
		}))
		pts, kinds := st.PTS, map[string]bool{}
		for deadline := time.Now().Add(5 * time.Second); pts < gone.Pts && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			for _, h := range e.take() {
				if u, ok := h.update.(*tg.Updates); ok {
					kinds[u.Updates[0].TLName()] = true
					pts = max(pts, gone.Pts*pinnedOrGone(u.Updates[0]))
				}
			}
		}
		for _, want := range []string{"updateNewChannelMessage", "updateEditChannelMessage", "updatePinnedChannelMessages", "updateDeleteChannelMessages"} {
			if !kinds[want] {
				t.Errorf("%s was not heard: %v", want, kinds)
			}
		}
		d := must[tg.UpdatesChannelDifferenceClass](t)(w.getChannelDifference(t.Context(), p[1], &tg.UpdatesGetChannelDifference{
			Channel: w.inputChannel(p[1], ch), Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: st.PTS, Limit: 100,
		})).(*tg.UpdatesChannelDifference)
		if d.Pts != gone.Pts || len(d.NewMessages) != 0 {
			t.Errorf("the difference leads to %d, want %d: %+v", d.Pts, gone.Pts, d)
		}
	})
}

func pinnedOrGone(u tg.UpdateClass) int32 {
	if _, ok := u.(*tg.UpdateDeleteChannelMessages); ok {
		return 1
	}
	return 0
}

// TestChangesOfAChannelAreShownToEach lets each member see the channel as he may.
func TestChangesOfAChannelAreShownToEach(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), bus.NewLocal())
	w.feed.intimate = 0
	render.OnLive(w.render, func(_ context.Context, _ ids.User, v channels.Changed) (tg.UpdateClass, []ids.Peer, error) {
		return &tg.UpdateChannel{ChannelID: int64(v.Channel)}, []ids.Peer{v.Channel.Peer()}, nil
	})
	p := w.people(2)
	ch := w.supergroup(p...)
	owner, _ := w.listen(p[0])
	reader, _ := w.listen(p[1])
	w.feed.live(bus.Message{Key: int64(ch.Peer()), Value: channels.Changed{Channel: ch}})
	for e, creator := range map[*ear]bool{owner: true, reader: false} {
		eventually(t, func() bool {
			return slices.ContainsFunc(e.take(), func(h heard) bool {
				u, ok := h.update.(*tg.Updates)
				if !ok || len(u.Chats) == 0 {
					return false
				}
				c := u.Chats[0].(*tg.Channel)
				return !c.Min && c.Creator == creator
			})
		})
	}
}

// TestOldMessagesStayHidden edits a message from before a member came, where the history is hidden: he hears that the
// position has moved, and nothing else.
func TestOldMessagesStayHidden(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, intimate := range []int{intimate, 0} {
			w.feed.intimate = intimate
			p := w.strangers(3, uint64(1+intimate))
			ch := w.supergroup(p[:2]...)
			old := w.post(p[0], ch, "before", int64(1+intimate))
			if _, err := w.channels.Turn(t.Context(), p[0].User, ch, channels.SwitchHiddenHistory, true); err != nil {
				t.Fatal(err)
			}
			w.join(ch, p[0], p[2])
			there, _ := w.listen(p[1])
			late, _ := w.listen(p[2])
			must[tg.UpdatesClass](t)(w.editMessage(t.Context(), p[0], &tg.MessagesEditMessage{
				Peer: w.channelPeer(p[0], ch), ID: old.ID, Message: new("changed"),
			}))
			w.post(p[0], ch, "after", int64(1000+intimate))
			edits := func(e *ear) (n, fillers int) {
				e.mu.Lock()
				before := slices.Clone(e.heard)
				e.mu.Unlock()
				e.fresh(t)
				for _, h := range before {
					u, ok := h.update.(*tg.Updates)
					if !ok {
						continue
					}
					switch u.Updates[0].(type) {
					case *tg.UpdateEditChannelMessage:
						n++
					case *tg.UpdateDeleteChannelMessages:
						fillers++
					}
				}
				return n, fillers
			}
			for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
				if there.count() >= 2 && late.count() >= 2 {
					break
				}
			}
			if n, _ := edits(there); n != 1 {
				t.Errorf("who was there hears of %d edits", n)
			}
			if n, fillers := edits(late); n != 0 || fillers != 1 {
				t.Errorf("who came later hears of %d edits, and %d times that the position has moved", n, fillers)
			}
		}
	})
}

func (e *ear) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.heard)
}
