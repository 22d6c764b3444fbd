package secret

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func (n *network) attach(d *device, content []byte) File {
	n.t.Helper()
	f, err := d.Attach(ctx, bytes.NewReader(content), int64(len(content)))
	must(n.t, err)
	return f
}

func TestCountdownOfText(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	for _, ttl := range []time.Duration{time.Second, 5 * time.Second, time.Minute, 24 * time.Hour, 7 * 24 * time.Hour} {
		must(t, a.SetTTL(ctx, id, ttl))
		m := a.say(id, "burn")
		n.settle(a, b)
		n.clock.advance(365 * 24 * time.Hour) // nobody has read it
		n.expire(a, b)
		if !n.has(a, id, m.ID) || !n.has(b, id, m.ID) {
			t.Fatalf("%v: the message went before it was read", ttl)
		}
		must(t, b.MarkRead(ctx, id, m.ID))
		n.settle(a, b)
		n.clock.advance(ttl - 1)
		n.expire(a, b)
		if !n.has(a, id, m.ID) || !n.has(b, id, m.ID) {
			t.Fatalf("%v: the message went early", ttl)
		}
		n.clock.advance(time.Second)
		n.expire(a, b)
		if n.has(a, id, m.ID) || n.has(b, id, m.ID) {
			t.Fatalf("%v: the message stayed", ttl)
		}
	}
}

// TestCountdownGoesOnAfterTheEnd has the chat end while messages wait: who has them still reads them once.
func TestCountdownGoesOnAfterTheEnd(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	read, err := a.Send(ctx, id, Draft{Text: "x", TTL: time.Second})
	must(t, err)
	unread, err := a.Send(ctx, id, Draft{Text: "x", TTL: time.Second})
	must(t, err)
	n.settle(a, b)
	must(t, b.MarkRead(ctx, id, read.ID))
	must(t, a.Discard(ctx, id, false))
	n.settle(a, b)
	n.clock.advance(2 * time.Second)
	n.expire(a, b)
	if n.has(b, id, read.ID) || !n.has(b, id, unread.ID) {
		t.Error("the end of the chat stopped the countdown, or began one")
	}
	must(t, b.MarkRead(ctx, id, unread.ID))
	n.clock.advance(2 * time.Second)
	n.expire(a, b)
	if n.has(b, id, unread.ID) {
		t.Error("reading after the end does not begin the countdown")
	}
}

func (n *network) expire(devices ...*device) {
	n.t.Helper()
	for _, d := range devices {
		must(n.t, d.Expire(ctx))
	}
	n.settle(devices...)
}

func (n *network) has(d *device, id ChatID, message int64) bool {
	n.t.Helper()
	_, err := d.Message(ctx, id, message)
	if err != nil && !errors.Is(err, ErrNoMessage) {
		n.t.Fatal(err)
	}
	return err == nil
}

func TestCountdownOfMediaBeginsAtOpening(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	f := n.attach(a, []byte("picture"))
	m, err := a.Send(ctx, id, Draft{Media: &Media{Photo: &Photo{File: f}}, TTL: 10 * time.Second})
	must(t, err)
	n.settle(a, b)
	must(t, b.MarkRead(ctx, id, m.ID))
	n.settle(a, b)
	n.clock.advance(time.Hour)
	n.expire(a, b)
	if !n.has(a, id, m.ID) || !n.has(b, id, m.ID) {
		t.Fatal("seeing the preview began the countdown")
	}
	must(t, b.MarkOpened(ctx, id, m.ID))
	n.settle(a, b)
	if got, _ := a.Message(ctx, id, m.ID); got.Status != Read || got.Destroy.IsZero() {
		t.Errorf("the sender was not told: %+v", got)
	}
	must(t, b.MarkOpened(ctx, id, m.ID)) // a second look does not give more time
	n.clock.advance(10 * time.Second)
	n.expire(a, b)
	if n.has(a, id, m.ID) || n.has(b, id, m.ID) {
		t.Error("the message stayed")
	}
}

func TestReadNoticeOfTheServer(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	m, err := a.Send(ctx, id, Draft{Text: "x", TTL: time.Second})
	must(t, err)
	photo, err := a.Send(ctx, id, Draft{Media: &Media{Photo: &Photo{File: n.attach(a, []byte("x"))}}, TTL: time.Second})
	must(t, err)
	n.settle(a, b)
	a.handle(readNotice{id, n.clock.Now()})
	n.clock.advance(2 * time.Second)
	n.expire(a)
	if n.has(a, id, m.ID) || !n.has(a, id, photo.ID) {
		t.Error("a notice of the server begins the countdown of texts, and of nothing else")
	}
	a.handle(readNotice{ChatID(1), n.clock.Now()}) // of another chat: nothing
	again, err := a.Send(ctx, id, Draft{Text: "x", TTL: time.Second})
	must(t, err)
	n.settle(a, b)
	a.handle(readNotice{id, n.clock.Now().Add(-2 * time.Second)}) // the same notice once more
	if got, _ := a.Message(ctx, id, again.ID); got.Status == Read {
		t.Error("a notice that came again was taken for a new one")
	}
}

