package channels_test

import (
	"errors"
	"testing"

	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

func TestPromotion(t *testing.T) {
	const add = rights.AdminAddAdmins
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[admin], p[member], p[other])
		steps := []struct {
			by, whom int
			rights   rights.Admin
			err      error
		}{
			{member, other, rights.AdminBanUsers, rights.ErrAdminRequired},
			{owner, admin, add | rights.AdminBanUsers, nil},
			{admin, member, rights.AdminPinMessages, channels.ErrRights}, // he has not got it
			{admin, member, add | rights.AdminBanUsers, nil},
			{admin, owner, rights.AdminBanUsers, channels.ErrCreator},
			{admin, admin, add | rights.AdminBanUsers | rights.AdminPinMessages, channels.ErrAdmin},
			{member, other, rights.AdminBanUsers, nil},
			{admin, other, 0, channels.ErrAdmin}, // another has promoted him
			{member, other, 0, nil},
			{member, other, 0, channels.ErrSame},
			{owner, member, add, nil},                    // the owner changes anybody
			{member, member, 0, nil},                     // one may resign
			{admin, stranger, rights.AdminBanUsers, nil}, // is added
			{stranger, admin, rights.AdminBanUsers, rights.ErrAdminRequired},
			{owner, owner, rights.AdminAnonymous, nil},
		}
		for i, step := range steps {
			_, err := w.Promote(t.Context(), channels.Promotion{By: p[step.by], Channel: ch, User: p[step.whom], Rights: step.rights})
			if !errors.Is(err, step.err) {
				t.Fatalf("step %d: got %v, want %v", i, err, step.err)
			}
		}
		if c := w.one(ch); c.Admins != 3 || c.Members != 5 {
			t.Errorf("got %d admins, %d members", c.Admins, c.Members)
		}
		if m := w.member(ch, p[owner]); !m.Creator || !m.Anonymous() || !m.Admin.Has(rights.AdminBanUsers) {
			t.Errorf("the owner: %+v", m)
		}
		if m := w.member(ch, p[admin]); m.PromotedBy != p[owner] || m.Admin != add|rights.AdminBanUsers {
			t.Errorf("the admin: %+v", m)
		}
	})
}

func TestPromotionOfWhoHidesOrIsBanned(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[admin], p[member])
		w.promote(p[owner], ch, p[admin], rights.AdminAddAdmins|rights.AdminInviteUsers)
		if err := w.users.SetPrivacy(t.Context(), p[stranger], users.ChatInvite, []users.Rule{{Kind: users.DisallowAll}}); err != nil {
			t.Fatal(err)
		}
		p1 := channels.Promotion{By: p[owner], Channel: ch, User: p[stranger], Rights: rights.AdminPinMessages}
		_, err := w.Promote(t.Context(), p1)
		w.want("who hides", err, channels.ErrPrivacy)
		w.must(w.Ban(t.Context(), p[owner], ch, p[member].Peer(), rights.Restriction{Banned: rights.SendPolls}))
		p2 := channels.Promotion{By: p[admin], Channel: ch, User: p[member], Rights: rights.AdminInviteUsers}
		_, err = w.Promote(t.Context(), p2)
		w.want("who is restricted, by one who cannot lift it", err, channels.ErrKicked)
		p2.By = p[owner]
		w.must(w.Promote(t.Context(), p2))
		if m := w.member(ch, p[member]); m.Banned() != 0 || w.one(ch).Banned != 0 {
			t.Errorf("is restricted still: %+v", m)
		}
	})
}

func TestBotsInChannels(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(1)
		news, group, bot := w.channel(p[0]), w.supergroup(p[0]), w.bot()
		_, err := w.Invite(t.Context(), p[0], news, []ids.User{bot})
		w.want("a bot that reads a channel", err, channels.ErrBot)
		w.must(w.Invite(t.Context(), p[0], group, []ids.User{bot}))
		w.promote(p[0], news, bot, rights.AdminPostMessages)
		if m := w.member(news, bot); !m.IsAdmin() || !m.Bot || w.one(news).Bots != 1 {
			t.Errorf("got %+v", m)
		}
		_, err = w.Transfer(t.Context(), p[0], news, bot)
		w.want("to a bot", err, channels.ErrUser)
	})
}

