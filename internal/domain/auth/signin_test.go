package auth

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

func TestSignUpAndComeBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		by, user := w.join(t, "+"+phone)
		if got := w.user(t, by.Key); got != user || user == 0 {
			t.Fatalf("key belongs to %d, want %d", got, user)
		}
		again := w.key(t)
		l, err := w.enterBy(t, again, phone)
		must(t, "sign in", err)
		if l.User != user || !l.Unconfirmed || len(l.Notices) != 1 {
			t.Errorf("second device: %+v, want an unconfirmed login of %d with a notice", l, user)
		}
		if got := w.user(t, again.Key); got != user {
			t.Errorf("second key belongs to %d, want %d", got, user)
		}
	})
}

func TestTestNumbersTakeFiveOrSixDigits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "9996621234"
		for _, code := range []string{"22222", "222222"} {
			by := w.key(t)
			sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
			must(t, "send code", err)
			_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: code})
			wantErr(t, "code "+code, err, ErrSignUpRequired)
		}
		if len(w.post.all) != 0 {
			t.Error("a code to a test number left the house")
		}
	})
	eachWith(t, func(o *Options) { o.TestNumbers = false }, func(t *testing.T, w *world) {
		_, err := w.SendCode(t.Context(), CodeRequest{By: w.key(t), Phone: "9996621234", APIID: 4})
		wantErr(t, "test number without test mode", err, ErrPhone)
	})
}

func TestSendCodeRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.key(t)
		for _, phone := range []string{"", "123", "abc", "+", "99999999999999999999", "+0000000000"} {
			_, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
			wantErr(t, "number "+phone, err, ErrPhone)
		}
		_, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: "4790000001"})
		wantErr(t, "no api id", err, ErrAPIID)
	})
}

func TestCodeIsBoundToNumberAndKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, other := w.key(t), w.key(t)
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: "+47 900 00 001", APIID: 4})
		must(t, "send code", err)
		m := w.post.last(t)
		if m.Kind != "sms" || m.Phone != "4790000001" || len(m.Code) != 5 || sent.Kind != SMS || sent.Next != Call {
			t.Fatalf("sent %+v as %+v", m, sent)
		}
		answer := Answer{By: other, Phone: "4790000001", Hash: sent.Hash, Code: m.Code}
		_, err = w.SignIn(t.Context(), answer)
		wantErr(t, "another key", err, ErrCodeExpired)
		answer.By, answer.Phone = by, "4790000002"
		_, err = w.SignIn(t.Context(), answer)
		wantErr(t, "another number", err, ErrCodeExpired)
		answer.Phone, answer.Hash = "4790000001", "0123456789abcdef"
		_, err = w.SignIn(t.Context(), answer)
		wantErr(t, "another hash", err, ErrCodeExpired)
		answer.Hash, answer.Code = "", m.Code
		_, err = w.SignIn(t.Context(), answer)
		wantErr(t, "no hash", err, ErrCodeHashEmpty)
		answer.Hash, answer.Code = sent.Hash, ""
		_, err = w.SignIn(t.Context(), answer)
		wantErr(t, "no code", err, ErrCodeEmpty)
		answer.Code = m.Code
		_, err = w.SignIn(t.Context(), answer)
		wantErr(t, "the right code", err, ErrSignUpRequired)
	})
}

func TestCodeEndsAfterFewTries(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.key(t)
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: "4790000001", APIID: 4})
		must(t, "send code", err)
		right := w.post.last(t).Code
		wrong := "1" + right[1:]
		if wrong == right {
			wrong = "2" + right[1:]
		}
		for range maxTries {
			_, err = w.SignIn(t.Context(), Answer{By: by, Phone: "4790000001", Hash: sent.Hash, Code: wrong})
			wantErr(t, "wrong code", err, ErrCodeInvalid)
		}
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: "4790000001", Hash: sent.Hash, Code: right})
		wantErr(t, "right code after too many tries", err, ErrCodeExpired)
	})
}

