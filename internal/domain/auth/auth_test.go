package auth

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/auth/sender"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// world is a service on a fresh database, with a clock that tests move.
type world struct {
	*Service
	bus  *bus.Local
	post *post
	time *time.Time
	at   *sync.Mutex
}

// post keeps what was sent.
type post struct {
	mu   sync.Mutex
	all  []sender.Message
	fail map[string]bool // by kind
}

func (p *post) Send(_ context.Context, m sender.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail[m.Kind] {
		return errors.New("out of order")
	}
	p.all = append(p.all, m)
	return nil
}

// last is the message that was sent last.
func (p *post) last(t *testing.T) sender.Message {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.all) == 0 {
		t.Fatal("nothing was sent")
	}
	return p.all[len(p.all)-1]
}

// each runs fn on both engines, with test numbers on and all senders there.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	eachWith(t, func(*Options) {}, fn)
}

func eachWith(t *testing.T, change func(*Options), fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d, change)) })
}

func newWorld(t testing.TB, d *db.DB, change func(*Options)) *world {
	t.Helper()
	b := bus.NewLocal()
	log := updates.New(d, b)
	people := users.New(d, b, log)
	t.Cleanup(people.Close)
	p := &post{fail: make(map[string]bool)}
	opts := Options{TestNumbers: true, Senders: map[Kind]sender.Sender{SMS: p, Call: p, Email: p}}
	change(&opts)
	s, err := New(t.Context(), d, b, people, log, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	start := time.Now()
	w := &world{Service: s, bus: b, post: p, time: &start, at: new(sync.Mutex)}
	s.nowFunc = func() time.Time {
		w.at.Lock()
		defer w.at.Unlock()
		return *w.time
	}
	return w
}

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	w.at.Lock()
	defer w.at.Unlock()
	*w.time = w.time.Add(d)
}

// key makes a permanent key that has announced itself.
func (w *world) key(t testing.TB) Caller {
	t.Helper()
	k := newKey(t)
	if err := w.Create(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	c := Client{APIID: 4, Device: "Device", System: "System", App: "1.0", LangPack: "test", Lang: "en"}
	if err := w.Announce(t.Context(), ids.AuthKey(k.ID), 200, c); err != nil {
		t.Fatal(err)
	}
	return Caller{Key: ids.AuthKey(k.ID), Addr: "192.0.2.1"}
}

func newKey(t testing.TB) Key {
	t.Helper()
	k := Key{DC: 2, Salt: 7}
	rand.Read(k.Secret[:])
	k.ID = int64(binary.LittleEndian.Uint64(k.Secret[:]))
	return k
}

// phones are numbers that nobody else in a test has.
var phones = func() func() string {
	var mu sync.Mutex
	n := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("999665%04d", n)
	}
}()

// join signs up a new person by a new key.
func (w *world) join(t testing.TB, phone string) (Caller, ids.User) {
	t.Helper()
	by := w.key(t)
	hash := w.verify(t, by, phone)
	l, err := w.SignUp(t.Context(), NewPerson{By: by, Phone: phone, Hash: hash, First: "Ada"})
	if err != nil {
		t.Fatalf("sign up: %v", err)
	}
	return by, l.User
}

// verify shows the code of a test number that nobody has.
func (w *world) verify(t testing.TB, by Caller, phone string) (hash string) {
	t.Helper()
	sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
	if err != nil {
		t.Fatalf("send code: %v", err)
	}
	_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: "55555"})
	if !errors.Is(err, ErrSignUpRequired) {
		t.Fatalf("sign in: got %v, want ErrSignUpRequired", err)
	}
	return sent.Hash
}

// enterBy signs an existing person in by a test number.
func (w *world) enterBy(t testing.TB, by Caller, phone string) (Login, error) {
	t.Helper()
	sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
	if err != nil {
		t.Fatalf("send code: %v", err)
	}
	return w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: "55555"})
}

// user is who Who says stands behind a key.
func (w *world) user(t testing.TB, key ids.AuthKey) ids.User {
	t.Helper()
	who, err := w.Who(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return who.User
}

func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func wantWait(t testing.TB, what string, err error) {
	t.Helper()
	var wait *WaitError
	if !errors.As(err, &wait) || wait.Wait < time.Second {
		t.Errorf("%s: got %v, want a WaitError", what, err)
	}
}

func must(t testing.TB, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func newBenchWorld(b *testing.B) *world {
	b.Helper()
	return newWorld(b, dbtest.SQLite(b), func(*Options) {})
}
