package gateway

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"hermod/internal/domain/ids"
	"hermod/internal/tl"
	"hermod/internal/tl/packed"
)

// A Feed tells what happens to users while it happens. api/chats is the real one.
type Feed interface {
	// Open begins a stream of what happens to user from now on, of which l is told from any goroutine.
	Open(ctx context.Context, user int64, l Listener) (Stream, error)
}

// A Listener hears what happens to a user. Its methods do not wait for anybody.
type Listener interface {
	// Wake says that Next of the stream has something.
	Wake()
	// Hear delivers what many users get, oldest first, to all sessions of the user but one that caused it and knows; 0 is
	// none. A client that does not take what it hears loses it, and is told that there was too much.
	Hear(except int64, forms ...*packed.Form)
}

// A Stream is what happens to one user.
type Stream interface {
	// Next returns what has happened since the last Next, oldest first; nothing if nothing has. If it
	// returns only a part, it wakes again for the rest.
	Next(ctx context.Context) ([]Update, error)
	// Close ends the stream. The listener may still be told a last time.
	Close()
}

// An Update is for the sessions of one user.
type Update struct {
	Object  tl.Object
	Except  int64 // a session that caused it and knows; 0: none
	Only    int64 // the auth key for which it is; 0: all of the user's
	TooLong bool  // too much happened: the client shall ask for the difference. Object is not used
}

// tooLong is updatesTooLong, which is the same in every layer.
var tooLong = []byte{0x7e, 0xaf, 0x17, 0xe3}

// live holds the users who are here.
type live struct {
	feed Feed
	log  *slog.Logger
	ctx  context.Context //nolint:containedctx // that of everything that runs
	go_  func(func())

	mu    sync.Mutex
	users map[ids.User]*audience
}

// An audience is the sessions of one user. They share one stream.
type audience struct {
	live   *live
	user   ids.User
	opened chan struct{} // closed when stream or failed is set
	stream Stream
	failed error

	mu       sync.Mutex
	sessions []*session // replaced, never changed
	closed   bool
	pumping  bool          // a goroutine reads the stream
	more     bool          // woken while it did
	woken    int           // how often
	taken    int           // woken, when the stream was last read
	told     int           // woken, when that was read whose updates all sessions have
	passed   chan struct{} // closed when told moves; nil while nobody waits
}

// follow makes s get the updates of the user who is signed in, if it wants them. Its stream is open before it returns, so that
// nothing is missed between an answer and the first update.
func (s *session) follow() {
	user := s.key.identity().User
	s.mu.Lock()
	if s.updates == unwanted || s.ended.Load() || s.g.live.feed == nil {
		user = 0
	}
	old := s.audience
	if old == nil && user == 0 || old != nil && old.user == user {
		s.mu.Unlock()
		return
	}
	s.audience = nil
	s.mu.Unlock()
	if old != nil {
		old.leave(s)
	}
	if user != 0 {
		s.join(s.g.live.join(user, s))
	}
}

// join notes that s is in a; a is nil when it could not be opened.
func (s *session) join(a *audience) {
	if a == nil {
		return
	}
	s.mu.Lock()
	other := s.audience != a && s.audience != nil || s.ended.Load()
	if !other {
		s.audience = a
	}
	s.mu.Unlock()
	if other { // another call was faster
		a.leave(s)
	}
}

// join puts s into the audience of user, whose stream is open then; nil if that failed.
func (l *live) join(user ids.User, s *session) *audience {
	for {
		a, mine := l.audience(user)
		if mine {
			a.open()
		}
		select {
		case <-a.opened:
		case <-l.ctx.Done():
			return nil
		}
		if a.failed != nil {
			return nil
		}
		if a.add(s) {
			return a
		}
	}
}

// audience returns that of user. If mine is set it is new, and the caller opens it.
func (l *live) audience(user ids.User) (a *audience, mine bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.users[user]; a != nil {
		return a, false
	}
	a = &audience{live: l, user: user, opened: make(chan struct{})}
	if l.users == nil {
		l.users = make(map[ids.User]*audience)
	}
	l.users[user] = a
	return a, true
}

func (l *live) remove(a *audience) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.users[a.user] == a {
		delete(l.users, a.user)
	}
}

