package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var errCrash = errors.New("the power is out")

// A failingStore takes some changes and then no more, as if the device had stopped there.
type failingStore struct {
	Store
	left int
}

func (s *failingStore) Apply(ctx context.Context, b Batch) error {
	if s.left == 0 {
		return errCrash
	}
	s.left--
	return s.Store.Apply(ctx, b)
}

// TestCrashBetweenCommits stops one side after some number of commits of a conversation with a new key, a gap and a
// timer, starts it again and goes on. Nothing is lost and nothing comes twice.
func TestCrashBetweenCommits(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 7
	}
	for _, creator := range []bool{true, false} {
		for commits := 0; commits < 56; commits += step {
			t.Run(fmt.Sprint("creator ", creator, " after ", commits), func(t *testing.T) { crash(t, creator, commits) })
		}
	}
}

func crash(t *testing.T, creator bool, commits int) {
	n := newNetwork(t)
	a, b, id := n.pair(func(o *Options) { o.RekeyAfter = 12 })
	d := a
	if !creator {
		d = b
	}
	stable := d.o.Store
	d.o.Store = &failingStore{Store: stable, left: commits}
	d.reopen()
	var want []string
	for i := range 8 {
		text := fmt.Sprint("m", i)
		want = append(want, text)
		n.until(d, stable, func() error {
			if slices.Contains(d.said(id), text) {
				return nil // the message was in the store, the crash came after
			}
			_, err := d.Send(ctx, id, Draft{Text: text, TTL: time.Minute})
			return err
		})
		other := n.other(a, b, d)
		other.say(id, text)
		n.exchangeWithCrash(a, b, d, stable, i == 5)
	}
	for range 5 {
		n.exchangeWithCrash(a, b, d, stable, false)
		n.clock.advance(askAgain)
		n.until(d, stable, func() error { return d.Expire(ctx) })
		must(t, n.other(a, b, d).Expire(ctx))
	}
	same(t, "a", a.heard(id), want)
	same(t, "b", b.heard(id), want)
	if a.chat(id).KeyID != b.chat(id).KeyID {
		t.Error("the keys differ")
	}
}

func (d *device) said(id ChatID) (texts []string) {
	for _, m := range d.history(id) {
		if m.Out {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func (n *network) other(a, b, d *device) *device {
	if a == d {
		return b
	}
	return a
}

// until starts the device again whenever its store fails, and tries once more.
func (n *network) until(d *device, stable Store, f func() error) {
	n.t.Helper()
	for range 3 {
		err := f()
		if err == nil {
			return
		}
		if !errors.Is(err, errCrash) {
			n.t.Fatal(err)
		}
		d.o.Store = stable
		d.reopen()
	}
	n.t.Fatal("crashes again and again")
}

// exchangeWithCrash delivers both ways. What the device did not take in comes again, as the server has no
// acknowledgement of it. With lose, one delivery goes astray.
func (n *network) exchangeWithCrash(a, b, d *device, stable Store, lose bool) {
	n.t.Helper()
	for range 6 {
		for _, from := range []*device{a, b} {
			n.until(d, stable, func() error { return from.Flush(ctx) })
		}
		for _, to := range []*device{a, b} {
			box := n.take(to.user)
			if lose && len(box) > 0 {
				box, lose = box[1:], false
			}
			for _, item := range box {
				in, ok := item.(Incoming)
				if !ok {
					continue
				}
				n.until(d, stable, func() error { return to.HandleMessage(ctx, in) })
			}
		}
	}
}

// TestCrashWhileAgreeing stops either side between every two calls of the agreement on a key.
func TestCrashWhileAgreeing(t *testing.T) {
	for failAt := range 8 {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprint("call ", failAt, " after ", after), func(t *testing.T) {
				n := newNetwork(t)
				a, b := n.device(1), n.device(2)
				calls := 0
				n.fail = func(string) (bool, error) {
					calls++
					if calls-1 == failAt {
						return after, errNet
					}
					return false, nil
				}
				_, err := a.Request(ctx, User{ID: 2})
				restartIf(err, a)
				if len(a.Chats()) == 0 && !holds(a.o.Store, `"random"`) {
					_, err = a.Request(ctx, User{ID: 2}) // it failed before it began
					must(t, err)
				}
				n.deliver(nil, a, b)
				n.deliver(nil, a, b)
				id := b.Chats()[0].ID
				err = b.Accept(ctx, id)
				restartIf(err, b)
				if b.chat(id).State == Offered {
					must(t, b.Accept(ctx, id))
				}
				n.settle(a, b)
				restartIf(errNet, a)
				restartIf(errNet, b)
				a.say(id, "hello")
				n.settle(a, b)
				n.settle(a, b)
				same(t, "b", b.heard(id), []string{"hello"})
				if len(a.Chats()) != 1 || len(b.Chats()) != 1 {
					t.Errorf("there are %d and %d chats", len(a.Chats()), len(b.Chats()))
				}
			})
		}
	}
}

func restartIf(err error, d *device) {
	if err != nil {
		d.reopen()
	}
}

// TestRefusedMessage has the server refuse one message: an empty one takes its place.
func TestRefusedMessage(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	m := a.say(id, "refused")
	refused := false
	n.fail = func(call string) (bool, error) {
		if call == "send" && !refused {
			refused = true
			return false, ErrRefused
		}
		return false, nil
	}
	a.say(id, "next")
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"next"})
	if got, err := a.Message(ctx, id, m.ID); err != nil || got.Status != Failed {
		t.Errorf("message is %+v, %v; want Failed", got, err)
	}
}

