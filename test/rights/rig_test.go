package rights

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"hermod/internal/config"
	"hermod/internal/db/dbtest"
	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/server/servertest"
	"hermod/internal/tl/gen"
	"hermod/internal/tl/tg"
)

type fields = map[string]any

func object(name string, f fields) gen.Value { return gen.Value{Name: name, Fields: f} }

// A rig is a server and the people on it.
type rig struct {
	t      *testing.T
	addr   string
	keys   []crypto.PublicKey
	group  *crypto.Group
	schema *gen.Schema
	people []*person
}

// A person is somebody with one device.
type person struct {
	r      *rig
	id     int64
	phone  string
	client *client.Client
	hashes map[key]int64 // access hashes of users and channels
	files  map[string]gen.Value
}

// A key names a user or a channel; their ids overlap.
type key struct {
	kind string
	id   int64
}

// each runs fn on a server of each engine, with n people who know each other.
func each(t *testing.T, n int, fn func(t *testing.T, r *rig)) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) { fn(t, newRig(t, url(t), n)) })
	}
}

func newRig(t *testing.T, url string, n int) *rig {
	t.Helper()
	s := servertest.Start(t, func(c *config.Config) { c.DB, c.Limits.Rate = url, 0 })
	key, err := crypto.ParsePublicKey(s.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, addr: s.Addr, keys: []crypto.PublicKey{key}, group: crypto.NewGroup(), schema: schema(t)}
	for i := range n {
		r.people = append(r.people, r.join(fmt.Sprintf("999664%04d", i)))
	}
	for _, p := range r.people {
		p.meet(r.people)
	}
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
	return f.At(tg.Newest)
}

// join signs up with a test number.
func (r *rig) join(phone string) *person {
	r.t.Helper()
	p := &person{r: r, phone: phone, hashes: map[key]int64{}, files: map[string]gen.Value{}}
	c, err := client.Dial(r.t.Context(), client.Options{
		Address: r.addr, Exchange: handshake.ClientOptions{Keys: r.keys, Group: r.group, DC: 2},
		Wrap: r.wrap, OnUpdate: func([]byte) {},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	p.client = c
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.Run(context.WithoutCancel(r.t.Context())) // its error reaches the calls
	}()
	r.t.Cleanup(func() {
		_ = c.Close()
		<-done
	})
	p.signUp()
	return p
}

func (r *rig) wrap(body []byte) []byte {
	inner := r.encode("initConnection", fields{
		"api_id": int32(1), "device_model": "test", "system_version": "1", "app_version": "1",
		"system_lang_code": "en", "lang_pack": "", "lang_code": "en", "query": body,
	})
	return r.encode("invokeWithLayer", fields{"layer": int32(r.schema.Layer), "query": inner})
}

func (r *rig) encode(name string, f fields) []byte {
	b, err := r.schema.Encode(name, f)
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

func (p *person) signUp() {
	sent := p.ask("auth.sendCode", fields{
		"phone_number": p.phone, "api_id": int32(1), "api_hash": "x", "settings": object("codeSettings", fields{}),
	})
	hash := sent.Fields["phone_code_hash"]
	p.ask("auth.signIn", fields{"phone_number": p.phone, "phone_code_hash": hash, "phone_code": "44444"})
	in := p.ask("auth.signUp", fields{"phone_number": p.phone, "phone_code_hash": hash, "first_name": "Person", "last_name": p.phone})
	p.learn(in)
	for _, o := range all(in) {
		if o.Name == "user" {
			p.id = o.Fields["id"].(int64)
		}
	}
}

// meet puts all others into the contacts, by which their access hashes are learned.
func (p *person) meet(people []*person) {
	var contacts []any
	for i, o := range people {
		if o != p {
			contacts = append(contacts, object("inputPhoneContact", fields{
				"client_id": int64(i), "phone": o.phone, "first_name": "Person", "last_name": "",
			}))
		}
	}
	p.ask("contacts.importContacts", fields{"contacts": contacts})
}

// try calls a method; its error is what the server refused it with.
func (p *person) try(method string, f fields) (any, error) {
	p.r.t.Helper()
	answer, err := p.client.InvokeBytes(p.r.t.Context(), p.r.encode(method, f))
	if err != nil {
		return nil, err
	}
	typ, err := p.r.schema.ResultOf(method)
	if err != nil {
		return nil, err
	}
	v, err := p.r.schema.DecodeAs(typ, answer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	p.learn(v)
	return v, nil
}

// ask is try for what must succeed.
func (p *person) ask(method string, f fields) gen.Value {
	p.r.t.Helper()
	v, err := p.try(method, f)
	if err != nil {
		p.r.t.Fatalf("%s: %v", method, err)
	}
	o, _ := v.(gen.Value)
	return o
}

// do is try without the answer.
func (p *person) do(method string, f fields) error {
	_, err := p.try(method, f)
	return err
}

// learn keeps access hashes.
func (p *person) learn(v any) {
	for _, o := range all(v) {
		if id, ok := o.Fields["id"].(int64); ok {
			if hash, ok := o.Fields["access_hash"].(int64); ok {
				p.hashes[key{o.Name, id}] = hash
			}
		}
	}
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

func (p *person) user(o *person) gen.Value {
	if o == p {
		return object("inputUserSelf", nil)
	}
	return object("inputUser", fields{"user_id": o.id, "access_hash": p.hashes[key{"user", o.id}]})
}

func (p *person) peer(o *person) gen.Value {
	return object("inputPeerUser", fields{"user_id": o.id, "access_hash": p.hashes[key{"user", o.id}]})
}

func random() int64 { return rand.Int64() }

// refusal is the type of an error that the server answered with, "" for none.
func refusal(err error) string {
	var e client.RPCError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Type
	}
	return err.Error()
}
