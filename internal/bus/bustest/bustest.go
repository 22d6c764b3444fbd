// Package bustest holds the suite that every bus passes, and a bus with faults for the tests of those who use one.
package bustest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hermod/internal/bus"
)

// patience is how long the suite waits for a message that has to come.
const patience = 10 * time.Second

// Run checks what every bus promises while nothing goes wrong. newBus returns a fresh one.
func Run(t *testing.T, newBus func(t *testing.T) bus.Bus) {
	tests := map[string]func(*testing.T, bus.Bus){
		"delivers":                 delivers,
		"keeps subjects apart":     keepsSubjectsApart,
		"delivers to all":          deliversToAll,
		"keeps order":              keepsOrder,
		"stops after cancel":       stopsAfterCancel,
		"allows calls from within": allowsCallsFromWithin,
		"is safe":                  isSafe,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, newBus(t)) })
	}
}

// collect subscribes and returns the channel into which messages go.
func collect(b bus.Bus, subject string) <-chan bus.Message {
	ch := make(chan bus.Message, 1000)
	b.Subscribe(subject, func(m bus.Message) { ch <- m })
	return ch
}

func next(t *testing.T, ch <-chan bus.Message) bus.Message {
	t.Helper()
	select {
	case m := <-ch:
		return m
	case <-time.After(patience):
		t.Fatal("no message came")
		return bus.Message{}
	}
}

func delivers(t *testing.T, b bus.Bus) {
	got := collect(b, "a")
	b.Publish(bus.Message{Subject: "a", Key: -7, Data: []byte("x")})
	if m := next(t, got); m.Subject != "a" || m.Key != -7 || string(m.Data) != "x" {
		t.Errorf("got %+v", m)
	}
}

func keepsSubjectsApart(t *testing.T, b bus.Bus) {
	got := collect(b, "a")
	b.Publish(bus.Message{Subject: "b", Key: 1})
	b.Publish(bus.Message{Subject: "a", Key: 2})
	if m := next(t, got); m.Key != 2 {
		t.Errorf("got key %d, want 2", m.Key)
	}
}

func deliversToAll(t *testing.T, b bus.Bus) {
	first, second := collect(b, "a"), collect(b, "a")
	b.Publish(bus.Message{Subject: "a", Key: 3})
	if one, two := next(t, first), next(t, second); one.Key != 3 || two.Key != 3 {
		t.Errorf("got keys %d and %d, want 3", one.Key, two.Key)
	}
}

func keepsOrder(t *testing.T, b bus.Bus) {
	got := collect(b, "a")
	for i := range 100 {
		b.Publish(bus.Message{Subject: "a", Key: int64(i)})
	}
	for i := range 100 {
		if m := next(t, got); m.Key != int64(i) {
			t.Fatalf("message %d has key %d", i, m.Key)
		}
	}
}

func stopsAfterCancel(t *testing.T, b bus.Bus) {
	var calls atomic.Int32
	cancel := b.Subscribe("a", func(bus.Message) { calls.Add(1) })
	got := collect(b, "a")
	cancel()
	cancel() // twice does no harm
	b.Publish(bus.Message{Subject: "a"})
	next(t, got)
	if calls.Load() != 0 {
		t.Errorf("%d calls after cancel", calls.Load())
	}
}

func allowsCallsFromWithin(t *testing.T, b bus.Bus) {
	got := collect(b, "b")
	var cancel func()
	cancel = b.Subscribe("a", func(m bus.Message) {
		cancel()
		b.Subscribe("c", func(bus.Message) {})()
		b.Publish(bus.Message{Subject: "b", Key: m.Key})
	})
	b.Publish(bus.Message{Subject: "a", Key: 5})
	if m := next(t, got); m.Key != 5 {
		t.Errorf("got key %d, want 5", m.Key)
	}
}

// isSafe is for the race detector.
func isSafe(t *testing.T, b bus.Bus) {
	var calls atomic.Int64
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			subject := fmt.Sprint(i % 2)
			for range 50 {
				cancel := b.Subscribe(subject, func(bus.Message) { calls.Add(1) })
				b.Publish(bus.Message{Subject: subject, Key: int64(i)})
				cancel()
			}
		})
	}
	group.Wait()
	if calls.Load() < 8*50 {
		t.Errorf("%d calls; want at least one per message", calls.Load())
	}
}