func TestRefusedServiceEndsTheChat(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	n.fail = func(call string) (bool, error) {
		if call == "send" {
			return false, ErrRefused
		}
		return false, nil
	}
	must(t, a.TookScreenshot(ctx, id))
	n.settle(a, b)
	if a.chat(id).State != Ended || b.chat(id).State != Ended {
		t.Error("the chat goes on with a hole")
	}
}

func TestServerEndedTheChat(t *testing.T) {
	n := newNetwork(t)
	a, _, id := n.pair()
	n.chats[id] = ChatUpdate{Chat: id, Stage: StageDiscarded}
	a.say(id, "x")
	must(t, a.Flush(ctx))
	if a.chat(id).State != Ended {
		t.Errorf("state %d, want Ended", a.chat(id).State)
	}
}

func fileStore(t *testing.T, path string) *FileStore {
	t.Helper()
	s, err := OpenFileStore(path)
	must(t, err)
	t.Cleanup(func() { _ = s.Close() }) // closed twice by some tests
	return s
}

func set(pairs ...string) Batch {
	b := Batch{Set: make(map[string][]byte)}
	for i := 0; i < len(pairs); i += 2 {
		b.Set[pairs[i]] = []byte(pairs[i+1])
	}
	return b
}

func content(t *testing.T, s Store) map[string]string {
	t.Helper()
	all := make(map[string]string)
	must(t, s.Scan(ctx, "", "", func(k string, v []byte) bool { all[k] = string(v); return true }))
	return all
}

// TestStores runs what a Client needs on both stores.
func TestStores(t *testing.T) {
	for name, s := range map[string]Store{
		"memory": new(MemoryStore), "file": fileStore(t, filepath.Join(t.TempDir(), "s")),
	} {
		t.Run(name, func(t *testing.T) {
			must(t, s.Apply(ctx, set("b/2", "two", "a", "A", "b/1", "one", "b/10", "ten", "c", "")))
			var keys []string
			must(t, s.Scan(ctx, "b/", "", func(k string, _ []byte) bool { keys = append(keys, k); return len(keys) < 2 }))
			if !slices.Equal(keys, []string{"b/1", "b/10"}) {
				t.Errorf("scan found %q", keys)
			}
			keys = nil
			must(t, s.Scan(ctx, "b/", "b/10", func(k string, _ []byte) bool { keys = append(keys, k); return true }))
			if !slices.Equal(keys, []string{"b/10", "b/2"}) {
				t.Errorf("scan from b/10 found %q", keys)
			}
			if v, ok, err := s.Get(ctx, "c"); err != nil || !ok || len(v) != 0 {
				t.Errorf("empty value is %q, %v, %v", v, ok, err)
			}
			b := set("a", "B")
			b.Set["b/1"], b.Set["nothing"], b.Wipe = nil, nil, true
			must(t, s.Apply(ctx, b))
			if v, ok, _ := s.Get(ctx, "b/1"); ok {
				t.Errorf("removed key has %q", v)
			}
			if got := content(t, s); len(got) != 4 || got["a"] != "B" {
				t.Errorf("content is %q", got)
			}
		})
	}
}

// TestTornJournal cuts the file at every byte, as a crash may: what was there before the last batch is there, and the
// last batch is there as a whole or not at all.
func TestTornJournal(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s")
	s := fileStore(t, path)
	must(t, s.Apply(ctx, set("first", "1")))
	before := len(readAll(t, path))
	must(t, s.Apply(ctx, set("first", "2", "second", "2")))
	must(t, s.Close())
	whole := readAll(t, path)
	for n := range len(whole) + 1 {
		torn := filepath.Join(dir, fmt.Sprint("torn", n))
		must(t, os.WriteFile(torn, []byte(whole[:n]), 0o600))
		s := fileStore(t, torn)
		got := content(t, s)
		switch {
		case n == len(whole) && (got["first"] != "2" || got["second"] != "2"):
			t.Errorf("whole file has %q", got)
		case n >= before && n < len(whole) && (got["first"] != "1" || len(got) != 1):
			t.Errorf("cut at %d it has %q", n, got)
		}
		must(t, s.Apply(ctx, set("third", "3")))
		must(t, s.Close())
	}
}

func TestFileStoreRefusesOtherFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	must(t, os.WriteFile(path, []byte("#!/bin/sh\necho hello\n"), 0o600))
	if _, err := OpenFileStore(path); !errors.Is(err, ErrStore) {
		t.Errorf("error %v, want ErrStore", err)
	}
	if readAll(t, path)[:2] != "#!" {
		t.Error("the file was overwritten")
	}
	left := path + unfinished + "123"
	must(t, os.WriteFile(left, []byte("secrets"), 0o600))
	other := filepath.Join(filepath.Dir(path), "t"+unfinished+"1")
	must(t, os.WriteFile(other, nil, 0o600))
	_, _ = OpenFileStore(path)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Error("what a crash left behind is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("the file of another store is gone")
	}
}

func TestJournalIsCompacted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := fileStore(t, path)
	big := string(make([]byte, 100_000))
	for range 30 {
		must(t, s.Apply(ctx, set("key", big)))
	}
	if got := len(readAll(t, path)); got > 2*minCompaction {
		t.Errorf("journal has %d bytes for %d", got, len(big))
	}
}

func TestOpenFailsOnDamage(t *testing.T) {
	for name, value := range map[string]string{
		"no JSON": "{", "no key": `{"id":1,"state":4}`, "no state": `{"id":1}`, "short key": `{"id":1,"state":4,"key":{"secret":"AAAA"}}`,
	} {
		s := new(MemoryStore)
		must(t, s.Apply(ctx, set(chatKey(1), value)))
		if _, err := Open(ctx, Options{Store: s, Transport: wire{}}); !errors.Is(err, ErrStore) {
			t.Errorf("%s: error %v, want ErrStore", name, err)
		}
	}
}
