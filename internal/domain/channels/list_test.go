package channels_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

func (w *world) page(by ids.User, ch ids.Channel, q channels.MemberQuery) []ids.User {
	w.t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	page, err := w.MembersPage(w.t.Context(), by, ch, q)
	if err != nil {
		w.t.Fatal(err)
	}
	if page.Count < len(page.Members) {
		w.t.Errorf("count %d of %d", page.Count, len(page.Members))
	}
	var who []ids.User
	for _, m := range page.Members {
		who = append(who, m.User)
	}
	return who
}

func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[admin], p[member], p[other], p[spare])
		w.promote(p[owner], ch, p[admin], rights.AdminBanUsers)
		w.must(w.Ban(t.Context(), p[owner], ch, p[other].Peer(), rights.Restriction{Banned: rights.SendPolls}))
		w.must(w.Ban(t.Context(), p[owner], ch, p[spare].Peer(), rights.Restriction{Banned: rights.ViewMessages}))
		bot := w.bot()
		w.must(w.Invite(t.Context(), p[owner], ch, []ids.User{bot}))
		tests := map[string]struct {
			channels.MemberQuery
			want []ids.User
		}{
			"recent":         {channels.MemberQuery{Filter: channels.Recent}, []ids.User{p[owner], p[admin], p[member], p[other], bot}},
			"admins":         {channels.MemberQuery{Filter: channels.Admins}, []ids.User{p[owner], p[admin]}},
			"restricted":     {channels.MemberQuery{Filter: channels.Banned}, []ids.User{p[other]}},
			"banned":         {channels.MemberQuery{Filter: channels.Kicked}, []ids.User{p[spare]}},
			"banned by name": {channels.MemberQuery{Filter: channels.Kicked, Text: "nobody"}, nil},
			"bots":           {channels.MemberQuery{Filter: channels.Bots}, []ids.User{bot}},
			"search":         {channels.MemberQuery{Filter: channels.Search, Text: "number3"}, []ids.User{p[member]}},
			"two words":      {channels.MemberQuery{Filter: channels.Search, Text: "Numb pers"}, []ids.User{p[owner], p[admin], p[member], p[other]}},
			"no word fits":   {channels.MemberQuery{Filter: channels.Search, Text: "erson"}, nil},
			"by username":    {channels.MemberQuery{Filter: channels.Search, Text: "@helper_"}, []ids.User{bot}},
			"mentions":       {channels.MemberQuery{Filter: channels.Mentions, Text: "number4"}, []ids.User{p[other]}},
			"contacts":       {channels.MemberQuery{Filter: channels.Contacts}, nil},
		}
		for name, tt := range tests {
			got := w.page(p[admin], ch, tt.MemberQuery)
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: got %v, want %v", name, got, tt.want)
			}
		}
		for _, f := range []channels.Filter{channels.Kicked, channels.Banned} {
			_, err := w.MembersPage(t.Context(), p[member], ch, channels.MemberQuery{Filter: f})
			w.want("a member asks who is banned", err, rights.ErrAdminRequired)
		}
		w.must(w.Turn(t.Context(), p[owner], ch, channels.SwitchHiddenMembers, true))
		if got := w.page(p[member], ch, channels.MemberQuery{}); len(got) != 2 {
			t.Errorf("hidden members: %v", got)
		}
		if got := w.page(p[admin], ch, channels.MemberQuery{}); len(got) != 5 {
			t.Errorf("an admin sees hidden members: %v", got)
		}
		_, err := w.Participant(t.Context(), p[member], ch, p[other].Peer())
		w.want("one that is hidden", err, rights.ErrNotParticipant)
		_, err = w.Participant(t.Context(), p[member], ch, p[admin].Peer())
		w.want("an admin", err, nil)
		_, err = w.Participant(t.Context(), p[member], ch, p[member].Peer())
		w.want("oneself", err, nil)
		news := w.channel(p[owner], p[member])
		_, err = w.MembersPage(t.Context(), p[member], news, channels.MemberQuery{})
		w.want("who reads a channel", err, rights.ErrAdminRequired)
	})
}

