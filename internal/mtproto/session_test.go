package mtproto

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"hermod/internal/tl"
	"hermod/internal/tl/packed"
)

const testKey, testSession = 7, 99

var (
	start   = time.Unix(1_800_000_000, 500_000_000)
	tooLong = []byte{0x7e, 0xaf, 0x17, 0xe3}
	request = []byte{1, 2, 3, 4, 5, 6, 7, 8}
)

// A peer plays the client of one session.
type peer struct {
	t     *testing.T
	s     *Session
	salts *Salts
	now   time.Time
	ids   ids
	salt  int64
}

func newPeer(t *testing.T) *peer {
	salts := NewSalts([32]byte{1})
	p := &peer{t: t, salts: salts, now: start, s: New(testSession, testKey, 5, salts)}
	p.salt = salts.Current(testKey, start)
	return p
}

func (p *peer) id() MessageID { return p.ids.next(p.now, fromClient) }

// send delivers body under a fresh id and returns the id and what the session asks for.
func (p *peer) send(body []byte) (MessageID, []Event) {
	p.t.Helper()
	id := p.id()
	return id, p.sendAs(id, body)
}

func (p *peer) sendAs(id MessageID, body []byte) []Event {
	p.t.Helper()
	events, err := p.s.Receive(p.now, p.salt, Message{ID: id, SeqNo: 1, Body: body}, nil)
	if err != nil {
		p.t.Fatalf("receive %x: %v", body, err)
	}
	return events
}

// take returns everything that the session has to send, containers resolved.
func (p *peer) take() (all []Message) {
	p.t.Helper()
	for {
		m, ok := p.s.Take(p.now, nil, 1<<20)
		if !ok {
			return all
		}
		if tl.NewReader(m.Body).PeekID() != idContainer {
			all = append(all, m)
			continue
		}
		inner, err := DecodeContainer(m.Body[4:])
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, inner...)
	}
}

// open takes what begins a session out of the way.
func (p *peer) open() {
	p.t.Helper()
	p.send(encodeLongs(idPing, 1))
	p.take()
}

func kinds(msgs []Message) (list []uint32) {
	for _, m := range msgs {
		list = append(list, tl.NewReader(m.Body).PeekID())
	}
	return list
}

func (p *peer) want(what string, got []Message, want ...uint32) {
	p.t.Helper()
	if !slices.Equal(kinds(got), want) {
		p.t.Errorf("%s: sent %x, want %x", what, kinds(got), want)
	}
}

func TestNewSessionIsAnnouncedOnceBeforeAllElse(t *testing.T) {
	p := newPeer(t)
	id, events := p.send(request)
	if len(events) != 1 || events[0].Kind != Request || events[0].ID != id || !bytes.Equal(events[0].Body, request) {
		t.Fatalf("events %+v, want the request %d", events, id)
	}
	p.s.Answer(id, Result(id, []byte("okay"), false), false)
	got := p.take()
	p.want("first answer", got, idNewSession, idRPCResult)
	r := tl.NewReader(got[0].Body)
	r.ID()
	if first, unique, salt := r.Int64(), r.Int64(), r.Int64(); first != int64(id) || unique != 5 || salt != p.salt {
		t.Errorf("new_session_created of %d, %d, %d; want %d, 5, %d", first, unique, salt, id, p.salt)
	}
	p.send(encodeLongs(idPing, 1))
	p.want("second", p.take(), idPong)
}

func TestIDsAndNumbersOfServerMessages(t *testing.T) {
	p := newPeer(t)
	p.open()
	id, _ := p.send(request)
	p.s.Answer(id, Result(id, []byte("okay"), false), false)
	p.s.Push([]byte("push"), tooLong)
	p.send(encodeLongs(idPing, 1))
	got := p.take()
	p.want("all", got, idRPCResult, binary.LittleEndian.Uint32([]byte("push")), idPong)
	var last MessageID
	for i, bits := range []MessageID{1, 3, 1} {
		if got[i].ID&3 != bits || got[i].ID <= last {
			t.Errorf("message %d has id %d: want one above %d that ends in %d", i, got[i].ID, last, bits)
		}
		last = got[i].ID
	}
	if got[0].SeqNo != 3 || got[1].SeqNo != 5 || got[2].SeqNo != 6 { // 1 was new_session_created
		t.Errorf("numbers %d %d %d, want 3 5 6", got[0].SeqNo, got[1].SeqNo, got[2].SeqNo)
	}
}

