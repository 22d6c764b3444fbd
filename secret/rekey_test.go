package secret

import (
	"fmt"
	"testing"
	"time"

	e2e "hermod/internal/tl/secret"
)

// talk has both sides say something count times, with everything delivered.
func (n *network) talk(a, b *device, id ChatID, count int) {
	n.t.Helper()
	for i := range count {
		a.say(id, fmt.Sprint("a", i))
		n.settle(a, b)
		b.say(id, fmt.Sprint("b", i))
		n.settle(a, b)
	}
}

// onlyKey fails unless both sides have one key, the same, and nothing else.
func (n *network) onlyKey(a, b *device, id ChatID) int64 {
	n.t.Helper()
	x, y := a.state(id), b.state(id)
	if x.Key == nil || y.Key == nil || x.Key.ID != y.Key.ID {
		n.t.Fatalf("keys are %v and %v", x.Key, y.Key)
	}
	for _, s := range []*chatState{x, y} {
		if s.Old != nil || s.Next != nil || s.Exchange != nil {
			n.t.Errorf("creator %v still has old key %v, next %v, exchange %v", s.Creator, s.Old != nil, s.Next != nil, s.Exchange != nil)
		}
	}
	return x.Key.ID
}

func TestNewKeyAfterHundredMessages(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	first := n.onlyKey(a, b, id)
	n.talk(a, b, id, 49) // with the two notices of layers these are 100
	if got := n.onlyKey(a, b, id); got != first {
		t.Fatalf("the key was changed after %d uses", a.chat(id).KeyUses)
	}
	n.talk(a, b, id, 2)
	second := n.onlyKey(a, b, id)
	if second == first {
		t.Error("the key was not changed")
	}
	if !a.saw(KeyChanged) || !b.saw(KeyChanged) {
		t.Error("nobody was told")
	}
	n.talk(a, b, id, 60)
	if third := n.onlyKey(a, b, id); third == second {
		t.Error("the key was not changed again")
	}
	if a.chat(id).Fingerprint != b.chat(id).Fingerprint {
		t.Error("the fingerprint changed")
	}
}

func TestNewKeyAfterAWeek(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	first := n.onlyKey(a, b, id)
	n.clock.advance(rekeyAge)
	must(t, a.Expire(ctx))
	n.settle(a, b)
	if n.onlyKey(a, b, id) != first {
		t.Error("the key was changed early")
	}
	n.clock.advance(time.Second)
	must(t, a.Expire(ctx))
	n.settle(a, b)
	b.say(id, "so that the other side forgets the old key")
	n.settle(a, b)
	a.say(id, "and this one")
	n.settle(a, b)
	if n.onlyKey(a, b, id) == first {
		t.Error("the key was not changed")
	}
}

// askBoth has both sides ask for a key at the same time, with the given ids.
func askBoth(n *network, a, b *device, id ChatID, ofA, ofB int64) {
	n.t.Helper()
	for d, exchangeID := range map[*device]int64{a: ofA, b: ofB} {
		must(n.t, d.update(ctx, id, func(t *tx) error {
			secret, public, err := t.s.group().newSecret(nil)
			must(n.t, err)
			t.s.Exchange = &exchange{ID: exchangeID, Secret: secret}
			return t.service(&e2e.DecryptedMessageActionRequestKey{ExchangeID: exchangeID, GA: public})
		}))
	}
	n.settle(a, b)
	n.talk(a, b, id, 2)
}

func TestBothAskAtOnce(t *testing.T) {
	tests := map[string]struct {
		a, b    int64
		changed bool
	}{
		"the creator's is greater": {5, -5, true},
		"the other's is greater":   {-1, 0, true},
		"equal":                    {7, 7, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t)
			a, b, id := n.pair()
			first := n.onlyKey(a, b, id)
			askBoth(n, a, b, id, tt.a, tt.b)
			if got := n.onlyKey(a, b, id) != first; got != tt.changed {
				t.Errorf("changed: %v, want %v", got, tt.changed)
			}
		})
	}
}

// inject has d say what a broken program would, in the right place of the sequence.
func (d *device) inject(id ChatID, action e2e.DecryptedMessageActionClass) {
	d.net.t.Helper()
	must(d.net.t, d.update(ctx, id, func(t *tx) error { return t.service(action) }))
}

func ask(t *testing.T, d *device, id ChatID) int64 {
	t.Helper()
	must(t, d.update(ctx, id, func(t *tx) error { t.s.Key.Used = rekeyAfter + 1; return t.maybeRekey() }))
	return d.state(id).Exchange.ID
}

func TestUnsafeValueIsAborted(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	first := n.onlyKey(a, b, id)
	must(t, a.update(ctx, id, func(t *tx) error {
		t.s.Exchange = &exchange{ID: 3, Secret: []byte{1}}
		return t.service(&e2e.DecryptedMessageActionRequestKey{ExchangeID: 3, GA: []byte{1}})
	}))
	n.settle(a, b)
	if n.onlyKey(a, b, id) != first || !a.saw(ExchangeAborted) || !b.saw(ExchangeAborted) {
		t.Error("the exchange was not aborted")
	}
	n.talk(a, b, id, 3)
}

