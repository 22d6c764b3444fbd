package users_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// world is a database with an empty service.
type world struct {
	*users.Service
	db  *db.DB
	bus *bus.Local
}

func newWorld(t *testing.T, d *db.DB) world {
	t.Helper()
	b := bus.NewLocal()
	s := users.New(d, b, updates.New(d, b))
	t.Cleanup(s.Close)
	return world{s, d, b}
}

// person makes an account.
func (w world) person(t *testing.T, phone users.Phone, first string) users.User {
	t.Helper()
	u, err := w.create(t.Context(), users.NewUser{Phone: phone, FirstName: first})
	if err != nil {
		t.Fatalf("create %s: %v", first, err)
	}
	return u
}

func (w world) create(ctx context.Context, n users.NewUser) (u users.User, err error) {
	err = w.db.Write(ctx, func(tx *db.Tx) error {
		u, err = w.Service.Create(ctx, tx, n)
		return err
	})
	return u, err
}

// exec runs statements of tables that other packages write, as they would.
func (w world) exec(t *testing.T, touch []ids.User, sql string, args ...any) {
	t.Helper()
	err := w.db.Write(t.Context(), func(tx *db.Tx) error {
		w.Touch(tx, touch...)
		_, err := tx.Exec(t.Context(), sql, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ties says that owner keeps user as a contact, close friend or blocked.
func (w world) ties(t *testing.T, owner, user ids.User, tie users.Tie) {
	t.Helper()
	touch := []ids.User{owner, user}
	w.exec(t, touch, `INSERT INTO known_by (user_id, owner, contact, close_friend, blocked) VALUES ($1, $2, $3, $4, $5)`,
		user, owner, tie.Contact, tie.CloseFriend, tie.Blocked)
	if tie.Contact {
		w.exec(t, touch, `INSERT INTO contact (owner, user_id, close_friend, added_at) VALUES ($1, $2, $3, 1)`, owner, user, tie.CloseFriend)
	}
	if tie.Blocked {
		w.exec(t, touch, `INSERT INTO blocked (owner, peer, blocked_at) VALUES ($1, $2, 1)`, owner, user)
	}
}

func TestCreate(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna := w.person(t, "4790000001", "  Anna\x00  ")
		if anna.ID < 1_000_001 || anna.FirstName != "Anna" {
			t.Errorf("got id %d, first name %q", anna.ID, anna.FirstName)
		}
		if _, err := w.create(ctx, users.NewUser{Phone: "4790000001", FirstName: "Other"}); !errors.Is(err, users.ErrPhoneTaken) {
			t.Errorf("same number: got %v, want ErrPhoneTaken", err)
		}
		if _, err := w.create(ctx, users.NewUser{Phone: "4790000002", FirstName: " \t"}); !errors.Is(err, users.ErrFirstName) {
			t.Errorf("no name: got %v, want ErrFirstName", err)
		}
		if id, err := w.ByPhone(ctx, "4790000001"); err != nil || id != anna.ID {
			t.Errorf("by phone: got %d, %v", id, err)
		}
		if _, err := w.ByPhone(ctx, "4790000002"); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("by a number that failed: got %v, want ErrNotFound", err)
		}
		bot, err := w.create(ctx, users.NewUser{FirstName: "Echo", Username: "Echo_Bot", Bot: &users.BotInfo{Owner: anna.ID}})
		if err != nil || !bot.Bot {
			t.Fatalf("bot: got %+v, %v", bot, err)
		}
		if peer, err := w.ByUsername(ctx, "@echo_bot"); err != nil || peer != bot.ID.Peer() {
			t.Errorf("bot by username: got %d, %v", peer, err)
		}
		got, err := w.Get(ctx, ids.Service, bot.ID, 5, anna.ID)
		if err != nil || len(got) != 3 {
			t.Fatalf("get: got %v, %v", got, err)
		}
		if !got[0].Verified || got[0].FirstName != "Hermod" || got[1].Settings.Bot.Owner != anna.ID || got[2].ID != anna.ID {
			t.Errorf("get: got %+v", got)
		}
	})
}

func TestGetIsCachedUntilChanged(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna := w.person(t, "4790000001", "Anna")
		read := func() string {
			u, err := w.One(t.Context(), anna.ID)
			if err != nil {
				t.Fatal(err)
			}
			return u.FirstName
		}
		read()
		before := d.Statements()
		read()
		if n := d.Statements() - before; n != 0 {
			t.Errorf("second read took %d statements, want none", n)
		}
		if _, err := w.UpdateProfile(t.Context(), anna.ID, users.Profile{FirstName: new("Annika")}); err != nil {
			t.Fatal(err)
		}
		if got := read(); got != "Annika" {
			t.Errorf("after the change: got %q", got)
		}
	})
}

