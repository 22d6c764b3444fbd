package mtproto

import (
	"slices"
	"time"

	"hermod/internal/tl"
)

// service messages by constructor id. Each handler takes the reader behind the id.
//
// Those that a server has no use for are known too: they are no requests.
var services = map[uint32]func(*receiver, Message, *tl.Reader) error{
	idMsgsAck:         (*receiver).msgsAck,
	idStateReq:        (*receiver).msgsStateReq,
	idResendReq:       (*receiver).msgResendReq,
	idDropAnswer:      (*receiver).rpcDropAnswer,
	idGetFutureSalts:  (*receiver).getFutureSalts,
	idPing:            (*receiver).ping,
	idPingDelay:       (*receiver).pingDelayDisconnect,
	idDestroySession:  (*receiver).destroySession,
	idDestroyKey:      (*receiver).destroyAuthKey,
	idHTTPWait:        (*receiver).httpWait,
	idStateInfo:       (*receiver).ignored,
	idAllInfo:         (*receiver).ignored,
	idDetailedInfo:    (*receiver).ignored,
	idNewDetailedInfo: (*receiver).ignored,
	idBadMsg:          (*receiver).ignored,
	idBadSalt:         (*receiver).ignored,
	idPong:            (*receiver).ignored,
}

func (r *receiver) ignored(Message, *tl.Reader) error { return nil }

func (r *receiver) msgsAck(_ Message, rd *tl.Reader) error {
	list, err := decodeIDs(rd)
	if err != nil {
		return err
	}
	for _, req := range r.s.acknowledged(list) {
		r.events = append(r.events, Event{Kind: Received, ID: req})
	}
	return nil
}

// msgsStateReq tells what became of the client's messages.
// Spec: https://core.telegram.org/mtproto/service_messages_about_messages#request-for-message-status-information
func (r *receiver) msgsStateReq(m Message, rd *tl.Reader) error {
	list, err := decodeIDs(rd)
	if err != nil {
		return err
	}
	r.s.reply(encodeStates(m.ID, r.states(list)))
	return nil
}

func (r *receiver) states(list []MessageID) []byte {
	states := make([]byte, len(list))
	for i, id := range list {
		states[i] = r.s.in.state(id, r.now)
	}
	return states
}

// msgResendReq sends again what is still kept. If something is not, it tells the state of all.
// Spec: https://core.telegram.org/mtproto/service_messages_about_messages#explicit-request-to-re-send-messages
func (r *receiver) msgResendReq(m Message, rd *tl.Reader) error {
	list, err := decodeIDs(rd)
	if err != nil {
		return err
	}
	missing := false
	for _, id := range list {
		if !r.s.resend(r.s.findUnacked(id)) {
			missing = true
		}
	}
	if missing {
		r.s.reply(encodeStates(m.ID, r.states(list)))
	}
	return nil
}

// rpcDropAnswer makes sure that an answer is not sent (again). Its own answer is an rpc_result.
// Spec: https://core.telegram.org/mtproto/service_messages#cancellation-of-an-rpc-query
func (r *receiver) rpcDropAnswer(m Message, rd *tl.Reader) error {
	req := MessageID(rd.Int64())
	if err := rd.End(); err != nil {
		return err
	}
	result := encodeLongs(idAnswerUnknown)
	if e, ok := r.s.in.find(req); ok && e.kind == running {
		r.s.in.set(req, answered, true)
		r.events = append(r.events, Event{Kind: Cancel, ID: req})
		result = encodeLongs(idDroppedRunning)
	} else if dropped := r.s.dropAnswer(req); dropped != nil {
		result = encodeDropped(dropped)
	}
	r.s.enqueue(&outgoing{kind: answer, ref: m.ID, body: Result(m.ID, result, false)})
	return nil
}