func TestRefusedMessages(t *testing.T) {
	old, ahead := idAt(start.Add(-301*time.Second)), idAt(start.Add(31*time.Second))
	tests := map[string]struct {
		id   MessageID
		code int32
	}{
		"too old":           {old, codeTooLow},
		"just not too old":  {idAt(start.Add(-299 * time.Second)), 0},
		"in the future":     {ahead, codeTooHigh},
		"a little ahead":    {idAt(start.Add(29 * time.Second)), 0},
		"id of a server":    {idAt(start) | 1, codeWrongBits},
		"id of a server, 2": {idAt(start) | 2, codeWrongBits},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t)
			events := p.sendAs(tt.id, request)
			if tt.code == 0 {
				if len(events) != 1 {
					t.Errorf("not accepted: %x", kinds(p.take()))
				}
				return
			}
			got := p.take()
			p.want("refusal", got, idBadMsg)
			if code := int32(binary.LittleEndian.Uint32(got[0].Body[16:])); len(events) != 0 || code != tt.code {
				t.Errorf("code %d and events %v, want %d and none", code, events, tt.code)
			}
		})
	}
}

func TestSalts(t *testing.T) {
	salts := NewSalts([32]byte{1})
	at := func(d time.Duration) int64 { return salts.Current(testKey, start.Truncate(saltPeriod).Add(d)) }
	tests := map[string]struct {
		salt int64
		now  time.Duration // since the period began
		good bool
	}{
		"current":                     {at(0), 0, true},
		"previous":                    {at(-saltPeriod), 29 * time.Minute, true},
		"the one before":              {at(-2 * saltPeriod), 0, false},
		"next, too early":             {at(saltPeriod), 24 * time.Minute, false},
		"next, a little early":        {at(saltPeriod), 26 * time.Minute, true},
		"none":                        {0, 0, false},
		"that of the exchange":        {1234, 10 * time.Minute, true},
		"that of the exchange, later": {1234, 20 * time.Minute, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t)
			p.now, p.salt = start.Truncate(saltPeriod).Add(tt.now), tt.salt
			p.s.AcceptSalt(1234, start.Truncate(saltPeriod).Add(15*time.Minute))
			if _, events := p.send(request); (len(events) == 1) != tt.good {
				t.Errorf("accepted: %v, want %v", len(events) == 1, tt.good)
			}
			if tt.good {
				return
			}
			got := p.take()
			p.want("refusal", got, idBadSalt)
			if salt := int64(binary.LittleEndian.Uint64(got[0].Body[20:])); salt != at(tt.now) {
				t.Errorf("told salt %d, want %d", salt, at(tt.now))
			}
		})
	}
}

func TestFutureSaltsAreThoseThatWillBeTaken(t *testing.T) {
	salts := NewSalts([32]byte{1})
	list := salts.Future(testKey, start, 1000)
	if len(list) != 64 || list[0].Since.After(start) || !list[0].Until.After(start.Add(saltPeriod)) {
		t.Fatalf("%d salts, the first from %v to %v", len(list), list[0].Since, list[0].Until)
	}
	for i, f := range list {
		for _, when := range []time.Time{f.Since, f.Until.Add(-time.Second)} {
			var w saltWindow
			if !w.good(salts, testKey, f.Salt, when) {
				t.Fatalf("salt %d is not taken at %v", i, when)
			}
		}
	}
}

func TestRepeatedRequestIsServedOnce(t *testing.T) {
	p := newPeer(t)
	p.open()
	id, _ := p.send(request)
	if events := p.sendAs(id, request); len(events) != 0 {
		t.Errorf("served again while it runs: %v", events)
	}
	p.want("while it runs", p.take(), idMsgsAck)
	answer := Result(id, []byte("okay"), false)
	p.s.Answer(id, answer, false)
	first := p.take()
	if events := p.sendAs(id, request); len(events) != 0 {
		t.Errorf("served again after its answer: %v", events)
	}
	again := p.take()
	p.want("again", again, idRPCResult)
	if !bytes.Equal(again[0].Body, answer) || again[0].ID <= first[0].ID {
		t.Error("the second answer is another one, or not under a new id")
	}
	p.send(encodeIDs(idMsgsAck, []MessageID{again[0].ID}))
	p.sendAs(id, request)
	p.want("after it was acknowledged", p.take(), idMsgsAck)
}

