package messages

import (
	"errors"
	"testing"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

func TestGroup(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(4)
		g := w.group(p[0], p[1], p[2]).Peer()
		first := w.write(p[1], g, "hello")
		w.deliver(SendRequest{From: p[2], To: g, Text: text.Text{String: "answer"}, Reply: &ReplyTo{ID: w.copyOf(p[2], first).ID}})
		for _, u := range p[:3] {
			if got := w.seen(u, g); got != "[chat_create] hello answer" {
				t.Errorf("%d sees %q", u, got)
			}
			m := w.last(u, g)
			if m.Reply == nil || m.Reply.ID != w.copyOf(u, first).ID {
				t.Errorf("%d: reply %+v", u, m.Reply)
			}
			if m.Twin != 3 || m.Flags.Has(Out) != (u == p[2]) || m.Flags.Has(Mentioned|MediaUnread) != (u == p[1]) {
				t.Errorf("%d: number %d, flags %b", u, m.Twin, m.Flags)
			}
		}
		if d := w.listed(p[0], g); d.Unread != 2 || d.Messages != 3 {
			t.Errorf("dialog %+v", d)
		}
		if _, err := w.Send(t.Context(), SendRequest{From: p[3], To: g, RandomID: 1, Text: text.Text{String: "no"}}); err == nil {
			t.Error("a stranger writes")
		}
	})
}

// copyOf is the row that user has of a message of a basic group.
func (w *world) copyOf(user ids.User, m *Message) *Message {
	w.t.Helper()
	page, err := w.History(w.t.Context(), user, m.Peer, Window{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range page.Messages {
		if c.Twin == m.Twin {
			return c
		}
	}
	w.t.Fatalf("user %d has no copy of %d", user, m.Twin)
	return nil
}

func (w *world) last(user ids.User, peer ids.Peer) *Message {
	w.t.Helper()
	page, err := w.History(w.t.Context(), user, peer, Window{Limit: 1})
	if err != nil || len(page.Messages) == 0 {
		w.t.Fatal(page, err)
	}
	return page.Messages[0]
}

func TestGroupIsReadByMany(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		g := w.group(p[0], p[1], p[2]).Peer()
		a, b := w.write(p[0], g, "a"), w.write(p[2], g, "b")
		if _, err := w.Read(t.Context(), p[1], g, 0); err != nil {
			t.Fatal(err)
		}
		if d := w.listed(p[1], g); d.Unread != 0 {
			t.Errorf("reader: %+v", d)
		}
		if d := w.listed(p[0], g); d.ReadOutbox != a.ID {
			t.Errorf("first author: %+v, want %d", d, a.ID)
		}
		if d := w.listed(p[2], g); d.ReadOutbox != b.ID {
			t.Errorf("second author: %+v, want %d", d, b.ID)
		}
		by, err := w.ReadBy(t.Context(), p[0], g, a.ID)
		if err != nil || len(by) != 1 || by[0].User != p[1] {
			t.Errorf("read by %v, %v", by, err)
		}
		if _, err := w.ReadBy(t.Context(), p[1], g, w.copyOf(p[1], a).ID); !errors.Is(err, ErrNone) {
			t.Errorf("somebody else asks: %v", err)
		}
	})
}

