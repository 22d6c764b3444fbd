// Package rpc takes a request from the gateway to its handler: it takes off the wrappers around it, remembers
// what they announce, checks who may call, limits how often, routes by method, and makes of every error one that
// clients understand.
//
// Handlers register on a Router with Handle; the gateway calls Dispatcher.Call. Whatever a handler does, the
// caller gets an answer: a panic is recovered, counted and answered as 500 INTERNAL.
//
// Spec: https://core.telegram.org/api/invoking
package rpc

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hermod/internal/tl"
	"hermod/internal/tl/packed"
	"hermod/internal/tl/tg"
)

// Options of a Dispatcher. Router and Identity are needed, everything else has a default.
type Options struct {
	Router   *Router
	Identity Identity
	Limiter  *Limiter              // nil: no limits
	Metrics  prometheus.Registerer // nil: not exported
	Log      *slog.Logger          // nil: slog.Default
	// Context is called once per call, before the handler. It returns the context that the handler gets.
	Context func(context.Context, *Call) context.Context
	// Timeout bounds one call; 0 means a minute.
	Timeout time.Duration
	// MaxCalls is the number of calls at once from which on even signed-in people are asked to wait; 0 means
	// 4096. What can wait is asked to far earlier: see mercy.
	MaxCalls int
}

// A Dispatcher serves calls. It is safe for concurrent use.
type Dispatcher struct {
	o       Options
	metrics *metrics
	load    *load
	// unpacking holds a token for each large request that is being unpacked.
	unpacking chan struct{}
}

// NewDispatcher returns a dispatcher. It fails if the router's tables are faulty.
func NewDispatcher(o Options) (*Dispatcher, error) {
	if err := o.Router.Check(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.MaxCalls == 0 {
		o.MaxCalls = 4096
	}
	return &Dispatcher{o: o, metrics: newMetrics(o.Metrics), load: &load{max: int64(o.MaxCalls)},
		unpacking: make(chan struct{}, 2*runtime.GOMAXPROCS(0))}, nil
}

// Call serves the request in body, which may be wrapped and packed. It returns an answer or an Error, never both.
// body must stay unchanged until Call returns: requests alias it.
func (d *Dispatcher) Call(ctx context.Context, call *Call, body []byte) (tl.Object, error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, d.o.Timeout)
	defer cancel()
	out, err := d.guarded(ctx, call, body)
	wire := d.report(ctx, call, err)
	d.metrics.observe(call.InvokedMethod, wire, time.Since(start))
	if err != nil {
		return nil, wire
	}
	return out, nil
}

// report turns err into what the client is told, and logs what is our own fault.
func (d *Dispatcher) report(ctx context.Context, call *Call, err error) Error {
	if err == nil {
		return Error{}
	}
	wire, ours := d.o.Router.wire(err)
	if ours && !errors.Is(err, errPanic) { // a panic is logged with its stack
		d.o.Log.ErrorContext(ctx, "call failed", "method", call.InvokedMethod, "user", int64(call.User),
			"layer", call.Layer, "error", err)
	}
	return wire
}

var errPanic = errors.New("handler panicked")

// guarded is serve with panics made errors.
func (d *Dispatcher) guarded(ctx context.Context, call *Call, body []byte) (out tl.Object, err error) {
	defer func() {
		if v := recover(); v != nil {
			d.metrics.panics.Inc()
			d.o.Log.ErrorContext(ctx, "handler panicked", "method", call.InvokedMethod, "layer", call.Layer,
				"panic", v, "stack", string(debug.Stack()))
			out, err = nil, errPanic
		}
	}()
	return d.serve(ctx, call, body)
}

func (d *Dispatcher) serve(ctx context.Context, call *Call, body []byte) (tl.Object, error) {
	if err := d.o.Limiter.AllowAny(call); err != nil { // before anything is computed for it
		return nil, err
	}
	layer, client := call.Layer, call.Client
	req, err := d.unwrap(call, body)
	if err != nil {
		return nil, err
	}
	call.InvokedMethod = req.TLName()
	h, ok := d.o.Router.handlers[call.InvokedMethod]
	if !ok {
		return nil, ErrUnknownMethod
	}
	if err := d.announce(ctx, call, layer, client); err != nil {
		return nil, err
	}
	if err := d.admit(call, h.need); err != nil {
		return nil, err
	}
	if err := call.wait(ctx); err != nil {
		return nil, err
	}
	if err := d.load.enter(call); err != nil {
		return nil, err
	}
	defer d.load.leave()
	if d.o.Context != nil {
		ctx = d.o.Context(ctx, call)
	}
	out, err := h.serve(ctx, call, req)
	if err != nil {
		return nil, err
	}
	if out = tg.LowerAnswer(call.InvokedMethod, out, call.Layer); out == nil { // this layer's result type cannot say it
		return nil, ErrUnknownMethod
	}
	return out, nil
}

// announce keeps with the key what the wrappers said that was not known. A temporary key that is not bound has
// nothing to keep it with; the client says it again.
func (d *Dispatcher) announce(ctx context.Context, call *Call, layer int, client Client) error {
	if call.announcedLayer {
		call.Layer = clampLayer(call.Layer)
	}
	if call.Key == 0 || call.Layer == layer && call.Client == client {
		return nil
	}
	return d.o.Identity.Announce(ctx, call.Key, call.Layer, call.Client)
}

// clampLayer brings an announced layer into the range that we speak.
func clampLayer(layer int) int { return max(1, min(layer, tg.Newest)) }

// admit says whether call may go on.
func (d *Dispatcher) admit(call *Call, need Need) error {
	if err := call.checkKey(); err != nil {
		return err
	}
	if err := need.check(call); err != nil {
		return err
	}
	return d.o.Limiter.AllowMethod(call)
}

// bindTempAuthKey is the one call that needs neither a bound key nor a layer: TDLib sends it before all else.
const bindTempAuthKey = "auth.bindTempAuthKey"

func (c *Call) checkKey() error {
	switch {
	case c.InvokedMethod == bindTempAuthKey:
		return nil
	case c.Key == 0:
		return ErrUnbound
	case c.Layer == 0:
		return ErrNotInited
	}
	return nil
}

// wait holds the call back until those that it names are done.
// Spec: https://core.telegram.org/method/invokeAfterMsgs
func (c *Call) wait(ctx context.Context) error {
	switch {
	case len(c.waitFor) == 0:
		return nil
	case c.After == nil:
		return ErrWaitFailed
	}
	return c.After(ctx, c.waitFor)
}

// knownMethod says whether any layer has a method with this id.
func knownMethod(id []byte) bool {
	_, err := tg.DecodeRequest(tl.NewReader(id))
	return !errors.Is(err, tl.ErrUnknown) || packed.Is(id)
}