// dropAnswer removes the answer to req from what is queued or kept, and returns it; nil if there is none.
func (s *Session) dropAnswer(req MessageID) *outgoing {
	ofReq := func(m *outgoing) bool { return m.kind == answer && m.ref == req }
	if i := slices.IndexFunc(s.queue, ofReq); i >= 0 {
		m := s.queue[i]
		s.queue = slices.Delete(s.queue, i, i+1)
		s.sizes.queued -= m.size()
		return m
	}
	if i := slices.IndexFunc(s.unacked, ofReq); i >= 0 {
		m := s.unacked[i]
		s.unacked = slices.Delete(s.unacked, i, i+1)
		s.sizes.unacked -= m.size()
		return m
	}
	return nil
}

func (r *receiver) getFutureSalts(m Message, rd *tl.Reader) error {
	n := int(rd.Int32())
	if err := rd.End(); err != nil {
		return err
	}
	if r.salted++; r.salted > maxSaltRequests {
		return nil
	}
	r.s.reply(encodeFutureSalts(m.ID, r.now, r.s.salts.Future(r.s.key, r.now, n)))
	return nil
}

// maxSaltRequests is how many requests for salts of one packet are answered: each costs 64 MACs.
const maxSaltRequests = 2

// Spec: https://core.telegram.org/mtproto/service_messages#ping-messages-ping-pong
func (r *receiver) ping(m Message, rd *tl.Reader) error {
	id := rd.Int64()
	if err := rd.End(); err != nil {
		return err
	}
	r.s.reply(encodeLongs(idPong, int64(m.ID), id))
	return nil
}

// maxPingDelay bounds how long a client may ask to be kept.
const maxPingDelay = time.Hour

// Spec: https://core.telegram.org/mtproto/service_messages#deferred-connection-closure-ping
func (r *receiver) pingDelayDisconnect(m Message, rd *tl.Reader) error {
	id, delay := rd.Int64(), rd.Int32()
	if err := rd.End(); err != nil {
		return err
	}
	r.s.reply(encodeLongs(idPong, int64(m.ID), id))
	d := min(time.Duration(max(delay, 1))*time.Second, maxPingDelay)
	r.events = append(r.events, Event{Kind: PingDelay, Delay: d})
	return nil
}

func (r *receiver) destroySession(_ Message, rd *tl.Reader) error {
	id := rd.Int64()
	if err := rd.End(); err != nil {
		return err
	}
	r.events = append(r.events, Event{Kind: DestroySession, Session: id})
	return nil
}

// SessionDestroyed answers the event DestroySession. existed says whether there was such a session.
// Spec: https://core.telegram.org/mtproto/service_messages#request-to-destroy-session
func (s *Session) SessionDestroyed(session int64, existed bool) {
	id := uint32(idDestroyNone)
	if existed {
		id = idDestroyOK
	}
	s.reply(encodeLongs(id, session))
}

func (r *receiver) destroyAuthKey(m Message, rd *tl.Reader) error {
	r.events = append(r.events, Event{Kind: DestroyKey, ID: m.ID})
	return rd.End()
}

// Destruction is how the destruction of a key went.
type Destruction uint32

// The results of destroy_auth_key.
const (
	KeyDestroyed Destruction = idKeyDestroyed
	KeyUnknown   Destruction = idKeyNone
	KeyFailed    Destruction = idKeyFail
)

// KeyDestroyed answers the event DestroyKey.
// Spec: https://core.telegram.org/api/auth#logging-out
func (s *Session) KeyDestroyed(d Destruction) { s.reply(encodeLongs(uint32(d))) }

// Spec: https://core.telegram.org/mtproto/service_messages#http-wait-long-poll
func (r *receiver) httpWait(_ Message, rd *tl.Reader) error {
	ms := func() time.Duration {
		return min(time.Duration(max(rd.Int32(), 0))*time.Millisecond, maxHTTPWait)
	}
	w := Wait{Delay: ms(), After: ms(), Max: ms()}
	if err := rd.End(); err != nil {
		return err
	}
	r.events = append(r.events, Event{Kind: HTTPWait, Wait: w})
	return nil
}

// maxHTTPWait bounds a long poll; proxies give up after a minute.
const maxHTTPWait = 50 * time.Second
