package chats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hermod/internal/bus"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/tl/tg"
)

// Bounds of a stream.
const (
	maxQueued = 512  // entries and live values that wait to be taken; beyond, the log is read instead
	maxBehind = 1000 // entries that are read from the log to be pushed; beyond, the client asks for the difference
)

// A Feed is the live side of the log: it tells those who are here what happens to them. It listens to the bus once,
// whatever their number.
//
// The bus may lose, double and delay what it carries. An entry is taken from a nudge only if it follows the last one;
// in all other cases the log is read. So each entry comes once, in order.
type Feed struct {
	render  *renderer
	users   *users.Service
	streams *streams
	cancel  []func()
}

// streams are those that are open.
type streams struct {
	mu     sync.Mutex
	byUser map[ids.User][]*Stream // lists are replaced, never changed
}

func (l *streams) of(user ids.User) []*Stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byUser[user]
}

func (l *streams) add(s *Stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byUser[s.user] = append(slices.Clip(l.byUser[s.user]), s)
}

func (l *streams) remove(s *Stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(l.byUser[s.user]), func(o *Stream) bool { return o == s })
	if l.byUser[s.user] = rest; len(rest) == 0 {
		delete(l.byUser, s.user)
	}
}

// told is the position up to which user was told what has happened, if he has a stream.
func (l *streams) told(user ids.User) (pts int32, ok bool) {
	for _, s := range l.of(user) {
		s.mu.Lock()
		if s.opened && (!ok || s.told < pts) {
			pts, ok = s.told, true
		}
		s.mu.Unlock()
	}
	return pts, ok
}

// NewFeed makes a feed that renders as h does. Close ends it.
func NewFeed(h *Handlers, u *users.Service, b bus.Bus) *Feed {
	f := &Feed{render: h.render, users: u, streams: h.streams}
	f.cancel = []func(){b.Subscribe(updates.Subject, f.nudged), b.Subscribe(messages.SubjectLive, f.live)}
	return f
}

// Close stops listening to the bus.
func (f *Feed) Close() {
	for _, cancel := range f.cancel {
		cancel()
	}
}

// An Item is an update on its way to the sessions of a user.
type Item struct {
	Update  tg.UpdatesClass
	Origin  updates.Origin // the session that caused it and knows
	TooLong bool           // too much has happened; there is no Update
}

// Open begins a stream of what happens to user from now on. wake is called, from any goroutine, when Next has something;
// it must not block.
func (f *Feed) Open(ctx context.Context, user ids.User, wake func()) (*Stream, error) {
	s := &Stream{feed: f, user: user, wake: wake}
	// It listens before it looks where the log stands, or an entry in between would be lost.
	f.streams.add(s)
	st, err := f.render.messages.State(ctx, user.Peer())
	if err != nil {
		f.streams.remove(s)
		return nil, fmt.Errorf("open stream of user %d: %w", user, err)
	}
	s.detach = f.users.Presence().Attach(user)
	if s.start(st) {
		wake()
	}
	return s, nil
}

func (f *Feed) nudged(m bus.Message) {
	e, ok := m.Value.(updates.Entry)
	for _, s := range f.streams.of(ids.User(m.Key)) {
		if ok && s.take(e) || !ok && s.fallBehind() {
			s.wake()
		}
	}
}

func (f *Feed) live(m bus.Message) {
	for _, s := range f.streams.of(ids.User(m.Key)) {
		if m.Value != nil && s.takeLive(m.Value) {
			s.wake()
		}
	}
}

// A Stream is what happens to one user. Next belongs to one goroutine at a time.
type Stream struct {
	feed   *Feed
	user   ids.User
	wake   func()
	detach func()

	mu     sync.Mutex
	opened bool
	queue  []queued
	told   int32     // the position behind what Next has taken
	tail   int32     // the position behind the queue
	notes  int64     // how many notes there were up to tail
	behind bool      // what comes after tail is to be read from the log
	seen   time.Time // notes from before were told
}

// A queued is an entry, or a value that is only told live.
type queued struct {
	entry updates.Entry
	live  any
}

// start sets the position, and reports whether something came before it was known.
func (s *Stream) start(st updates.State) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened, s.tail, s.told, s.notes, s.seen = true, st.PTS, st.PTS, st.Notes, st.Date
	return s.behind
}

// take queues an entry that follows the last one, passes over one that came before, and notes that there is a gap
// when something is missing in between. It reports whether there is something for Next.
func (s *Stream) take(e updates.Entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.opened:
		s.behind = true
		return false
	case e.Count > 0 && e.PTS <= s.tail, e.Count == 0 && e.Notes <= s.notes:
		return false // came twice
	case len(s.queue) >= maxQueued:
		s.queue, s.tail, s.behind = nil, s.told, true
	case !s.follows(e):
		s.behind = true
	default:
		s.queue, s.tail, s.notes = append(s.queue, queued{entry: e}), e.PTS, e.Notes
	}
	return true
}

