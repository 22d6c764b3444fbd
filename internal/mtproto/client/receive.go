package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/tl"
	"hermod/internal/tl/mt"
	"hermod/internal/tl/packed"
)

// maxUnpacked bounds what a packed answer may grow to.
const maxUnpacked = 16 << 20

// futureSalts is the constructor id of future_salts, whose vector is bare and not in the generated types.
const futureSalts = 0xae500895

// Run reads from the connection until it ends or ctx does. It closes the connection and lets all requests fail that
// wait.
//
// It returns nil after Close or when ctx ended, a TransportError if the server sent one, io.EOF if it closed the
// connection, or what else went wrong.
func (c *Client) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	err := c.read()
	_ = c.Close() // what ended it is already known
	c.end(err)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (c *Client) read() error {
	for {
		p, err := c.conn.Receive()
		switch {
		case err != nil:
			return err
		case p.Ack != 0:
			if c.o.OnQuickAck != nil {
				c.o.OnQuickAck(p.Ack)
			}
		case p.ErrorCode() != 0:
			return TransportError{p.ErrorCode()}
		default:
			if err := c.packet(p.Data); err != nil {
				return err
			}
		}
	}
}

// end fails what waits.
func (c *Client) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = ErrClosed
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = fmt.Errorf("%w: %w", ErrClosed, err)
	}
	c.failLocked(c.chooseLocked(func(*call) bool { return true }), c.err)
	close(c.ended)
}

// Done is closed when Run has ended.
func (c *Client) Done() <-chan struct{} { return c.ended }

func (c *Client) packet(data []byte) error {
	m, _, err := c.s.Key.Open(data, crypto.FromServer)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrServer, err)
	}
	if m.Session != c.s.ID {
		return fmt.Errorf("%w: a message of another session", ErrServer)
	}
	return c.message(mtproto.Message{ID: mtproto.MessageID(m.ID), SeqNo: m.SeqNo, Body: m.Body}, 0)
}

// message takes a message, which may hold others.
func (c *Client) message(m mtproto.Message, depth int) error {
	if m.ID&1 == 0 || depth > 2 {
		return fmt.Errorf("%w: message %x", ErrServer, m.ID)
	}
	if m.SeqNo&1 != 0 {
		c.ackLater(int64(m.ID))
		if c.seen.has(int64(m.ID)) { // sent again, because our ack was late
			return nil
		}
	}
	return c.object(m, m.Body, depth)
}

// object takes the object in a message.
func (c *Client) object(m mtproto.Message, body []byte, depth int) error {
	r := tl.NewReader(body)
	switch id := r.PeekID(); id {
	case container:
		r.ID()
		return c.container(r.Rest(), depth)
	case packed.ID:
		b, err := packed.Unpack(body, maxUnpacked)
		if err != nil || depth > 2 {
			return fmt.Errorf("%w: packed message: %w", ErrServer, err)
		}
		return c.object(m, b, depth+1)
	case futureSalts:
		r.ID()
		c.finish(r.Int64(), slices.Clone(body), nil)
		return nil
	}
	if o, err := mt.Decode(r); err == nil {
		return c.service(m, o)
	} else if !errors.Is(err, tl.ErrUnknown) {
		return fmt.Errorf("%w: %w", ErrServer, err)
	}
	if c.o.OnUpdate != nil {
		c.o.OnUpdate(body)
	}
	return nil
}

