package reactions

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/stand/standtest"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// world adds the service to a world with people in it.
type world struct {
	*standtest.World
	*Service
}

func each(t *testing.T, fn func(t *testing.T, w world)) {
	t.Helper()
	standtest.Each(t, func(t *testing.T, w *standtest.World) {
		fn(t, world{w, New(w.DB, w.Log, w.Messages, w.Stands)})
	})
}

// react is React with no more than the reactions.
func (w world) react(by ids.User, peer ids.Peer, id ids.Message, with ...messages.Reaction) error {
	_, err := w.React(w.T.Context(), Request{By: by, Peer: peer, ID: id, Reactions: with})
	return err
}

func (w world) mustReact(by ids.User, peer ids.Peer, id ids.Message, with ...messages.Reaction) {
	w.T.Helper()
	if err := w.react(by, peer, id, with...); err != nil {
		w.T.Fatal(err)
	}
}

// sees are the counts of a message and, with a star, what viewer chose himself.
func (w world) sees(viewer ids.User, peer ids.Peer, id ids.Message) string {
	w.T.Helper()
	found, err := w.World.Messages.Get(w.T.Context(), viewer, peer, []ids.Message{id})
	if err != nil {
		w.T.Fatal(err)
	}
	m := found[id]
	if m == nil {
		return "no message"
	}
	views, err := w.Views(w.T.Context(), viewer, []*messages.Message{m})
	if err != nil {
		w.T.Fatal(err)
	}
	s := ""
	if m.Reactions == nil {
		return s
	}
	for _, c := range m.Reactions.Counts {
		s += fmt.Sprintf("%s%d", c.Reaction, c.N)
		if slices.Contains(views[m].Chosen, c.Reaction) {
			s += "*"
		}
	}
	return s
}

func (w world) unreadOf(viewer ids.User, peer ids.Peer) int {
	w.T.Helper()
	counts, err := w.UnreadInThreads(w.T.Context(), viewer, peer)
	if err != nil {
		w.T.Fatal(err)
	}
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

func TestReactionsReachEverybody(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			mine := w.Send(anna, peers[0], "hello", nil)
			theirs := w.Last(bo, peers[1])
			var before int32
			if peers[0].Channel() != 0 {
				before = w.Position(peers[0])
			}
			w.mustReact(bo, peers[1], theirs.ID, "👍", "❤")
			if got := w.sees(bo, peers[1], theirs.ID); got != "👍1*❤1*" {
				t.Errorf("%s: bo sees %q", name, got)
			}
			if got := w.sees(anna, peers[0], mine.ID); got != "👍1❤1" {
				t.Errorf("%s: anna sees %q", name, got)
			}
			w.mustReact(anna, peers[0], mine.ID, "❤")
			w.mustReact(bo, peers[1], theirs.ID, "❤")
			if got := w.sees(anna, peers[0], mine.ID); got != "❤2*" {
				t.Errorf("%s: anna sees %q after bo changed his mind", name, got)
			}
			if err := w.react(bo, peers[1], theirs.ID, "❤"); !errors.Is(err, ErrSame) {
				t.Errorf("%s: the same again: %v", name, err)
			}
			w.mustReact(bo, peers[1], theirs.ID)
			w.mustReact(anna, peers[0], mine.ID)
			if got := w.sees(anna, peers[0], mine.ID); got != "" {
				t.Errorf("%s: anna sees %q after both took theirs away", name, got)
			}
			if peers[0].Channel() == 0 {
				continue
			}
			if got := w.Events(peers[0], before); !slices.Equal(got, []string{updates.EditMessage{Hidden: true}.Kind()}) {
				t.Errorf("%s: its log says %v, want one edit for all changes", name, got)
			}
		}
	})
}