// Somebody who asks for ever new codes and guesses gets so many tries that he needs years.
func TestGuessesPerDayAreFew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.key(t)
		end := w.now().Add(24 * time.Hour)
		guesses := 0
		for w.now().Before(end) {
			sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: "4790000001", APIID: 4})
			var wait *WaitError
			if errors.As(err, &wait) {
				w.pass(wait.Wait)
				continue
			}
			must(t, "send code", err)
			right := w.post.last(t).Code
			for range maxTries {
				if right == "00000" {
					break
				}
				_, err = w.SignIn(t.Context(), Answer{By: by, Phone: "4790000001", Hash: sent.Hash, Code: "00000"})
				wantErr(t, "guess", err, ErrCodeInvalid)
				guesses++
			}
		}
		if guesses > 200 {
			t.Errorf("%d guesses in a day, want at most 200", guesses)
		}
	})
}

func TestCodeExpires(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.key(t)
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: "4790000001", APIID: 4})
		must(t, "send code", err)
		w.pass(codeLife)
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: "4790000001", Hash: sent.Hash, Code: w.post.last(t).Code})
		wantErr(t, "old code", err, ErrCodeExpired)
		must(t, "sweep", w.Sweep(t.Context()))
	})
}

func TestResendTakesTheNextWay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by := w.key(t)
		phone := "4790000001"
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
		must(t, "send code", err)
		first := w.post.last(t).Code
		_, err = w.ResendCode(t.Context(), by, phone, sent.Hash)
		wantWait(t, "resend at once", err)
		w.pass(codeWait)
		again, err := w.ResendCode(t.Context(), by, phone, sent.Hash)
		must(t, "resend", err)
		if again.Kind != Call || again.Hash != sent.Hash || again.Next != "" || w.post.last(t).Kind != "call" {
			t.Errorf("resent %+v", again)
		}
		w.pass(codeWait)
		_, err = w.ResendCode(t.Context(), by, phone, sent.Hash)
		wantErr(t, "no way left", err, ErrNoWay)
		if second := w.post.last(t).Code; second != first {
			_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: first})
			wantErr(t, "first code", err, ErrCodeInvalid)
		}
		must(t, "cancel", w.CancelCode(t.Context(), by, phone, sent.Hash))
		wantErr(t, "cancel again", w.CancelCode(t.Context(), by, phone, sent.Hash), ErrCodeExpired)
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: w.post.last(t).Code})
		wantErr(t, "code after cancel", err, ErrCodeExpired)
	})
}

func TestFailingSenderGivesWayToTheNext(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.post.fail["sms"] = true
		sent, err := w.SendCode(t.Context(), CodeRequest{By: w.key(t), Phone: "4790000001", APIID: 4})
		must(t, "send code", err)
		if sent.Kind != Call || w.post.last(t).Kind != "call" {
			t.Errorf("sent by %s, want a call", sent.Kind)
		}
		w.post.fail["call"] = true
		_, err = w.SendCode(t.Context(), CodeRequest{By: w.key(t), Phone: "4790000001", APIID: 4})
		wantErr(t, "no sender works", err, ErrNotSent)
	})
}

// person signs up with a number that is no test number.
func person(t *testing.T, w *world, phone string) (Caller, ids.User) {
	t.Helper()
	by := w.key(t)
	sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
	must(t, "send code", err)
	_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: w.post.last(t).Code})
	wantErr(t, "sign in", err, ErrSignUpRequired)
	l, err := w.SignUp(t.Context(), NewPerson{By: by, Phone: phone, Hash: sent.Hash, First: "Ada", Last: "L"})
	must(t, "sign up", err)
	return by, l.User
}

func TestCodeGoesToOtherDevicesFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "4790000001"
		_, user := person(t, w, phone)
		count := len(w.post.all)
		by := w.key(t)
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
		must(t, "send code", err)
		if sent.Kind != App || sent.Next != SMS || len(sent.Notices) != 1 || sent.Notices[0].User != user || len(w.post.all) != count {
			t.Fatalf("sent %+v", sent)
		}
		code := strings.TrimSuffix(strings.Fields(sent.Notices[0].Text)[2], ".")
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: code})
		must(t, "sign in", err)

		by = w.key(t)
		sent, err = w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
		must(t, "send code", err)
		code = strings.TrimSuffix(strings.Fields(sent.Notices[0].Text)[2], ".")
		must(t, "invalidate", w.InvalidateCodes(t.Context(), user, []string{"x", code}))
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: code})
		wantErr(t, "forwarded code", err, ErrCodeExpired)
	})
}

