package rpc

import (
	"context"
	"net/netip"

	"hermod/internal/domain/ids"
)

// A Call is what is known about a request beside its parameters. The gateway fills it; the dispatcher adds
// what the wrappers around the request say; handlers that sign in or out change User and Bot, and the handler of
// auth.bindTempAuthKey sets Key. The gateway reads it again when the call is over.
//
// A call belongs to the goroutine that serves it.
type Call struct {
	User            ids.User // 0: not signed in
	Bot             bool
	PasswordPending bool // the code was right, the password is missing

	Key     ids.AuthKey // the permanent key; 0 for a temporary key that is not bound
	TempKey ids.AuthKey // the temporary key by which the request came, if any
	Session ids.Session
	MsgID   int64

	Layer           int // 0: never announced
	DC              int32
	Addr            netip.Addr
	Client          Client
	WithoutUpdates  bool // wrapped in invokeWithoutUpdates
	Takeout         int64
	InvokedMethod   string // TL name of the method, once decoded
	Unpacked        int    // bytes that had to be unpacked for it
	BusinessConn    string
	waitFor         []int64
	announcedLayer  bool
	announcedClient bool
	received        []func()

	// After waits until the requests with these message ids of the same session are answered. It fails with ErrWaitFailed
	// if one of them failed or is not known. Nil: requests that depend on others fail.
	After func(ctx context.Context, msgIDs []int64) error
}

// OnReceived has fn run once the client has acknowledged the answer to the call: it has every byte of it. When it goes away
// before, fn may never run, whether it has the answer or not. fn may take its time.
// Spec: https://core.telegram.org/mtproto/service_messages_about_messages#acknowledgment-of-receipt
func (c *Call) OnReceived(fn func()) { c.received = append(c.received, fn) }

// Received are the functions given to OnReceived.
func (c *Call) Received() []func() { return c.received }

// Client is what initConnection says about the program at the other end.
// Spec: https://core.telegram.org/method/initConnection
type Client struct {
	APIID                                           int32
	Device, System, App, SystemLang, LangPack, Lang string
}

// Who is what is known about a key.
type Who struct {
	User            ids.User // 0: not signed in
	Bot             bool
	PermKey         ids.AuthKey // what a temporary key is bound to, 0 if nothing; a permanent key itself
	Layer           int         // 0: never announced
	Client          Client
	PasswordPending bool
}

// An Identity knows who stands behind a key. domain/auth is the real one. Both methods are called often and
// are expected to answer from memory.
type Identity interface {
	// Who returns what is known about key, permanent or temporary. It never fails because key is unknown or not
	// signed in: that is a Who without user.
	Who(ctx context.Context, key ids.AuthKey) (Who, error)
	// Announce keeps layer and client with the permanent key. It is called when they differ from what Who said.
	Announce(ctx context.Context, key ids.AuthKey, layer int, c Client) error
}

// A Need says who may call a method.
type Need uint8

// The needs.
const (
	Anyone   Need = iota // signed in or not
	SignedIn             // users and bots
	UserOnly             // not for bots
	BotOnly
)

// check fails if call may not use a method of this need.
func (n Need) check(call *Call) error {
	switch {
	case n == Anyone:
		return nil
	case call.User == 0 && call.PasswordPending:
		return ErrPasswordNeeded
	case call.User == 0:
		return ErrNotSignedIn
	case n == UserOnly && call.Bot:
		return ErrBotMethod
	case n == BotOnly && !call.Bot:
		return ErrUserMethod
	}
	return nil
}
