package mtproto

import (
	"slices"
	"sort"
	"time"

	"hermod/internal/tl"
)

type outKind uint8

const (
	plain  outKind = iota + 1 // needs no acknowledgement
	notice                    // new_session_created; its body is made when it is sent
	answer                    // rpc_result
	push                      // an update
)

// An outgoing message is queued until it is sent; if it is content-related it is then kept until acknowledged.
type outgoing struct {
	id     MessageID // 0 until sent
	ref    MessageID // answer: the request; notice: the first message of the session
	seq    int32
	kind   outKind
	failed bool // an rpc_error
	watch  bool // the caller wants to hear that it was acknowledged
	body   []byte
}

// A watched is an answer that is not kept any more.
type watched struct{ id, ref MessageID }

// Bounds of what a session holds for a client.
const (
	maxQueuedPushes = 256 << 10 // bytes not sent; beyond it the client loses them and is told
	maxUnacked      = 512 << 10 // bytes sent and not acknowledged
	maxUnackedCount = 1024
	maxAcks         = 4096 // ids to be acknowledged
	maxWatched      = 256  // answers of which only the acknowledgement is waited for
	maxTaken        = 1000 // messages in a container that we send
	outgoingSize    = 96   // bytes of memory beside a body, roughly
)

// sizes counts the bytes that a session holds.
type sizes struct{ queued, pushes, unacked int }

func (m *outgoing) size() int { return len(m.body) + outgoingSize }

// enqueue puts m behind what is to be sent.
func (s *Session) enqueue(m *outgoing) {
	s.queue = append(s.queue, m)
	s.sizes.queued += m.size()
	if m.kind == push {
		s.sizes.pushes += m.size()
	}
}

// reply queues the answer of a service message.
func (s *Session) reply(body []byte) { s.enqueue(&outgoing{kind: plain, body: body}) }

// Answer queues body, made by Result or ResultError, as the answer to the request req. An answer that nobody
// waits for any more is dropped. body must not change from now on.
func (s *Session) Answer(req MessageID, body []byte, failed bool) {
	s.answer(&outgoing{kind: answer, ref: req, body: body, failed: failed})
}

// AnswerWatched is Answer for one of which the caller wants to hear that the client has it, by an event Received. That
// may not come, also when the client has it.
func (s *Session) AnswerWatched(req MessageID, body []byte) {
	s.answer(&outgoing{kind: answer, ref: req, body: body, watch: true})
}

func (s *Session) answer(m *outgoing) {
	req := m.ref
	if e, ok := s.in.find(req); ok && e.kind != running {
		return
	}
	s.in.set(req, answered, m.failed)
	if i := slices.Index(s.acks, req); i >= 0 { // the answer is the acknowledgement
		s.acks = slices.Delete(s.acks, i, i+1)
	}
	s.enqueue(m)
}

// Push queues an update, which must not change from now on. If the client is too far behind it loses
// all that are queued, and gets tooLong in their place.
func (s *Session) Push(body, tooLong []byte) {
	if s.tooMany {
		return // it will ask for everything anyway
	}
	if s.sizes.pushes+len(body) > maxQueuedPushes {
		s.dropPushes()
		s.tooMany, body = true, tooLong
	}
	s.enqueue(&outgoing{kind: push, body: body})
}

func (s *Session) dropPushes() {
	kept := s.queue[:0]
	for _, m := range s.queue {
		if m.kind != push {
			kept = append(kept, m)
			continue
		}
		s.sizes.queued -= m.size()
	}
	clear(s.queue[len(kept):])
	s.queue, s.sizes.pushes = kept, 0
}

// Backlog is how many bytes wait to be sent.
func (s *Session) Backlog() int { return s.sizes.queued }

// Waiting says whether Take has something to send: acknowledgements count only if acks is set.
func (s *Session) Waiting(acks bool) bool { return len(s.queue) > 0 || acks && len(s.acks) > 0 }

// ack remembers to acknowledge id, if its answer does not come first.
func (s *Session) ack(id MessageID) {
	if len(s.acks) < maxAcks && !slices.Contains(s.acks, id) {
		s.acks = append(s.acks, id)
	}
}

