// Package cache keeps facts about users in bounded memory until they change.
//
// A fact belongs to one or two users, its owners. When anything about a user changes, whoever changed it
// publishes bus subject "user" after commit, and every fact of that user is stale from then on. That costs
// one counter and no search: a fact remembers the counters of its owners from before it was read. So a
// fact that was read while it changed is never served, and a message that the bus lost is made good by the
// time limit that every cache has.
package cache

import (
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"hermod/internal/bus"
)

// slots is the number of change counters. Users share them by the low bits of their ids, which costs a
// needless miss now and then.
const slots = 1 << 14

// Changes counts the changes of users. One for the whole process is best; safe for concurrent use.
type Changes struct {
	counters [slots]atomic.Uint32
	cancel   func()
}

// NewChanges listens on b. Close ends it.
func NewChanges(b bus.Bus) *Changes {
	c := &Changes{}
	c.cancel = b.Subscribe("user", func(m bus.Message) { c.Drop(m.Key) })
	return c
}

// Close stops listening.
func (c *Changes) Close() { c.cancel() }

// Drop makes every fact about user stale.
func (c *Changes) Drop(user int64) { c.counters[user&(slots-1)].Add(1) }

// A Stamp is the state of the counters of a fact's owners. Take it before reading the fact.
type Stamp uint64

// Stamp returns the stamp for facts of a and b; give the same user twice for facts that have one owner.
func (c *Changes) Stamp(a, b int64) Stamp {
	return Stamp(c.counters[a&(slots-1)].Load())<<32 | Stamp(c.counters[b&(slots-1)].Load())
}

// A Cache holds at most a number of facts, the last used ones. Safe for concurrent use.
type Cache[K comparable, V any] struct {
	changes *Changes
	owners  func(K) (int64, int64)
	ttl     time.Duration
	facts   *lru.Cache[K, fact[V]]
	hits    atomic.Uint64
	misses  atomic.Uint64
}

type fact[V any] struct {
	value V
	stamp Stamp
	until int64 // unix nanoseconds
}

// New makes a cache of at most size facts, each served for at most ttl. owners names the users on whom the
// fact of a key depends.
func New[K comparable, V any](c *Changes, size int, ttl time.Duration, owners func(K) (a, b int64)) *Cache[K, V] {
	facts, _ := lru.New[K, fact[V]](max(size, 1)) // fails only for a size below 1
	return &Cache[K, V]{changes: c, owners: owners, ttl: ttl, facts: facts}
}

// Get returns the fact of key and true, or, when there is none that is still good, the stamp to Put it with.
func (c *Cache[K, V]) Get(key K) (value V, stamp Stamp, ok bool) {
	stamp = c.changes.Stamp(c.owners(key))
	f, found := c.facts.Get(key)
	if found && f.stamp == stamp && time.Now().UnixNano() < f.until {
		c.hits.Add(1)
		return f.value, stamp, true
	}
	c.misses.Add(1)
	return value, stamp, false
}

// Put keeps value, which was read after Get returned stamp. Something read inside a transaction that may
// still fail must be put from its OnCommit.
func (c *Cache[K, V]) Put(key K, stamp Stamp, value V) {
	if c.changes.Stamp(c.owners(key)) != stamp {
		return // changed while it was read
	}
	c.facts.Add(key, fact[V]{value: value, stamp: stamp, until: time.Now().Add(c.ttl).UnixNano()})
}

// Counts returns how many Gets found something good and how many did not.
func (c *Cache[K, V]) Counts() (hits, misses uint64) { return c.hits.Load(), c.misses.Load() }

// One is the owners function of facts that belong to a single user.
func One[U ~int64](user U) (a, b int64) { return int64(user), int64(user) }

// A Pair is the key of a fact that depends on two users.
type Pair[U ~int64] struct{ Viewer, User U }

// Both is the owners function of a Pair.
func Both[U ~int64](p Pair[U]) (a, b int64) { return int64(p.Viewer), int64(p.User) }
