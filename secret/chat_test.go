package secret

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestAgreeOnKey(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	ca, cb := a.chat(id), b.chat(id)
	if ca.State != Ready || cb.State != Ready || ca.KeyID == 0 || ca.KeyID != cb.KeyID {
		t.Errorf("chats are %+v and %+v, want the same key in both", ca, cb)
	}
	if ca.Fingerprint != cb.Fingerprint || ca.Fingerprint == (Fingerprint{}) {
		t.Errorf("fingerprints differ: %v and %v", ca.Fingerprint, cb.Fingerprint)
	}
	if !ca.Creator || cb.Creator || ca.Layer != Layer || cb.Layer != Layer {
		t.Errorf("chats are %+v and %+v, want each to know the other's layer", ca, cb)
	}
	if s := a.state(id); s.Secret != nil || s.Public != nil {
		t.Error("the exponent was kept")
	}
}

func TestMessagesInOrder(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	for i := range 10 {
		a.say(id, fmt.Sprint("a", i))
		b.say(id, fmt.Sprint("b", i))
	}
	n.settle(a, b)
	a.say(id, "bye")
	n.settle(a, b)
	if got := b.heard(id); len(got) != 11 || got[0] != "a0" || got[10] != "bye" {
		t.Errorf("b heard %q", got)
	}
	if got := a.heard(id); len(got) != 10 || got[9] != "b9" {
		t.Errorf("a heard %q", got)
	}
	for _, m := range b.history(id) {
		if m.Out && m.Status != Arrived {
			t.Errorf("%q has status %d, want Arrived", m.Text, m.Status)
		}
	}
}

// TestLossyNetwork is the promise of the package: whatever the way does, what one says the other hears, once and in
// order, while keys change.
func TestLossyNetwork(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { lossy(t, seed, 250) })
	}
}

func lossy(t *testing.T, seed uint64, count int) {
	n := newNetwork(t)
	a, b, id := n.pair(func(o *Options) { o.RekeyAfter = 20 })
	first := a.chat(id).KeyID
	m := &mangle{Rand: rand.New(rand.NewPCG(seed, 1)), lose: 0.2, double: 0.1, reorder: 0.3}
	n.fail = func(call string) (bool, error) {
		if call == "send" && m.Float64() < 0.1 {
			return m.Float64() < 0.5, errNet
		}
		return false, nil
	}
	var saidA, saidB []string
	for i := range count {
		saidA = append(saidA, fmt.Sprint("a", i))
		a.say(id, saidA[i])
		if m.Float64() < 0.7 {
			saidB = append(saidB, fmt.Sprint("b", i))
			b.say(id, saidB[len(saidB)-1])
		}
		if m.Float64() < 0.5 {
			n.deliver(m, a, b)
		}
		if m.Float64() < 0.1 {
			n.clock.advance(askAgain)
			must(t, errors.Join(a.Expire(ctx), b.Expire(ctx)))
		}
		if m.Float64() < 0.05 {
			a.reopen()
			b.reopen()
		}
	}
	n.fail = nil
	a.say(id, "end") // what was lost at the end is found by what follows
	b.say(id, "end")
	for range 20 {
		n.settle(a, b)
		n.clock.advance(askAgain)
		must(t, errors.Join(a.Expire(ctx), b.Expire(ctx)))
	}
	same(t, "b", b.heard(id), append(saidA, "end"))
	same(t, "a", a.heard(id), append(saidB, "end"))
	if a.chat(id).KeyID != b.chat(id).KeyID || a.chat(id).KeyID == first {
		t.Errorf("keys are %x and %x, want the same and not the first %x", a.chat(id).KeyID, b.chat(id).KeyID, first)
	}
}

func same(t *testing.T, who string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		t.Errorf("%s heard %d messages, want %d; they differ from %d on", who, len(got), len(want), i)
	}
}

func TestGapIsAskedForOnce(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	a.say(id, "lost")
	must(t, a.Flush(ctx))
	n.take(b.user)
	a.say(id, "one")
	a.say(id, "two")
	n.deliver(nil, a, b)
	if got := b.chat(id).Waiting; got != 2 || len(b.heard(id)) != 0 {
		t.Fatalf("%d wait and %q were heard, want 2 and none", got, b.heard(id))
	}
	sent := len(n.log)
	must(t, b.Flush(ctx))
	if got := len(n.log) - sent; got != 1 {
		t.Errorf("%d messages ask again, want 1", got)
	}
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"lost", "one", "two"})
}

