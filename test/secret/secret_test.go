package secret_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"hermod/internal/tl/gen"
	"hermod/secret"
	"hermod/test/secret/rig"
)

// count is how many messages each side sends in the long conversation.
const count = 500

// TestConversation has two people say 500 things each, while messages are lost, doubled and reordered between the
// server and them, their programs and the server are started again, and keys change. All of it arrives, once and in
// order, and nobody's second device notices.
func TestConversation(t *testing.T) {
	onEngines(t, func(w *world) {
		w.connect()
		first := w.state(w.alice).KeyID
		w.fault = w.faulty()
		for _, p := range w.both() {
			p.LoseSent = func() bool { return w.random.Float64() < 0.03 }
		}
		said := w.converse()
		w.fault, w.alice.LoseSent, w.bob.LoseSent = rig.Fault{}, nil, nil
		w.finish(said)
		w.same("Bob", w.heard(w.bob), said[w.alice])
		w.same("Alice", w.heard(w.alice), said[w.bob])
		a, b := w.state(w.alice), w.state(w.bob)
		if a.KeyID != b.KeyID || a.KeyID == first || w.keys < 6 || w.lost < count/20 {
			w.t.Errorf("keys are %x and %x, the first was %x; %d changes of a key, %d messages lost",
				a.KeyID, b.KeyID, first, w.keys, w.lost)
		}
		w.t.Logf("%d changes of a key on both sides, %d messages lost", w.keys, w.lost)
		if a.Waiting+b.Waiting != 0 {
			w.t.Errorf("%d and %d messages wait", a.Waiting, b.Waiting)
		}
		w.secondDevices()
	})
}

func (w *world) converse() map[*person][]string {
	w.t.Helper()
	said := make(map[*person][]string)
	for i := range count {
		for _, p := range w.both() {
			text := fmt.Sprintf("%d says %d", p.User, i)
			said[p] = append(said[p], text)
			w.say(p, secret.Draft{Text: text})
		}
		if w.random.Float64() < 0.3 {
			w.exchange()
		}
		switch i {
		case count / 4:
			w.open(w.alice)
		case count / 2:
			w.server.Kill()
			w.server.Run()
		case 3 * count / 4:
			w.open(w.bob)
		}
		if i%10 == 0 { // so that what is missing is asked for once more
			w.clock.advance(time.Minute)
			for _, p := range w.both() {
				w.must(p.Secret.Expire(w.ctx))
			}
		}
	}
	return said
}

// finish says a last thing on a good line, behind which everything that is missing is found.
func (w *world) finish(said map[*person][]string) {
	w.t.Helper()
	for _, p := range w.both() {
		said[p] = append(said[p], "end")
		w.say(p, secret.Draft{Text: "end"})
	}
	for range 5 {
		w.settle()
		w.clock.advance(time.Minute)
		w.expire()
	}
}

// secondDevices fails if the devices that do not take part were given more than they have to know: nothing where the
// chat was asked for, the offer and its end where it was offered.
func (w *world) secondDevices() {
	w.t.Helper()
	w.await(w.bob.second, secret.Ended)
	w.sync(w.alice.second)
	if news := w.alice.second.News; len(news) != 0 {
		w.t.Errorf("Alice's second device was given %v", names(news))
	}
	for _, u := range w.bob.second.News {
		chat, _ := u.Fields["chat"].(gen.Value)
		if chat.Name != "encryptedChatRequested" && chat.Name != "encryptedChatDiscarded" {
			w.t.Errorf("Bob's second device was given %s %s", u.Name, chat.Name)
		}
	}
	if chats := w.alice.second.Secret.Chats(); len(chats) != 0 {
		w.t.Errorf("Alice's second device has %+v", chats)
	}
	if err := w.bob.second.Secret.Accept(w.ctx, w.chat); !errors.Is(err, secret.ErrState) {
		w.t.Errorf("accept on the second device: %v", err)
	}
}

func names(values []gen.Value) (all []string) {
	for _, v := range values {
		all = append(all, v.Name)
	}
	return all
}

// TestFiles sends files, one of them over a line that loses its message, and reads them on the other side.
func TestFiles(t *testing.T) {
	onEngines(t, func(w *world) {
		w.connect()
		for i, size := range []int{1, 4096, 131_072, 131_073, 3_000_000} {
			content := w.content(size)
			f, err := w.alice.Secret.Attach(w.ctx, bytes.NewReader(content), int64(size))
			w.must(err)
			m := w.say(w.alice, secret.Draft{Media: &secret.Media{Document: &secret.Document{
				File: f, MIME: "application/octet-stream", Attributes: secret.Attributes{Name: fmt.Sprint(i)},
			}}})
			if i == 2 {
				w.lose(w.alice)
				w.say(w.alice, secret.Draft{Text: "so that the loss is seen"})
			}
			w.settle()
			w.compare(w.bob, m.ID, content)
			w.compare(w.alice, m.ID, content)
		}
	})
}

func (w *world) content(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(w.random.Uint32())
	}
	return b
}

// lose has what p sends get lost behind the server's back.
func (w *world) lose(p *person) {
	w.t.Helper()
	w.must(p.Secret.Flush(w.ctx))
	w.fault = rig.Fault{Messages: func([]secret.Incoming) []secret.Incoming { return nil }}
	if n := w.sync(w.other(p).Device); n != 1 {
		w.t.Fatalf("%d messages were lost, want 1", n)
	}
	w.fault = rig.Fault{}
	w.sync(w.other(p).Device) // acknowledges what it never saw
}