func (w *world) bot() (bot ids.User) {
	w.t.Helper()
	err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		u, err := w.users.Create(w.t.Context(), tx, users.NewUser{FirstName: "Robot", Username: "helper_bot", Bot: &users.BotInfo{}})
		bot = u.ID
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return bot
}

func TestRenamedMemberIsFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.supergroup(p...)
		first := "Ødegård"
		if _, err := w.users.UpdateProfile(t.Context(), p[1], users.Profile{FirstName: &first}); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]int{"person": 1, "ødeg": 1, "number2": 1} {
			if got := w.page(p[0], ch, channels.MemberQuery{Filter: channels.Search, Text: text}); len(got) != want {
				t.Errorf("%s: got %v", text, got)
			}
		}
		w.must(w.Leave(t.Context(), p[1], ch))
		if got := w.page(p[0], ch, channels.MemberQuery{Filter: channels.Search, Text: "number2"}); len(got) != 0 {
			t.Errorf("found after he left: %v", got)
		}
	})
}

// Pages hold each member once, whether they are counted or read on from a cursor.
func TestPagesOfManyMembers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const many = 2500
		p := w.people(many)
		ch := w.supergroup(p[0])
		made, err := w.MakeMembers(t.Context(), ch, p)
		if err != nil || made != many-1 {
			t.Fatalf("made %d, %v", made, err)
		}
		if made, err = w.MakeMembers(t.Context(), ch, p[:10]); err != nil || made != 0 {
			t.Errorf("again: made %d, %v", made, err)
		}
		for _, step := range []int{200, 70} {
			seen := map[ids.User]bool{}
			for at := 0; ; at += step {
				page := w.page(p[0], ch, channels.MemberQuery{Offset: at, Limit: step})
				for _, u := range page {
					seen[u] = true
				}
				if len(page) < step {
					break
				}
			}
			if len(seen) != many {
				t.Errorf("in steps of %d: saw %d", step, len(seen))
			}
		}
		if got := w.page(p[0], ch, channels.MemberQuery{Filter: channels.Search, Text: "number250", Limit: 200}); len(got) != 2 {
			t.Errorf("search: got %v", got)
		}
		if c := w.one(ch); c.Members != many {
			t.Errorf("%d members", c.Members)
		}
		if in, err := w.Joined(t.Context(), p[many-1]); err != nil || len(in) != 1 {
			t.Errorf("the last is in %v, %v", in, err)
		}
		n := 0
		if err := w.AllMembers(t.Context(), ch, func(part []ids.User) error { n += len(part); return nil }); err != nil || n != many {
			t.Errorf("all: %d, %v", n, err)
		}
		w.must(w.Delete(t.Context(), p[0], ch))
		if err := w.Evict(t.Context()); err != nil {
			t.Fatal(err)
		}
		if in, err := w.Joined(t.Context(), p[many-1]); err != nil || len(in) != 0 {
			t.Errorf("after its end the last is in %v, %v", in, err)
		}
	})
}

func TestReadBy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		ch := w.supergroup(p...)
		at := time.Unix(time.Now().Unix(), 0)
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			for i, mark := range []struct {
				user ids.User
				upTo ids.Message
			}{{p[1], 2}, {p[1], 5}, {p[2], 3}} {
				if err := w.MarkRead(t.Context(), tx, ch, mark.user, mark.upTo, at.Add(time.Duration(i)*time.Second)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[ids.Message]string{
			2: fmt.Sprintf("%d+0 %d+2 ", p[1], p[2]), 3: fmt.Sprintf("%d+1 %d+2 ", p[1], p[2]), 4: fmt.Sprintf("%d+1 ", p[1]), 6: "",
		} {
			list, err := w.ReadBy(t.Context(), ch, id)
			got := ""
			for _, r := range list {
				got += fmt.Sprintf("%d+%d ", r.User, int(r.Date.Sub(at).Seconds()))
			}
			if err != nil || got != want {
				t.Errorf("message %d: got %s, %v; want %s", id, got, err, want)
			}
		}
	})
}

