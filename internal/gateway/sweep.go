package gateway

import (
	"context"
	"slices"
	"sync"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
)

const (
	ackEvery   = time.Second      // acknowledgements wait for an answer so long; gotd repeats after 5 s
	sweepEvery = 15 * time.Second // how often old sessions are looked for
	keepKey    = time.Minute      // a key without sessions stays in memory so long
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
	acks, old := time.NewTicker(ackEvery), time.NewTicker(sweepEvery)
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
		if k.retire(now.Add(-keepKey)) {
			g.keys.remove(k, k.identity().PermKey)
		}
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

// retire marks a key without sessions as gone, if it was not made after t.
func (k *key) retire(t time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.sessions) > 0 || k.created.After(t) {
		return false
	}
	k.gone = true
	return true
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
	before := k.identity()
	who, err := g.refresh(ctx, k)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		g.log.ErrorContext(ctx, "identity of a changed key not read", "error", err)
	default:
		g.identityChanged(k, before, who)
	}
}

// identityChanged makes the sessions of k follow who stands behind it now.
func (g *Gateway) identityChanged(k *key, before, who rpc.Who) {
	k.mu.Lock()
	sessions := slices.Clone(k.sessions)
	k.mu.Unlock()
	for _, s := range sessions {
		if who.User != 0 || before.User == 0 && s.user() == 0 {
			s.follow()
			continue
		}
		if s.mayEnd() {
			g.drop(s)
		}
	}
}

// user is whose updates s gets.
func (s *session) user() ids.User {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.audience == nil {
		return 0
	}
	return s.audience.user
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
