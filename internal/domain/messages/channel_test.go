package messages

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

func TestSupergroup(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(4)
		ch := w.channel(false, p[0], p[1], p[2])
		first := w.write(p[1], ch.Peer(), "question")
		answer := w.deliver(SendRequest{From: p[2], To: ch.Peer(), Text: text.Text{String: "answer"}, Reply: &ReplyTo{ID: first.ID}})
		again := w.deliver(SendRequest{From: p[1], To: ch.Peer(), Text: text.Text{String: "thanks"}, Reply: &ReplyTo{ID: answer.ID}})
		if answer.Thread != first.ID || again.Thread != first.ID || again.Reply.ID != answer.ID {
			t.Errorf("threads %d and %d, want %d", answer.Thread, again.Thread, first.ID)
		}
		if !first.IsOut(p[1]) || first.IsOut(p[2]) || !answer.MentionedTo(p[1]) || answer.MentionedTo(p[0]) {
			t.Errorf("%+v", answer)
		}
		for _, u := range p[:3] {
			if got := w.seen(u, ch.Peer()); got != "[channel_create] [chat_add_user] question answer thanks" {
				t.Errorf("%d sees %q", u, got)
			}
		}
		if _, err := w.History(t.Context(), p[3], ch.Peer(), Window{Limit: 1}); !errors.Is(err, rights.ErrPrivate) {
			t.Errorf("a stranger looks: %v", err)
		}
		if _, err := w.Get(t.Context(), p[3], ch.Peer(), []ids.Message{first.ID}); !errors.Is(err, rights.ErrPrivate) {
			t.Errorf("a stranger gets: %v", err)
		}
		if _, err := w.Search(t.Context(), Query{By: p[3], Peer: ch.Peer(), Words: "question"}); !errors.Is(err, rights.ErrPrivate) {
			t.Errorf("a stranger searches: %v", err)
		}
		for range 2 { // before it is in the index, and after
			page, err := w.Search(t.Context(), Query{By: p[0], Peer: ch.Peer(), Words: "question", Window: Window{Limit: 5}})
			if err != nil || page.Total != 1 {
				t.Errorf("search: %+v, %v", page, err)
			}
			if err := w.index.drain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// unread is what a member has not read in a channel, or in a thread of it.
func (w *world) unread(u ids.User, ch ids.Channel, thread ids.Message) (n int) {
	w.t.Helper()
	after := w.listed(u, ch.Peer()).ReadInbox
	err := w.db.Read(w.t.Context(), func(tx *db.Tx) error {
		counts, err := w.Unread(w.t.Context(), tx, Mark{Channel: ch, Thread: thread, After: after})
		n = counts[0]
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestChannelIsRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var mu sync.Mutex
		var lives []bus.Message
		w.bus.Subscribe(SubjectLive, func(m bus.Message) {
			mu.Lock()
			defer mu.Unlock()
			if _, ok := m.Value.(ReadLive); ok {
				lives = append(lives, m)
			}
		})
		p := w.people(3)
		ch := w.channel(false, p[0], p[1], p[2])
		base := w.unread(p[2], ch, 0)
		var last *Message
		for i := range 600 { // over the end of a stretch
			last = w.write(p[i%2], ch.Peer(), fmt.Sprint(i))
		}
		if n := w.unread(p[2], ch, 0); n != base+600 {
			t.Errorf("unread %d, want %d", n, base+600)
		}
		if n := w.unread(p[1], ch, 0); n != 0 {
			t.Errorf("unread by who wrote last: %d", n)
		}
		before := w.at(p[2])
		if _, err := w.Read(t.Context(), p[2], ch.Peer(), last.ID-100); err != nil {
			t.Fatal(err)
		}
		if n := w.unread(p[2], ch, 0); n != 100 {
			t.Errorf("unread %d, want 100", n)
		}
		mark, err := w.ReadMark(t.Context(), p[2], ch)
		if err != nil || mark.MaxID != last.ID-100 || mark.Unread != 100 {
			t.Errorf("mark %+v, %v", mark, err)
		}
		d, err := w.Service.Since(t.Context(), p[2].Peer(), before, time.Now().Add(-time.Hour), 10)
		if err != nil || !slices.ContainsFunc(d.Entries, func(e updates.Entry) bool { return e.Event == updates.ReadChannel{Channel: ch} }) {
			t.Errorf("log of the reader: %+v, %v", d.Entries, err)
		}
		if head := w.listed(p[0], ch.Peer()); head.ReadOutbox != last.ID-100 {
			t.Errorf("read by others up to %d, want %d", head.ReadOutbox, last.ID-100)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(lives) != 2 {
			t.Errorf("%d authors are told, want 2", len(lives))
		}
	})
}

func TestChannelDeletes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		ch := w.channel(false, p[0], p[1], p[2])
		a, b := w.write(p[1], ch.Peer(), "a"), w.write(p[2], ch.Peer(), "b")
		del := func(u ids.User, list ...ids.Message) error {
			_, err := w.Delete(t.Context(), u, ch.Peer(), list, true)
			return err
		}
		if err := del(p[1], b.ID); !errors.Is(err, ErrDelete) {
			t.Errorf("somebody else deletes: %v", err)
		}
		if err := del(p[0], 1); err != nil || w.listed(p[0], ch.Peer()).Messages != 4 {
			t.Errorf("the beginning is deleted: %v", err)
		}
		before := w.head(ch)
		if err := del(p[2], b.ID); err != nil {
			t.Fatal(err)
		}
		if h := w.head(ch); h.Top != a.ID || h.Messages != 3 || h.PTS != before.PTS+1 {
			t.Errorf("head %+v after %+v", h, before)
		}
		if n := w.unread(p[0], ch, 0); n != 1 {
			t.Errorf("unread %d, want 1", n)
		}
		if err := del(p[0], a.ID); err != nil { // an admin
			t.Fatal(err)
		}
		d, err := w.ChannelSince(t.Context(), p[1], ch, before.PTS, 10)
		if err != nil || len(d.Entries) != 2 || d.Entries[1].Event.Kind() != "delete_messages" {
			t.Errorf("difference %+v, %v", d.Entries, err)
		}
		log, err := w.ch.Log(t.Context(), p[0], ch, channels.LogQuery{Class: channels.ClassDelete, Limit: 10})
		if err != nil || len(log) != 2 {
			t.Fatalf("admin log %+v, %v", log, err)
		}
		was, err := channels.Decode[Message](log[0].Before)
		if err != nil || was.Text.String != "a" || was.From != p[1].Peer() {
			t.Errorf("was %+v, %v", was, err)
		}
	})
}

