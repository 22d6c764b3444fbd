package chats

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/bus"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/tl/packed"
)

// Bounds of what waits for a stream or a room.
const (
	maxQueued = 512  // entries and live values that wait to be taken; beyond, the log is read instead
	maxBehind = 1000 // entries that are read from the log to be pushed; beyond, the client asks for the difference
)

// A Listener is who hears what a stream has. Its methods do not wait for anybody.
type Listener interface {
	// Wake says that Next of the stream has something.
	Wake()
	// Hear delivers what many get at once, oldest first, to all sessions of the user but except; 0 is none.
	Hear(except int64, forms ...*packed.Form)
}

// A Feed is the live side of the logs: it tells those who are here what happens to them, and to the channels they are
// in. It listens to the bus once, whatever their number.
//
// The bus may lose, double and delay what it carries. An entry is taken from a nudge only if it follows the last one;
// in all other cases the log is read. So each entry comes once, in order. What happens in a channel is read and shown once
// for all who are here: see room.
type Feed struct {
	render   *render.Renderer
	messages *messages.Service
	users    *users.Service
	channels *channels.Service // nil: there are none
	joined   Joined            // nil: nobody is in a channel
	devices  Devices
	intimate int
	streams  *streams
	cancel   []func()

	ctx    context.Context //nolint:containedctx // that of all rooms
	end    context.CancelFunc
	mu     sync.Mutex
	closed bool
	rooms  sync.WaitGroup // those that tell something
}

// Joined returns the channels and supergroups that a user is in; other peers among them do no harm.
type Joined func(ctx context.Context, user ids.User) ([]ids.Peer, error)

// subjectMember is the bus subject of people who come into groups and channels, and go: Key is the user.
const subjectMember = "member"

// streams are those that are open, by user, and by the channels that their users are in.
type streams struct {
	mu     sync.Mutex
	byUser map[ids.User][]*Stream // lists are replaced, never changed
	rooms  map[ids.Peer]*room
}

func newStreams() *streams {
	return &streams{byUser: make(map[ids.User][]*Stream), rooms: make(map[ids.Peer]*room)}
}

func (l *streams) of(user ids.User) []*Stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.byUser[user]
}

func (l *streams) room(peer ids.Peer) *room {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rooms[peer]
}

func (l *streams) add(s *Stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byUser[s.user] = append(slices.Clip(l.byUser[s.user]), s)
}

// remove takes s out, also of its rooms. Rooms without anybody are gone.
func (l *streams) remove(s *Stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(l.byUser[s.user]), func(o *Stream) bool { return o == s })
	if l.byUser[s.user] = rest; len(rest) == 0 {
		delete(l.byUser, s.user)
	}
	for _, p := range s.rooms {
		l.leaveLocked(s, p)
	}
	s.rooms, s.closed = nil, true
}

func (l *streams) leaveLocked(s *Stream, peer ids.Peer) {
	if r := l.rooms[peer]; r != nil && r.leave(s) {
		delete(l.rooms, peer)
	}
}

// place puts s into the rooms of peers and out of all others. It returns the rooms that are new.
func (l *streams) place(f *Feed, s *Stream, peers []ids.Peer) (fresh []*room) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.closed {
		return nil
	}
	stays := make(map[ids.Peer]bool, len(peers))
	for _, p := range peers {
		stays[p] = true
	}
	for _, p := range s.rooms {
		if !stays[p] {
			l.leaveLocked(s, p)
		}
	}
	for _, p := range peers {
		r := l.rooms[p]
		if r == nil {
			r = newRoom(f, p)
			l.rooms[p] = r
			fresh = append(fresh, r)
		}
		r.enter(s)
	}
	s.rooms = peers
	return fresh
}

