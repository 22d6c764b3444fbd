package gateway

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hermod/internal/domain/ids"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/mtproto/transport"
	"hermod/internal/rpc"
	"hermod/internal/tl"
)

func TestMain(m *testing.M) {
	if os.Getenv(readersEnv) != "" {
		playReaders()
		return
	}
	if os.Getenv(crowdEnv) != "" { // the other process of a benchmark
		playCrowd()
		return
	}
	goleak.VerifyTestMain(m)
}

func TestCallIsAnswered(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(r.newKey(1))
	id := d.send(hello)
	if first := d.await(idNewSession); first.ID&3 != 1 {
		t.Errorf("new_session_created has id %d", first.ID)
	}
	if got := d.answer(id); !bytes.Equal(got, hello) {
		t.Errorf("answer %q, want %q", got, hello)
	}
	d.send(ping(7))
	if m := d.await(idPong); binary.LittleEndian.Uint64(m.Body[12:]) != 7 {
		t.Errorf("pong %x", m.Body)
	}
}

func TestCallKnowsItsCaller(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(12)
	got := make(chan rpc.Call, 1)
	r.serve = func(_ context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
		got <- *call
		return echo(body), nil
	}
	d := r.device(k)
	id := d.send(hello)
	d.answer(id)
	c := <-got
	if c.User != 12 || c.Key != ids.AuthKey(k.ID) || c.TempKey != 0 || c.Layer != 200 || c.DC != 2 ||
		c.MsgID != id || c.Session != ids.Session(d.session) || !c.Addr.IsLoopback() {
		t.Errorf("call %+v", c)
	}
}

func TestErrorsAreAnswers(t *testing.T) {
	r := newRig(t, nil)
	r.serve = func(context.Context, *rpc.Call, []byte) (tl.Object, error) {
		return nil, rpc.BadRequest("PEER_ID_INVALID")
	}
	got := tl.NewReader(r.device(r.newKey(1)).call(hello))
	if id, code, text := got.ID(), got.Int32(), got.String(); id != idRPCError || code != 400 || text != "PEER_ID_INVALID" {
		t.Errorf("answer %#x %d %q", id, code, text)
	}
}

func TestEveryFramingIsServed(t *testing.T) {
	r := newRig(t, nil)
	for _, kind := range []transport.Kind{transport.Abridged, transport.Intermediate, transport.Padded, transport.Full} {
		for _, obfuscated := range []bool{false, true} {
			if obfuscated && kind == transport.Full {
				continue
			}
			d := r.device(r.newKey(1))
			d.dialAs(kind, obfuscated)
			if got := d.call(hello); !bytes.Equal(got, hello) {
				t.Errorf("%v, obfuscated %v: answer %q", kind, obfuscated, got)
			}
		}
	}
}

func TestUnknownKeyIsTold(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(crypto.NewKey([crypto.KeySize]byte{1}))
	d.send(hello)
	var f transportFailure
	if _, err := d.receive(time.Second); !errors.As(err, &f) || int32(f) != transport.CodeUnknownKey {
		t.Errorf("got %v, want -404", err)
	}
	if _, err := d.receive(time.Second); !errors.Is(err, io.EOF) {
		t.Errorf("then %v, want the end", err)
	}
}

func TestExpiredTemporaryKeyIsUnknown(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(1)
	_ = r.Create(t.Context(), Key{ID: k.ID, Secret: k.Secret, Temporary: true, ExpiresAt: time.Now().Add(-time.Second)})
	d := r.device(k)
	d.send(hello)
	var f transportFailure
	if _, err := d.receive(time.Second); !errors.As(err, &f) || int32(f) != transport.CodeUnknownKey {
		t.Errorf("got %v, want -404", err)
	}
}

func TestTemporaryKeySpeaksForItsPermanentOne(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(0)
	_ = r.Create(t.Context(), Key{ID: k.ID, Secret: k.Secret, Temporary: true, ExpiresAt: time.Now().Add(time.Hour)})
	r.setWho(k.ID, rpc.Who{})
	calls := make(chan rpc.Call, 2)
	r.serve = func(_ context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
		calls <- *call
		r.setWho(k.ID, rpc.Who{User: 3, PermKey: 55, Layer: 200}) // it is bound now
		return echo(body), nil
	}
	d := r.device(k)
	d.call(hello)
	d.call(hello)
	if c := <-calls; c.Key != 0 || c.TempKey != ids.AuthKey(k.ID) {
		t.Errorf("unbound: key %d, temporary %d", c.Key, c.TempKey)
	}
	if c := <-calls; c.Key != 55 || c.User != 3 {
		t.Errorf("bound: key %d, user %d; want 55, 3", c.Key, c.User)
	}
	r.happen(3, Update{Object: echo("update..")})
	d.await(binary.LittleEndian.Uint32([]byte("upda")))
	r.setWho(k.ID, rpc.Who{PermKey: 55, Layer: 200})
	r.g.KeyChanged(55)
	if _, err := d.receive(5 * time.Second); !errors.Is(err, io.EOF) {
		t.Errorf("after the permanent key was signed out: %v, want the end", err)
	}
}

