package auth

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/domain/auth/sender"
	"hermod/internal/domain/ids"
)

func TestTokenSignsInAnotherDevice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		by := w.key(t)
		told := make(chan bus.Message, 1)
		defer w.bus.Subscribe(SubjectKeyLive, func(m bus.Message) { told <- m })()
		lt, err := w.ExportToken(t.Context(), by, 4, []int64{1, 2})
		must(t, "export", err)
		if lt.Login != nil || lt.ExpiresAt.Sub(w.now()) != tokenLife {
			t.Fatalf("token %+v", lt)
		}
		_, err = w.ExportToken(t.Context(), by, 0, nil)
		wantErr(t, "no api id", err, ErrAPIID)
		l, err := w.AcceptToken(t.Context(), user, lt.Token)
		must(t, "accept", err)
		if l.User != user || l.Key != by.Key || l.Client.Device != "Device" {
			t.Errorf("accepted %+v", l)
		}
		if m := <-told; m.Key != int64(by.Key) || m.Value != (TokenAccepted{}) {
			t.Errorf("told %+v", m)
		}
		_, err = w.AcceptToken(t.Context(), user, lt.Token)
		wantErr(t, "accept again", err, ErrTokenUsed)
		after, err := w.ExportToken(t.Context(), by, 4, nil)
		must(t, "export after", err)
		if after.Login == nil || after.Login.User != user || w.user(t, by.Key) != user {
			t.Errorf("after acceptance %+v", after)
		}
		again, err := w.ImportToken(t.Context(), by, lt.Token)
		if err != nil || again.Login == nil {
			t.Errorf("import after acceptance %+v, %v", again, err)
		}
	})
}

func TestTokensAreChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		by := w.key(t)
		lt, err := w.ExportToken(t.Context(), by, 4, []int64{int64(user)})
		must(t, "export", err)
		_, err = w.AcceptToken(t.Context(), user, lt.Token)
		wantErr(t, "account that is there already", err, ErrTokenException)
		lt, err = w.ExportToken(t.Context(), by, 4, nil)
		must(t, "export", err)
		for i := range lt.Token {
			bad := bytes.Clone(lt.Token)
			bad[i]++
			_, err = w.AcceptToken(t.Context(), user, bad)
			wantErr(t, "changed token", err, ErrTokenInvalid)
		}
		_, err = w.ImportToken(t.Context(), w.key(t), lt.Token)
		wantErr(t, "another's token", err, ErrTokenInvalid)
		same, err := w.ImportToken(t.Context(), by, lt.Token)
		if err != nil || same.Login != nil || !bytes.Equal(same.Token, lt.Token) {
			t.Errorf("own token %+v, %v", same, err)
		}
		w.pass(tokenLife)
		_, err = w.AcceptToken(t.Context(), user, lt.Token)
		wantErr(t, "old token", err, ErrTokenExpired)
		_, err = w.ImportToken(t.Context(), by, lt.Token)
		wantErr(t, "import of an old token", err, ErrTokenExpired)
	})
}

// Two people scan the same code: one of them has the device then, and the other hears so.
func TestTokenIsAcceptedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, one := w.join(t, phones())
		_, two := w.join(t, phones())
		by := w.key(t)
		lt, err := w.ExportToken(t.Context(), by, 4, nil)
		must(t, "export", err)
		var wg sync.WaitGroup
		var mu sync.Mutex
		accepted := ids.User(0)
		for _, user := range []ids.User{one, two, one, two} {
			wg.Go(func() {
				_, err := w.AcceptToken(t.Context(), user, lt.Token)
				mu.Lock()
				defer mu.Unlock()
				if err == nil && accepted == 0 {
					accepted = user
				} else if !errors.Is(err, ErrTokenUsed) {
					t.Errorf("accepted twice, or %v", err)
				}
			})
		}
		wg.Wait()
		if got := w.user(t, by.Key); got != accepted || got == 0 {
			t.Errorf("key is %d's, token was accepted by %d", got, accepted)
		}
		for _, user := range []ids.User{one, two} {
			all, err := w.Logins(t.Context(), user, 0)
			must(t, "list", err)
			want := 1
			if user == accepted {
				want = 2
			}
			if len(all) != want {
				t.Errorf("user %d has %d logins, want %d", user, len(all), want)
			}
		}
	})
}

