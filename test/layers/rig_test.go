package layers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"hermod/internal/config"
	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/server"
	"hermod/internal/tl/gen"
)

// A rig is a server and the schema of all layers.
type rig struct {
	address string
	keys    []crypto.PublicKey
	group   *crypto.Group
	file    *gen.File
}

func newRig(t *testing.T) *rig {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Admin.Listen = "127.0.0.1:0", ""
	cfg.Data, cfg.TestNumbers, cfg.Limits.Rate = t.TempDir(), true, 0
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := server.New(t.Context(), cfg, server.Options{Version: "test", Log: log, Codes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("server: %v", err)
		}
	})
	key, err := crypto.ParsePublicKey(s.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	return &rig{
		address: net.JoinHostPort(s.Address()), keys: []crypto.PublicKey{key}, group: crypto.NewGroup(), file: schema(t),
	}
}

// testLog shows the server's warnings: a call that failed for a reason of its own is a failure here.
type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("slow statement")) { // of a busy machine
		return len(b), nil
	}
	l.t.Errorf("server: %s", b)
	return len(b), nil
}

func schema(t *testing.T) *gen.File {
	t.Helper()
	r, err := os.Open("../../schema/api.tl")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := gen.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A device speaks one layer and knows nothing else.
type device struct {
	t      *testing.T
	schema *gen.Schema
	client *client.Client

	mu      sync.Mutex
	pushes  []gen.Value
	arrived chan struct{} // gets a value after each push
}

func (r *rig) device(t *testing.T, layer int) *device {
	t.Helper()
	d := &device{t: t, schema: r.file.At(layer), arrived: make(chan struct{}, 1)}
	c, err := client.Dial(t.Context(), client.Options{
		Address:  r.address,
		Exchange: handshake.ClientOptions{Keys: r.keys, Group: r.group, DC: 2},
		Wrap:     d.wrap, OnUpdate: d.push,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.client = c
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.Run(context.WithoutCancel(t.Context())) // its error reaches the calls
	}()
	t.Cleanup(func() {
		_ = c.Close()
		<-done
	})
	return d
}

// wrap announces the layer, as a client does with its first request.
func (d *device) wrap(body []byte) []byte {
	inner := d.encode("initConnection", fields{
		"api_id": int32(1), "device_model": "test", "system_version": "1", "app_version": "1",
		"system_lang_code": "en", "lang_pack": "", "lang_code": "en", "query": body,
	})
	return d.encode("invokeWithLayer", fields{"layer": int32(d.schema.Layer), "query": inner})
}

type fields = map[string]any

func object(name string, f fields) gen.Value { return gen.Value{Name: name, Fields: f} }

func (d *device) encode(name string, f fields) []byte {
	d.t.Helper()
	b, err := d.schema.Encode(name, f)
	if err != nil {
		d.t.Fatalf("layer %d: %v", d.schema.Layer, err)
	}
	return b
}

// push reads what the server sends on its own account.
func (d *device) push(body []byte) {
	v, err := d.schema.DecodeAs(gen.Type{Name: "Updates"}, slices.Clone(body)) // body is not ours
	if err != nil {
		d.t.Errorf("push: %v", err)
		return
	}
	d.mu.Lock()
	d.pushes = append(d.pushes, v.(gen.Value))
	d.mu.Unlock()
	select {
	case d.arrived <- struct{}{}:
	default:
	}
}

// expect waits until an update of that name has been pushed, alone or among others.
func (d *device) expect(update string) gen.Value {
	d.t.Helper()
	return d.await(update, func(o gen.Value) bool { return o.Name == update })
}

// expectFit is expect for an object by what is in it.
func (d *device) expectFit(fits func(gen.Value) bool) gen.Value {
	d.t.Helper()
	return d.await("object of the kind", fits)
}

// patience is how long anything may take that has to come, on a machine that does other things.
const patience = time.Minute

func (d *device) await(what string, fits func(gen.Value) bool) gen.Value {
	d.t.Helper()
	timeout := time.After(patience)
	for {
		if v, ok := d.pushed(fits); ok {
			return v
		}
		select {
		case <-d.arrived:
		case <-timeout:
			d.t.Fatalf("layer %d: no %s was pushed", d.schema.Layer, what)
		}
	}
}

func (d *device) pushed(fits func(gen.Value) bool) (gen.Value, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.pushes {
		for _, v := range all(p) {
			if fits(v) {
				return v, true
			}
		}
	}
	return gen.Value{}, false
}

// all lists the objects within v, v first.
func all(v any) []gen.Value {
	var out []gen.Value
	switch v := v.(type) {
	case gen.Value:
		out = append(out, v)
		for _, f := range v.Fields {
			out = append(out, all(f)...)
		}
	case []any:
		for _, item := range v {
			out = append(out, all(item)...)
		}
	}
	return out
}

// try calls a method and reads the answer as the layer's type of it.
func (d *device) try(method string, f fields) (any, error) {
	d.t.Helper()
	answer, err := d.client.InvokeBytes(d.t.Context(), d.encode(method, f))
	if err != nil {
		return nil, err
	}
	typ, err := d.schema.ResultOf(method)
	if err != nil {
		return nil, err
	}
	v, err := d.schema.DecodeAs(typ, answer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", method, errUnreadable, err)
	}
	return v, nil
}

var errUnreadable = errors.New("the layer cannot read the answer")

// call is try for a method that must be served.
func (d *device) call(method string, f fields) any {
	d.t.Helper()
	v, err := d.try(method, f)
	if err != nil {
		d.t.Fatalf("layer %d: %s: %v", d.schema.Layer, method, err)
	}
	return v
}

// ask is call for an answer that is one object.
func (d *device) ask(method string, f fields) gen.Value {
	d.t.Helper()
	v, ok := d.call(method, f).(gen.Value)
	if !ok {
		d.t.Fatalf("layer %d: %s did not answer with an object", d.schema.Layer, method)
	}
	return v
}

// find returns the first object of that name within v.
func find(t *testing.T, v any, name string) gen.Value {
	t.Helper()
	for _, o := range all(v) {
		if o.Name == name {
			return o
		}
	}
	t.Fatalf("no %s in %+v", name, v)
	return gen.Value{}
}

func isRPCError(err error, types ...string) bool {
	var e client.RPCError
	return errors.As(err, &e) && (len(types) == 0 || slices.Contains(types, e.Type))
}