func TestSimilar(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(8)
		here, like, unlike := w.channel(p[:5]...), w.channel(p[1:7]...), w.channel(p[6:]...)
		for name, ch := range map[string]ids.Channel{"here_here": here, "like_like": like, "unlike_unlike": unlike} {
			w.must(w.SetUsername(t.Context(), w.one(ch).Creator, ch, name))
		}
		list, err := w.Similar(t.Context(), p[0], here)
		if err != nil || len(list) != 1 || list[0].ID != like {
			t.Errorf("got %v, %v", list, err)
		}
		if list, err = w.Similar(t.Context(), p[1], here); err != nil || len(list) != 0 {
			t.Errorf("for one who is in it: %v, %v", list, err)
		}
		if list, err = w.Similar(t.Context(), p[0], 0); err != nil || len(list) != 1 {
			t.Errorf("for his own: %v, %v", list, err)
		}
	})
}

func TestLog(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(cast)
		ch := w.supergroup(p[owner], p[admin], p[member])
		w.promote(p[owner], ch, p[admin], rights.AdminBanUsers|rights.AdminChangeInfo)
		w.must(w.SetTitle(t.Context(), p[admin], ch, "Another title"))
		w.must(w.Ban(t.Context(), p[admin], ch, p[member].Peer(), rights.Restriction{Banned: rights.SendPolls}))
		w.must(w.Ban(t.Context(), p[admin], ch, p[member].Peer(), rights.Restriction{Banned: rights.ViewMessages}))
		w.must(w.Ban(t.Context(), p[admin], ch, p[member].Peer(), rights.Restriction{}))
		w.promote(p[owner], ch, p[admin], 0)
		kinds := func(q channels.LogQuery) string {
			q.Limit = 20
			list, err := w.Log(t.Context(), p[owner], ch, q)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, e := range list {
				got += string(e.Kind) + " "
			}
			return got
		}
		for name, tt := range map[string]struct {
			channels.LogQuery
			want string
		}{
			"all":         {channels.LogQuery{}, "admin ban ban ban title admin invite invite "},
			"kicks":       {channels.LogQuery{Class: channels.ClassKick}, "ban "},
			"bans, lifts": {channels.LogQuery{Class: channels.ClassBan | channels.ClassUnkick}, "ban ban "},
			"demotions":   {channels.LogQuery{Class: channels.ClassDemote}, "admin "},
			"by an admin": {channels.LogQuery{Admins: p[admin : admin+1]}, "ban ban ban title "},
			"by text":     {channels.LogQuery{Text: "another"}, "title "},
			"by name":     {channels.LogQuery{Text: "number2"}, "ban ban ban title "},
			"by no name":  {channels.LogQuery{Text: "nobody"}, ""},
		} {
			if got := kinds(tt.LogQuery); got != tt.want {
				t.Errorf("%s: got %q, want %q", name, got, tt.want)
			}
		}
		all, err := w.Log(t.Context(), p[owner], ch, channels.LogQuery{Limit: 3})
		if err != nil || len(all) != 3 {
			t.Fatalf("got %v, %v", all, err)
		}
		if got := kinds(channels.LogQuery{Max: all[2].ID}); got != "ban title admin invite invite " {
			t.Errorf("next page: %q", got)
		}
		e := all[1]
		before, err := channels.Decode[channels.Member](e.Before)
		if after, err2 := channels.Decode[channels.Member](e.After); err != nil || err2 != nil || !before.Kicked() || after.Kicked() {
			t.Errorf("got %+v, %+v, %v, %v", before, after, err, err2)
		}
		_, err = w.Log(t.Context(), p[admin], ch, channels.LogQuery{})
		w.want("who is no admin any more", err, rights.ErrAdminRequired)
	})
}
