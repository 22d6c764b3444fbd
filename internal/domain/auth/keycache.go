package auth

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"hermod/internal/domain/ids"
)

// cachedKeys bounds the records in memory; at some 700 bytes each, 45 MB when full.
const cachedKeys = 1 << 16

// keyShards is the number of locks; a power of two.
const keyShards = 64

// A keyCache holds the last used records. Records are shared and never changed, except for their mark of use.
type keyCache struct{ shards [keyShards]keyShard }

type keyShard struct {
	mu    sync.Mutex
	byID  *simplelru.LRU[ids.AuthKey, *record]
	drops uint64 // counts what was dropped, so that a record read before is not kept after
}

func newKeyCache(size int) *keyCache {
	c := &keyCache{}
	for i := range c.shards {
		// The only error is a size below 1.
		c.shards[i].byID, _ = simplelru.NewLRU[ids.AuthKey, *record](max(size/keyShards, 1), nil)
	}
	return c
}

// shard takes low bits: an id is a piece of a SHA-1.
func (c *keyCache) shard(id ids.AuthKey) *keyShard { return &c.shards[uint64(id)%keyShards] }

// get returns the record of id, or the stamp that put wants for one read from the database now.
func (c *keyCache) get(id ids.AuthKey) (r *record, stamp uint64, ok bool) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok = s.byID.Get(id)
	return r, s.drops, ok
}

// put keeps r unless something was dropped since stamp: r may have been read before a change.
func (c *keyCache) put(id ids.AuthKey, r *record, stamp uint64) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops == stamp {
		s.byID.Add(id, r)
	}
}

// drop forgets id.
func (c *keyCache) drop(id ids.AuthKey) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
	s.byID.Remove(id)
}