func (w *world) head(ch ids.Channel) updates.Head {
	w.t.Helper()
	all, err := w.Heads(w.t.Context(), ch.Peer())
	if err != nil {
		w.t.Fatal(err)
	}
	return all[ch.Peer()]
}

func TestChannelEdits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		group, news := w.channel(false, p[0], p[1], p[2]), w.channel(true, p[0], p[1])
		edit := func(u ids.User, m *Message, body string) error {
			_, err := w.Edit(t.Context(), EditRequest{By: u, Peer: m.Peer, ID: m.ID, Text: &text.Text{String: body}})
			return err
		}
		m, post := w.write(p[1], group.Peer(), "helo"), w.write(p[0], news.Peer(), "nws")
		for name, tt := range map[string]struct {
			by   ids.User
			m    *Message
			body string
			err  error
		}{
			"an admin in a group":   {p[0], m, "a", ErrAuthor},
			"another member":        {p[2], m, "b", ErrAuthor},
			"the author":            {p[1], m, "hello", nil},
			"a reader of a channel": {p[1], post, "c", rights.ErrAdminRequired},
			"a stranger":            {p[2], post, "d", rights.ErrPrivate},
			"the owner":             {p[0], post, "news", nil},
		} {
			if err := edit(tt.by, tt.m, tt.body); !errors.Is(err, tt.err) {
				t.Errorf("%s: %v, want %v", name, err, tt.err)
			}
		}
		if post.From != news.Peer() || post.Author != p[0] || !post.Flags.Has(Post) || post.IsOut(p[1]) || !post.IsOut(p[0]) {
			t.Errorf("post %+v", post)
		}
		if err := edit(p[0], post, "news"); !errors.Is(err, ErrSame) {
			t.Errorf("same: %v", err)
		}
		log, err := w.ch.Log(t.Context(), p[0], group, channels.LogQuery{Class: channels.ClassEdit, Limit: 10})
		if err != nil || len(log) != 1 || log[0].By != p[1] {
			t.Errorf("admin log %+v, %v", log, err)
		}
	})
}

