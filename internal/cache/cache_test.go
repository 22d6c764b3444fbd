package cache_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hermod/internal/bus"
	"hermod/internal/cache"
)

func TestCache(t *testing.T) {
	b := bus.NewLocal()
	changes := cache.NewChanges(b)
	defer changes.Close()
	c := cache.New[cache.Pair[int64], string](changes, 10, time.Minute, cache.Both)
	key := cache.Pair[int64]{Viewer: 1, User: 2}
	put := func(v string) {
		t.Helper()
		_, stamp, ok := c.Get(key)
		if ok {
			t.Fatal("there before it was put")
		}
		c.Put(key, stamp, v)
	}
	check := func(when string, want bool) {
		t.Helper()
		if _, _, ok := c.Get(key); ok != want {
			t.Errorf("%s: there %v, want %v", when, ok, want)
		}
	}
	put("a")
	check("put", true)
	b.Publish(bus.Message{Subject: "user", Key: 3})
	check("somebody else changed", true)
	b.Publish(bus.Message{Subject: "user", Key: 2})
	check("the user changed", false)
	put("b")
	b.Publish(bus.Message{Subject: "user", Key: 1})
	check("the viewer changed", false)
	_, stamp, _ := c.Get(key)
	b.Publish(bus.Message{Subject: "user", Key: 1}) // while it is read
	c.Put(key, stamp, "stale")
	check("changed while it was read", false)
	if hits, misses := c.Counts(); hits != 2 || misses != 6 {
		t.Errorf("got %d hits, %d misses", hits, misses)
	}
}

func TestCacheForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cache.New[int64, int](cache.NewChanges(bus.NewLocal()), 3, time.Minute, cache.One)
		for i := range int64(5) {
			_, stamp, _ := c.Get(i)
			c.Put(i, stamp, int(i))
		}
		if _, _, ok := c.Get(0); ok {
			t.Error("holds more than its size")
		}
		if v, _, ok := c.Get(4); !ok || v != 4 {
			t.Errorf("newest: got %d, %v", v, ok)
		}
		time.Sleep(time.Minute)
		if _, _, ok := c.Get(4); ok {
			t.Error("served after its time")
		}
	})
}

// What is read after a change was told is never older than the change.
func TestCacheIsNeverBehindATold(t *testing.T) {
	b := bus.NewLocal()
	c := cache.New[int64, int](cache.NewChanges(b), 3, time.Minute, cache.One)
	var mu sync.Mutex
	truth := 0
	read := func() int {
		v, stamp, ok := c.Get(7)
		if ok {
			return v
		}
		mu.Lock()
		v = truth
		mu.Unlock()
		c.Put(7, stamp, v)
		return v
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 2000 {
				read()
			}
		})
	}
	for i := 1; i <= 2000; i++ {
		mu.Lock()
		truth = i
		mu.Unlock()
		b.Publish(bus.Message{Subject: "user", Key: 7})
		if got := read(); got != i {
			t.Fatalf("got %d after %d was told", got, i)
		}
	}
	wg.Wait()
}
