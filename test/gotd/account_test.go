package gotd

import (
	"context"
	"testing"
	"time"

	"github.com/gotd/td/telegram/auth"
	"github.com/gotd/td/telegram/auth/qrlogin"
	"github.com/gotd/td/tg"
)

// Every transport brings somebody in, and lets a second device in.
func TestSignUpAndSignInByEveryTransport(t *testing.T) {
	s := startServer(t)
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			phone := newNumber()
			first := s.login(t, w, phone, "Kari")
			second := s.login(t, w, phone, "Another name")
			if me := first.self(); me.FirstName != "Kari" || me.ID != second.self().ID {
				t.Errorf("got %s with id %d, and %d", me.FirstName, me.ID, second.self().ID)
			}
		})
	}
}

func TestAWrongCodeIsRefused(t *testing.T) {
	s := startServer(t)
	d := s.open(t, intermediate, nil, nil)
	phone := newNumber()
	hash := d.sendCode(phone)
	for bad, symbol := range map[string]string{"99999": "PHONE_CODE_INVALID", "": "PHONE_CODE_EMPTY"} {
		_, err := d.client.Auth().SignIn(t.Context(), phone, bad, hash)
		refused(t, err, symbol)
	}
	_, err := d.client.Auth().SignIn(t.Context(), newNumber(), code, hash)
	refused(t, err, "PHONE_CODE_EXPIRED")
}

func TestAPasswordIsSetAskedForAndChanged(t *testing.T) {
	s := startServer(t)
	phone := newNumber()
	owner := s.login(t, intermediate, phone, "Kari")
	if err := owner.client.Auth().UpdatePassword(t.Context(), "correct horse", auth.UpdatePasswordOptions{Hint: "horse"}); err != nil {
		t.Fatal(err)
	}
	enter := func(password string) *device {
		d := s.open(t, webSocket, nil, nil)
		_, err := d.client.Auth().SignIn(t.Context(), phone, code, d.sendCode(phone))
		if err != auth.ErrPasswordAuthNeeded { //nolint:errorlint // the library returns it as it is
			t.Fatalf("got %v, want %v", err, auth.ErrPasswordAuthNeeded)
		}
		if _, err = d.client.Auth().Password(t.Context(), "wrong horse"); err == nil {
			t.Error("a wrong password was taken")
		}
		if _, err = d.client.Auth().Password(t.Context(), password); err != nil {
			t.Fatal(err)
		}
		return d
	}
	second := enter("correct horse")
	if second.self().ID != owner.self().ID {
		t.Error("signed in to another account")
	}
	err := second.client.Auth().UpdatePassword(t.Context(), "battery staple", auth.UpdatePasswordOptions{
		Password: func(context.Context) (string, error) { return "correct horse", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	enter("battery staple")
}

func TestQRLogin(t *testing.T) {
	s := startServer(t)
	owner := s.login(t, intermediate, newNumber(), "Kari")
	dispatcher := tg.NewUpdateDispatcher()
	shows := s.open(t, webSocket, nil, dispatcher)
	loggedIn := qrlogin.OnLoginToken(dispatcher)
	_, err := shows.client.QR().Auth(t.Context(), loggedIn, func(ctx context.Context, token qrlogin.Token) error {
		// Not at once: the library listens for the acceptance only after it has shown the token.
		time.AfterFunc(500*time.Millisecond, func() { _, _ = owner.client.QR().Accept(ctx, token) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if shows.self().ID != owner.self().ID {
		t.Error("signed in to another account")
	}
}

func TestATerminatedSessionIsOut(t *testing.T) {
	s := startServer(t)
	phone := newNumber()
	keeps, loses := s.login(t, intermediate, phone, "Kari"), s.login(t, intermediate, phone, "")
	list := must(keeps.api.AccountGetAuthorizations(t.Context()))(t)
	if len(list.Authorizations) != 2 {
		t.Fatalf("%d sessions, want 2", len(list.Authorizations))
	}
	for _, a := range list.Authorizations {
		if !a.Current {
			must(keeps.api.AccountResetAuthorization(t.Context(), a.Hash))(t)
		}
	}
	if loses.isIn() {
		t.Error("the terminated session is still in")
	}
	if !keeps.isIn() {
		t.Error("the other session is out")
	}
}

func TestLogOut(t *testing.T) {
	s := startServer(t)
	phone := newNumber()
	stays, leaves := s.login(t, intermediate, phone, "Kari"), s.login(t, intermediate, phone, "")
	must(leaves.api.AuthLogOut(t.Context()))(t)
	if leaves.isIn() {
		t.Error("still in after logging out")
	}
	if list := must(stays.api.AccountGetAuthorizations(t.Context()))(t); len(list.Authorizations) != 1 {
		t.Errorf("%d sessions, want 1", len(list.Authorizations))
	}
}
