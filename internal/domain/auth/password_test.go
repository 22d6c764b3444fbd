package auth

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"hermod/internal/domain/auth/srp/srptest"
	"hermod/internal/domain/ids"
)

// newPassword is what a client sends to set a password.
func newPassword(t *testing.T, st PasswordState, password string) NewPassword {
	t.Helper()
	in := srptest.Params{Salt1: st.NewSalts.Salt1, Salt2: st.NewSalts.Salt2, G: st.G, P: st.Prime, Fast: true}
	verifier, salt1 := srptest.NewVerifier(t, password, in)
	return NewPassword{
		Change: true, Verifier: verifier, Salts: Salts{salt1, in.Salt2}, G: st.G, Prime: st.Prime, Hint: "the usual",
	}
}

// proves is what a client sends to prove a password.
func proves(t *testing.T, st PasswordState, password string) Proof {
	t.Helper()
	in := srptest.Params{Salt1: st.Challenge.Salts.Salt1, Salt2: st.Challenge.Salts.Salt2, G: st.G, P: st.Prime, Fast: true}
	a, m1 := srptest.Prove(t, password, st.Challenge.Public, in)
	return Proof{ID: st.Challenge.ID, A: a, M1: m1}
}

func (w *world) state(t *testing.T, user ids.User) PasswordState {
	t.Helper()
	st, err := w.Password(t.Context(), user)
	must(t, "password", err)
	return st
}

// protect gives user a password, with a recovery e-mail unless that is "".
func (w *world) protect(t *testing.T, user ids.User, password, email string) {
	t.Helper()
	n := newPassword(t, w.state(t, user), password)
	if email == "" {
		must(t, "set password", w.UpdatePassword(t.Context(), user, Proof{}, n))
		return
	}
	n.ChangeEmail, n.Email = true, email
	var unconfirmed *UnconfirmedError
	if err := w.UpdatePassword(t.Context(), user, Proof{}, n); !errors.As(err, &unconfirmed) || unconfirmed.Length != 6 {
		t.Fatalf("set password with e-mail: %v", err)
	}
	if w.state(t, user).Set {
		t.Fatal("password is set before its e-mail was confirmed")
	}
	must(t, "confirm", w.ConfirmEmail(t.Context(), user, w.post.last(t).Code))
}

// waiting is a key that has shown the code and waits for the password.
func (w *world) waiting(t *testing.T, phone string) Caller {
	t.Helper()
	by := w.key(t)
	_, err := w.enterBy(t, by, phone)
	wantErr(t, "sign in", err, ErrPasswordNeeded)
	return by
}

func TestPasswordIsAskedForAndProven(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		if st := w.state(t, user); st.Set || len(st.Prime) != 256 || len(st.NewSalts.Salt1) != 8 {
			t.Fatalf("state of a new account: %+v", st)
		}
		w.protect(t, user, "correct horse", "")
		by := w.waiting(t, phone)
		who, err := w.Who(t.Context(), by.Key)
		if err != nil || who.User != 0 || !who.PasswordPending {
			t.Fatalf("while the password is missing: %+v, %v", who, err)
		}
		_, err = w.enterBy(t, by, phone)
		wantErr(t, "sign in again", err, ErrPasswordNeeded)
		holder, err := w.HolderOf(t.Context(), by.Key)
		if err != nil || holder != user {
			t.Fatalf("holder is %d, %v", holder, err)
		}
		_, err = w.CheckPassword(t.Context(), by, proves(t, w.state(t, user), "wrong horse"))
		wantErr(t, "wrong password", err, ErrPassword)
		st := w.state(t, user)
		right := proves(t, st, "correct horse")
		l, err := w.CheckPassword(t.Context(), by, right)
		must(t, "right password", err)
		if l.User != user || w.user(t, by.Key) != user || st.Hint != "the usual" {
			t.Errorf("signed in as %d, hint %q", l.User, st.Hint)
		}
		_, err = w.CheckPassword(t.Context(), by, right)
		wantErr(t, "same proof again", err, ErrSRPID)
	})
}

func TestPasswordChangesAndGoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		w.protect(t, user, "one", "")
		st := w.state(t, user)
		wantErr(t, "change without proof", w.UpdatePassword(t.Context(), user, Proof{}, newPassword(t, st, "two")), ErrPassword)
		wantErr(t, "nothing to change", w.UpdatePassword(t.Context(), user, proves(t, st, "one"), NewPassword{}), ErrSettings)
		must(t, "change", w.UpdatePassword(t.Context(), user, proves(t, st, "one"), newPassword(t, st, "two")))
		st = w.state(t, user)
		_, err := w.RecoveryEmail(t.Context(), user, proves(t, st, "one"))
		wantErr(t, "old password", err, ErrPassword)
		waiting := w.waiting(t, phone)
		st = w.state(t, user)
		must(t, "remove", w.UpdatePassword(t.Context(), user, proves(t, st, "two"), NewPassword{Change: true}))
		if w.state(t, user).Set {
			t.Error("password is still set")
		}
		_, err = w.HolderOf(t.Context(), waiting.Key)
		wantErr(t, "who waited for the password", err, ErrNotPending)
		if _, err := w.enterBy(t, waiting, phone); err != nil {
			t.Errorf("sign in without password: %v", err)
		}
	})
}

func TestNewPasswordIsChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		good := newPassword(t, w.state(t, user), "secret")
		for name, tt := range map[string]struct {
			change func(*NewPassword)
			want   error
		}{
			"short salt":      {func(n *NewPassword) { n.Salts.Salt1 = n.Salts.Salt1[:8] }, ErrSalt},
			"long salt":       {func(n *NewPassword) { n.Salts.Salt1 = append(n.Salts.Salt1, make([]byte, 200)...) }, ErrSalt},
			"own salt":        {func(n *NewPassword) { n.Salts.Salt1 = make([]byte, 40) }, ErrSalt},
			"own second salt": {func(n *NewPassword) { n.Salts.Salt2 = make([]byte, 16) }, ErrSalt},
			"own generator":   {func(n *NewPassword) { n.G = 2 }, ErrSettings},
			"own prime":       {func(n *NewPassword) { n.Prime = n.Prime[1:] }, ErrSettings},
			"zero":            {func(n *NewPassword) { n.Verifier = make([]byte, 256) }, ErrSettings},
			"bad e-mail":      {func(n *NewPassword) { n.ChangeEmail, n.Email = true, "a@b\r\nBcc: c@d.e" }, ErrEmail},
		} {
			n := good
			n.Salts.Salt1 = append([]byte(nil), good.Salts.Salt1...)
			tt.change(&n)
			wantErr(t, name, w.UpdatePassword(t.Context(), user, Proof{}, n), tt.want)
		}
		only := NewPassword{ChangeEmail: true}
		wantErr(t, "e-mail without password", w.UpdatePassword(t.Context(), user, Proof{}, only), ErrNoPassword)
	})
}

func TestGuessingPasswordsTakesTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		w.protect(t, user, "secret", "")
		by := w.waiting(t, phone)
		n := 0
		for ; n < 100; n++ {
			st := w.state(t, user)
			_, err := w.CheckPassword(t.Context(), by, Proof{ID: st.Challenge.ID, A: []byte{1, 2, 3}, M1: make([]byte, 32)})
			var wait *WaitError
			if errors.As(err, &wait) {
				break
			}
			wantErr(t, "guess", err, ErrPassword)
		}
		if n > 10 {
			t.Errorf("%d guesses at once", n)
		}
		w.pass(time.Hour)
		_, err := w.CheckPassword(t.Context(), by, proves(t, w.state(t, user), "secret"))
		must(t, "right password later", err)
	})
}