func TestChannelPins(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		ch := w.channel(false, p[0], p[1])
		a, b := w.write(p[0], ch.Peer(), "a"), w.write(p[1], ch.Peer(), "b")
		if _, err := w.ch.SetDefaults(t.Context(), p[0], ch, rights.PinMessages); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Pin(t.Context(), PinRequest{By: p[1], Peer: ch.Peer(), ID: a.ID}); !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("a member pins: %v", err)
		}
		for _, m := range []*Message{a, b} {
			done, err := w.Pin(t.Context(), PinRequest{By: p[0], Peer: ch.Peer(), ID: m.ID, Silent: m == b})
			if err != nil || !done.Changed || (done.Notice == nil) != (m == b) {
				t.Fatalf("%+v, %v", done, err)
			}
		}
		if id, err := w.PinnedIn(t.Context(), p[1], ch.Peer()); err != nil || id != b.ID {
			t.Errorf("last pinned %d, %v", id, err)
		}
		page, err := w.Search(t.Context(), Query{By: p[1], Peer: ch.Peer(), Filter: FilterPinned, Window: Window{Limit: 10}})
		if err != nil || page.Total != 2 {
			t.Errorf("pinned: %+v, %v", page, err)
		}
		done, err := w.UnpinAll(t.Context(), p[0], ch.Peer(), 0)
		if err != nil || done.Left != 0 || done.Count != 2 {
			t.Errorf("unpin all: %+v, %v", done, err)
		}
	})
}

func TestChannelForwards(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		news, group := w.channel(true, p[0], p[1]), w.channel(false, p[1], p[2])
		if _, err := w.ch.Turn(t.Context(), p[0], news, channels.SwitchSignatures, true); err != nil {
			t.Fatal(err)
		}
		post := w.write(p[0], news.Peer(), "news")
		other := w.write(p[0], news.Peer(), "gone")
		if _, err := w.Delete(t.Context(), p[0], news.Peer(), []ids.Message{other.ID}, true); err != nil {
			t.Fatal(err)
		}
		req := ForwardRequest{
			From: p[1], Source: news.Peer(), To: group.Peer(), IDs: []ids.Message{post.ID, other.ID}, RandomIDs: []int64{1, 2},
		}
		sent, err := w.Forward(t.Context(), req)
		if err != nil || len(sent) != 1 {
			t.Fatal(sent, err)
		}
		m := sent[0].Message
		want := Forward{From: news.Peer(), Post: post.ID, Signature: "Person 1", Date: post.Date.Unix()}
		if *m.Forward != want || m.From != p[1].Peer() || m.Peer != group.Peer() {
			t.Errorf("forward %+v, want %+v", m.Forward, want)
		}
		again, err := w.Forward(t.Context(), req)
		if err != nil || !again[0].Again || again[0].Message.ID != m.ID {
			t.Errorf("again %+v, %v", again, err)
		}
		if _, err := w.Forward(t.Context(), ForwardRequest{
			From: p[1], Source: news.Peer(), To: group.Peer(), IDs: []ids.Message{other.ID}, RandomIDs: []int64{8},
		}); !errors.Is(err, ErrNone) {
			t.Errorf("nothing is left: %v", err)
		}
		// From the group into one's saved messages.
		private, err := w.Forward(t.Context(), ForwardRequest{
			From: p[2], Source: group.Peer(), To: p[2].Peer(), IDs: []ids.Message{m.ID}, RandomIDs: []int64{3},
		})
		if err != nil || private[0].Message.Forward.SavedFrom != group.Peer() || private[0].Message.Forward.From != news.Peer() {
			t.Errorf("saved %+v, %v", private, err)
		}
		if _, err := w.ch.Turn(t.Context(), p[0], news, channels.SwitchNoForwards, true); err != nil {
			t.Fatal(err)
		}
		req.RandomIDs = []int64{4, 5}
		if _, err := w.Forward(t.Context(), req); !errors.Is(err, ErrProtected) {
			t.Errorf("protected: %v", err)
		}
	})
}

func TestChannelHistoryIsHidden(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		ch := w.channel(false, p[0], p[1])
		a := w.write(p[0], ch.Peer(), "a")
		w.write(p[0], ch.Peer(), "b")
		before := w.head(ch)
		if _, err := w.Clear(t.Context(), ClearRequest{By: p[1], Peer: ch.Peer(), MaxID: a.ID}); err != nil {
			t.Fatal(err)
		}
		page, err := w.History(t.Context(), p[1], ch.Peer(), Window{Limit: 10})
		if err != nil || page.Total != 1 || !page.Whole || page.Messages[0].Text.String != "b" || page.PTS != before.PTS {
			t.Errorf("history %+v, %v", page, err)
		}
		if found, err := w.Get(t.Context(), p[1], ch.Peer(), []ids.Message{a.ID}); err != nil || len(found) != 0 {
			t.Errorf("got %v, %v", found, err)
		}
		if got := w.seen(p[0], ch.Peer()); got != "[channel_create] [chat_add_user] a b" {
			t.Errorf("the other sees %q", got)
		}
		if _, err := w.Clear(t.Context(), ClearRequest{By: p[1], Peer: ch.Peer(), Revoke: true}); !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("a member clears for all: %v", err)
		}
		done, err := w.Clear(t.Context(), ClearRequest{By: p[0], Peer: ch.Peer(), Author: p[0].Peer(), Revoke: true})
		if err != nil || done.Left != 0 {
			t.Fatal(done, err)
		}
		if got := w.seen(p[0], ch.Peer()); got != "[channel_create]" {
			t.Errorf("sees %q", got)
		}
	})
}