// Take moves what is to be sent into one message whose body is appended to dst: a container, if there is more
// than one. Bodies stay below limit bytes together, unless the first alone is larger. It returns false if
// there is nothing.
func (s *Session) Take(now time.Time, dst []byte, limit int) (Message, bool) {
	batch := s.batch(limit)
	acks := s.takeAcks()
	switch {
	case len(batch) == 0 && acks == nil:
		return Message{}, false
	case len(batch) == 0:
		return Message{ID: s.ids.next(now, answerBits), SeqNo: s.seq, Body: append(dst, acks...)}, true
	case len(batch) == 1 && acks == nil:
		m := s.seal(now, batch[0])
		m.Body = append(dst, m.Body...)
		s.trim()
		return m, true
	}
	return s.container(now, dst, batch, acks), true
}

// container seals batch and puts it behind acks into one container.
func (s *Session) container(now time.Time, dst []byte, batch []*outgoing, acks []byte) Message {
	w := tl.Writer{B: dst}
	w.ID(idContainer)
	n := len(batch)
	if acks != nil {
		n++
	}
	w.Int32(int32(n))
	if acks != nil {
		Message{ID: s.ids.next(now, answerBits), SeqNo: s.seq, Body: acks}.appendTo(&w)
	}
	for _, m := range batch {
		s.seal(now, m).appendTo(&w)
	}
	s.trim()
	return Message{ID: s.ids.next(now, answerBits), SeqNo: s.seq, Body: w.B}
}

// batch takes from the queue what goes into the next message. An rpc_error goes last: Web A skips what follows
// it in a container.
func (s *Session) batch(limit int) []*outgoing {
	n, size := 0, 0
	for n < len(s.queue) && n < maxTaken {
		m := s.queue[n]
		if size += len(m.body) + messageHead; n > 0 && size > limit {
			break
		}
		n++
		if m.failed {
			break
		}
	}
	batch := s.queue[:n]
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil // idle sessions hold no memory for it
	}
	for _, m := range batch {
		s.sizes.queued -= m.size()
		if m.kind == push {
			s.sizes.pushes -= m.size()
		}
	}
	return batch
}

func (s *Session) takeAcks() []byte {
	if len(s.acks) == 0 {
		return nil
	}
	body := encodeIDs(idMsgsAck, s.acks)
	s.acks = nil
	return body
}

// seal gives m its id and number, and keeps it until it is acknowledged if it is content-related.
// Spec: https://core.telegram.org/mtproto/description#message-sequence-number-msg-seqno
func (s *Session) seal(now time.Time, m *outgoing) Message {
	bits := MessageID(answerBits)
	if m.kind == push {
		bits, s.tooMany = pushBits, false
	}
	body := m.body
	if m.kind == notice {
		body = encodeLongs(idNewSession, int64(m.ref), s.uniqueID, s.Salt(now))
	}
	m.id, m.seq = s.ids.next(now, bits), s.seq
	if m.kind != plain {
		m.seq |= 1
		s.seq += 2
		s.unacked = append(s.unacked, m)
		s.sizes.unacked += m.size()
	}
	return Message{ID: m.id, SeqNo: m.seq, Body: body}
}

// trim forgets the oldest unacknowledged messages when they are too many. What was dropped must be told on
// the next connection: a client that asks for a dropped answer again is served anew.
func (s *Session) trim() {
	n := 0
	for n < len(s.unacked)-1 && (s.sizes.unacked > maxUnacked || len(s.unacked)-n > maxUnackedCount) {
		m := s.unacked[n]
		if m.kind == answer {
			s.in.set(m.ref, lost, false)
			s.stillWatch(m)
		}
		s.lost = s.lost || m.kind == push
		s.sizes.unacked -= m.size()
		n++
	}
	s.unacked = slices.Delete(s.unacked, 0, n)
}

// stillWatch remembers an answer that is not kept: the client may have it all the same.
func (s *Session) stillWatch(m *outgoing) {
	if !m.watch {
		return
	}
	if len(s.watched) >= maxWatched {
		s.watched = slices.Delete(s.watched, 0, 1)
	}
	s.watched = append(s.watched, watched{m.id, m.ref})
}

