// Package kill kills a server under load, with kill -9, again and again. What was acknowledged before is there after
// each restart, once and in order, on both sides, and no device ends with a gap.
//
// HERMOD_TEST_KILLS says how often; without it a short form runs.
package kill

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"hermod/internal/db/dbtest"
	"hermod/internal/tl/gen"
)

const (
	// patience is how long anything may take that has to come.
	patience = 60 * time.Second
	people   = 5
	// shortKills is how often a test run that was not asked kills.
	shortKills = 5
)

func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a server of its own, for a while")
	}
	kills := shortKills
	if s := os.Getenv("HERMOD_TEST_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	for name, url := range map[string]string{"sqlite": dbtest.SQLiteURL(t), "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			p := newProcess(t, url)
			p.start()
			w := newWorld(t, p)
			for i := range kills {
				w.round(i)
				if t.Failed() {
					t.Fatalf("kill %d of %d", i+1, kills)
				}
			}
			t.Logf("%d kills, %d operations acknowledged", kills, w.acked())
		})
	}
}

// A world is some people who talk, on a server that does not last.
type world struct {
	t      *testing.T
	server *process
	people []*person
}

func newWorld(t *testing.T, p *process) *world {
	w := &world{t: t, server: p}
	n := newNetwork(t, p)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for i := range people {
		w.people = append(w.people, w.join(ctx, n, i))
	}
	for _, p := range w.people {
		for _, o := range w.people {
			if o != p {
				p.others = append(p.others, o)
			}
		}
		if err := p.meet(ctx); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// join makes an account with two devices.
func (w *world) join(ctx context.Context, n *network, i int) *person {
	p := &person{name: string(rune('A' + i)), phone: fmt.Sprintf("999662%04d", i)}
	p.writer = &device{t: w.t, name: p.name + "'s writer", net: n}
	p.looker = &device{t: w.t, name: p.name + "'s looker", net: n}
	for _, d := range []*device{p.writer, p.looker} {
		w.t.Cleanup(d.disconnect)
		if err := d.connect(ctx); err != nil {
			w.t.Fatal(err)
		}
		id, err := d.signIn(ctx, p.phone, p.name)
		if err != nil {
			w.t.Fatalf("%s: %v", d.name, err)
		}
		p.id = id
		d.box = &box{t: w.t, name: d.name, pts: 1, date: 1, messages: map[int32]message{}}
		if err := d.settle(ctx); err != nil {
			w.t.Fatalf("%s: %v", d.name, err)
		}
	}
	return p
}

// round lets people work, kills the server in the midst of it, starts it again, and looks at what is there.
func (w *world) round(i int) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	stop := make(chan struct{})
	work, working := errgroup.WithContext(ctx)
	for _, p := range w.people {
		work.Go(func() error { return p.write(working, stop) })
		work.Go(func() error { return p.look(working, stop) })
	}
	w.killOnce(working, i)
	close(stop)
	if err := work.Wait(); err != nil {
		w.t.Fatal(err)
	}
	w.verify(ctx)
}

func (w *world) killOnce(ctx context.Context, i int) {
	w.waitAcked(ctx, w.acked()+people)
	time.Sleep(rand.N(300 * time.Millisecond))
	w.server.kill()
	w.server.start()
	if i%4 == 3 { // now and then it does not even get to its feet
		time.Sleep(rand.N(150 * time.Millisecond))
		w.server.kill()
		w.server.start()
	}
	w.waitAcked(ctx, w.acked()+people)
}

func (w *world) acked() (n int64) {
	for _, p := range w.people {
		n += p.acked.Load()
	}
	return n
}

// waitAcked waits until so many operations have been acknowledged.
func (w *world) waitAcked(ctx context.Context, n int64) {
	for w.acked() < n && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
}

// verify compares what was acknowledged, what the server has, and what every device saw.
func (w *world) verify(ctx context.Context) {
	w.t.Helper()
	for _, p := range w.people {
		there := w.history(ctx, p)
		for _, o := range p.others {
			w.compare(p, o, there[o.id])
		}
		state, err := p.writer.call(ctx, "updates.getState", nil)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, d := range []*device{p.writer, p.looker} {
			if err := d.settle(ctx); err != nil {
				w.t.Fatalf("%s: %v", d.name, err)
			}
			if want := state.Fields["pts"].(int32); d.box.pts != want {
				w.t.Errorf("%s is at %d, the log at %d", d.name, d.box.pts, want)
			}
			w.compareBox(d, there)
		}
	}
}

// compare checks p's chat with o against what both were told: their messages to each other, in order.
func (w *world) compare(p, o *person, chat map[int32]message) {
	w.t.Helper()
	var out, in []string
	for _, id := range slices.Sorted(maps.Keys(chat)) {
		if chat[id].out {
			out = append(out, chat[id].text)
		} else {
			in = append(in, chat[id].text)
		}
	}
	for side, pair := range map[string][2][]string{"sent": {out, p.texts(o)}, "received": {in, o.texts(p)}} {
		if !slices.Equal(pair[0], pair[1]) {
			w.t.Errorf("%s has, %s in the chat with %s:\n%q\nacknowledged were:\n%q", p.name, side, o.name, pair[0], pair[1])
		}
	}
}

// texts are the messages to another that were acknowledged and not deleted.
func (p *person) texts(to *person) (all []string) {
	for _, s := range p.sent {
		if s.to == to && !s.deleted {
			all = append(all, s.text)
		}
	}
	return all
}

// history reads the chats of p with the others from the server.
func (w *world) history(ctx context.Context, p *person) map[int64]map[int32]message {
	w.t.Helper()
	all := map[int64]map[int32]message{}
	for _, o := range p.others {
		chat := map[int32]message{}
		for offset := int32(0); ; {
			page, err := p.writer.call(ctx, "messages.getHistory", fields{
				"peer": p.peer(o), "offset_id": offset, "limit": int32(100),
			})
			if err != nil {
				w.t.Fatal(err)
			}
			messages := page.Fields["messages"].([]any)
			if len(messages) == 0 {
				break
			}
			for _, m := range messages {
				m := m.(gen.Value)
				id := m.Fields["id"].(int32)
				if offset != 0 && id >= offset {
					w.t.Fatalf("%s: message %d after %d in the history", p.name, id, offset)
				}
				offset = id
				if m.Name == "message" {
					chat[id] = parse(m)
				}
			}
		}
		all[o.id] = chat
	}
	return all
}

// compareBox checks what d saw, bit by bit, against what is there.
func (w *world) compareBox(d *device, there map[int64]map[int32]message) {
	w.t.Helper()
	want := map[int32]message{}
	for _, chat := range there {
		maps.Copy(want, chat)
	}
	for id, m := range d.box.messages {
		if _, ours := there[m.peer]; ours && want[id] != m { // the server's own notices are left out
			w.t.Errorf("%s saw message %d as %+v, it is %+v", d.name, id, m, want[id])
		}
	}
	for id, m := range want {
		if _, ok := d.box.messages[id]; !ok {
			w.t.Errorf("%s missed message %d: %+v", d.name, id, m)
		}
	}
}