func TestBansOfAdmins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[admin], p[member], p[other])
		w.promote(p[owner], ch, p[admin], rights.AdminAddAdmins|rights.AdminBanUsers)
		w.promote(p[owner], ch, p[other], rights.AdminBanUsers)
		w.must(w.Promote(t.Context(), channels.Promotion{By: p[admin], Channel: ch, User: p[member], Rights: rights.AdminBanUsers}))
		ban := func(by, whom int) error {
			_, err := w.Ban(t.Context(), p[by], ch, p[whom].Peer(), rights.Restriction{Banned: rights.ViewMessages})
			return err
		}
		w.want("the owner", ban(admin, owner), channels.ErrCreator)
		w.want("who is above", ban(member, admin), channels.ErrAdmin)
		w.want("whom the owner made", ban(admin, other), channels.ErrAdmin)
		w.want("himself", ban(admin, admin), channels.ErrUser)
		w.want("whom he made", ban(admin, member), nil)
		w.want("again", ban(admin, member), channels.ErrSame)
		m := w.member(ch, p[member])
		if m.IsAdmin() || !m.Kicked() || m.BannedBy != p[admin] || w.one(ch).Admins != 3 || w.one(ch).Kicked != 1 {
			t.Errorf("got %+v, %+v", m, w.one(ch))
		}
		last := w.scribe.told[len(w.scribe.told)-1]
		if last.Kind != actions.DeleteUser || last.User != p[member] || last.from != p[admin].Peer() {
			t.Errorf("got %+v", last)
		}
		if in, err := w.groups.In(t.Context(), p[member], ch.Peer()); err != nil || in {
			t.Errorf("is in it still, %v", err)
		}
		w.promote(p[owner], ch, p[spare], rights.AdminInviteUsers)
		_, err := w.Invite(t.Context(), p[spare], ch, []ids.User{p[member]})
		w.want("invited by who cannot lift the ban", err, channels.ErrKicked)
		w.must(w.Ban(t.Context(), p[admin], ch, p[member].Peer(), rights.Restriction{}))
		w.must(w.Invite(t.Context(), p[spare], ch, []ids.User{p[member]}))
	})
}

func TestTransfer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[admin])
		w.promote(p[owner], ch, p[admin], rights.AdminBanUsers)
		_, err := w.Transfer(t.Context(), p[admin], ch, p[admin])
		w.want("by an admin", err, rights.ErrCreatorRequired)
		_, err = w.Transfer(t.Context(), p[owner], ch, p[stranger])
		w.want("to a stranger", err, rights.ErrNotParticipant)
		if heir, err := w.Heir(t.Context(), p[owner], ch); err != nil || heir != p[admin] {
			t.Errorf("heir %d, %v", heir, err)
		}
		w.must(w.Transfer(t.Context(), p[owner], ch, p[admin]))
		if c := w.one(ch); c.Creator != p[admin] || c.Admins != 2 {
			t.Errorf("got %+v", c)
		}
		if m := w.member(ch, p[owner]); m.Creator || !m.IsAdmin() {
			t.Errorf("the old owner: %+v", m)
		}
		w.must(w.SetUsername(t.Context(), p[admin], ch, "new_owner"))
		if list, err := w.AdminedPublic(t.Context(), p[admin]); err != nil || len(list) != 1 {
			t.Errorf("got %v, %v", list, err)
		}
		if list, err := w.AdminedPublic(t.Context(), p[owner]); err != nil || len(list) != 0 {
			t.Errorf("got %v, %v", list, err)
		}
	})
}

func TestPublicLimit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		for i := range channels.MaxPublic {
			w.must(w.SetUsername(t.Context(), p[0], w.channel(p[0]), "public_"+string(rune('a'+i))))
		}
		ch := w.channel(p[0])
		_, err := w.SetUsername(t.Context(), p[0], ch, "one_too_many")
		w.want("one more", err, channels.ErrPublicTooMany)
		w.want("check", w.CheckUsername(t.Context(), p[0], ch, "one_too_many"), channels.ErrPublicTooMany)
		w.want("check for a new one", w.CheckUsername(t.Context(), p[1], 0, "public_a"), users.ErrUsernameTaken)
		w.want("check a free one", w.CheckUsername(t.Context(), p[1], 0, "public_z"), nil)
	})
}

