package topics

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hermod/internal/bus"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/stand/standtest"
	"hermod/internal/domain/text"
)

type world struct {
	*standtest.World
	*Service
	p     []ids.User // the owner, two members, and somebody else
	forum ids.Channel
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	standtest.Each(t, func(t *testing.T, in *standtest.World) {
		w := &world{World: in, Service: New(in.DB, in.Bus, in.Log, in.Messages, in.Channels)}
		w.p = w.People(4)
		w.forum = w.Channel(false, w.p[:3]...).Channel()
		w.Send(w.p[1], w.forum.Peer(), "before", nil)
		if _, err := w.Channels.Turn(t.Context(), w.p[0], w.forum, channels.SwitchForum, true); err != nil {
			t.Fatal(err)
		}
		fn(t, w)
	})
}

func (w *world) begin(by ids.User, title string) Topic {
	w.T.Helper()
	topic, _, err := w.Create(w.T.Context(), CreateRequest{By: by, Channel: w.forum, Title: title, RandomID: rand.Int64()})
	if err != nil {
		w.T.Fatal(err)
	}
	return topic
}

func (w *world) try(from ids.User, topic ids.Message, body string) (*messages.Message, error) {
	sent, err := w.Messages.Send(w.T.Context(), messages.SendRequest{
		From: from, To: w.forum.Peer(), RandomID: rand.Int64(), Text: text.Text{String: body}, Reply: &messages.ReplyTo{Thread: topic},
	})
	return sent.Message, err
}

func (w *world) write(from ids.User, topic ids.Message, body string) *messages.Message {
	w.T.Helper()
	m, err := w.try(from, topic, body)
	if err != nil {
		w.T.Fatal(err)
	}
	return m
}

func (w *world) page(viewer ids.User, q Query) Page {
	w.T.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	p, err := w.List(w.T.Context(), viewer, w.forum, q)
	if err != nil {
		w.T.Fatal(err)
	}
	return p
}

func titles(p Page) (list []string) {
	for _, t := range p.Topics {
		list = append(list, t.Title)
	}
	return list
}

func (w *world) wantTitles(q Query, want ...string) {
	w.T.Helper()
	if got := titles(w.page(w.p[0], q)); !slices.Equal(got, want) {
		w.T.Errorf("got %q, want %q", got, want)
	}
}

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		topic := w.begin(w.p[1], "  Sails ")
		m := w.Last(w.p[2], w.forum.Peer())
		if m.ID != topic.ID || m.Thread != topic.ID || m.Action == nil || m.Action.Kind != actions.TopicCreate || m.Action.Title != "Sails" {
			t.Errorf("got %+v, %+v", m, m.Action)
		}
		if !slices.Contains(colors[:], topic.IconColor) || topic.Creator != w.p[1].Peer() {
			t.Errorf("got %+v", topic)
		}
		for name, tt := range map[string]struct {
			req  CreateRequest
			want error
		}{
			"no title": {CreateRequest{By: w.p[1], Channel: w.forum, Title: " "}, ErrTitle},
			"long":     {CreateRequest{By: w.p[1], Channel: w.forum, Title: strings.Repeat("é", 129)}, ErrTitle},
			"stranger": {CreateRequest{By: w.p[3], Channel: w.forum, Title: "x"}, rights.ErrPrivate},
			"no forum": {CreateRequest{By: w.p[1], Channel: w.Channel(false, w.p[1]).Channel(), Title: "x"}, ErrForum},
		} {
			if _, _, err := w.Create(t.Context(), tt.req); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
		if _, err := w.Channels.SetDefaults(t.Context(), w.p[0], w.forum, rights.ManageTopics); err != nil {
			t.Fatal(err)
		}
		_, _, err := w.Create(t.Context(), CreateRequest{By: w.p[1], Channel: w.forum, Title: "x", RandomID: 5})
		if !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("where members may not: %v", err)
		}
		w.begin(w.p[0], "owner may")
	})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b, c := w.begin(w.p[0], "Anchors"), w.begin(w.p[0], "Boats"), w.begin(w.p[0], "Crew boats")
		w.wantTitles(Query{}, "Crew boats", "Boats", "Anchors", "General")
		w.write(w.p[1], a.ID, "hello")
		w.Send(w.p[1], w.forum.Peer(), "to all", nil)
		w.wantTitles(Query{}, "General", "Anchors", "Crew boats", "Boats")
		if err := w.Pin(t.Context(), w.p[0], w.forum, b.ID, true); err != nil {
			t.Fatal(err)
		}
		w.wantTitles(Query{}, "Boats", "General", "Anchors", "Crew boats")
		w.wantTitles(Query{Limit: 2}, "Boats", "General")
		first := w.page(w.p[0], Query{Limit: 2})
		last := first.Topics[1]
		w.wantTitles(Query{Limit: 2, OffsetID: last.Top, After: last.ID}, "Anchors", "Crew boats")
		w.wantTitles(Query{Text: "bOaT"}, "Crew boats", "Boats")
		if first.Total != 4 || first.PTS == 0 {
			t.Errorf("got %+v", first)
		}
		got, err := w.Get(t.Context(), w.p[1], w.forum, []ids.Message{c.ID, 999, messages.General})
		if err != nil || !slices.Equal(titles(got), []string{"Crew boats", "General"}) {
			t.Errorf("got %q, %v", titles(got), err)
		}
		if _, err := w.Get(t.Context(), w.p[3], w.forum, []ids.Message{c.ID}); !errors.Is(err, rights.ErrPrivate) {
			t.Errorf("a stranger: %v", err)
		}
	})
}