func TestAnswerIsKeptUntilAcknowledged(t *testing.T) {
	p := newPeer(t)
	p.s.Attach(1, tooLong)
	p.open()
	p.s.Attach(2, tooLong)
	p.want("new_session_created", p.take(), idNewSession)
	id, _ := p.send(request)
	p.s.Answer(id, Result(id, []byte("okay"), false), false)
	p.s.Push([]byte("push"), tooLong)
	sent := p.take()
	p.s.Attach(2, tooLong)
	p.want("same connection", p.take())
	p.s.Attach(3, tooLong)
	again := p.take()
	if len(again) != 3 { // new_session_created, answer, push
		t.Fatalf("next connection: sent %x", kinds(again))
	}
	p.send(encodeIDs(idMsgsAck, []MessageID{again[0].ID, again[1].ID, sent[0].ID}))
	p.s.Attach(4, tooLong)
	got := p.take()
	if len(got) != 1 || string(got[0].Body) != "push" {
		t.Errorf("acknowledged messages were sent again: %x", kinds(got))
	}
	p.send(encodeIDs(idMsgsAck, []MessageID{got[0].ID}))
	if p.s.unacked != nil || p.s.queue != nil || p.s.sizes != (sizes{}) {
		t.Errorf("something is left: %+v %v %v", p.s.sizes, p.s.unacked, p.s.queue)
	}
}

func TestStates(t *testing.T) {
	p := newPeer(t)
	before := p.id()
	p.open()
	missing := p.id()
	runs, _ := p.send(request)
	done, _ := p.send(request)
	p.s.Answer(done, Result(done, []byte("okay"), false), false)
	p.take()
	ping, _ := p.send(encodeLongs(idPing, 1))
	p.take()
	future := idAt(p.now.Add(time.Minute))
	asked := []MessageID{before, missing, runs, done, ping, future}
	req, _ := p.send(encodeIDs(idStateReq, asked))
	got := p.take()
	p.want("states", got, idStateInfo)
	want := encodeStates(req, []byte{1, 2, 4 | 32, 4 | 32 | 64, 4 | 16, 3})
	if !bytes.Equal(got[0].Body, want) {
		t.Errorf("got  %x\nwant %x", got[0].Body, want)
	}
}

func TestResendRequest(t *testing.T) {
	p := newPeer(t)
	p.open()
	p.s.Push([]byte("push"), tooLong)
	sent := p.take()
	p.send(encodeIDs(idResendReq, []MessageID{sent[0].ID}))
	again := p.take()
	if len(again) != 1 || string(again[0].Body) != "push" || again[0].ID <= sent[0].ID {
		t.Fatalf("sent %v", again)
	}
	p.send(encodeIDs(idResendReq, []MessageID{sent[0].ID}))
	p.want("what is not kept", p.take(), idStateInfo)
}

func TestDropAnswer(t *testing.T) {
	p := newPeer(t)
	p.open()
	result := func(req MessageID) uint32 {
		t.Helper()
		p.send(encodeLongs(idDropAnswer, int64(req)))
		for _, m := range p.take() {
			if tl.NewReader(m.Body).PeekID() == idRPCResult {
				return binary.LittleEndian.Uint32(m.Body[12:])
			}
		}
		t.Fatal("no answer")
		return 0
	}
	runs, _ := p.send(request)
	if got := result(runs); got != idDroppedRunning {
		t.Errorf("running: %x", got)
	}
	p.s.Answer(runs, Result(runs, []byte("okay"), false), false)
	p.want("the answer of a dropped request", p.take())
	done, _ := p.send(request)
	p.s.Answer(done, Result(done, []byte("okay"), false), false)
	if got := result(done); got != idAnswerDropped {
		t.Errorf("queued: %x", got)
	}
	if got := result(12); got != idAnswerUnknown {
		t.Errorf("unknown: %x", got)
	}
}