func (c *Client) container(body []byte, depth int) error {
	msgs, err := mtproto.DecodeContainer(body)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrServer, err)
	}
	for _, m := range msgs {
		if err := c.message(m, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// service takes a message of the protocol itself.
func (c *Client) service(m mtproto.Message, o tl.Object) error {
	switch o := o.(type) {
	case *mt.RpcResult:
		return c.result(o)
	case *mt.Pong:
		c.finish(o.MsgID, tl.Encode(o, 0), nil)
	case *mt.MsgsStateInfo:
		c.finish(o.ReqMsgID, tl.Encode(o, 0), nil)
	case *mt.BadServerSalt:
		return c.badSalt(o)
	case *mt.BadMsgNotification:
		return c.badMessage(m, o)
	case *mt.NewSessionCreated:
		return c.newSession(o)
	case *mt.MsgDetailedInfo:
		return c.resendRequest(o.AnswerMsgID)
	case *mt.MsgNewDetailedInfo:
		return c.resendRequest(o.AnswerMsgID)
	}
	return nil
}

func (c *Client) result(o *mt.RpcResult) error {
	body := slices.Clone(o.Result)
	if packed.Is(body) {
		b, err := packed.Unpack(body, maxUnpacked)
		if err != nil {
			return fmt.Errorf("%w: packed result: %w", ErrServer, err)
		}
		body = b
	}
	r := tl.NewReader(body)
	if o2, err := mt.Decode(r); err == nil {
		if e, ok := o2.(*mt.RpcError); ok {
			c.finish(o.ReqMsgID, nil, RPCError{e.ErrorCode, e.ErrorMessage})
			return nil
		}
	}
	c.finish(o.ReqMsgID, body, nil)
	return nil
}

// finish ends the call that was sent as message id.
func (c *Client) finish(id int64, answer []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.pending[id]
	if k == nil {
		return // nobody waits any more
	}
	delete(c.pending, id)
	if k.wrapped && err == nil {
		c.wrap = false
	}
	k.answer, k.err = answer, err
	close(k.done)
}

func (c *Client) badSalt(o *mt.BadServerSalt) error {
	c.mu.Lock()
	c.s.Salt = o.NewServerSalt
	again := c.chooseLocked(sentAs(o.BadMsgID))
	c.mu.Unlock()
	return c.send(again...)
}

// Codes of bad_msg_notification that another try mends.
const (
	codeTooLow  = 16
	codeTooHigh = 17
	codeTooOld  = 20
)

func (c *Client) badMessage(m mtproto.Message, o *mt.BadMsgNotification) error {
	c.mu.Lock()
	bad := c.chooseLocked(sentAs(o.BadMsgID))
	switch o.ErrorCode {
	case codeTooLow, codeTooHigh:
		c.s.Ahead = time.Until(m.ID.Time())
		c.s.LastID = 0
	case codeTooOld:
	default:
		c.failLocked(bad, BadMessageError{o.ErrorCode})
		bad = nil
	}
	c.mu.Unlock()
	return c.send(bad...)
}

// newSession hears that the server has forgotten what was sent before first_msg_id.
func (c *Client) newSession(o *mt.NewSessionCreated) error {
	if c.o.OnNewSession != nil {
		c.o.OnNewSession()
	}
	c.mu.Lock()
	c.s.Salt = o.ServerSalt
	again := c.chooseLocked(func(k *call) bool { return max(k.id, k.container) < o.FirstMsgID })
	c.mu.Unlock()
	return c.send(again...)
}

// sentAs chooses the calls that went out as message id, or in a container of that id.
func sentAs(id int64) func(*call) bool {
	return func(k *call) bool { return k.id == id || k.container == id }
}

// chooseLocked returns the waiting calls that which chooses, in the order in which they were sent.
func (c *Client) chooseLocked(which func(*call) bool) []*call {
	var chosen []*call
	for _, k := range c.pending {
		if which(k) {
			chosen = append(chosen, k)
		}
	}
	slices.SortFunc(chosen, func(a, b *call) int { return cmp.Compare(a.id, b.id) })
	return chosen
}

func (c *Client) failLocked(calls []*call, err error) {
	for _, k := range calls {
		delete(c.pending, k.id)
		k.err = err
		close(k.done)
	}
}

// resendRequest asks for a message that the server only told us of.
func (c *Client) resendRequest(id int64) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.mu.Lock()
	packet := c.sealLocked(c.messageLocked(tl.Encode(&mt.MsgResendReq{MsgIDs: []int64{id}}, 0), false))
	c.mu.Unlock()
	return c.write(packet)
}

// recent remembers the ids of the last messages.
type recent struct {
	ids  []int64
	next int
}

const maxRecent = 64

// has says whether id is among them, and remembers it.
func (r *recent) has(id int64) bool {
	if slices.Contains(r.ids, id) {
		return true
	}
	if len(r.ids) < maxRecent {
		r.ids = append(r.ids, id)
		return false
	}
	r.ids[r.next] = id
	r.next = (r.next + 1) % maxRecent
	return false
}