// What was written before the group became a forum is in General.
func TestBefore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.begin(w.p[0], "Anchors")
		after := w.Send(w.p[1], w.forum.Peer(), "after", nil)
		page, err := w.Messages.Thread(t.Context(), w.p[2], w.forum, messages.General, messages.Window{Limit: 10})
		if err != nil || len(page.Messages) < 2 || page.Messages[0].ID != after.ID || page.Messages[1].Text.String != "before" {
			t.Errorf("got %+v, %v", page, err)
		}
	})
}

func TestCounters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.begin(w.p[0], "Anchors")
		b := w.begin(w.p[0], "Boats")
		for range 3 {
			w.write(w.p[1], a.ID, "x")
		}
		m := w.write(w.p[1], b.ID, "y")
		unread := func(viewer ids.User) map[ids.Message]int {
			t.Helper()
			n := map[ids.Message]int{}
			for _, topic := range w.page(viewer, Query{}).Topics {
				n[topic.ID] = topic.Unread
			}
			return n
		}
		if n := unread(w.p[2]); n[a.ID] != 4 || n[b.ID] != 2 {
			t.Errorf("got %v", n)
		}
		if _, err := w.Messages.Delete(t.Context(), w.p[0], w.forum.Peer(), []ids.Message{m.ID}, true); err != nil {
			t.Fatal(err)
		}
		if n := unread(w.p[2]); n[a.ID] != 4 || n[b.ID] != 1 {
			t.Errorf("after a deletion: got %v", n)
		}
		for _, topic := range w.page(w.p[2], Query{}).Topics {
			if topic.ID == b.ID && topic.Top != b.ID {
				t.Errorf("the deleted message is still the newest: %+v", topic)
			}
		}
	})
}

// Who writes into a topic has read that one, and no other; when all are read the group is.
func TestOwnMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.begin(w.p[0], "Anchors"), w.begin(w.p[0], "Boats")
		w.write(w.p[1], b.ID, "x")
		for _, topic := range w.page(w.p[1], Query{}).Topics {
			if want := map[ids.Message]int{a.ID: 1}[topic.ID]; topic.ID != messages.General && topic.Unread != want {
				t.Errorf("%s: %d unread, want %d", topic.Title, topic.Unread, want)
			}
		}
		if all, err := w.AllRead(t.Context(), w.p[1], w.forum); err != nil || all {
			t.Errorf("got %v, %v", all, err)
		}
		w.write(w.p[1], a.ID, "x")
		w.write(w.p[1], messages.General, "x")
		if all, err := w.AllRead(t.Context(), w.p[1], w.forum); err != nil || !all {
			t.Errorf("got %v, %v", all, err)
		}
	})
}

func TestEdit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		topic := w.begin(w.p[1], "Old")
		edit := func(by ids.User, id ids.Message, change EditRequest) error {
			change.By, change.Channel, change.ID = by, w.forum, id
			_, err := w.Edit(t.Context(), change)
			return err
		}
		if err := edit(w.p[1], topic.ID, EditRequest{Title: new("New"), Emoji: new(int64(7))}); err != nil {
			t.Fatal(err)
		}
		m := w.Last(w.p[2], w.forum.Peer())
		if m.Thread != topic.ID || m.Action.Kind != actions.TopicEdit || m.Action.Title != "New" || m.Action.TopicIcon != 7 {
			t.Errorf("got %+v, %+v", m, m.Action)
		}
		tests := map[string]struct {
			by     ids.User
			id     ids.Message
			change EditRequest
			want   error
		}{
			"nothing":           {w.p[1], topic.ID, EditRequest{Title: new("New")}, ErrSame},
			"of others":         {w.p[2], topic.ID, EditRequest{Title: new("Mine")}, rights.ErrAdminRequired},
			"close and rename":  {w.p[0], topic.ID, EditRequest{Title: new("x"), Closed: new(true)}, ErrCloseAlone},
			"hide another":      {w.p[0], topic.ID, EditRequest{Hidden: new(true)}, ErrHideAlone},
			"icon of General":   {w.p[0], messages.General, EditRequest{Emoji: new(int64(1))}, ErrIcon},
			"none":              {w.p[0], 999, EditRequest{Closed: new(true)}, ErrNone},
			"General by others": {w.p[1], messages.General, EditRequest{Title: new("x")}, rights.ErrAdminRequired},
			"rename General":    {w.p[0], messages.General, EditRequest{Title: new("Lobby")}, nil},
			"hide General":      {w.p[0], messages.General, EditRequest{Hidden: new(true)}, nil},
			"hide it again":     {w.p[0], messages.General, EditRequest{Hidden: new(true)}, ErrSame},
		}
		for _, name := range []string{
			"nothing", "of others", "close and rename", "hide another", "icon of General", "none", "General by others", "rename General",
			"hide General", "hide it again",
		} {
			tt := tests[name]
			if err := edit(tt.by, tt.id, tt.change); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
	})
}