func TestChannelMentions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		if _, err := w.users.UpdateUsername(t.Context(), p[1], "somebody"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.users.UpdateUsername(t.Context(), p[2], "stranger"); err != nil {
			t.Fatal(err)
		}
		ch := w.channel(false, p[0], p[1])
		m := w.write(p[0], ch.Peer(), "hello @somebody @stranger")
		if !slices.Equal(m.Mentions, []ids.User{p[1]}) {
			t.Errorf("mentions %v", m.Mentions)
		}
		unseen, err := w.UnseenAmong(t.Context(), p[1], []*Message{m})
		if err != nil || !unseen[m.ID] {
			t.Errorf("unseen %v, %v", unseen, err)
		}
		if _, err := w.ReadContents(t.Context(), p[1], ch.Peer(), []ids.Message{m.ID}); err != nil {
			t.Fatal(err)
		}
		page, err := w.UnreadMentions(t.Context(), p[1], ch.Peer(), 0, Window{Limit: 10})
		if err != nil || page.Total != 0 {
			t.Errorf("left %+v, %v", page, err)
		}
	})
}

func TestRandomIDsOfMany(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.channel(false, p[0], p[1])
		for _, to := range []ids.Peer{ch.Peer(), p[1].Peer()} {
			req := SendRequest{From: p[0], To: to, RandomID: 7, Text: text.Text{String: "once"}}
			first := w.deliver(req)
			sent, err := w.Send(t.Context(), req)
			if err != nil || !sent.Again || sent.Message.ID != first.ID {
				t.Errorf("again %+v, %v", sent, err)
			}
			if to.Channel() != 0 { // another sender is free to choose the same
				req.From = p[1]
				if m := w.deliver(req); m.ID == first.ID {
					t.Error("random ids of others clash")
				}
				req.From = p[0]
			}
			if _, err := w.Delete(t.Context(), p[0], to, []ids.Message{first.ID}, true); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Send(t.Context(), req); !errors.Is(err, ErrSentBefore) {
				t.Errorf("after its deletion: %v", err)
			}
		}
	})
}

// TestPostCostsTheSame holds what a post costs, whatever the number of members.
func TestPostCostsTheSame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(40)
		cost := func(ch ids.Channel) uint64 {
			w.write(p[0], ch.Peer(), "warm")
			before := w.db.Statements()
			w.write(p[0], ch.Peer(), "post")
			return w.db.Statements() - before
		}
		for _, broadcast := range []bool{true, false} {
			few, many := cost(w.channel(broadcast, p[0], p[1])), cost(w.channel(broadcast, p[0], p[1:]...))
			if few != many || many > 8 {
				t.Errorf("a post costs %d statements among few, %d among many; at most 8", few, many)
			}
			t.Log("statements:", many)
		}
	})
}

func TestAlbumInSlowMode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.channel(false, p[0], p[1])
		if _, err := w.ch.SetSlowMode(t.Context(), p[0], ch, 60); err != nil {
			t.Fatal(err)
		}
		album := make([]SendRequest, 3)
		for i := range album {
			album[i] = SendRequest{From: p[1], To: ch.Peer(), RandomID: int64(i + 1), Text: text.Text{String: "part"}, GroupedID: 5}
		}
		if sent, err := w.SendMany(t.Context(), album); err != nil || len(sent) != 3 || sent[2].Message.GroupedID != 5 {
			t.Fatal(sent, err)
		}
		if sent, err := w.SendMany(t.Context(), album); err != nil || !sent[0].Again {
			t.Errorf("again: %v, %v", sent, err)
		}
		album[0].RandomID = 9
		if _, err := w.SendMany(t.Context(), album[:1]); !errors.Is(err, rights.ErrSlowMode) {
			t.Errorf("too soon: %v", err)
		}
	})
}