// DropAnswers drops the oldest queued answers until at most limit bytes are queued, for a client that is away. It will have
// to ask again.
func (s *Session) DropAnswers(limit int) {
	s.queue = slices.DeleteFunc(s.queue, func(m *outgoing) bool {
		if m.kind != answer || s.sizes.queued <= limit {
			return false
		}
		s.in.set(m.ref, lost, false)
		s.sizes.queued -= m.size()
		return true
	})
}

// acknowledged forgets what the client has. It returns the requests among that whose answers are watched.
// Spec: https://core.telegram.org/mtproto/service_messages_about_messages#acknowledgment-of-receipt
func (s *Session) acknowledged(list []MessageID) (received []MessageID) {
	for _, id := range list {
		if i := slices.IndexFunc(s.watched, func(w watched) bool { return w.id == id }); i >= 0 {
			received = append(received, s.watched[i].ref)
			s.watched = slices.Delete(s.watched, i, i+1)
		}
		if i := s.findUnacked(id); i >= 0 && s.unacked[i].kind != 0 {
			if s.unacked[i].watch {
				received = append(received, s.unacked[i].ref)
			}
			s.sizes.unacked -= s.unacked[i].size()
			s.unacked[i].kind, s.unacked[i].body = 0, nil // gone
		}
	}
	s.unacked = slices.DeleteFunc(s.unacked, func(m *outgoing) bool { return m.kind == 0 })
	if len(s.unacked) == 0 {
		s.unacked = nil
	}
	return received
}

// findUnacked returns the place of id in s.unacked, which is sorted because ids only grow; -1 if there is none.
func (s *Session) findUnacked(id MessageID) int {
	i := sort.Search(len(s.unacked), func(i int) bool { return s.unacked[i].id >= id })
	if i < len(s.unacked) && s.unacked[i].id == id {
		return i
	}
	return -1
}

// Attach tells the session on which connection it is heard from now. When that is another one than before, what
// was sent and not acknowledged is queued again, for it may have been lost with the connection.
func (s *Session) Attach(link uint32, tooLong []byte) {
	if s.link == link {
		return
	}
	s.link = link
	s.requeue(s.unacked)
	s.unacked = nil
	if s.lost {
		s.lost = false
		s.Push(tooLong, tooLong)
	}
}

// ResendOlder queues again what was sent before t and not acknowledged. Connections that come and go with each
// packet, as those of HTTP do, need it in place of Attach.
func (s *Session) ResendOlder(t time.Time) {
	limit := idAt(t)
	i := sort.Search(len(s.unacked), func(i int) bool { return s.unacked[i].id >= limit })
	if i == 0 {
		return
	}
	old := slices.Clone(s.unacked[:i])
	s.unacked = slices.Delete(s.unacked, 0, i)
	s.requeue(old)
}

// requeue puts messages that were sent before, and are no longer in s.unacked, in front of the queue.
func (s *Session) requeue(list []*outgoing) {
	for _, m := range list {
		s.sizes.unacked -= m.size()
		s.sizes.queued += m.size()
		if m.kind == push {
			s.sizes.pushes += m.size()
		}
	}
	s.queue = slices.Concat(list, s.queue)
}

// resendAnswer queues the answer to req again; false if it is neither queued nor kept.
func (s *Session) resendAnswer(req MessageID) bool {
	ofReq := func(m *outgoing) bool { return m.kind == answer && m.ref == req }
	if slices.ContainsFunc(s.queue, ofReq) {
		return true
	}
	return s.resend(slices.IndexFunc(s.unacked, ofReq))
}

// resend queues s.unacked[i] again; false if there is none.
func (s *Session) resend(i int) bool {
	if i < 0 {
		return false
	}
	m := s.unacked[i]
	s.unacked = slices.Delete(s.unacked, i, i+1)
	s.sizes.unacked -= m.size()
	s.enqueue(m)
	return true
}

// Nothing returns an empty container, for transports that have to answer when there is nothing to say.
func (s *Session) Nothing(now time.Time) Message {
	w := tl.Writer{}
	w.ID(idContainer)
	w.Int32(0)
	return Message{ID: s.ids.next(now, answerBits), SeqNo: s.seq, Body: w.B}
}
