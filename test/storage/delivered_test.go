package storage_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hermod/internal/api/chats"
	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/ids"
	"hermod/internal/tl"
	"hermod/internal/tl/packed"
	"hermod/internal/tl/tg"
)

// deliverers is how many goroutines render, as the gateway has one for each user who is woken.
const deliverers = 4

// A delivery shows everybody, all of whom are here, what happens to them, up to the bytes of the update.
type delivery struct {
	b     *testing.B
	woken chan *receiver
	shown atomic.Int64 // updates
}

// A receiver is somebody who is here.
type receiver struct {
	stream  *chats.Stream
	waiting atomic.Bool // for a deliverer
	turn    sync.Mutex  // Next is for one at a time
}

// delivered runs send for n messages and returns when each was rendered for both of its sides.
func delivered(b *testing.B, w *world, send func(n int) error) func(n int) error {
	d := &delivery{b: b, woken: make(chan *receiver, owners)}
	d.open(w)
	for range deliverers {
		go d.run()
	}
	return func(n int) error {
		want := d.shown.Load() + 2*int64(n)
		if err := send(n); err != nil {
			return err
		}
		for d.shown.Load() < want {
			if err := b.Context().Err(); err != nil {
				return err
			}
			time.Sleep(100 * time.Microsecond)
		}
		return nil
	}
}

// open begins the stream of every owner.
func (d *delivery) open(w *world) {
	book, err := contacts.New(d.b.Context(), w.db, w.users, w.log)
	if err != nil {
		d.b.Fatal(err)
	}
	people := view.New(w.users, book, ids.NewAccess([32]byte{1}), w.messages)
	feed := chats.NewFeed(chats.New(chats.Options{
		Messages: w.messages, View: people, Render: render.New(people, w.messages),
	}), w.users, w.bus)
	d.b.Cleanup(feed.Close)
	for i := range owners {
		r := new(receiver)
		r.stream, err = feed.Open(d.b.Context(), ids.User(firstOwner+i), ear{d, r})
		if err != nil {
			d.b.Fatal(err)
		}
		d.meet(people, i)
	}
}

// meet lets an owner have seen the one he talks to, as people have who talk.
func (d *delivery) meet(people *view.View, i int) {
	me, other := ids.User(firstOwner+i), ids.User(firstOwner+(i+owners/2)%owners)
	if _, err := people.Users(d.b.Context(), me, []ids.User{me, other}); err != nil {
		d.b.Fatal(err)
	}
}

// An ear is where a stream tells that there is something.
type ear struct {
	d *delivery
	r *receiver
}

// Wake implements chats.Listener.
func (e ear) Wake() { e.d.wake(e.r) }

// Hear implements chats.Listener. Nobody here is in a channel.
func (ear) Hear(int64, ...*packed.Form) {}

func (d *delivery) wake(r *receiver) {
	if !r.waiting.Swap(true) {
		d.woken <- r // never full: each is in it once
	}
}

func (d *delivery) run() {
	for {
		select {
		case <-d.b.Context().Done():
			return
		case r := <-d.woken:
			d.show(r)
		}
	}
}

// show renders what has happened to r. What comes from now on wakes another deliverer.
func (d *delivery) show(r *receiver) {
	r.waiting.Store(false)
	r.turn.Lock()
	defer r.turn.Unlock()
	items, err := r.stream.Next(d.b.Context())
	if err != nil && d.b.Context().Err() == nil {
		d.b.Error(err)
	}
	for _, item := range items {
		if len(tl.Encode(item.Update, tg.Newest)) == 0 {
			d.b.Error("an update without bytes")
		}
		d.shown.Add(1)
	}
}
