package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/tl/gen"
	"hermod/secret"
)

// Fields are the arguments of a method or constructor.
type Fields = map[string]any

// Object is a value of the schema.
func Object(name string, f Fields) gen.Value { return gen.Value{Name: name, Fields: f} }

// A Device is one signed-in device. It connects again whenever the connection is lost. Calls may come from many
// goroutines, Sync from one.
type Device struct {
	// User is who signed in.
	User int64
	// Secret is its client, once Open was called.
	Secret *secret.Client
	// LoseSent, if set, says whether a message that the device sends gets lost while the device believes that the server
	// has it.
	LoseSent func() bool
	// News is every update about secret chats that it was given, in the order in which it took them.
	News []gen.Value

	s    *Server
	name string

	mu      sync.Mutex // guards the connection; held while it is made
	session client.Session
	client  *client.Client
	ended   chan struct{}

	pushed sync.Mutex
	pushes []gen.Value

	heard    []gen.Value // news not yet given to Secret; of Sync, like what follows
	pts, qts int32
	date     int32
}

// SignIn signs in a device under a test number such as 9996620001, and makes the account when it is the first. It is
// disconnected when the test ends.
func (s *Server) SignIn(ctx context.Context, phone, name string) *Device {
	s.t.Helper()
	d := &Device{s: s, name: name}
	s.t.Cleanup(d.Disconnect)
	user, err := d.signIn(ctx, phone)
	if err == nil {
		d.User = user
		err = d.begin(ctx)
	}
	if err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	return d
}

func (d *Device) signIn(ctx context.Context, phone string) (user int64, err error) {
	sent, err := d.Call(ctx, "auth.sendCode", Fields{
		"phone_number": phone, "api_id": int32(1), "api_hash": "x", "settings": Object("codeSettings", Fields{}),
	})
	if err != nil {
		return 0, err
	}
	hash := sent.Fields["phone_code_hash"].(string)
	in, err := d.Call(ctx, "auth.signIn", Fields{
		"phone_number": phone, "phone_code_hash": hash, "phone_code": "22222",
	})
	if err == nil && in.Name == "auth.authorizationSignUpRequired" {
		in, err = d.Call(ctx, "auth.signUp", Fields{
			"phone_number": phone, "phone_code_hash": hash, "first_name": d.name, "last_name": "",
		})
	}
	if err != nil {
		return 0, err
	}
	return in.Fields["user"].(gen.Value).Fields["id"].(int64), nil
}

// begin asks where the device stands.
func (d *Device) begin(ctx context.Context) error {
	state, err := d.Call(ctx, "updates.getState", Fields{})
	if err != nil {
		return err
	}
	d.pts, d.qts, d.date = state.Fields["pts"].(int32), state.Fields["qts"].(int32), state.Fields["date"].(int32)
	return nil
}

// Meet makes the user of another device known to this one, by its phone number.
func (d *Device) Meet(ctx context.Context, phone string) (secret.User, error) {
	answer, err := d.Call(ctx, "contacts.importContacts", Fields{"contacts": []any{Object("inputPhoneContact", Fields{
		"client_id": int64(1), "phone": phone, "first_name": "Somebody", "last_name": "",
	})}})
	if err != nil {
		return secret.User{}, err
	}
	for _, u := range answer.Fields["users"].([]any) {
		u := u.(gen.Value)
		hash, _ := u.Fields["access_hash"].(int64)
		return secret.User{ID: u.Fields["id"].(int64), AccessHash: hash}, nil
	}
	return secret.User{}, fmt.Errorf("nobody has the number %s", phone)
}

// Open opens the device's secret chats. Store is needed; the rest of o is as for secret.Open.
func (d *Device) Open(ctx context.Context, o secret.Options) error {
	o.Transport, o.User = transport{d}, d.User
	c, err := secret.Open(ctx, o)
	d.Secret = c
	return err
}

// Call calls a method until it is answered, over as many connections as that takes. It fails with client.RPCError when
// the server refuses.
func (d *Device) Call(ctx context.Context, method string, f Fields) (gen.Value, error) {
	v, err := d.Ask(ctx, method, f)
	o, _ := v.(gen.Value) // some answer only that it is done
	return o, err
}

// Ask is Call for methods that answer something else than an object.
func (d *Device) Ask(ctx context.Context, method string, f Fields) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	for {
		v, err := d.try(ctx, method, f)
		var refused client.RPCError
		if err == nil || errors.As(err, &refused) || ctx.Err() != nil {
			return v, err
		}
		d.Disconnect()
		time.Sleep(5 * time.Millisecond) // the server may be starting
	}
}

func (d *Device) try(ctx context.Context, method string, f Fields) (any, error) {
	c, err := d.connection(ctx)
	if err != nil {
		return nil, err
	}
	body, err := d.s.schema.Encode(method, f)
	if err != nil {
		return nil, client.RPCError{Code: 400, Type: err.Error()} // the test's mistake: it does not help to try again
	}
	answer, err := c.InvokeBytes(ctx, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	typ, err := d.s.schema.ResultOf(method)
	if err != nil {
		return nil, err
	}
	v, err := d.s.schema.DecodeAs(typ, answer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	return v, nil
}

// connection connects if need be.
func (d *Device) connection(ctx context.Context) (*client.Client, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.client != nil {
		return d.client, nil
	}
	c, err := client.Dial(ctx, client.Options{
		Address: d.s.address, Session: d.session,
		Exchange: handshake.ClientOptions{Keys: []crypto.PublicKey{d.s.key}, Group: d.s.group, DC: 2},
		Wrap:     d.wrap, OnUpdate: d.push,
	})
	if err != nil {
		return nil, err
	}
	d.client, d.ended, d.session = c, make(chan struct{}), c.Session()
	ended := d.ended
	go func() {
		defer close(ended)
		_ = c.Run(context.Background()) // its error reaches the calls
	}()
	return c, nil
}

// Disconnect ends the connection, if there is one. The session goes on with the next call.
func (d *Device) Disconnect() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.client == nil {
		return
	}
	_ = d.client.Close()
	<-d.ended
	d.session = d.client.Session()
	d.client = nil
}

// wrap announces the layer, as a client does with its first request.
func (d *Device) wrap(body []byte) []byte {
	inner := d.encode("initConnection", Fields{
		"api_id": int32(1), "device_model": "test", "system_version": "1", "app_version": "1",
		"system_lang_code": "en", "lang_pack": "", "lang_code": "en", "query": body,
	})
	return d.encode("invokeWithLayer", Fields{"layer": int32(layer), "query": inner})
}

func (d *Device) encode(name string, f Fields) []byte {
	b, err := d.s.schema.Encode(name, f)
	if err != nil {
		d.s.t.Errorf("%s: encode: %v", d.name, err)
	}
	return b
}

// push keeps what the server sends on its own account.
func (d *Device) push(body []byte) {
	// The values keep parts of the body, which is the connection's again when this returns.
	v, err := d.s.schema.DecodeAs(gen.Type{Name: "Updates"}, bytes.Clone(body))
	if err != nil {
		d.s.t.Errorf("%s: push: %v", d.name, err)
		return
	}
	d.pushed.Lock()
	defer d.pushed.Unlock()
	d.pushes = append(d.pushes, v.(gen.Value))
}
