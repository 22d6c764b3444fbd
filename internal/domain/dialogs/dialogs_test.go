package dialogs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

const (
	alice ids.User = 1001
	bob   ids.User = 1002
)

// each runs fn on each engine, with logs of alice and bob.
func each(t *testing.T, fn func(t *testing.T, s *Service)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := New(d, updates.New(d, bus.NewLocal()))
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return errors.Join(s.log.Create(t.Context(), tx, alice.Peer()), s.log.Create(t.Context(), tx, bob.Peer()))
		})
		if err != nil {
			t.Fatal(err)
		}
		fn(t, s)
	})
}

// notes are the events of alice's log.
func notes(t *testing.T, s *Service) (all []updates.Event) {
	t.Helper()
	err := s.db.Read(t.Context(), func(tx *db.Tx) error {
		list, err := s.log.Since(t.Context(), tx, alice.Peer(), 1, time.Time{}, 100)
		for _, e := range list {
			all = append(all, e.Event)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What was set in a channel goes when one leaves it, and does not come again with the channel.
func TestLeavingTakesBackWhatWasSet(t *testing.T) {
	each(t, func(t *testing.T, s *Service) {
		channel := ids.Channel(7).Peer()
		in := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := s.db.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		join := func(tx *db.Tx) error { return s.Joined(t.Context(), tx, alice, channel, 0, time.Now()) }
		in(func(tx *db.Tx) error { return s.log.Create(t.Context(), tx, channel) })
		in(join)
		if _, err := s.Move(t.Context(), alice, []ids.Peer{channel}, Archive); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Pin(t.Context(), alice, channel, true); err != nil {
			t.Fatal(err)
		}
		if err := s.Mark(t.Context(), alice, channel, true); err != nil {
			t.Fatal(err)
		}
		before := len(notes(t, s))
		in(func(tx *db.Tx) error { return s.Left(t.Context(), tx, alice, channel) })
		want := []updates.Event{
			updates.DialogPinned{Peer: channel, Folder: Archive}, updates.DialogUnread{Peer: channel},
			updates.FolderPeers{Peers: []ids.Peer{channel}, Folder: Main},
		}
		if got := notes(t, s)[before:]; !reflect.DeepEqual(got, want) {
			t.Errorf("told %+v", got)
		}
		in(join)
		in(func(tx *db.Tx) error { return s.Left(t.Context(), tx, alice, channel) })
		if got := notes(t, s)[before+len(want):]; len(got) != 0 {
			t.Errorf("told of nothing: %+v", got)
		}
	})
}

func TestDrafts(t *testing.T) {
	each(t, func(t *testing.T, s *Service) {
		d := Draft{Peer: bob.Peer(), Text: text.Text{String: "half a thought"}, ReplyTo: 3, ReplyPeer: alice.Peer(), QuoteOffset: new(2)}
		if err := s.SetDraft(t.Context(), alice, d); err != nil {
			t.Fatal(err)
		}
		got, err := s.DraftNow(t.Context(), alice, Place{Peer: bob.Peer()})
		got.Date = time.Time{}
		if err != nil || !reflect.DeepEqual(got, d) {
			t.Errorf("got %+v, %v", got, err)
		}
		if all, err := s.Drafts(t.Context(), bob); err != nil || len(all) != 0 {
			t.Errorf("bob has %+v, %v", all, err)
		}
		// An empty draft removes it, and the second time there is nothing to tell.
		for range 2 {
			if err := s.SetDraft(t.Context(), alice, Draft{Peer: bob.Peer()}); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.DraftNow(t.Context(), alice, Place{Peer: bob.Peer()}); err != nil || !got.Empty() {
			t.Errorf("got %+v, %v", got, err)
		}
		if got := notes(t, s); !slices.Contains(got, updates.Event(updates.Draft{Peer: bob.Peer()})) {
			t.Errorf("log %+v", got)
		}
	})
}

func TestPinnedAreBounded(t *testing.T) {
	each(t, func(t *testing.T, s *Service) {
		err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			for i := range MaxPinned + 1 {
				a := Arrival{Owner: alice, Peer: ids.User(5000 + i).Peer(), Message: ids.Message(i + 1), Date: time.Unix(1, 0)}
				if err := s.Arrived(t.Context(), tx, a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range MaxPinned {
			if _, err := s.Pin(t.Context(), alice, ids.User(5000+i).Peer(), true); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Pin(t.Context(), alice, ids.User(5000+MaxPinned).Peer(), true); !errors.Is(err, ErrPinnedTooMany) {
			t.Errorf("one more: %v", err)
		}
	})
}

func TestOptionsAndMarks(t *testing.T) {
	each(t, func(t *testing.T, s *Service) {
		if err := s.SetOptions(t.Context(), alice, func(o *Options) { o.HistoryTTL = 60 }); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.SetOptions(t.Context(), alice, func(o *Options) { o.FilterTags = true }); err != nil {
				t.Fatal(err)
			}
		}
		if got := notes(t, s); !slices.Equal(got, []updates.Event{updates.DialogFilters{}}) {
			t.Errorf("log %+v", got)
		}
		if got, err := s.Options(t.Context(), alice); err != nil || got != (Options{FilterTags: true, HistoryTTL: 60}) {
			t.Errorf("got %+v, %v", got, err)
		}
		for _, unread := range []bool{true, true, false, true} {
			if err := s.Mark(t.Context(), alice, bob.Peer(), unread); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Marked(t.Context(), alice); err != nil || !slices.Equal(got, []ids.Peer{bob.Peer()}) {
			t.Errorf("marked %v, %v", got, err)
		}
	})
}

func TestMoveTellsOnceAndOnlyWhatMoved(t *testing.T) {
	each(t, func(t *testing.T, s *Service) {
		first, err := s.Move(t.Context(), alice, []ids.Peer{bob.Peer()}, Archive)
		if err != nil || first.PTS != 2 || first.Count != 1 {
			t.Errorf("moved %+v, %v", first, err)
		}
		if again, err := s.Move(t.Context(), alice, []ids.Peer{bob.Peer()}, Archive); err != nil || again.Event != nil {
			t.Errorf("again %+v, %v", again, err)
		}
		if _, err := s.Move(t.Context(), alice, []ids.Peer{bob.Peer()}, 7); !errors.Is(err, ErrFolder) {
			t.Errorf("folder 7: %v", err)
		}
	})
}

func TestNotifyMerges(t *testing.T) {
	each(t, func(t *testing.T, s *Service) {
		at := Target{Scope: ScopeUsers}
		for _, n := range []Notify{{Silent: new(true), MuteUntil: new(int32(5))}, {MuteUntil: new(int32(9))}} {
			if err := s.SetNotify(t.Context(), alice, at, n); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.NotifyNow(t.Context(), alice, at)
		if err != nil || got.Silent == nil || !*got.Silent || *got.MuteUntil != 9 || got.ShowPreviews != nil {
			t.Errorf("got %+v, %v", got, err)
		}
		if !got.Muted(time.Unix(8, 0)) || got.Muted(time.Unix(9, 0)) {
			t.Error(fmt.Sprint("muted until ", *got.MuteUntil))
		}
		if all, err := s.Exceptions(t.Context(), alice); err != nil || len(all) != 0 {
			t.Errorf("a scope is no exception: %+v, %v", all, err)
		}
	})
}

func TestWhatIsCarriedIsBounded(t *testing.T) {
	each(t, func(t *testing.T, s *Service) {
		draft := func(to ids.User, body string) error {
			return s.SetDraft(t.Context(), alice, Draft{Peer: to.Peer(), Text: text.Text{String: body}})
		}
		errs := map[string]struct{ got, want error }{
			"long draft":      {draft(bob, strings.Repeat("x", maxDraftUnits+1)), ErrTooLong},
			"very long draft": {draft(bob, strings.Repeat("x", 1<<20)), ErrTooLong},
			"long quote": {s.SetDraft(t.Context(), alice, Draft{Peer: bob.Peer(), ReplyTo: 1,
				Quote: &text.Text{String: strings.Repeat("x", maxDraftUnits+1)}}), ErrTooLong},
			"sound": {s.SetNotify(t.Context(), alice, Target{Scope: ScopeUsers}, Notify{Sound: make([]byte, maxSound+1)}), ErrTooLong},
		}
		for i := range maxDrafts {
			if err := draft(ids.User(5000+i), "x"); err != nil {
				t.Fatal(err)
			}
		}
		errs["one draft more"] = struct{ got, want error }{draft(bob, "x"), ErrTooMany}
		errs["another text for one"] = struct{ got, want error }{draft(5000, "y"), nil}
		errs["one draft less"] = struct{ got, want error }{draft(5001, ""), nil}
		for name, e := range errs {
			if !errors.Is(e.got, e.want) {
				t.Errorf("%s: got %v, want %v", name, e.got, e.want)
			}
		}
	})
}