func (w *world) compare(p *person, id int64, want []byte) {
	w.t.Helper()
	m, err := p.Secret.Message(w.ctx, w.chat, id)
	w.must(err)
	r, err := p.Secret.OpenFile(w.ctx, m.Media.Document.File)
	w.must(err)
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		w.t.Errorf("user %d reads %d bytes, %v; want %d that were sent", p.User, len(got), err, len(want))
	}
}

// marker is in the messages that have to vanish.
const marker = "MARKER-of-a-message-that-burns"

// TestTimers sets timers from a second to a week. Texts count from when they were read, photos from when they were
// opened, on both sides; then nothing of them is left, in the histories or in the files of the stores.
func TestTimers(t *testing.T) {
	onEngines(t, func(w *world) {
		w.connect()
		for i, ttl := range []time.Duration{
			time.Second, 5 * time.Second, time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour,
		} {
			from, to := w.alice, w.bob
			if i%2 == 1 {
				from, to = to, from
			}
			w.must(from.Secret.SetTTL(w.ctx, w.chat, ttl))
			w.burn(from, to, ttl)
		}
	})
}

func (w *world) burn(from, to *person, ttl time.Duration) {
	w.t.Helper()
	text := w.say(from, secret.Draft{Text: marker})
	f, err := from.Secret.Attach(w.ctx, bytes.NewReader([]byte("picture")), 7)
	w.must(err)
	photo := w.say(from, secret.Draft{Media: &secret.Media{Photo: &secret.Photo{File: f, Caption: marker}}})
	w.settle()
	if !w.inFiles(marker) {
		w.t.Fatal("the marker is not in the files, so that this test would find nothing")
	}
	w.clock.advance(ttl + time.Hour) // nobody has looked
	w.expire()
	w.holds(ttl, []*person{from, to}, []int64{text.ID, photo.ID}, true)

	w.must(to.Secret.MarkRead(w.ctx, w.chat, text.ID, photo.ID))
	w.settle()
	w.clock.advance(ttl + time.Second)
	w.expire()
	w.holds(ttl, []*person{from, to}, []int64{text.ID}, false)
	w.holds(ttl, []*person{from, to}, []int64{photo.ID}, true)

	w.must(to.Secret.MarkOpened(w.ctx, w.chat, photo.ID))
	w.settle()
	w.clock.advance(ttl - time.Nanosecond)
	w.expire()
	w.holds(ttl, []*person{from, to}, []int64{photo.ID}, true)
	w.open(to) // what counts survives a restart
	w.clock.advance(time.Second)
	w.expire()
	w.holds(ttl, []*person{from, to}, []int64{photo.ID}, false)
	if w.inFiles(marker) {
		w.t.Errorf("timer of %v: the marker is still in a file", ttl)
	}
}

func (w *world) holds(ttl time.Duration, people []*person, ids []int64, want bool) {
	w.t.Helper()
	for _, p := range people {
		for _, id := range ids {
			if got := w.has(p, id); got != want {
				w.t.Fatalf("timer of %v: user %d has the message: %v, want %v", ttl, p.User, got, want)
			}
		}
	}
}

// TestActions deletes, tells of a screenshot and of typing, flushes the history and ends the chat, each on both sides.
func TestActions(t *testing.T) {
	onEngines(t, func(w *world) {
		w.connect()
		one, two := w.say(w.alice, secret.Draft{Text: marker}), w.say(w.bob, secret.Draft{Text: "stays for now"})
		w.settle()
		w.must(w.bob.Secret.TookScreenshot(w.ctx, w.chat, one.ID))
		w.settle()
		last := w.history(w.alice)
		if a := last[len(last)-1].Action; a == nil || a.Screenshot == nil || !slices.Equal(*a.Screenshot, []int64{one.ID}) {
			w.t.Errorf("Alice was not told of the screenshot: %+v", last)
		}
		w.must(w.bob.Secret.Delete(w.ctx, w.chat, one.ID))
		w.settle()
		if w.has(w.alice, one.ID) || w.has(w.bob, one.ID) || w.inFiles(marker) {
			w.t.Error("the deleted message is still there")
		}
		w.must(w.alice.Secret.FlushHistory(w.ctx, w.chat))
		w.settle()
		if a, b := w.history(w.alice), w.history(w.bob); len(a)+len(b) != 0 || w.has(w.bob, two.ID) {
			w.t.Errorf("histories have %d and %d entries", len(a), len(b))
		}
		w.say(w.alice, secret.Draft{Text: marker})
		w.settle()
		w.must(w.bob.Secret.Discard(w.ctx, w.chat, true))
		w.await(w.alice.Device, secret.Ended)
		for _, p := range w.both() {
			if c := w.state(p); c.State != secret.Ended || c.KeyID != 0 || len(w.history(p)) != 0 {
				w.t.Errorf("user %d has %+v with %d messages", p.User, c, len(w.history(p)))
			}
		}
		if w.inFiles(marker) {
			w.t.Error("the marker is still in a file")
		}
		if _, err := w.alice.Secret.Send(w.ctx, w.chat, secret.Draft{Text: "x"}); !errors.Is(err, secret.ErrState) {
			w.t.Errorf("send after the end: %v", err)
		}
		w.secondDevices()
	})
}

// TestReadNotice has the server itself tell that texts were read.
func TestReadNotice(t *testing.T) {
	onEngines(t, func(w *world) {
		w.connect()
		m := w.say(w.alice, secret.Draft{Text: "read me"})
		w.settle()
		w.must(w.bob.Secret.MarkRead(w.ctx, w.chat, m.ID))
		for end := time.Now().Add(rig.Patience); ; {
			w.settle()
			got, err := w.alice.Secret.Message(w.ctx, w.chat, m.ID)
			w.must(err)
			if got.Status == secret.Read {
				break
			}
			if time.Now().After(end) {
				w.t.Fatalf("Alice's message is %+v, want it read", got)
			}
		}
	})
}
