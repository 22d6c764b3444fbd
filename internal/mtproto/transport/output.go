package transport

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// An output writes to a connection: first as much as goes without waiting, and only for the rest it sets a deadline
// and waits. The lock is held during a write.
type output struct {
	mu     sync.Mutex
	raw    syscall.RawConn    // nil: the connection has no descriptor (TLS, a pipe)
	try    func(uintptr) bool // tryWrite, made once
	buf    []byte             // borrowed; nil when nothing is kept
	rest   []byte             // the part of buf that is not written yet
	err    error              // of tryWrite
	broken error              // the first failure: what follows would be garbage
}

func (o *output) init(raw syscall.RawConn) {
	if o.raw = raw; raw != nil {
		o.try = o.tryWrite
	}
}

// keep takes b, which was borrowed from buffers, to be written. Nothing else is kept by then.
func (o *output) keep(b []byte) { o.buf, o.rest = b, b }

// release gives back the buffer of what has been written, or cannot be any more.
func (o *output) release() {
	buffers.put(o.buf)
	o.buf, o.rest = nil, nil
}

// push writes what goes without waiting, and reports whether that was all.
func (o *output) push() (done bool, err error) {
	if o.broken != nil {
		return true, o.broken
	}
	if o.raw != nil && len(o.rest) > 0 {
		switch err := o.raw.Write(o.try); {
		case errors.Is(err, os.ErrDeadlineExceeded): // that of an earlier write
		case err != nil:
			o.err = err
		}
	}
	if o.err != nil {
		o.broken = fmt.Errorf("send: %w", o.err)
		return true, o.broken
	}
	return len(o.rest) == 0, nil
}

// drain writes everything, and waits for that.
func (c *Conn) drain() error {
	o := &c.out
	defer o.release()
	if done, err := o.push(); done {
		return err
	}
	if err := c.nc.SetWriteDeadline(time.Now().Add(c.o.WriteTimeout)); err != nil {
		return err
	}
	if _, err := c.nc.Write(o.rest); err != nil {
		o.broken = fmt.Errorf("send: %w", err)
		return o.broken
	}
	return c.nc.SetWriteDeadline(time.Time{})
}

// An Outcome is what became of a packet.
type Outcome uint8

// The outcomes of TrySend.
const (
	Sent Outcome = iota + 1 // it is written, or the connection is broken
	Kept                    // the connection keeps a part of it: Flush has to follow
	Busy                    // nothing of it was taken: Send it where waiting does no harm
)

// TrySend is Send that does not wait. With an error the connection is of no more use.
func (c *Conn) TrySend(payload []byte) (Outcome, error) {
	o := &c.out
	if o.raw == nil || !o.mu.TryLock() {
		return Busy, nil
	}
	defer o.mu.Unlock()
	if o.broken != nil {
		return Sent, o.broken
	}
	if o.buf != nil {
		return Busy, nil
	}
	b := buffers.get(len(payload) + framing)
	o.keep(c.seal(c.codec.append(b, payload, false), 0))
	done, err := o.push()
	if !done {
		return Kept, nil
	}
	o.release()
	return Sent, err
}

// Flush writes what TrySend kept, and waits for that.
func (c *Conn) Flush() error {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.drain()
}
