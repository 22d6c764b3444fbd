package groups_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
)

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		if err := w.users.SetPrivacy(t.Context(), p[2], users.ChatInvite, []users.Rule{{Kind: users.DisallowAll}}); err != nil {
			t.Fatal(err)
		}
		res, err := w.Create(t.Context(), groups.NewGroup{By: p[0], Title: "  Old   friends ", Users: p})
		if err != nil {
			t.Fatal(err)
		}
		if res.Group.Title != "Old friends" || res.Group.Members != 2 || !slices.Equal(res.Missing, p[2:]) {
			t.Errorf("got %+v", res)
		}
		st, err := w.State(t.Context(), res.Group.ID)
		if err != nil || !slices.Equal(st.Users(), p[:2]) || st.Creator != p[0] || st.Version != 1 {
			t.Errorf("state: got %+v, %v", st, err)
		}
		if a := w.last(); a.Kind != actions.ChatCreate || a.Title != "Old friends" || !slices.Equal(a.Users, p[:2]) || len(a.owners) != 2 {
			t.Errorf("service message: got %+v", a)
		}
		for i, want := range []int{1, 1, 0} {
			if in, err := w.Peers(t.Context(), p[i]); err != nil || len(in) != want {
				t.Errorf("person %d is in %v, %v", i, in, err)
			}
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		for name, tt := range map[string]struct {
			groups.NewGroup
			err error
		}{
			"no title":     {groups.NewGroup{Title: " "}, groups.ErrTitle},
			"long title":   {groups.NewGroup{Title: strings.Repeat("x", 129)}, groups.ErrTitle},
			"unknown user": {groups.NewGroup{Title: "x", Users: []ids.User{4}}, groups.ErrUser},
			"the server":   {groups.NewGroup{Title: "x", Users: []ids.User{ids.Service}}, groups.ErrUser},
			"too many":     {groups.NewGroup{Title: "x", Users: make([]ids.User, 200)}, groups.ErrTooMany},
			"odd period":   {groups.NewGroup{Title: "x", Period: 3}, groups.ErrPeriod},
		} {
			tt.By = p[0]
			if _, err := w.Create(t.Context(), tt.NewGroup); !errors.Is(err, tt.err) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

// Each step is done by somebody and changes what the next one finds.
func TestMembersComeAndGo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(5)
		chat := w.group(p[0], p[1], p[2])
		const add, remove = "add", "remove"
		steps := []struct {
			by, whom int
			do       string
			err      error
		}{
			{3, 4, add, rights.ErrNotParticipant},
			{1, 2, add, groups.ErrAlready},
			{1, 3, add, nil},
			{2, 3, remove, rights.ErrAdminRequired}, // a member removes only whom he brought
			{1, 3, remove, nil},
			{3, 3, add, rights.ErrNotParticipant}, // who was removed cannot come back by himself
			{2, 2, remove, nil},
			{2, 2, remove, rights.ErrNotParticipant},
			{2, 2, add, nil}, // who went can
			{0, 4, remove, rights.ErrNotParticipant},
			{1, 0, remove, rights.ErrAdminRequired},
			{0, 0, remove, nil},
			{0, 0, add, nil},
			{0, 1, remove, nil},
		}
		for i, step := range steps {
			var err error
			if step.do == add {
				_, err = w.Add(t.Context(), p[step.by], chat, p[step.whom])
			} else {
				_, err = w.Remove(t.Context(), p[step.by], chat, p[step.whom])
			}
			if !errors.Is(err, step.err) {
				t.Fatalf("step %d: got %v, want %v", i, err, step.err)
			}
		}
		st, err := w.State(t.Context(), chat)
		if err != nil || !slices.Equal(st.Users(), []ids.User{p[0], p[2]}) || st.Members != 2 || st.Version != 8 {
			t.Errorf("got %+v, %v", st, err)
		}
		if m, _ := st.Member(p[0]); !m.Creator {
			t.Error("the creator came back as somebody else")
		}
		if a := w.last(); a.Kind != actions.DeleteUser || a.User != p[1] || !slices.Contains(a.owners, p[1]) {
			t.Errorf("who was removed has no service message: %+v", a)
		}
		if b, err := w.Belonging(t.Context(), p[1], chat.Peer()); err != nil || b.Status != groups.Kicked {
			t.Errorf("got %+v, %v", b, err)
		}
	})
}

