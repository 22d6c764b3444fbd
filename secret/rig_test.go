package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// A testClock stands still until it is moved.
type testClock struct {
	mu     sync.Mutex
	now    time.Time
	alarms []alarm
}

type alarm struct {
	at time.Time
	c  chan time.Time
}

func newClock() *testClock { return &testClock{now: time.Unix(1_700_000_000, 0).UTC()} }

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := alarm{at: c.now.Add(d), c: make(chan time.Time, 1)}
	if d <= 0 {
		a.c <- c.now
	} else {
		c.alarms = append(c.alarms, a)
	}
	return a.c
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.alarms = slices.DeleteFunc(c.alarms, func(a alarm) bool {
		if a.at.After(c.now) {
			return false
		}
		a.c <- c.now
		return true
	})
}

var errNet = errors.New("the network is down")

// A network is a server for two devices that a test has in hand: it keeps what was sent until deliver.
type network struct {
	t     *testing.T
	clock *testClock
	mu    sync.Mutex
	chats map[ChatID]ChatUpdate
	boxes map[int64][]any // user: ChatUpdate, Incoming, readNotice
	files map[int64][]byte
	owner map[int64]FilePlace
	ids   int64
	log   []Packet // what was sent, in order
	mute  bool     // the server does not tell what was read
	// fail may refuse a call; after tells that the call had its effect.
	fail func(call string) (after bool, err error)
}

type readNotice struct {
	chat  ChatID
	until time.Time
}

func newNetwork(t *testing.T) *network {
	return &network{
		t: t, clock: newClock(), chats: make(map[ChatID]ChatUpdate), boxes: make(map[int64][]any),
		files: make(map[int64][]byte), owner: make(map[int64]FilePlace),
	}
}

// A device is a Client with what it heard.
type device struct {
	*Client
	net    *network
	user   int64
	o      Options
	events []Event
}

func (n *network) device(user int64, change ...func(*Options)) *device {
	d := &device{net: n, user: user}
	d.o = Options{Store: new(MemoryStore), Transport: wire{n, user}, User: user, Clock: n.clock}
	d.o.OnEvent = func(e Event) { d.events = append(d.events, e) }
	for _, f := range change {
		f(&d.o)
	}
	d.reopen()
	return d
}

// reopen is what a restart does.
func (d *device) reopen() {
	d.net.t.Helper()
	c, err := Open(context.Background(), d.o)
	if err != nil {
		d.net.t.Fatal("open:", err)
	}
	d.Client = c
}

// wire is the transport of one user.
type wire struct {
	n    *network
	user int64
}

// call runs f unless the network fails, before or after.
func (w wire) call(name string, f func() error) error {
	after, failed := false, error(nil)
	if w.n.fail != nil {
		after, failed = w.n.fail(name)
	}
	if failed != nil && !after {
		return failed
	}
	w.n.mu.Lock()
	defer w.n.mu.Unlock()
	return errors.Join(f(), failed)
}

func (w wire) DHConfig(_ context.Context, version int) (c DHConfig, err error) {
	return c, w.call("config", func() error {
		c = DHConfig{Version: 3, Random: bytes.Repeat([]byte{7}, 256)}
		if version != 3 {
			c.P, c.G = knownPrimeBytes(), 3
		}
		return nil
	})
}

func (w wire) Request(_ context.Context, with User, random int32, ga []byte) (u ChatUpdate, err error) {
	return u, w.call("request", func() error {
		id := ChatID(random)
		if _, again := w.n.chats[id]; !again {
			w.n.chats[id] = ChatUpdate{
				Chat: id, AccessHash: 99, Admin: w.user, Participant: with.ID, Stage: StageRequested, Public: ga,
			}
			w.n.boxes[with.ID] = append(w.n.boxes[with.ID], w.n.chats[id])
		}
		u = w.n.chats[id]
		u.Stage, u.Public = StageWaiting, nil
		return nil
	})
}

func (w wire) Accept(_ context.Context, p Peer, gb []byte, fingerprint int64) (u ChatUpdate, err error) {
	return u, w.call("accept", func() error {
		u = w.n.chats[p.Chat]
		if u.Stage == StageAccepted {
			return ErrAlreadyAccepted
		}
		if u.Stage != StageRequested {
			return ErrGone
		}
		u.Stage, u.Public, u.Fingerprint = StageAccepted, gb, fingerprint
		w.n.chats[p.Chat] = u
		w.n.boxes[u.Admin] = append(w.n.boxes[u.Admin], u)
		return nil
	})
}

func (w wire) Discard(_ context.Context, id ChatID, deleteHistory bool) error {
	return w.call("discard", func() error {
		u := w.n.chats[id]
		if u.Stage == StageDiscarded {
			return ErrGone
		}
		u.Stage, u.DeleteHistory = StageDiscarded, deleteHistory
		w.n.chats[id] = u
		w.n.boxes[u.Admin] = append(w.n.boxes[u.Admin], u)
		w.n.boxes[u.Participant] = append(w.n.boxes[u.Participant], u)
		return nil
	})
}

func (w wire) other(id ChatID) int64 {
	u := w.n.chats[id]
	return u.Admin + u.Participant - w.user
}

func (w wire) Send(_ context.Context, p Peer, packet Packet) (r Receipt, err error) {
	return r, w.call("send", func() error {
		if w.n.chats[p.Chat].Stage != StageAccepted {
			return ErrGone
		}
		r.Date = w.n.clock.Now().Truncate(time.Second)
		if f := packet.File; f != nil {
			if r.Place = f.Place; f.Place.ID == 0 {
				r.Place = w.n.keep(f)
			}
		}
		w.n.log = append(w.n.log, packet)
		in := Incoming{
			Chat: p.Chat, RandomID: packet.RandomID, Date: r.Date, Data: slices.Clone(packet.Data), Place: r.Place,
		}
		w.n.boxes[w.other(p.Chat)] = append(w.n.boxes[w.other(p.Chat)], in)
		return nil
	})
}

