package mtproto

import "time"

// A MessageID names a message within a session. Its upper 32 bits are the sender's time in seconds, the lower ones
// the fraction; the last two tell who sent it.
// Spec: https://core.telegram.org/mtproto/description#message-identifier-msg-id
type MessageID int64

// What the last two bits of a message id say.
const (
	fromClient   = 0
	answerBits   = 1 // from the server, an answer to the client
	pushBits     = 3 // from the server, on its own account
	kindOfSender = 3 // the mask
)

// Time is when the sender says that it made the id.
func (id MessageID) Time() time.Time {
	seconds, fraction := int64(id)>>32, int64(uint32(id))
	return time.Unix(seconds, fraction*int64(time.Second)>>32)
}

// IDAt returns the lowest id of t.
func IDAt(t time.Time) MessageID { return idAt(t) }

// idAt returns the lowest id of t with zero in the last two bits.
func idAt(t time.Time) MessageID {
	fraction := int64(t.Nanosecond()) << 32 / int64(time.Second)
	return MessageID(t.Unix()<<32 | fraction&^kindOfSender)
}

// Windows within which the time of a client's message id must lie.
// Spec: https://core.telegram.org/mtproto/description#message-identifier-msg-id
const (
	maxAge   = 300 * time.Second
	maxAhead = 30 * time.Second
)

// ids makes the ids of one session's outgoing messages. They only grow.
type ids struct{ last MessageID }

func (g *ids) next(now time.Time, bits MessageID) MessageID {
	id := max(idAt(now), (g.last&^kindOfSender)+4) | bits
	g.last = id
	return id
}