func TestOperatorIssuesCode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := "4790000001"
		_, err := w.IssueCode(t.Context(), phone)
		wantErr(t, "nobody waits", err, ErrNoPending)
		by := w.key(t)
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
		must(t, "send code", err)
		code, err := w.IssueCode(t.Context(), phone)
		must(t, "issue code", err)
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: code})
		wantErr(t, "issued code", err, ErrSignUpRequired)
	})
}

func TestSignUpChecksNameAndOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, phone := w.key(t), phones()
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
		must(t, "send code", err)
		in := NewPerson{By: by, Phone: phone, Hash: sent.Hash, First: "Ada"}
		_, err = w.SignUp(t.Context(), in)
		wantErr(t, "before the code", err, ErrCodeExpired)
		_, err = w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: "55555"})
		wantErr(t, "code", err, ErrSignUpRequired)
		in.First = "  "
		_, err = w.SignUp(t.Context(), in)
		wantErr(t, "no name", err, users.ErrFirstName)
		in.First, in.Last = "Ada", strings.Repeat("x", 1000)
		_, err = w.SignUp(t.Context(), in)
		wantErr(t, "long name", err, users.ErrLastName)
		in.Last, in.By = "", w.key(t)
		_, err = w.SignUp(t.Context(), in)
		wantErr(t, "another key", err, ErrCodeExpired)
		in.By = by
		first, err := w.SignUp(t.Context(), in)
		must(t, "sign up", err)
		again, err := w.SignUp(t.Context(), in)
		must(t, "repeated sign up", err)
		if again.User != first.User {
			t.Errorf("repeated sign-up made %d after %d", again.User, first.User)
		}
	})
}

// Calls that come twice, as after a lost connection, do what one does.
func TestSameCodeAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		w.join(t, phone)
		by := w.key(t)
		sent, err := w.SendCode(t.Context(), CodeRequest{By: by, Phone: phone, APIID: 4})
		must(t, "send code", err)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := w.SignIn(t.Context(), Answer{By: by, Phone: phone, Hash: sent.Hash, Code: "55555"})
				if err != nil {
					t.Errorf("sign in: %v", err)
				}
			})
		}
		wg.Wait()
		all, err := w.Logins(t.Context(), w.user(t, by.Key), by.Key)
		must(t, "list", err)
		if len(all) != 2 {
			t.Errorf("%d logins, want 2", len(all))
		}
	})
}

// Two devices that sign up by one number at the same time: one account comes of it.
func TestTwoSignUpsByOneNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		var in []NewPerson
		for range 4 {
			by := w.key(t)
			in = append(in, NewPerson{By: by, Phone: phone, Hash: w.verify(t, by, phone), First: "Ada"})
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		made := 0
		for _, p := range in {
			wg.Go(func() {
				_, err := w.SignUp(t.Context(), p)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if !errors.Is(err, ErrPhoneTaken) {
					t.Errorf("sign up: %v", err)
				}
			})
		}
		wg.Wait()
		if made != 1 {
			t.Errorf("%d accounts for one number", made)
		}
	})
}

func TestLogOutLeavesATokenToComeBackBy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		by, user := w.join(t, phone)
		told := make(chan int64, 8)
		defer w.bus.Subscribe(SubjectKey, func(m bus.Message) { told <- m.Key })()
		token, err := w.LogOut(t.Context(), by.Key)
		must(t, "log out", err)
		if got := w.user(t, by.Key); got != 0 || len(token) == 0 {
			t.Fatalf("after log-out the key is %d's, token of %d bytes", got, len(token))
		}
		if got := <-told; got != int64(by.Key) {
			t.Errorf("told of key %d", got)
		}
		if token, err := w.LogOut(t.Context(), by.Key); err != nil || token != nil {
			t.Errorf("log out again: %x, %v", token, err)
		}
		back := w.key(t)
		req := CodeRequest{By: back, Phone: phone, APIID: 4, FutureTokens: [][]byte{{1}, make([]byte, 32), token}}
		sent, err := w.SendCode(t.Context(), req)
		must(t, "come back", err)
		if sent.Login == nil || sent.Login.User != user || w.user(t, back.Key) != user {
			t.Fatalf("came back as %+v", sent.Login)
		}
		req.By = w.key(t)
		if sent, err = w.SendCode(t.Context(), req); err != nil || sent.Login != nil {
			t.Errorf("token used twice: %+v, %v", sent.Login, err)
		}
	})
}

