package users_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

func (w world) namesOf(t *testing.T, user ids.User) string {
	t.Helper()
	u, err := w.One(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	var all string
	for _, n := range u.Usernames() {
		all += n.Name
		if n.Editable {
			all += "*"
		}
		if !n.Active {
			all += "-"
		}
		all += " "
	}
	return all
}

func TestSeveralUsernames(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna := w.person(t, "4790000001", "Anna").ID
		set := func(name string) error { _, err := w.UpdateUsername(ctx, anna, name); return err }
		steps := []struct {
			do   func() error
			err  error
			want string
		}{
			{func() error { return set("annaann") }, nil, "annaann* "},
			{func() error { return w.GiveUsername(ctx, anna, "golden") }, nil, "annaann* golden "},
			{func() error { return w.GiveUsername(ctx, anna, "silver") }, nil, "annaann* golden silver "},
			{func() error { return w.GiveUsername(ctx, anna, "Golden") }, users.ErrUsernameTaken, "annaann* golden silver "},
			{func() error { return w.ReorderUsernames(ctx, anna, []string{"golden", "annaann"}) }, users.ErrUsernameOrder, ""},
			{func() error { return w.ReorderUsernames(ctx, anna, []string{"golden", "golden", "silver"}) }, users.ErrUsernameOrder, ""},
			{func() error { return w.ReorderUsernames(ctx, anna, []string{"golden", "silver", "annaann"}) }, nil, "golden silver annaann* "},
			{func() error { return w.ReorderUsernames(ctx, anna, []string{"golden", "silver", "annaann"}) }, users.ErrUsernameSame, ""},
			{func() error { return w.ToggleUsername(ctx, anna, "golden", false) }, nil, "silver annaann* golden- "},
			{func() error { return w.ToggleUsername(ctx, anna, "golden", false) }, users.ErrUsernameSame, ""},
			{func() error { return w.ToggleUsername(ctx, anna, "nobodys", false) }, users.ErrUsername, ""},
			{func() error { return set("anna_2") }, nil, "silver anna_2* golden- "},
			{func() error { return w.ToggleUsername(ctx, anna, "anna_2", false) }, nil, "silver anna_2*- golden- "},
			{func() error { return set("") }, nil, "silver golden- "},
			{func() error { return set("annaann") }, nil, "annaann* silver golden- "},
			{func() error { return w.TakeUsername(ctx, anna, "annaann") }, users.ErrUsername, ""},
			{func() error { return w.TakeUsername(ctx, anna, "golden") }, nil, "annaann* silver "},
			{func() error { return w.TakeUsername(ctx, anna, "silver") }, nil, "annaann* "},
		}
		for i, s := range steps {
			if err := s.do(); !errors.Is(err, s.err) {
				t.Errorf("step %d: got %v, want %v", i, err, s.err)
			}
			if got := w.namesOf(t, anna); s.want != "" && got != s.want {
				t.Errorf("step %d: got %q, want %q", i, got, s.want)
			}
		}
		if err := w.CheckUsername(ctx, "golden"); err != nil {
			t.Errorf("a name taken away: got %v, want it free", err)
		}
	})
}

func TestInactiveUsernameLeadsNowhere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna := w.person(t, "4790000001", "Anna").ID
		if err := errors.Join(w.GiveUsername(ctx, anna, "golden"), w.ToggleUsername(ctx, anna, "golden", false)); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ByUsername(ctx, "golden"); !errors.Is(err, users.ErrNotFound) {
			t.Errorf("by name: got %v, want ErrNotFound", err)
		}
		if err := w.CheckUsername(ctx, "golden"); !errors.Is(err, users.ErrUsernameTaken) {
			t.Errorf("to somebody else: got %v, want ErrUsernameTaken", err)
		}
		if found, err := w.ByUsernamePrefix(ctx, "gold", 10); err != nil || len(found) != 0 {
			t.Errorf("search: got %v, %v", found, err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { return w.Delete(ctx, tx, anna) }); err != nil {
			t.Fatal(err)
		}
		if err := w.CheckUsername(ctx, "golden"); err != nil {
			t.Errorf("after its holder: got %v, want it free", err)
		}
	})
}

func TestPublicTitles(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		title := func(ch ids.Channel, title string) {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) error { return w.SetPublicTitle(ctx, tx, ch.Peer(), title) })
			if err != nil {
				t.Fatal(err)
			}
		}
		found := func(query, want string) {
			t.Helper()
			list, err := w.FindPublic(ctx, query, 10)
			if got := fmt.Sprint(list); err != nil || got != want {
				t.Errorf("%q: got %s, %v; want %s", query, got, err, want)
			}
		}
		title(7, "Bergen Café – Nyheter")
		title(8, "Новости Бергена")
		found("berg", "[-1000000000007]")
		found("cafe nyh", "[-1000000000007]")
		found("CAFÉ oslo", "[]")
		found("бергена нов", "[-1000000000008]")
		found("  ", "[]")
		title(7, "Oslo")
		found("berg", "[]")
		found("osl", "[-1000000000007]")
		title(7, "")
		found("osl", "[]")
	})
}

