package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"hermod/internal/tl/tg"
)

// fanoutCmd posts to a channel whose members are online.
type fanoutCmd struct {
	target
	bounds
	Members int           `help:"Members that are online and read." default:"1000"`
	Silent  float64       `help:"Further members that stop reading, in per cent of the others." default:"1"`
	Size    int           `help:"Bytes of a post." default:"200"`
	Window  int           `help:"Posts on their way at once." default:"4"`
	Rate    float64       `help:"Posts per second; 0: the next as soon as the window allows it." default:"0"`
	Channel string        `help:"Username of a public channel that is there already, made by prepare; the first number is its owner." placeholder:"NAME"`
	Settle  time.Duration `help:"How long to wait at the end for what is still on its way." default:"10s"`
}

const maxMembers = 18_000 // of 20,000 open files

func (c *fanoutCmd) Validate() error {
	switch {
	case c.Members < 1 || c.Members > maxMembers:
		return fmt.Errorf("--members must be 1 to %d", maxMembers)
	case c.Silent < 0 || c.Silent > 100:
		return errors.New("--silent must be 0 to 100")
	case c.Size < markerSize || c.Size > 4096:
		return fmt.Errorf("--size must be %d to 4096", markerSize)
	case c.Window < 1:
		return errors.New("--window must be at least 1")
	case c.Part.Of > 1:
		return errors.New("fanout is one process: its members count what it posts")
	}
	return c.bounds.Validate()
}

// A fanout is a run of it.
type fanout struct {
	*fanoutCmd
	r       *run
	poster  *user
	channel *tg.InputChannel // as the poster names it
	name    string
	members []*member
	posts   int // how many there will be at most
	posted  int

	delivered atomic.Int64  // to members that read
	awaited   atomic.Int64  // the number of deliveries that somebody waits for
	arrived   chan struct{} // gets a value when it is reached
	release   chan struct{} // closed when silent members may read again
	sample    atomic.Pointer[[]byte]
}

// A member is one that is online.
type member struct {
	*user
	f       *fanout
	timed   bool // whether it takes times; not all do, so as not to measure that
	silent  bool
	channel *tg.InputChannel
	pts     int32 // of the channel, before the first post

	mu      sync.Mutex
	heard   []uint8 // how often each post was pushed
	last    int     // the newest of them
	tooLong int     // how often it was told to ask
}

// Run fills a channel, lets one person post and compares what was posted with what came.
func (c *fanoutCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "fanout", c.target, c.bounds)
	if err != nil {
		return err
	}
	f := &fanout{fanoutCmd: c, r: r, posts: c.Count, arrived: make(chan struct{}, 1), release: make(chan struct{})}
	defer f.close()
	if err := f.gather(ctx); err != nil {
		return err
	}
	before, err := f.bare(ctx)
	if err != nil {
		return err
	}
	if err := f.measure(ctx); err != nil {
		return err
	}
	after, err := f.bare(ctx)
	if err != nil {
		return err
	}
	f.r.report.compare((before+after)/2, f.delivered.Load())
	f.judge(ctx)
	return r.finish()
}

func (f *fanout) close() {
	f.wake()
	for _, m := range f.members {
		if m.user != nil {
			m.close()
		}
	}
	if f.poster != nil {
		f.poster.close()
	}
}

// wake lets the silent members read again.
func (f *fanout) wake() {
	select {
	case <-f.release:
	default:
		close(f.release)
	}
}

// gather makes the channel and brings its members online. The last of them are those that will stop reading.
func (f *fanout) gather(ctx context.Context) (err error) {
	if f.poster, err = f.r.signIn(ctx, 0, f.r.options()); err != nil {
		return err
	}
	if f.name = f.Channel; f.name == "" {
		f.channel, f.name, err = f.poster.createChannel(ctx, false)
	} else {
		f.channel, err = f.poster.look(ctx, f.name)
	}
	if err != nil {
		return err
	}
	silent := int(float64(f.Members) * f.Silent / 100)
	f.members = make([]*member, f.Members+silent)
	for i := range f.members {
		f.members[i] = &member{f: f, timed: i%16 == 0, silent: i >= f.Members, heard: make([]uint8, f.posts+1)}
	}
	if err := f.r.setup(ctx, len(f.members), f.enter); err != nil {
		return err
	}
	return f.warmUp(ctx)
}

