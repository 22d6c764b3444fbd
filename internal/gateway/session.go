package gateway

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
)

// A session is what a client calls so: it belongs to a key and lives on while its connections change. Its mutex is
// held for moments only, never during a call or a write; no other lock is taken meanwhile.
type session struct {
	g     *Gateway
	key   *key
	id    int64
	ended atomic.Bool

	mu       sync.Mutex
	m        *mtproto.Session
	links    []heard // the last is the one in use
	detached time.Time
	running  map[mtproto.MessageID]*request // nil while there are none
	waiting  []*request                     // behind those that run
	held     int                            // bytes of both
	receipts map[mtproto.MessageID][]func() // who waits for the receipt of answers; nil while nobody does
	acking   bool                           // listed in g.acks
	ending   bool                           // to be ended when no call runs any more
	updates  wish
	audience *audience // whose updates it gets; nil: nobody's
}

// heard is a link on which a session is heard.
type heard struct {
	link
	number uint32
}

// wish says whether a session wants updates. Until its first call nobody knows, and it gets them: GramJS makes
// no call after it has connected again.
type wish uint8

const (
	unsaid wish = iota
	wanted
	unwanted // all its calls so far were in invokeWithoutUpdates
)

// incoming is a decrypted packet and where it came from.
type incoming struct {
	crypto.Message
	addr   netip.Addr
	number uint32
}

// errEnded means that the session ended meanwhile: take a new one.
var errEnded = errors.New("gateway: session ended")

// session returns the session id of k, a new one if there is none.
func (g *Gateway) session(k *key, id int64) *session {
	k.mu.Lock()
	if k.gone {
		k.mu.Unlock()
		k = g.keys.add(k)
		g.rebind(k, k.identity())
		return g.session(k, id)
	}
	defer k.mu.Unlock()
	for _, s := range k.sessions {
		if s.id == id {
			return s
		}
	}
	g.makeRoomLocked(k)
	s := &session{g: g, key: k, id: id, detached: time.Now()}
	s.m = mtproto.New(id, k.ID, randomID(), g.salts)
	if !k.created.IsZero() {
		s.m.AcceptSalt(k.firstSalt, k.created.Add(firstSaltLife))
	}
	s.m.Refuse(max(k.floor, g.started))
	k.sessions = append(k.sessions, s)
	g.metrics.sessions.Add(1)
	return s
}

// firstSaltLife is how long the salt of a key exchange is good.
const firstSaltLife = 30 * time.Minute

// makeRoomLocked ends the session of k that is without connection for the longest time, if there are too many; the
// oldest, if all have one.
func (g *Gateway) makeRoomLocked(k *key) {
	if len(k.sessions) < g.limits.SessionsPerKey {
		return
	}
	oldest, since := k.sessions[0], k.sessions[0].since()
	for _, s := range k.sessions[1:] {
		if t := s.since(); t.Before(since) {
			oldest, since = s, t
		}
	}
	k.sessions = slices.DeleteFunc(k.sessions, func(s *session) bool { return s == oldest })
	g.spawn(oldest.end)
}

// since is when s lost its last connection; the far future while it has one.
func (s *session) since() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.links) > 0 {
		return farFuture
	}
	return s.detached
}

var farFuture = time.Unix(1<<40, 0)

func randomID() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return int64(binary.LittleEndian.Uint64(b[:]))
}

// receive takes a packet that came on l. It fails with errEnded, or when the client is broken.
func (s *session) receive(l link, in incoming) error {
	defer s.g.mayUnpack(len(in.Body))()
	now := time.Now()
	m := mtproto.Message{ID: mtproto.MessageID(in.ID), SeqNo: in.SeqNo, Body: in.Body}
	s.mu.Lock()
	if s.ended.Load() {
		s.mu.Unlock()
		return errEnded
	}
	first := s.attachLocked(heard{l, in.number})
	events, err := s.m.Receive(now, in.Salt, m, nil)
	for _, e := range events {
		s.takeLocked(e, in.addr)
	}
	s.mu.Unlock()
	if first {
		s.g.spawn(s.follow)
	}
	for _, e := range events {
		s.act(l, e)
		if e.Owned {
			s.key.chargeUnpacked(len(e.Body), s.g.limits.Packets)
		}
	}
	s.flush()
	return err
}

