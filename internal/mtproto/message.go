package mtproto

import (
	"fmt"

	"hermod/internal/tl"
)

// A Message is what stands inside an encrypted packet, or inside a container.
type Message struct {
	ID    MessageID
	SeqNo int32
	Body  []byte
}

// Bounds of what a client may send in one packet.
const (
	maxContained   = 1024    // messages in a container; TDLib sends up to 1020
	maxMessageSize = 1 << 20 // bytes of one message in a container
	minMessageSize = 20      // id, seqno, length and a constructor id
	messageHead    = 16      // id, seqno, length
	containerHead  = 8       // constructor id, count
)

// DecodeContainer splits the body of a msg_container, after its constructor id, into messages.
// Their bodies alias the packet: copy what must outlive it.
//
// It fails with tl.ErrShort, tl.ErrLimit or tl.ErrTrailing, all signs of a broken client; the caller closes the
// connection.
// Spec: https://core.telegram.org/mtproto/service_messages#simple-container
func DecodeContainer(body []byte) ([]Message, error) {
	r := tl.NewReader(body)
	n := r.Count("contained messages", maxContained, minMessageSize)
	msgs := make([]Message, 0, n)
	for range n {
		m := Message{ID: MessageID(r.Int64()), SeqNo: r.Int32()}
		m.Body = r.Raw(r.Count("message size", maxMessageSize, 1))
		if len(m.Body) < 4 {
			r.Fail(tl.ErrShort)
		}
		msgs = append(msgs, m)
	}
	if err := r.End(); err != nil {
		return nil, fmt.Errorf("decode msg_container: %w", err)
	}
	return msgs, nil
}

// AppendContainer appends the body of a msg_container, without its constructor id, to dst.
func AppendContainer(dst []byte, msgs []Message) []byte {
	w := tl.Writer{B: dst}
	w.Int32(int32(len(msgs)))
	for _, m := range msgs {
		m.appendTo(&w)
	}
	return w.B
}

func (m Message) appendTo(w *tl.Writer) {
	w.Int64(int64(m.ID))
	w.Int32(m.SeqNo)
	w.Int32(int32(len(m.Body)))
	w.Raw(m.Body)
}