func TestEachChangeOfAProfileIsTold(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna := w.person(t, "4790000001", "Anna")
		var told []string
		defer w.bus.Subscribe(updates.Subject, func(m bus.Message) {
			if e, ok := m.Value.(updates.Entry); ok {
				told = append(told, e.Event.(updates.UserChanged).What)
			}
		})()
		both := users.Profile{FirstName: new("Ane"), About: new("Hi")}
		if _, err := w.UpdateProfile(t.Context(), anna.ID, both); err != nil {
			t.Fatal(err)
		}
		if want := []string{string(users.ChangedProfile), string(users.ChangedName)}; !slices.Equal(told, want) {
			t.Errorf("told of %v, want %v", told, want)
		}
		told = nil
		if _, err := w.UpdateProfile(t.Context(), anna.ID, both); err != nil || len(told) > 0 {
			t.Errorf("the same again: told of %v, %v", told, err)
		}
	})
}

func TestUpdateProfile(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna := w.person(t, "4790000001", "Anna")
		long := fmt.Sprintf("%065d", 0)
		tests := map[string]struct {
			in  users.Profile
			err error
		}{
			"empty first name":     {users.Profile{FirstName: new("")}, users.ErrFirstName},
			"long first name":      {users.Profile{FirstName: &long}, users.ErrFirstName},
			"long last name":       {users.Profile{LastName: &long}, users.ErrLastName},
			"long bio":             {users.Profile{About: new(long + "123456")}, users.ErrAbout},
			"names turned around":  {users.Profile{FirstName: new("\u202eAnna")}, nil},
			"bio":                  {users.Profile{About: new("Hi\nthere")}, nil},
			"last name taken away": {users.Profile{LastName: new("")}, nil},
		}
		for name, tt := range tests {
			if _, err := w.UpdateProfile(t.Context(), anna.ID, tt.in); !errors.Is(err, tt.err) {
				t.Errorf("%s: got %v, want %v", name, err, tt.err)
			}
		}
		u, err := w.One(t.Context(), anna.ID)
		if err != nil || u.FirstName != "Anna" || u.About != "Hi\nthere" {
			t.Errorf("got %+v, %v", u, err)
		}
		if _, err := w.UpdateProfile(t.Context(), 12345, users.Profile{About: new("x")}); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("nobody: got %v, want ErrNotFound", err)
		}
	})
}

func TestUsernames(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna, bo := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo")
		set := func(u users.User, name string, want error) {
			t.Helper()
			if _, err := w.UpdateUsername(ctx, u.ID, name); !errors.Is(err, want) {
				t.Errorf("username %q: got %v, want %v", name, err, want)
			}
		}
		for _, bad := range []string{"abcd", "1anna", "anna_", "an__na", "ann a", "ännaa", "a1234567890123456789012345678901x"} {
			set(anna, bad, users.ErrUsername)
		}
		set(anna, "Anna_1", nil)
		set(anna, "Anna_1", users.ErrUsernameSame)
		set(bo, "aNNA_1", users.ErrUsernameTaken)
		set(bo, "Support", users.ErrUsernameTaken)
		set(anna, "ANNA_1", nil) // only the writing
		if err := w.CheckUsername(ctx, "anna_1"); !errors.Is(err, users.ErrUsernameTaken) {
			t.Errorf("check: got %v, want ErrUsernameTaken", err)
		}
		set(anna, "anna_2", nil)
		set(bo, "Anna_1", nil) // is free again
		set(bo, "", nil)
		if _, err := w.ByUsername(ctx, "anna_1"); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("freed name: got %v, want ErrNotFound", err)
		}
		found, err := w.ByUsernamePrefix(ctx, "@ANN", 10)
		if err != nil || len(found) != 1 || found[0] != anna.ID.Peer() {
			t.Errorf("prefix: got %v, %v", found, err)
		}
	})
}

