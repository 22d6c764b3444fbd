package gateway

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"hermod/internal/domain/ids"
	"hermod/internal/mtproto"
	"hermod/internal/rpc"
	"hermod/internal/tl"
)

// A request is a call of a session that runs or waits for its turn.
type request struct {
	id     mtproto.MessageID
	body   []byte
	addr   netip.Addr
	ctx    context.Context //nolint:containedctx // it is the call's, made when the call is
	cancel context.CancelFunc
	done   chan struct{} // closed when it is answered; nil if nobody waits for that
}

// requestLocked starts a call, or puts it behind those that run.
func (s *session) requestLocked(e mtproto.Event, from netip.Addr) {
	if s.fullLocked(len(e.Body)) {
		busy := rpc.Flood(1)
		s.m.Answer(e.ID, mtproto.ResultError(e.ID, int32(busy.Code), busy.Type), true)
		return
	}
	body := e.Body
	if !e.Owned {
		body = slices.Clone(body) // the packet's buffer goes back to its pool
	}
	r := &request{id: e.ID, body: body, addr: from}
	r.ctx, r.cancel = context.WithCancel(s.g.calls)
	s.held += len(body)
	s.g.metrics.held.Add(int64(len(body)))
	s.waiting = append(s.waiting, r)
	s.startNextLocked()
}

// startNextLocked starts calls that wait, unless too many run or the client does not take its answers.
func (s *session) startNextLocked() {
	for len(s.waiting) > 0 && len(s.running) < s.g.limits.CallsAtOnce && s.m.Backlog() <= s.g.limits.Backlog && !s.ended.Load() {
		next := s.waiting[0]
		s.waiting = slices.Delete(s.waiting, 0, 1)
		s.startLocked(next)
	}
	if len(s.waiting) == 0 {
		s.waiting = nil
	}
}

// fullLocked says whether a request of n more bytes is too much.
func (s *session) fullLocked(n int) bool {
	l := &s.g.limits
	return len(s.waiting) >= l.CallsWaiting ||
		s.held > 0 && s.held+n > l.CallBytes ||
		s.g.metrics.held.Load()+int64(n) > int64(l.AllCallBytes)
}

// releaseLocked says that r is over.
func (s *session) releaseLocked(r *request) {
	r.cancel()
	s.held -= len(r.body)
	s.g.metrics.held.Add(-int64(len(r.body)))
}

func (s *session) startLocked(r *request) {
	if s.running == nil {
		s.running = make(map[mtproto.MessageID]*request)
	}
	s.running[r.id] = r
	s.g.metrics.calls.Add(1)
	s.g.spawn(func() { s.serve(r) })
}

// serve runs a call and queues its answer.
func (s *session) serve(r *request) {
	defer s.g.metrics.calls.Add(-1)
	call, err := s.prepare(r)
	var out tl.Object
	if err == nil {
		a, woken := s.waking()
		out, err = s.g.o.Calls.Call(r.ctx, call, r.body)
		a.wait(r.ctx, woken, s.g.limits.Lag)
		s.key.chargeUnpacked(call.Unpacked, s.g.limits.Packets)
		err = errors.Join(err, s.learn(call))
	}
	body, failed := result(r.id, call, out, err)
	s.finish(r, call, body, failed)
	b := getBuffers()
	s.send(b)
	b.put()
	s.flush()
}

// prepare makes the call of a request.
func (s *session) prepare(r *request) (*rpc.Call, error) {
	k := s.key
	call := &rpc.Call{Session: ids.Session(s.id), MsgID: int64(r.id), Addr: r.addr, DC: k.dc}
	call.After = func(ctx context.Context, msgIDs []int64) error { return s.after(ctx, r.id, msgIDs) }
	who, err := s.g.refresh(r.ctx, k)
	if err != nil {
		return call, err
	}
	call.User, call.Bot, call.PasswordPending = who.User, who.Bot, who.PasswordPending
	call.Layer, call.Client = who.Layer, who.Client
	call.Key = ids.AuthKey(k.ID)
	if k.temporary {
		call.Key, call.TempKey = who.PermKey, ids.AuthKey(k.ID)
	}
	s.follow()
	return call, nil
}

// refresh asks Identity who stands behind k now, remembers it, and makes the sessions of k follow. Every call asks, so
// that a word of KeyChanged that was lost, or came at the wrong moment, makes no difference for long.
func (g *Gateway) refresh(ctx context.Context, k *key) (rpc.Who, error) {
	who, err := g.o.Identity.Who(ctx, ids.AuthKey(k.ID))
	if err != nil {
		return who, err
	}
	k.mu.Lock()
	before := k.who
	k.who = who
	k.mu.Unlock()
	g.rebind(k, who)
	if before.User != who.User {
		g.spawn(func() { g.identityChanged(k, who) })
	}
	return who, nil
}

// learn takes over what a call changed: who is signed in, what the client announced.
func (s *session) learn(call *rpc.Call) error {
	k := s.key
	before := k.identity()
	if before.User == 0 || call.User != before.User {
		if _, err := s.g.refresh(context.WithoutCancel(s.g.calls), k); err != nil {
			return err
		}
	}
	k.mu.Lock()
	if call.Layer != 0 {
		k.who.Layer, k.who.Client = call.Layer, call.Client
	}
	k.mu.Unlock()
	s.say(call)
	s.follow()
	return nil
}

