package secret

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestBothSidesAgree lets two people do anything over a bad line: speak, delete, read, set timers, flush. When
// everything has arrived, both have the same messages, each side's in the order in which it made them.
func TestBothSidesAgree(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { agree(t, seed) })
	}
}

func agree(t *testing.T, seed uint64) {
	n := newNetwork(t)
	n.mute = true // its notices name a second, in which more may have been said than was read
	a, b, id := n.pair(func(o *Options) { o.RekeyAfter = 40 })
	r := rand.New(rand.NewPCG(seed, 2))
	m := &mangle{Rand: r, lose: 0.1, double: 0.1, reorder: 0.2}
	for range 300 {
		d := []*device{a, b}[r.IntN(2)]
		n.act(r, d, id)
		if r.IntN(3) == 0 {
			n.deliver(m, a, b)
		}
	}
	for range 10 {
		n.settle(a, b)
		n.clock.advance(askAgain)
		must(t, errors.Join(a.Expire(ctx), b.Expire(ctx)))
		a.say(id, "go on")
		b.say(id, "go on")
	}
	n.settle(a, b)
	for _, d := range []*device{a, b} {
		if s := d.chat(id); s.State != Ready || s.Waiting != 0 {
			t.Fatalf("chat is %+v", s)
		}
	}
	for _, out := range []bool{true, false} {
		x, y := ids(a.history(id), out), ids(b.history(id), !out)
		if !slices.Equal(x, y) {
			t.Errorf("messages differ: %d and %d of them", len(x), len(y))
		}
	}
}

// act does one thing that a person may do.
func (n *network) act(r *rand.Rand, d *device, id ChatID) {
	n.t.Helper()
	h := d.history(id)
	pick := func() int64 {
		if len(h) == 0 {
			return 0
		}
		return h[r.IntN(len(h))].ID
	}
	var err error
	switch x := r.IntN(100); {
	case x < 60:
		d.say(id, fmt.Sprint(x))
	case x < 72:
		err = d.Delete(ctx, id, pick())
	case x < 84:
		err = d.MarkRead(ctx, id, pick())
	case x < 90:
		err = d.SetTTL(ctx, id, time.Duration(r.IntN(3))*time.Second)
	case x < 92:
		err = d.FlushHistory(ctx, id)
	case x < 94:
		err = d.TookScreenshot(ctx, id, pick())
	case x < 96:
		d.reopen()
	default:
		n.clock.advance(time.Duration(r.IntN(3)) * time.Second)
		err = d.Expire(ctx)
	}
	must(n.t, err)
}

func ids(history []Message, out bool) (found []int64) {
	for _, m := range history {
		if m.Out == out {
			found = append(found, m.ID)
		}
	}
	return found
}