// mayUnpack waits for one of few places if a message of n bytes may unpack to megabytes; the result gives it back. So few are
// in memory at once.
func (g *Gateway) mayUnpack(n int) (leave func()) {
	if n < mayBeBomb {
		return func() {}
	}
	g.unpacking <- struct{}{}
	return func() { <-g.unpacking }
}

// mayBeBomb is the size in bytes from which on a message may unpack to half a megabyte.
const mayBeBomb = 4 << 10

// takeLocked does what an event asks for and the lock covers.
func (s *session) takeLocked(e mtproto.Event, from netip.Addr) {
	switch e.Kind {
	case mtproto.Request:
		s.requestLocked(e, from)
	case mtproto.Received:
		s.receivedLocked(e.ID)
	case mtproto.Cancel:
		if r := s.requestOfLocked(e.ID); r != nil {
			r.cancel()
		}
	}
}

// act does what an event asks for and takes other locks.
func (s *session) act(l link, e mtproto.Event) {
	switch e.Kind {
	case mtproto.PingDelay:
		if c, ok := l.(*conn); ok {
			c.setIdle(e.Delay)
		}
	case mtproto.HTTPWait:
		if h, ok := l.(*poll); ok {
			h.wait = e.Wait
		}
	case mtproto.DestroySession:
		existed := s.g.destroySession(s.key, e.Session, s)
		s.mu.Lock()
		s.m.SessionDestroyed(e.Session, existed)
		s.mu.Unlock()
	case mtproto.DestroyKey:
		s.g.spawn(func() { s.destroyKey() })
	}
}

// attachLocked makes l the link on which s is heard; true if it is the very first.
func (s *session) attachLocked(l heard) (first bool) {
	n := len(s.links)
	if n > 0 && s.links[n-1].link == l.link {
		return false
	}
	s.links = slices.DeleteFunc(s.links, func(o heard) bool { return o.link == l.link })
	if s.links = append(s.links, l); len(s.links) > maxLinks {
		s.links = slices.Delete(s.links, 0, 1)
	}
	s.m.Attach(l.number, tooLong)
	return n == 0 && s.updates == unsaid && s.audience == nil
}

// maxLinks bounds the connections that a session is heard on; browsers have up to six over HTTP.
const maxLinks = 8

// detach says that l is gone.
func (s *session) detach(l link) {
	s.mu.Lock()
	s.links = slices.DeleteFunc(s.links, func(o heard) bool { return o.link == l })
	if n := len(s.links); n > 0 {
		s.m.Attach(s.links[n-1].number, tooLong)
	} else {
		s.links, s.detached = nil, time.Now()
	}
	s.mu.Unlock()
	s.flush()
}

// linkLocked is the way to the client now; nil if there is none.
func (s *session) linkLocked() link {
	if n := len(s.links); n > 0 {
		return s.links[n-1].link
	}
	return nil
}

// flush gets sent what waits. Acknowledgements go with it, or a second later alone.
func (s *session) flush() {
	s.mu.Lock()
	l := s.linkLocked()
	wake := l != nil && s.m.Waiting(false)
	later := !wake && !s.acking && s.m.Waiting(true)
	s.acking = s.acking || later
	s.mu.Unlock()
	if wake {
		l.wake(s)
	}
	if later {
		s.g.acks.add(s)
	}
}

// sendAcks gets acknowledgements sent that are still not covered by an answer.
func (s *session) sendAcks() {
	s.mu.Lock()
	s.acking = false
	l := s.linkLocked()
	wake := l != nil && s.m.Waiting(true)
	s.mu.Unlock()
	if wake {
		l.wake(s)
	}
}