func TestTamperedPacketEndsTheConnection(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(1)
	d := r.device(k)
	packet := k.Seal(nil, crypto.Message{Session: 1, ID: d.msgID(), Body: hello}, crypto.FromClient)
	packet[40] ^= 1
	if err := d.c.Send(packet); err != nil {
		t.Fatal(err)
	}
	if _, err := d.receive(time.Second); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
}

func TestLargeFirstPackets(t *testing.T) {
	r := newRig(t, nil)
	large := bytes.Repeat(hello, 512<<10/len(hello)) // a part of a file
	d := r.device(r.newKey(1))
	if got := d.call(large); !bytes.Equal(got, large) {
		t.Errorf("%d bytes came back", len(got))
	}
	if n := r.g.wide.Load(); n != 0 {
		t.Errorf("%d connections may send large packets without a key", n)
	}
	r.g.wide.Store(maxWide)
	d = r.device(r.newKey(1))
	d.sendAs(d.msgID(), large)
	if _, err := d.receive(5 * time.Second); err == nil || errors.Is(err, errTimeout) {
		t.Errorf("one more than may: %v", err)
	}
	if n := r.g.wide.Load(); n != maxWide {
		t.Errorf("%d are counted", n)
	}
}

func TestQuickAck(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(1)
	d := r.device(k)
	packet := k.Seal(nil, crypto.Message{Salt: d.salt, Session: d.session, ID: d.msgID(), Body: hello}, crypto.FromClient)
	_, want, err := k.Open(bytes.Clone(packet), crypto.FromClient)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.c.SendAckRequest(packet); err != nil {
		t.Fatal(err)
	}
	d.await(idRPCResult)
	if len(d.acks) != 1 || uint32(d.acks[0]) != want|1<<31 {
		t.Errorf("quick acks %x, want %x", d.acks, want|1<<31)
	}
}

func TestWrongSaltIsCorrected(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(r.newKey(1))
	right := d.salt
	d.salt = 0
	d.send(hello)
	m := d.await(idBadSalt)
	if got := int64(binary.LittleEndian.Uint64(m.Body[20:])); got != right {
		t.Errorf("told salt %d, want %d", got, right)
	}
}

func TestKeyExchangeAndFirstCall(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(crypto.Key{})
	made := d.exchange()
	d.key, d.salt = made.Key, made.Salt
	if got := d.call(hello); !bytes.Equal(got, hello) { // no bad_server_salt: the salt of the exchange is good
		t.Errorf("answer %q", got)
	}
	if k := r.keys[made.Key.ID]; k.DC != 4 || k.Temporary {
		t.Errorf("stored %d %v, want DC 4", k.DC, k.Temporary)
	}
}

// exchange makes a key.
func (d *device) exchange() *handshake.Result {
	d.t.Helper()
	public := d.r.private.PublicKey
	x, body := handshake.NewClient(handshake.ClientOptions{
		Keys: []crypto.PublicKey{public}, Group: crypto.NewGroup(), DC: 4,
	})
	for {
		if err := d.c.Send(sealPlain(body, time.Now())); err != nil {
			d.t.Fatal(err)
		}
		p, err := d.c.Receive()
		if err != nil {
			d.t.Fatal(err)
		}
		answer, err := openPlain(p.Data)
		if err != nil {
			d.t.Fatal(err)
		}
		next, made, err := x.Handle(time.Now(), answer)
		if err != nil {
			d.t.Fatal(err)
		}
		if made != nil {
			return made
		}
		body = next
	}
}

