package users_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

func TestShows(t *testing.T) {
	const owner, viewer = ids.User(1), ids.User(2)
	rules := func(kinds ...users.RuleKind) []users.Rule {
		list := make([]users.Rule, len(kinds))
		for i, k := range kinds {
			list[i] = users.Rule{Kind: k}
			if k == users.AllowUsers || k == users.DisallowUsers {
				list[i].Users = []ids.User{viewer}
			}
		}
		return list
	}
	contact, friend, blocked := users.Tie{Contact: true}, users.Tie{Contact: true, CloseFriend: true}, users.Tie{Contact: true, Blocked: true}
	var stranger users.Tie
	tests := map[string]struct {
		rules []users.Rule
		tie   users.Tie // what the owner keeps about the viewer
		bot   bool
		want  bool
	}{
		"all, stranger":                              {rules(users.AllowAll), stranger, false, true},
		"all, blocked":                               {rules(users.AllowAll), blocked, false, false},
		"nobody, contact":                            {rules(users.DisallowAll), contact, false, false},
		"nothing said":                               {rules(), friend, false, false},
		"contacts, contact":                          {rules(users.AllowContacts), contact, false, true},
		"contacts, stranger":                         {rules(users.AllowContacts), stranger, false, false},
		"close friends, contact":                     {rules(users.AllowCloseFriends), contact, false, false},
		"close friends, friend":                      {rules(users.AllowCloseFriends), friend, false, true},
		"all but contacts, contact":                  {rules(users.DisallowContacts, users.AllowAll), contact, false, false},
		"all but contacts, stranger":                 {rules(users.DisallowContacts, users.AllowAll), stranger, false, true},
		"all but contacts, close friends, friend":    {rules(users.DisallowContacts, users.AllowCloseFriends, users.AllowAll), friend, false, true},
		"nobody but him":                             {rules(users.AllowUsers, users.DisallowAll), stranger, false, true},
		"contacts but him":                           {rules(users.DisallowUsers, users.AllowContacts), contact, false, false},
		"him and not him":                            {rules(users.AllowUsers, users.DisallowUsers), contact, false, false},
		"order in the list does not count":           {rules(users.AllowAll, users.DisallowUsers), stranger, false, false},
		"him, though blocked":                        {rules(users.AllowUsers), blocked, false, false},
		"bots, bot":                                  {rules(users.AllowBots, users.DisallowAll), stranger, true, true},
		"bots, person":                               {rules(users.AllowBots, users.DisallowAll), stranger, false, false},
		"all but bots, bot":                          {rules(users.DisallowBots, users.AllowAll), stranger, true, false},
		"premium: nobody is":                         {rules(users.AllowPremium), friend, false, false},
		"groups: none yet, so it lets nobody":        {rules(users.AllowChats), friend, false, false},
		"groups: none yet, so it keeps nobody out":   {rules(users.DisallowChats, users.AllowAll), stranger, false, true},
		"a contact who is told no among all the yes": {rules(users.AllowAll, users.AllowContacts, users.DisallowUsers), contact, false, false},
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		me := w.person(t, "4790000001", "Owner")
		for name, tt := range tests {
			if err := w.SetPrivacy(t.Context(), me.ID, users.Forwards, tt.rules); err != nil {
				t.Fatal(err)
			}
			u, err := w.One(t.Context(), me.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got := u.Shows(users.Forwards, users.Viewer{ID: viewer, Bot: tt.bot}, users.Relation{Theirs: tt.tie}); got != tt.want {
				t.Errorf("%s: got %v, want %v", name, got, tt.want)
			}
			if !u.Shows(users.Forwards, users.Viewer{ID: me.ID}, users.Relation{}) {
				t.Errorf("%s: hides from himself", name)
			}
		}
	})
}