func TestFullGroup(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(groups.MaxMembers + 1)
		chat := w.group(p[:groups.MaxMembers]...)
		if _, err := w.Add(t.Context(), p[0], chat, p[groups.MaxMembers]); !errors.Is(err, groups.ErrTooMany) {
			t.Errorf("got %v", err)
		}
	})
}

// what each operation needs, for a member, an admin and the creator, without and with default restrictions.
func TestRights(t *testing.T) {
	type op func(w *world, by ids.User, chat ids.Chat, p []ids.User) error
	none := error(nil)
	no := rights.ErrAdminRequired
	tests := map[string]struct {
		op
		member, restricted, admin, creator error
	}{
		"title": {func(w *world, by ids.User, chat ids.Chat, _ []ids.User) error {
			_, err := w.SetTitle(w.t.Context(), by, chat, fmt.Sprint("Title ", by))
			return err
		}, none, no, none, none},
		"about": {func(w *world, by ids.User, chat ids.Chat, _ []ids.User) error {
			return w.SetAbout(w.t.Context(), by, chat, fmt.Sprint("About ", by))
		}, none, no, none, none},
		"photo": {func(w *world, by ids.User, chat ids.Chat, _ []ids.User) error {
			_, err := w.SetPhoto(w.t.Context(), by, chat, users.Portrait{Photo: int64(by)})
			return err
		}, none, no, none, none},
		"period": {func(w *world, by ids.User, chat ids.Chat, _ []ids.User) error {
			_, err := w.SetPeriod(w.t.Context(), by, chat, 86400+int32(by%1000))
			return err
		}, none, no, none, none},
		"add": {func(w *world, by ids.User, chat ids.Chat, p []ids.User) error {
			_, err := w.Add(w.t.Context(), by, chat, p[4])
			if err == nil {
				_, err = w.Remove(w.t.Context(), p[0], chat, p[4])
			}
			return err
		}, none, no, none, none},
		"defaults": {func(w *world, by ids.User, chat ids.Chat, _ []ids.User) error {
			_, err := w.SetDefaults(w.t.Context(), by, chat, rights.SendPolls)
			if err == nil {
				_, err = w.SetDefaults(w.t.Context(), by, chat, 0)
			}
			return err
		}, no, no, none, none},
		"make admins": {func(w *world, by ids.User, chat ids.Chat, p []ids.User) error {
			_, err := w.SetAdmin(w.t.Context(), by, chat, p[3], true)
			return err
		}, no, no, no, none},
		"rank of others": {func(w *world, by ids.User, chat ids.Chat, p []ids.User) error {
			_, err := w.SetRank(w.t.Context(), by, chat, p[3], fmt.Sprint("r", by))
			return err
		}, no, no, none, none},
		"reactions": {func(w *world, by ids.User, chat ids.Chat, _ []ids.User) error {
			_, err := w.SetReactions(w.t.Context(), by, chat, groups.Reactions{Kind: groups.NoReactions})
			return err
		}, no, no, none, none},
		"protect": {func(w *world, by ids.User, chat ids.Chat, _ []ids.User) error {
			_, err := w.SetNoForwards(w.t.Context(), by, chat, true)
			return err
		}, no, no, no, none},
		"transfer": {func(w *world, by ids.User, chat ids.Chat, p []ids.User) error {
			_, err := w.Transfer(w.t.Context(), by, chat, p[3])
			return err
		}, rights.ErrCreatorRequired, rights.ErrCreatorRequired, rights.ErrCreatorRequired, none},
		"delete": {func(w *world, by ids.User, chat ids.Chat, _ []ids.User) error {
			return w.Delete(w.t.Context(), by, chat)
		}, no, no, no, none},
	}
	each(t, func(t *testing.T, w *world) {
		p := w.people(5)
		for name, tt := range tests {
			chat := w.group(p[:4]...)
			if _, err := w.SetAdmin(t.Context(), p[0], chat, p[1], true); err != nil {
				t.Fatal(err)
			}
			if _, err := w.SetDefaults(t.Context(), p[0], chat, rights.ChangeInfo|rights.InviteUsers); err != nil {
				t.Fatal(err)
			}
			if err := tt.op(w, p[2], chat, p); !errors.Is(err, tt.restricted) {
				t.Errorf("%s by a restricted member: got %v, want %v", name, err, tt.restricted)
			}
			if _, err := w.SetDefaults(t.Context(), p[0], chat, 0); err != nil {
				t.Fatal(err)
			}
			for i, want := range []error{tt.member, tt.admin, tt.creator} {
				if err := tt.op(w, p[2-i], chat, p); !errors.Is(err, want) {
					t.Errorf("%s by %s: got %v, want %v", name, []string{"a member", "an admin", "the creator"}[i], err, want)
				}
			}
		}
	})
}