func TestOneProofForOneChallenge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		w.protect(t, user, "secret", "")
		by := w.waiting(t, phone)
		right := proves(t, w.state(t, user), "secret")
		var mu sync.Mutex
		var wg sync.WaitGroup
		in := 0
		for range 5 {
			wg.Go(func() {
				_, err := w.CheckPassword(t.Context(), by, right)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					in++
				} else if !errors.Is(err, ErrSRPID) {
					t.Errorf("check: %v", err)
				}
			})
		}
		wg.Wait()
		if in != 1 {
			t.Errorf("one proof let %d in", in)
		}
	})
}

func TestChallengesAreFew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		w.protect(t, user, "secret", "")
		first := w.state(t, user)
		for range maxChallenges {
			w.pass(time.Second)
			w.state(t, user)
		}
		_, err := w.RecoveryEmail(t.Context(), user, proves(t, first, "secret"))
		wantErr(t, "oldest challenge", err, ErrSRPID)
		last := w.state(t, user)
		w.pass(challengeLife)
		_, err = w.RecoveryEmail(t.Context(), user, proves(t, last, "secret"))
		wantErr(t, "expired challenge", err, ErrSRPID)
	})
}

func TestRecoveryByEmail(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		own, user := w.join(t, phone)
		_, err := w.RequestRecovery(t.Context(), user)
		wantErr(t, "no password", err, ErrNoPassword)
		w.protect(t, user, "forgotten", "ada@example.org")
		st := w.state(t, user)
		if !st.Set || !st.HasRecovery || st.Unconfirmed != "" {
			t.Fatalf("state %+v", st)
		}
		email, err := w.RecoveryEmail(t.Context(), user, proves(t, st, "forgotten"))
		if err != nil || email != "ada@example.org" {
			t.Errorf("recovery e-mail %q, %v", email, err)
		}

		by := w.waiting(t, phone)
		sent, err := w.RequestRecovery(t.Context(), user)
		must(t, "request", err)
		if sent.Pattern != "a***a@example.org" {
			t.Errorf("pattern %q", sent.Pattern)
		}
		code := w.post.last(t).Code
		wantErr(t, "wrong code", w.CheckRecovery(t.Context(), user, "x"+code), ErrEmailCode)
		must(t, "right code", w.CheckRecovery(t.Context(), user, code))
		set := newPassword(t, st, "remembered")
		l, err := w.Recover(t.Context(), by, code, &set)
		must(t, "recover", err)
		if l.User != user || w.user(t, by.Key) != user {
			t.Errorf("recovered as %d", l.User)
		}
		wantErr(t, "code again", w.CheckRecovery(t.Context(), user, code), ErrEmailExpired)
		email, err = w.RecoveryEmail(t.Context(), user, proves(t, w.state(t, user), "remembered"))
		if err != nil || email != "ada@example.org" {
			t.Errorf("recovery e-mail after recovery: %q, %v", email, err)
		}

		by = w.waiting(t, phone)
		_, err = w.RequestRecovery(t.Context(), user)
		must(t, "request", err)
		_, err = w.Recover(t.Context(), by, w.post.last(t).Code, nil)
		must(t, "recover without new password", err)
		if w.state(t, user).Set || w.user(t, by.Key) != user || w.user(t, own.Key) != user {
			t.Error("password is still set, or somebody is out")
		}
	})
}

func TestRecoveryCodeCannotBeGuessed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		w.protect(t, user, "secret", "ada@example.org")
		by := w.waiting(t, phone)
		_, err := w.RequestRecovery(t.Context(), user)
		must(t, "request", err)
		code := w.post.last(t).Code
		for range maxTries {
			_, err := w.Recover(t.Context(), by, "none", nil)
			wantErr(t, "guess", err, ErrEmailCode)
		}
		_, err = w.Recover(t.Context(), by, code, nil)
		wantErr(t, "right code after too many", err, ErrEmailExpired)
		for n := 0; ; n++ {
			if _, err := w.RequestRecovery(t.Context(), user); err != nil {
				wantWait(t, "request", err)
				break
			}
			if n > 10 {
				t.Fatal("codes without end")
			}
		}
	})
}

