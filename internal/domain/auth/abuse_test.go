package auth

import (
	"errors"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// part carries the login of a key over to another key.
func (w *world) part(t *testing.T, user ids.User, from ids.AuthKey, to Caller) error {
	t.Helper()
	token, err := w.Export(user, from, 4)
	must(t, "export", err)
	_, err = w.Import(t.Context(), to, user, token)
	return err
}

// What was carried over from something carried over belongs to the first login as well, and ends with it.
func TestChainOfTransfersEndsWithItsLogin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		first, user := w.join(t, phone)
		second, third, fourth := w.key(t), w.key(t), w.key(t)
		must(t, "second", w.part(t, user, first.Key, second))
		must(t, "third", w.part(t, user, second.Key, third))
		must(t, "fourth", w.part(t, user, third.Key, fourth))
		owner := w.key(t)
		_, err := w.enterBy(t, owner, phone)
		must(t, "sign in", err)
		must(t, "end others", w.EndOthers(t.Context(), user, owner.Key))
		for _, by := range []Caller{first, second, third, fourth} {
			if got := w.user(t, by.Key); got != 0 {
				t.Errorf("key is still %d's", got)
			}
		}
		if w.user(t, owner.Key) != user {
			t.Error("the login that asked ended too")
		}
		wantErr(t, "import from what has ended", w.part(t, user, third.Key, fourth), ErrTransfer)
	})
}

// A login that is carried over to itself, by a detour, stays a login: it is listed and can be ended.
func TestCycleOfTransfersHidesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		first, user := w.join(t, phone)
		second := w.key(t)
		must(t, "there", w.part(t, user, first.Key, second))
		must(t, "and back", w.part(t, user, second.Key, first))
		must(t, "to itself", w.part(t, user, first.Key, first))
		all, err := w.Logins(t.Context(), user, second.Key)
		if err != nil || len(all) != 1 || all[0].Key != first.Key || !all[0].Current {
			t.Errorf("logins %+v, %v", all, err)
		}
		// Two logins, one carried over to the other: both stay what they are.
		owner := w.key(t)
		_, err = w.enterBy(t, owner, phone)
		must(t, "sign in", err)
		must(t, "login to login", w.part(t, user, first.Key, owner))
		must(t, "part asks", w.EndOthers(t.Context(), user, owner.Key))
		if w.user(t, first.Key) != 0 || w.user(t, second.Key) != 0 || w.user(t, owner.Key) != user {
			t.Error("somebody stayed, or the owner went")
		}
	})
}

func TestDeletionEndsWhatNoListShows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, user := w.join(t, phones())
		second := w.key(t)
		must(t, "part", w.part(t, user, first.Key, second))
		// As it might have been written before, or by hand: each is a part of the other.
		must(t, "cycle", w.exec(t.Context(), `UPDATE login SET parent_id = $3 WHERE user_id = $1 AND key_id = $2`, user, first.Key, second.Key))
		must(t, "delete", w.Delete(t.Context(), user))
		if w.user(t, first.Key) != 0 || w.user(t, second.Key) != 0 {
			t.Error("still signed in to a deleted account")
		}
	})
}

func TestPartsOfALoginAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, user := w.join(t, phones())
		oldest := w.key(t)
		must(t, "part", w.part(t, user, first.Key, oldest))
		w.pass(time.Second)
		for range maxParts {
			must(t, "part", w.part(t, user, first.Key, w.key(t)))
		}
		if w.user(t, oldest.Key) != 0 {
			t.Error("the oldest part stayed")
		}
		must(t, "end", w.EndOthers(t.Context(), user, first.Key)) // spares the parts of the one that asks
		if w.user(t, first.Key) != user {
			t.Error("the login itself ended")
		}
	})
}

func TestAllLoginsEndHoweverManyThereAre(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			for n := range 2*maxLogins + 7 {
				l := Login{User: user, Key: ids.AuthKey(n + 1), Hash: int64(n + 1)}
				if err := insertLogin(t.Context(), tx, l, 0); err != nil {
					return err
				}
			}
			return nil
		})
		must(t, "fill", err)
		must(t, "end others", w.EndOthers(t.Context(), user, by.Key))
		all, err := w.Logins(t.Context(), user, by.Key)
		if err != nil || len(all) != 1 || all[0].Key != by.Key {
			t.Errorf("%d logins left, %v", len(all), err)
		}
	})
}

func TestDevicesAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			for n := range maxDevices {
				l := Login{User: user, Key: ids.AuthKey(n + 1), Hash: int64(n + 1), ActiveAt: time.Unix(int64(n+1), 0)}
				if err := insertLogin(t.Context(), tx, l, 0); err != nil {
					return err
				}
			}
			return nil
		})
		must(t, "fill", err)
		_, err = w.enterBy(t, w.key(t), phone)
		must(t, "sign in", err)
		_, err = w.FindLogin(t.Context(), user, 1)
		wantErr(t, "the one unused for longest", err, ErrHash)
	})
}

func TestFutureTokensAreFewAndEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		by, user := w.join(t, phone)
		leave := func() []byte {
			t.Helper()
			k := w.key(t)
			_, err := w.enterBy(t, k, phone)
			must(t, "sign in", err)
			token, err := w.LogOut(t.Context(), k.Key)
			must(t, "log out", err)
			w.pass(time.Second)
			return token
		}
		works := func(token []byte) bool {
			t.Helper()
			sent, err := w.SendCode(t.Context(), CodeRequest{By: w.key(t), Phone: phone, APIID: 4, FutureTokens: [][]byte{token}})
			if err != nil && !errors.Is(err, ErrPasswordNeeded) {
				t.Fatal(err)
			}
			return sent.Login != nil
		}
		first := leave()
		for range keptFutureTokens {
			leave()
		}
		if works(first) {
			t.Error("the oldest of too many tokens works")
		}
		second := w.key(t)
		l, err := w.enterBy(t, second, phone)
		must(t, "sign in", err)
		token := leave()
		must(t, "end one", w.End(t.Context(), user, by.Key, l.Hash))
		if works(token) {
			t.Error("a token outlived the end of a login")
		}
		token = leave()
		w.protect(t, user, "secret", "")
		if works(token) {
			t.Error("a token outlived a new password")
		}
	})
}

// Whoever has the code of the telephone shall not guess the code of the recovery e-mail.
func TestRecoveryGuessesPerDayAreFew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		w.protect(t, user, "secret", "ada@example.org")
		end, guesses := w.now().Add(24*time.Hour), 0
		for w.now().Before(end) {
			_, err := w.RequestRecovery(t.Context(), user)
			var wait *WaitError
			if errors.As(err, &wait) {
				w.pass(wait.Wait)
				continue
			}
			must(t, "request", err)
			for range maxTries {
				wantErr(t, "guess", w.CheckRecovery(t.Context(), user, "none"), ErrEmailCode)
				guesses++
			}
		}
		if guesses > 300 {
			t.Errorf("%d guesses in a day, want at most 300", guesses)
		}
	})
}

// A thief who is still signed in has asked for his own e-mail, under the password that the owner then replaces.
func TestNewPasswordForgetsDrafts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		_, user := w.join(t, phone)
		w.protect(t, user, "old", "ada@example.org")
		draft := NewPassword{ChangeEmail: true, Email: "thief@example.org"}
		var unconfirmed *UnconfirmedError
		if err := w.UpdatePassword(t.Context(), user, proves(t, w.state(t, user), "old"), draft); !errors.As(err, &unconfirmed) {
			t.Fatal(err)
		}
		code := w.post.last(t).Code
		by := w.waiting(t, phone)
		_, err := w.RequestRecovery(t.Context(), user)
		must(t, "request", err)
		set := newPassword(t, w.state(t, user), "new")
		_, err = w.Recover(t.Context(), by, w.post.last(t).Code, &set)
		must(t, "recover", err)
		wantErr(t, "thief confirms", w.ConfirmEmail(t.Context(), user, code), ErrEmailExpired)
	})
}

// Even without the list of ended logins, what is in memory is not believed for long.
func TestRecordsAreReadAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		w.user(t, by.Key)
		other, err := New(t.Context(), w.db, bus.NewLocal(), w.users, w.log, Options{})
		must(t, "other process", err)
		defer other.Close()
		_, err = other.LogOut(t.Context(), by.Key)
		must(t, "log out there", err)
		if w.user(t, by.Key) != user {
			t.Fatal("heard of it already")
		}
		w.pass(freshFor + time.Second)
		if got := w.user(t, by.Key); got != 0 {
			t.Errorf("key is still %d's", got)
		}
	})
}

func TestBudgetOfMessages(t *testing.T) {
	eachWith(t, func(o *Options) { o.CodesPerHour = 2 }, func(t *testing.T, w *world) {
		for _, phone := range []string{"4790000001", "4790000002"} {
			_, err := w.SendCode(t.Context(), CodeRequest{By: w.key(t), Phone: phone, APIID: 4})
			must(t, "send code", err)
		}
		_, err := w.SendCode(t.Context(), CodeRequest{By: w.key(t), Phone: "4790000003", APIID: 4})
		wantWait(t, "third in an hour", err)
		if len(w.post.all) != 2 {
			t.Errorf("%d messages went out", len(w.post.all))
		}
		w.join(t, phones()) // test numbers cost nothing
		w.pass(time.Hour)
		_, err = w.SendCode(t.Context(), CodeRequest{By: w.key(t), Phone: "4790000003", APIID: 4})
		must(t, "an hour later", err)
	})
}

// The arithmetic of passwords takes milliseconds; nobody else's writing may wait for it.
func TestPasswordArithmeticIsOutsideOfTransactions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, user := w.join(t, phones())
		w.protect(t, user, "secret", "")
		before := w.db.Statements()
		st := w.state(t, user)
		if n := w.db.Statements() - before; n > 5 {
			t.Errorf("a challenge took %d statements", n)
		}
		p := proves(t, st, "secret")
		// Meanwhile the password is changed: the proof is of the old one.
		_, secret, err := w.takeChallenge(t.Context(), user, p)
		must(t, "take", err)
		if len(secret) == 0 {
			t.Error("no secret")
		}
		_, _, err = w.takeChallenge(t.Context(), user, p)
		wantErr(t, "take again", err, ErrSRPID)
	})
}
