package messages

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

func (w *world) edit(owner ids.User, id ids.Message, body string) error {
	_, err := w.Edit(context.Background(), EditRequest{By: owner, ID: id, Text: &text.Text{String: body}})
	return err
}

func TestEditReachesBothSides(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		w.send(p[1], p[1], "shifts the numbers")
		m := w.send(p[0], p[1], "draft")
		if err := w.edit(p[0], m.ID, "final"); err != nil {
			t.Fatal(err)
		}
		for _, side := range [][2]ids.User{{p[0], p[1]}, {p[1], p[0]}} {
			if got := w.texts(side[0], side[1]); got != "final" {
				t.Errorf("user %d sees %q", side[0], got)
			}
			d := w.since(side[0], 1)
			last := d.Entries[len(d.Entries)-1]
			if _, ok := last.Event.(updates.EditMessage); !ok || last.Value.(*Message).Text.String != "final" {
				t.Errorf("log of %d ends with %+v", side[0], last)
			}
		}
		errs := map[string]struct{ got, want error }{
			"same":       {w.edit(p[0], m.ID, "final "), ErrSame},
			"not mine":   {w.edit(p[1], m.Twin, "stolen"), ErrAuthor},
			"not there":  {w.edit(p[0], 99, "x"), ErrNone},
			"empty":      {w.edit(p[0], m.ID, " "), ErrEmpty},
			"other chat": {onlyErr(w.Edit(t.Context(), EditRequest{By: p[0], Peer: p[0].Peer(), ID: m.ID, Text: &text.Text{String: "y"}})), ErrNone},
		}
		w.age(p[0], m.ID, EditTime+time.Minute)
		errs["too late"] = struct{ got, want error }{w.edit(p[0], m.ID, "late"), ErrEditTime}
		for name, e := range errs {
			if !errors.Is(e.got, e.want) {
				t.Errorf("%s: got %v, want %v", name, e.got, e.want)
			}
		}
	})
}

func onlyErr(_ Change, err error) error { return err }

// age makes a message older.
func (w *world) age(owner ids.User, id ids.Message, by time.Duration) {
	w.t.Helper()
	err := w.db.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `UPDATE message SET date = date - $1 WHERE owner = $2 AND id = $3`,
			int64(by.Seconds()), int64(owner), int64(id))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// What is forbidden to be sent does not get into a message by an edit.
func TestEditIntoForbiddenMedia(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch, g := w.channel(false, p[0], p[1]), w.group(p[0], p[1])
		if _, err := w.ch.SetDefaults(t.Context(), p[0], ch, rights.EmbedLinks); err != nil {
			t.Fatal(err)
		}
		if _, err := w.gr.SetDefaults(t.Context(), p[0], g, rights.EmbedLinks); err != nil {
			t.Fatal(err)
		}
		page := &media.Media{Kind: media.WebPage, WebPage: &media.WebPageShown{URL: "https://example.org/", Manual: true}}
		for _, peer := range []ids.Peer{ch.Peer(), g.Peer()} {
			for _, u := range p {
				m := w.write(u, peer, "text")
				_, err := w.Edit(t.Context(), EditRequest{By: u, Peer: peer, ID: m.ID, Media: page})
				if (err != nil) != (u == p[1]) {
					t.Errorf("%d in %d: got %v", u, peer, err)
				}
			}
		}
	})
}

// Who was removed from a basic group deletes what he wrote for himself alone.
func TestDeleteAfterRemoval(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		g := w.group(p[0], p[1])
		m := w.write(p[1], g.Peer(), "mine")
		if _, err := w.gr.Remove(t.Context(), p[0], g, p[1]); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Delete(t.Context(), p[1], 0, []ids.Message{m.ID}, true); !errors.Is(err, ErrDelete) {
			t.Errorf("for all: %v", err)
		}
		if _, err := w.Delete(t.Context(), p[1], 0, []ids.Message{m.ID}, false); err != nil {
			t.Errorf("for himself: %v", err)
		}
		if got := w.seen(p[0], g.Peer()); !strings.Contains(got, "mine") {
			t.Errorf("the others see %q", got)
		}
	})
}

