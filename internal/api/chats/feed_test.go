package chats

import (
	"slices"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/bus/bustest"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// TestStreamSeesEachMessageOnceInOrder lets several people write at the same time to one who is here, over a bus that
// loses, doubles and delays.
func TestStreamSeesEachMessageOnceInOrder(t *testing.T) {
	const writers, each = 4, 40
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		b := bustest.NewFaulty(t, bus.NewLocal(), bustest.AllFaults, 1)
		w := newWorld(t, d, b)
		p := w.people(writers + 1)
		me := p[writers]
		woken := make(chan struct{}, 1)
		stream, err := w.feed.Open(t.Context(), me.User, &ear{woken: woken})
		if err != nil {
			t.Fatal(err)
		}
		defer stream.Close()
		st := must[*tg.UpdatesState](t)(w.getState(t.Context(), me, &tg.UpdatesGetState{}))
		dev := &device{client: newClient(t, "device", me.User, st), stream: stream}

		var wait sync.WaitGroup
		for i := range writers {
			wait.Go(func() {
				for n := range each {
					_, err := w.sendMessage(t.Context(), p[i], &tg.MessagesSendMessage{
						Peer: w.peer(p[i], me), Message: "text", RandomID: int64(i*each + n + 1),
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wait.Wait(); close(done) }()
		for writing := true; writing; {
			select {
			case <-woken:
				dev.take(w, me)
			case <-done:
				writing = false
			}
		}
		b.Set(bustest.Faults{})
		time.Sleep(2 * bustest.AllFaults.Delay)
		if err := w.messages.Notify(t.Context(), me.User, text.Text{String: "the end"}); err != nil {
			t.Fatal(err)
		}
		dev.take(w, me)
		if got, want := len(dev.msgs), writers*each+1; got != want {
			t.Errorf("%d messages arrived, want %d", got, want)
		}
		if dev.lost > 0 {
			t.Errorf("told %d times that it missed something", dev.lost)
		}
	})
}

func TestStreamNoticesWhatHappenedWhileItOpened(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), bus.NewLocal())
	p := w.people(1)
	s := &Stream{feed: w.feed, user: p[0].User}
	if s.take(updates.Entry{PTS: 2, Count: 1}) {
		t.Error("it had something before it was open")
	}
	if !s.start(updates.State{PTS: 1}) {
		t.Error("it forgot what came before it was open")
	}
}

func TestStreamTakesOnlyWhatFollows(t *testing.T) {
	type entry struct{ pts, count, notes int }
	tests := map[string]struct {
		in     []entry
		queue  int
		behind bool
	}{
		"in order":             {[]entry{{11, 1, 3}, {13, 2, 3}}, 2, false},
		"twice":                {[]entry{{11, 1, 3}, {11, 1, 3}}, 1, false},
		"old":                  {[]entry{{10, 1, 3}, {4, 1, 1}}, 0, false},
		"gap":                  {[]entry{{12, 1, 3}}, 0, true},
		"overlap":              {[]entry{{11, 5, 3}}, 0, true},
		"note":                 {[]entry{{10, 0, 4}, {11, 1, 4}}, 2, false},
		"note twice":           {[]entry{{10, 0, 4}, {10, 0, 4}}, 1, false},
		"lost note":            {[]entry{{11, 1, 4}}, 0, true},
		"note after a gap":     {[]entry{{11, 0, 4}}, 0, true},
		"note after lost note": {[]entry{{10, 0, 5}}, 0, true},
	}
	for name, tt := range tests {
		s := &Stream{}
		s.start(updates.State{PTS: 10, Notes: 3})
		for _, e := range tt.in {
			s.take(updates.Entry{PTS: int32(e.pts), Count: int32(e.count), Notes: int64(e.notes)})
		}
		got := s.empty()
		if len(got.queue) != tt.queue || got.behind != tt.behind {
			t.Errorf("%s: %d queued, behind %v; want %d, %v", name, len(got.queue), got.behind, tt.queue, tt.behind)
		}
	}
}

// Word of what another session did may come behind the answer to a call that undid it: who called is told as well then.
func TestContestedNotesAreToldToAll(t *testing.T) {
	mine, other, none := updates.Origin{Session: 1}, updates.Origin{Session: 2}, updates.Origin{}
	reacted, elsewhere := updates.MessageReactions{Peer: 7, ID: 1}, updates.MessageReactions{Peer: 7, ID: 2}
	pinned, unpinned := updates.DialogPinned{Peer: 7, Pinned: true}, updates.DialogPinned{Peer: 8}
	gone := updates.ScheduledGone{Peer: 7, IDs: []ids.Message{1}}
	type note struct {
		event  updates.Event
		origin updates.Origin
	}
	tests := map[string]struct {
		in   []note
		want []updates.Origin
	}{
		"one session":         {[]note{{reacted, mine}, {reacted, mine}}, []updates.Origin{mine, mine}},
		"two sessions":        {[]note{{reacted, other}, {reacted, mine}}, []updates.Origin{other, none}},
		"somebody else":       {[]note{{reacted, none}, {reacted, mine}, {reacted, mine}}, []updates.Origin{none, none, none}},
		"different messages":  {[]note{{elsewhere, other}, {reacted, mine}}, []updates.Origin{other, mine}},
		"one list":            {[]note{{pinned, other}, {unpinned, mine}}, []updates.Origin{other, none}},
		"order is immaterial": {[]note{{gone, other}, {gone, mine}}, []updates.Origin{other, mine}},
	}
	for name, tt := range tests {
		s := &Stream{}
		s.start(updates.State{PTS: 10})
		for i, n := range tt.in {
			s.take(updates.Entry{PTS: 10, Notes: int64(i + 1), Event: n.event, Origin: n.origin})
		}
		var got []updates.Origin
		for _, q := range s.empty().queue {
			got = append(got, q.entry.Origin)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestWhatWasTouchedIsForgotten(t *testing.T) {
	s := &Stream{recent: []touch{{"pins", updates.Origin{Session: 2}, time.Now().Add(-2 * overtaking)}}}
	s.start(updates.State{PTS: 10})
	for i := range 10 * maxTouched {
		s.take(updates.Entry{PTS: 10, Notes: int64(i + 1), Event: updates.DialogPinned{Peer: 7}, Origin: updates.Origin{Session: 1}})
	}
	for _, q := range s.empty().queue {
		if q.entry.Origin.Session != 1 {
			t.Fatal("what was long ago counts")
		}
	}
	if len(s.recent) > maxTouched {
		t.Errorf("%d remembered", len(s.recent))
	}
}

func TestStreamQueueIsBounded(t *testing.T) {
	s := &Stream{}
	s.start(updates.State{PTS: 1})
	for i := range int32(10 * maxQueued) {
		s.take(updates.Entry{PTS: 2 + i, Count: 1})
		s.takeLive("typing")
	}
	got := s.empty()
	if len(got.queue) > maxQueued || !got.behind || got.from != 1 {
		t.Errorf("%d queued, behind %v from %d", len(got.queue), got.behind, got.from)
	}
}

func TestStateIsNotAheadOfWhatWasTold(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), bus.NewLocal())
	p := w.people(2)
	state := func() int32 {
		return must[*tg.UpdatesState](t)(w.getState(t.Context(), p[1], &tg.UpdatesGetState{})).Pts
	}
	s, err := w.feed.Open(t.Context(), p[1].User, &ear{})
	if err != nil {
		t.Fatal(err)
	}
	w.say(p[0], p[1], "on its way", 1)
	if got := state(); got != 1 {
		t.Errorf("before it was told: %d, want 1", got)
	}
	if _, err := s.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := state(); got != 2 {
		t.Errorf("after it was told: %d, want 2", got)
	}
	w.say(p[0], p[1], "nobody is here", 2)
	s.Close()
	if got := state(); got != 3 {
		t.Errorf("without a stream: %d, want 3", got)
	}
}
