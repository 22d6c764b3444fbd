package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/mtproto/transport"
)

// A run is one scenario on its way.
type run struct {
	t      target
	b      bounds
	key    crypto.PublicKey
	group  *crypto.Group
	report *report
	server *process // nil: not watched
	// measuring is set when report.Begin is.
	measuring atomic.Bool
}

func newRun(ctx context.Context, scenario string, t target, b bounds) (*run, error) {
	if err := onlyLoopback(ctx, t.Address, t.Admin); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(t.Key)
	if err != nil {
		return nil, err
	}
	key, err := crypto.ParsePublicKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Key, err)
	}
	r := &run{t: t, b: b, key: key, group: crypto.NewGroup(), report: newReport(scenario, b.Part)}
	if t.PID != 0 {
		r.server = &process{pid: t.PID, admin: t.Admin}
	}
	return r, nil
}

var errNotHere = errors.New("hermod-load only loads servers on this machine")

// onlyLoopback refuses addresses of other machines: this program is no weapon.
func onlyLoopback(ctx context.Context, addresses ...string) error {
	for _, a := range addresses {
		if a == "" {
			continue
		}
		host, _, err := net.SplitHostPort(a)
		if err != nil {
			return err
		}
		found, err := net.DefaultResolver.LookupIPAddr(ctx, host)
		if err != nil {
			return err
		}
		for _, ip := range found {
			if !ip.IP.IsLoopback() {
				return fmt.Errorf("%s: %w", a, errNotHere)
			}
		}
	}
	return nil
}

// options are those of a client that makes a key of its own.
func (r *run) options() client.Options {
	o := client.Options{
		Address:    r.t.Address,
		Obfuscated: r.t.Obfuscated,
		Transport:  kinds[r.t.Transport],
		Exchange:   handshake.ClientOptions{Keys: []crypto.PublicKey{r.key}, Group: r.group, DC: r.t.DC},
		Wrap:       announce,
	}
	if r.t.WebSocket {
		o.WebSocket = "/apiws"
	}
	return o
}

var kinds = map[string]transport.Kind{
	"abridged": transport.Abridged, "intermediate": transport.Intermediate, "padded": transport.Padded, "full": transport.Full,
}

// begin waits for the common start and looks at the server.
func (r *run) begin(ctx context.Context) error {
	if r.b.StartAt != 0 {
		select {
		case <-time.After(time.Until(time.Unix(r.b.StartAt, 0))):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r.report.Begin = time.Now()
	r.measuring.Store(true)
	if r.server == nil {
		return nil
	}
	u, err := r.server.usage()
	r.report.Server = &serverReport{CPUBegin: u.cpu, RSSBegin: u.rss, CPUEnd: u.cpu, RSSEnd: u.rss}
	return err
}

// end looks at the server again.
func (r *run) end() error {
	r.report.End = time.Now()
	if r.server == nil {
		return nil
	}
	u, err := r.server.usage()
	r.report.Server.CPUEnd, r.report.Server.RSSEnd = u.cpu, u.rss
	return err
}

// setup does n things at once, workers at a time, and fails if one does.
func (r *run) setup(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.spread(ctx, n, func(i int) {
		if err := do(ctx, i); err != nil {
			cancel(err)
		}
	})
	return context.Cause(ctx)
}

// operate does up to n operations, until the time of the run is over, and records each. An operation takes the
// time from its call to its end.
func (r *run) operate(ctx context.Context, n int, do func(ctx context.Context, i int) error) {
	ctx, cancel := context.WithTimeout(ctx, r.b.Duration)
	defer cancel()
	r.spread(ctx, n, func(i int) {
		begin := time.Now()
		err := do(ctx, i)
		if ctx.Err() == nil || err == nil {
			r.report.operation(time.Since(begin), err)
		}
	})
}

// spread calls do with 0 to n-1 from the workers, until ctx ends.
func (r *run) spread(ctx context.Context, n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(r.b.Workers, n) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	wg.Wait()
}

// finish prints the report and fails if anything went wrong in the run.
func (r *run) finish() error {
	if err := r.report.write(r.b.JSON); err != nil {
		return err
	}
	return r.report.verdict()
}
