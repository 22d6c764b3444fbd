// Package secret_test runs secret chats between devices through a real server, with package secret on both ends.
package secret_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hermod/internal/db/dbtest"
	"hermod/secret"
	"hermod/test/secret/rig"
)

// A clock stands still until it is moved, so that a week takes no time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After is for Run, which these tests do not use.
func (c *clock) After(time.Duration) <-chan time.Time { return nil }

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A person has the device that takes part and one that must not notice.
type person struct {
	*rig.Device
	second *rig.Device
	phone  string
	path   string // of the file of the first device's store
	store  *secret.FileStore
}

// A world is two people on a server.
type world struct {
	t          *testing.T
	ctx        context.Context
	server     *rig.Server
	clock      *clock
	alice, bob *person
	chat       secret.ChatID
	fault      rig.Fault
	random     *rand.Rand
	keys, lost int // keys that came into use, messages that faulty lost
}

// onEngines runs f with a server on SQLite and one on PostgreSQL.
func onEngines(t *testing.T, f func(*world)) {
	if testing.Short() {
		t.Skip("runs a server of its own")
	}
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) { f(newWorld(t, url(t))) })
	}
}

func newWorld(t *testing.T, url string) *world {
	w := &world{
		t: t, ctx: t.Context(), server: rig.Start(t, url), clock: &clock{now: time.Now().UTC()},
		random: rand.New(rand.NewPCG(1, 2)),
	}
	w.alice = w.join("9996625001", "Alice")
	w.bob = w.join("9996625002", "Bob")
	return w
}

func (w *world) join(phone, name string) *person {
	w.t.Helper()
	p := &person{
		Device: w.server.SignIn(w.ctx, phone, name), second: w.server.SignIn(w.ctx, phone, name),
		phone: phone, path: filepath.Join(w.t.TempDir(), "store"),
	}
	w.open(p)
	w.must(p.second.Open(w.ctx, secret.Options{Store: new(secret.MemoryStore), Clock: w.clock}))
	w.t.Cleanup(func() { _ = p.store.Close() }) // the test may have closed it
	return p
}

// open starts the program of the first device, on what its file has.
func (w *world) open(p *person) {
	w.t.Helper()
	if p.store != nil {
		w.must(p.store.Close())
	}
	var err error
	p.store, err = secret.OpenFileStore(p.path)
	w.must(err)
	w.must(p.Open(w.ctx, secret.Options{
		Store: p.store, Clock: w.clock, OnEvent: func(e secret.Event) {
			switch e.Kind {
			case secret.Broken:
				w.t.Errorf("user %d: chat %d broke: %v", p.User, e.Chat.ID, e.Err)
			case secret.KeyChanged:
				w.keys++
			}
		},
	}))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) both() []*person { return []*person{w.alice, w.bob} }

func (w *world) other(p *person) *person {
	if p == w.alice {
		return w.bob
	}
	return w.alice
}

// connect makes the chat: Alice asks, Bob's first device accepts.
func (w *world) connect() {
	w.t.Helper()
	to, err := w.alice.Meet(w.ctx, w.bob.phone)
	w.must(err)
	chat, err := w.alice.Secret.Request(w.ctx, to)
	w.must(err)
	w.chat = chat.ID
	w.await(w.bob.Device, secret.Offered)
	w.await(w.bob.second, secret.Offered)
	w.must(w.bob.Secret.Accept(w.ctx, w.chat))
	w.await(w.alice.Device, secret.Ready)
	w.settle()
	for _, p := range w.both() {
		if c := w.state(p); c.State != secret.Ready || c.Layer != secret.Layer {
			w.t.Fatalf("user %d has %+v, want a chat that is ready", p.User, c)
		}
	}
	if a, b := w.state(w.alice), w.state(w.bob); a.Fingerprint != b.Fingerprint || a.KeyID != b.KeyID {
		w.t.Fatalf("fingerprints %v and %v", a.Fingerprint, b.Fingerprint)
	}
}