func TestCheckMaySend(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		chat := w.group(p[0], p[1])
		if _, err := w.SetDefaults(t.Context(), p[0], chat, rights.SendPolls); err != nil {
			t.Fatal(err)
		}
		if _, err := w.State(t.Context(), chat); err != nil {
			t.Fatal(err)
		}
		before := w.db.Statements()
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			for i, tt := range []struct {
				by    ids.User
				needs rights.Content
				err   error
			}{
				{p[0], rights.SendPolls, nil},
				{p[1], rights.SendPolls, rights.ErrSendPolls},
				{p[1], rights.SendPlain, nil},
				{p[2], rights.SendPlain, rights.ErrNotParticipant},
			} {
				if _, err := w.CheckMaySend(t.Context(), tx, chat, tt.by, tt.needs); !errors.Is(err, tt.err) {
					t.Errorf("%d: got %v, want %v", i, err, tt.err)
				}
			}
			return nil
		})
		if n := w.db.Statements() - before; err != nil || n != 0 {
			t.Errorf("took %d statements, %v", n, err)
		}
	})
}

func TestNumbers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		chat := w.group(p...)
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			for want := ids.Message(2); want < 5; want++ {
				if got, err := w.NextNumber(t.Context(), tx, chat); err != nil || got != want {
					t.Errorf("got %d, %v; want %d", got, err, want)
				}
			}
			_, err := w.NextNumber(t.Context(), tx, 999)
			if !errors.Is(err, groups.ErrNotFound) {
				t.Errorf("got %v", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestDeletedGroup(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		chat := w.group(p...)
		if err := w.Delete(t.Context(), p[0], chat); err != nil {
			t.Fatal(err)
		}
		for _, u := range p {
			if in, err := w.In(t.Context(), u, chat.Peer()); err != nil || in {
				t.Errorf("user %d is still in it, %v", u, err)
			}
			if _, err := w.See(t.Context(), u, chat); !errors.Is(err, rights.ErrNotParticipant) {
				t.Errorf("got %v", err)
			}
		}
	})
}

func TestCommon(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		w.group(p[0], p[2])
		both := w.group(p...)
		if common, err := w.Common(t.Context(), p[0], p[1]); err != nil || !slices.Equal(common, []ids.Peer{both.Peer()}) {
			t.Errorf("got %v, %v", common, err)
		}
	})
}

func TestDeletedAccountLeaves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		chat := w.group(p...)
		if _, err := w.SetAdmin(t.Context(), p[0], chat, p[2], true); err != nil {
			t.Fatal(err)
		}
		if err := w.db.Write(t.Context(), func(tx *db.Tx) error { return w.Forget(t.Context(), tx, p[0]) }); err != nil {
			t.Fatal(err)
		}
		if st, err := w.State(t.Context(), chat); err != nil || st.Creator != p[2] || st.Members != 2 {
			t.Errorf("got %+v, %v", st, err)
		}
	})
}