func (n *network) keep(f *PacketFile) FilePlace {
	n.ids++
	p := FilePlace{ID: n.ids, AccessHash: 5, Size: int64(len(n.files[f.Upload.ID])), DC: 2, Fingerprint: f.Fingerprint}
	n.files[p.ID] = n.files[f.Upload.ID]
	return p
}

func (w wire) MarkRead(_ context.Context, p Peer, until time.Time) error {
	return w.call("read", func() error {
		if w.n.mute {
			return nil
		}
		w.n.boxes[w.other(p.Chat)] = append(w.n.boxes[w.other(p.Chat)], readNotice{p.Chat, until})
		return nil
	})
}

func (w wire) SetTyping(context.Context, Peer, bool) error {
	return w.call("typing", func() error { return nil })
}

func (w wire) Upload(_ context.Context, r io.Reader, size int64) (u Upload, err error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return u, err
	}
	return u, w.call("upload", func() error {
		if int64(len(b)) != size {
			return fmt.Errorf("%d bytes of %d", len(b), size)
		}
		w.n.ids++
		w.n.files[w.n.ids] = b
		u = Upload{ID: w.n.ids, Parts: 1}
		return nil
	})
}

func (w wire) Download(_ context.Context, p FilePlace, offset int64, limit int) (b []byte, err error) {
	return b, w.call("download", func() error {
		f := w.n.files[p.ID]
		offset = min(offset, int64(len(f)))
		b = f[offset:min(offset+int64(limit), int64(len(f)))]
		return nil
	})
}

// take empties the box of a user.
func (n *network) take(user int64) []any {
	n.mu.Lock()
	defer n.mu.Unlock()
	box := n.boxes[user]
	n.boxes[user] = nil
	return box
}

func (d *device) handle(item any) {
	d.net.t.Helper()
	var err error
	switch item := item.(type) {
	case ChatUpdate:
		err = d.HandleChat(context.Background(), item)
	case Incoming:
		err = d.HandleMessage(context.Background(), item)
	case readNotice:
		err = d.HandleRead(context.Background(), item.chat, item.until)
	}
	if err != nil {
		d.net.t.Fatal("handle:", err)
	}
}

// mangle loses, doubles and reorders what is on its way; chats' stages arrive as they are.
type mangle struct {
	*rand.Rand
	lose, double, reorder float64
}

func (m *mangle) apply(box []any) []any {
	if m == nil {
		return box
	}
	var out []any
	for _, item := range box {
		if _, isMessage := item.(Incoming); !isMessage {
			out = append(out, item)
			continue
		}
		if m.Float64() < m.lose {
			continue
		}
		out = append(out, item)
		if m.Float64() < m.double {
			out = append(out, item)
		}
	}
	for i := range out {
		if i > 0 && m.Float64() < m.reorder {
			j := m.IntN(i + 1)
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// deliver sends what waits and hands it over once.
func (n *network) deliver(m *mangle, devices ...*device) (moved int) {
	n.t.Helper()
	for _, d := range devices {
		if err := d.Flush(context.Background()); err != nil && !errors.Is(err, errNet) {
			n.t.Fatal("flush:", err)
		}
	}
	for _, d := range devices {
		for _, item := range m.apply(n.take(d.user)) {
			d.handle(item)
			moved++
		}
	}
	return moved
}

// settle goes on until nothing moves.
func (n *network) settle(devices ...*device) {
	n.t.Helper()
	for range 1000 {
		if n.deliver(nil, devices...) == 0 {
			return
		}
	}
	n.t.Fatal("never comes to rest")
}

// pair are two devices with a chat that is ready.
func (n *network) pair(change ...func(*Options)) (a, b *device, id ChatID) {
	n.t.Helper()
	a, b = n.device(1, change...), n.device(2, change...)
	return a, b, n.connect(a, b)
}

func (n *network) connect(a, b *device) ChatID {
	n.t.Helper()
	chat, err := a.Request(context.Background(), User{ID: b.user})
	if err != nil {
		n.t.Fatal("request:", err)
	}
	n.deliver(nil, b)
	if err := b.Accept(context.Background(), chat.ID); err != nil {
		n.t.Fatal("accept:", err)
	}
	n.settle(a, b)
	return chat.ID
}

func (d *device) say(id ChatID, text string) Message {
	d.net.t.Helper()
	m, err := d.Send(context.Background(), id, Draft{Text: text})
	if err != nil {
		d.net.t.Fatal("send:", err)
	}
	return m
}

func (d *device) chat(id ChatID) Chat {
	d.net.t.Helper()
	c, err := d.Chat(id)
	if err != nil {
		d.net.t.Fatal(err)
	}
	return c
}

func (d *device) history(id ChatID) []Message {
	d.net.t.Helper()
	var all []Message
	for {
		last := int64(0)
		if len(all) > 0 {
			last = all[len(all)-1].Order
		}
		page, err := d.History(context.Background(), id, last, 100)
		if err != nil {
			d.net.t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// heard are the texts that came in.
func (d *device) heard(id ChatID) (texts []string) {
	d.net.t.Helper()
	for _, m := range d.history(id) {
		if !m.Out && m.Action == nil {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func (d *device) kinds() (kinds []EventKind) {
	for _, e := range d.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func (d *device) saw(kind EventKind) bool { return slices.Contains(d.kinds(), kind) }

// state is the record of a chat, for looking.
func (d *device) state(id ChatID) *chatState {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.chats[id].copy()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var ctx = context.Background()
