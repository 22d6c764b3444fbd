// Package mtproto is the machine of one MTProto session, server side: decrypted messages and answers go in,
// requests and messages to encrypt come out. It has no sockets, no goroutines and no clock, so that tables and
// fuzzing can test it; callers say what time it is.
//
// What it keeps, all of it with a bound:
//   - the ids of the messages received in the last minutes, and what became of them, so that a request that comes twice
//     is served once;
//   - what was sent and is not acknowledged, to be sent again on the next connection;
//   - what is to be sent. Take puts it into one message, or into a container if there is more than one.
//
// A Session is not safe for concurrent use; the gateway holds a lock around each. It must not be used for
// clients that are not trusted to hold the key: decryption comes first.
//
// Spec: https://core.telegram.org/mtproto/service_messages
package mtproto

import (
	"errors"
	"fmt"
	"time"

	"hermod/internal/tl"
	"hermod/internal/tl/packed"
)

// ErrNested means containers in containers, or packed objects in packed objects: a broken client.
var ErrNested = errors.New("mtproto: messages nested too deeply")

// Bounds of what one packet may unpack to.
const (
	maxUnpacked = 4 << 20 // bytes, all packed messages of a packet together
	maxNesting  = 2       // packed in packed
)

// EventKind says what the caller has to do.
type EventKind uint8

// The events of Receive.
const (
	// Request is a request to serve: ID and Body. Body aliases the packet unless Owned is set. Answer it.
	Request EventKind = iota + 1
	// Cancel says that nobody waits for the answer to ID any more.
	Cancel
	// PingDelay asks to close the connection unless a packet comes within Delay.
	PingDelay
	// HTTPWait allows to hold back an HTTP answer: see Wait.
	HTTPWait
	// DestroySession asks to forget the session Session. Answer with SessionDestroyed.
	DestroySession
	// DestroyKey asks to forget the auth key. Answer with KeyDestroyed.
	DestroyKey
	// Received says that the client has acknowledged the answer to ID, which was given by AnswerWatched.
	Received
)

// An Event is something that the caller of Receive has to do.
type Event struct {
	Kind    EventKind
	ID      MessageID
	Body    []byte
	Owned   bool // Body is memory of its own
	Delay   time.Duration
	Wait    Wait
	Session int64
}

// Wait is what http_wait says: answer Delay after the first message came to be, wait another After for more, and answer
// after Max in any case.
// Spec: https://core.telegram.org/mtproto/service_messages#http-wait-long-poll
type Wait struct{ Delay, After, Max time.Duration }

// A Session is the state of one session.
type Session struct {
	id    int64
	key   int64
	salts *Salts
	salt  saltWindow
	first firstSalt

	ids ids
	seq int32 // content-related messages sent, twice

	in       inbox
	acks     []MessageID // to be acknowledged
	queue    []*outgoing // to be sent
	unacked  []*outgoing // sent, content-related, not acknowledged
	watched  []watched   // answers that were dropped from unacked, and whose acknowledgement is of interest
	sizes    sizes
	tooMany  bool // queued pushes were dropped, and a push that says so is queued
	lost     bool // pushes that were sent may have been lost and are not kept
	started  bool // new_session_created is queued or sent
	link     uint32
	uniqueID int64
}

// firstSalt is the salt that a key exchange agreed on.
type firstSalt struct {
	salt  int64
	until time.Time
}

// New returns a session that has seen nothing yet. uniqueID is a random number that clients tell sessions of the same
// id by.
func New(id, key, uniqueID int64, salts *Salts) *Session {
	return &Session{id: id, key: key, salts: salts, uniqueID: uniqueID}
}

// Refuse makes the session refuse requests up to id, which may be replays of what came to an earlier session.
func (s *Session) Refuse(id MessageID) { s.in.refused = max(s.in.refused, id) }

// Highest is the highest id that came, or that Refuse named.
func (s *Session) Highest() MessageID { return s.in.highest() }

// ID is the number that the client chose.
func (s *Session) ID() int64 { return s.id }

// AcceptSalt makes the session take salt until then, too: the one that the key exchange agreed on.
// Spec: https://core.telegram.org/mtproto/auth_key#9-server-responds-in-one-of-three-ways
func (s *Session) AcceptSalt(salt int64, until time.Time) { s.first = firstSalt{salt, until} }

// Salt is what to put into packets to the client.
func (s *Session) Salt(now time.Time) int64 { return s.salt.current(s.salts, s.key, now) }

// Receive takes a decrypted message and appends to events what it asks for. What it answers by itself
// is queued: call Take after it.
//
// An error is the sign of a broken client; the caller closes the connection.
func (s *Session) Receive(now time.Time, salt int64, m Message, events []Event) ([]Event, error) {
	if code := checkOuter(m, now); code != 0 {
		s.reply(encodeBadMsg(m, code))
		return events, nil
	}
	if !s.goodSalt(now, salt) {
		s.reply(encodeBadSalt(m, s.Salt(now)))
		return events, nil
	}
	r := receiver{s: s, now: now, events: events, budget: maxUnpacked}
	err := r.outer(m)
	return r.events, err
}

