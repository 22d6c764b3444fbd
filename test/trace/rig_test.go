// Package trace shows that a secret chat leaves nothing behind: it runs one through a whole server and reads every file
// that the server keeps.
package trace

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
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

// layer is the one that devices speak, knowing nothing else.
const layer = 229

// patience is how long anything may take that has to come, on a machine that does other things.
const patience = time.Minute

type fields = map[string]any

func object(name string, f fields) gen.Value { return gen.Value{Name: name, Fields: f} }

// A rig is a server with its data directory.
type rig struct {
	t       *testing.T
	data    string
	log     *lockedBuffer // all that the server logs
	address string
	key     crypto.PublicKey
	group   *crypto.Group
	schema  *gen.Schema
	stop    func()
}

// newRig starts a server; db is the address of its database, "" for SQLite in the data directory.
func newRig(t *testing.T, db string) *rig {
	t.Helper()
	r := &rig{t: t, data: t.TempDir(), log: &lockedBuffer{}, group: crypto.NewGroup(), schema: schema(t)}
	cfg := config.Default()
	cfg.Listen, cfg.Admin.Listen, cfg.DB = "127.0.0.1:0", "", db
	cfg.Data, cfg.TestNumbers, cfg.Limits.Rate = r.data, true, 0
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := server.New(t.Context(), cfg, server.Options{Version: "test", Log: log, Codes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("server: %v", err)
		}
	})
	t.Cleanup(r.stop)
	if r.key, err = crypto.ParsePublicKey(s.PublicKey()); err != nil {
		t.Fatal(err)
	}
	r.address = net.JoinHostPort(s.Address())
	return r
}

func schema(t *testing.T) *gen.Schema {
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
	return f.At(layer)
}

// A lockedBuffer keeps what is written into it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

// A device is one on which a person is signed in.
type device struct {
	*rig
	name   string
	user   int64
	phone  string
	client *client.Client
	ended  chan struct{}

	mu      sync.Mutex
	pushes  []gen.Value
	arrived chan struct{} // gets a value after each push
}

// signUp makes a new person.
func (r *rig) signUp(name, phone string) *device {
	r.t.Helper()
	d := r.dial(name, phone)
	code := d.code()
	d.ask("auth.signIn", code)
	in := d.ask("auth.signUp", fields{
		"phone_number": phone, "phone_code_hash": code["phone_code_hash"], "first_name": name, "last_name": "Test",
	})
	d.user = find(r.t, in, "user").Fields["id"].(int64)
	d.ask("updates.getState", nil)
	return d
}

// another signs the person of d in on one more device.
func (d *device) another(name string) *device {
	d.t.Helper()
	o := d.rig.dial(name, d.phone)
	o.ask("auth.signIn", o.code())
	o.user = d.user
	o.ask("updates.getState", nil)
	return o
}

func (d *device) code() fields {
	sent := d.ask("auth.sendCode", fields{
		"phone_number": d.phone, "api_id": int32(1), "api_hash": "x", "settings": object("codeSettings", fields{}),
	})
	return fields{"phone_number": d.phone, "phone_code_hash": sent.Fields["phone_code_hash"], "phone_code": "22222"}
}

func (r *rig) dial(name, phone string) *device {
	r.t.Helper()
	d := &device{rig: r, name: name, phone: phone, arrived: make(chan struct{}, 1)}
	d.connect(client.Session{})
	r.t.Cleanup(d.disconnect)
	return d
}

func (d *device) connect(s client.Session) {
	d.t.Helper()
	c, err := client.Dial(d.t.Context(), client.Options{
		Address: d.address, Session: s,
		Exchange: handshake.ClientOptions{Keys: []crypto.PublicKey{d.key}, Group: d.group, DC: 2},
		Wrap:     d.wrap, OnUpdate: d.push,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.client, d.ended = c, make(chan struct{})
	go func(ended chan struct{}) {
		defer close(ended)
		_ = c.Run(context.WithoutCancel(d.t.Context())) // its error reaches the calls
	}(d.ended)
}

// disconnect ends the connection. It may be called again.
func (d *device) disconnect() {
	_ = d.client.Close()
	<-d.ended
}

// wrap announces the layer, as a client does with its first request.
func (d *device) wrap(body []byte) []byte {
	inner := d.encode("initConnection", fields{
		"api_id": int32(1), "device_model": d.name, "system_version": "1", "app_version": "1",
		"system_lang_code": "en", "lang_pack": "", "lang_code": "en", "query": body,
	})
	return d.encode("invokeWithLayer", fields{"layer": int32(layer), "query": inner})
}

func (d *device) encode(name string, f fields) []byte {
	b, err := d.schema.Encode(name, f)
	if err != nil {
		d.t.Errorf("%s: encode %s: %v", d.name, name, err)
	}
	return b
}

// push keeps what the server sends on its own account.
func (d *device) push(body []byte) {
	v, err := d.schema.DecodeAs(gen.Type{Name: "Updates"}, bytes.Clone(body)) // the buffer is used again
	if err != nil {
		d.t.Errorf("%s: push: %v", d.name, err)
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

// expect waits until an object that fits has been pushed.
func (d *device) expect(name string, fits func(gen.Value) bool) gen.Value {
	d.t.Helper()
	timeout := time.After(patience)
	for {
		for _, v := range d.heard(name) {
			if fits == nil || fits(v) {
				return v
			}
		}
		select {
		case <-d.arrived:
		case <-timeout:
			d.t.Fatalf("%s: no %s was pushed", d.name, name)
		}
	}
}

// heard lists the objects of a name that have been pushed, oldest first.
func (d *device) heard(name string) (list []gen.Value) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.pushes {
		list = append(list, named(p, name)...)
	}
	return list
}

func named(v any, name string) (list []gen.Value) {
	for _, o := range all(v) {
		if o.Name == name {
			list = append(list, o)
		}
	}
	return list
}

// all lists the objects within v, v first.
func all(v any) (out []gen.Value) {
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

// try calls a method. It fails with client.RPCError when the server refuses.
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
	return d.schema.DecodeAs(typ, answer)
}

// call is try for a method that must be served.
func (d *device) call(method string, f fields) any {
	d.t.Helper()
	v, err := d.try(method, f)
	if err != nil {
		d.t.Fatalf("%s: %s: %v", d.name, method, err)
	}
	return v
}

// ask is call for an answer that is one object.
func (d *device) ask(method string, f fields) gen.Value {
	d.t.Helper()
	v, ok := d.call(method, f).(gen.Value)
	if !ok {
		d.t.Fatalf("%s: %s did not answer with an object", d.name, method)
	}
	return v
}

// refused checks that a method fails with an error of the server.
func (d *device) refused(want, method string, f fields) {
	d.t.Helper()
	_, err := d.try(method, f)
	var e client.RPCError
	if !errors.As(err, &e) || e.Type != want {
		d.t.Errorf("%s: %s: got %v, want %s", d.name, method, err, want)
	}
}

// find returns the first object of that name within v.
func find(t *testing.T, v any, name string) gen.Value {
	t.Helper()
	list := named(v, name)
	if len(list) == 0 {
		t.Fatalf("no %s in %+v", name, v)
	}
	return list[0]
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