func TestGroupChanges(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		g := w.group(p[0], p[1], p[2]).Peer()
		m := w.write(p[1], g, "helo")
		all := make(map[ids.User]int32)
		for _, u := range p {
			all[u] = w.at(u)
		}
		if _, err := w.Edit(t.Context(), EditRequest{By: p[2], Peer: g, ID: w.copyOf(p[2], m).ID, Text: &text.Text{String: "no"}}); !errors.Is(err, ErrAuthor) {
			t.Errorf("somebody else edits: %v", err)
		}
		if _, err := w.Edit(t.Context(), EditRequest{By: p[1], Peer: g, ID: m.ID, Text: &text.Text{String: "hello"}}); err != nil {
			t.Fatal(err)
		}
		for _, u := range p {
			if got := w.seen(u, g); got != "[chat_create] hello" {
				t.Errorf("%d sees %q", u, got)
			}
			if d := w.since(u, all[u]); len(d.Entries) != 1 || d.Entries[0].Event != (updates.EditMessage{ID: w.copyOf(u, m).ID}) {
				t.Errorf("%d: %+v", u, d.Entries)
			}
		}
		// Anybody may pin, for all.
		done, err := w.Pin(t.Context(), PinRequest{By: p[2], Peer: g, ID: w.copyOf(p[2], m).ID})
		if err != nil || done.Notice == nil || done.Notice.Reply.ID != w.copyOf(p[2], m).ID {
			t.Fatalf("%+v, %v", done, err)
		}
		for _, u := range p {
			if id, err := w.PinnedIn(t.Context(), u, g); err != nil || id != w.copyOf(u, m).ID {
				t.Errorf("%d: pinned %d, %v", u, id, err)
			}
			if n := w.last(u, g); n.Reply.ID != w.copyOf(u, m).ID || n.Flags.Has(Mentioned) {
				t.Errorf("%d: notice %+v", u, n)
			}
		}
		if _, err := w.UnpinAll(t.Context(), p[0], g, 0); err != nil {
			t.Fatal(err)
		}
		if w.copyOf(p[1], m).Flags.Has(Pinned) {
			t.Error("still pinned")
		}
		// Others delete for themselves only, the author and admins for all.
		if _, err := w.Delete(t.Context(), p[2], 0, []ids.Message{w.copyOf(p[2], m).ID}, true); !errors.Is(err, ErrDelete) {
			t.Errorf("somebody else deletes: %v", err)
		}
		if _, err := w.Delete(t.Context(), p[0], 0, []ids.Message{w.copyOf(p[0], m).ID}, true); err != nil {
			t.Fatal(err)
		}
		for _, u := range p {
			if got := w.seen(u, g); got != "[chat_create] [pin]" {
				t.Errorf("%d sees %q", u, got)
			}
		}
	})
}

// at is where the log of a user stands.
func (w *world) at(u ids.User) int32 {
	w.t.Helper()
	st, err := w.State(w.t.Context(), u.Peer())
	if err != nil {
		w.t.Fatal(err)
	}
	return st.PTS
}

func TestGroupMentions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		if _, err := w.users.UpdateUsername(t.Context(), p[2], "somebody"); err != nil {
			t.Fatal(err)
		}
		g := w.group(p[0], p[1], p[2]).Peer()
		w.write(p[0], g, "hello @somebody and @nobody_there")
		count := func(u ids.User) int {
			page, err := w.UnreadMentions(t.Context(), u, g, 0, Window{Limit: 10})
			if err != nil || page.Total != len(page.Messages) {
				t.Fatal(page, err)
			}
			return page.Total
		}
		if count(p[2]) != 1 || count(p[1]) != 0 || count(p[0]) != 0 {
			t.Error("wrong people are mentioned")
		}
		before := w.at(p[2])
		if done, err := w.ReadMentions(t.Context(), p[2], g, 0); err != nil || done.Left != 0 || done.Count != 1 {
			t.Fatal(done, err)
		}
		if count(p[2]) != 0 || w.last(p[2], g).Flags.Has(MediaUnread) || !w.last(p[2], g).Flags.Has(Mentioned) {
			t.Error("not read")
		}
		if d := w.since(p[2], before); len(d.Entries) != 1 || d.Entries[0].Event.Kind() != "read_contents" {
			t.Errorf("got %+v", d.Entries)
		}
	})
}

// Who is no admin clears the history of a basic group for himself alone, also when he asks for more or has gone.
func TestGroupIsClearedByAdmins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		g := w.group(p[0], p[1], p[2]).Peer()
		w.write(p[0], g, "a")
		w.write(p[1], g, "b")
		if _, err := w.groups.Remove(t.Context(), p[0], g.Chat(), p[2]); err != nil {
			t.Fatal(err)
		}
		left := w.seen(p[0], g)
		for _, u := range p[1:] {
			if _, err := w.Clear(t.Context(), ClearRequest{By: u, Peer: g, Revoke: true}); err != nil {
				t.Fatal(err)
			}
			if mine, all := w.seen(u, g), w.seen(p[0], g); mine != "" || all != left {
				t.Errorf("cleared by %d: he sees %q, others %q", u, mine, all)
			}
		}
		w.write(p[1], g, "c")
		if _, err := w.Clear(t.Context(), ClearRequest{By: p[0], Peer: g, Revoke: true}); err != nil {
			t.Fatal(err)
		}
		if all := w.seen(p[1], g); all != "" {
			t.Errorf("cleared by an admin: others see %q", all)
		}
	})
}