func TestListAndEndLogins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		by, user := w.join(t, phone)
		other, third := w.key(t), w.key(t)
		second, err := w.enterBy(t, other, phone)
		must(t, "second", err)
		_, err = w.enterBy(t, third, phone)
		must(t, "third", err)
		wantErr(t, "unknown hash", w.End(t.Context(), user, by.Key, 12345), ErrHash)
		stranger, _ := w.join(t, phones())
		wantErr(t, "a stranger's", w.End(t.Context(), w.user(t, stranger.Key), stranger.Key, second.Hash), ErrHash)

		yes := true
		must(t, "change", w.ChangeLogin(t.Context(), user, by.Key, second.Hash, LoginSettings{Confirmed: true, NoCalls: &yes}))
		l, err := w.FindLogin(t.Context(), user, second.Hash)
		must(t, "find", err)
		if l.Unconfirmed || !l.NoCalls || l.NoSecret || l.Client.Device != "Device" || l.Address != "192.0.2.1" {
			t.Errorf("login %+v", l)
		}
		must(t, "change own", w.ChangeLogin(t.Context(), user, by.Key, 0, LoginSettings{NoSecret: &yes}))

		must(t, "end", w.End(t.Context(), user, by.Key, second.Hash))
		if w.user(t, other.Key) != 0 || w.user(t, third.Key) != user {
			t.Error("ended the wrong login")
		}
		must(t, "end others", w.EndOthers(t.Context(), user, by.Key))
		if w.user(t, third.Key) != 0 || w.user(t, by.Key) != user {
			t.Error("ended the wrong logins")
		}
		all, err := w.Logins(t.Context(), user, by.Key)
		must(t, "list", err)
		if len(all) != 1 || all[0].Key != by.Key || !all[0].NoSecret {
			t.Errorf("logins left: %+v", all)
		}
	})
}

func TestNewLoginMayHaveToWaitBeforeItEndsOthers(t *testing.T) {
	eachWith(t, func(o *Options) { o.FreshFor = 24 * time.Hour }, func(t *testing.T, w *world) {
		phone := phones()
		by, user := w.join(t, phone)
		wantErr(t, "new login", w.EndOthers(t.Context(), user, by.Key), ErrFresh)
		w.pass(24 * time.Hour)
		must(t, "settled login", w.EndOthers(t.Context(), user, by.Key))
	})
}

func TestUseOfLoginsIsNoted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		w.pass(time.Hour)
		w.user(t, by.Key)
		must(t, "flush", w.flushUse(t.Context()))
		all, err := w.Logins(t.Context(), user, by.Key)
		must(t, "list", err)
		if got := all[0].ActiveAt.Sub(all[0].CreatedAt); got != time.Hour {
			t.Errorf("last used %v after it was made, want an hour", got)
		}
	})
}

// Another process, such as the command line beside a running server, ends a login: no message says so.
func TestEndOfALoginIsHeardOfWithoutTheBus(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		w.user(t, by.Key)
		b := bus.NewLocal()
		other, err := New(t.Context(), w.db, b, w.users, w.log, Options{})
		must(t, "other process", err)
		defer other.Close()
		must(t, "delete", other.Delete(t.Context(), user))
		if got := w.user(t, by.Key); got != user {
			t.Fatalf("key is %d's before anybody was told", got)
		}
		told := 0
		defer w.bus.Subscribe(SubjectKey, func(m bus.Message) {
			if m.Key == int64(by.Key) {
				told++
			}
		})()
		for range 3 {
			must(t, "poll", w.pollEnds(t.Context()))
		}
		if got := w.user(t, by.Key); got != 0 || told != 1 {
			t.Errorf("key is %d's, told %d times", got, told)
		}
	})
}

// A lost message about a key that was signed in elsewhere is made good by time.
func TestSignInElsewhereIsHeardOfWithoutTheBus(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		by := w.key(t)
		w.user(t, by.Key)
		lt, err := w.ExportToken(t.Context(), by, 4, nil)
		must(t, "export", err)
		other, err := New(t.Context(), w.db, bus.NewLocal(), w.users, w.log, Options{})
		must(t, "other process", err)
		defer other.Close()
		_, err = other.AcceptToken(t.Context(), user, lt.Token)
		must(t, "accept", err)
		w.pass(freshFor + time.Second)
		if got := w.user(t, by.Key); got != user {
			t.Errorf("key is %d's, want %d's", got, user)
		}
	})
}
