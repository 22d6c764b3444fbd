package auth

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

func TestChangeOfNumber(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		from, to, taken := phones(), phones(), phones()
		by, user := w.join(t, from)
		w.join(t, taken)
		_, err := w.SendChangeCode(t.Context(), user, by, taken)
		wantErr(t, "taken number", err, ErrPhoneTaken)
		sent, err := w.SendChangeCode(t.Context(), user, by, to)
		must(t, "send code", err)
		in := Answer{By: by, Phone: to, Hash: sent.Hash, Code: "11111"}
		wantErr(t, "wrong code", w.ChangePhone(t.Context(), user, in), ErrCodeInvalid)
		in.Code = "55555"
		_, err = w.SignIn(t.Context(), in)
		wantErr(t, "sign in by that code", err, ErrCodeExpired)
		other, stranger := w.join(t, phones())
		in.By = other
		wantErr(t, "another's code", w.ChangePhone(t.Context(), stranger, in), ErrCodeExpired)
		in.By = by
		must(t, "change", w.ChangePhone(t.Context(), user, in))
		wantErr(t, "change again", w.ChangePhone(t.Context(), user, in), ErrCodeExpired)
		if l, err := w.enterBy(t, w.key(t), to); err != nil || l.User != user {
			t.Errorf("sign in by the new number: %d, %v", l.User, err)
		}
		w.verify(t, w.key(t), from) // nobody's any more
	})
}

func TestDeleteAccount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		by, user := w.join(t, phone)
		second := w.key(t)
		_, err := w.enterBy(t, second, phone)
		must(t, "second", err)
		_, err = w.DeleteAccount(t.Context(), w.key(t), nil)
		wantErr(t, "by a stranger", err, ErrNotPending)
		_, err = w.DeleteAccount(t.Context(), by, nil)
		must(t, "delete", err)
		if w.user(t, by.Key) != 0 || w.user(t, second.Key) != 0 {
			t.Error("still signed in")
		}
		if u, err := w.users.One(t.Context(), user); err != nil || !u.Deleted() {
			t.Errorf("account %+v, %v", u, err)
		}
		_, again := w.join(t, phone)
		if again == user {
			t.Error("the account came back")
		}
	})
}

func TestDeletionWithoutPasswordTakesAWeek(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		own, user := w.join(t, phone)
		w.protect(t, user, "secret", "")
		by := w.waiting(t, phone)
		var wait *DeletionError
		notices, err := w.DeleteAccount(t.Context(), by, nil)
		if !errors.As(err, &wait) || wait.Wait != deletionWait || len(notices) != 1 {
			t.Fatalf("delete: %v, %v", notices, err)
		}
		_, hash, _ := strings.Cut(notices[0].Text, "&hash=")
		w.pass(time.Hour)
		if notices, err = w.DeleteAccount(t.Context(), by, nil); !errors.As(err, &wait) || wait.Wait != deletionWait-time.Hour || notices != nil {
			t.Fatalf("delete again: %v, %v", notices, err)
		}
		_, err = w.SendConfirmCode(t.Context(), user, own, "nonsense")
		wantErr(t, "unknown link", err, ErrDeletionHash)
		sent, err := w.SendConfirmCode(t.Context(), user, own, hash)
		must(t, "send code", err)
		must(t, "stop", w.ConfirmPhone(t.Context(), user, own, sent.Hash, "55555"))
		if _, err = w.DeleteAccount(t.Context(), by, nil); !errors.As(err, &wait) || wait.Wait != deletionWait {
			t.Fatalf("delete after it was stopped: %v", err)
		}
		w.pass(deletionWait)
		_, err = w.DeleteAccount(t.Context(), by, nil)
		must(t, "delete after a week", err)
		if w.user(t, own.Key) != 0 {
			t.Error("still signed in")
		}
	})
}

// Whoever talks with somebody sees at once that the account is gone.
func TestOthersHearOfDeletion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		_, other := w.join(t, phones())
		w.users.TellPartners(func(context.Context, ids.User) ([]ids.User, error) { return []ids.User{other}, nil })
		defer w.users.Presence().Attach(other)()
		var told []bus.Message
		defer w.bus.Subscribe("live", func(m bus.Message) { told = append(told, m) })()
		_, err := w.DeleteAccount(t.Context(), by, nil)
		must(t, "delete", err)
		want := users.Changed{User: user, What: users.ChangedProfile}
		if len(told) != 1 || told[0].Key != int64(other) || told[0].Value != want {
			t.Errorf("told %+v, want %+v for %d", told, want, other)
		}
	})
}

func TestDeletionWithPassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		w.protect(t, user, "secret", "")
		p := proves(t, w.state(t, user), "wrong")
		_, err := w.DeleteAccount(t.Context(), by, &p)
		wantErr(t, "wrong password", err, ErrPassword)
		p = proves(t, w.state(t, user), "secret")
		_, err = w.DeleteAccount(t.Context(), by, &p)
		must(t, "delete", err)
		wantErr(t, "delete again", w.Delete(t.Context(), user), users.ErrNotFound)
	})
}

func TestUnusedLoginsAndAccountsEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		phone := phones()
		by, user := w.join(t, phone)
		old := w.key(t)
		_, err := w.enterBy(t, old, phone)
		must(t, "second", err)
		bot, token, err := w.CreateBot(t.Context(), 0, "Helper", "helper_bot")
		must(t, "bot", err)
		wantErr(t, "too few days", w.SetAccountDays(t.Context(), user, 1), ErrDays)
		wantErr(t, "too many days", w.SetLoginDays(t.Context(), user, by.Key, 1000), ErrDays)
		must(t, "login days", w.SetLoginDays(t.Context(), user, by.Key, 7))
		must(t, "account days", w.SetAccountDays(t.Context(), user, 30))
		if a, l, err := w.Life(t.Context(), user); err != nil || a != 30 || l != 7 {
			t.Errorf("life %d, %d, %v", a, l, err)
		}
		w.pass(8 * 24 * time.Hour)
		w.Touch(user, by.Key)
		must(t, "flush", w.flushUse(t.Context()))
		must(t, "end unused", w.EndUnused(t.Context()))
		if w.user(t, old.Key) != 0 || w.user(t, by.Key) != user {
			t.Error("the wrong login ended")
		}
		w.pass(31 * 24 * time.Hour)
		must(t, "end unused", w.EndUnused(t.Context()))
		if u, err := w.users.One(t.Context(), user); err != nil || !u.Deleted() {
			t.Errorf("unused account: %+v, %v", u, err)
		}
		if got, err := w.BotByToken(t.Context(), token); err != nil || got != bot.ID {
			t.Errorf("the bot is gone: %v", err)
		}
	})
}

func TestStoppingWritesDownWhatWasNoted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, user := w.join(t, phones())
		w.pass(time.Hour)
		w.Touch(user, by.Key)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx, slog.New(slog.DiscardHandler)) }()
		cancel()
		must(t, "run", <-done)
		all, err := w.Logins(t.Context(), user, by.Key)
		must(t, "list", err)
		if got := all[0].ActiveAt.Sub(all[0].CreatedAt); got != time.Hour {
			t.Errorf("last used %v after it was made, want an hour", got)
		}
	})
}