func TestUpdatesReachEveryOtherSession(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(5)
	one, two, other := r.device(k), r.device(r.newKey(5)), r.device(r.newKey(6))
	for _, d := range []*device{one, two, other} {
		d.call(hello)
	}
	update := echo("update..")
	r.happen(5, Update{Object: update, Except: one.session})
	m := two.await(idOf(update))
	if m.ID&3 != 3 || m.SeqNo&1 != 1 {
		t.Errorf("update has id %d and number %d", m.ID, m.SeqNo)
	}
	one.silent(100 * time.Millisecond)
	other.silent(50 * time.Millisecond)
	r.happen(5, Update{Object: update, Only: k.ID})
	one.await(idOf(update))
	two.silent(100 * time.Millisecond)
	if r.opened != 2 {
		t.Errorf("%d streams were opened for two users", r.opened)
	}
}

// What happened before a call comes before its answer.
func TestAnswersDoNotOvertakeUpdates(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Limits.Lag = time.Minute })
	d := r.device(r.newKey(5))
	d.call(hello)
	update := echo("update..")
	read := r.happenSlowly(5, Update{Object: update})
	req := d.send(hello)
	time.AfterFunc(50*time.Millisecond, read)
	d.await(idOf(update))
	d.answer(req)
}

func TestAnswersDoNotWaitForLong(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Limits.Lag = time.Millisecond })
	d := r.device(r.newKey(5))
	d.call(hello)
	update := echo("update..")
	read := r.happenSlowly(5, Update{Object: update})
	d.call(hello)
	read()
	d.await(idOf(update))
}

// happenSlowly is happen for what is not read before the function that it returns is called.
func (r *rig) happenSlowly(user int64, u Update) (read func()) {
	s := r.feeds[user]
	s.mu.Lock()
	s.list = append(s.list, u)
	s.Wake()
	return s.mu.Unlock
}

func TestUpdatesComeWithoutACall(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(r.newKey(5))
	d.send(ping(1)) // GramJS does no more after it has connected again
	d.await(idPong)
	eventually(t, func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.feeds[5] != nil })
	eventually(t, func() bool { return r.g.live.users[5].has(1) })
	r.happen(5, Update{Object: echo("update..")})
	d.await(idOf([]byte("update..")))
}

func (a *audience) has(n int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.sessions) == n
}

