package threads

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/stand/standtest"
	"hermod/internal/domain/text"
)

type world struct {
	*standtest.World
	*Service
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	standtest.Each(t, func(t *testing.T, in *standtest.World) {
		fn(t, &world{in, New(Options{DB: in.DB, Bus: in.Bus, Log: in.Log, Messages: in.Messages, Channels: in.Channels})})
	})
}

// linked makes a channel with a discussion group, in which all are.
func (w *world) linked(all ...ids.User) (channel, group ids.Peer) {
	w.T.Helper()
	channel, group = w.Channel(true, all...), w.Channel(false, all...)
	if err := w.Channels.SetLinked(w.T.Context(), all[0], channel.Channel(), group.Channel()); err != nil {
		w.T.Fatal(err)
	}
	return channel, group
}

func (w *world) answer(from ids.User, in ids.Peer, to ids.Message, body string) *messages.Message {
	w.T.Helper()
	sent, err := w.Messages.Send(w.T.Context(), messages.SendRequest{
		From: from, To: in, RandomID: rand.Int64(), Text: text.Text{String: body}, Reply: &messages.ReplyTo{ID: to},
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return sent.Message
}

func (w *world) counts(viewer ids.User, owner ids.Peer, id ids.Message) Counts {
	w.T.Helper()
	found, err := w.Counters(w.T.Context(), viewer, owner, []ids.Message{id})
	if err != nil {
		w.T.Fatal(err)
	}
	return found[id]
}

func (w *world) flush() {
	w.T.Helper()
	if err := w.Flush(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

func TestViews(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		channel := w.Channel(true, p...)
		m := w.Send(p[0], channel, "post", nil)
		var told []Counted
		w.Bus.Subscribe("live", func(b bus.Message) {
			if c, ok := b.Value.(Counted); ok && b.Key == int64(channel) {
				told = append(told, c)
			}
		})
		for _, viewer := range []ids.User{p[1], p[1], p[2]} {
			if err := w.View(viewer, channel.Channel(), []ids.Message{m.ID}); err != nil {
				t.Fatal(err)
			}
		}
		if c := w.counts(p[0], channel, m.ID); c.Views != 2 {
			t.Errorf("not written yet: got %+v", c)
		}
		w.flush()
		w.flush()
		if c := w.counts(p[0], channel, m.ID); c.Views != 2 {
			t.Errorf("got %+v", c)
		}
		if len(told) != 1 || told[0] != (Counted{Channel: channel.Channel(), ID: m.ID, Views: 2}) {
			t.Errorf("told %+v", told)
		}
		if err := w.View(p[1], channel.Channel(), make([]ids.Message, 101)); !errors.Is(err, ErrTooMany) {
			t.Errorf("got %v", err)
		}
	})
}

func TestForwards(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		channel := w.Channel(true, p...)
		m := w.Send(p[0], channel, "post", nil)
		_, err := w.Messages.Forward(t.Context(), messages.ForwardRequest{
			From: p[1], Source: channel, To: p[0].Peer(), IDs: []ids.Message{m.ID}, RandomIDs: []int64{1},
		})
		if err != nil {
			t.Fatal(err)
		}
		if c := w.counts(p[0], channel, m.ID); c.Forwards != 1 {
			t.Errorf("got %+v", c)
		}
		w.flush()
		if c := w.counts(p[0], channel, m.ID); c.Forwards != 1 {
			t.Errorf("written: got %+v", c)
		}
	})
}

// What cannot be written stays counted.
func TestViewsSurviveAFailure(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		channel := w.Channel(true, p...)
		m := w.Send(p[0], channel, "post", nil)
		if err := w.View(p[1], channel.Channel(), []ids.Message{m.ID}); err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Close(); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(t.Context()); err == nil {
			t.Fatal("written to a closed database")
		}
		if len(w.dirty) != 1 {
			t.Errorf("got %v", w.dirty)
		}
	})
}

