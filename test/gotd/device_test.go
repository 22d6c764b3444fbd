package gotd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/session"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/auth"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
	"github.com/gotd/td/transport"
)

// A way is a transport.
type way struct {
	name     string
	resolver dcs.Resolver
	pfs      bool
}

var (
	intermediate = way{name: "TCP intermediate", resolver: dcs.Plain(dcs.PlainOptions{})}
	webSocket    = way{name: "WebSocket", resolver: dcs.Websocket(dcs.WebsocketOptions{})}
)

// ways are all transports that the library has.
var ways = []way{
	intermediate,
	webSocket,
	{name: "TCP abridged", resolver: dcs.Plain(dcs.PlainOptions{Protocol: transport.Abridged})},
	{name: "TCP padded intermediate", resolver: dcs.Plain(dcs.PlainOptions{Protocol: transport.PaddedIntermediate})},
	{name: "TCP full", resolver: dcs.Plain(dcs.PlainOptions{Protocol: transport.Full})},
	{name: "TCP abridged, obfuscated", resolver: dcs.Plain(dcs.PlainOptions{Protocol: transport.Abridged, Obfuscated: true})},
	{name: "TCP intermediate, obfuscated", resolver: dcs.Plain(dcs.PlainOptions{Obfuscated: true})},
	{name: "TCP with temporary keys", resolver: dcs.Plain(dcs.PlainOptions{}), pfs: true},
}

// A device is a running client.
type device struct {
	t      *testing.T
	client *telegram.Client
	api    *tg.Client
	store  *session.StorageMemory
	close  func()
	events *events
}

// open runs a client until the test ends or close is called. handler gets the updates before events; it may be nil.
func (s *server) open(t *testing.T, w way, store *session.StorageMemory, handler telegram.UpdateHandler) *device {
	t.Helper()
	if store == nil {
		store = new(session.StorageMemory)
	}
	d := &device{t: t, store: store, events: newEvents()}
	if handler == nil {
		handler = d.events
	}
	d.client = telegram.NewClient(1, "hermod", telegram.Options{
		DC: s.dc,
		DCList: dcs.List{
			Options: []tg.DCOption{{ID: s.dc, IPAddress: s.host, Port: s.port}},
			Domains: map[int]string{s.dc: fmt.Sprintf("ws://%s:%d/apiws", s.host, s.port)},
		},
		PublicKeys: []telegram.PublicKey{s.key}, Resolver: w.resolver, EnablePFS: w.pfs,
		SessionStorage: store, UpdateHandler: handler,
	})
	d.api = d.client.API()
	d.run()
	return d
}

// run starts the client and waits until it is ready.
func (d *device) run() {
	d.t.Helper()
	ctx, cancel := context.WithCancel(d.t.Context())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- d.client.Run(ctx, func(ctx context.Context) error {
			close(ready)
			<-ctx.Done()
			return nil
		})
	}()
	d.close = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	d.t.Cleanup(d.close)
	select {
	case <-ready:
	case err := <-done:
		done <- err
		d.t.Fatalf("the client ended: %v", err)
	case <-time.After(patience):
		d.t.Fatal("the client does not become ready")
	}
}

// sendCode asks for a code and returns the name of the attempt.
func (d *device) sendCode(phone string) string {
	d.t.Helper()
	sent := must(d.client.Auth().SendCode(d.t.Context(), phone, auth.SendCodeOptions{}))(d.t)
	return sent.(*tg.AuthSentCode).PhoneCodeHash
}

// login signs in to phone, signing up as name if nobody has the number.
func (s *server) login(t *testing.T, w way, phone, name string) *device {
	t.Helper()
	d := s.open(t, w, nil, nil)
	d.signIn(phone, name)
	return d
}

func (d *device) signIn(phone, name string) {
	d.t.Helper()
	hash := d.sendCode(phone)
	_, err := d.client.Auth().SignIn(d.t.Context(), phone, code, hash)
	var required *auth.SignUpRequired
	if errors.As(err, &required) {
		_, err = d.client.Auth().SignUp(d.t.Context(), auth.SignUp{PhoneNumber: phone, PhoneCodeHash: hash, FirstName: name})
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.listen()
}

// listen makes the server push updates.
func (d *device) listen() *tg.UpdatesState {
	d.t.Helper()
	return must(d.api.UpdatesGetState(d.t.Context()))(d.t)
}

func (d *device) self() *tg.User {
	d.t.Helper()
	return must(d.client.Self(d.t.Context()))(d.t)
}

// isIn reports whether the device is signed in.
func (d *device) isIn() bool {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), patience)
	defer cancel()
	_, err := d.api.UsersGetUsers(ctx, []tg.InputUserClass{&tg.InputUserSelf{}})
	if err != nil && !tgerr.IsCode(err, 401) && !errors.Is(err, context.Canceled) {
		d.t.Fatalf("users.getUsers: %v", err)
	}
	return err == nil
}

// must fails the test when a call did.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused fails the test unless err is this RPC error.
func refused(t *testing.T, err error, symbol string) {
	t.Helper()
	if !tgerr.Is(err, symbol) {
		t.Errorf("got %v, want %s", err, symbol)
	}
}

// events collects the updates of a device.
type events struct {
	mu   sync.Mutex
	list []tg.UpdateClass
	more chan struct{} // closed and replaced when something comes
}

func newEvents() *events { return &events{more: make(chan struct{})} }

// Handle implements telegram.UpdateHandler.
func (e *events) Handle(_ context.Context, u tg.UpdatesClass) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, flat(u)...)
	close(e.more)
	e.more = make(chan struct{})
	return nil
}

func flat(u tg.UpdatesClass) []tg.UpdateClass {
	switch u := u.(type) {
	case *tg.Updates:
		return u.Updates
	case *tg.UpdatesCombined:
		return u.Updates
	case *tg.UpdateShort:
		return []tg.UpdateClass{u.Update}
	}
	return nil
}

// take removes and returns the first update that fits, and what tells of the next.
func take[U tg.UpdateClass](e *events, fits func(U) bool) (found U, ok bool, more <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, u := range e.list {
		if u, is := u.(U); is && fits(u) {
			e.list = append(e.list[:i:i], e.list[i+1:]...)
			return u, true, nil
		}
	}
	return found, false, e.more
}

// wait returns the next update of a kind that fits.
func wait[U tg.UpdateClass](d *device, fits func(U) bool) U {
	d.t.Helper()
	timeout := time.After(patience)
	for {
		u, ok, more := take(d.events, fits)
		if ok {
			return u
		}
		select {
		case <-more:
		case <-timeout:
			d.t.Fatalf("no %T came", u)
		}
	}
}

// message waits for a new message with this text.
func (d *device) message(text string) *tg.Message {
	d.t.Helper()
	u := wait(d, func(u *tg.UpdateNewMessage) bool {
		m, ok := u.Message.(*tg.Message)
		return ok && m.Message == text
	})
	return u.Message.(*tg.Message)
}
