package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/mtproto/transport"
)

// A link is a way to a client: a connection, or an HTTP request that waits for its answer.
type link interface {
	// wake says that s has something to send. It does not block.
	wake(s *session)
	// send is wake that sends at once, with the buffers b, what can be sent without waiting.
	send(s *session, b *buffers)
	// close ends the connection.
	close()
}

// A conn is one connection that carries packets.
type conn struct {
	g      *Gateway
	t      *transport.Conn
	addr   netip.Addr
	number uint32
	place  *place

	// The reader owns these.
	proven   bool
	wide     bool // may send a large packet before it has shown a key
	exchange *handshake.Exchange
	idle     time.Duration
	sessions []*session // heard from on this connection

	mu      sync.Mutex
	dirty   []*session // have something to send
	writing bool       // a writer runs
	closed  bool
	room    chan struct{} // closed when the writer has sent something; nil if nobody waits
}

// maxSessionsPerConn bounds the sessions of one connection; clients use one or two.
const maxSessionsPerConn = 16

var (
	errSessions   = errors.New("gateway: too many sessions on one connection")
	errExpiredKey = fmt.Errorf("temporary key expired: %w", ErrUnknownKey)
	errStopping   = errors.New("gateway: stopping")
)

// serveConn begins to serve t. The connection closes it and gives back its place.
func (g *Gateway) serveConn(t *transport.Conn, addr netip.Addr, p *place) {
	c := &conn{g: g, t: t, addr: addr, number: g.links.Add(1), place: p, idle: g.limits.Unproven}
	g.conns.add(c)
	g.spawn(c.read)
}

// read waits for packets and takes them. Before it would wait again it hands on to a goroutine with a fresh stack: the stack
// on which a packet was taken has grown, and thousands that wait would keep theirs. So this function and what it calls
// before the wait must stay small: together less than a kilobyte of stack.
func (c *conn) read() {
	p, err := c.receive()
	if c.take(p, err) {
		c.g.spawn(c.read)
	}
}

// receive waits for a packet.
func (c *conn) receive() (transport.Packet, error) {
	if err := c.setDeadline(); err != nil {
		return transport.Packet{}, err
	}
	p, err := c.t.Receive()
	if err != nil && c.widen(err) {
		return c.t.Receive() // nothing of the packet has been used
	}
	return p, err
}

// widen lets a connection that has not shown a key send one large packet, a part of a file, if not too many others do:
// what is received of such packets is memory that anybody can fill.
func (c *conn) widen(err error) bool {
	if c.proven || c.wide || !errors.Is(err, transport.ErrTooLarge) {
		return false
	}
	if c.g.wide.Add(1) > maxWide {
		c.g.wide.Add(-1)
		return false
	}
	c.wide = true
	c.t.SetLimit(wideLimit)
	return true
}

// narrow gives back what widen took.
func (c *conn) narrow() {
	if c.wide {
		c.wide = false
		c.g.wide.Add(-1)
	}
}

const (
	unprovenLimit = 16 << 10  // bytes of a packet of a connection that has not shown a key
	wideLimit     = 640 << 10 // the same, for some of them
	maxWide       = 256       // of them
)

// take takes packets, beginning with p, until none is at hand any more; false if the connection has ended.
func (c *conn) take(p transport.Packet, err error) bool {
	ctx := c.g.calls
	for {
		if c.g.stopping.Load() {
			<-ctx.Done() // the writer goes on until the calls have ended
			err = errStopping
		}
		if err == nil {
			if err = c.packet(ctx, p); err != nil {
				c.refuse(err)
			}
		}
		if err != nil {
			c.end(err)
			return false
		}
		c.waitForRoom(ctx)
		if !c.t.Pending() {
			return true
		}
		p, err = c.receive()
	}
}

// end leaves everything behind. err is why.
func (c *conn) end(err error) {
	c.close()
	c.g.conns.remove(c)
	for _, s := range c.sessions {
		s.detach(c)
	}
	c.narrow()
	c.place.leave()
	c.g.metrics.closed(err)
}

// setDeadline gives the client time to begin its next packet.
func (c *conn) setDeadline() error {
	if c.t.Pending() {
		return nil
	}
	if err := c.t.NetConn().SetReadDeadline(time.Now().Add(c.idle)); err != nil {
		return err
	}
	if c.g.stopping.Load() { // it may have been told between
		return errStopping
	}
	return nil
}

