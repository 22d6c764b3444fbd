package chats

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// An Item is an update on its way to the sessions of a user.
type Item struct {
	Update  tg.UpdatesClass
	Origin  updates.Origin // the session that caused it and knows
	Only    ids.AuthKey    // the device for which it is; 0: all of the user's
	TooLong bool           // too much has happened; there is no Update
}

// A Stream is what happens to one user. Next belongs to one goroutine at a time.
type Stream struct {
	feed    *Feed
	user    ids.User
	to      Listener
	detach  func()
	placing sync.Mutex

	// Guarded by the lock of the streams:
	rooms  []ids.Peer
	closed bool

	mu     sync.Mutex
	opened bool
	queue  []queued
	told   int32     // the position behind what Next has taken
	tail   int32     // the position behind the queue
	notes  int64     // how many notes there were up to tail
	behind bool      // what comes after tail is to be read from the log
	moved  bool      // the user came into a channel, or went
	seen   time.Time // notes from before were told
	tails  map[ids.AuthKey]*tail
	recent []touch // what notes have touched lately, oldest first
}

// A queued is an entry, or a value that is only told live, or news for one device.
type queued struct {
	entry updates.Entry
	live  any
	news  *updates.DeviceNews
}

// logged says whether q stands in the log of the user.
func (q queued) logged() bool { return q.live == nil && q.news == nil }

// start sets the position, and reports whether something came before it was known.
func (s *Stream) start(st updates.State) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened, s.tail, s.told, s.notes, s.seen = true, st.PTS, st.PTS, st.Notes, st.Date
	return s.behind || s.moved || len(s.queue) > 0 || slices.ContainsFunc(slices.Collect(maps.Values(s.tails)), func(t *tail) bool { return t.behind })
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
		s.loseNewsLocked()
	case !s.follows(e):
		s.behind = true
	default:
		s.queue, s.tail, s.notes = append(s.queue, queued{entry: s.contestedLocked(e)}), e.PTS, e.Notes
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

// replace makes Next look which channels the user is in, before it tells of what led to that.
func (s *Stream) replace() {
	s.mu.Lock()
	s.moved = true
	opened := s.opened
	s.mu.Unlock()
	if opened {
		s.to.Wake()
	}
}

// stillMoved makes the next Next look again.
func (s *Stream) stillMoved() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = true
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

// A taken is what Next takes.
type taken struct {
	queue  []queued
	behind bool  // the log is to be read from where the queue ends:
	from   int32 // that position
	seen   time.Time
	news   []ids.AuthKey // devices whose own queues are to be read
}

// empty takes the queue.
func (s *Stream) empty() taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := taken{queue: s.queue, behind: s.behind, from: s.tail, seen: s.seen}
	s.queue, s.behind, s.told = nil, false, s.tail
	t.news = s.toldNewsLocked()
	return t
}

// hasMoved reports whether the user came into a channel, or went, and whether there is something else to tell.
func (s *Stream) hasMoved() (moved, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	moved, more = s.moved, len(s.queue) > 0 || s.behind
	s.moved = false
	return moved, more
}

// move makes the stream be where its user is: out of the channels that he has left at once, but in the others only when
// he has been told of them. more says that something is still to be told.
func (s *Stream) move(ctx context.Context, more bool) error {
	if more {
		s.replace() // again, behind that
	}
	return s.feed.place(ctx, s, !more)
}

// Next returns what has happened since the last Next, oldest first; nothing if nothing has. With an error some of it
// may be lost, and the clients have to ask for the difference.
func (s *Stream) Next(ctx context.Context) ([]Item, error) {
	if moved, more := s.hasMoved(); moved {
		if err := s.move(ctx, more); err != nil {
			s.stillMoved()
			return nil, err
		}
	}
	t := s.empty()
	items, err := s.show(ctx, t.queue)
	if err == nil && t.behind {
		var more []Item
		more, err = s.catchUp(ctx, t.from, t.seen)
		items = append(items, more...)
	}
	if err == nil && len(t.news) > 0 {
		var more []Item
		more, err = s.catchUpDevices(ctx, t.news)
		items = append(items, more...)
	}
	return items, err
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
	if q.news != nil {
		return s.showNews(ctx, *q.news)
	}
	if q.live != nil {
		u, err := s.feed.render.Live(ctx, s.user, q.live)
		return Item{Update: u}, err
	}
	e, err := s.feed.complete(ctx, q.entry)
	if err != nil {
		return Item{}, err
	}
	u, err := s.feed.render.Push(ctx, s.user, e)
	return Item{Update: u, Origin: e.Origin}, err
}

// complete looks up the message that a nudge is about, where it did not bring it.
func (f *Feed) complete(ctx context.Context, e updates.Entry) (updates.Entry, error) {
	var id ids.Message
	switch ev := e.Event.(type) {
	case updates.NewMessage:
		id = ev.ID
	case updates.EditMessage:
		id = ev.ID
	}
	if id == 0 || e.Value != nil {
		return e, nil
	}
	found, err := f.messages.OfLog(ctx, e.Owner, []ids.Message{id})
	if m := found[id]; m != nil {
		e.Value = m
	}
	return e, err
}

// catchUp reads the log from a position to its end.
func (s *Stream) catchUp(ctx context.Context, from int32, seen time.Time) ([]Item, error) {
	d, err := s.feed.messages.Since(ctx, s.user.Peer(), from, seen, maxBehind)
	if errors.Is(err, updates.ErrTooOld) {
		d.More = true
		d.State, err = s.feed.messages.State(ctx, s.user.Peer())
	}
	if err == nil {
		err = s.feed.place(ctx, s, true) // word of that may be lost as well
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
		return q.logged() && q.entry.PTS <= st.PTS && q.entry.Notes <= st.Notes
	})
	s.told, s.tail, s.notes, s.seen = st.PTS, max(s.tail, st.PTS), max(s.notes, st.Notes), st.Date
}

// contiguous queues entries of the log. Where messages were deleted since, positions are missing: an empty deletion
// stands for them, or the client would believe that it missed something.
func contiguous(from int32, entries []updates.Entry) []queued {
	queue := make([]queued, 0, len(entries))
	for _, e := range entries {
		if gap := e.PTS - e.Count - from; gap > 0 {
			queue = append(queue, queued{entry: filler(e.Owner, from+gap, gap, e.Date)})
		}
		queue = append(queue, queued{entry: e})
		from = max(from, e.PTS)
	}
	return queue
}

// filler is an entry that stands for positions up to pts whose messages are gone.
func filler(owner ids.Peer, pts, n int32, date time.Time) updates.Entry {
	return updates.Entry{Owner: owner, PTS: pts, Count: n, Date: date, Event: render.Filler{N: n}}
}

// Close ends the stream. It may come while Next runs, and the listener may still be told a last time.
func (s *Stream) Close() {
	s.feed.streams.remove(s)
	if s.detach != nil {
		s.detach()
	}
}
