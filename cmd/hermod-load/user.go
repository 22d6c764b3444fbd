package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hermod/internal/mtproto/client"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A user is somebody who is signed in on one connection.
type user struct {
	phone   string
	client  *client.Client
	id      int64
	stopped chan struct{} // closed when the connection has ended
}

// Test numbers are 99966, a digit, four digits; their code is that digit five times.
const testNumbers = 100_000

// number is the i-th test number of the run, and its code.
func (r *run) number(i int) (phone, code string) {
	n := (r.b.First + r.b.Part.number(i)) % testNumbers
	phone = fmt.Sprintf("99966%05d", n)
	return phone, strings.Repeat(phone[5:6], 5)
}

// announce wraps the first request of a connection.
func announce(body []byte) []byte {
	inner := tl.Encode(&tg.InitConnection{
		APIID: 1, DeviceModel: "load", SystemVersion: "1", AppVersion: "1", SystemLangCode: "en", LangCode: "en", Query: body,
	}, 0)
	return tl.Encode(&tg.InvokeWithLayer{Layer: tg.Newest, Query: inner}, 0)
}

// connect opens a connection and reads from it until close.
func connect(ctx context.Context, o client.Options) (*user, error) {
	c, err := client.Dial(ctx, o)
	if err != nil {
		return nil, err
	}
	u := &user{client: c, stopped: make(chan struct{})}
	go func() {
		_ = c.Run(context.WithoutCancel(ctx)) // requests that it cuts short say so
		close(u.stopped)
	}()
	return u, nil
}

func (u *user) close() {
	_ = u.client.Close() // nothing is lost by it
	<-u.stopped
}

// ask sends a request and decodes the answer.
func ask[T any](ctx context.Context, u *user, request tl.Object, decode func(*tl.Reader) T) (T, error) {
	return client.Ask(ctx, u.client, request, decode)
}

// signIn connects and signs the i-th number in, or up if it is new.
func (r *run) signIn(ctx context.Context, i int, o client.Options) (*user, error) {
	u, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	var code string
	u.phone, code = r.number(i)
	if err := u.authorize(ctx, code); err != nil {
		u.close()
		return nil, err
	}
	return u, nil
}

var errAnswer = errors.New("unexpected answer")

func (u *user) authorize(ctx context.Context, code string) error {
	sent, err := ask(ctx, u, &tg.AuthSendCode{
		PhoneNumber: u.phone, APIID: 1, APIHash: "load", Settings: new(tg.CodeSettings),
	}, tg.DecodeAuthSentCodeClass)
	if err != nil {
		return err
	}
	s, ok := sent.(*tg.AuthSentCode)
	if !ok {
		return fmt.Errorf("%s: %w", sent.TLName(), errAnswer)
	}
	in, err := ask(ctx, u, &tg.AuthSignIn{
		PhoneNumber: u.phone, PhoneCodeHash: s.PhoneCodeHash, PhoneCode: &code,
	}, tg.DecodeAuthAuthorizationClass)
	if err != nil {
		return err
	}
	if _, isNew := in.(*tg.AuthAuthorizationSignUpRequired); isNew {
		in, err = ask(ctx, u, &tg.AuthSignUp{
			PhoneNumber: u.phone, PhoneCodeHash: s.PhoneCodeHash, FirstName: "Load", LastName: u.phone,
		}, tg.DecodeAuthAuthorizationClass)
		if err != nil {
			return err
		}
	}
	return u.welcome(in)
}

// welcome takes the own id out of an authorization.
func (u *user) welcome(in tg.AuthAuthorizationClass) error {
	a, ok := in.(*tg.AuthAuthorization)
	if !ok {
		return fmt.Errorf("%s: %w", in.TLName(), errAnswer)
	}
	self, ok := a.User.(*tg.User)
	if !ok {
		return fmt.Errorf("authorization without a user: %w", errAnswer)
	}
	u.id = self.ID
	return nil
}

// state asks for the position of the update log.
func (u *user) state(ctx context.Context) (*tg.UpdatesState, error) {
	return ask(ctx, u, new(tg.UpdatesGetState), tg.DecodeUpdatesState)
}

// find makes a contact of somebody and returns what messages to him are addressed to.
func (u *user) find(ctx context.Context, other *user) (*tg.InputPeerUser, error) {
	found, err := ask(ctx, u, &tg.ContactsImportContacts{Contacts: []*tg.InputPhoneContact{{
		Phone: other.phone, FirstName: "Load", LastName: other.phone,
	}}}, tg.DecodeContactsImportedContacts)
	if err != nil {
		return nil, err
	}
	for _, class := range found.Users {
		if p, ok := class.(*tg.User); ok && p.ID == other.id && p.AccessHash != nil {
			return &tg.InputPeerUser{UserID: p.ID, AccessHash: *p.AccessHash}, nil
		}
	}
	return nil, fmt.Errorf("imported contact not found: %w", errAnswer)
}

// difference asks for everything since a state and gives the new messages to take. It returns the state that is
// reached.
func (u *user) difference(ctx context.Context, since tg.UpdatesState, take func(tg.MessageClass)) (tg.UpdatesState, error) {
	for {
		d, err := ask(ctx, u, &tg.UpdatesGetDifference{Pts: since.Pts, Date: since.Date, Qts: since.Qts}, tg.DecodeUpdatesDifferenceClass)
		if err != nil {
			return since, err
		}
		switch d := d.(type) {
		case *tg.UpdatesDifferenceEmpty:
			return since, nil
		case *tg.UpdatesDifference:
			each(d.NewMessages, take)
			return *d.State, nil
		case *tg.UpdatesDifferenceSlice:
			each(d.NewMessages, take)
			since = *d.IntermediateState
		case *tg.UpdatesDifferenceTooLong:
			since.Pts = d.Pts
		}
	}
}

func each[T any](list []T, do func(T)) {
	for _, x := range list {
		do(x)
	}
}
