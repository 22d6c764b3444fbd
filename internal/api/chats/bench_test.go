package chats

import (
	"context"
	"testing"

	"hermod/internal/bus"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/tl"
	"hermod/internal/tl/packed"
	"hermod/internal/tl/tg"
)

// pushed is a function that shows a new message to its receiver, up to the bytes.
func pushed(t testing.TB) func() {
	w := newWorld(t, dbtest.SQLite(t), bus.NewLocal())
	p := w.people(2)
	m := &messages.Message{
		Owner: p[1].User.Peer(), Peer: p[0].User.Peer(), From: p[0].User.Peer(), ID: 7, PTS: 9,
		Text: text.Text{String: "A message of an ordinary length, as people write them."},
	}
	e := updates.Entry{Owner: p[1].User.Peer(), PTS: 9, Count: 1, Event: updates.NewMessage{ID: 7}, Value: m}
	return func() {
		u, err := w.render.Push(context.Background(), e.Owner.User(), e)
		if err != nil {
			t.Fatal(err)
		}
		if len(tl.Encode(u, tg.Newest)) == 0 {
			t.Fatal("empty")
		}
	}
}

// BenchmarkPush is what it costs to show a new message to its receiver: once for each user and layer, however many
// sessions he has.
func BenchmarkPush(b *testing.B) {
	push := pushed(b)
	b.ReportAllocs()
	for b.Loop() {
		push()
	}
}

// TestPushAllocatesLittle holds the number of allocations of a push.
func TestPushAllocatesLittle(t *testing.T) {
	const budget = 30
	if n := testing.AllocsPerRun(100, pushed(t)); n > budget {
		t.Errorf("a push takes %.0f allocations, at most %d", n, budget)
	}
}

// BenchmarkDifference is the difference of somebody who missed fifty messages.
func BenchmarkDifference(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b), bus.NewLocal())
	p := w.people(2)
	for i := range 50 {
		w.say(p[0], p[1], "A message of an ordinary length, as people write them.", int64(i+1))
	}
	b.ReportAllocs()
	for b.Loop() {
		d, err := w.getDifference(b.Context(), p[1], &tg.UpdatesGetDifference{Pts: 1, Date: 1})
		if err != nil {
			b.Fatal(err)
		}
		if n := len(d.(*tg.UpdatesDifference).NewMessages); n != 50 {
			b.Fatal(n)
		}
	}
}

// BenchmarkEmptyDifference is what a device asks that has missed nothing.
func BenchmarkEmptyDifference(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b), bus.NewLocal())
	p := w.people(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.getDifference(b.Context(), p[0], &tg.UpdatesGetDifference{Pts: 1, Date: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRoom is what it costs to show a post of a channel and to hand it to a thousand members who are here, up to the
// gateway. An operation is a post.
func BenchmarkRoom(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b), bus.NewLocal())
	p := w.people(1)
	ch := w.supergroup(p[0])
	for i := range 1000 {
		s := &Stream{feed: w.feed, user: p[0].User + 1 + ids.User(i), to: deaf{}}
		w.streams.add(s)
		w.streams.place(w.feed, s, []ids.Peer{ch.Peer()})
	}
	r := w.streams.room(ch.Peer())
	m := &messages.Message{
		Owner: ch.Peer(), Peer: ch.Peer(), From: p[0].User.Peer(), ID: 7, PTS: 9,
		Text: text.Text{String: "A message of an ordinary length, as people write them."},
	}
	e := updates.Entry{Owner: ch.Peer(), PTS: 9, Count: 1, Event: updates.NewMessage{ID: 7}, Value: m}
	r.queue = []queued{{entry: e}}
	batch := r.next()
	b.ReportAllocs()
	for b.Loop() {
		if err := r.tell(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}

// deaf hears nothing, but has everything encoded.
type deaf struct{}

func (deaf) Wake() {}
func (deaf) Hear(_ int64, forms ...*packed.Form) {
	for _, f := range forms {
		f.Body(tg.Newest)
	}
}
