package client

import (
	"context"
	"fmt"
	"time"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl"
	"hermod/internal/tl/mt"
	"hermod/internal/tl/packed"
)

// A call is a request that waits for its answer. Client.mu guards id and container; the rest is set before done
// closes.
type call struct {
	body      []byte
	id        int64 // of the message that asks, and of the container around it, which change when it is sent again
	container int64
	wrapped   bool
	done      chan struct{}
	answer    []byte
	err       error
}

const (
	packFrom  = 1024 // bytes of a request from which on it is worth packing
	ackDelay  = 5 * time.Second
	maxAcks   = 64 // that wait; then they are sent at once
	container = 0x73f1f8dc
)

// Invoke sends a request and returns the answer, unpacked, in memory of its own. Run must be running.
//
// It fails with RPCError if the server refuses, with BadMessageError, with ErrClosed when the connection ends, or
// with the error of ctx.
func (c *Client) Invoke(ctx context.Context, request tl.Object) ([]byte, error) {
	return c.InvokeBytes(ctx, tl.Encode(request, 0))
}

// InvokeBytes is Invoke for a request that is encoded already. It keeps body until it returns.
func (c *Client) InvokeBytes(ctx context.Context, body []byte) ([]byte, error) {
	k := &call{body: body, done: make(chan struct{})}
	if err := c.start(k); err != nil {
		return nil, err
	}
	select {
	case <-k.done:
		return k.answer, k.err
	case <-ctx.Done():
		c.forget(k)
		return nil, ctx.Err()
	}
}

// Ask sends a request and decodes the answer with decode, which has to use all of it. Errors are those of Invoke, and of
// answers that are not what was expected, each with the name of the method before it.
func Ask[T any](ctx context.Context, c *Client, request tl.Object, decode func(*tl.Reader) T) (answer T, err error) {
	b, err := c.Invoke(ctx, request)
	if err != nil {
		return answer, fmt.Errorf("%s: %w", request.TLName(), err)
	}
	r := tl.NewReader(b)
	answer = decode(r)
	if err := r.End(); err != nil {
		return answer, fmt.Errorf("answer to %s: %w", request.TLName(), err)
	}
	return answer, nil
}

// Ping asks for a pong and returns when it has come.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.Invoke(ctx, &mt.Ping{PingID: randomID()})
	return err
}

// start sends a call for the first time.
func (c *Client) start(k *call) error {
	c.mu.Lock()
	if c.wrap {
		k.body, k.wrapped = c.o.Wrap(k.body), true
	}
	c.mu.Unlock()
	if len(k.body) >= packFrom && !c.o.Plain {
		k.body = packed.Pack(k.body)
	}
	err := c.send(k)
	if err != nil {
		c.forget(k)
	}
	return err
}

func (c *Client) forget(k *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, k.id)
}

// send sends calls, together with the acks that wait, under new ids. Messages leave in the order of their ids;
// the lock for that is not the one that the reader needs, so that both sides cannot wait for each other with
// full buffers.
func (c *Client) send(calls ...*call) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	packet, err := c.build(calls)
	if err != nil || packet == nil {
		return err
	}
	return c.write(packet)
}

func (c *Client) write(packet []byte) error {
	if c.o.OnQuickAck != nil {
		return c.conn.SendAckRequest(packet)
	}
	return c.conn.Send(packet)
}

// build makes one packet of calls and waiting acks, nil if there are none.
func (c *Client) build(calls []*call) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	var msgs []mtproto.Message
	if ack := c.takeAcksLocked(); ack != nil {
		msgs = append(msgs, c.messageLocked(ack, false))
	}
	for _, k := range calls {
		m := c.messageLocked(k.body, true)
		c.renameLocked(k, int64(m.ID))
		msgs = append(msgs, m)
	}
	switch len(msgs) {
	case 0:
		return nil, nil
	case 1:
		return c.sealLocked(msgs[0]), nil
	}
	var w tl.Writer
	w.ID(container)
	whole := c.messageLocked(mtproto.AppendContainer(w.B, msgs), false)
	for _, k := range calls {
		k.container = int64(whole.ID)
	}
	return c.sealLocked(whole), nil
}

func (c *Client) messageLocked(body []byte, content bool) mtproto.Message {
	return mtproto.Message{ID: mtproto.MessageID(c.nextID()), SeqNo: c.seqNo(content), Body: body}
}

// renameLocked gives k the id of the message that carries it now.
func (c *Client) renameLocked(k *call, id int64) {
	if c.pending == nil {
		c.pending = make(map[int64]*call)
	}
	delete(c.pending, k.id)
	k.id, k.container = id, 0
	c.pending[id] = k
}

func (c *Client) sealLocked(m mtproto.Message) []byte {
	return c.s.Key.Seal(make([]byte, 0, crypto.SealedSize(len(m.Body))), crypto.Message{
		Salt: c.s.Salt, Session: c.s.ID, ID: int64(m.ID), SeqNo: m.SeqNo, Body: m.Body,
	}, crypto.FromClient)
}

// nextID returns an id for a message: the server's time, and larger than the last.
// Spec: https://core.telegram.org/mtproto/description#message-identifier-msg-id
func (c *Client) nextID() int64 {
	now := time.Now().Add(c.s.Ahead)
	id := now.Unix()<<32 | int64(now.Nanosecond())<<32/int64(time.Second)&^3
	c.s.LastID = max(id, c.s.LastID+4)
	return c.s.LastID
}

// seqNo is twice the number of content-related messages before, and one more for those.
// Spec: https://core.telegram.org/mtproto/description#message-sequence-number-msg-seqno
func (c *Client) seqNo(content bool) int32 {
	n := c.s.SeqNo
	if content {
		c.s.SeqNo += 2
		n++
	}
	return n
}

// ackLater remembers to acknowledge a message: with the next request, or some seconds from now.
func (c *Client) ackLater(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acks = append(c.acks, id)
	switch {
	case c.ackTimer == nil:
		c.ackTimer = time.AfterFunc(ackDelay, c.sendAcks)
	case len(c.acks) == maxAcks:
		c.ackTimer.Reset(0)
	}
}

func (c *Client) sendAcks() {
	_ = c.send() // if the connection is broken, Run says so
}

// takeAcksLocked returns a msgs_ack for all that wait, nil if none do.
func (c *Client) takeAcksLocked() []byte {
	if c.ackTimer != nil {
		c.ackTimer.Stop()
		c.ackTimer = nil
	}
	if len(c.acks) == 0 {
		return nil
	}
	body := tl.Encode(&mt.MsgsAck{MsgIDs: c.acks}, 0)
	c.acks = nil
	return body
}
