package channels_test

import (
	"slices"
	"testing"

	"hermod/internal/bus"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

func TestCreateAndInvite(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(4)
		if err := w.users.SetPrivacy(t.Context(), p[3], users.ChatInvite, []users.Rule{{Kind: users.DisallowAll}}); err != nil {
			t.Fatal(err)
		}
		res, err := w.Create(t.Context(), channels.NewChannel{By: p[0], Title: "Group", About: "About us"})
		if err != nil || res.Written[0].PTS != 2 || res.Written[0].ID != 1 {
			t.Fatalf("got %+v, %v", res, err)
		}
		ch := res.Channel.ID
		if res, err = w.Invite(t.Context(), p[0], ch, p); err != nil || !slices.Equal(res.Added, p[1:3]) || !slices.Equal(res.Missing, p[3:]) {
			t.Fatalf("got %+v, %v", res, err)
		}
		if c := w.one(ch); c.Members != 3 || c.Admins != 1 || c.Title != "Group" || c.About != "About us" || c.Creator != p[0] {
			t.Errorf("got %+v", c)
		}
		if m := w.member(ch, p[1]); !m.In() || m.Inviter != p[0] || m.IsAdmin() {
			t.Errorf("got %+v", m)
		}
		if m := w.member(ch, p[0]); !m.Creator || !m.IsAdmin() {
			t.Errorf("got %+v", m)
		}
		if last := w.scribe.told[len(w.scribe.told)-1]; last.Kind != actions.AddUsers || !slices.Equal(last.Users, p[1:3]) {
			t.Errorf("got %+v", last)
		}
		for i, want := range []int{1, 1, 1, 0} {
			if in, err := w.Joined(t.Context(), p[i]); err != nil || len(in) != want {
				t.Errorf("person %d is in %v, %v", i, in, err)
			}
		}
	})
}

// A device that misses both that its user left and that he came again must learn how far he has read now.
func TestWhoComesAgainIsToldWhatHeHasRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.supergroup(p[0])
		w.must(w.SetUsername(t.Context(), p[0], ch, "some_group"))
		var told []updates.Entry
		w.bus.Subscribe(updates.Subject, func(m bus.Message) {
			if e := m.Value.(updates.Entry); e.Event == (updates.ReadChannel{Channel: ch}) {
				told = append(told, e)
			}
		})
		ctx := updates.WithOrigin(t.Context(), updates.Origin{Key: 1, Session: 2})
		w.must(w.Join(ctx, p[1], ch))
		if len(told) != 0 {
			t.Errorf("who comes for the first time: %+v", told)
		}
		w.must(w.Leave(ctx, p[1], ch))
		w.must(w.Join(ctx, p[1], ch))
		w.must(w.Leave(ctx, p[1], ch))
		w.must(w.Invite(ctx, p[0], ch, p[1:]))
		if len(told) != 2 {
			t.Fatalf("who comes again twice: %+v", told)
		}
		for _, e := range told {
			if e.Owner != p[1].Peer() || e.Origin != (updates.Origin{}) {
				t.Errorf("got %+v", e)
			}
		}
	})
}

func TestSight(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(4)
		ch := w.channel(p[0], p[1])
		see := func(u ids.User) error {
			_, err := w.See(t.Context(), u, ch)
			return err
		}
		w.want("a stranger and a private channel", see(p[2]), rights.ErrPrivate)
		w.want("a member", see(p[1]), nil)
		w.must(w.SetUsername(t.Context(), p[0], ch, "some_news"))
		w.want("a stranger and a public channel", see(p[2]), nil)
		w.must(w.Ban(t.Context(), p[0], ch, p[2].Peer(), rights.Restriction{Banned: rights.ViewMessages}))
		w.want("who is banned", see(p[2]), rights.ErrPrivate)
		group := w.supergroup(p[0])
		w.want("link", w.SetLinked(t.Context(), p[0], ch, group), nil)
		_, err := w.See(t.Context(), p[3], group)
		w.want("the discussion of a public channel", err, nil)
		_, err = w.Delete(t.Context(), p[0], ch)
		w.want("delete", err, nil)
		w.want("a deleted channel", see(p[1]), rights.ErrPrivate)
		_, err = w.See(t.Context(), p[3], group)
		w.want("the discussion of what was deleted", err, rights.ErrPrivate)
		_, err = w.See(t.Context(), p[3], 5)
		w.want("unknown", err, channels.ErrNotFound)
	})
}

