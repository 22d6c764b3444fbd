package gateway

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/rpc"
)

// ErrUnknownKey means that there is no such key, or no more.
var ErrUnknownKey = errors.New("gateway: unknown auth key")

// Keys stores authorization keys. domain/auth is the real one. It is safe for concurrent use and answers from memory
// what is asked often.
type Keys interface {
	// Key fails with ErrUnknownKey if there is none with this id.
	Key(ctx context.Context, id int64) (Key, error)
	// Create stores a key that was just exchanged.
	Create(ctx context.Context, k Key) error
	// Destroy forgets a key at the wish of its client. It fails with ErrUnknownKey if there is none.
	Destroy(ctx context.Context, id int64) error
}

// A Key is an authorization key.
type Key struct {
	ID        int64
	Secret    [crypto.KeySize]byte
	Temporary bool
	ExpiresAt time.Time // of a temporary key
	DC        int32     // the one that the client addressed
	Salt      int64     // the salt that the exchange agreed on
}

// A key is one whose sessions are in memory here.
type key struct {
	crypto.Key
	temporary bool
	expires   time.Time
	dc        int32
	firstSalt int64
	created   time.Time    // zero: not made by this process lately
	paced     atomic.Int64 // unix nanoseconds at which its packets so far are paid for

	mu       sync.Mutex
	who      rpc.Who
	sessions []*session
	gone     bool              // no longer in the table
	floor    mtproto.MessageID // up to which requests may be replays of what came to sessions that ended
	left     time.Time         // when the last session ended
}

// identity returns what is known about the key.
func (k *key) identity() rpc.Who {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.who
}

func (k *key) expired(now time.Time) bool {
	return k.temporary && !k.expires.IsZero() && now.After(k.expires)
}

// lose notes that a session has ended whose messages had ids up to highest.
func (k *key) lose(highest mtproto.MessageID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.floor, k.left = max(k.floor, highest), time.Now()
}

// packetBurst is for how many seconds of its rate a key may send at once.
const packetBurst = 6

// pace counts a number of packets and returns how long to wait before the next is read: a client that sends without end is
// not refused, it is read no faster than others are served.
func (k *key) pace(now time.Time, packets, perSecond int) time.Duration {
	if perSecond <= 0 {
		return 0
	}
	cost := int64(packets) * int64(time.Second) / int64(perSecond)
	for {
		before := k.paced.Load()
		after := max(before, now.UnixNano()) + cost
		if k.paced.CompareAndSwap(before, after) {
			return min(time.Duration(after-now.UnixNano())-packetBurst*time.Second, maxPace)
		}
	}
}

// unpackedPacket is how many bytes that a client had unpacked count as a packet.
const unpackedPacket = 8 << 10

// chargeUnpacked counts bytes that were unpacked for the client.
func (k *key) chargeUnpacked(n int, perSecond int) {
	if n >= unpackedPacket {
		k.pace(time.Now(), n/unpackedPacket, perSecond)
	}
}

// maxPace bounds the wait before one packet.
const maxPace = 5 * time.Second

// keyTable finds the keys in memory.
type keyTable struct {
	mu   sync.RWMutex
	byID map[int64]*key
	// bound lists the temporary keys in memory of a permanent one.
	bound map[ids.AuthKey][]*key
}

func (t *keyTable) get(id int64) *key {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.byID[id]
}

// add puts k into the table, unless another goroutine was faster; it returns what is there.
func (t *keyTable) add(k *key) *key {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.byID[k.ID]; old != nil {
		return old
	}
	k.mu.Lock()
	k.gone = false
	k.mu.Unlock()
	if t.byID == nil {
		t.byID = make(map[int64]*key)
	}
	t.byID[k.ID] = k
	return k
}

// bind lists the temporary key k under its permanent one.
func (t *keyTable) bind(k *key, perm ids.AuthKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.bound == nil {
		t.bound = make(map[ids.AuthKey][]*key)
	}
	for _, b := range t.bound[perm] {
		if b == k {
			return
		}
	}
	t.bound[perm] = append(t.bound[perm], k)
}

// remove takes k out of the table.
func (t *keyTable) remove(k *key, perm ids.AuthKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removeLocked(k, perm)
}

// retire takes k out of the table if it has had no session since before then.
func (t *keyTable) retire(k *key, then time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k.mu.Lock()
	k.gone = len(k.sessions) == 0 && k.created.Before(then) && k.left.Before(then)
	gone, perm := k.gone, k.who.PermKey
	k.mu.Unlock()
	if gone {
		t.removeLocked(k, perm)
	}
}

func (t *keyTable) removeLocked(k *key, perm ids.AuthKey) {
	if t.byID[k.ID] == k {
		delete(t.byID, k.ID)
	}
	var rest []*key
	for _, b := range t.bound[perm] {
		if b != k {
			rest = append(rest, b)
		}
	}
	if rest == nil {
		delete(t.bound, perm)
	} else {
		t.bound[perm] = rest
	}
}

// family returns the key id and the temporary keys bound to it, as far as they are in memory.
func (t *keyTable) family(id int64) []*key {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var list []*key
	if k := t.byID[id]; k != nil {
		list = append(list, k)
	}
	return append(list, t.bound[ids.AuthKey(id)]...)
}

// all returns every key in memory.
func (t *keyTable) all() []*key {
	t.mu.RLock()
	defer t.mu.RUnlock()
	list := make([]*key, 0, len(t.byID))
	for _, k := range t.byID {
		list = append(list, k)
	}
	return list
}

// key returns the key id, from memory or from Keys. It fails with ErrUnknownKey.
func (g *Gateway) key(ctx context.Context, id int64) (*key, error) {
	if k := g.keys.get(id); k != nil {
		return k, nil
	}
	stored, err := g.o.Keys.Key(ctx, id)
	if err != nil {
		return nil, err
	}
	return g.remember(ctx, stored, time.Time{})
}

// remember takes a stored key into memory. created is when it was made, zero if that is long ago.
func (g *Gateway) remember(ctx context.Context, stored Key, created time.Time) (*key, error) {
	who, err := g.o.Identity.Who(ctx, ids.AuthKey(stored.ID))
	if err != nil {
		return nil, fmt.Errorf("identity of a key: %w", err)
	}
	k := g.keys.add(&key{
		Key:       crypto.Key{ID: stored.ID, Secret: stored.Secret},
		temporary: stored.Temporary,
		expires:   stored.ExpiresAt,
		dc:        stored.DC,
		firstSalt: stored.Salt,
		created:   created,
		who:       who,
	})
	g.rebind(k, who)
	_, err = g.refresh(ctx, k) // it may have changed before k was in the table, where KeyChanged finds it
	return k, err
}

func (g *Gateway) rebind(k *key, who rpc.Who) {
	if k.temporary && who.PermKey != 0 {
		g.keys.bind(k, who.PermKey)
	}
}
