package rpc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A Router knows the handler of each method and the wire form of each domain error. Fill it before the first
// call; after that it does not change and is safe for concurrent use.
type Router struct {
	handlers map[string]handler
	errors   []errorRow
	shapes   []func(error) (Error, bool) // for errors that carry data
	faults   []error                     // what Check returns
}

// A Module is a group of handlers.
type Module interface{ Register(r *Router) }

type handler struct {
	need  Need
	empty bool
	serve func(ctx context.Context, call *Call, in tg.Request) (tl.Object, error)
}

type errorRow struct {
	err  error
	wire Error
}

// NewRouter returns a router that holds the modules' handlers.
func NewRouter(modules ...Module) *Router {
	r := &Router{handlers: make(map[string]handler)}
	for _, m := range modules {
		m.Register(r)
	}
	return r
}

// Handle makes fn serve the method whose request is I. fn's answer is not used when it returns an error.
func Handle[I tg.Request, O tl.Object](r *Router, need Need, fn func(context.Context, *Call, I) (O, error)) {
	handle(r, need, false, fn)
}

// HandleEmpty is Handle for an answer that is valid and says that there is nothing, because what it would be
// about does not exist yet. The list of methods tells the two apart.
func HandleEmpty[I tg.Request, O tl.Object](r *Router, need Need, fn func(context.Context, *Call, I) (O, error)) {
	handle(r, need, true, fn)
}

func handle[I tg.Request, O tl.Object](r *Router, need Need, empty bool, fn func(context.Context, *Call, I) (O, error)) {
	var zero I
	name := zero.TLName()
	if _, ok := r.handlers[name]; ok {
		r.faults = append(r.faults, fmt.Errorf("method %s has two handlers", name))
	}
	r.handlers[name] = handler{need, empty, func(ctx context.Context, call *Call, in tg.Request) (tl.Object, error) {
		typed, ok := in.(I)
		if !ok {
			return nil, fmt.Errorf("method %s decoded as %T", name, in)
		}
		out, err := fn(ctx, call, typed)
		if err != nil {
			return nil, err
		}
		return out, nil
	}}
}

// Serve answers a request with the handler of its method, as the caller whom call names, and without the rights and
// limits that a Dispatcher looks at. It fails with ErrUnknownMethod.
func (r *Router) Serve(ctx context.Context, call *Call, in tg.Request) (tl.Object, error) {
	h, ok := r.handlers[in.TLName()]
	if !ok {
		return nil, ErrUnknownMethod
	}
	return h.serve(ctx, call, in)
}

// Errors adds rows to the table of wire errors. An error is looked up by errors.Is.
func (r *Router) Errors(table map[error]Error) {
	for err, wire := range table {
		if !wire.valid() {
			r.faults = append(r.faults, fmt.Errorf("wire error %q of %v is not one that clients understand", wire.Type, err))
		}
		r.errors = append(r.errors, errorRow{err, wire})
	}
}

// Shape adds a function that knows the wire form of errors that carry data, such as the seconds to wait. It says false
// of all others.
func (r *Router) Shape(fn func(error) (Error, bool)) { r.shapes = append(r.shapes, fn) }

// Check returns what is wrong with the tables: methods with two handlers, wire errors that clients do not
// understand.
func (r *Router) Check() error { return errors.Join(r.faults...) }

// State is how far a method is served.
type State string

// The states.
const (
	Works  State = "works"
	Empty  State = "valid empty"
	Absent State = "error"
)

// A MethodState is a line of the list of methods.
type MethodState struct {
	Name  string
	State State
	Need  Need
}

// Coverage lists every method of the newest layer, by name.
func (r *Router) Coverage() []MethodState {
	var list []MethodState
	for _, m := range tg.Methods() {
		if m.InNewest() {
			list = append(list, r.state(m.Name))
		}
	}
	slices.SortFunc(list, func(a, b MethodState) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

func (r *Router) state(name string) MethodState {
	h, ok := r.handlers[name]
	switch {
	case wrapperNames[name]:
		return MethodState{Name: name, State: Works}
	case !ok:
		return MethodState{Name: name, State: Absent}
	case h.empty:
		return MethodState{Name: name, State: Empty, Need: h.need}
	}
	return MethodState{Name: name, State: Works, Need: h.need}
}