func TestLostRequestIsRepeated(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	a.say(id, "lost")
	must(t, a.Flush(ctx))
	n.take(b.user)
	a.say(id, "one")
	n.deliver(nil, a, b)
	must(t, b.Flush(ctx))
	n.take(a.user) // the request is lost as well
	n.settle(a, b)
	if got := b.heard(id); got != nil {
		t.Fatalf("b heard %q", got)
	}
	n.clock.advance(askAgain)
	must(t, b.Expire(ctx))
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"lost", "one"})
	a.say(id, "later")
	b.say(id, "yes")
	n.settle(a, b)
	same(t, "a", a.heard(id), []string{"yes"})
}

func TestGapsOnBothSides(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	a.say(id, "lost a")
	b.say(id, "lost b")
	must(t, errors.Join(a.Flush(ctx), b.Flush(ctx)))
	n.take(a.user)
	n.take(b.user)
	a.say(id, "a")
	b.say(id, "b")
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"lost a", "a"})
	same(t, "a", a.heard(id), []string{"lost b", "b"})
}

// forge has one device say anything with any numbers, as a broken program would.
func (d *device) forge(id ChatID, f frame) Incoming {
	s := d.state(id)
	content, err := f.encode()
	must(d.net.t, err)
	return Incoming{Chat: id, RandomID: 1, Data: seal(s.Key, s.numbering().x(), content), Date: d.net.clock.Now()}
}

func TestImpossibleNumbersEndTheChat(t *testing.T) {
	// in and out are the numbers that come next, as they travel.
	tests := map[string]func(in, out int32) (int32, int32){
		"parity of out":       func(in, out int32) (int32, int32) { return in, out ^ 1 },
		"parity of in":        func(in, out int32) (int32, int32) { return in ^ 1, out },
		"negative out":        func(in, out int32) (int32, int32) { return in, out - 1<<20 },
		"negative in":         func(in, out int32) (int32, int32) { return in - 1<<20, out },
		"saw more than sent":  func(in, out int32) (int32, int32) { return in + 2, out },
		"saw fewer than once": func(in, out int32) (int32, int32) { return in - 2, out },
		"far ahead":           func(in, out int32) (int32, int32) { return in, out + 2*maxAhead + 2 },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t)
			a, b, id := n.pair()
			a.say(id, "I have seen what you sent")
			n.settle(a, b)
			s := a.state(id)
			in, out := s.numbering().outgoing(s.In, s.Out)
			in, out = change(in, out)
			b.handle(a.forge(id, frame{layer: Layer, in: in, out: out, message: noop()}))
			if b.chat(id).State != Ended || !b.saw(Broken) {
				t.Errorf("chat is in state %d with events %v, want it ended", b.chat(id).State, b.kinds())
			}
			if s := b.state(id); s.Key != nil {
				t.Error("the key was kept")
			}
			n.settle(a, b)
			if a.chat(id).State != Ended {
				t.Error("the other side was not told")
			}
		})
	}
}

func TestBoundNumbersAreFine(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	s := a.state(id)
	in, out := s.numbering().outgoing(s.In, s.Out)
	b.handle(a.forge(id, frame{layer: Layer, in: in, out: out - 2, message: noop()})) // repeated
	b.handle(a.forge(id, frame{layer: Layer, in: in, out: out, message: noop()}))
	if b.chat(id).State != Ready {
		t.Errorf("chat is in state %d", b.chat(id).State)
	}
}

func TestWrongPacketsAreDropped(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	good := a.forge(id, frame{layer: Layer, message: noop()})
	for name, data := range map[string][]byte{
		"empty":       nil,
		"short":       good.Data[:30],
		"another key": flipped(good.Data, 0),
		"changed":     flipped(good.Data, len(good.Data)-1),
		"mirrored":    mirrored(b, id),
	} {
		b.events = nil
		b.handle(Incoming{Chat: id, Data: data})
		if !b.saw(Dropped) || b.chat(id).State != Ready {
			t.Errorf("%s: events %v, state %d", name, b.kinds(), b.chat(id).State)
		}
	}
}