func TestUnconfirmedEmail(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		n := newPassword(t, w.state(t, user), "secret")
		n.ChangeEmail, n.Email = true, "ada@example.org"
		var unconfirmed *UnconfirmedError
		if err := w.UpdatePassword(t.Context(), user, Proof{}, n); !errors.As(err, &unconfirmed) {
			t.Fatal(err)
		}
		first := w.post.last(t).Code
		if st := w.state(t, user); st.Set || st.Unconfirmed != "a***a@example.org" {
			t.Errorf("state %+v", st)
		}
		must(t, "resend", w.ResendEmail(t.Context(), user))
		if second := w.post.last(t).Code; second != first {
			wantErr(t, "first code", w.ConfirmEmail(t.Context(), user, first), ErrEmailCode)
		}
		must(t, "cancel", w.CancelEmail(t.Context(), user))
		wantErr(t, "resend after cancel", w.ResendEmail(t.Context(), user), ErrEmailExpired)
		wantErr(t, "confirm after cancel", w.ConfirmEmail(t.Context(), user, w.post.last(t).Code), ErrEmailExpired)
		if st := w.state(t, user); st.Set || st.Unconfirmed != "" {
			t.Errorf("state after cancel %+v", st)
		}
	})
}

func TestPasswordReset(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		_, err := w.ResetPassword(t.Context(), user)
		wantErr(t, "no password", err, ErrNoPassword)
		w.protect(t, user, "secret", "")
		wantErr(t, "decline nothing", w.DeclineReset(t.Context(), user), ErrNoReset)
		r, err := w.ResetPassword(t.Context(), user)
		if err != nil || r.Until.Sub(w.now()) != resetWait {
			t.Fatalf("reset %+v, %v", r, err)
		}
		if st := w.state(t, user); !st.ResetAt.Equal(r.Until) {
			t.Errorf("pending reset at %v, want %v", st.ResetAt, r.Until)
		}
		must(t, "decline", w.DeclineReset(t.Context(), user))
		if r, err = w.ResetPassword(t.Context(), user); err != nil || r.Retry.IsZero() {
			t.Fatalf("reset after refusal %+v, %v", r, err)
		}
		w.pass(resetWait)
		if r, err = w.ResetPassword(t.Context(), user); err != nil || r.Until.IsZero() {
			t.Fatalf("second reset %+v, %v", r, err)
		}
		w.pass(resetWait)
		if r, err = w.ResetPassword(t.Context(), user); err != nil || r != (Reset{}) || w.state(t, user).Set {
			t.Fatalf("after the wait %+v, %v", r, err)
		}
	})
}

func TestParseEmail(t *testing.T) {
	for in, want := range map[string]string{
		"ada@example.org": "ada@example.org", " ada@example.org ": "ada@example.org", "a.b+c@x.example.org": "a.b+c@x.example.org",
		"": "", "ada": "", "ada@": "", "@example.org": "", "ada@localhost": "", "Ada <ada@example.org>": "",
		"ada@example.org\r\nBcc: x@y.z": "", "a b@example.org": "", strings.Repeat("a", 300) + "@example.org": "",
	} {
		got, err := parseEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{"ada@x.org": "a***a@x.org", "ab@x.org": "***@x.org"} {
		if got := emailPattern(in); got != want {
			t.Errorf("pattern of %s: %s, want %s", in, got, want)
		}
	}
}

func FuzzParseEmail(f *testing.F) {
	f.Add("ada@example.org")
	f.Add("a@b.c\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		if got, err := parseEmail(in); err == nil && (strings.ContainsAny(got, "\r\n\x00") || !strings.Contains(got, "@")) {
			t.Errorf("%q is an address", got)
		}
		emailPattern(in)
	})
}