func (l *live) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.users)
}

// close ends all streams. Sessions must not join any more.
func (l *live) close() {
	l.mu.Lock()
	users := l.users
	l.users = nil
	l.mu.Unlock()
	for _, a := range users {
		a.end()
	}
}

func (a *audience) open() {
	a.stream, a.failed = a.live.feed.Open(a.live.ctx, int64(a.user), a)
	if a.failed != nil {
		a.live.log.Error("stream of a user not opened", "user", int64(a.user), "error", a.failed)
		a.live.remove(a)
	}
	close(a.opened)
}

// add takes s in; false if the audience has ended meanwhile.
func (a *audience) add(s *session) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	if !slices.Contains(a.sessions, s) {
		a.sessions = append(slices.Clip(a.sessions), s)
	}
	return true
}

// leave takes s out. The stream of a user without sessions is closed.
func (a *audience) leave(s *session) {
	a.mu.Lock()
	a.sessions = slices.DeleteFunc(slices.Clone(a.sessions), func(o *session) bool { return o == s })
	empty := len(a.sessions) == 0
	a.mu.Unlock()
	if empty {
		a.endIfEmpty()
	}
}

func (a *audience) endIfEmpty() {
	a.mu.Lock()
	if len(a.sessions) > 0 || a.closed {
		a.mu.Unlock()
		return
	}
	a.closed = true
	a.mu.Unlock()
	a.live.remove(a)
	a.stream.Close()
}

// end closes the stream whoever is left.
func (a *audience) end() {
	<-a.opened
	a.mu.Lock()
	a.sessions = nil
	a.mu.Unlock()
	if a.failed == nil {
		a.endIfEmpty()
	}
}

// Wake implements Listener.
func (a *audience) Wake() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.woken++
	if a.more = true; a.pumping || a.closed {
		return
	}
	a.pumping = true
	a.live.go_(a.pump)
}

// pump delivers until the stream has nothing more. Only one runs at a time, so that everything stays in order.
func (a *audience) pump() {
	<-a.opened // wake may come before Open has returned
	for a.begin() {
		updates, err := a.stream.Next(a.live.ctx)
		if err != nil && a.live.ctx.Err() == nil {
			a.live.log.Error("stream of a user failed", "user", int64(a.user), "error", err)
			updates = []Update{{TooLong: true}} // it gets what was missed by the difference
		}
		a.deliver(updates)
		a.pass()
	}
}

// begin says whether the pump goes on, having taken note of the last wake.
func (a *audience) begin() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pumping = a.more && !a.closed && a.failed == nil
	a.more, a.taken = false, a.woken
	return a.pumping
}

func (a *audience) deliver(updates []Update) {
	if len(updates) == 0 {
		return
	}
	b := getBuffers()
	defer b.put()
	sessions := a.listening()
	for _, u := range updates {
		f := packed.NewForm(u.Object)
		for _, s := range sessions {
			if layer, ok := s.gets(u); ok {
				s.push(u.body(f, layer))
			}
		}
	}
	for _, s := range sessions {
		s.send(b)
	}
}

func (a *audience) listening() []*session {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sessions
}

// body is u in layer; nil if the layer cannot say it.
func (u Update) body(f *packed.Form, layer int) []byte {
	if u.TooLong {
		return tooLong
	}
	return f.Body(layer)
}

// Hear implements Listener.
func (a *audience) Hear(except int64, forms ...*packed.Form) {
	b := getBuffers()
	defer b.put()
	for _, s := range a.listening() {
		layer, ok := s.gets(Update{Except: except})
		if !ok {
			continue
		}
		for _, f := range forms {
			s.push(f.Body(layer))
		}
		s.send(b)
	}
}

// gets says whether u is for s, and in which layer.
func (s *session) gets(u Update) (layer int, ok bool) {
	if u.Except == s.id && u.Except != 0 {
		return 0, false
	}
	s.key.mu.Lock()
	defer s.key.mu.Unlock()
	if u.Only != 0 && u.Only != s.key.ID && u.Only != int64(s.key.ownerLocked()) {
		return 0, false
	}
	return s.key.who.Layer, s.key.who.Layer != 0
}