func flipped(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 1
	return b
}

// mirrored is a message that a device made itself.
func mirrored(d *device, id ChatID) []byte {
	return d.forge(id, frame{layer: Layer, message: noop()}).Data
}

func TestResendOfWhatArrivedEndsTheChat(t *testing.T) {
	for name, r := range map[string][2]int32{
		"arrived": {1, 1}, "never sent": {1, 9999}, "backwards": {3, 1}, "parity": {0, 2}, "negative": {-3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t)
			a, b, id := n.pair()
			a.say(id, "x")
			n.settle(a, b)
			b.say(id, "y")
			n.settle(a, b)
			s := b.state(id)
			in, out := s.numbering().outgoing(s.In, s.Out)
			a.handle(b.forge(id, frame{layer: Layer, in: in, out: out, message: resendOf(r[0], r[1])}))
			if a.chat(id).State != Ended {
				t.Errorf("state %d, want Ended", a.chat(id).State)
			}
		})
	}
}

func TestDeletedBeforeItArrived(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	secret := a.say(id, "marker")
	must(t, a.Flush(ctx))
	n.take(b.user) // lost
	must(t, a.Delete(ctx, id, secret.ID))
	a.say(id, "after")
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"after"})
	if len(a.history(id)) != 1 {
		t.Errorf("a has %d messages", len(a.history(id)))
	}
	unsent := a.say(id, "marker")
	must(t, a.Delete(ctx, id, unsent.ID))
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"after"})
	for _, e := range b.events {
		if e.Kind == MessageAdded && e.Message.Text == "marker" {
			t.Error("the deleted message was delivered")
		}
	}
}

func TestDeleteAndFlush(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	one, two := a.say(id, "one"), b.say(id, "two")
	a.say(id, "three")
	n.settle(a, b)
	must(t, a.Delete(ctx, id, one.ID, two.ID, 12345))
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"three"})
	if got := a.heard(id); got != nil {
		t.Errorf("a still has %q", got)
	}
	b.say(id, "four")
	n.settle(a, b)
	must(t, b.FlushHistory(ctx, id))
	n.settle(a, b)
	if x, y := a.history(id), b.history(id); len(x)+len(y) != 0 {
		t.Errorf("histories have %d and %d messages", len(x), len(y))
	}
}

func TestServiceMessages(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	m := b.say(id, "look")
	n.settle(a, b)
	must(t, a.SetTTL(ctx, id, time.Hour))
	must(t, a.TookScreenshot(ctx, id, m.ID))
	must(t, a.SetTyping(ctx, id, RecordingRound))
	must(t, a.SetTyping(ctx, id, Writing))
	n.settle(a, b)
	if b.chat(id).TTL != time.Hour || a.chat(id).TTL != time.Hour {
		t.Errorf("timers are %v and %v", a.chat(id).TTL, b.chat(id).TTL)
	}
	for _, d := range []*device{a, b} {
		h := d.history(id)
		if len(h) != 3 || h[1].Action == nil || *h[1].Action.SetTTL != time.Hour ||
			h[2].Action == nil || !slices.Equal(*h[2].Action.Screenshot, []int64{m.ID}) {
			t.Errorf("history is %+v", h)
		}
	}
	if i := slices.Index(b.kinds(), PartnerTyping); i < 0 || b.events[i].Typing != RecordingRound {
		t.Error("typing was not told")
	}
	if err := a.SetTyping(ctx, id, Typing(99)); !errors.Is(err, ErrDraft) {
		t.Errorf("unknown typing: %v", err)
	}
}

