package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"hermod/internal/tl/tg"
)

// groupCmd lets people talk in many groups.
type groupCmd struct {
	target
	bounds
	Users  int           `help:"People." default:"40"`
	Groups int           `help:"Basic groups, and as many supergroups." default:"10"`
	Size   int           `help:"Members of each." default:"10"`
	Rate   float64       `help:"Messages per second of each person; 0: the next as soon as the last is acknowledged." default:"0"`
	Settle time.Duration `help:"How long to wait at the end for what is still on its way." default:"10s"`
}

func (c *groupCmd) Validate() error {
	switch {
	case c.Size < 2 || c.Size > 200 || c.Size > c.Users:
		return errors.New("--size must be 2 to 200, and no more than there are users")
	case c.Part.Of > 1:
		return errors.New("group is one process: its members count what the others say")
	}
	return c.bounds.Validate()
}

// A room is a group of either kind.
type room struct {
	members []*speaker
	chat    int64                         // of a basic group, else 0
	at      map[*speaker]*tg.InputChannel // of a supergroup
}

// A speaker is one of the people.
type speaker struct {
	*user
	t     *talk
	rooms []*room
	state *tg.UpdatesState // before the first message
	pts   map[*room]int32  // of supergroups, before the first message

	mu    sync.Mutex
	heard map[int]int
}

// A talk is a run.
type talk struct {
	*groupCmd
	r        *run
	rooms    []*room
	speakers []*speaker

	mu   sync.Mutex
	next int
	said map[int]saying // acknowledged
}

// A saying is who said something where.
type saying struct {
	by *speaker
	in *room
}

// Run lets everybody talk in all groups and compares what was acknowledged with what came.
func (c *groupCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "group", c.target, c.bounds)
	if err != nil {
		return err
	}
	t := &talk{groupCmd: c, r: r, said: make(map[int]saying)}
	defer t.close()
	if err := t.gather(ctx); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	t.run(ctx)
	if err := r.end(); err != nil {
		return err
	}
	t.settle(ctx)
	t.judge(ctx)
	return r.finish()
}

func (t *talk) close() {
	for _, s := range t.speakers {
		if s.user != nil {
			s.close()
		}
	}
}

func (t *talk) gather(ctx context.Context) error {
	for range t.Users {
		t.speakers = append(t.speakers, &speaker{t: t, heard: make(map[int]int), pts: make(map[*room]int32)})
	}
	err := t.r.setup(ctx, t.Users, func(ctx context.Context, i int) (err error) {
		o := t.r.options()
		o.OnUpdate = t.speakers[i].hear
		t.speakers[i].user, err = t.r.signIn(ctx, i, o)
		return err
	})
	if err != nil {
		return err
	}
	for i := range 2 * t.Groups {
		if err := t.open(ctx, i); err != nil {
			return err
		}
	}
	return t.r.setup(ctx, t.Users, func(ctx context.Context, i int) error { return t.speakers[i].note(ctx) })
}

// open makes the i-th group, by turns a basic one and a supergroup.
func (t *talk) open(ctx context.Context, i int) error {
	g := new(room)
	first := rand.IntN(t.Users)
	for n := range t.Size {
		s := t.speakers[(first+n)%t.Users]
		g.members = append(g.members, s)
		s.rooms = append(s.rooms, g)
	}
	t.rooms = append(t.rooms, g)
	if i%2 == 0 {
		return g.openBasic(ctx)
	}
	return g.openSuper(ctx)
}

func (g *room) openBasic(ctx context.Context) error {
	creator, request := g.members[0], &tg.MessagesCreateChat{Title: "Load"}
	for _, s := range g.members[1:] {
		peer, err := creator.find(ctx, s.user)
		if err != nil {
			return err
		}
		request.Users = append(request.Users, &tg.InputUser{UserID: peer.UserID, AccessHash: peer.AccessHash})
	}
	made, err := ask(ctx, creator.user, request, tg.DecodeMessagesInvitedUsers)
	if err != nil {
		return err
	}
	for _, class := range chatsIn(made.Updates) {
		if c, ok := class.(*tg.Chat); ok {
			g.chat = c.ID
			return nil
		}
	}
	return fmt.Errorf("no group in the answer: %w", errAnswer)
}