// enter brings a member in.
func (f *fanout) enter(ctx context.Context, i int) (err error) {
	m := f.members[i]
	o := f.r.options()
	o.OnUpdate = m.hear
	if m.silent {
		o.DialContext = smallBuffer
	}
	if m.user, err = f.r.signIn(ctx, i+1, o); err != nil {
		return err
	}
	if m.channel, err = m.join(ctx, f.name); err != nil {
		return err
	}
	_, err = m.state(ctx)
	return err
}

// warmUp posts until everybody has heard of a post, so that all are known to be reached.
func (f *fanout) warmUp(ctx context.Context) error {
	for range 20 {
		if err := f.post(ctx, 0); err != nil {
			return err
		}
		if f.await(ctx, int64(f.Members), 2*time.Second) {
			break
		}
	}
	if f.sample.Load() == nil {
		return fmt.Errorf("no post reached the members: %w", errAnswer)
	}
	for _, m := range f.members {
		m.mu.Lock()
		m.heard[0], m.last = 0, 0
		m.mu.Unlock()
	}
	f.delivered.Store(0)
	return f.r.setup(ctx, len(f.members), func(ctx context.Context, i int) (err error) {
		m := f.members[i]
		m.pts, err = m.channelState(ctx, m.channel)
		return err
	})
}

// await waits until so many deliveries were made, and says whether they were.
func (f *fanout) await(ctx context.Context, deliveries int64, patience time.Duration) bool {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	f.awaited.Store(deliveries)
	for f.delivered.Load() < deliveries {
		select {
		case <-f.arrived:
		case <-timeout.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// bare lets the bare program do what the server is to do.
func (f *fanout) bare(ctx context.Context) (float64, error) {
	plan := barePlan{Connections: f.Members, Posts: min(f.Count, 1+500_000/f.Members), Body: *f.sample.Load()}
	for i := range plan.Secret {
		plan.Secret[i] = byte(rand.Uint32())
	}
	return bare(ctx, plan)
}

// measure posts, with a bounded number of posts on their way.
func (f *fanout) measure(ctx context.Context) error {
	if err := f.r.begin(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, f.Duration)
	defer cancel()
	for n := 1; n <= f.Count && ctx.Err() == nil; n++ {
		f.await(ctx, int64(n-f.Window)*int64(f.Members), f.Settle)
		begin := time.Now()
		if err := f.post(ctx, n); err != nil {
			f.r.report.fail(err)
			break
		}
		f.posted = n
		f.r.report.operation(time.Since(begin), nil)
		if f.Rate > 0 {
			time.Sleep(time.Until(f.r.report.Begin.Add(time.Duration(float64(n) / f.Rate * float64(time.Second)))))
		}
	}
	f.await(context.WithoutCancel(ctx), int64(f.posted)*int64(f.Members), f.Settle)
	return f.r.end()
}

func (f *fanout) post(ctx context.Context, n int) error {
	_, err := f.poster.client.Invoke(ctx, &tg.MessagesSendMessage{
		Peer: peerOf(f.channel), RandomID: rand.Int64(), Message: marked(n, f.Size, time.Now()),
	})
	return err
}

// hear takes what the server pushes.
func (m *member) hear(body []byte) {
	now := time.Now()
	if m.silent && m.f.r.measuring.Load() {
		<-m.f.release // does not read any more
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	found := false
	eachMarker(body, func(n int, at time.Time) {
		found = true
		m.take(n, now.Sub(at))
	})
	switch {
	case !found && hasTooLong(body):
		m.tooLong++
	case found && m.f.sample.Load() == nil:
		b := append([]byte(nil), body...)
		m.f.sample.Store(&b)
	}
}

// take counts a post.
func (m *member) take(n int, after time.Duration) {
	if n >= len(m.heard) {
		return
	}
	if m.heard[n] < 255 {
		m.heard[n]++
	}
	if m.heard[n] == 1 && n < m.last {
		m.f.r.report.found(foundOutOfOrder, 1)
	}
	m.last = max(m.last, n)
	if m.silent || m.heard[n] > 1 {
		return
	}
	if m.timed && n > 0 {
		m.f.r.report.time(timeDelivery, after)
	}
	if m.f.delivered.Add(1) == m.f.awaited.Load() {
		select {
		case m.f.arrived <- struct{}{}:
		default:
		}
	}
}
