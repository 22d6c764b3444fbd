package channels_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
)

// The time of what is done in a channel of as many members as HERMOD_MEMBERS says, 200,000 in the figures of the project.
func TestLargeChannel(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("HERMOD_MEMBERS"))
	if err != nil {
		t.Skip("HERMOD_MEMBERS says no number of members")
	}
	each(t, func(t *testing.T, w *world) {
		begin := time.Now()
		p := w.crowd(n)
		t.Logf("%d accounts in %s", n, time.Since(begin).Round(time.Millisecond))
		ch := w.supergroup(p[0])
		w.must(w.SetUsername(t.Context(), p[0], ch, "large_group"))
		begin = time.Now()
		for at := 0; at < n; at += channels.MaxMade {
			if _, err := w.MakeMembers(t.Context(), ch, p[at:min(at+channels.MaxMade, n)]); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("members in %s", time.Since(begin).Round(time.Millisecond))
		joiner := w.crowd(1)[0]
		middle := fmt.Sprintf("number%d", n/2)
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"join", func() error { _, err := w.Join(t.Context(), joiner, ch); return err }},
			{"first page", w.listing(p[0], ch, channels.MemberQuery{Limit: 200})},
			{"page at 9,800", w.listing(p[0], ch, channels.MemberQuery{Offset: 9800, Limit: 200})},
			{"page in the middle", w.listing(p[0], ch, channels.MemberQuery{Offset: n / 2, Limit: 200})},
			{"page after it", w.listing(p[0], ch, channels.MemberQuery{Offset: n/2 + 200, Limit: 200})},
			{"search one", w.listing(p[0], ch, channels.MemberQuery{Filter: channels.Search, Text: middle, Limit: 200})},
			{"search many", w.listing(p[0], ch, channels.MemberQuery{Filter: channels.Search, Text: "person", Limit: 200})},
			{"search two words", w.listing(p[0], ch, channels.MemberQuery{Filter: channels.Search, Text: "person " + middle, Limit: 200})},
			{"admins", w.listing(p[0], ch, channels.MemberQuery{Filter: channels.Admins, Limit: 200})},
			{"contacts", w.listing(p[0], ch, channels.MemberQuery{Filter: channels.Contacts, Limit: 200})},
			{"bots", w.listing(p[0], ch, channels.MemberQuery{Filter: channels.Bots, Limit: 200})},
			{"banned", w.listing(p[0], ch, channels.MemberQuery{Filter: channels.Kicked, Limit: 200})},
			{"similar", func() error { _, err := w.Similar(t.Context(), p[0], 0); return err }},
			{"title", func() error { return result(w.SetTitle(t.Context(), p[0], ch, "Large")) }},
			{"leave", func() error { return result(w.Leave(t.Context(), joiner, ch)) }},
			{"delete", func() error { return result(w.Delete(t.Context(), p[0], ch)) }},
			{"members go", func() error { return w.Evict(t.Context()) }},
		} {
			begin := time.Now()
			if err := step.do(); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
			t.Logf("%-20s %s", step.name, time.Since(begin).Round(10*time.Microsecond))
		}
	})
}

func (w *world) listing(by ids.User, ch ids.Channel, q channels.MemberQuery) func() error {
	return func() error { _, err := w.MembersPage(w.t.Context(), by, ch, q); return err }
}

// crowd makes many accounts, some thousand in a transaction.
func (w *world) crowd(n int) []ids.User {
	w.t.Helper()
	all := make([]ids.User, 0, n)
	for len(all) < n {
		var part []ids.User
		made := w.made
		err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
			part, w.made = nil, made
			for range min(5000, n-len(all)) {
				w.made++
				u, err := w.users.Create(w.t.Context(), tx, users.NewUser{FirstName: "Person", LastName: fmt.Sprintf("Number%d", w.made)})
				if err != nil {
					return err
				}
				part = append(part, u.ID)
			}
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, part...)
	}
	return all
}
