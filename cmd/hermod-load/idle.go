package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"hermod/internal/mtproto/client"
)

// idleCmd holds connections.
type idleCmd struct {
	target
	bounds
	Users int           `help:"Accounts that the connections belong to, in this part." default:"500"`
	Hold  time.Duration `help:"How long to hold the connections before memory is measured." default:"10s"`
}

var errNoPID = errors.New("idle measures the memory of the server: give --pid, and --admin for exact figures")

// maxSessions is how many sessions the server keeps per key.
const maxSessions = 48

// Run opens --count connections, each a session of a signed-in account, and measures what they cost.
func (c *idleCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "idle", c.target, c.bounds)
	if err != nil {
		return err
	}
	if r.server == nil {
		return errNoPID
	}
	n := r.b.Part.share(c.Count)
	keys, err := c.signIn(ctx, r, max(c.Users, n/maxSessions+1))
	if err != nil {
		return err
	}
	if err := r.server.settle(); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	if r.report.Server.HeapBegin, err = r.server.memory(); err != nil {
		return err
	}
	held := c.open(ctx, r, n, keys)
	err = c.measure(ctx, r, held)
	for _, u := range held {
		u.close()
	}
	return errors.Join(err, r.finish())
}

// signIn makes the keys that the connections share, so that a run is not spent on key exchanges.
func (c *idleCmd) signIn(ctx context.Context, r *run, n int) ([]client.Session, error) {
	keys := make([]client.Session, n)
	err := r.setup(ctx, n, func(ctx context.Context, i int) error {
		u, err := r.signIn(ctx, i, r.options())
		if err != nil {
			return err
		}
		u.close()
		keys[i] = u.client.Session()
		keys[i].ID = 0
		return nil
	})
	return keys, err
}

// open connects n times. An operation is a connection that has asked for the state, and so is in the server's
// books as one that gets updates.
func (c *idleCmd) open(ctx context.Context, r *run, n int, keys []client.Session) []*user {
	var mu sync.Mutex
	var held []*user
	r.operate(ctx, n, func(ctx context.Context, i int) error {
		o := r.options()
		o.Session, o.Wrap = keys[i%len(keys)], nil
		u, err := connect(ctx, o)
		if err != nil {
			return err
		}
		if _, err := u.state(ctx); err != nil {
			u.close()
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		held = append(held, u)
		return nil
	})
	return held
}

// measure holds the connections for a while, and sees that they are alive.
func (c *idleCmd) measure(ctx context.Context, r *run, held []*user) error {
	select {
	case <-time.After(c.Hold):
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := r.server.settle(); err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	s, err := r.report.Server, error(nil)
	s.Connections = len(held)
	if s.HeapEnd, err = r.server.memory(); err != nil {
		return err
	}
	for i := 0; i < len(held); i += 1 + len(held)/100 {
		begin := time.Now()
		if err := held[i].client.Ping(ctx); err != nil {
			return err
		}
		r.report.time("ping after", time.Since(begin))
	}
	return nil
}