func TestReactionRules(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(4)
		anna, bo, cleo, dan := all[0], all[1], all[2], all[3]
		super := w.Channel(false, anna, bo, cleo)
		m := w.Send(anna, super, "hello", nil)
		four := []messages.Reaction{"👍", "❤", "🔥", "🎉"}
		tests := map[string]struct {
			by   ids.User
			id   ids.Message
			with []messages.Reaction
			want error
		}{
			"twice the same":     {bo, m.ID, []messages.Reaction{"👍", "👍"}, ErrInvalid},
			"too many":           {bo, m.ID, four, ErrTooMany},
			"custom emoji":       {bo, m.ID, []messages.Reaction{messages.CustomReaction(5)}, ErrInvalid},
			"no such message":    {bo, 9999, four[:1], ErrMessage},
			"a service message":  {bo, 1, four[:1], ErrMessage},
			"nothing to remove":  {anna, m.ID, nil, ErrSame},
			"who is not in it":   {dan, m.ID, four[:1], rights.ErrPrivate},
			"three are allowed":  {bo, m.ID, four[:3], nil},
			"another's is a new": {cleo, m.ID, four[:1], nil},
		}
		for name, tt := range tests {
			if err := w.react(tt.by, super, tt.id, tt.with...); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
	})
}

func TestChatsSayWhichReactionsTheyAllow(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(3)
		anna, bo, cleo := all[0], all[1], all[2]
		super := w.Channel(false, anna, bo, cleo)
		m := w.Send(anna, super, "hello", nil)
		set := func(r groups.Reactions) {
			t.Helper()
			if _, err := w.Channels.SetReactions(t.Context(), anna, super.Channel(), r); err != nil {
				t.Fatal(err)
			}
		}
		set(groups.Reactions{Kind: groups.SomeReactions, Emoji: []string{"👍", "❤️"}, Limit: 1})
		if err := w.react(bo, super, m.ID, "🔥"); !errors.Is(err, ErrInvalid) {
			t.Errorf("one that is not allowed: %v", err)
		}
		w.mustReact(bo, super, m.ID, "❤")
		if err := w.react(cleo, super, m.ID, "👍"); !errors.Is(err, ErrTooMany) {
			t.Errorf("a second kind where one is allowed: %v", err)
		}
		set(groups.Reactions{Kind: groups.NoReactions})
		if err := w.react(cleo, super, m.ID, "❤"); !errors.Is(err, ErrInvalid) {
			t.Errorf("where none are allowed: %v", err)
		}
		w.mustReact(bo, super, m.ID) // to take one away is always allowed
		set(groups.Reactions{})
		_, err := w.Channels.Ban(t.Context(), anna, super.Channel(), cleo.Peer(), rights.Restriction{Banned: rights.SendReactions})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.react(cleo, super, m.ID, "❤"); !errors.Is(err, rights.ErrReactionsForbidden) {
			t.Errorf("from somebody who may not: %v", err)
		}
	})
}

func TestUnreadReactions(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			mine := w.Send(anna, peers[0], "hello", nil)
			theirs := w.Last(bo, peers[1])
			want := 1
			if name == "channel" {
				want = 0 // nobody is told who likes a post
			}
			w.mustReact(bo, peers[1], theirs.ID, "👍")
			w.mustReact(anna, peers[0], mine.ID, "❤") // her own does not count
			if got := w.unreadOf(anna, peers[0]); got != want {
				t.Errorf("%s: anna has %d unread, want %d", name, got, want)
			}
			if got := w.unreadOf(bo, peers[1]); got != 0 {
				t.Errorf("%s: bo has %d unread", name, got)
			}
			if want == 0 {
				continue
			}
			list, err := w.Unread(t.Context(), anna, peers[0], 0)
			if err != nil || !slices.Equal(list, []ids.Message{mine.ID}) {
				t.Errorf("%s: unread are %v, %v", name, list, err)
			}
			if left, err := w.Read(t.Context(), anna, peers[0], 0); left != 0 || err != nil || w.unreadOf(anna, peers[0]) != 0 {
				t.Errorf("%s: %d left after reading, %v", name, left, err)
			}
			w.mustReact(bo, peers[1], theirs.ID, "🔥")
			looked := peers[0]
			if looked.Channel() == 0 {
				looked = 0
			}
			if err := w.Seen(t.Context(), anna, looked, []ids.Message{mine.ID, 999}); err != nil || w.unreadOf(anna, peers[0]) != 0 {
				t.Errorf("%s: unread after looking, %v", name, err)
			}
			w.mustReact(bo, peers[1], theirs.ID)
			w.mustReact(bo, peers[1], theirs.ID, "🔥")
			w.mustReact(bo, peers[1], theirs.ID)
			if got := w.unreadOf(anna, peers[0]); got != 0 {
				t.Errorf("%s: %d unread after the reaction was taken away", name, got)
			}
		}
	})
}

