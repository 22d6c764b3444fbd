package chats

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/packed"
	"hermod/internal/tl/tg"
)

const (
	// roomTime bounds how long a room reads and shows at a time.
	roomTime = 30 * time.Second
	// intimate is up to how many members who are here each gets a form of his own, with all that he may know about who is
	// in it. The form for all has only what everybody may know.
	intimate = 20
	// maxOwn is how many members who are here may get a form of a live value of their own, when it has none for all.
	maxOwn = 1000
	// maxNewcomers is how many of those from whom an old message is hidden are told apart from the others.
	maxNewcomers = 5000
	// smallRoom is up to how many streams a single goroutine tells.
	smallRoom = 64
	// crowd is from how many streams on a room passes typing on no more often than every typingEvery.
	crowd       = 200
	typingEvery = time.Second
)

// A room is a channel some of whose members are here. What happens in it is shown once and given to all of them; only
// who wrote a message, and those whom it mentions, get a form of their own. One goroutine at a time does that, so that
// everything stays in order; it runs only while there is something to tell.
type room struct {
	feed *Feed
	peer ids.Peer

	mu      sync.Mutex
	members map[*Stream]struct{}
	list    []*Stream // members, made when it is needed; nil after a change
	queue   []queued
	tail    int32 // the position behind the queue; 0 until it is known
	told    int32 // the position behind what was taken
	behind  bool  // what comes after tail is to be read from the log
	running bool
	typed   time.Time
}

func newRoom(f *Feed, peer ids.Peer) *room {
	return &room{feed: f, peer: peer, members: make(map[*Stream]struct{})}
}

func (r *room) enter(s *Stream) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[s] = struct{}{}
	r.list = nil
}

// leave reports whether nobody is left.
func (r *room) leave(s *Stream) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, s)
	r.list = nil
	return len(r.members) == 0
}

// users are those who have a stream here, each once.
func (r *room) users() []ids.User {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := make(map[ids.User]struct{}, len(r.members))
	for s := range r.members {
		seen[s.user] = struct{}{}
	}
	return slices.Collect(maps.Keys(seen))
}

// online counts those who say that they look at one of their clients.
func (r *room) online(now time.Time) int {
	return r.feed.users.Presence().CountOnline(r.users(), now)
}

// open notes where the log stands. What is nudged after that follows.
func (r *room) open(pts int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tail == 0 {
		r.tail, r.told = pts, pts
		return
	}
	r.behind = r.behind || pts > r.tail
	r.wakeLocked()
}

// nudged takes an entry; without one there is something in the log.
func (r *room) nudged(e updates.Entry, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !ok && r.tail == 0:
		return // not open yet: what open finds is behind this
	case ok && e.Count == 0:
		r.queue = append(r.queue, queued{entry: e})
	case ok && e.PTS <= r.tail:
		return // came twice
	case ok && (e.PTS-e.Count == r.tail || r.tail == 0) && len(r.queue) < maxQueued:
		r.queue, r.tail = append(r.queue, queued{entry: e}), e.PTS
	case len(r.queue) >= maxQueued:
		r.queue, r.tail, r.behind = nil, r.told, true
	default:
		r.behind = true
	}
	r.wakeLocked()
}

// live takes a value that is only told live. When there is too much, it is lost.
func (r *room) live(value any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) >= maxQueued || !r.mayTypeLocked(value) {
		return
	}
	r.queue = append(r.queue, queued{live: value})
	r.wakeLocked()
}

// mayTypeLocked bounds typing in a crowd, where nobody can follow it.
func (r *room) mayTypeLocked(value any) bool {
	if _, typing := value.(messages.Typing); !typing || len(r.members) < crowd {
		return true
	}
	now := time.Now()
	if now.Sub(r.typed) < typingEvery {
		return false
	}
	r.typed = now
	return true
}

func (r *room) wakeLocked() {
	if r.running || len(r.queue) == 0 && !r.behind {
		return
	}
	r.running = true
	r.feed.run(r.run)
}

// A batch is what a room has to tell, and whom.
type batch struct {
	queue   []queued
	from    int32 // the position behind queue
	behind  bool
	members []*Stream
}

// next takes what there is to tell; nil ends the run.
func (r *room) next() *batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) == 0 && !r.behind || len(r.members) == 0 {
		r.running, r.queue = false, nil
		return nil
	}
	if r.list == nil {
		r.list = make([]*Stream, 0, len(r.members))
		for s := range r.members {
			r.list = append(r.list, s)
		}
	}
	b := &batch{queue: r.queue, from: r.tail, behind: r.behind, members: r.list}
	r.queue, r.behind, r.told = nil, false, r.tail
	return b
}

