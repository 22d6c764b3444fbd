package main

import (
	"context"
	"fmt"

	"hermod/internal/mtproto/client"
)

// handshakeCmd makes keys.
type handshakeCmd struct {
	target
	bounds
}

// Run makes keys and throws them away.
func (c *handshakeCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "handshake", c.target, c.bounds)
	if err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	o := r.options()
	r.operate(ctx, r.b.Part.share(r.b.Count), func(ctx context.Context, _ int) error {
		k, err := client.Dial(ctx, o)
		if err != nil {
			return err
		}
		return k.Close()
	})
	if err := r.end(); err != nil {
		return err
	}
	return r.finish()
}

// signupCmd makes accounts.
type signupCmd struct {
	target
	bounds
}

// Run signs up, each account on a connection and with a key of its own, and asks for the state as a client
// does next.
func (c *signupCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "signup", c.target, c.bounds)
	if err != nil {
		return err
	}
	if c.Count > testNumbers {
		return fmt.Errorf("there are only %d test numbers", testNumbers)
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	r.operate(ctx, r.b.Part.share(r.b.Count), func(ctx context.Context, i int) error {
		u, err := r.signIn(ctx, i, r.options())
		if err != nil {
			return err
		}
		defer u.close()
		_, err = u.state(ctx)
		return err
	})
	if err := r.end(); err != nil {
		return err
	}
	return r.finish()
}

// reconnectCmd comes back.
type reconnectCmd struct {
	target
	bounds
	Users int `help:"Accounts that come back, in all parts together." default:"100"`
}

// A sleeper is a user who is away.
type sleeper struct {
	session client.Session
	state   func(ctx context.Context, u *user) error
}

// Run signs users in, lets them go, and lets them come back with their session.
func (c *reconnectCmd) Run(ctx context.Context) error {
	r, err := newRun(ctx, "reconnect", c.target, c.bounds)
	if err != nil {
		return err
	}
	// Each worker has its own users, because a session is on one connection at a time.
	n := max(r.b.Part.share(c.Users), c.Workers)
	away := make(chan sleeper, n)
	if err := r.setup(ctx, n, func(ctx context.Context, i int) error { return r.leave(ctx, i, away) }); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	r.operate(ctx, r.b.Part.share(r.b.Count), func(ctx context.Context, _ int) error {
		s := <-away
		err := r.comeBack(ctx, &s)
		away <- s
		return err
	})
	if err := r.end(); err != nil {
		return err
	}
	return r.finish()
}

// leave signs in and goes.
func (r *run) leave(ctx context.Context, i int, away chan<- sleeper) error {
	u, err := r.signIn(ctx, i, r.options())
	if err != nil {
		return err
	}
	state, err := u.state(ctx)
	if err != nil {
		u.close()
		return err
	}
	u.close()
	away <- sleeper{session: u.client.Session(), state: func(ctx context.Context, u *user) error {
		var err error
		*state, err = u.difference(ctx, *state, func(tgMessage) {})
		return err
	}}
	return nil
}

// comeBack goes on with a session and asks for what happened meanwhile.
func (r *run) comeBack(ctx context.Context, s *sleeper) error {
	o := r.options()
	o.Session, o.Wrap = s.session, nil // the server knows the layer of the key
	u, err := connect(ctx, o)
	if err != nil {
		return err
	}
	err = s.state(ctx, u)
	u.close()
	s.session = u.client.Session()
	return err
}