// What counts as unread can be found by the dates of the reactions, also when a second ends while somebody reacts; and to
// keep one of two is nothing new.
func TestUnreadFitsTheDates(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		super := w.Channel(false, anna, bo)
		m := w.Send(anna, super, "hello", nil)
		for end := time.Now().Add(1200 * time.Millisecond); time.Now().Before(end); {
			w.mustReact(bo, super, m.ID, "👍", "🔥")
			if since, date := w.unreadSince(anna, super, m.ID); since == 0 || date < since {
				t.Fatalf("unread since %d, and the last reaction is of %d", since, date)
			}
			w.mustReact(bo, super, m.ID)
		}
		w.mustReact(bo, super, m.ID, "👍", "🔥")
		if _, err := w.Read(t.Context(), anna, super, 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1100 * time.Millisecond)
		w.mustReact(bo, super, m.ID, "👍")
		if got := w.unreadOf(anna, super); got != 0 {
			t.Errorf("%d unread after one of two was kept", got)
		}
		w.mustReact(bo, super, m.ID, "👍", "🔥")
		if got := w.unreadOf(anna, super); got != 1 {
			t.Errorf("%d unread after one was added", got)
		}
	})
}

// unreadSince is since when reactions to a message are unread, and the date of the last one by somebody else.
func (w world) unreadSince(viewer ids.User, peer ids.Peer, id ids.Message) (since, date int64) {
	w.T.Helper()
	found, err := w.World.Messages.Get(w.T.Context(), viewer, peer, []ids.Message{id})
	if err != nil {
		w.T.Fatal(err)
	}
	m := found[id]
	views, err := w.Views(w.T.Context(), viewer, []*messages.Message{m})
	if err != nil {
		w.T.Fatal(err)
	}
	for _, r := range m.Reactions.Recent {
		if r.Actor != viewer.Peer() {
			date = max(date, r.Date)
		}
	}
	return views[m].Unread, date
}

func TestListOfReactors(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(8)
		super := w.Channel(false, all...)
		m := w.Send(all[0], super, "hello", nil)
		for i, u := range all {
			with := []messages.Reaction{"👍"}
			if i%2 == 0 {
				with = []messages.Reaction{"❤", "👍"}
			}
			w.mustReact(u, super, m.ID, with...)
		}
		for of, want := range map[messages.Reaction]int{"": 12, "👍": 8, "❤": 4, "🔥": 0} {
			seen := map[string]bool{}
			q := ListQuery{Viewer: all[1], Peer: super, ID: m.ID, Reaction: of, Limit: 3}
			for {
				l, err := w.List(t.Context(), q)
				if err != nil || l.Count != want {
					t.Fatalf("%q: %d, %v; want %d", of, l.Count, err, want)
				}
				for _, r := range l.Reactors {
					seen[fmt.Sprint(r.Actor, r.Reaction)] = true
				}
				if q.Offset = l.Next; l.Next == "" {
					break
				}
			}
			if len(seen) != want {
				t.Errorf("%q: pages hold %d, want %d", of, len(seen), want)
			}
		}
		found := w.Last(all[1], super)
		if n := len(found.Reactions.Recent); n != 2*maxShown {
			t.Errorf("%d people are shown with the message", n)
		}
		// Who is shown goes, and another takes his place.
		w.mustReact(found.Reactions.Recent[0].Actor.User(), super, m.ID)
		if n := len(w.Last(all[1], super).Reactions.Recent); n != 2*maxShown {
			t.Errorf("%d people are shown after one has gone", n)
		}
		if _, err := w.List(t.Context(), ListQuery{Viewer: all[1], Peer: super, ID: m.ID, Offset: "x", Limit: 3}); !errors.Is(err, ErrOffset) {
			t.Errorf("an offset from nowhere: %v", err)
		}
		channel := w.Channel(true, all...)
		post := w.Send(all[0], channel, "news", nil)
		if _, err := w.List(t.Context(), ListQuery{Viewer: all[1], Peer: channel, ID: post.ID, Limit: 3}); !errors.Is(err, ErrAnonymous) {
			t.Errorf("who reacted to a post: %v", err)
		}
	})
}