func TestDelete(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		for _, s := range []string{"a", "b", "c", "d"} {
			w.send(p[0], p[1], s)
		}
		moved, err := w.Delete(t.Context(), p[1], 0, []ids.Message{2, 2, 77}, false)
		if err != nil || moved != (Moved{PTS: 6, Count: 1}) {
			t.Errorf("deleted for me: %+v, %v", moved, err)
		}
		if w.texts(p[0], p[1]) != "a b c d" || w.texts(p[1], p[0]) != "a c d" {
			t.Errorf("%q, %q", w.texts(p[0], p[1]), w.texts(p[1], p[0]))
		}
		moved, err = w.Delete(t.Context(), p[0], 0, []ids.Message{2, 4, 3}, true)
		if err != nil || moved != (Moved{PTS: 8, Count: 3}) {
			t.Errorf("deleted for all: %+v, %v", moved, err)
		}
		if w.texts(p[0], p[1]) != "a" || w.texts(p[1], p[0]) != "a" {
			t.Errorf("%q, %q", w.texts(p[0], p[1]), w.texts(p[1], p[0]))
		}
		d := w.dialog(p[1], p[0])
		if d.Top != 1 || d.Messages != 1 || d.Unread != 1 {
			t.Errorf("dialog %+v", d)
		}
		// Nothing there to delete: the log stands still.
		moved, err = w.Delete(t.Context(), p[0], 0, []ids.Message{2}, true)
		if err != nil || moved != (Moved{PTS: 8}) {
			t.Errorf("deleted nothing: %+v, %v", moved, err)
		}
		// The other side may take back what was written to it, too.
		if _, err = w.Delete(t.Context(), p[1], 0, []ids.Message{1}, true); err != nil || w.texts(p[0], p[1]) != "" {
			t.Errorf("%q, %v", w.texts(p[0], p[1]), err)
		}
		if d := w.dialog(p[0], p[1]); d.Top != 0 || d.Messages != 0 || d.Unread != 0 {
			t.Errorf("dialog %+v", d)
		}
	})
}

func TestReadMarks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		w.send(p[0], p[0], "shifts the numbers")
		var last *Message
		for _, s := range []string{"a", "b", "c"} {
			last = w.send(p[0], p[1], s)
		}
		moved, err := w.Read(t.Context(), p[1], p[0].Peer(), 2)
		if err != nil || moved != (Moved{PTS: 5, Count: 1}) {
			t.Errorf("read: %+v, %v", moved, err)
		}
		if d := w.dialog(p[1], p[0]); d.ReadInbox != 2 || d.Unread != 1 {
			t.Errorf("reader's %+v", d)
		}
		if d := w.dialog(p[0], p[1]); d.ReadOutbox != 3 {
			t.Errorf("writer's %+v", d)
		}
		if at, err := w.ReadDate(t.Context(), p[0], p[1].Peer(), 3); err != nil || time.Since(at) > time.Minute {
			t.Errorf("read at %v, %v", at, err)
		}
		if _, err := w.ReadDate(t.Context(), p[0], p[1].Peer(), last.ID); !errors.Is(err, ErrNone) {
			t.Errorf("not read yet: %v", err)
		}
		// Twice, and less than before, changes nothing.
		for _, id := range []ids.Message{2, 1} {
			if moved, err := w.Read(t.Context(), p[1], p[0].Peer(), id); err != nil || moved != (Moved{PTS: 5}) {
				t.Errorf("read again: %+v, %v", moved, err)
			}
		}
		if err := w.dl.Mark(t.Context(), p[1], p[0].Peer(), true); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Read(t.Context(), p[1], p[0].Peer(), 0); err != nil {
			t.Fatal(err)
		}
		if d := w.dialog(p[1], p[0]); d.ReadInbox != 3 || d.Unread != 0 || d.Marked {
			t.Errorf("reader's %+v", d)
		}
		d := w.since(p[0], 5)
		var marks []ids.Message
		for _, e := range d.Entries {
			if ev, ok := e.Event.(updates.ReadOutbox); ok {
				marks = append(marks, ev.MaxID)
			}
		}
		if !slices.Equal(marks, []ids.Message{3, 4}) {
			t.Errorf("writer is told %v", marks)
		}
	})
}