// refuse tells the client by a transport error what its packet failed of.
// Spec: https://core.telegram.org/mtproto/mtproto-transports#transport-errors
func (c *conn) refuse(err error) {
	if code := transportError(err); code != 0 {
		_ = c.t.SendError(code) // it is closed in any case
	}
}

func transportError(err error) int32 {
	switch {
	case errors.Is(err, ErrUnknownKey):
		return transport.CodeUnknownKey
	case errors.Is(err, errBusy):
		return transport.CodeFlood
	case errors.Is(err, handshake.ErrWrongDC):
		return transport.CodeWrongDC
	}
	return 0
}

func (c *conn) packet(ctx context.Context, p transport.Packet) error {
	id := crypto.PacketKeyID(p.Data)
	if id == 0 {
		return c.plain(ctx, p.Data)
	}
	k, err := c.g.key(ctx, id)
	switch {
	case err != nil:
		return fmt.Errorf("key of a packet: %w", err)
	case k.expired(time.Now()):
		return errExpiredKey
	}
	m, token, err := k.Key.Open(p.Data, crypto.FromClient)
	if err != nil {
		return err
	}
	c.prove()
	defer sleep(ctx, k.pace(time.Now(), 1, c.g.limits.Packets))
	if p.WantsAck {
		if err := c.t.SendQuickAck(token); err != nil {
			return err
		}
	}
	return c.deliver(k, incoming{Message: m, addr: c.addr, number: c.number})
}

// deliver gives a packet to its session. A session may end at that very moment; then a new one takes it.
func (c *conn) deliver(k *key, in incoming) error {
	for {
		s, err := c.session(k, in.Session)
		if err != nil {
			return err
		}
		if err := s.receive(c, in); !errors.Is(err, errEnded) {
			return err
		}
	}
}

// prove lifts the bounds for clients that have not shown a key.
func (c *conn) prove() {
	if c.proven {
		return
	}
	c.proven, c.exchange, c.idle = true, nil, c.g.limits.Idle
	c.narrow()
	c.t.SetLimit(transport.DefaultLimit)
	c.place.prove()
}

// session returns the session id of k, and remembers that it is heard here.
func (c *conn) session(k *key, id int64) (*session, error) {
	for _, s := range c.sessions {
		if s.key == k && s.id == id && !s.ended.Load() {
			return s, nil
		}
	}
	c.sessions = slices.DeleteFunc(c.sessions, func(s *session) bool { return s.ended.Load() })
	if len(c.sessions) >= maxSessionsPerConn {
		return nil, errSessions
	}
	s := c.g.session(k, id)
	c.sessions = append(c.sessions, s)
	return s, nil
}

// setIdle is what ping_delay_disconnect asks for.
func (c *conn) setIdle(d time.Duration) { c.idle = d }

// wake implements link: it starts a writer unless one runs.
func (c *conn) wake(s *session) {
	if c.begin(s) {
		c.g.spawn(c.write)
	}
}

// begin notes that s has something to send; true if the caller has to be the writer.
func (c *conn) begin(s *session) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	if !slices.Contains(c.dirty, s) {
		c.dirty = append(c.dirty, s)
	}
	idle := !c.writing
	c.writing = true
	return idle
}

// send implements link.
func (c *conn) send(s *session, b *buffers) {
	if !c.begin(s) {
		return
	}
	for s := c.nextDirty(); s != nil; s = c.nextDirty() {
		if !c.trySend(s, b) {
			return
		}
	}
}

// trySend sends what s has to send as long as that goes at once. When it returns false another goroutine goes on, or the
// connection is closed.
func (c *conn) trySend(s *session, b *buffers) bool {
	for {
		packet, ok := s.takePacket(c, b)
		if !ok {
			return true
		}
		outcome, err := c.t.TrySend(packet)
		if err != nil {
			c.fail(err)
			return false
		}
		c.g.metrics.sent.Add(float64(len(packet)))
		c.madeRoom()
		if outcome != transport.Sent {
			c.sendLater(s, outcome, packet)
			return false
		}
	}
}

// sendLater leaves the rest to a writer of its own: what is kept of a packet, or all of it, and what s still has.
func (c *conn) sendLater(s *session, outcome transport.Outcome, packet []byte) {
	c.begin(s)
	finish := c.t.Flush
	if outcome == transport.Busy {
		packet = slices.Clone(packet)
		finish = func() error { return c.t.Send(packet) }
	}
	c.g.spawn(func() {
		if err := finish(); err != nil {
			c.fail(err)
			return
		}
		c.write()
	})
}