// TestNoticeSpeaksOfNothingUnread reads the second of two messages: the server is told nothing that includes the first.
func TestNoticeSpeaksOfNothingUnread(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	first := a.say(id, "first")
	n.settle(a, b)
	n.clock.advance(10 * time.Second)
	second := a.say(id, "second")
	n.settle(a, b)
	must(t, b.MarkRead(ctx, id, second.ID))
	n.settle(a, b)
	for id, want := range map[int64]Status{first.ID: Arrived, second.ID: Arrived} {
		if got, _ := a.Message(ctx, b.Chats()[0].ID, id); got.Status != want && got.Status != Sent {
			t.Errorf("message %q has status %d", got.Text, got.Status)
		}
	}
	must(t, b.MarkRead(ctx, id, first.ID))
	n.settle(a, b)
	must(t, b.MarkRead(ctx, id, first.ID, second.ID))
	n.settle(a, b)
	for _, id := range []int64{first.ID, second.ID} {
		if got, _ := a.Message(ctx, b.Chats()[0].ID, id); got.Status != Read {
			t.Errorf("message %q has status %d, want Read", got.Text, got.Status)
		}
	}
}

func TestCountdownSurvivesRestart(t *testing.T) {
	n := newNetwork(t)
	path := filepath.Join(t.TempDir(), "store")
	a := n.device(1)
	store, err := OpenFileStore(path)
	must(t, err)
	b := n.device(2, func(o *Options) { o.Store = store })
	id := n.connect(a, b)
	m, err := a.Send(ctx, id, Draft{Text: "MARKER", TTL: time.Minute})
	must(t, err)
	n.settle(a, b)
	must(t, b.MarkRead(ctx, id, m.ID))
	must(t, store.Close())
	if !strings.Contains(readAll(t, path), "MARKER") {
		t.Fatal("the file does not have the message, so that this test would find nothing")
	}
	n.clock.advance(time.Hour)
	store, err = OpenFileStore(path)
	must(t, err)
	defer store.Close()
	b.o.Store = store
	b.reopen()
	n.expire(b, a)
	if n.has(b, id, m.ID) {
		t.Error("the message survived")
	}
	if strings.Contains(readAll(t, path), "MARKER") {
		t.Error("the file still has the message")
	}
}

func readAll(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

// TestNothingIsLeft looks at every record of both stores once the timers ran out.
func TestNothingIsLeft(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	must(t, a.SetTTL(ctx, id, time.Second))
	var ids []int64
	for range 5 {
		ids = append(ids, a.say(id, "MARKER").ID)
	}
	n.settle(a, b)
	must(t, b.MarkRead(ctx, id, ids...))
	n.settle(a, b)
	if !holds(a.o.Store, "MARKER") || !holds(b.o.Store, "MARKER") {
		t.Fatal("the stores do not have the messages, so that this test would find nothing")
	}
	n.clock.advance(2 * time.Second)
	n.expire(a, b)
	if holds(a.o.Store, "MARKER") || holds(b.o.Store, "MARKER") {
		t.Error("a store still has a message")
	}
}

func holds(s Store, text string) (found bool) {
	_ = s.Scan(ctx, "", "", func(_ string, v []byte) bool {
		found = found || bytes.Contains(v, []byte(text))
		return true
	})
	return found
}

// TestRun has the loop do what the other tests do by hand.
func TestRun(t *testing.T) {
	n := newNetwork(t)
	ctx, cancel := context.WithCancel(ctx)
	removed := make(chan int64, 10)
	a, b, id := n.pair(func(o *Options) {
		o.OnEvent = func(e Event) {
			if e.Kind == MessagesRemoved {
				removed <- e.IDs[0]
			}
		}
	})
	var running sync.WaitGroup
	for _, d := range []*device{a, b} {
		running.Go(func() { _ = d.Run(ctx) })
	}
	m, err := a.Send(ctx, id, Draft{Text: "x", TTL: 3 * time.Second})
	must(t, err)
	n.waitFor(func() bool { return n.pump(b) && n.has(b, id, m.ID) })
	must(t, b.MarkRead(ctx, id, m.ID))
	n.waitFor(func() bool {
		n.pump(a)
		got, err := a.Message(ctx, id, m.ID)
		return err == nil && !got.Destroy.IsZero()
	})
	n.waitFor(func() bool { // whenever the loops have gone to sleep
		n.clock.advance(time.Second)
		return len(removed) == 2
	})
	cancel()
	running.Wait()
}

// pump hands over what came.
func (n *network) pump(d *device) bool {
	for _, item := range n.take(d.user) {
		d.handle(item)
	}
	return true
}

func (n *network) waitFor(f func() bool) {
	n.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if f() {
			return
		}
	}
	n.t.Fatal("waited in vain")
}