func TestAdminsTakeReactionsAway(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(3)
		anna, bo, cleo := all[0], all[1], all[2]
		for _, peer := range []ids.Peer{w.Channel(false, all...), w.Group(all...)} {
			first, second := w.Send(anna, peer, "one", nil), w.Send(anna, peer, "two", nil)
			w.mustReact(cleo, peer, w.Last(cleo, peer).ID, "💩")
			if _, err := w.Remove(t.Context(), bo, peer, w.Last(bo, peer).ID, cleo.Peer()); !errors.Is(err, rights.ErrAdminRequired) {
				t.Errorf("by somebody: %v", err)
			}
			if _, err := w.Remove(t.Context(), anna, peer, second.ID, cleo.Peer()); err != nil || w.sees(anna, peer, second.ID) != "" {
				t.Errorf("by the owner: %v, %q left", err, w.sees(anna, peer, second.ID))
			}
			w.mustReact(anna, peer, first.ID, "❤")
			w.mustReact(cleo, peer, w.Last(cleo, peer).ID, "💩")
			if err := w.RemoveAll(t.Context(), anna, peer, cleo.Peer()); err != nil {
				t.Fatal(err)
			}
			if a, b := w.sees(anna, peer, first.ID), w.sees(anna, peer, second.ID); a != "❤1*" || b != "" {
				t.Errorf("%q and %q are left", a, b)
			}
		}
	})
}

func TestTagsOfSavedMessages(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		anna := w.People(1)[0]
		one, two := w.Send(anna, anna.Peer(), "one", nil), w.Send(anna, anna.Peer(), "two", nil)
		w.mustReact(anna, anna.Peer(), one.ID, "❤", "👍")
		w.mustReact(anna, anna.Peer(), two.ID, "👍")
		if err := w.NameTag(t.Context(), anna, "👍", "to read"); err != nil {
			t.Fatal(err)
		}
		if err := w.NameTag(t.Context(), anna, "👍", "much too long a name"); !errors.Is(err, ErrTitle) {
			t.Errorf("a long name: %v", err)
		}
		tags := func(from ids.Peer) string {
			list, err := w.SavedTags(t.Context(), anna, from)
			if err != nil {
				t.Fatal(err)
			}
			s := ""
			for _, tag := range list {
				s += fmt.Sprintf("%s%d%s ", tag.Reaction, tag.Count, tag.Title)
			}
			return s
		}
		if got := tags(0); got != "👍2to read ❤1 " {
			t.Errorf("tags are %q", got)
		}
		if got := tags(anna.Peer()); got != "👍2to read ❤1 " {
			t.Errorf("tags of her own notes are %q", got)
		}
		if !w.Last(anna, anna.Peer()).Reactions.Tags {
			t.Error("they do not show as tags")
		}
		if _, err := w.World.Messages.Delete(t.Context(), anna, anna.Peer(), []ids.Message{two.ID}, false); err != nil {
			t.Fatal(err)
		}
		if got := tags(0); got != "👍1to read ❤1 " && got != "❤1 👍1to read " {
			t.Errorf("after one was deleted tags are %q", got)
		}
		if w.unreadOf(anna, anna.Peer()) != 0 {
			t.Error("a tag is unread")
		}
	})
}