func TestSeenIsBounded(t *testing.T) {
	s := &Service{seen: map[sight]struct{}{}, older: map[sight]struct{}{}}
	for i := range 3 * maxRecent {
		if !s.isNew(sight{1, post{-5, ids.Message(i)}}) {
			t.Fatalf("%d was not seen", i)
		}
	}
	if n := len(s.seen) + len(s.older); n > 2*maxRecent {
		t.Errorf("%d are remembered", n)
	}
	if s.isNew(sight{1, post{-5, 3*maxRecent - 1}}) {
		t.Error("the last one is forgotten")
	}
}

// A post stands in the discussion group at once, and below it what is said there.
func TestDiscussion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		channel, group := w.linked(p...)
		m := w.Send(p[0], channel, "post", nil)
		root := w.Last(p[1], group)
		if root.Text.String != "post" || root.From != channel || root.Forward == nil || root.Forward.SavedFrom != channel ||
			root.Forward.SavedID != m.ID || root.Forward.From != channel || root.Forward.Post != m.ID {
			t.Fatalf("got %+v, %+v", root, root.Forward)
		}
		a := w.answer(p[1], group, root.ID, "one")
		b := w.answer(p[2], group, a.ID, "two")
		w.Send(p[2], group, "something else", nil)
		c := w.counts(p[1], channel, m.ID)
		want := Discussion{Group: group.Channel(), Root: root.ID}
		if c.Replies != 2 || c.Discussion != want || c.MaxID != b.ID || !slices.Equal(c.Recent, []ids.Peer{p[2].Peer(), p[1].Peer()}) {
			t.Errorf("got %+v", c)
		}
		if c := w.counts(p[1], group, root.ID); c.Replies != 2 {
			t.Errorf("of the root: %+v", c)
		}
		th, err := w.Find(t.Context(), p[1], channel.Channel(), m.ID)
		if err != nil || th != (Thread{group.Channel(), root.ID, channel.Channel(), m.ID}) {
			t.Fatalf("got %+v, %v", th, err)
		}
		if same, err := w.Find(t.Context(), p[1], group.Channel(), root.ID); err != nil || same != th {
			t.Errorf("by the group: %+v, %v", same, err)
		}
		page, err := w.Messages.Thread(t.Context(), p[1], th.Channel, th.Root, messages.Window{Limit: 10})
		if err != nil || len(page.Messages) != 2 || page.Total != 2 || page.Messages[0].ID != b.ID {
			t.Errorf("got %+v, %v", page, err)
		}
		if _, err := w.Messages.Delete(t.Context(), p[0], group, []ids.Message{a.ID}, true); err != nil {
			t.Fatal(err)
		}
		if c := w.counts(p[1], channel, m.ID); c.Replies != 1 {
			t.Errorf("after a deletion: %+v", c)
		}
	})
}

func TestPostWithoutDiscussion(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		channel := w.Channel(true, p[0])
		m := w.Send(p[0], channel, "post", nil)
		if _, err := w.Find(t.Context(), p[0], channel.Channel(), m.ID); !errors.Is(err, ErrNone) {
			t.Errorf("got %v", err)
		}
		if _, err := w.Find(t.Context(), p[1], channel.Channel(), m.ID); !errors.Is(err, rights.ErrPrivate) {
			t.Errorf("a stranger: %v", err)
		}
	})
}