func TestStandardRules(t *testing.T) {
	var u users.User
	for key, want := range map[users.PrivacyKey]users.RuleKind{
		users.PhoneNumber: users.AllowContacts, users.BirthdayKey: users.AllowContacts, users.PhoneP2P: users.AllowContacts,
		users.StatusTimestamp: users.AllowAll, users.ProfilePhoto: users.AllowAll, users.AddedByPhone: users.AllowAll,
	} {
		if got := u.Rules(key); len(got) != 1 || got[0].Kind != want {
			t.Errorf("%s: got %v, want %s", key, got, want)
		}
	}
}

func TestSetPrivacyRefuses(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		me := w.person(t, "4790000001", "Owner")
		for name, rules := range map[string][]users.Rule{
			"unknown kind": {{Kind: "AllowMoon"}},
			"empty kind":   {{}},
			"too many":     make([]users.Rule, 17),
			"too many named": {
				{Kind: users.AllowUsers, Users: make([]ids.User, 1001)},
			},
		} {
			if err := w.SetPrivacy(t.Context(), me.ID, users.About, rules); !errors.Is(err, users.ErrRules) {
				t.Errorf("%s: got %v, want ErrRules", name, err)
			}
		}
	})
}

func TestAllowedFollowsTies(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna, bo := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo")
		allowed := func() bool {
			ok, err := w.Allowed(t.Context(), anna.ID, bo.ID, users.PhoneNumber)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if allowed() {
			t.Error("a stranger sees the number")
		}
		w.ties(t, anna.ID, bo.ID, users.Tie{Contact: true})
		if !allowed() {
			t.Error("a contact does not see the number")
		}
		before := d.Statements()
		allowed()
		if n := d.Statements() - before; n != 0 {
			t.Errorf("asking again took %d statements, want none", n)
		}
	})
}

func TestLetSee(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna, bo := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo")
		sees := func() bool {
			ok, err := w.Allowed(t.Context(), anna.ID, bo.ID, users.PhoneNumber)
			return ok && err == nil
		}
		for name, rules := range map[string][]users.Rule{
			"contacts":     {{Kind: users.AllowContacts}},
			"nobody":       {{Kind: users.DisallowAll}},
			"all but him":  {{Kind: users.DisallowUsers, Users: []ids.User{bo.ID}}, {Kind: users.AllowAll}},
			"somebody":     {{Kind: users.AllowUsers, Users: []ids.User{5}}, {Kind: users.DisallowAll}},
			"him already":  {{Kind: users.AllowUsers, Users: []ids.User{bo.ID}}, {Kind: users.DisallowAll}},
			"all, already": {{Kind: users.AllowAll}},
		} {
			if err := w.SetPrivacy(t.Context(), anna.ID, users.PhoneNumber, rules); err != nil {
				t.Fatal(err)
			}
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				return w.LetSee(t.Context(), tx, anna.ID, bo.ID, users.PhoneNumber)
			})
			if err != nil || !sees() {
				t.Errorf("%s: sees %v, %v", name, sees(), err)
			}
		}
	})
}

func TestSeesStatusBothWays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna, bo := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo")
		sees := func(viewer, user users.User, want bool, when string) {
			t.Helper()
			got, err := w.SeesStatus(t.Context(), viewer.ID, user.ID)
			if err != nil || got != want {
				t.Errorf("%s: %s sees %s: got %v, %v, want %v", when, viewer.FirstName, user.FirstName, got, err, want)
			}
		}
		sees(anna, bo, true, "at first")
		if err := w.SetPrivacy(t.Context(), anna.ID, users.StatusTimestamp, []users.Rule{{Kind: users.DisallowAll}}); err != nil {
			t.Fatal(err)
		}
		sees(bo, anna, false, "hidden")
		sees(anna, bo, false, "who hides")
		sees(anna, anna, true, "oneself")
	})
}