func (w *world) state(p *person) secret.Chat {
	w.t.Helper()
	c, err := p.Secret.Chat(w.chat)
	w.must(err)
	return c
}

// await has a device take in what comes until the chat is in a state.
func (w *world) await(d *rig.Device, want secret.State) {
	w.t.Helper()
	for end := time.Now().Add(rig.Patience); ; {
		w.sync(d)
		c, err := d.Secret.Chat(w.chat)
		if err == nil && c.State == want {
			return
		}
		if time.Now().After(end) {
			w.t.Fatalf("user %d has %+v, %v; want state %d", d.User, c, err, want)
		}
	}
}

// sync has devices take in what is there, through the fault. It returns how many messages came.
func (w *world) sync(devices ...*rig.Device) (n int) {
	w.t.Helper()
	for _, d := range devices {
		came, err := d.Sync(w.ctx, w.fault)
		w.must(err)
		n += came
	}
	return n
}

// exchange sends and delivers once in both directions.
func (w *world) exchange() (n int) {
	w.t.Helper()
	for _, p := range w.both() {
		w.must(p.Secret.Flush(w.ctx))
		n += w.sync(w.other(p).Device)
	}
	return n
}

// settle goes on until nothing comes any more: two rounds without a message, as the last one may have asked for more.
func (w *world) settle() {
	w.t.Helper()
	quiet := 0
	for range 1000 {
		if w.exchange() > 0 {
			quiet = 0
		} else if quiet++; quiet == 2 {
			return
		}
	}
	w.t.Fatal("never comes to rest")
}

// faulty loses pushes, and between the server and the devices loses, doubles and reorders messages.
func (w *world) faulty() rig.Fault {
	return rig.Fault{
		LosePush: func() bool { return w.random.Float64() < 0.3 },
		Messages: func(in []secret.Incoming) (out []secret.Incoming) {
			for _, m := range in {
				switch x := w.random.Float64(); {
				case x < 0.08:
					w.lost++
				case x < 0.13:
					out = append(out, m, m)
				default:
					out = append(out, m)
				}
			}
			if w.random.Float64() < 0.5 {
				w.random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
			}
			return out
		},
	}
}

func (w *world) say(p *person, d secret.Draft) secret.Message {
	w.t.Helper()
	m, err := p.Secret.Send(w.ctx, w.chat, d)
	w.must(err)
	return m
}

func (w *world) history(p *person) (all []secret.Message) {
	w.t.Helper()
	for after := int64(0); ; after = all[len(all)-1].Order {
		page, err := p.Secret.History(w.ctx, w.chat, after, 500)
		w.must(err)
		if all = append(all, page...); len(page) == 0 {
			return all
		}
	}
}

// heard are the texts of the other side.
func (w *world) heard(p *person) (texts []string) {
	w.t.Helper()
	for _, m := range w.history(p) {
		if !m.Out && m.Action == nil {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func (w *world) has(p *person, id int64) bool {
	w.t.Helper()
	_, err := p.Secret.Message(w.ctx, w.chat, id)
	if err != nil && !errors.Is(err, secret.ErrNoMessage) {
		w.t.Fatal(err)
	}
	return err == nil
}

// same compares what was heard with what was said.
func (w *world) same(who string, got, want []string) {
	w.t.Helper()
	if slices.Equal(got, want) {
		return
	}
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	w.t.Errorf("%s heard %d messages, want %d; they differ from %d on", who, len(got), len(want), i)
}

func (w *world) expire() {
	w.t.Helper()
	for _, p := range w.both() {
		w.must(p.Secret.Expire(w.ctx))
	}
	w.settle()
}

// inFiles says whether the file of either device's store contains text.
func (w *world) inFiles(text string) bool {
	w.t.Helper()
	for _, p := range w.both() {
		b, err := os.ReadFile(p.path)
		w.must(err)
		if strings.Contains(string(b), text) {
			return true
		}
	}
	return false
}