func TestGroupsInPrivacyRules(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna, bo := w.person(t, "4790000001", "Anna").ID, w.person(t, "4790000002", "Bo").ID
		in := map[ids.Peer]bool{}
		w.AskMembers(func(_ context.Context, user ids.User, peers ...ids.Peer) (list []ids.Peer, err error) {
			for _, p := range peers {
				if user == bo && in[p] {
					list = append(list, p)
				}
			}
			return list, nil
		})
		rules := []users.Rule{{Kind: users.AllowChats, Chats: []int64{5}}, {Kind: users.DisallowAll}}
		if err := w.SetPrivacy(ctx, anna, users.About, rules); err != nil {
			t.Fatal(err)
		}
		shown := func(want bool, when string) {
			t.Helper()
			if got, err := w.Allowed(ctx, anna, bo, users.About); err != nil || got != want {
				t.Errorf("%s: got %v, %v", when, got, err)
			}
		}
		shown(false, "not a member")
		in[ids.Channel(5).Peer()] = true
		w.bus.Publish(bus.Message{Subject: "member", Key: int64(bo)})
		shown(true, "a member")
		rules = append([]users.Rule{{Kind: users.DisallowChats, Chats: []int64{5}}}, users.Rule{Kind: users.AllowAll})
		if err := w.SetPrivacy(ctx, anna, users.About, rules); err != nil {
			t.Fatal(err)
		}
		shown(false, "a member of a group that may not")
		if groups, err := w.RuleGroups(ctx, bo, []int64{5, 6, -1}); err != nil || fmt.Sprint(groups) != "[-1000000000005]" {
			t.Errorf("groups of a rule: got %v, %v", groups, err)
		}
	})
}

func TestBusiness(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna := w.person(t, "4790000001", "Anna").ID
		bad := map[string]*users.Hours{
			"no zone":      {Open: []users.Period{{0, 60}}},
			"unknown zone": {Timezone: "Europe/Atlantis", Open: []users.Period{{0, 60}}},
			"never":        {Timezone: "Europe/Oslo"},
			"backwards":    {Timezone: "Europe/Oslo", Open: []users.Period{{60, 60}}},
			"overlapping":  {Timezone: "Europe/Oslo", Open: []users.Period{{0, 60}, {30, 90}}},
			"beyond":       {Timezone: "Europe/Oslo", Open: []users.Period{{7 * 24 * 60, 7*24*60 + 5}}},
		}
		for name, h := range bad {
			if err := w.SetHours(ctx, anna, h); !errors.Is(err, users.ErrHours) && !errors.Is(err, users.ErrTimezone) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		h := &users.Hours{Timezone: "Europe/Oslo", Open: []users.Period{{10 * 60, 12 * 60}, {9 * 60, 10 * 60}}}
		err := errors.Join(
			w.SetHours(ctx, anna, h), w.SetIntro(ctx, anna, &users.Intro{Title: " Hi "}),
			w.SetLocation(ctx, anna, &users.Location{Address: "Here 1", Point: &users.Point{Lat: 60, Long: 5}}))
		if err != nil {
			t.Fatal(err)
		}
		u, err := w.One(ctx, anna)
		if err != nil {
			t.Fatal(err)
		}
		b := u.Settings.Business
		if fmt.Sprint(b.Hours.Open) != "[{540 720}]" || b.Intro.Title != "Hi" || b.Location.Point.Lat != 60 {
			t.Errorf("got %+v", b)
		}
		monday := time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC) // 9:30 in Oslo
		if !b.Hours.OpenAt(monday) || b.Hours.OpenAt(monday.Add(-time.Hour)) || b.Hours.OpenAt(monday.AddDate(0, 0, 1)) {
			t.Error("open at the wrong time")
		}
		late := users.Hours{Timezone: "UTC", Open: []users.Period{{7*24*60 - 60, 7*24*60 + 60}}}
		if !late.OpenAt(time.Date(2026, 11, 23, 0, 30, 0, 0, time.UTC)) {
			t.Error("Sunday night does not reach into Monday")
		}
	})
}

func TestEmojiStatus(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna := w.person(t, "4790000001", "Anna").ID
		for _, id := range []int64{5, 6, 5} {
			if err := w.SetEmojiStatus(ctx, anna, &users.EmojiStatus{Document: id}); err != nil {
				t.Fatal(err)
			}
		}
		u, err := w.One(ctx, anna)
		if err != nil || fmt.Sprint(u.Settings.StatusesUsed) != "[5 6]" || u.Settings.EmojiStatus.Document != 5 {
			t.Errorf("got %+v, %v", u.Settings, err)
		}
		if err := errors.Join(w.SetEmojiStatus(ctx, anna, nil), w.ClearStatuses(ctx, anna)); err != nil {
			t.Fatal(err)
		}
		if u, err = w.One(ctx, anna); err != nil || u.Settings.StatusesUsed != nil || u.Settings.EmojiStatus != nil {
			t.Errorf("cleared: got %+v, %v", u.Settings, err)
		}
		now := time.Unix(1000, 0)
		over := &users.EmojiStatus{Document: 5, Until: 1000}
		if over.Shown(now) != nil || over.Shown(now.Add(-time.Second)) == nil {
			t.Error("shown at the wrong time")
		}
	})
}

func TestBirthdays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ctx := t.Context()
		anna, bo, cyd := w.person(t, "4790000001", "Anna").ID, w.person(t, "4790000002", "Bo").ID, w.person(t, "4790000003", "Cyd").ID
		day := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
		for _, u := range []ids.User{bo, cyd} {
			if err := w.SetBirthday(ctx, u, users.Birthday{Month: 3, Day: 5}); err != nil {
				t.Fatal(err)
			}
		}
		w.ties(t, bo, anna, users.Tie{Contact: true}) // only contacts see it
		found, err := w.BirthdaysAround(ctx, anna, []ids.User{bo, cyd}, day)
		if err != nil || len(found) != 1 || found[0].ID != bo {
			t.Errorf("got %v, %v", found, err)
		}
		if found, err = w.BirthdaysAround(ctx, anna, []ids.User{bo, cyd}, day.AddDate(0, 0, 1)); err != nil || len(found) != 0 {
			t.Errorf("another day: got %v, %v", found, err)
		}
	})
}