func TestPresence(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna, bo, cy := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo"), w.person(t, "4790000003", "Cy")
		w.ties(t, bo.ID, anna.ID, users.Tie{Contact: true})
		var told []ids.User
		defer w.bus.Subscribe("live", func(m bus.Message) {
			if _, ok := m.Value.(users.StatusChanged); ok {
				told = append(told, ids.User(m.Key))
			}
		})()
		partners := func(context.Context, ids.User) ([]ids.User, error) {
			return []ids.User{cy.ID, anna.ID, cy.ID}, nil
		}
		set := func(online bool, want ...ids.User) {
			t.Helper()
			told = nil
			if err := w.SetOnline(t.Context(), anna.ID, online, partners); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(told, want) {
				t.Errorf("online %v: told %v, want %v", online, told, want)
			}
		}
		set(true) // nobody listens
		set(false)
		detachBo, detachCy := w.Presence().Attach(bo.ID), w.Presence().Attach(cy.ID)
		w.Presence().Attach(anna.ID)
		set(true, bo.ID, cy.ID) // a contact and a partner
		set(true)               // they know
		set(false, bo.ID, cy.ID)
		if err := w.SetPrivacy(t.Context(), anna.ID, users.StatusTimestamp, []users.Rule{
			{Kind: users.DisallowUsers, Users: []ids.User{cy.ID}}, {Kind: users.AllowAll},
		}); err != nil {
			t.Fatal(err)
		}
		set(true, bo.ID)
		detachBo()
		detachBo() // again is harmless
		detachCy()
		set(false)
	})
}

// TDLib shows the old name of whom one talks with until it is told, contact or not.
func TestPartnersHearOfChanges(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna, bo, cy := w.person(t, "4790000001", "Anna"), w.person(t, "4790000002", "Bo"), w.person(t, "4790000003", "Cy")
		w.TellPartners(func(context.Context, ids.User) ([]ids.User, error) { return []ids.User{cy.ID, anna.ID, cy.ID}, nil })
		var told []ids.User
		defer w.bus.Subscribe("live", func(m bus.Message) {
			if _, ok := m.Value.(users.Changed); ok {
				told = append(told, ids.User(m.Key))
			}
		})()
		for _, u := range []users.User{anna, bo, cy} {
			defer w.Presence().Attach(u.ID)()
		}
		w.ties(t, bo.ID, anna.ID, users.Tie{Contact: true})
		if _, err := w.UpdateUsername(t.Context(), anna.ID, "anna_alpha"); err != nil {
			t.Fatal(err)
		}
		if want := []ids.User{bo.ID, cy.ID}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
		told = nil
		err := d.Write(t.Context(), func(tx *db.Tx) error { return w.Delete(t.Context(), tx, anna.ID) })
		w.TellOthers(t.Context(), anna.ID, users.ChangedProfile)
		if want := []ids.User{bo.ID, cy.ID}; err != nil || !slices.Equal(told, want) {
			t.Errorf("of the end: told %v, %v, want %v", told, err, want)
		}
	})
}

func TestLastSeenIsWritten(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		anna := w.person(t, "4790000001", "Anna")
		before := d.Statements()
		now := time.Now()
		for range 10 {
			if err := w.SetOnline(t.Context(), anna.ID, true, nil); err != nil {
				t.Fatal(err)
			}
		}
		if n := d.Statements() - before; n > 1 {
			t.Errorf("coming online took %d statements, want the one for the audience", n)
		}
		statuses, err := w.Presence().Statuses(t.Context(), []ids.User{anna.ID})
		if err != nil || !statuses[0].Online(now) || statuses[0].Online(now.Add(6*time.Minute)) {
			t.Errorf("here: got %+v, %v", statuses, err)
		}
		ctx, cancel := contextEnded(t)
		defer cancel()
		if err := w.Presence().Run(ctx); err != nil {
			t.Fatal(err)
		}
		other := newWorld(t, d) // as after a restart
		statuses, err = other.Presence().Statuses(t.Context(), []ids.User{anna.ID, 5})
		if err != nil || statuses[0].Online(now) || statuses[0].Seen < now.Unix() || statuses[1].Seen != 0 {
			t.Errorf("after a restart: got %+v, %v", statuses, err)
		}
		before = d.Statements()
		if _, err := other.Presence().Statuses(t.Context(), []ids.User{anna.ID, 5}); err != nil || d.Statements() != before {
			t.Errorf("asking again took %d statements, %v", d.Statements()-before, err)
		}
	})
}