// A login that ends takes along what is carried over from it at that moment.
func TestTransferDuringTheEndOfItsLogin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 10 {
			by, user := w.join(t, phones())
			token, err := w.Export(user, by.Key, 4)
			must(t, "export", err)
			part := w.key(t)
			var wg sync.WaitGroup
			wg.Go(func() {
				if _, err := w.Import(t.Context(), part, user, token); err != nil && !errors.Is(err, ErrTransfer) {
					t.Errorf("import: %v", err)
				}
			})
			wg.Go(func() {
				if _, err := w.LogOut(t.Context(), by.Key); err != nil {
					t.Errorf("log out: %v", err)
				}
			})
			wg.Wait()
			if got := w.user(t, part.Key); got != 0 {
				t.Fatalf("part of an ended login belongs to %d", got)
			}
		}
	})
}

func TestTokenDoesNotReplaceThePassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		w.protect(t, user, "secret", "")
		by := w.key(t)
		lt, err := w.ExportToken(t.Context(), by, 4, nil)
		must(t, "export", err)
		l, err := w.AcceptToken(t.Context(), user, lt.Token)
		must(t, "accept", err)
		if !l.Pending || w.user(t, by.Key) != 0 {
			t.Errorf("let in without password: %+v", l)
		}
		_, err = w.ExportToken(t.Context(), by, 4, nil)
		wantErr(t, "export after", err, ErrPasswordNeeded)
		_, err = w.CheckPassword(t.Context(), by, proves(t, w.state(t, user), "secret"))
		must(t, "check password", err)
		if w.user(t, by.Key) != user {
			t.Error("not let in with the password")
		}
	})
}

func FuzzTokens(f *testing.F) {
	s := &Service{nowFunc: time.Now}
	f.Add(s.sealToken(1, time.Now().Add(time.Hour), []int64{1, 2}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, _, err := s.openToken(in); err != nil && !errors.Is(err, ErrTokenInvalid) && !errors.Is(err, ErrTokenExpired) {
			t.Error(err)
		}
		if _, err := s.openTransfer(1, in); err != nil && !errors.Is(err, ErrTransfer) {
			t.Error(err)
		}
	})
}

func TestTransferIsAPartOfItsLogin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		_, err := w.Export(user, by.Key, 7)
		wantErr(t, "no such DC", err, ErrDC)
		for _, dc := range []int32{1, 2, 5, -4, 10002, -10003} {
			_, err := w.Export(user, by.Key, dc)
			must(t, "export", err)
		}
		token, err := w.Export(user, by.Key, 4)
		must(t, "export", err)
		part := w.key(t)
		_, err = w.Import(t.Context(), part, user+1, token)
		wantErr(t, "another user", err, ErrTransfer)
		_, err = w.Import(t.Context(), part, user, token[:20])
		wantErr(t, "short", err, ErrTransfer)
		_, err = w.Import(t.Context(), part, user, token)
		must(t, "import", err)
		_, err = w.Import(t.Context(), part, user, token)
		must(t, "import again", err)
		all, err := w.Logins(t.Context(), user, part.Key)
		if err != nil || len(all) != 1 || !all[0].Current || w.user(t, part.Key) != user {
			t.Errorf("logins %+v, %v", all, err)
		}
		_, err = w.LogOut(t.Context(), by.Key)
		must(t, "log out", err)
		if got := w.user(t, part.Key); got != 0 {
			t.Errorf("part of an ended login belongs to %d", got)
		}
		_, err = w.Import(t.Context(), part, user, token)
		wantErr(t, "import after log-out", err, ErrTransfer)
		w.pass(transferLife)
		_, err = w.Import(t.Context(), part, user, token)
		wantErr(t, "old", err, ErrTransfer)
	})
}

