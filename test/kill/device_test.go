package kill

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/tl/gen"
)

// layer is the one that devices speak, knowing nothing else.
const layer = 229

type fields = map[string]any

func object(name string, f fields) gen.Value { return gen.Value{Name: name, Fields: f} }

// A network is how devices reach the server.
type network struct {
	address string
	key     crypto.PublicKey
	group   *crypto.Group
	schema  *gen.Schema
}

func newNetwork(t *testing.T, p *process) *network {
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
	return &network{address: p.address, key: p.publicKey(), group: crypto.NewGroup(), schema: f.At(layer)}
}

// A device keeps a connection as a client does: it comes back whenever the server does, and then asks for what it
// missed. Its methods are for one goroutine.
type device struct {
	t    *testing.T
	name string
	net  *network

	session client.Session
	client  *client.Client // nil: not connected
	ended   chan struct{}  // closed when the connection's goroutine has ended

	mu     sync.Mutex
	pushes []gen.Value

	box *box // nil until signed in
}

// connect dials until it works, and catches up.
func (d *device) connect(ctx context.Context) error {
	for {
		err := d.dial(ctx)
		if err == nil && d.box != nil {
			err = d.catchUp(ctx)
		}
		if err == nil || ctx.Err() != nil {
			return err
		}
		d.disconnect()
		time.Sleep(5 * time.Millisecond)
	}
}

func (d *device) dial(ctx context.Context) error {
	c, err := client.Dial(ctx, client.Options{
		Address: d.net.address, Session: d.session,
		Exchange: handshake.ClientOptions{Keys: []crypto.PublicKey{d.net.key}, Group: d.net.group, DC: 2},
		Wrap:     d.wrap, OnUpdate: d.push,
	})
	if err != nil {
		return err
	}
	d.client, d.ended = c, make(chan struct{})
	d.session = c.Session()
	go func() {
		defer close(d.ended)
		_ = c.Run(context.Background()) // its error reaches the calls
	}()
	return nil
}

// disconnect ends the connection, if there is one. The session goes on with the next.
func (d *device) disconnect() {
	if d.client == nil {
		return
	}
	_ = d.client.Close()
	<-d.ended
	d.session = d.client.Session()
	d.client = nil
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pushes = nil // of a connection that is gone; the difference brings them
}

// wrap announces the layer, as a client does with its first request.
func (d *device) wrap(body []byte) []byte {
	inner := d.encode("initConnection", fields{
		"api_id": int32(1), "device_model": "test", "system_version": "1", "app_version": "1",
		"system_lang_code": "en", "lang_pack": "", "lang_code": "en", "query": body,
	})
	return d.encode("invokeWithLayer", fields{"layer": int32(layer), "query": inner})
}

func (d *device) encode(name string, f fields) []byte {
	b, err := d.net.schema.Encode(name, f)
	if err != nil {
		d.t.Errorf("%s: encode: %v", d.name, err)
	}
	return b
}

// push keeps what the server sends on its own account.
func (d *device) push(body []byte) {
	v, err := d.net.schema.DecodeAs(gen.Type{Name: "Updates"}, body)
	if err != nil {
		d.t.Errorf("%s: push: %v", d.name, err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pushes = append(d.pushes, v.(gen.Value))
}

// try calls a method once. It fails with client.RPCError when the server refuses, and in other ways when the
// connection is lost.
func (d *device) try(ctx context.Context, method string, f fields) (gen.Value, error) {
	if d.client == nil {
		return gen.Value{}, client.ErrClosed
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := d.client.InvokeBytes(ctx, d.encode(method, f))
	if err != nil {
		return gen.Value{}, fmt.Errorf("%s: %w", method, err)
	}
	typ, err := d.net.schema.ResultOf(method)
	if err != nil {
		return gen.Value{}, err
	}
	v, err := d.net.schema.DecodeAs(typ, answer)
	if err != nil {
		return gen.Value{}, fmt.Errorf("%s: %w", method, err)
	}
	o, _ := v.(gen.Value) // some answer only that it is done
	return o, nil
}

// call calls a method until it is answered, over as many connections as that takes.
func (d *device) call(ctx context.Context, method string, f fields) (gen.Value, error) {
	for {
		v, err := d.try(ctx, method, f)
		var refused client.RPCError
		if err == nil || errors.As(err, &refused) || ctx.Err() != nil {
			return v, err
		}
		d.disconnect()
		if err := d.connect(ctx); err != nil {
			return v, err
		}
	}
}

// signIn makes an account, or comes to an existing one as a second device.
func (d *device) signIn(ctx context.Context, phone, name string) (user int64, err error) {
	sent, err := d.call(ctx, "auth.sendCode", fields{
		"phone_number": phone, "api_id": int32(1), "api_hash": "x", "settings": object("codeSettings", fields{}),
	})
	if err != nil {
		return 0, err
	}
	hash := sent.Fields["phone_code_hash"].(string)
	in, err := d.call(ctx, "auth.signIn", fields{
		"phone_number": phone, "phone_code_hash": hash, "phone_code": "22222",
	})
	if err == nil && in.Name == "auth.authorizationSignUpRequired" {
		in, err = d.call(ctx, "auth.signUp", fields{
			"phone_number": phone, "phone_code_hash": hash, "first_name": name, "last_name": "",
		})
	}
	if err != nil {
		return 0, err
	}
	return in.Fields["user"].(gen.Value).Fields["id"].(int64), nil
}