// takePacket returns the next encrypted packet to send on l, in memory of b.
func (s *session) takePacket(l link, b *buffers) ([]byte, bool) {
	now := time.Now()
	s.mu.Lock()
	if s.linkLocked() != l {
		s.mu.Unlock()
		return nil, false
	}
	m, ok := s.m.Take(now, b.plain[:0], maxPacket)
	s.startNextLocked() // there may be room again
	salt := s.m.Salt(now)
	s.mu.Unlock()
	if !ok {
		return nil, false
	}
	b.plain = m.Body
	return b.seal(s.key, s.id, salt, m), true
}

// maxPacket is the size in bytes up to which messages are joined into one packet.
const maxPacket = 256 << 10

// backlog is how many bytes wait to be sent on l.
func (s *session) backlog(l link) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.linkLocked() != l {
		return 0
	}
	return s.m.Backlog()
}

// push queues an update; send has to follow. A body of nil is none.
func (s *session) push(body []byte) {
	if body == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m.Push(body, tooLong)
}

// send sends what waits as far as that goes at once, with the buffers b.
func (s *session) send(b *buffers) {
	s.mu.Lock()
	l := s.linkLocked()
	ready := l != nil && s.m.Waiting(false)
	s.mu.Unlock()
	if ready {
		l.send(s, b)
	}
}

// end makes s forgotten: its calls are cancelled, its connections closed once what waits has had time to be sent. The
// caller takes it out of the list of its key.
func (s *session) end() {
	s.mu.Lock()
	if s.ended.Swap(true) {
		s.mu.Unlock()
		return
	}
	links := slices.Clone(s.links) // detach changes what it finds in place
	a, highest := s.audience, s.m.Highest()
	for _, r := range s.waiting {
		s.releaseLocked(r)
	}
	s.audience, s.waiting = nil, nil
	for _, r := range s.running {
		r.cancel()
	}
	s.mu.Unlock()
	s.key.lose(highest)
	s.g.metrics.sessions.Add(-1)
	if a != nil {
		a.leave(s)
	}
	for _, l := range links {
		time.AfterFunc(lastWords, l.close)
	}
}

// lastWords is how long a connection stays open for what is still to be said.
const lastWords = 300 * time.Millisecond

// destroySession ends the session id of k, unless it is the one that asks.
func (g *Gateway) destroySession(k *key, id int64, asking *session) bool {
	k.mu.Lock()
	i := slices.IndexFunc(k.sessions, func(s *session) bool { return s.id == id && s != asking })
	if i < 0 {
		k.mu.Unlock()
		return false
	}
	s := k.sessions[i]
	k.sessions = slices.Delete(k.sessions, i, i+1)
	k.mu.Unlock()
	s.endQuietly()
	return true
}

// endQuietly is end for a session that its own client destroys: the connection stays.
func (s *session) endQuietly() {
	s.mu.Lock()
	s.links = nil
	s.mu.Unlock()
	s.end()
}

// destroyKey forgets the key at the wish of its client.
func (s *session) destroyKey() {
	ctx, cancel := context.WithTimeout(s.g.calls, 10*time.Second)
	defer cancel()
	result := mtproto.KeyDestroyed
	switch err := s.g.o.Keys.Destroy(ctx, s.key.ID); {
	case errors.Is(err, ErrUnknownKey):
		result = mtproto.KeyUnknown
	case err != nil:
		s.g.log.ErrorContext(ctx, "auth key not destroyed", "error", err)
		result = mtproto.KeyFailed
	}
	s.mu.Lock()
	s.m.KeyDestroyed(result)
	s.mu.Unlock()
	s.flush()
	if result == mtproto.KeyDestroyed {
		s.g.forget(s.key)
	}
}

// forget ends all sessions of k and takes it out of memory.
func (g *Gateway) forget(k *key) {
	k.mu.Lock()
	sessions, perm := k.sessions, k.who.PermKey
	k.sessions, k.gone = nil, true
	k.mu.Unlock()
	g.keys.remove(k, perm)
	for _, s := range sessions {
		s.end()
	}
}

// owner is the permanent key of k, 0 if k is temporary and not bound.
func (k *key) ownerLocked() ids.AuthKey {
	if k.temporary {
		return k.who.PermKey
	}
	return ids.AuthKey(k.ID)
}