// fail ends the connection because it cannot be written to.
func (c *conn) fail(err error) {
	c.g.metrics.closed(err)
	c.close()
}

// write sends until nothing waits any more. Only one runs at a time.
func (c *conn) write() {
	b := getBuffers()
	defer b.put()
	for {
		s := c.nextDirty()
		if s == nil {
			return
		}
		if err := c.drain(s, b); err != nil {
			c.fail(err)
			return
		}
	}
}

// nextDirty returns a session that has something to send; nil ends the writer.
func (c *conn) nextDirty() *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.dirty) == 0 || c.closed {
		c.writing, c.dirty = false, nil
		return nil
	}
	s := c.dirty[0]
	c.dirty = slices.Delete(c.dirty, 0, 1)
	return s
}

// drain sends what s has to send on this connection.
func (c *conn) drain(s *session, b *buffers) error {
	for {
		packet, ok := s.takePacket(c, b)
		if !ok {
			return nil
		}
		if err := c.t.Send(packet); err != nil {
			return err
		}
		c.g.metrics.sent.Add(float64(len(packet)))
		c.madeRoom()
	}
}

// waitForRoom holds the reader back while too much waits to be sent: a client that does not read is not read.
func (c *conn) waitForRoom(ctx context.Context) {
	for c.backlog() > c.g.limits.Backlog {
		room := c.waitRoom()
		if room == nil {
			return
		}
		select {
		case <-room:
		case <-ctx.Done():
			return
		}
	}
}

func (c *conn) backlog() (n int) {
	for _, s := range c.sessions {
		n += s.backlog(c)
	}
	return n
}

// waitRoom returns a channel that is closed when something has been sent; nil if that will not be.
func (c *conn) waitRoom() chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || !c.writing {
		return nil
	}
	if c.room == nil {
		c.room = make(chan struct{})
	}
	return c.room
}

func (c *conn) madeRoom() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.freeRoomLocked()
}

func (c *conn) freeRoomLocked() {
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// close implements link. Reader and writer end.
func (c *conn) close() {
	c.mu.Lock()
	c.closed, c.dirty = true, nil
	c.freeRoomLocked()
	c.mu.Unlock()
	_ = c.t.Close() // a second time it fails, and that is fine
}

// stopReading makes the reader return from its wait.
func (c *conn) stopReading() { _ = c.t.NetConn().SetReadDeadline(time.Unix(1, 0)) }

func (c *conn) isWriting() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writing
}

// connSet holds the open connections, so that they can be ended.
type connSet struct {
	mu  sync.Mutex
	all map[*conn]struct{}
}

func (s *connSet) add(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = make(map[*conn]struct{})
	}
	s.all[c] = struct{}{}
}

func (s *connSet) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, c)
}

func (s *connSet) list() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*conn, 0, len(s.all))
	for c := range s.all {
		list = append(list, c)
	}
	return list
}

func (s *connSet) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

func (s *connSet) stopReading() {
	for _, c := range s.list() {
		c.stopReading()
	}
}

func (s *connSet) closeAll() {
	for _, c := range s.list() {
		c.close()
	}
}

func (s *connSet) writing() bool { return slices.ContainsFunc(s.list(), (*conn).isWriting) }

// buffers are lent to a writer.
type buffers struct{ plain, sealed []byte }

// keepBuffer is enough for a piece of a file; larger buffers are left to the collector. It also empties the pool, in two
// rounds, so that no large ones stay where no files are loaded.
const keepBuffer = 640 << 10

var bufferPool = sync.Pool{New: func() any { return new(buffers) }}

func getBuffers() *buffers { return bufferPool.Get().(*buffers) }

func (b *buffers) put() {
	if cap(b.plain) <= keepBuffer && cap(b.sealed) <= keepBuffer {
		bufferPool.Put(b)
	}
}

// seal encrypts m for the client.
func (b *buffers) seal(k *key, session, salt int64, m mtproto.Message) []byte {
	b.sealed = k.Key.Seal(b.sealed[:0], crypto.Message{
		Salt: salt, Session: session, ID: int64(m.ID), SeqNo: m.SeqNo, Body: m.Body,
	}, crypto.FromServer)
	return b.sealed
}