func TestClear(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		fill := func() {
			for _, s := range []string{"a", "b", "c"} {
				w.send(p[0], p[1], s)
				w.send(p[1], p[0], s)
			}
		}
		fill()
		before, _ := w.Position(t.Context(), p[0].Peer())
		done, err := w.Clear(t.Context(), ClearRequest{By: p[0], Peer: p[1].Peer(), Keep: true})
		if err != nil || done.Left != 0 || done.PTS-done.Count != before.PTS {
			t.Errorf("cleared %+v after %+v, %v", done, before, err)
		}
		page, _ := w.History(t.Context(), p[0], p[1].Peer(), Window{Limit: 10})
		if len(page.Messages) != 1 || page.Messages[0].Action == nil || page.Messages[0].Action.Kind != actions.HistoryClear {
			t.Errorf("left %+v", page.Messages)
		}
		if d := w.dialog(p[0], p[1]); d.Top != 6 || d.Messages != 1 || d.Unread != 0 {
			t.Errorf("dialog %+v", d)
		}
		if got := w.texts(p[1], p[0]); got != "a a b b c c" {
			t.Errorf("other side sees %q", got)
		}
		fill()
		done, err = w.Clear(t.Context(), ClearRequest{By: p[0], Peer: p[1].Peer(), Revoke: true, MaxID: 8})
		if err != nil || done.Count != 3+1 { // the unread are counted anew
			t.Errorf("cleared %+v, %v", done, err)
		}
		if w.texts(p[0], p[1]) != "b b c c" || w.texts(p[1], p[0]) != "b b c c" {
			t.Errorf("%q, %q", w.texts(p[0], p[1]), w.texts(p[1], p[0]))
		}
		if done, err = w.Clear(t.Context(), ClearRequest{By: p[0], Peer: p[1].Peer(), Revoke: true}); err != nil || done.Count != 4+1 {
			t.Errorf("cleared %+v, %v", done, err)
		}
		for _, side := range [][2]ids.User{{p[0], p[1]}, {p[1], p[0]}} {
			if d := w.dialog(side[0], side[1]); d.Top != 0 || d.Messages != 0 || d.Unread != 0 {
				t.Errorf("dialog %+v", d)
			}
		}
	})
}

func TestAnAnswerForwardedWithItsQuestionAnswersTheCopy(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(3)
		question := w.send(p[0], p[1], "question")
		answer, err := w.Send(t.Context(), SendRequest{
			From: p[1], To: p[0].Peer(), RandomID: 1, Text: text.Text{String: "answer"}, Reply: &ReplyTo{ID: question.Twin},
		})
		if err != nil {
			t.Fatal(err)
		}
		w.send(p[2], p[2], "so that numbers differ")
		both := ForwardRequest{
			From: p[1], To: p[2].Peer(), IDs: []ids.Message{question.Twin, answer.Message.ID}, RandomIDs: []int64{2, 3},
		}
		sent, err := w.Forward(t.Context(), both)
		if err != nil {
			t.Fatal(err)
		}
		first, second := sent[0].Message, sent[1].Message
		if second.Reply == nil || second.Reply.ID != first.ID {
			t.Errorf("the sender's copy answers %+v, want %d", second.Reply, first.ID)
		}
		found, err := w.Get(t.Context(), p[2], 0, []ids.Message{second.Twin})
		if err != nil {
			t.Fatal(err)
		}
		if theirs := found[second.Twin]; theirs == nil || theirs.Reply == nil || theirs.Reply.ID != first.Twin {
			t.Errorf("the receiver's copy is %+v, want an answer to %d", theirs, first.Twin)
		}
		alone := ForwardRequest{From: p[1], To: p[2].Peer(), IDs: []ids.Message{answer.Message.ID}, RandomIDs: []int64{4}}
		if sent, err = w.Forward(t.Context(), alone); err != nil || sent[0].Message.Reply != nil {
			t.Errorf("forwarded alone: %+v, %v", sent, err)
		}
	})
}