func TestDiscard(t *testing.T) {
	for _, deleteHistory := range []bool{false, true} {
		n := newNetwork(t)
		a, b, id := n.pair()
		a.say(id, "x")
		n.settle(a, b)
		must(t, a.Discard(ctx, id, deleteHistory))
		n.settle(a, b)
		for _, d := range []*device{a, b} {
			s := d.state(id)
			if s.State != Ended || s.Key != nil || s.Discarding {
				t.Errorf("chat is %+v", s)
			}
			if gone := len(d.history(id)) == 0; gone != deleteHistory {
				t.Errorf("history is gone: %v, want %v", gone, deleteHistory)
			}
		}
		if _, err := a.Send(ctx, id, Draft{Text: "x"}); !errors.Is(err, ErrState) {
			t.Errorf("send after the end: %v", err)
		}
		must(t, a.Remove(ctx, id))
		if left := leftovers(a.o.Store); left != 1 { // the parameters of the server
			t.Errorf("%d records are left", left)
		}
	}
}

func leftovers(s Store) (count int) {
	_ = s.Scan(ctx, "", "", func(string, []byte) bool { count++; return true })
	return count
}

func TestRefuseAnOffer(t *testing.T) {
	n := newNetwork(t)
	a, b := n.device(1), n.device(2)
	chat, err := a.Request(ctx, User{ID: 2})
	must(t, err)
	n.settle(a, b)
	must(t, b.Discard(ctx, chat.ID, false))
	n.settle(a, b)
	if a.chat(chat.ID).State != Ended || b.chat(chat.ID).State != Ended {
		t.Error("the offer still stands")
	}
}

func TestAcceptedByAnotherDevice(t *testing.T) {
	n := newNetwork(t)
	a, b, late := n.device(1), n.device(2), n.device(2)
	chat, err := a.Request(ctx, User{ID: 2})
	must(t, err)
	offer := n.take(2)[0]
	b.handle(offer)
	late.handle(offer)
	must(t, b.Accept(ctx, chat.ID))
	if err := late.Accept(ctx, chat.ID); !errors.Is(err, ErrAlreadyAccepted) {
		t.Errorf("second accept: %v", err)
	}
	if late.chat(chat.ID).State != Ended || late.state(chat.ID).Key != nil {
		t.Error("the late device has the chat")
	}
	n.settle(a, b)
	if a.chat(chat.ID).State != Ready {
		t.Error("the first device does not have the chat")
	}
}

// TestServerInTheMiddle has the server replace the public values, as who listens would have to.
func TestServerInTheMiddle(t *testing.T) {
	evil := newGroup(3, knownPrimeBytes())
	_, public, err := evil.newSecret(nil)
	must(t, err)
	tests := map[string][]byte{
		"another value": public,
		"one":           {1},
		"zero":          nil,
		"p - 1":         append(slices.Clone(knownPrimeBytes()[:255]), knownPrimeBytes()[255]-1),
		"small":         bytes.Repeat([]byte{255}, 200),
		"long":          bytes.Repeat([]byte{255}, 257),
	}
	for name, public := range tests {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t)
			a, b := n.device(1), n.device(2)
			chat, err := a.Request(ctx, User{ID: 2})
			must(t, err)
			n.deliver(nil, b)
			must(t, b.Accept(ctx, chat.ID))
			u := n.take(1)[0].(ChatUpdate)
			u.Public = public
			a.handle(u)
			if a.chat(chat.ID).State != Ended || !a.saw(Broken) {
				t.Errorf("state %d, want Ended", a.chat(chat.ID).State)
			}
		})
	}
}

func TestUnsafeOfferIsNotAccepted(t *testing.T) {
	n := newNetwork(t)
	b := n.device(2)
	n.chats[5] = ChatUpdate{Chat: 5, Admin: 1, Participant: 2, Stage: StageRequested, Public: []byte{2}}
	b.handle(n.chats[5])
	must(t, b.Accept(ctx, 5))
	if b.chat(5).State != Ended || !b.saw(Broken) {
		t.Errorf("state %d, want Ended", b.chat(5).State)
	}
}

func TestMessageOvertakesTheKey(t *testing.T) {
	n := newNetwork(t)
	a, b := n.device(1), n.device(2)
	chat, err := a.Request(ctx, User{ID: 2})
	must(t, err)
	n.deliver(nil, b)
	must(t, b.Accept(ctx, chat.ID))
	b.say(chat.ID, "early")
	must(t, b.Flush(ctx))
	box := n.take(1)
	slices.Reverse(box)
	for _, item := range box {
		a.handle(item)
	}
	same(t, "a", a.heard(chat.ID), []string{"early"})
}