func TestBots(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		bot, token, err := w.CreateBot(t.Context(), 0, "Helper", "helper_bot")
		must(t, "create", err)
		by := w.key(t)
		_, err = w.SignInBot(t.Context(), by, 0, token)
		wantErr(t, "no api id", err, ErrAPIID)
		for _, bad := range []string{"", ":", "1:2", token + "x", "9" + token, token[:len(token)-1] + "!", "-1:abc"} {
			_, err = w.SignInBot(t.Context(), by, 4, bad)
			wantErr(t, "token "+bad, err, ErrBotToken)
		}
		l, err := w.SignInBot(t.Context(), by, 4, token)
		must(t, "sign in", err)
		who, err := w.Who(t.Context(), by.Key)
		if err != nil || l.User != bot.ID || !who.Bot || who.User != bot.ID {
			t.Errorf("signed in as %+v, %v", who, err)
		}
		again, err := w.LogOut(t.Context(), by.Key)
		if err != nil || again != nil {
			t.Errorf("log out: %x, %v", again, err)
		}
		_, err = w.SignInBot(t.Context(), by, 4, token)
		must(t, "sign in again", err)
		fresh, err := w.ReplaceBotToken(t.Context(), bot.ID)
		must(t, "replace", err)
		if w.user(t, by.Key) != 0 {
			t.Error("signed in by an old token")
		}
		_, err = w.BotByToken(t.Context(), token)
		wantErr(t, "old token", err, ErrBotToken)
		if got, err := w.BotByToken(t.Context(), fresh); err != nil || got != bot.ID {
			t.Errorf("new token is %d's, %v", got, err)
		}
		_, err = w.ReplaceBotToken(t.Context(), 5)
		wantErr(t, "no bot", err, ErrBotToken)
	})
}

func TestLoginEmail(t *testing.T) {
	eachWith(t, func(o *Options) { o.EmailRequired = true }, func(t *testing.T, w *world) {
		phone := "4790000001"
		by := w.key(t)
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
		must(t, "send code", err)
		if sent.Kind != SetUpEmail || sent.Next != "" || len(w.post.all) != 0 {
			t.Fatalf("sent %+v", sent)
		}
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: "12345"})
		wantErr(t, "sign in without code", err, ErrCodeInvalid)
		_, err = w.ResendCode(t.Context(), by, phone, sent.Hash)
		wantErr(t, "go around the e-mail", err, ErrNoWay)
		setUp := EmailPurpose{SetUp: &SetUp{By: by, Phone: phone, Hash: sent.Hash}}
		_, err = w.SendEmailCode(t.Context(), setUp, "nonsense")
		wantErr(t, "bad address", err, ErrEmail)
		mail, err := w.SendEmailCode(t.Context(), setUp, "ada@example.org")
		must(t, "send e-mail code", err)
		if mail.Length != 6 || w.post.last(t).Email != "ada@example.org" {
			t.Errorf("sent %+v", mail)
		}
		_, _, err = w.VerifyEmail(t.Context(), setUp, "none")
		wantErr(t, "wrong e-mail code", err, ErrEmailCode)
		email, next, err := w.VerifyEmail(t.Context(), setUp, w.post.last(t).Code)
		must(t, "verify", err)
		if email != "ada@example.org" || next == nil || next.Kind != SMS || next.Hash != sent.Hash {
			t.Fatalf("verified %s, %+v", email, next)
		}
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: w.post.last(t).Code})
		wantErr(t, "sign in", err, ErrSignUpRequired)
		l, err := w.SignUp(t.Context(), NewPerson{By: by, Phone: phone, Hash: sent.Hash, First: "Ada"})
		must(t, "sign up", err)
		if st := w.state(t, l.User); st.LoginPattern != "a***a@example.org" {
			t.Errorf("login e-mail %q", st.LoginPattern)
		}
		_, err = w.LogOut(t.Context(), by.Key)
		must(t, "log out", err)
		comeBackByEmail(t, w, phone, l.User)
	})
}

