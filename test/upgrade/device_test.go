package upgrade

import (
	"context"
	"fmt"
	"os"
	"testing"

	"hermod/internal/config"
	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/server/servertest"
	"hermod/internal/tl/gen"
)

// layer is the one that devices speak, by the schema alone.
const layer = 229

type fields = map[string]any

func object(name string, f fields) gen.Value { return gen.Value{Name: name, Fields: f} }

// A rig is a server on a database, and the schema to speak to it.
type rig struct {
	server *servertest.Server
	key    crypto.PublicKey
	group  *crypto.Group
	schema *gen.Schema
}

func start(t *testing.T, url string) *rig {
	t.Helper()
	s := servertest.Start(t, func(c *config.Config) { c.DB, c.Limits.Rate = url, 0 })
	key, err := crypto.ParsePublicKey(s.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("../../schema/api.tl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := gen.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{server: s, key: key, group: crypto.NewGroup(), schema: all.At(layer)}
}

// A device is a connection.
type device struct {
	t      *testing.T
	schema *gen.Schema
	client *client.Client
}

// connect dials, with a session to go on with or without.
func (r *rig) connect(t *testing.T, session client.Session) *device {
	t.Helper()
	d := &device{t: t, schema: r.schema}
	c, err := client.Dial(t.Context(), client.Options{
		Address: r.server.Addr, Session: session, Wrap: d.wrap,
		Exchange: handshake.ClientOptions{Keys: []crypto.PublicKey{r.key}, Group: r.group, DC: 2},
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

func (d *device) wrap(body []byte) []byte {
	inner := d.encode("initConnection", fields{
		"api_id": int32(1), "device_model": "test", "system_version": "1", "app_version": "1",
		"system_lang_code": "en", "lang_pack": "", "lang_code": "en", "query": body,
	})
	return d.encode("invokeWithLayer", fields{"layer": int32(layer), "query": inner})
}

func (d *device) encode(name string, f fields) []byte {
	d.t.Helper()
	b, err := d.schema.Encode(name, f)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// try is ask for a method that may be refused.
func (d *device) try(method string, f fields) (fields, error) {
	d.t.Helper()
	answer, err := d.client.InvokeBytes(d.t.Context(), d.encode(method, f))
	if err != nil {
		return nil, err
	}
	return d.decode(method, answer).(gen.Value).Fields, nil
}

// call calls a method that must be served, and returns the answer.
func (d *device) call(method string, f fields) any {
	d.t.Helper()
	answer, err := d.client.InvokeBytes(d.t.Context(), d.encode(method, f))
	if err != nil {
		d.t.Fatalf("%s: %v", method, err)
	}
	return d.decode(method, answer)
}

func (d *device) decode(method string, answer []byte) any {
	d.t.Helper()
	typ, err := d.schema.ResultOf(method)
	if err != nil {
		d.t.Fatal(err)
	}
	v, err := d.schema.DecodeAs(typ, answer)
	if err != nil {
		d.t.Fatalf("%s: %v", method, err)
	}
	return v
}

// ask is call for an answer that is an object.
func (d *device) ask(method string, f fields) fields {
	d.t.Helper()
	return d.call(method, f).(gen.Value).Fields
}

// list is the objects of a vector.
func list(v any) []gen.Value {
	items, _ := v.([]any)
	out := make([]gen.Value, 0, len(items))
	for _, item := range items {
		out = append(out, item.(gen.Value))
	}
	return out
}

// sub is a field that is an object; it has no fields when there is none.
func sub(f fields, name string) fields {
	v, _ := f[name].(gen.Value)
	return v.Fields
}

// peer names a peer in few characters.
func peer(v any) string {
	o, ok := v.(gen.Value)
	if !ok {
		return "-"
	}
	for _, id := range o.Fields {
		return fmt.Sprintf("%s %d", o.Name, id)
	}
	return o.Name
}