func TestClosed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		topic := w.begin(w.p[1], "Closed")
		set := func(closed bool) {
			t.Helper()
			if _, err := w.Edit(t.Context(), EditRequest{By: w.p[1], Channel: w.forum, ID: topic.ID, Closed: &closed}); err != nil {
				t.Fatal(err)
			}
		}
		set(true)
		if _, err := w.try(w.p[2], topic.ID, "x"); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
		w.write(w.p[0], topic.ID, "admins may")
		w.write(w.p[1], topic.ID, "who began it may")
		set(false)
		w.write(w.p[2], topic.ID, "now all may")
		if _, err := w.try(w.p[2], 999, "x"); !errors.Is(err, ErrNone) {
			t.Errorf("got %v", err)
		}
	})
}

func TestPin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var told []Pinned
		w.Bus.Subscribe("live", func(b bus.Message) {
			if p, ok := b.Value.(Pinned); ok {
				told = append(told, p)
			}
		})
		var all []ids.Message
		for _, title := range []string{"a", "b", "c", "d", "e", "f"} {
			all = append(all, w.begin(w.p[0], title).ID)
		}
		for _, id := range all[:5] {
			if err := w.Pin(t.Context(), w.p[0], w.forum, id, true); err != nil {
				t.Fatal(err)
			}
		}
		for name, tt := range map[string]struct {
			by   ids.User
			id   ids.Message
			want error
		}{
			"too many": {w.p[0], all[5], ErrPinned}, "again": {w.p[0], all[0], ErrSame},
			"members": {w.p[1], all[5], rights.ErrAdminRequired}, "none": {w.p[0], 999, ErrNone},
		} {
			if err := w.Pin(t.Context(), tt.by, w.forum, tt.id, true); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
		w.wantTitles(Query{Limit: 5}, "e", "d", "c", "b", "a")
		order := []ids.Message{all[0], all[1], all[0]}
		if err := w.Reorder(t.Context(), w.p[0], w.forum, order, false); err != nil {
			t.Fatal(err)
		}
		w.wantTitles(Query{Limit: 5}, "a", "b", "e", "d", "c")
		if err := w.Reorder(t.Context(), w.p[0], w.forum, []ids.Message{all[5], all[2]}, true); err != nil {
			t.Fatal(err)
		}
		w.wantTitles(Query{Limit: 3}, "f", "c", "e")
		if len(told) != 7 || told[0].Topic != all[0] || !told[0].On || len(told[6].Order) != 2 {
			t.Errorf("told %+v", told)
		}
	})
}

func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		topic := w.begin(w.p[1], "Gone")
		w.write(w.p[1], topic.ID, "x")
		stays := w.Send(w.p[1], w.forum.Peer(), "stays", nil)
		if _, err := w.Delete(t.Context(), w.p[1], w.forum, topic.ID); !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("got %v", err)
		}
		done, err := w.Delete(t.Context(), w.p[0], w.forum, topic.ID)
		if err != nil || done.Left != 0 || done.Count != 2 {
			t.Errorf("got %+v, %v", done, err)
		}
		w.wantTitles(Query{}, "General")
		if _, err := w.Delete(t.Context(), w.p[0], w.forum, topic.ID); !errors.Is(err, ErrNone) {
			t.Errorf("again: %v", err)
		}
		if m := w.Last(w.p[1], w.forum.Peer()); m.ID != stays.ID {
			t.Errorf("got %+v", m)
		}
		kinds := map[channels.LogKind]int{}
		log, err := w.Channels.Log(t.Context(), w.p[0], w.forum, channels.LogQuery{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range log {
			kinds[e.Kind]++
		}
		if kinds[channels.LogTopicCreate] != 1 || kinds[channels.LogTopicDelete] != 1 {
			t.Errorf("the log of admins has %v", kinds)
		}
	})
}

// Nobody begins a topic in the name of somebody else, or of a channel that is not his.
func TestNamesOfAuthors(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		foreign := w.Channel(true, w.p[3])
		for _, as := range []ids.Peer{w.p[2].Peer(), foreign, w.forum.Peer()} {
			_, _, err := w.Create(t.Context(), CreateRequest{By: w.p[1], As: as, Channel: w.forum, Title: "x", RandomID: rand.Int64()})
			if !errors.Is(err, rights.ErrSendAs) {
				t.Errorf("as %d: %v", as, err)
			}
		}
		topic, _, err := w.Create(t.Context(), CreateRequest{By: w.p[1], As: w.p[1].Peer(), Channel: w.forum, Title: "x", RandomID: rand.Int64()})
		if err != nil || topic.Creator != w.p[1].Peer() {
			t.Errorf("as himself: %+v, %v", topic, err)
		}
	})
}
