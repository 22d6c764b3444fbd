package gateway

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"hermod/internal/rpc"
)

const (
	ackEvery   = time.Second      // acknowledgements wait for an answer so long; gotd repeats after 5 s
	sweepEvery = 15 * time.Second // how often old sessions are looked for
	keepKey    = time.Minute      // a key without sessions stays in memory so long
	lookParts  = 20               // in so many sweeps every key is looked at again: in five minutes
)

// ackList holds the sessions that owe acknowledgements.
type ackList struct {
	mu   sync.Mutex
	list []*session
}

func (a *ackList) add(s *session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, s)
}

func (a *ackList) take() []*session {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.list
	a.list = nil
	return list
}

// sweep does what time demands, until done is closed.
func (g *Gateway) sweep(done <-chan struct{}) {
	acks, old, part := time.NewTicker(ackEvery), time.NewTicker(sweepEvery), int64(0)
	defer acks.Stop()
	defer old.Stop()
	for {
		select {
		case <-acks.C:
			for _, s := range g.acks.take() {
				s.sendAcks()
			}
		case now := <-old.C:
			g.forgetOld(now)
			part = (part + 1) % lookParts
			g.lookAgain(part, lookParts)
			g.exchange.forgetOld(now)
		case <-done:
			return
		}
	}
}

// forgetOld ends sessions that have been without connection for long, and forgets keys without sessions.
func (g *Gateway) forgetOld(now time.Time) {
	for _, k := range g.keys.all() {
		for _, s := range k.takeOld(now.Add(-g.limits.KeepSession)) {
			s.end()
		}
		g.keys.retire(k, now.Add(-keepKey))
	}
}

// takeOld takes the sessions out of k that have no connection since before t.
func (k *key) takeOld(t time.Time) (old []*session) {
	k.mu.Lock()
	sessions := slices.Clone(k.sessions)
	k.mu.Unlock()
	for _, s := range sessions {
		if s.since().Before(t) {
			old = append(old, s)
		}
	}
	if old != nil {
		k.mu.Lock()
		k.sessions = slices.DeleteFunc(k.sessions, func(s *session) bool { return slices.Contains(old, s) })
		k.mu.Unlock()
	}
	return old
}

// lookAgain asks anew who stands behind every key of one part in parts, so that what was changed by another process, or
// missed, is noticed for sessions that only listen, too.
func (g *Gateway) lookAgain(part, parts int64) {
	for _, k := range g.keys.all() {
		if k.identity().User != 0 && uint64(k.ID)%uint64(parts) == uint64(part) {
			g.keyChanged(k)
		}
	}
}

// KeyChanged says that the authorization of a permanent key, or of a temporary one, has changed: it was signed in or
// out, or destroyed, somewhere. Sessions that are signed out by it are dropped with their connections, so that their
// clients come again and hear of it. It does not block.
func (g *Gateway) KeyChanged(id int64) {
	for _, k := range g.keys.family(id) {
		g.spawn(func() { g.keyChanged(k) })
	}
}

func (g *Gateway) keyChanged(k *key) {
	ctx, cancel := context.WithTimeout(g.calls, 10*time.Second)
	defer cancel()
	_, err := g.o.Keys.Key(ctx, k.ID)
	if err == nil {
		_, err = g.refresh(ctx, k)
	}
	switch {
	case err == nil || g.calls.Err() != nil:
	case errors.Is(err, ErrUnknownKey):
		g.forget(k)
	default: // better to drop too many than to serve one who was signed out
		g.log.ErrorContext(ctx, "identity of a changed key not read", "error", err)
		g.forget(k)
	}
}

// identityChanged makes the sessions of k follow who, the new one behind it.
func (g *Gateway) identityChanged(k *key, who rpc.Who) {
	k.mu.Lock()
	sessions := slices.Clone(k.sessions)
	k.mu.Unlock()
	for _, s := range sessions {
		if who.User != 0 {
			s.follow()
		} else if s.mayEnd() {
			g.drop(s)
		}
	}
}

// mayEnd says whether s can be dropped now. While calls run it cannot: one of them may be the one that signed out, and
// deserves its answer.
func (s *session) mayEnd() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending = len(s.running) > 0
	return !s.ending
}

// drop ends s and takes it out of the list of its key. What its client sends next begins a new session.
func (g *Gateway) drop(s *session) {
	k := s.key
	k.mu.Lock()
	k.sessions = slices.DeleteFunc(k.sessions, func(o *session) bool { return o == s })
	k.mu.Unlock()
	s.flush()
	s.end()
}