func TestAcceptThatDoesNotFitIsAborted(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	first := n.onlyKey(a, b, id)
	exchangeID := ask(t, a, id)
	_, public, err := newGroup(3, knownPrimeBytes()).newSecret(nil)
	must(t, err)
	b.inject(id, &e2e.DecryptedMessageActionAcceptKey{ExchangeID: exchangeID, GB: public, KeyFingerprint: 1})
	n.deliver(nil, b) // before b has heard of it
	n.settle(a, b)
	if got := a.state(id); got.Exchange != nil || got.Key.ID != first || got.State != Ready {
		t.Errorf("state is %+v", got)
	}
	n.talk(a, b, id, 3)
	n.onlyKey(a, b, id)
	if a.state(id).NoExchangeBefore <= n.clock.Now().Unix() {
		t.Error("the next exchange is not held off")
	}
	n.clock.advance(pauseAfterAbort)
	n.talk(a, b, id, 2)
	if n.onlyKey(a, b, id) == first {
		t.Error("no exchange after the pause")
	}
}

func TestCommitThatDoesNotFitEndsTheChat(t *testing.T) {
	for name, known := range map[string]bool{"unknown exchange": false, "another key": true} {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t)
			a, b, id := n.pair()
			exchangeID := int64(4)
			if known {
				exchangeID = ask(t, a, id)
				n.deliver(nil, a)
				n.deliver(nil, b)
				must(t, b.Flush(ctx))
			}
			s := a.state(id)
			in, out := s.numbering().outgoing(s.In, s.Out)
			b.handle(a.forge(id, frame{layer: Layer, in: in, out: out, message: &e2e.DecryptedMessageService{
				RandomID: 1, Action: &e2e.DecryptedMessageActionCommitKey{ExchangeID: exchangeID, KeyFingerprint: 9},
			}}))
			if b.chat(id).State != Ended {
				t.Errorf("state %d, want Ended", b.chat(id).State)
			}
		})
	}
}

// TestAbortByTheOtherSide covers the side that accepted: the one that asked may change its mind until it commits.
func TestAbortByTheOtherSide(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	first := n.onlyKey(a, b, id)
	exchangeID := ask(t, a, id)
	must(t, a.Flush(ctx))
	for _, item := range n.take(b.user) {
		b.handle(item)
	}
	if b.state(id).Next == nil {
		t.Fatal("b did not accept")
	}
	must(t, a.update(ctx, id, func(t *tx) error {
		t.abandon(nil)
		return t.abort(exchangeID, nil)
	}))
	n.settle(a, b)
	n.talk(a, b, id, 2)
	if n.onlyKey(a, b, id) != first {
		t.Error("the key was changed")
	}
}

func TestSecondExchangeIsRefused(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	ask(t, a, id)
	must(t, a.Flush(ctx))
	for _, item := range n.take(b.user) {
		b.handle(item) // b has accepted
	}
	_, public, err := newGroup(3, knownPrimeBytes()).newSecret(nil)
	must(t, err)
	a.inject(id, &e2e.DecryptedMessageActionRequestKey{ExchangeID: 77, GA: public})
	n.settle(a, b)
	n.talk(a, b, id, 2)
	n.onlyKey(a, b, id)
	if a.chat(id).State != Ready || b.chat(id).State != Ready {
		t.Error("the chat ended")
	}
}

// TestLostCommit has the commit arrive after messages under the new key: the other side follows at once and asks for
// what is missing.
func TestLostCommit(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	first := n.onlyKey(a, b, id)
	ask(t, a, id)
	n.deliver(nil, a)
	n.deliver(nil, b) // b accepts
	n.deliver(nil, b)
	n.deliver(nil, a) // a commits
	must(t, a.Flush(ctx))
	if n.take(b.user) == nil || a.state(id).Key.ID == first {
		t.Fatal("a did not commit")
	}
	a.say(id, "under the new key")
	must(t, a.Flush(ctx))
	for _, item := range n.take(b.user) {
		b.handle(item)
	}
	if s := b.state(id); s.Key.ID != a.state(id).Key.ID || s.Old == nil {
		t.Error("b did not follow to the new key, or forgot the old one")
	}
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"under the new key"})
	n.talk(a, b, id, 1)
	n.onlyKey(a, b, id)
}

// TestDeleteAcrossAKeyChange deletes a message that was lost under the old key: its place is filled under that key.
func TestDeleteAcrossAKeyChange(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	ask(t, b, id)
	n.deliver(nil, b)
	n.deliver(nil, a) // a accepts
	must(t, a.Flush(ctx))
	box := n.take(b.user)
	m := a.say(id, "lost under the old key")
	must(t, a.Flush(ctx))
	n.take(b.user)
	for _, item := range box {
		b.handle(item) // b commits
	}
	must(t, b.Flush(ctx))
	for _, item := range n.take(a.user) {
		a.handle(item)
	}
	if s := a.state(id); s.Old == nil {
		t.Fatal("the old key is gone while a message under it has not arrived")
	}
	must(t, a.Delete(ctx, id, m.ID))
	n.settle(a, b)
	n.talk(a, b, id, 1)
	same(t, "b", b.heard(id), []string{"a0"})
	n.onlyKey(a, b, id)
}
