package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	e2e "hermod/internal/tl/secret"
)

// TestOldKeyAfterTheNewOne has a broken program use the old key again behind a message under the new one. What cannot be
// read any more when it has its turn ends the chat; an error would have the server keep the message for ever, and all
// others behind it.
func TestOldKeyAfterTheNewOne(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	ask(t, a, id)
	n.deliver(nil, a)
	n.deliver(nil, b) // b accepts
	n.deliver(nil, b)
	n.deliver(nil, a) // a commits
	n.deliver(nil, a)
	n.deliver(nil, b)     // b follows
	must(t, b.Flush(ctx)) // its notice that it did so stays on the way
	n.take(a.user)
	before, s := a.state(id), b.state(id)
	if before.Old == nil || s.Old == nil && s.Key.ID != before.Key.ID {
		t.Fatal("the keys are not being changed")
	}
	say := func(k *secretKey, seq int) Incoming {
		in, out := s.numbering().outgoing(s.In, seq)
		content, err := frame{layer: Layer, in: in, out: out, message: noop()}.encode()
		must(t, err)
		return Incoming{Chat: id, RandomID: int64(seq), Data: seal(k, s.numbering().x(), content), Date: n.clock.Now()}
	}
	a.handle(say(before.Old, before.In+1))
	a.handle(say(before.Key, before.In))
	if a.chat(id).State != Ended || !a.saw(Broken) {
		t.Errorf("chat is in state %d with events %v, want it ended", a.chat(id).State, a.kinds())
	}
}

// TestHeldBackFirstVersion holds back a message of the first version of the envelope while the other side's program is
// replaced by one that has the second.
func TestHeldBackFirstVersion(t *testing.T) {
	n := newNetwork(t)
	b := n.device(2)
	a := n.device(1, func(o *Options) { o.Layer = LayerFirst })
	id := n.connect(a, b)
	s := a.state(id)
	content := func(ahead, layer int, text string) []byte {
		in, out := s.numbering().outgoing(s.In, s.Out+ahead)
		m := &e2e.DecryptedMessage46{Message: text, RandomID: int64(ahead + 1)}
		c, err := frame{layer: layer, in: in, out: out, message: m}.encode()
		must(t, err)
		return c
	}
	x := s.numbering().x()
	for _, data := range [][]byte{
		sealV1(s.Key, content(1, LayerFirst, "second")),
		seal(s.Key, x, content(2, LayerEnvelope2, "third")),
		seal(s.Key, x, content(0, LayerEnvelope2, "first")),
	} {
		b.handle(Incoming{Chat: id, Data: data, Date: n.clock.Now()})
	}
	same(t, "b", b.heard(id), []string{"first", "second", "third"})
}

// TestAskedAgainAndAgain sends what is asked for many times once.
func TestAskedAgainAndAgain(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	for i := range 5 {
		a.say(id, fmt.Sprint(i))
	}
	must(t, a.Flush(ctx))
	n.take(b.user) // lost
	n.log = nil
	s, of := b.state(id), a.state(id)
	_, start := of.numbering().outgoing(0, of.Out-5)
	_, end := of.numbering().outgoing(0, of.Out-1)
	for i := range 20 {
		in, out := s.numbering().outgoing(s.In, s.Out+i)
		a.handle(b.forge(id, frame{layer: Layer, in: in, out: out, message: resendOf(start, end)}))
	}
	must(t, a.Flush(ctx))
	if len(n.log) != 5 {
		t.Errorf("%d messages were sent, want 5", len(n.log))
	}
}

// TestServerNamesAnotherChat has a server answer a request with the id of a chat that there is.
func TestServerNamesAnotherChat(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	a.say(id, "before")
	n.settle(a, b)
	a.o.Transport = renamed{wire{n, a.user}, id}
	a.reopen()
	if _, err := a.Request(ctx, User{ID: 3}); !errors.Is(err, ErrRefused) {
		t.Errorf("error %v, want ErrRefused", err)
	}
	if c := a.chat(id); c.State != Ready || c.Partner != b.user {
		t.Errorf("chat is in state %d with %d", c.State, c.Partner)
	}
	a.o.Transport = wire{n, a.user}
	a.reopen()
	a.say(id, "after")
	n.settle(a, b)
	same(t, "b", b.heard(id), []string{"before", "after"})
}

// renamed gives every new chat the same id.
type renamed struct {
	wire
	id ChatID
}

// Request implements Transport.
func (r renamed) Request(context.Context, User, int32, []byte) (ChatUpdate, error) {
	return ChatUpdate{Chat: r.id, AccessHash: 1, Stage: StageWaiting}, nil
}

// TestFileOfImpossibleSize has both the other side and the server claim the largest sizes that there are.
func TestFileOfImpossibleSize(t *testing.T) {
	n := newNetwork(t)
	a := n.device(1)
	f := newFileKey(math.MaxInt64)
	f.Place = FilePlace{ID: 7, Size: 64, Fingerprint: FileFingerprint(f.Key, f.IV)}
	for _, size := range []int64{64, math.MaxInt64} {
		f.Place.Size = size
		if _, err := a.OpenFile(ctx, f); !errors.Is(err, ErrFile) {
			t.Errorf("%d bytes in a file of %d: error %v, want ErrFile", f.Size, size, err)
		}
	}
	f.Size = math.MaxInt64 / blockSize * blockSize
	n.files[7] = make([]byte, 64)
	r, err := a.OpenFile(ctx, f)
	must(t, err)
	if _, err := io.ReadAll(r); !errors.Is(err, ErrFile) {
		t.Errorf("error %v, want ErrFile", err)
	}
}