func eventually(t *testing.T, what func() bool) {
	t.Helper()
	for range 500 {
		if what() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it never was so")
}

func TestSessionWithoutUpdatesGetsNone(t *testing.T) {
	r := newRig(t, nil)
	r.serve = func(_ context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
		call.WithoutUpdates = body[0] == 'h'
		return echo(body), nil
	}
	k := r.newKey(5)
	d, main := r.device(k), r.device(k)
	d.call(hello)
	main.call([]byte("with"))
	r.happen(5, Update{Object: echo("update..")})
	main.await(idOf([]byte("update..")))
	d.silent(100 * time.Millisecond)
}

func TestSignInOpensTheStreamBeforeTheAnswer(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(0)
	r.serve = func(_ context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
		r.setWho(k.ID, rpc.Who{User: 8, Layer: 200})
		call.User = 8
		return echo(body), nil
	}
	d := r.device(k)
	d.call(hello)
	r.happen(8, Update{Object: echo("update..")})
	d.await(idOf([]byte("update..")))
}

func TestLogOutGetsItsAnswerAndStaysConnected(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(8)
	r.serve = func(_ context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
		r.setWho(k.ID, rpc.Who{Layer: 200})
		call.User = 0
		r.g.KeyChanged(k.ID)
		time.Sleep(20 * time.Millisecond)
		return echo(body), nil
	}
	d := r.device(k)
	d.call(hello)
	time.Sleep(lastWords)
	if got := d.call(hello); !bytes.Equal(got, hello) {
		t.Errorf("answer %q", got)
	}
	eventually(t, r.feeds[8].isClosed) // the user is gone
}

func TestTerminatedSessionIsDropped(t *testing.T) {
	r := newRig(t, nil)
	k := r.newKey(8)
	d := r.device(k)
	d.call(hello)
	r.setWho(k.ID, rpc.Who{Layer: 200})
	r.g.KeyChanged(k.ID)
	for {
		if _, err := d.receive(5 * time.Second); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	d.dial()
	d.send(hello)
	d.await(idNewSession) // it hears that it is a new one
}

func TestSessionOutlivesItsConnection(t *testing.T) {
	r := newRig(t, nil)
	release := make(chan struct{})
	r.serve = func(_ context.Context, _ *rpc.Call, body []byte) (tl.Object, error) {
		<-release
		return echo(body), nil
	}
	d := r.device(r.newKey(8))
	id := d.send(hello)
	d.await(idNewSession)
	_ = d.c.Close()
	eventually(t, func() bool { return r.g.conns.len() == 0 })
	close(release)
	eventually(t, func() bool { return r.g.metrics.calls.Load() == 0 })
	r.happen(8, Update{Object: echo("update..")})
	time.Sleep(50 * time.Millisecond)
	d.dial()
	d.send(ping(1))
	if got := d.answer(id); !bytes.Equal(got, hello) {
		t.Errorf("answer %q", got)
	}
	d.await(idOf([]byte("update..")))
}

func TestLongCallsAreAcknowledged(t *testing.T) {
	r := newRig(t, nil)
	release := make(chan struct{})
	var served atomic.Int32
	r.serve = func(_ context.Context, _ *rpc.Call, body []byte) (tl.Object, error) {
		served.Add(1)
		<-release
		return echo(body), nil
	}
	d := r.device(r.newKey(8))
	id := d.send(hello)
	m := d.await(idMsgsAck)
	if got := int64(binary.LittleEndian.Uint64(m.Body[12:])); got != id {
		t.Errorf("acknowledged %d, want %d", got, id)
	}
	if err := d.sendAs(id, hello); err != nil { // gotd does
		t.Fatal(err)
	}
	close(release)
	d.answer(id)
	if n := served.Load(); n != 1 {
		t.Errorf("served %d times", n)
	}
}

func TestCallsThatDependWaitForEachOther(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Limits.CallsAtOnce = 2 })
	release := make(chan struct{})
	var order []byte
	r.serve = func(ctx context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
		if on := int64(binary.LittleEndian.Uint64(body[8:])); on != 0 {
			if err := call.After(ctx, []int64{on}); err != nil {
				return nil, err
			}
		}
		switch body[0] {
		case 'a':
			<-release
		case 'x':
			return nil, rpc.BadRequest("NO")
		}
		order = append(order, body[0])
		return echo(body), nil
	}
	d := r.device(r.newKey(8))
	send := func(name string, on int64) int64 {
		return d.send(binary.LittleEndian.AppendUint64([]byte(name+"......."), uint64(on)))
	}
	a := send("a", 0)
	b := send("b", a)
	c := send("c", b)
	time.Sleep(20 * time.Millisecond)
	close(release)
	d.answer(c)
	if string(order) != "abc" {
		t.Errorf("served in the order %s", order)
	}
	for name, on := range map[string]int64{"of which one failed": send("x", 0), "of which nobody knows one": 12344} {
		got := tl.NewReader(d.answer(send("d", on)))
		if got.ID(); got.Int32() != 400 || got.String() != "MSG_WAIT_FAILED" {
			t.Errorf("calls %s are served", name)
		}
	}
}

func TestTooManyCallsAreTurnedAway(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Limits.CallsAtOnce, o.Limits.CallsWaiting = 1, 1 })
	release := make(chan struct{})
	r.serve = func(_ context.Context, _ *rpc.Call, body []byte) (tl.Object, error) {
		<-release
		return echo(body), nil
	}
	d := r.device(r.newKey(8))
	one, two, three := d.send(hello), d.send(hello), d.send(hello)
	got := tl.NewReader(d.answer(three))
	if got.ID(); got.Int32() != 420 {
		t.Error("the third call was not turned away")
	}
	close(release)
	d.answer(one)
	d.answer(two)
}

func TestWhatWaitsIsBoundedInBytes(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Limits.CallsAtOnce, o.Limits.CallBytes = 1, 100<<10 })
	release := make(chan struct{})
	r.serve = func(_ context.Context, _ *rpc.Call, _ []byte) (tl.Object, error) {
		<-release
		return echo("okay"), nil
	}
	d := r.device(r.newKey(8))
	big := make([]byte, 40<<10)
	copy(big, hello)
	d.send(hello)
	d.await(idNewSession) // the connection has shown its key
	one, two, three := d.send(big), d.send(big), d.send(big)
	got := tl.NewReader(d.answer(three))
	if got.ID(); got.Int32() != 420 {
		t.Error("more than may wait is taken")
	}
	close(release)
	d.answer(one)
	d.answer(two)
	eventually(t, func() bool { return r.g.metrics.held.Load() == 0 })
}