func (r *room) run() {
	for b := r.next(); b != nil; b = r.next() {
		ctx, cancel := context.WithTimeout(r.feed.ctx, roomTime)
		err := r.tell(ctx, b)
		if err != nil && r.feed.ctx.Err() == nil {
			slog.ErrorContext(ctx, "a channel could not be told of", "error", err)
			r.tooLong(ctx, b.members)
		}
		cancel()
	}
}

func (r *room) tell(ctx context.Context, b *batch) error {
	if err := r.show(ctx, b.queue, b.members); err != nil || !b.behind {
		return err
	}
	d, err := r.feed.messages.Since(ctx, r.peer, b.from, time.Now(), maxBehind)
	if errors.Is(err, updates.ErrTooOld) {
		d.More = true
		d.State, err = r.feed.messages.State(ctx, r.peer)
	}
	if err != nil {
		return err
	}
	r.moveTo(d.State.PTS)
	if d.More {
		r.tooLong(ctx, b.members)
		return nil
	}
	queue := contiguous(b.from, d.Entries)
	if last := d.State.PTS - reached(b.from, d.Entries); last > 0 {
		queue = append(queue, queued{entry: filler(r.peer, d.State.PTS, last, d.State.Date)})
	}
	return r.show(ctx, queue, b.members)
}

// reached is the position behind entries.
func reached(from int32, entries []updates.Entry) int32 {
	for _, e := range entries {
		from = max(from, e.PTS)
	}
	return from
}

// moveTo notes that everything up to pts was read from the log.
func (r *room) moveTo(pts int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue = slices.DeleteFunc(r.queue, func(q queued) bool {
		return q.live == nil && q.entry.Count > 0 && q.entry.PTS <= pts
	})
	r.told, r.tail = pts, max(r.tail, pts)
}

// A post is something on its way to the members of a channel.
type post struct {
	form   *packed.Form              // nil: there is none for all
	own    map[ids.User]*packed.Form // for whom it is another; nil is nothing
	except updates.Origin
}

// show shows what is queued and tells members of it.
func (r *room) show(ctx context.Context, queue []queued, members []*Stream) error {
	if len(queue) == 0 {
		return nil
	}
	here := make(map[ids.User]bool, len(members))
	for _, s := range members {
		here[s.user] = true
	}
	posts := make([]post, 0, len(queue))
	for _, q := range queue {
		p, err := r.showOne(ctx, q, here)
		if err != nil {
			return err
		}
		posts = append(posts, p)
	}
	tellAll(members, posts)
	return nil
}

func (r *room) showOne(ctx context.Context, q queued, here map[ids.User]bool) (post, error) {
	if q.live != nil {
		return r.showLive(ctx, q.live, here)
	}
	e, err := r.feed.complete(ctx, q.entry)
	if err != nil {
		return post{}, err
	}
	p := post{except: e.Origin}
	shown, err := r.feed.render.PushEach(ctx, r.viewers(e, here), e)
	if err != nil {
		return p, err
	}
	p.own = make(map[ids.User]*packed.Form, len(shown))
	for viewer, u := range shown {
		p.own[viewer] = formOf(u)
	}
	p.form = p.own[0]
	delete(p.own, 0)
	return p, r.hide(ctx, e, &p)
}

// hide keeps the edit of an old message from those who came later, where the history is hidden from them: for them the
// position moves and nothing else. Where they are too many to be told apart, that is so for all but the author.
func (r *room) hide(ctx context.Context, e updates.Entry, p *post) error {
	m, _ := e.Value.(*messages.Message)
	if _, edit := e.Event.(updates.EditMessage); !edit || m == nil || r.feed.channels == nil {
		return nil
	}
	late, err := r.feed.channels.Newcomers(ctx, r.peer.Channel(), m.ID, m.Date, maxNewcomers)
	if err != nil || len(late) == 0 {
		return err
	}
	u, err := r.feed.render.Push(ctx, 0, filler(r.peer, e.PTS, e.Count, e.Date))
	if err != nil {
		return err
	}
	nothing := formOf(u)
	if len(late) == maxNewcomers {
		p.form = nothing
		for user := range p.own {
			if user != m.Writer() {
				p.own[user] = nothing
			}
		}
	}
	for _, user := range late {
		p.own[user] = nothing
	}
	return nil
}

