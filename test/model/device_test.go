package model

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hermod/internal/mtproto/client"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// patience is how long a call may take.
const patience = 20 * time.Second

// A device is a client of a person. Its methods are for one goroutine.
type device struct {
	w       *world
	person  *person
	name    string
	session client.Session
	client  *client.Client // nil: away
	ended   chan struct{}
	box     *box

	mu     sync.Mutex
	pushes [][]byte
}

// connect opens a connection; the session's key is kept, the session is new.
func (d *device) connect(ctx context.Context) error {
	c, err := client.Dial(ctx, client.Options{
		Address: d.w.address, Session: d.session, Wrap: announce, OnUpdate: d.push,
		Exchange: handshake.ClientOptions{Keys: []crypto.PublicKey{d.w.key}, Group: d.w.group, DC: 2},
	})
	if err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	d.client, d.ended = c, make(chan struct{})
	go func() {
		defer close(d.ended)
		_ = c.Run(context.WithoutCancel(ctx)) // its error reaches the calls
	}()
	return nil
}

// goAway ends the connection. What was pushed and not looked at is lost.
func (d *device) goAway() {
	if d.client == nil {
		return
	}
	_ = d.client.Close()
	<-d.ended
	d.session = d.client.Session()
	d.session.ID = 0
	d.client = nil
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pushes = nil
}

// comeBack connects and asks for what it missed.
func (d *device) comeBack(ctx context.Context) error {
	if err := d.connect(ctx); err != nil {
		return err
	}
	return d.catchUp(ctx)
}

// announce wraps the first request of a connection.
func announce(body []byte) []byte {
	inner := tl.Encode(&tg.InitConnection{
		APIID: 1, DeviceModel: "model", SystemVersion: "1", AppVersion: "1", SystemLangCode: "en", LangCode: "en", Query: body,
	}, 0)
	return tl.Encode(&tg.InvokeWithLayer{Layer: tg.Newest, Query: inner}, 0)
}

func (d *device) push(body []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pushes = append(d.pushes, slices.Clone(body))
}

// drain applies what has been pushed.
func (d *device) drain(ctx context.Context) error {
	d.mu.Lock()
	pushes := d.pushes
	d.pushes = nil
	d.mu.Unlock()
	for _, body := range pushes {
		r := tl.NewReader(body)
		u := tg.DecodeUpdatesClass(r)
		if err := r.End(); err != nil {
			return fmt.Errorf("%s: push %x: %w", d.name, body, err)
		}
		if err := d.take(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// ask sends a request and decodes the answer.
func ask[T any](ctx context.Context, d *device, request tl.Object, decode func(*tl.Reader) T) (answer T, err error) {
	if d.client == nil {
		return answer, errAway
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	b, err := d.client.Invoke(ctx, request)
	if err != nil {
		return answer, fmt.Errorf("%s: %w", request.TLName(), err)
	}
	r := tl.NewReader(b)
	answer = decode(r)
	if err := r.End(); err != nil {
		return answer, fmt.Errorf("answer to %s: %w", request.TLName(), err)
	}
	return answer, nil
}

// answer is ask for what changes the box: what was pushed before the answer came is applied before it.
func answer[T any](ctx context.Context, d *device, request tl.Object, decode func(*tl.Reader) T) (T, error) {
	got, err := ask(ctx, d, request, decode)
	if err == nil {
		err = d.drain(ctx)
	}
	return got, err
}

var errAway = errors.New("the device is away")

// do is ask for what answers with a Bool or something else that does not matter.
func (d *device) do(ctx context.Context, request tl.Object) error {
	_, err := answer(ctx, d, request, func(r *tl.Reader) []byte { return r.Rest() })
	return err
}

// change is ask for what answers with updates, which it applies.
func (d *device) change(ctx context.Context, request tl.Object) error {
	u, err := answer(ctx, d, request, tg.DecodeUpdatesClass)
	if err != nil {
		return err
	}
	return d.take(ctx, u)
}

// signIn makes an account, or comes to an existing one as another device.
func (d *device) signIn(ctx context.Context, phone, name string) (user int64, err error) {
	sent, err := ask(ctx, d, &tg.AuthSendCode{
		PhoneNumber: phone, APIID: 1, APIHash: "model", Settings: new(tg.CodeSettings),
	}, tg.DecodeAuthSentCodeClass)
	if err != nil {
		return 0, err
	}
	hash, code := sent.(*tg.AuthSentCode).PhoneCodeHash, "33333"
	in, err := ask(ctx, d, &tg.AuthSignIn{PhoneNumber: phone, PhoneCodeHash: hash, PhoneCode: &code}, tg.DecodeAuthAuthorizationClass)
	if err != nil {
		return 0, err
	}
	if _, isNew := in.(*tg.AuthAuthorizationSignUpRequired); isNew {
		in, err = ask(ctx, d, &tg.AuthSignUp{
			PhoneNumber: phone, PhoneCodeHash: hash, FirstName: name,
		}, tg.DecodeAuthAuthorizationClass)
		if err != nil {
			return 0, err
		}
	}
	return in.(*tg.AuthAuthorization).User.(*tg.User).ID, nil
}