func TestJoinAndLeave(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		ch := w.supergroup(p[0])
		join := func(u ids.User) error { _, err := w.Join(t.Context(), u, ch); return err }
		leave := func(u ids.User) error { _, err := w.Leave(t.Context(), u, ch); return err }
		w.want("join a private group", join(p[1]), rights.ErrPrivate)
		w.must(w.SetUsername(t.Context(), p[0], ch, "some_group"))
		w.want("join", join(p[1]), nil)
		w.want("join again", join(p[1]), channels.ErrAlready)
		w.want("leave", leave(p[1]), nil)
		w.want("leave again", leave(p[1]), rights.ErrNotParticipant)
		w.want("come back", join(p[1]), nil)
		w.want("the owner leaves", leave(p[0]), nil)
		if m := w.member(ch, p[0]); !m.Creator || m.In() || m.IsAdmin() {
			t.Errorf("the owner who left: %+v", m)
		}
		w.want("and comes back", join(p[0]), nil)
		if m := w.member(ch, p[0]); !m.IsAdmin() {
			t.Errorf("the owner who came back: %+v", m)
		}
		w.must(w.Turn(t.Context(), p[0], ch, channels.SwitchJoinRequest, true))
		w.want("join by request", join(p[2]), channels.ErrAskFirst)
		if c := w.one(ch); c.Members != 2 || c.Admins != 1 {
			t.Errorf("got %d members, %d admins", c.Members, c.Admins)
		}
		left, n, err := w.LeftChannels(t.Context(), p[1], 0, 10)
		if err != nil || n != 0 || len(left) != 0 {
			t.Errorf("left: %v, %v", left, err)
		}
		w.want("leave", leave(p[1]), nil)
		if left, n, err = w.LeftChannels(t.Context(), p[1], 0, 10); err != nil || n != 1 || left[0].ID != ch {
			t.Errorf("left: %v, %v", left, err)
		}
	})
}

func TestHiddenHistory(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.supergroup(p[0])
		w.must(w.SetTitle(t.Context(), p[0], ch, "Other"))
		w.must(w.Turn(t.Context(), p[0], ch, channels.SwitchHiddenHistory, true))
		w.must(w.Invite(t.Context(), p[0], ch, p[1:]))
		if m := w.member(ch, p[1]); m.Available != 2 {
			t.Errorf("sees from %d", m.Available)
		}
		w.must(w.SetUsername(t.Context(), p[0], ch, "group_open"))
		if w.one(ch).HiddenHistory {
			t.Error("a public group hides its history")
		}
		_, err := w.Turn(t.Context(), p[0], ch, channels.SwitchHiddenHistory, true)
		w.want("hide what is public", err, channels.ErrHistoryPublic)
	})
}

func TestMigrate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		g, err := w.groups.Create(t.Context(), groups.NewGroup{By: p[0], Title: "Friends", Users: p[1:]})
		if err != nil {
			t.Fatal(err)
		}
		chat := g.Group.ID
		if _, err := w.groups.SetAdmin(t.Context(), p[0], chat, p[1], true); err != nil {
			t.Fatal(err)
		}
		if _, err := w.groups.SetDefaults(t.Context(), p[0], chat, rights.SendPolls); err != nil {
			t.Fatal(err)
		}
		_, err = w.Migrate(t.Context(), p[1], chat)
		w.want("an admin migrates", err, rights.ErrAdminRequired)
		res, err := w.Migrate(t.Context(), p[0], chat)
		if err != nil || len(res.Written) != 2 {
			t.Fatalf("got %+v, %v", res, err)
		}
		c := w.one(res.Channel.ID)
		if c.MigratedFrom != chat || c.Members != 3 || c.Admins != 2 || c.Defaults != rights.SendPolls || c.Title != "Friends" {
			t.Errorf("got %+v", c)
		}
		old, err := w.groups.One(t.Context(), chat)
		if err != nil || old.MigratedTo != c.ID || old.Active() {
			t.Errorf("got %+v, %v", old, err)
		}
		for _, u := range p {
			if in, err := w.groups.Peers(t.Context(), u); err != nil || !slices.Equal(in, []ids.Peer{c.ID.Peer()}) {
				t.Errorf("is in %v, %v", in, err)
			}
		}
		if again, err := w.Migrate(t.Context(), p[0], chat); err != nil || again.Channel.ID != c.ID {
			t.Errorf("again: %+v, %v", again, err)
		}
	})
}