// viewers are those who get a form of e of their own, and 0 for all others if there are any.
func (r *room) viewers(e updates.Entry, here map[ids.User]bool) []ids.User {
	if len(here) <= r.feed.intimate {
		return some(here, len(here))
	}
	m, _ := e.Value.(*messages.Message)
	own := slices.DeleteFunc(concerned(m), func(u ids.User) bool { return !here[u] })
	return append(own, 0)
}

// concerned are those to whom m looks different than to others.
func concerned(m *messages.Message) []ids.User {
	if m == nil {
		return nil
	}
	return append([]ids.User{m.Writer()}, m.Mentions...)
}

func (r *room) showLive(ctx context.Context, value any, here map[ids.User]bool) (p post, err error) {
	show := func(viewer ids.User) (tg.UpdatesClass, error) { return r.feed.render.Live(ctx, viewer, value) }
	if err := p.fill(show, r.ownLive(value, here), here); err != nil || p.form != nil {
		return p, err
	}
	return p, p.fill(show, some(here, maxOwn), here)
}

// ownLive are those who get a form of a live value of their own. What a channel is looks different to each member by his
// rights, and changes seldom.
func (r *room) ownLive(value any, here map[ids.User]bool) []ids.User {
	switch v := value.(type) {
	case messages.Typing:
		return []ids.User{v.From} // he knows
	case channels.Changed:
		return some(here, maxOwn)
	}
	return nil
}

func some(users map[ids.User]bool, limit int) []ids.User {
	list := make([]ids.User, 0, min(len(users), limit))
	for u := range users {
		if len(list) == limit {
			break
		}
		list = append(list, u)
	}
	return list
}

// fill shows something to all, and to those among own who are here as they see it.
func (p *post) fill(show func(viewer ids.User) (tg.UpdatesClass, error), own []ids.User, here map[ids.User]bool) error {
	u, err := show(0)
	if err != nil {
		return err
	}
	p.form, p.own = formOf(u), make(map[ids.User]*packed.Form, len(own))
	for _, user := range own {
		if !here[user] {
			continue
		}
		if u, err = show(user); err != nil {
			return err
		}
		p.own[user] = formOf(u)
	}
	return nil
}

// formOf is nil for nothing.
func formOf(u tg.UpdatesClass) *packed.Form {
	if u == nil {
		return nil
	}
	return packed.NewForm(u)
}

// tooLong makes members ask for the difference of the channel.
func (r *room) tooLong(ctx context.Context, members []*Stream) {
	r.mu.Lock()
	pts := r.tail
	r.mu.Unlock()
	u := &tg.UpdateChannelTooLong{ChannelID: int64(r.peer.Channel()), Pts: &pts}
	form := packed.NewForm(&tg.UpdateShort{Update: u, Date: int32(time.Now().Unix())})
	if full, err := r.feed.render.Answer(ctx, 0, []ids.Peer{r.peer}, u); err == nil {
		form = packed.NewForm(full)
	}
	tellAll(members, []post{{form: form}})
}

// tellAll gives posts to members, a crowd of them in as many goroutines as there are processors.
func tellAll(members []*Stream, posts []post) {
	plain := plainForms(posts)
	workers := min(runtime.GOMAXPROCS(0), 1+len(members)/smallRoom)
	if workers == 1 {
		for _, s := range members {
			s.hear(posts, plain)
		}
		return
	}
	var wait sync.WaitGroup
	var next atomic.Int64
	for range workers {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(members)); i = next.Add(1) - 1 {
				members[i].hear(posts, plain)
			}
		})
	}
	wait.Wait()
}

// plainForms are the forms for those to whom none of posts looks different.
func plainForms(posts []post) []*packed.Form {
	plain := make([]*packed.Form, 0, len(posts))
	for _, p := range posts {
		if p.form != nil {
			plain = append(plain, p.form)
		}
	}
	return plain
}

// hear tells the sessions of s.
func (s *Stream) hear(posts []post, plain []*packed.Form) {
	if !slices.ContainsFunc(posts, func(p post) bool { _, own := p.own[s.user]; return own }) {
		s.to.Hear(0, plain...)
		return
	}
	for _, p := range posts {
		form := p.form
		if own, ok := p.own[s.user]; ok {
			form = own
		}
		if form != nil {
			s.to.Hear(int64(p.except.Session), form)
		}
	}
}