// comeBackByEmail signs in by a code to the login e-mail, changes it, and does without it.
func comeBackByEmail(t *testing.T, w *world, phone string, user ids.User) {
	by := w.key(t)
	sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
	must(t, "send code", err)
	if sent.Kind != Email || sent.EmailPattern != "a***a@example.org" || w.post.last(t).Kind != "email" {
		t.Fatalf("sent %+v", sent)
	}
	old, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4, NoEmail: true})
	if err != nil || old.Kind != SMS {
		t.Fatalf("to an old client: %+v, %v", old, err)
	}
	reset, err := w.ResetLoginEmail(t.Context(), by, phone, sent.Hash)
	must(t, "ask for reset", err)
	if reset.ResetDate.Sub(w.now()) != emailResetWait {
		t.Errorf("reset %+v", reset)
	}
	_, err = w.ResetLoginEmail(t.Context(), by, phone, sent.Hash)
	wantErr(t, "ask again", err, ErrResetPending)
	w.pass(emailResetWait)
	again, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
	if err != nil || again.Kind != SetUpEmail {
		t.Fatalf("after the wait: %+v, %v", again, err)
	}
	change := EmailPurpose{Change: user}
	_, err = w.SendEmailCode(t.Context(), change, "new@example.org")
	must(t, "change e-mail", err)
	_, _, err = w.VerifyEmail(t.Context(), change, w.post.last(t).Code)
	must(t, "verify new e-mail", err)
	sent, err = w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
	must(t, "send code", err)
	if sent.Kind != Email || w.post.last(t).Email != "new@example.org" {
		t.Fatalf("sent %+v", sent)
	}
	_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: w.post.last(t).Code})
	must(t, "sign in by e-mail", err)
}

// Where only e-mail leaves the house, whoever knows a number must not get in by giving an e-mail of his own.
func TestEmailOfAStrangerOpensNoAccount(t *testing.T) {
	only := func(o *Options) { o.Senders = map[Kind]sender.Sender{Email: o.Senders[Email]} }
	eachWith(t, only, func(t *testing.T, w *world) {
		phone := "4790000001"
		thief := w.key(t)
		sent, err := w.SendCode(t.Context(), CodeRequest{By: thief, Phone: phone, APIID: 4})
		must(t, "send code", err)
		setUp := EmailPurpose{SetUp: &SetUp{By: thief, Phone: phone, Hash: sent.Hash}}
		_, err = w.SendEmailCode(t.Context(), setUp, "thief@example.org")
		must(t, "send e-mail code", err)
		_, next, err := w.VerifyEmail(t.Context(), setUp, w.post.last(t).Code)
		must(t, "verify", err)
		if next.Kind != Email {
			t.Fatalf("next %+v", next)
		}
		// Meanwhile the number gets an owner.
		u, err := w.CreateUser(t.Context(), phone, "Ada", "")
		must(t, "create", err)
		_, err = w.SignIn(t.Context(), Answer{By: thief, Phone: phone, Hash: sent.Hash, Code: w.post.last(t).Code})
		wantErr(t, "thief signs in", err, ErrCodeExpired)

		count := len(w.post.all)
		by := w.key(t)
		sent, err = w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
		must(t, "send code", err)
		if sent.Kind != SMS || len(w.post.all) != count {
			t.Fatalf("sent %+v", sent)
		}
		code, err := w.IssueCode(t.Context(), phone)
		must(t, "issue", err)
		l, err := w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: code})
		if err != nil || l.User != u.ID {
			t.Errorf("sign in by the operator's code: %+v, %v", l, err)
		}
	})
}