func TestContainer(t *testing.T) {
	p := newPeer(t)
	one, two, outer := p.id(), p.id(), p.id()
	inner := []Message{
		{ID: one, SeqNo: 1, Body: request},
		{ID: two, SeqNo: 3, Body: packed.Pack(bytes.Repeat(request, 100))},
		{ID: idAt(start.Add(-400 * time.Second)), Body: request},
	}
	body := AppendContainer(binary.LittleEndian.AppendUint32(nil, idContainer), inner)
	events := p.sendAs(outer, body)
	if len(events) != 2 || events[0].ID != one || events[1].ID != two || !events[1].Owned || len(events[1].Body) != 800 {
		t.Fatalf("events %+v", events)
	}
	got := p.take()
	p.want("answers", got, idMsgsAck, idNewSession, idBadMsg)
	if code := got[2].Body[16]; code != codeTooOld {
		t.Errorf("code %d for the old one, want %d", code, codeTooOld)
	}
	if events := p.sendAs(outer, body); len(events) != 0 {
		t.Errorf("a replayed packet is served again: %v", events)
	}
	events, err := p.s.Receive(p.now, p.salt, Message{ID: one, Body: body}, nil)
	if got := p.take(); err != nil || len(events) != 0 || got[len(got)-1].Body[16] != codeContainerDup {
		t.Errorf("container under the id of a request: %v, %v", events, err)
	}
}

func TestErrorsGoLastInAContainer(t *testing.T) {
	p := newPeer(t)
	p.open()
	for i := range 4 {
		id, _ := p.send(request)
		if i%2 == 0 {
			p.s.Answer(id, ResultError(id, 400, "NO"), true)
		} else {
			p.s.Answer(id, Result(id, []byte("okay"), false), false)
		}
	}
	var sizes []int
	for m, ok := p.s.Take(p.now, nil, 1<<20); ok; m, ok = p.s.Take(p.now, nil, 1<<20) {
		n := 1
		if tl.NewReader(m.Body).PeekID() == idContainer {
			n = int(binary.LittleEndian.Uint32(m.Body[4:]))
		}
		sizes = append(sizes, n)
	}
	if !slices.Equal(sizes, []int{1, 2, 1}) {
		t.Errorf("packets of %v messages, want [1 2 1]", sizes)
	}
}

func TestSlowReaderLosesPushesAndIsTold(t *testing.T) {
	p := newPeer(t)
	p.open()
	id, _ := p.send(request)
	p.s.Answer(id, Result(id, []byte("okay"), false), false)
	update := make([]byte, 1000)
	for range 10_000 {
		p.s.Push(update, tooLong)
		if p.s.Backlog() > 2*maxQueuedPushes {
			t.Fatalf("%d bytes wait", p.s.Backlog())
		}
	}
	got := p.take()
	p.want("after the flood", got, idRPCResult, binary.LittleEndian.Uint32(tooLong))
	p.s.Push([]byte("push"), tooLong)
	if got := p.take(); len(got) != 1 || string(got[0].Body) != "push" {
		t.Errorf("later updates do not come: %v", got)
	}
}

func TestWhatIsNotAcknowledgedIsBounded(t *testing.T) {
	p := newPeer(t)
	p.s.Attach(1, tooLong)
	p.open()
	big := make([]byte, 100_000)
	var first MessageID
	for range 100 {
		id, _ := p.send(request)
		if first == 0 {
			first = id
		}
		p.s.Answer(id, Result(id, big, false), false)
		p.s.Push(make([]byte, 100), tooLong)
		p.take()
	}
	if p.s.sizes.unacked > maxUnacked+len(big)*2 {
		t.Errorf("%d bytes are kept", p.s.sizes.unacked)
	}
	if st := p.s.in.state(first, p.now); st != stateNotReceived {
		t.Errorf("the dropped answer's request has state %d: the client would not send it anew", st)
	}
	if events := p.sendAs(first, request); len(events) != 0 {
		t.Error("a request is served again because its answer was dropped")
	}
	p.s.Attach(2, tooLong)
	if got := p.take(); !slices.Contains(kinds(got), binary.LittleEndian.Uint32(tooLong)) {
		t.Error("the client is not told that pushes were lost")
	}
}

func TestInboxIsBounded(t *testing.T) {
	p := newPeer(t)
	p.open()
	for range 10_000 {
		id, _ := p.send(request)
		p.s.Answer(id, ResultError(id, 400, "NO"), true)
		p.take()
	}
	if n := len(p.s.in.list); n > maxRemembered {
		t.Errorf("%d messages are remembered", n)
	}
	p.now = p.now.Add(time.Hour)
	p.salt = p.salts.Current(testKey, p.now)
	p.send(encodeLongs(idPing, 1))
	if n, c := len(p.s.in.list), cap(p.s.in.list); n > 2 || c > 64 {
		t.Errorf("%d messages in room for %d are remembered an hour later", n, c)
	}
}