func (g *room) openSuper(ctx context.Context) error {
	g.at = make(map[*speaker]*tg.InputChannel)
	c, name, err := g.members[0].createChannel(ctx, true)
	if err != nil {
		return err
	}
	g.at[g.members[0]] = c
	for _, s := range g.members[1:] {
		if g.at[s], err = s.join(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// note remembers the positions before the first message.
func (s *speaker) note(ctx context.Context) (err error) {
	if s.state, err = s.user.state(ctx); err != nil {
		return err
	}
	for _, g := range s.rooms {
		if g.chat != 0 {
			continue
		}
		if s.pts[g], err = s.channelState(ctx, g.at[s]); err != nil {
			return err
		}
	}
	return nil
}

func (t *talk) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, t.r.b.Duration)
	defer cancel()
	var wg sync.WaitGroup
	for _, s := range t.speakers {
		if len(s.rooms) == 0 {
			continue
		}
		wg.Go(func() {
			for s.say(ctx) {
				pause(ctx, t.Rate)
			}
		})
	}
	wg.Wait()
}

// say says the next thing somewhere, and returns false when there is no more to say.
func (s *speaker) say(ctx context.Context) bool {
	t := s.t
	t.mu.Lock()
	t.next++
	n := t.next
	t.mu.Unlock()
	if n > t.Count || ctx.Err() != nil {
		return false
	}
	g := s.rooms[rand.IntN(len(s.rooms))]
	begin := time.Now()
	_, err := s.client.Invoke(ctx, &tg.MessagesSendMessage{Peer: g.peer(s), RandomID: rand.Int64(), Message: marked(n, markerSize, begin)})
	if err != nil {
		if ctx.Err() == nil {
			t.r.report.fail(err)
		}
		return false
	}
	t.r.report.operation(time.Since(begin), nil)
	t.mu.Lock()
	t.said[n] = saying{s, g}
	t.mu.Unlock()
	return true
}

func (g *room) peer(s *speaker) tg.InputPeerClass {
	if g.chat != 0 {
		return &tg.InputPeerChat{ChatID: g.chat}
	}
	return peerOf(g.at[s])
}

// hear takes what the server pushes.
func (s *speaker) hear(body []byte) {
	now := time.Now()
	eachMarker(body, func(n int, at time.Time) {
		s.t.r.report.time(timeDelivery, now.Sub(at))
		s.mu.Lock()
		defer s.mu.Unlock()
		s.heard[n]++
	})
}

// missing lists what others said where s is and s did not hear.
func (s *speaker) missing() map[int]*room {
	s.t.mu.Lock()
	defer s.t.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	missing := make(map[int]*room)
	for n, said := range s.t.said {
		if said.by != s && s.heard[n] == 0 && slices.Contains(said.in.members, s) {
			missing[n] = said.in
		}
	}
	return missing
}

func (t *talk) settle(ctx context.Context) {
	deadline := time.Now().Add(t.Settle)
	for _, s := range t.speakers {
		for time.Now().Before(deadline) && ctx.Err() == nil && len(s.missing()) > 0 {
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func (t *talk) judge(ctx context.Context) {
	for _, name := range []string{foundLost, foundDoubled, foundLate} {
		t.r.report.found(name, 0)
	}
	t.r.spread(ctx, len(t.speakers), func(i int) {
		if err := t.speakers[i].judge(ctx); err != nil {
			t.r.report.fail(err)
		}
	})
}

// judge counts what went wrong. What was not pushed must be in a difference.
func (s *speaker) judge(ctx context.Context) error {
	missing := s.missing()
	all := len(missing)
	found := func(class tgMessage) {
		if m, ok := class.(*tg.Message); ok {
			eachMarker([]byte(m.Message), func(n int, _ time.Time) { delete(missing, n) })
		}
	}
	var errs []error
	if all > 0 {
		_, err := s.difference(ctx, *s.state, found)
		errs = append(errs, err)
		for g, pts := range s.pts {
			errs = append(errs, s.channelDifference(ctx, g.at[s], pts, found))
		}
	}
	s.t.r.report.found(foundLate, all-len(missing))
	s.t.r.report.found(foundLost, len(missing))
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, times := range s.heard {
		s.t.r.report.found(foundDoubled, times-1)
	}
	return errors.Join(errs...)
}
