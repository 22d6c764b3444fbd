package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// privateCmd lets pairs talk.
type privateCmd struct {
	target
	bounds
	Pairs  int           `help:"Pairs that talk, in this part." default:"50"`
	Rate   float64       `help:"Messages per second that each person sends; 0 sends the next as soon as the last is acknowledged." default:"0"`
	Settle time.Duration `help:"How long to wait at the end for what is still on its way." default:"5s"`
}

type tgMessage = tg.MessageClass

// A talker is one half of a pair.
type talker struct {
	*user
	r     *run
	peer  *tg.InputPeerUser
	other *talker
	began tg.UpdatesState // before the first message

	mu    sync.Mutex
	sent  int         // acknowledged by the server
	heard map[int]int // how often each message of the other was pushed
	last  int         // the highest of them
}

// Run lets people write to each other at once, both ways, and compares what was acknowledged with what came.
func (c *privateCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "private", c.target, c.bounds)
	if err != nil {
		return err
	}
	r.b.Workers = max(r.b.Workers, 2) // one for each half of a pair, at least
	talkers, err := c.introduce(ctx, r)
	if err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	c.talk(ctx, r, talkers)
	if err := r.end(); err != nil {
		return err
	}
	c.settle(ctx, talkers)
	for _, t := range talkers {
		t.judge(ctx)
	}
	for _, t := range talkers {
		t.close()
	}
	return r.finish()
}

// introduce signs everybody in; 2i and 2i+1 are a pair.
func (c *privateCmd) introduce(ctx context.Context, r *run) ([]*talker, error) {
	talkers := make([]*talker, 2*c.Pairs)
	for i := range talkers {
		talkers[i] = &talker{r: r, heard: make(map[int]int)}
	}
	for i, t := range talkers {
		t.other = talkers[i^1]
	}
	err := r.setup(ctx, len(talkers), func(ctx context.Context, i int) (err error) {
		o := r.options()
		o.OnUpdate = talkers[i].hear
		talkers[i].user, err = r.signIn(ctx, i, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return talkers, r.setup(ctx, len(talkers), func(ctx context.Context, i int) error { return talkers[i].prepare(ctx) })
}

func (t *talker) prepare(ctx context.Context) (err error) {
	if t.peer, err = t.find(ctx, t.other.user); err != nil {
		return err
	}
	state, err := t.state(ctx)
	if err == nil {
		t.began = *state
	}
	return err
}

// talk lets everybody write until time or count is used up.
func (c *privateCmd) talk(ctx context.Context, r *run, talkers []*talker) {
	ctx, cancel := context.WithTimeout(ctx, r.b.Duration)
	defer cancel()
	each := max(1, r.b.Part.share(r.b.Count)/len(talkers))
	var wg sync.WaitGroup
	for _, t := range talkers {
		wg.Go(func() {
			for n := 1; n <= each && ctx.Err() == nil && t.say(ctx, n); n++ {
				pause(ctx, c.Rate)
			}
		})
	}
	wg.Wait()
}

// pause keeps a rate per second, unevenly, as people do.
func pause(ctx context.Context, rate float64) {
	if rate <= 0 {
		return
	}
	select {
	case <-time.After(time.Duration(2 * rand.Float64() / rate * float64(time.Second))):
	case <-ctx.Done():
	}
}

// say sends message n and returns false if that was the last.
func (t *talker) say(ctx context.Context, n int) bool {
	begin := time.Now()
	_, err := t.client.Invoke(ctx, &tg.MessagesSendMessage{
		Peer: t.peer, RandomID: rand.Int64(), Message: fmt.Sprintf("%d %d", n, begin.UnixNano()),
	})
	if err != nil {
		if ctx.Err() == nil {
			t.r.report.operation(0, err)
		}
		return false
	}
	t.r.report.operation(time.Since(begin), nil)
	t.mu.Lock()
	t.sent = n
	t.mu.Unlock()
	return true
}

// hear takes what the server pushes.
func (t *talker) hear(body []byte) {
	now := time.Now()
	r := tl.NewReader(body)
	u := tg.DecodeUpdatesClass(r)
	if err := r.End(); err != nil {
		t.r.report.fail(fmt.Errorf("update: %w", err))
		return
	}
	switch u := u.(type) {
	case *tg.UpdateShortMessage:
		if !u.Out {
			t.heardText(u.UserID, u.Message, now)
		}
	case *tg.Updates:
		t.heardAll(u.Updates, now)
	case *tg.UpdatesCombined:
		t.heardAll(u.Updates, now)
	}
}

func (t *talker) heardAll(updates []tg.UpdateClass, now time.Time) {
	for _, u := range updates {
		if u, ok := u.(*tg.UpdateNewMessage); ok {
			if m, ok := u.Message.(*tg.Message); ok && !m.Out {
				t.heardText(peerUser(m.PeerID), m.Message, now)
			}
		}
	}
}

func peerUser(p tg.PeerClass) int64 {
	if p, ok := p.(*tg.PeerUser); ok {
		return p.UserID
	}
	return 0
}

// heardText takes a message that was pushed.
func (t *talker) heardText(from int64, text string, now time.Time) {
	if !t.r.measuring.Load() {
		return
	}
	n, at := t.parse(from, text)
	if n == 0 {
		return
	}
	t.r.report.time(timeDelivery, now.Sub(at))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard[n]++
	if n < t.last && t.heard[n] == 1 {
		t.r.report.found(foundOutOfOrder, 1)
	}
	t.last = max(t.last, n)
}

// parse reads a message of this run; n is 0 if it is of another.
func (t *talker) parse(from int64, text string) (n int, at time.Time) {
	var nanos int64
	if _, err := fmt.Sscanf(text, "%d %d", &n, &nanos); err != nil || from != t.other.id {
		return 0, at
	}
	at = time.Unix(0, nanos)
	if at.Before(t.r.report.Begin) {
		return 0, at
	}
	return n, at
}

// settle waits until everything has come, or no longer.
func (c *privateCmd) settle(ctx context.Context, talkers []*talker) {
	deadline := time.Now().Add(c.Settle)
	for _, t := range talkers {
		for time.Now().Before(deadline) && ctx.Err() == nil && len(t.missing()) > 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// missing lists the messages that the other's server acknowledged and that did not come.
func (t *talker) missing() map[int]bool {
	t.other.mu.Lock()
	sent := t.other.sent
	t.other.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	missing := make(map[int]bool)
	for n := 1; n <= sent; n++ {
		if t.heard[n] == 0 {
			missing[n] = true
		}
	}
	return missing
}

// judge counts what went wrong. What was not pushed must be in the difference, as for any client that finds a gap.
func (t *talker) judge(ctx context.Context) {
	t.r.report.found(foundDoubled, t.doubled())
	t.r.report.found(foundOutOfOrder, 0)
	missing := t.missing()
	late := 0
	if len(missing) > 0 {
		_, err := t.difference(ctx, t.began, func(class tgMessage) {
			m, ok := class.(*tg.Message)
			if !ok || m.Out {
				return
			}
			if n, _ := t.parse(peerUser(m.PeerID), m.Message); missing[n] {
				delete(missing, n)
				late++
			}
		})
		if err != nil {
			t.r.report.fail(err)
		}
	}
	t.r.report.found(foundLate, late)
	t.r.report.found(foundLost, len(missing))
}

// doubled counts the messages that were pushed again.
func (t *talker) doubled() (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, times := range t.heard {
		n += times - 1
	}
	return n
}