func TestReplaysOfForgottenRequestsAreRefused(t *testing.T) {
	p := newPeer(t)
	p.open()
	recorded, _ := p.send(request)
	for range maxRemembered + 10 {
		p.send(encodeLongs(idPing, 1))
		p.take()
	}
	if events := p.sendAs(recorded, request); len(events) != 0 {
		t.Error("a forgotten request is served again")
	}
	p.want("refusal", p.take(), idBadMsg)
	next := newPeer(t)
	next.s.Refuse(p.s.Highest())
	if events := next.sendAs(recorded, request); len(events) != 0 {
		t.Error("a request to an earlier session is served again")
	}
	p.now = p.now.Add(time.Second)
	if events := next.sendAs(p.id(), request); len(events) != 1 {
		t.Error("a later request is not served")
	}
}

func TestAnswersForAClientWhoIsAwayAreBounded(t *testing.T) {
	p := newPeer(t)
	p.open()
	for range 50 {
		id, _ := p.send(request)
		p.s.Answer(id, Result(id, make([]byte, 10_000), false), false)
		p.s.DropAnswers(100_000)
	}
	if p.s.Backlog() > 100_000 || p.s.Backlog() < 80_000 {
		t.Errorf("%d bytes wait", p.s.Backlog())
	}
}

func TestStatus(t *testing.T) {
	p := newPeer(t)
	p.open()
	never := p.id()
	runs, _ := p.send(request)
	good, _ := p.send(request)
	bad, _ := p.send(request)
	p.s.Answer(good, Result(good, []byte("okay"), false), false)
	p.s.Answer(bad, ResultError(bad, 400, "NO"), true)
	for id, want := range map[MessageID]Status{never: Unknown, runs: Running, good: Done, bad: Failed} {
		if got := p.s.Status(id); got != want {
			t.Errorf("status of %d is %d, want %d", id, got, want)
		}
	}
}

func TestServiceMessages(t *testing.T) {
	wait := func(ints ...int32) []byte {
		b := binary.LittleEndian.AppendUint32(nil, idHTTPWait)
		for _, v := range ints {
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		}
		return b
	}
	delay := binary.LittleEndian.AppendUint32(encodeLongs(idPingDelay, 3), 75)
	tests := map[string]struct {
		in    []byte
		event Event
		out   []uint32
	}{
		"ping":            {in: encodeLongs(idPing, 3), out: []uint32{idPong}},
		"ping with delay": {in: delay, event: Event{Kind: PingDelay, Delay: 75 * time.Second}, out: []uint32{idPong}},
		"http_wait":       {in: wait(10, 20, 25000), event: Event{Kind: HTTPWait, Wait: Wait{10 * time.Millisecond, 20 * time.Millisecond, 25 * time.Second}}},
		"future salts":    {in: binary.LittleEndian.AppendUint32(encodeLongs(idGetFutureSalts), 3), out: []uint32{idFutureSalts}},
		"destroy_session": {in: encodeLongs(idDestroySession, 4), event: Event{Kind: DestroySession, Session: 4}},
		"state info":      {in: encodeStates(4, []byte{1})},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t)
			p.open()
			_, events := p.send(tt.in)
			if tt.event.Kind == 0 && len(events) > 0 || tt.event.Kind != 0 && (len(events) != 1 || !equal(events[0], tt.event)) {
				t.Errorf("events %+v, want %+v", events, tt.event)
			}
			p.want("answer", p.take(), tt.out...)
		})
	}
}

func equal(a, b Event) bool {
	return a.Kind == b.Kind && a.Delay == b.Delay && a.Wait == b.Wait && a.Session == b.Session
}

func TestNestingIsBounded(t *testing.T) {
	in := func(m Message) []byte {
		return AppendContainer(binary.LittleEndian.AppendUint32(nil, idContainer), []Message{m})
	}
	p := newPeer(t)
	inner := in(Message{ID: p.id(), Body: request})
	tests := map[string][]byte{
		"container in a container":        in(Message{ID: p.id(), Body: inner}),
		"packed container in a container": in(Message{ID: p.id(), Body: packed.Pack(append(inner, make([]byte, 500)...))}),
	}
	for name, body := range tests {
		if events, err := p.s.Receive(p.now, p.salt, Message{ID: p.id(), Body: body}, nil); err == nil {
			t.Errorf("%s is accepted: %v", name, events)
		}
	}
}