func TestForward(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(4)
		open, hidden := p[1], p[2]
		err := w.users.SetPrivacy(t.Context(), hidden, users.Forwards, []users.Rule{{Kind: users.DisallowAll}})
		if err != nil {
			t.Fatal(err)
		}
		a, b := w.send(open, p[0], "from the open"), w.send(hidden, p[0], "from the hidden")
		req := ForwardRequest{From: p[0], To: p[3].Peer(), IDs: []ids.Message{a.Twin, b.Twin}, RandomIDs: []int64{5, 6}}
		sent, err := w.Forward(t.Context(), req)
		if err != nil || len(sent) != 2 {
			t.Fatal(sent, err)
		}
		if f := sent[0].Message.Forward; f.From != open.Peer() || f.Date != a.Date.Unix() {
			t.Errorf("open: %+v", f)
		}
		if f := sent[1].Message.Forward; f.From != 0 || f.Name != "Person 3" {
			t.Errorf("hidden: %+v", f)
		}
		if got := w.texts(p[3], p[0]); got != "from the open from the hidden" {
			t.Errorf("receiver sees %q", got)
		}
		again, err := w.Forward(t.Context(), req)
		if err != nil || !again[0].Again || again[1].Message.ID != sent[1].Message.ID {
			t.Errorf("again: %+v, %v", again, err)
		}
		// A forward of a forward keeps its head; without head it is the sender's own.
		own := ForwardRequest{From: p[3], To: p[1].Peer(), IDs: []ids.Message{sent[0].Message.Twin}, RandomIDs: []int64{1}}
		kept, err := w.Forward(t.Context(), own)
		if err != nil || kept[0].Message.Forward.From != open.Peer() {
			t.Errorf("kept: %+v, %v", kept, err)
		}
		own.DropAuthor, own.RandomIDs = true, []int64{2}
		if dropped, err := w.Forward(t.Context(), own); err != nil || dropped[0].Message.Forward != nil {
			t.Errorf("dropped: %+v, %v", dropped, err)
		}
		// Among saved messages it knows where it came from.
		saved, err := w.Forward(t.Context(), ForwardRequest{From: p[0], To: p[0].Peer(), IDs: []ids.Message{a.Twin}, RandomIDs: []int64{9}})
		if err != nil || saved[0].Message.SavedPeer() != open.Peer() {
			t.Errorf("saved: %+v, %v", saved, err)
		}
		w.send(p[0], p[0], "note")
		parts, total, err := w.SavedDialogs(t.Context(), p[0], SavedQuery{Limit: 10})
		if err != nil || total != 2 || parts[0].Peer != p[0].Peer() || parts[1].Peer != open.Peer() {
			t.Errorf("saved dialogs: %+v, %v", parts, err)
		}
		for name, tt := range map[string]struct {
			req ForwardRequest
			err error
		}{
			"not there":      {ForwardRequest{To: p[1].Peer(), IDs: []ids.Message{99}, RandomIDs: []int64{20}}, ErrNone},
			"another chat":   {ForwardRequest{To: p[1].Peer(), Source: p[3].Peer(), IDs: []ids.Message{a.Twin}, RandomIDs: []int64{21}}, ErrNone},
			"double numbers": {ForwardRequest{To: p[1].Peer(), IDs: []ids.Message{1, 2}, RandomIDs: []int64{22, 22}}, ErrRandomID},
			"few numbers":    {ForwardRequest{To: p[1].Peer(), IDs: []ids.Message{1, 2}, RandomIDs: []int64{22}}, ErrRandomID},
			"none":           {ForwardRequest{To: p[1].Peer()}, ErrNone},
		} {
			tt.req.From = p[0]
			if _, err := w.Forward(t.Context(), tt.req); !errors.Is(err, tt.err) {
				t.Errorf("%s: got %v, want %v", name, err, tt.err)
			}
		}
		kept2, err := w.Send(t.Context(), SendRequest{From: p[1], To: p[0].Peer(), Text: text.Text{String: "stay"}, Flags: NoForwards})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Forward(t.Context(), ForwardRequest{From: p[0], To: p[3].Peer(), IDs: []ids.Message{kept2.Message.Twin}, RandomIDs: []int64{30}})
		if !errors.Is(err, ErrProtected) {
			t.Errorf("protected: %v", err)
		}
		_, err = w.Send(t.Context(), SendRequest{From: p[0], To: p[3].Peer(), Text: text.Text{String: "see"},
			Reply: &ReplyTo{ID: kept2.Message.Twin, Peer: p[1].Peer()}})
		if !errors.Is(err, ErrProtected) {
			t.Errorf("protected, answered from elsewhere: %v", err)
		}
	})
}

func TestPinMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		m := w.send(p[0], p[1], "important")
		done, err := w.Pin(t.Context(), PinRequest{By: p[1], Peer: p[0].Peer(), ID: m.Twin})
		if err != nil || !done.Changed || done.Notice == nil {
			t.Fatalf("%+v, %v", done, err)
		}
		for _, side := range [][2]ids.User{{p[0], p[1]}, {p[1], p[0]}} {
			if id, err := w.PinnedIn(t.Context(), side[0], side[1].Peer()); err != nil || id != 1 {
				t.Errorf("pinned %d, %v", id, err)
			}
			page, err := w.Search(t.Context(), Query{By: side[0], Peer: side[1].Peer(), Filter: FilterPinned, Window: Window{Limit: 5}})
			if err != nil || len(page.Messages) != 1 {
				t.Errorf("found %+v, %v", page, err)
			}
		}
		if again, err := w.Pin(t.Context(), PinRequest{By: p[1], Peer: p[0].Peer(), ID: m.Twin}); err != nil || again.Changed {
			t.Errorf("again %+v, %v", again, err)
		}
		cleared, err := w.UnpinAll(t.Context(), p[0], p[1].Peer(), 0)
		if err != nil || cleared.Count != 1 || cleared.Left != 0 {
			t.Errorf("unpinned %+v, %v", cleared, err)
		}
		if id, _ := w.PinnedIn(t.Context(), p[1], p[0].Peer()); id != 0 {
			t.Errorf("still pinned %d", id)
		}
	})
}

func TestBlockedPeopleCannotWrite(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		before := w.send(p[0], p[1], "before")
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.Exec(t.Context(), `INSERT INTO blocked (owner, peer, stories, blocked_at) VALUES ($1, $2, 0, 1)`, int64(p[1]), int64(p[0])); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `INSERT INTO known_by (user_id, owner, blocked) VALUES ($1, $2, 1)`, int64(p[0]), int64(p[1]))
			w.users.Touch(tx, p...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.edit(p[0], before.ID, "let me in"); !errors.Is(err, users.ErrBlocked) {
			t.Errorf("edit: %v", err)
		}
		if done, err := w.Pin(t.Context(), PinRequest{By: p[0], Peer: p[1].Peer(), ID: before.ID}); err != nil || done.Notice != nil {
			t.Errorf("pin: %+v, %v", done, err)
		}
		if d := w.since(p[1], before.PTS); len(d.Entries) != 0 {
			t.Errorf("who blocked is told %+v", d.Entries)
		}
		if _, err := w.Send(t.Context(), SendRequest{From: p[0], To: p[1].Peer(), Text: text.Text{String: "let me in"}}); !errors.Is(err, users.ErrBlocked) {
			t.Errorf("blocked: %v", err)
		}
		if _, err := w.Send(t.Context(), SendRequest{From: p[1], To: p[0].Peer(), Text: text.Text{String: "no"}}); !errors.Is(err, users.ErrYouBlocked) {
			t.Errorf("blocker: %v", err)
		}
	})
}

