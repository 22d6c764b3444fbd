package auth

import (
	"errors"
	"testing"
	"time"
)

func TestOwnerIsProvenByAnOldPasswordAndLogin(t *testing.T) {
	const wait = 24 * time.Hour
	eachWith(t, func(o *Options) { o.FreshFor = wait }, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		prove := func(p Proof) error { return w.ProveOwner(t.Context(), user, by.Key, p) }
		wantErr(t, "no password", prove(Proof{}), ErrPasswordMissing)
		w.pass(time.Hour)
		w.protect(t, user, "open sesame", "")
		var fresh *FreshError
		if err := prove(Proof{}); !errors.As(err, &fresh) || !fresh.Password || fresh.Wait != wait {
			t.Errorf("new password: got %v", err)
		}
		w.pass(wait)
		wantErr(t, "no proof", prove(Proof{}), ErrPassword)
		wantErr(t, "wrong password", prove(proves(t, w.state(t, user), "guess")), ErrPassword)
		must(t, "right password", prove(proves(t, w.state(t, user), "open sesame")))
	})
}

func TestNewLoginProvesNoOwner(t *testing.T) {
	eachWith(t, func(o *Options) { o.FreshFor = 24 * time.Hour }, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		w.protect(t, user, "open sesame", "")
		w.pass(24 * time.Hour)
		by := w.waiting(t, phone)
		if _, err := w.CheckPassword(t.Context(), by, proves(t, w.state(t, user), "open sesame")); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		var fresh *FreshError
		err := w.ProveOwner(t.Context(), user, by.Key, Proof{})
		if !errors.As(err, &fresh) || fresh.Password || fresh.Wait != 23*time.Hour {
			t.Errorf("new login: got %v", err)
		}
	})
}