func TestDeletedMessagesLeaveNothing(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		rows := func() (n int) {
			t.Helper()
			err := w.DB.Read(t.Context(), func(tx *db.Tx) error {
				const count = `SELECT (SELECT COUNT(*) FROM reaction) + (SELECT COUNT(*) FROM unread_reaction)`
				return tx.QueryRow(t.Context(), count).Scan(&n)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		super := w.Channel(false, anna, bo)
		m := w.Send(anna, super, "hello", nil)
		w.mustReact(bo, super, m.ID, "👍")
		private := w.Send(anna, bo.Peer(), "hello", nil)
		w.mustReact(bo, anna.Peer(), private.Twin, "👍")
		for _, del := range []struct {
			by     ids.User
			peer   ids.Peer
			id     ids.Message
			revoke bool
			left   int
		}{{anna, super, m.ID, true, 2}, {anna, bo.Peer(), private.ID, false, 1}, {bo, anna.Peer(), private.Twin, false, 0}} {
			if _, err := w.World.Messages.Delete(t.Context(), del.by, del.peer, []ids.Message{del.id}, del.revoke); err != nil {
				t.Fatal(err)
			}
			if n := rows(); n != del.left {
				t.Errorf("%d rows are left of %d, want %d", n, del.peer, del.left)
			}
		}
	})
}

func TestRecentAndDefault(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		m := w.Send(anna, bo.Peer(), "hello", nil)
		_, err := w.React(t.Context(), Request{By: bo, Peer: anna.Peer(), ID: m.Twin, Reactions: []messages.Reaction{"🐳"}, Remember: true})
		if err != nil {
			t.Fatal(err)
		}
		top, err := w.Top(t.Context(), bo, 3)
		if err != nil || !slices.Equal(top, []messages.Reaction{"🐳", "❤", "👍"}) {
			t.Errorf("on top are %v, %v", top, err)
		}
		if err := w.ClearRecent(t.Context(), bo); err != nil {
			t.Fatal(err)
		}
		if list, err := w.Recent(t.Context(), bo, 10); len(list) != 0 || err != nil {
			t.Errorf("after clearing there are %v, %v", list, err)
		}
		if r, err := w.Default(t.Context(), bo); r != Standard || err != nil {
			t.Errorf("default is %q, %v", r, err)
		}
		if err := w.SetDefault(t.Context(), bo, "🔥"); err != nil {
			t.Fatal(err)
		}
		if r, err := w.Default(t.Context(), bo); r != "🔥" || err != nil {
			t.Errorf("default is %q, %v", r, err)
		}
	})
}

func TestPlain(t *testing.T) {
	for written, want := range map[string]messages.Reaction{"👍": "👍", "❤️": "❤", "❤": "❤", "❤️‍🔥": "❤‍🔥", "x": "", "": "", "custom:5": ""} {
		got, err := Plain(written)
		if got != want || (want == "") != errors.Is(err, ErrInvalid) {
			t.Errorf("%q is %q, %v", written, got, err)
		}
	}
	if len(Emoji()) < 70 {
		t.Errorf("%d reactions", len(Emoji()))
	}
}

func TestTheBlockedDoNotReact(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(2)
		anna, bo := all[0], all[1]
		c, err := contacts.New(t.Context(), w.DB, w.Users, w.Log)
		if err != nil {
			t.Fatal(err)
		}
		m := w.Send(anna, bo.Peer(), "hello", nil)
		w.mustReact(bo, anna.Peer(), m.Twin, "👍")
		if err := c.Block(t.Context(), anna, bo.Peer(), contacts.Messages); err != nil {
			t.Fatal(err)
		}
		if err := w.react(bo, anna.Peer(), m.Twin, "💩"); !errors.Is(err, users.ErrBlocked) {
			t.Errorf("bo reacts: %v", err)
		}
		w.mustReact(bo, anna.Peer(), m.Twin) // to take it away is always allowed
	})
}