func (s *Session) goodSalt(now time.Time, salt int64) bool {
	if s.salt.good(s.salts, s.key, salt, now) {
		return true
	}
	return salt == s.first.salt && now.Before(s.first.until)
}

// checkOuter looks at the id of a message that is in no container; 0 is good.
// Spec: https://core.telegram.org/mtproto/description#message-identifier-msg-id
func checkOuter(m Message, now time.Time) int32 {
	switch age := now.Sub(m.ID.Time()); {
	case m.ID&kindOfSender != fromClient:
		return codeWrongBits
	case age > maxAge:
		return codeTooLow
	case age < -maxAhead:
		return codeTooHigh
	}
	return 0
}

// A receiver walks through one packet.
type receiver struct {
	s      *Session
	now    time.Time
	events []Event
	budget int // bytes that packed messages may still unpack to
	salted int // requests for salts so far
}

// outer takes the message of a packet, which alone may be a container.
func (r *receiver) outer(m Message) error {
	body, owned, err := r.unpack(m.Body)
	if err != nil {
		return err
	}
	if tl.NewReader(body).PeekID() != idContainer {
		r.s.begin(m.ID)
		return r.one(m, body, owned)
	}
	if st, ok := r.s.in.find(m.ID); ok && st.kind != container {
		r.s.reply(encodeBadMsg(m, codeContainerDup))
		return nil
	}
	msgs, err := DecodeContainer(body[4:])
	if err != nil {
		return err
	}
	return r.container(m, msgs, owned)
}

func (r *receiver) container(m Message, msgs []Message, owned bool) error {
	r.s.begin(lowest(m.ID, msgs))
	r.s.in.add(r.now, m.ID, container)
	for _, inner := range msgs {
		if code := r.checkInner(inner); code != 0 {
			r.s.reply(encodeBadMsg(inner, code))
			continue
		}
		body, fresh, err := r.unpack(inner.Body)
		if err != nil {
			return err
		}
		if err := r.one(inner, body, owned || fresh); err != nil {
			return err
		}
	}
	return nil
}

// checkInner looks at the id of a message in a container. It may be older than the container: clients repeat
// messages under their first id.
func (r *receiver) checkInner(m Message) int32 {
	code := checkOuter(m, r.now)
	if code != codeTooLow {
		return code
	}
	if _, ok := r.s.in.find(m.ID); ok {
		return 0
	}
	return codeTooOld
}

func lowest(id MessageID, msgs []Message) MessageID {
	for _, m := range msgs {
		id = min(id, m.ID)
	}
	return id
}

// unpack removes gzip_packed around a whole message.
func (r *receiver) unpack(body []byte) (plain []byte, owned bool, err error) {
	for range maxNesting {
		if !packed.Is(body) {
			return body, owned, nil
		}
		if body, err = packed.Unpack(body, r.budget); err != nil {
			return nil, false, err
		}
		r.budget -= len(body)
		owned = true
	}
	if packed.Is(body) {
		return nil, false, fmt.Errorf("gzip_packed: %w", ErrNested)
	}
	return body, owned, nil
}

// one takes a message that is no container.
func (r *receiver) one(m Message, body []byte, owned bool) error {
	if len(body) < 4 {
		return fmt.Errorf("message of %d bytes: %w", len(body), tl.ErrShort)
	}
	rd := tl.NewReader(body)
	id := rd.ID()
	if id == idContainer {
		return fmt.Errorf("msg_container: %w", ErrNested)
	}
	if serve := services[id]; serve != nil {
		r.s.in.add(r.now, m.ID, service)
		if err := serve(r, m, rd); err != nil {
			return fmt.Errorf("service message %#x: %w", id, err)
		}
		return nil
	}
	r.request(m, body, owned)
	return nil
}

// request takes a call, unless it is one that came before.
func (r *receiver) request(m Message, body []byte, owned bool) {
	if st, ok := r.s.in.find(m.ID); ok {
		r.s.repeated(m, st)
		return
	}
	if r.s.in.forgotten(m.ID) { // it may be a replay: the client is to send it under a new id
		r.s.reply(encodeBadMsg(m, codeTooOld))
		return
	}
	r.s.in.add(r.now, m.ID, running)
	r.s.ack(m.ID)
	r.events = append(r.events, Event{Kind: Request, ID: m.ID, Body: body, Owned: owned})
}

// begin announces a new session, once, before anything else is sent in it.
// Spec: https://core.telegram.org/mtproto/service_messages#new-session-creation-notification
func (s *Session) begin(first MessageID) {
	if s.started {
		return
	}
	s.started = true
	s.enqueue(&outgoing{kind: notice, body: nil, ref: first})
}

// repeated handles a request that has been seen: it is served once, and its answer sent again.
func (s *Session) repeated(m Message, st entry) {
	switch {
	case st.kind == answered && s.resendAnswer(m.ID):
	case st.kind == lost:
		s.reply(encodeBadMsg(m, codeTooOld))
	default:
		s.ack(m.ID)
	}
}