// say notes whether the session wants updates, by how it calls.
func (s *session) say(call *rpc.Call) {
	if call.InvokedMethod == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !call.WithoutUpdates:
		s.updates = wanted
	case s.updates == unsaid:
		s.updates = unwanted
	}
}

// errTooLarge is no internal error for clients: those they repeat, some for ever.
var errTooLarge = rpc.BadRequest("RESPONSE_TOO_LARGE")

// maxResult is the largest answer; TDLib reads packets of up to 4 MiB.
const maxResult = 4<<20 - 1024

// result returns the body of the answer.
func result(id mtproto.MessageID, call *rpc.Call, out tl.Object, err error) (body []byte, failed bool) {
	if err != nil {
		return failure(id, err), true
	}
	body = mtproto.ResultOf(id, out, call.Layer, out.TLName() != uploadFile)
	if body == nil { // the client's layer has no form of it
		return failure(id, rpc.ErrUnknownMethod), true
	}
	if len(body) > maxResult {
		return failure(id, errTooLarge), true
	}
	return body, false
}

// uploadFile is an answer that does not get shorter by compression.
const uploadFile = "upload.file"

func failure(id mtproto.MessageID, err error) []byte {
	e := rpc.ErrInternal
	errors.As(err, &e)
	return mtproto.ResultError(id, int32(e.Code), e.Type)
}

// finish queues the answer and starts the next call.
func (s *session) finish(r *request, call *rpc.Call, body []byte, failed bool) {
	s.mu.Lock()
	s.releaseLocked(r)
	delete(s.running, r.id)
	if len(s.running) == 0 {
		s.running = nil
	}
	s.answerLocked(r.id, call, body, failed)
	if r.done != nil {
		close(r.done)
	}
	if len(s.links) == 0 {
		s.m.DropAnswers(s.g.limits.Backlog)
	}
	s.startNextLocked()
	if call.User == 0 { // signed out by this very call, or never in: the client knows
		s.ending = false
	}
	over := s.ending && s.running == nil
	s.mu.Unlock()
	if over {
		s.g.drop(s)
	}
}

// answerLocked queues the answer of a call, and remembers who wants to hear that the client has it.
func (s *session) answerLocked(id mtproto.MessageID, call *rpc.Call, body []byte, failed bool) {
	waits := call.Received()
	if failed || len(waits) == 0 || len(s.receipts) >= maxReceipts {
		s.m.Answer(id, body, failed)
		return
	}
	if s.receipts == nil {
		s.receipts = make(map[mtproto.MessageID][]func())
	}
	s.receipts[id] = waits
	s.m.AnswerWatched(id, body)
}

// maxReceipts bounds the answers of a session whose receipt somebody waits for. Most of them come; what does not is dropped
// with the session.
const maxReceipts = 1000

// receivedLocked lets those know who wait for it that the client has the answer to the request id.
func (s *session) receivedLocked(id mtproto.MessageID) {
	waits := s.receipts[id]
	if len(waits) == 0 {
		return
	}
	if delete(s.receipts, id); len(s.receipts) == 0 {
		s.receipts = nil
	}
	s.g.spawn(func() {
		for _, fn := range waits {
			fn()
		}
	})
}

// after waits until the requests on which own depends are answered. It fails with rpc.ErrWaitFailed.
// Spec: https://core.telegram.org/method/invokeAfterMsgs
func (s *session) after(ctx context.Context, own mtproto.MessageID, msgIDs []int64) error {
	for _, id := range msgIDs {
		if id := mtproto.MessageID(id); id >= own || !s.afterOne(ctx, id) {
			return rpc.ErrWaitFailed
		}
	}
	return nil
}

// afterOne waits until the request id is answered, and says whether that was no error.
func (s *session) afterOne(ctx context.Context, id mtproto.MessageID) bool {
	s.mu.Lock()
	status, done := s.m.Status(id), s.doneLocked(id)
	s.mu.Unlock()
	if status != mtproto.Running {
		return status == mtproto.Done
	}
	if done == nil {
		return false
	}
	select {
	case <-done:
	case <-ctx.Done():
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m.Status(id) == mtproto.Done
}

// doneLocked returns a channel that is closed when the request id is answered; nil if it does not run.
func (s *session) doneLocked(id mtproto.MessageID) chan struct{} {
	r := s.running[id] // what waits for its turn waits behind the one that asks, and would never come
	if r == nil {
		return nil
	}
	if r.done == nil {
		r.done = make(chan struct{})
	}
	return r.done
}

// requestOfLocked returns the request id if it runs or waits.
func (s *session) requestOfLocked(id mtproto.MessageID) *request {
	if r := s.running[id]; r != nil {
		return r
	}
	if i := slices.IndexFunc(s.waiting, func(w *request) bool { return w.id == id }); i >= 0 {
		return s.waiting[i]
	}
	return nil
}