// follows reports whether nothing is missing between the queue and e. A note has no position of its own; that one got
// lost shows in their number.
func (s *Stream) follows(e updates.Entry) bool {
	if e.Count == 0 {
		return e.PTS == s.tail && e.Notes == s.notes+1
	}
	return e.PTS-e.Count == s.tail && e.Notes == s.notes
}

func (s *Stream) fallBehind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behind = true
	return s.opened
}

// takeLive queues what is only told live. When there is too much, it is lost.
func (s *Stream) takeLive(value any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.opened || len(s.queue) >= maxQueued {
		return false
	}
	s.queue = append(s.queue, queued{live: value})
	return true
}

// empty takes the queue. If behind is set, the log is to be read from where the queue ends.
func (s *Stream) empty() (queue []queued, from int32, seen time.Time, behind bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	queue, from, seen, behind = s.queue, s.tail, s.seen, s.behind
	s.queue, s.behind, s.told = nil, false, s.tail
	return queue, from, seen, behind
}

// Next returns what has happened since the last Next, oldest first; nothing if nothing has. With an error some of it
// may be lost, and the clients have to ask for the difference.
func (s *Stream) Next(ctx context.Context) ([]Item, error) {
	queue, from, seen, behind := s.empty()
	items, err := s.show(ctx, queue)
	if err != nil || !behind {
		return items, err
	}
	more, err := s.catchUp(ctx, from, seen)
	return append(items, more...), err
}

func (s *Stream) show(ctx context.Context, queue []queued) ([]Item, error) {
	items := make([]Item, 0, len(queue))
	for _, q := range queue {
		item, err := s.showOne(ctx, q)
		if err != nil {
			return nil, err
		}
		if item.Update != nil {
			items = append(items, item)
		}
	}
	return items, nil
}

func (s *Stream) showOne(ctx context.Context, q queued) (Item, error) {
	if q.live != nil {
		u, err := s.feed.render.live(ctx, s.user, q.live)
		return Item{Update: u}, err
	}
	u, err := s.feed.render.push(ctx, q.entry)
	return Item{Update: u, Origin: q.entry.Origin}, err
}

// catchUp reads the log from a position to its end.
func (s *Stream) catchUp(ctx context.Context, from int32, seen time.Time) ([]Item, error) {
	d, err := s.feed.render.messages.Since(ctx, s.user.Peer(), from, seen, maxBehind)
	if errors.Is(err, updates.ErrTooOld) {
		d.More = true
		d.State, err = s.feed.render.messages.State(ctx, s.user.Peer())
	}
	if err != nil {
		s.fallBehind()
		return nil, err
	}
	s.moveTo(d.State)
	if d.More {
		return []Item{{TooLong: true}}, nil
	}
	return s.show(ctx, contiguous(from, d.Entries))
}

// moveTo notes that everything up to st was read from the log. What was queued meanwhile may be among that.
func (s *Stream) moveTo(st updates.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = slices.DeleteFunc(s.queue, func(q queued) bool {
		return q.live == nil && q.entry.PTS <= st.PTS && q.entry.Notes <= st.Notes
	})
	s.told, s.tail, s.notes, s.seen = st.PTS, max(s.tail, st.PTS), max(s.notes, st.Notes), st.Date
}

// contiguous queues entries of the log. Where messages were deleted since, positions are missing: an empty deletion
// stands for them, or the client would believe that it missed something.
func contiguous(from int32, entries []updates.Entry) []queued {
	queue := make([]queued, 0, len(entries))
	for _, e := range entries {
		if gap := e.PTS - e.Count - from; gap > 0 {
			filler := updates.Entry{Owner: e.Owner, PTS: from + gap, Count: gap, Date: e.Date, Event: filler{count: gap}}
			queue = append(queue, queued{entry: filler})
		}
		queue = append(queue, queued{entry: e})
		from = max(from, e.PTS)
	}
	return queue
}

// A filler stands for positions whose messages are gone.
type filler struct{ count int32 }

// Kind implements updates.Event. A filler is never stored.
func (filler) Kind() string { return "filler" }

// Count implements updates.Event.
func (f filler) Count() int32 { return f.count }

// Close ends the stream. It may come while Next runs, and wake may still be called a last time.
func (s *Stream) Close() {
	s.feed.streams.remove(s)
	if s.detach != nil {
		s.detach()
	}
}