func TestReadThread(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		channel, group := w.linked(p...)
		m := w.Send(p[0], channel, "post", nil)
		root := w.Last(p[1], group)
		a := w.answer(p[1], group, root.ID, "one")
		b := w.answer(p[1], group, root.ID, "two")
		th, err := w.Find(t.Context(), p[2], channel.Channel(), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		var seen []Seen
		w.Bus.Subscribe("live", func(b bus.Message) {
			if s, ok := b.Value.(Seen); ok {
				seen = append(seen, s)
			}
		})
		unread := func(want int) {
			t.Helper()
			st, err := w.State(t.Context(), p[2], th)
			if err != nil || st.Unread != want {
				t.Errorf("got %+v, %v, want %d unread", st, err, want)
			}
		}
		unread(2)
		for _, upTo := range []ids.Message{a.ID, a.ID - 1, a.ID} {
			if err := w.Read(t.Context(), p[2], th, upTo); err != nil {
				t.Fatal(err)
			}
		}
		unread(1)
		if c := w.counts(p[2], channel, m.ID); c.ReadInbox != a.ID {
			t.Errorf("got %+v", c)
		}
		if err := w.Read(t.Context(), p[0], th, 1<<30); err != nil {
			t.Fatal(err)
		}
		if st, err := w.State(t.Context(), p[0], th); err != nil || st.ReadInbox != b.ID {
			t.Errorf("read to the end: %+v, %v", st, err)
		}
		if err := w.Read(t.Context(), p[1], th, b.ID); err != nil {
			t.Fatal(err)
		}
		if st, err := w.State(t.Context(), p[1], th); err != nil || st.ReadMax != b.ID {
			t.Errorf("who reads what he wrote himself tells nobody: %+v, %v", st, err)
		}
		if len(seen) != 2 || seen[0] != (Seen{group.Channel(), root.ID, a.ID}) {
			t.Errorf("told %+v", seen)
		}
		if kinds := w.Events(p[2].Peer(), 1); !slices.Contains(kinds, "thread_read") {
			t.Errorf("told %q", kinds)
		}
	})
}

// Only threads are marked as read, and only by those who are in the group.
func TestReadNoThread(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		group := w.Channel(false, p[:2]...)
		if _, err := w.Channels.SetUsername(t.Context(), p[0], group.Channel(), "public_group"); err != nil {
			t.Fatal(err)
		}
		root, alone := w.Send(p[0], group, "root", nil), w.Send(p[0], group, "alone", nil)
		w.answer(p[0], group, root.ID, "answer")
		for _, tt := range []struct {
			viewer ids.User
			root   ids.Message
			want   error
			marks  int
		}{
			{p[1], alone.ID + 100, ErrNone, 0},
			{p[1], alone.ID, nil, 0},
			{p[2], root.ID, ErrNone, 0},
			{p[1], root.ID, nil, 1},
		} {
			err := w.Read(t.Context(), tt.viewer, Thread{Channel: group.Channel(), Root: tt.root}, 1<<30)
			if !errors.Is(err, tt.want) {
				t.Errorf("%d by %d: got %v, want %v", tt.root, tt.viewer, err, tt.want)
			}
			var n int
			err = w.DB.Read(t.Context(), func(tx *db.Tx) error {
				return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM thread_read`).Scan(&n)
			})
			if err != nil || n != tt.marks {
				t.Errorf("%d by %d: %d marks, %v", tt.root, tt.viewer, n, err)
			}
		}
	})
}

// An edited post is edited in its discussion as well, where it is pinned.
func TestEditPost(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		channel, group := w.linked(p...)
		m := w.Send(p[0], channel, "post", nil)
		if root := w.Last(p[1], group); !root.Flags.Has(messages.Pinned) || root.IsOut(p[0]) {
			t.Errorf("got %+v", root)
		}
		_, err := w.Messages.Edit(t.Context(), messages.EditRequest{
			By: p[0], Peer: channel, ID: m.ID, Text: &text.Text{String: "edited"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if root := w.Last(p[1], group); root.Text.String != "edited" || root.EditDate.IsZero() {
			t.Errorf("got %+v", root)
		}
		if kinds := w.Events(group, 1); !slices.Contains(kinds, "edit_message") || !slices.Contains(kinds, "pinned_messages") {
			t.Errorf("told %q", kinds)
		}
	})
}

// A deleted post takes its counters and its link with it.
func TestDeletePost(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		channel, group := w.linked(p...)
		m := w.Send(p[0], channel, "post", nil)
		w.answer(p[1], group, w.Last(p[1], group).ID, "one")
		if _, err := w.Messages.Delete(t.Context(), p[0], channel, []ids.Message{m.ID}, true); err != nil {
			t.Fatal(err)
		}
		var n int
		err := w.DB.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM discussion_post`).Scan(&n)
		})
		if err != nil || n != 0 {
			t.Errorf("%d links are left, %v", n, err)
		}
	})
}