func TestCallThatWaitsForOneBehindItFails(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Limits.CallsAtOnce = 1 })
	d := r.device(r.newKey(8))
	d.call(hello)
	behind := d.msgID()
	r.serve = func(ctx context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
		if call.MsgID != behind {
			time.Sleep(50 * time.Millisecond)
			if err := call.After(ctx, []int64{behind}); err != nil {
				return nil, err
			}
		}
		return echo(body), nil
	}
	first := d.send(hello)
	d.sendAs(behind, hello)
	got := tl.NewReader(d.answer(first))
	if got.ID(); got.Int32() != 400 || got.String() != "MSG_WAIT_FAILED" {
		t.Error("the only place is held by a call that waits for one behind it")
	}
	d.answer(behind)
}

func TestMissedWordOfASignOutMakesNoDifference(t *testing.T) {
	r := newRig(t, nil)
	users := make(chan ids.User, 2)
	r.serve = func(_ context.Context, call *rpc.Call, body []byte) (tl.Object, error) {
		users <- call.User
		return echo(body), nil
	}
	k := r.newKey(8)
	d, idle := r.device(k), r.device(k)
	d.call(hello)
	idle.send(ping(1))
	idle.await(idPong)
	r.setWho(k.ID, rpc.Who{Layer: 200}) // nobody calls KeyChanged
	d.call(hello)
	if before, after := <-users, <-users; before != 8 || after != 0 {
		t.Errorf("calls of %d, then %d; want 8, then nobody", before, after)
	}
	for {
		if _, err := idle.receive(5 * time.Second); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the session that only listens: %v, want its end", err)
		}
	}
}

func TestReplayInANewSessionIsRefused(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(r.newKey(8))
	d.call(hello)
	id := d.msgID()
	d.sendAs(id, hello)
	d.answer(id)
	k, err := r.g.key(t.Context(), d.key.ID)
	if err != nil {
		t.Fatal(err)
	}
	k.mu.Lock()
	s := k.sessions[0]
	k.mu.Unlock()
	r.g.drop(s)
	d.dial()
	d.sendAs(id, hello)
	if m := d.await(0xa7eff811); m.Body[16] != 20 {
		t.Errorf("refused by code %d, want 20", m.Body[16])
	}
}

func TestSessionsEndWhileTheirConnectionsDo(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Limits.SessionsPerKey = 2 })
	k := r.newKey(8)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 20 {
				d := r.device(k) // pushes out another session of the key
				_ = d.sendAs(d.msgID(), hello)
				_, _ = d.receive(10 * time.Millisecond)
				_ = d.c.Close()
			}
		})
	}
	wait.Wait()
	time.Sleep(lastWords) // connections of ended sessions are closed after it
	eventually(t, func() bool { return r.g.conns.len() == 0 })
}

func TestPaceOfAKey(t *testing.T) {
	var k key
	now := time.Unix(1_800_000_000, 0)
	for range 100 * packetBurst {
		if d := k.pace(now, 1, 100); d > 0 {
			t.Fatalf("a burst has to wait %v", d)
		}
	}
	if d := k.pace(now, 1, 100); d != 10*time.Millisecond {
		t.Errorf("after the burst: %v, want 10 ms", d)
	}
	if d := k.pace(now.Add(time.Second), 1, 100); d > 0 {
		t.Errorf("a second later: %v, want none", d)
	}
	if d := k.pace(now, 1, -1); d != 0 {
		t.Errorf("without limit: %v", d)
	}
}

func TestDestroyKeyIsAnswered(t *testing.T) {
	r := newRig(t, nil)
	d := r.device(r.newKey(8))
	d.call(hello)
	d.send(binary.LittleEndian.AppendUint32(nil, 0xd1435160))
	d.await(0xf660e1d4)
	for {
		if _, err := d.receive(5 * time.Second); err != nil {
			break
		}
	}
	d.dial()
	d.send(hello)
	var f transportFailure
	if _, err := d.receive(time.Second); !errors.As(err, &f) || int32(f) != transport.CodeUnknownKey {
		t.Errorf("got %v, want -404", err)
	}
}

func TestStoppingLetsCallsFinish(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Limits.Grace = 5 * time.Second })
	started := make(chan struct{})
	r.serve = func(_ context.Context, _ *rpc.Call, body []byte) (tl.Object, error) {
		close(started)
		time.Sleep(200 * time.Millisecond)
		return echo(body), nil
	}
	d := r.device(r.newKey(8))
	id := d.send(hello)
	<-started
	go r.g.stop(nil)
	if got := d.answer(id); !bytes.Equal(got, hello) {
		t.Errorf("answer %q", got)
	}
	for {
		if _, err := d.receive(10 * time.Second); err != nil {
			break
		}
	}
}