func TestForumThreads(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.channel(false, p[0], p[1])
		if _, err := w.ch.Turn(t.Context(), p[0], ch, channels.SwitchForum, true); err != nil {
			t.Fatal(err)
		}
		general := w.write(p[1], ch.Peer(), "general")
		topic := w.deliver(SendRequest{From: p[1], To: ch.Peer(), Text: text.Text{String: "in a topic"}, Reply: &ReplyTo{Thread: 77}})
		answer := w.deliver(SendRequest{From: p[0], To: ch.Peer(), Text: text.Text{String: "answer"}, Reply: &ReplyTo{ID: topic.ID}})
		if general.Thread != General || topic.Thread != 77 || answer.Thread != 77 || topic.Reply != nil {
			t.Errorf("threads %d, %d, %d", general.Thread, topic.Thread, answer.Thread)
		}
		// Who writes into a topic has read that alone: package topics keeps how far.
		if n := w.unread(p[1], ch, 77); n != 2 {
			t.Errorf("unread in the topic: %d", n)
		}
	})
}

func TestAuthors(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		own, news := w.channel(true, p[1]).Peer(), w.channel(true, p[0])
		group := w.channel(false, p[0], p[1])
		for ch, name := range map[ids.Channel]string{own.Channel(): "theirs_here", group: "group_here"} {
			creator := p[1]
			if ch == group {
				creator = p[0]
			}
			if _, err := w.ch.SetUsername(t.Context(), creator, ch, name); err != nil {
				t.Fatal(err)
			}
		}
		send := func(from ids.User, as, to ids.Peer) (*Message, error) {
			sent, err := w.Send(t.Context(), SendRequest{From: from, As: as, To: to, RandomID: rand.Int64(), Text: text.Text{String: "a"}})
			return sent.Message, err
		}
		check := func(name string, m *Message, err error, from ids.Peer, author ids.User, signature string) {
			t.Helper()
			if err != nil || m.From != from || m.Author != author || m.Signature != signature || m.Writer() == 0 {
				t.Errorf("%s: %+v, %v", name, m, err)
			}
		}
		m, err := send(p[1], 0, group.Peer())
		check("himself", m, err, p[1].Peer(), 0, "")
		m, err = send(p[1], own, group.Peer())
		check("his channel", m, err, own, p[1], "")
		if !m.IsOut(p[1]) || m.IsOut(p[0]) {
			t.Error("out to the wrong one")
		}
		m, err = send(p[0], 0, news.Peer())
		check("a post", m, err, news.Peer(), p[0], "")
		for _, wrong := range []struct{ as, to ids.Peer }{{own, p[0].Peer()}, {news.Peer(), group.Peer()}, {group.Peer(), group.Peer()}} {
			if _, err := send(p[1], wrong.as, wrong.to); !errors.Is(err, rights.ErrSendAs) {
				t.Errorf("as %d to %d: %v", wrong.as, wrong.to, err)
			}
		}
		// What he chose for good counts as long as he may.
		if err := w.ch.SetSendAs(t.Context(), p[1], group, own); err != nil {
			t.Fatal(err)
		}
		m, err = send(p[1], 0, group.Peer())
		check("as chosen", m, err, own, p[1], "")
		if _, err := w.ch.SetUsername(t.Context(), p[1], own.Channel(), ""); err != nil {
			t.Fatal(err)
		}
		m, err = send(p[1], 0, group.Peer())
		check("as chosen, no longer possible", m, err, p[1].Peer(), 0, "")
		rank := "boss"
		if _, err := w.ch.Promote(t.Context(), channels.Promotion{
			By: p[0], Channel: group, User: p[1], Rights: rights.AdminAnonymous | rights.AdminOther, Rank: &rank,
		}); err != nil {
			t.Fatal(err)
		}
		m, err = send(p[1], group.Peer(), group.Peer())
		check("anonymous", m, err, group.Peer(), p[1], "boss")
	})
}

func TestServiceMessagesOfChannelsArePosts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(1)
		for _, broadcast := range []bool{true, false} {
			ch := w.channel(broadcast, p[0])
			if _, err := w.ch.SetTitle(t.Context(), p[0], ch, "Renamed"); err != nil {
				t.Fatal(err)
			}
			pinned := w.write(p[0], ch.Peer(), "a")
			if _, err := w.Pin(t.Context(), PinRequest{By: p[0], Peer: ch.Peer(), ID: pinned.ID}); err != nil {
				t.Fatal(err)
			}
			page, err := w.History(t.Context(), p[0], ch.Peer(), Window{Limit: 10})
			if err != nil || len(page.Messages) != 4 {
				t.Fatalf("%d messages, %v", len(page.Messages), err)
			}
			for _, m := range page.Messages {
				if m.Flags.Has(Post) != broadcast || m.Action != nil && m.Writer() != p[0] {
					t.Errorf("broadcast %v: %+v of %d", broadcast, m, m.Writer())
				}
			}
		}
	})
}