func TestUsernames(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(1)
		ch := w.channel(p[0])
		w.must(w.SetUsername(t.Context(), p[0], ch, "First_Name"))
		_, err := w.SetUsername(t.Context(), p[0], ch, "First_Name")
		w.want("same", err, channels.ErrSame)
		w.want("give", w.GiveUsername(t.Context(), ch, "given_name"), nil)
		_, err = w.ReorderUsernames(t.Context(), p[0], ch, []string{"given_name"})
		w.want("odd order", err, users.ErrUsernameOrder)
		w.must(w.ReorderUsernames(t.Context(), p[0], ch, []string{"given_name", "First_Name"}))
		if c := w.one(ch); c.Username() != "given_name" {
			t.Errorf("got %+v", c.Usernames)
		}
		w.must(w.ToggleUsername(t.Context(), p[0], ch, "given_name", false))
		if c := w.one(ch); c.Username() != "First_Name" {
			t.Errorf("got %+v", c.Usernames)
		}
		if peer, err := w.users.ByUsername(t.Context(), "first_name"); err != nil || peer != ch.Peer() {
			t.Errorf("leads to %d, %v", peer, err)
		}
		w.must(w.DeactivateUsernames(t.Context(), p[0], ch))
		if w.one(ch).Public() {
			t.Error("is public still")
		}
		w.must(w.SetUsername(t.Context(), p[0], ch, ""))
		_, err = w.users.ByUsername(t.Context(), "first_name")
		w.want("the old name", err, users.ErrNotFound)
		log, err := w.Log(t.Context(), p[0], ch, channels.LogQuery{Class: channels.ClassInfo, Limit: 50})
		if err != nil || len(log) != 5 {
			t.Errorf("log: %+v, %v", log, err)
		}
	})
}

func TestLinked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		news, group, second := w.channel(p[owner], p[member]), w.supergroup(p[owner]), w.supergroup(p[owner])
		link := func(by int, channel, group ids.Channel) error { return w.SetLinked(t.Context(), p[by], channel, group) }
		w.want("a member", link(member, news, group), rights.ErrAdminRequired)
		w.want("the wrong way round", link(owner, group, news), channels.ErrLink)
		if list, err := w.ForDiscussion(t.Context(), p[owner]); err != nil || len(list) != 2 {
			t.Errorf("possible: %v, %v", list, err)
		}
		w.must(w.Turn(t.Context(), p[owner], group, channels.SwitchHiddenHistory, true))
		w.want("a hidden history", link(owner, news, group), channels.ErrHistoryHidden)
		w.must(w.Turn(t.Context(), p[owner], group, channels.SwitchHiddenHistory, false))
		w.want("link", link(owner, news, group), nil)
		w.want("again", link(owner, news, group), channels.ErrSame)
		_, err := w.See(t.Context(), p[member], group)
		w.want("who reads the channel sees the group", err, nil)
		_, err = w.See(t.Context(), p[stranger], group)
		w.want("others do not", err, rights.ErrPrivate)
		w.want("another", link(owner, news, second), nil)
		if w.one(group).Linked != 0 || w.one(second).Linked != news || w.one(news).Linked != second {
			t.Error("links are wrong")
		}
		w.want("end it from the group", link(owner, 0, second), nil)
		if w.one(news).Linked != 0 || w.one(second).Linked != 0 {
			t.Error("are linked still")
		}
		w.want("end nothing", link(owner, news, 0), channels.ErrSame)
		w.want("end nothing", link(owner, 0, second), channels.ErrSame)
	})
}

func TestForget(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		ch, other := w.supergroup(p...), w.channel(p[1], p[0])
		if err := w.forget(p[0]); err != nil {
			t.Fatal(err)
		}
		if c := w.one(ch); c.Creator != 0 || c.Members != 2 || c.Admins != 0 {
			t.Errorf("got %+v", c)
		}
		if c := w.one(other); c.Members != 1 {
			t.Errorf("got %+v", c)
		}
		w.promote(p[1], other, p[2], rights.AdminInviteUsers)
		if err := w.forget(p[1]); err != nil {
			t.Fatal(err)
		}
		if c := w.one(other); c.Creator != p[2] || c.Admins != 1 || !w.member(other, p[2]).Creator {
			t.Errorf("the heir: %+v", c)
		}
		if all, err := w.groups.Belongings(t.Context(), p[0]); err != nil || len(all) != 2 || all[0].Status != groups.Left {
			t.Errorf("got %v, %v", all, err)
		}
	})
}