// The answer to a call of its own may move a client past a note that never reaches it.
func TestDifferenceHasOvertakenNotes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		ch := w.channel(false, p[0], p[1])
		heard := time.Now().Add(-time.Minute)
		post := w.write(p[0], ch.Peer(), "read me")
		if _, err := w.Read(t.Context(), p[1], ch.Peer(), post.ID); err != nil {
			t.Fatal(err)
		}
		mine := w.send(p[1], p[1], "by another device")
		read := func(pts int32, date time.Time) bool {
			d, err := w.CatchUp(t.Context(), p[1], pts, date, 100)
			if err != nil || d.PTS != mine.PTS || d.More {
				t.Fatalf("got %+v, %v", d, err)
			}
			return slices.ContainsFunc(d.Entries, func(e updates.Entry) bool { return e.Event == updates.ReadChannel{Channel: ch} })
		}
		if !read(mine.PTS, heard) {
			t.Error("who sent before he heard of the reading does not learn of it")
		}
		if read(mine.PTS, time.Now().Add(time.Minute)) {
			t.Error("who has heard of the reading hears of it again")
		}
	})
}

// To pin what is pinned moves nothing, so a client that has taken some of several such notes is told the order instead.
func TestSeveralPinsAreOneInADifference(t *testing.T) {
	event := func(events ...updates.Event) (entries []updates.Entry) {
		for _, ev := range events {
			entries = append(entries, updates.Entry{Event: ev})
		}
		return entries
	}
	draft, archived := updates.Draft{Peer: 7}, updates.DialogPinned{Peer: 9, Folder: 1, Pinned: true}
	got := settlePins(event(
		updates.DialogPinned{Peer: 7}, draft, archived, updates.DialogPinned{Peer: 7, Pinned: true}, updates.SavedPinned{Peer: 7},
		updates.SavedOrder{},
	))
	if want := event(draft, archived, updates.PinnedDialogs{}, updates.SavedOrder{}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

// A chat that becomes empty is unpinned, which the answer to the deletion does not say: who deleted is told as well.
func TestUnpinningByDeletionIsToldToAll(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.people(2)
		m := w.send(p[0], p[1], "the only one")
		if _, err := w.dl.Pin(t.Context(), p[0], p[1].Peer(), true); err != nil {
			t.Fatal(err)
		}
		told := make(chan updates.Entry, 10)
		w.bus.Subscribe(updates.Subject, func(b bus.Message) {
			if e := b.Value.(updates.Entry); e.Event == (updates.DialogPinned{Peer: p[1].Peer()}) {
				told <- e
			}
		})
		ctx := updates.WithOrigin(t.Context(), updates.Origin{Key: 1, Session: 2})
		if _, err := w.Delete(ctx, p[0], p[1].Peer(), []ids.Message{m.ID}, false); err != nil {
			t.Fatal(err)
		}
		select {
		case e := <-told:
			if e.Origin != (updates.Origin{}) {
				t.Errorf("kept from %+v", e.Origin)
			}
		default:
			t.Error("nobody is told")
		}
	})
}

func TestDifferenceIsBoundedInBytes(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	p := w.people(2)
	const n = 150
	for range n {
		w.send(p[0], p[1], strings.Repeat("å", MaxUnits))
	}
	pts, got, parts := int32(1), 0, 0
	for more := true; more; parts++ {
		d, err := w.CatchUp(t.Context(), p[1], pts, time.Time{}, 1000)
		if err != nil || d.PTS <= pts {
			t.Fatalf("at %d: %+v, %v", pts, d, err)
		}
		pts, got, more = d.PTS, got+len(d.Entries), d.More
	}
	if got != n || parts != 2 {
		t.Errorf("%d messages in %d parts", got, parts)
	}
}