// staying are those of peers in whose rooms s is.
func (l *streams) staying(s *Stream, peers []ids.Peer) []ids.Peer {
	l.mu.Lock()
	defer l.mu.Unlock()
	in := make(map[ids.Peer]bool, len(s.rooms))
	for _, p := range s.rooms {
		in[p] = true
	}
	return slices.DeleteFunc(peers, func(p ids.Peer) bool { return !in[p] })
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
	f := &Feed{
		render: h.render, messages: h.messages, users: u, channels: h.o.Channels, joined: h.o.Joined, intimate: intimate,
		streams: h.streams, devices: h.o.Devices,
	}
	f.ctx, f.end = context.WithCancel(context.Background())
	f.cancel = []func(){
		b.Subscribe(updates.Subject, f.nudged), b.Subscribe(messages.SubjectLive, f.live), b.Subscribe(subjectMember, f.moved),
		b.Subscribe(updates.SubjectDevice, f.deviceNews),
	}
	return f
}

// Close stops listening to the bus, and waits until nobody is told anything any more.
func (f *Feed) Close() {
	for _, cancel := range f.cancel {
		cancel()
	}
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.end()
	f.rooms.Wait()
}

// run runs fn in a goroutine that Close waits for; not after it.
func (f *Feed) run(fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.rooms.Go(fn)
	}
}

// Open begins a stream of what happens to user from now on, of which l is told.
func (f *Feed) Open(ctx context.Context, user ids.User, l Listener) (*Stream, error) {
	s := &Stream{feed: f, user: user, to: l}
	// It listens before it looks where the log stands, or an entry in between would be lost.
	f.streams.add(s)
	st, err := f.messages.State(ctx, user.Peer())
	if err == nil {
		err = f.place(ctx, s, true)
	}
	if err != nil {
		f.streams.remove(s)
		return nil, fmt.Errorf("open stream of user %d: %w", user, err)
	}
	s.detach = f.users.Presence().Attach(user)
	if s.start(st) {
		l.Wake()
	}
	return s, nil
}

// place takes s out of the rooms of channels that its user has left, and with enter puts it into those that he is in now.
func (f *Feed) place(ctx context.Context, s *Stream, enter bool) error {
	if f.joined == nil {
		return nil
	}
	s.placing.Lock() // what was asked for later is not overtaken by what was asked for before
	defer s.placing.Unlock()
	peers, err := f.joined(ctx, s.user)
	if err != nil {
		return err
	}
	peers = channelsAmong(peers)
	if !enter {
		peers = f.streams.staying(s, peers)
	}
	fresh := f.streams.place(f, s, peers)
	if len(fresh) == 0 {
		return nil
	}
	return f.open(ctx, fresh)
}

// open tells rooms where their logs stand.
func (f *Feed) open(ctx context.Context, fresh []*room) error {
	peers := make([]ids.Peer, len(fresh))
	for i, r := range fresh {
		peers[i] = r.peer
	}
	heads, err := f.messages.Heads(ctx, peers...)
	for _, r := range fresh {
		r.open(heads[r.peer].PTS) // 0 after an error: the first nudge will tell
	}
	return err
}

// moved hears that somebody came into a channel or went.
func (f *Feed) moved(m bus.Message) {
	for _, s := range f.streams.of(ids.User(m.Key)) {
		s.replace()
	}
}

func (f *Feed) nudged(m bus.Message) {
	e, ok := m.Value.(updates.Entry)
	if r := f.streams.room(ids.Peer(m.Key)); r != nil {
		r.nudged(e, ok)
		return
	}
	for _, s := range f.streams.of(ids.User(m.Key)) {
		if ok && s.take(e) || !ok && s.fallBehind() {
			s.to.Wake()
		}
	}
}

func (f *Feed) live(m bus.Message) {
	if m.Value == nil {
		return
	}
	if r := f.streams.room(ids.Peer(m.Key)); r != nil {
		r.live(m.Value)
		return
	}
	for _, s := range f.streams.of(ids.User(m.Key)) {
		if s.takeLive(m.Value) {
			s.to.Wake()
		}
	}
}

// Online returns how many members of a channel are online. Somebody whose client is connected while he does not look at it
// is not.
func (h *Handlers) Online(ch ids.Channel) int {
	r := h.streams.room(ch.Peer())
	if r == nil {
		return 0
	}
	return r.online(time.Now())
}