func TestDelete(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna := w.person(t, "4790000001", "Anna")
		if _, err := w.UpdateUsername(ctx, anna.ID, "anna_1"); err != nil {
			t.Fatal(err)
		}
		remove := func() error {
			return d.Write(ctx, func(tx *db.Tx) error { return w.Delete(ctx, tx, anna.ID) })
		}
		if err := remove(); err != nil {
			t.Fatal(err)
		}
		if err := remove(); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("twice: got %v, want ErrNotFound", err)
		}
		u, err := w.One(ctx, anna.ID)
		if err != nil || !u.Deleted() || u.FirstName+u.Username+string(u.Phone) != "" {
			t.Errorf("got %+v, %v", u, err)
		}
		again := w.person(t, "4790000001", "Somebody")
		if again.ID == anna.ID {
			t.Error("an id came twice")
		}
		if _, err := w.UpdateUsername(ctx, again.ID, "anna_1"); err != nil {
			t.Errorf("freed username: %v", err)
		}
	})
}

func TestChangePhone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna, bo := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo")
		change := func(to users.Phone) error {
			return d.Write(ctx, func(tx *db.Tx) error { return w.ChangePhone(ctx, tx, anna.ID, to) })
		}
		if err := change(bo.Phone); !errors.Is(err, users.ErrPhoneTaken) {
			t.Errorf("number of another: got %v, want ErrPhoneTaken", err)
		}
		if err := change("4790000003"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ByPhone(ctx, "4790000001"); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("old number: got %v, want ErrNotFound", err)
		}
		if id, err := w.ByPhone(ctx, "4790000003"); err != nil || id != anna.ID {
			t.Errorf("new number: got %d, %v", id, err)
		}
	})
}

func TestCheckMayWrite(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna, bo, cy := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo"), w.person(t, "4790000003", "Cy")
		check := func(from, to ids.User) (err error) {
			_ = d.Write(t.Context(), func(tx *db.Tx) error {
				err = w.CheckMayWrite(t.Context(), tx, from, to)
				return nil
			})
			return err
		}
		if err := check(anna.ID, bo.ID); err != nil {
			t.Errorf("strangers: %v", err)
		}
		before := d.Statements()
		if err := check(anna.ID, bo.ID); err != nil || d.Statements() != before {
			t.Errorf("again: %v, %d statements, want none", err, d.Statements()-before)
		}
		w.ties(t, bo.ID, anna.ID, users.Tie{Blocked: true})
		if err := check(anna.ID, bo.ID); !errors.Is(err, users.ErrBlocked) {
			t.Errorf("blocked: got %v, want ErrBlocked", err)
		}
		if err := check(bo.ID, anna.ID); !errors.Is(err, users.ErrYouBlocked) {
			t.Errorf("to whom one blocked: got %v, want ErrYouBlocked", err)
		}
		if err := check(anna.ID, anna.ID); err != nil {
			t.Errorf("to oneself: %v", err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return w.Delete(t.Context(), tx, cy.ID) }); err != nil {
			t.Fatal(err)
		}
		if err := check(anna.ID, cy.ID); !errors.Is(err, users.ErrDeleted) {
			t.Errorf("to a deleted account: got %v, want ErrDeleted", err)
		}
		if err := check(anna.ID, 4711); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("to nobody: got %v, want ErrNotFound", err)
		}
	})
}

// contextEnded is a context that is over.
func contextEnded(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx, cancel
}

func TestConcurrentChangesAreAllKept(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna, bo := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo")
		var g errgroup.Group
		for i := range 20 {
			g.Go(func() error {
				return w.UpdateSettings(t.Context(), anna.ID, func(s *users.Settings) users.Change {
					s.Privacy.PaidStars++
					return ""
				})
			})
			g.Go(func() error { // two fight for a name: one has it in the end
				_, err := w.UpdateUsername(t.Context(), []ids.User{anna.ID, bo.ID}[i%2], "wanted_name")
				if errors.Is(err, users.ErrUsernameTaken) || errors.Is(err, users.ErrUsernameSame) {
					return nil
				}
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		both, err := w.Get(t.Context(), anna.ID, bo.ID)
		if err != nil || both[0].Settings.Privacy.PaidStars != 20 {
			t.Errorf("got %d changes, %v; want 20", both[0].Settings.Privacy.PaidStars, err)
		}
		if (both[0].Username == "") == (both[1].Username == "") {
			t.Errorf("names %q and %q, want one", both[0].Username, both[1].Username)
		}
	})
}
