package secret

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Run sends what waits and heeds the timers until ctx ends, and returns its error. It is the only thing that has to
// run; without it, call Flush and Expire.
func (c *Client) Run(ctx context.Context) error {
	const shortest, longest = time.Second, time.Minute
	pause := shortest
	for {
		wait := longest
		if err := errors.Join(c.Expire(ctx), c.Flush(ctx)); err != nil {
			wait, pause = pause, min(2*pause, longest)
		} else {
			pause = shortest
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.wake:
		case <-c.o.Clock.After(min(wait, c.untilNext())):
		}
	}
}

// Flush sends everything that waits: messages, answers to offers, ends of chats. What fails is tried again by the
// next Flush; the errors are those of the transport and of the store.
func (c *Client) Flush(ctx context.Context) error {
	defer c.tell()
	c.sending.Lock()
	defer c.sending.Unlock()
	err := c.flushRequests(ctx)
	for _, id := range c.ids() {
		if e := c.flushChat(ctx, id); e != nil {
			err = errors.Join(err, fmt.Errorf("chat %d: %w", id, e))
		}
	}
	return err
}

// flushRequests asks again for the chats whose requests were not answered.
func (c *Client) flushRequests(ctx context.Context) error {
	var waiting []request
	err := c.o.Store.Scan(ctx, requestPrefix, "", func(_ string, value []byte) bool {
		if r, err := decode[request](value); err == nil {
			waiting = append(waiting, r)
		}
		return true
	})
	for _, r := range waiting {
		_, e := c.request(ctx, r)
		err = errors.Join(err, e)
	}
	return err
}

func (c *Client) flushChat(ctx context.Context, id ChatID) error {
	var s chatState
	if err := c.view(id, func(t *tx) error { s = *t.s; return nil }); err != nil {
		return nil // removed a moment ago
	}
	switch {
	case s.State == Accepting:
		return c.accept(ctx, id)
	case s.State == Ended && s.Discarding:
		return c.discard(ctx, id)
	case s.State == Ready:
		// The chat may end on the way.
		return errors.Join(c.sendQueue(ctx, id), c.markRead(ctx, s.peer()), c.discard(ctx, id))
	default:
		return nil
	}
}

// sendQueue sends what is queued, one message after the other, so that they reach the other side in this order.
func (c *Client) sendQueue(ctx context.Context, id ChatID) error {
	for {
		key, peer, p, err := c.nextQueued(ctx, id)
		if err != nil || key == "" {
			return err
		}
		receipt, err := c.o.Transport.Send(ctx, peer, Packet{
			RandomID: p.RandomID, Data: p.Data, Service: p.Service, Silent: p.Silent, File: p.File,
		})
		switch {
		case errors.Is(err, ErrGone):
			return c.ended(ctx, id, false)
		case errors.Is(err, ErrRefused):
			err = c.update(ctx, id, func(t *tx) error { return t.refused(p, err) })
		case err == nil:
			err = c.update(ctx, id, func(t *tx) error { return t.sent(key, p, receipt) })
		}
		if err != nil {
			return err
		}
	}
}

// nextQueued returns the key "" if nothing is queued.
func (c *Client) nextQueued(ctx context.Context, id ChatID) (key string, peer Peer, p outgoing, err error) {
	for {
		found := false
		err = c.view(id, func(t *tx) (err error) {
			peer = t.s.peer()
			key, p, found, err = t.queued()
			return err
		})
		if err != nil || found || key == "" {
			return key, peer, p, err
		}
		stale := key // it has arrived meanwhile
		if err := c.update(ctx, id, func(t *tx) error { t.drop(stale); return nil }); err != nil {
			return "", peer, p, err
		}
	}
}

// queued is the first entry of the queue; found is false if its message needs no sending any more.
func (t *tx) queued() (key string, p outgoing, found bool, err error) {
	if t.s.State != Ready {
		return "", p, false, nil
	}
	if key, err = t.first(queuePrefix(t.s.ID)); err != nil || key == "" {
		return "", p, false, err
	}
	seq, _, err := load[int](t, key)
	if err != nil {
		return "", p, false, err
	}
	p, found, err = load[outgoing](t, outKey(t.s.ID, seq))
	return key, p, found, err
}

// sent notes that the server has a message.
func (t *tx) sent(key string, p outgoing, r Receipt) error {
	t.drop(key)
	if err := t.sentFile(p, r); err != nil {
		return err
	}
	m, err := t.message(p.RandomID)
	if errors.Is(err, ErrNoMessage) {
		return nil // a service message, or deleted meanwhile
	}
	if err != nil || m.Status != Sending || p.Empty {
		return err
	}
	m.Status = Sent
	if !r.Date.IsZero() {
		m.Date = r.Date.UTC()
	}
	if f := m.Media.file(); f != nil && r.Place.ID != 0 {
		f.Place, f.Upload = r.Place, nil
	}
	t.change(m)
	return nil
}

// sentFile notes where the file of a message is now, for the case that it is asked for again.
func (t *tx) sentFile(p outgoing, r Receipt) error {
	if p.File == nil || r.Place.ID == 0 {
		return nil
	}
	now, found, err := load[outgoing](t, outKey(t.s.ID, p.Seq))
	if err != nil || !found || now.File == nil {
		return err
	}
	now.File = &PacketFile{Place: r.Place, Fingerprint: now.File.Fingerprint}
	t.put(outKey(t.s.ID, p.Seq), now)
	return nil
}

// refused puts an empty message in the place of one that the server does not take, as its number must arrive. If it
// does not take that either, the chat cannot go on.
func (t *tx) refused(p outgoing, reason error) error {
	if p.Empty || p.Service {
		t.end(fmt.Errorf("message %d cannot be sent: %w", p.Seq, reason))
		return nil
	}
	if err := t.empty(p.Seq, p.RandomID); err != nil {
		return err
	}
	m, err := t.message(p.RandomID)
	if err != nil {
		return ignoreMissing(err)
	}
	m.Status = Failed
	t.change(m)
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, ErrNoMessage) {
		return nil
	}
	return err
}

// markRead tells the server how far this side has read. It is told once; the other device learns what counts from
// the messages.
func (c *Client) markRead(ctx context.Context, peer Peer) error {
	c.mu.Lock()
	until, ok := c.reads[peer.Chat]
	delete(c.reads, peer.Chat)
	c.mu.Unlock()
	if !ok {
		return nil
	}
	return c.o.Transport.MarkRead(ctx, peer, until)
}
