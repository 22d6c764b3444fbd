package updates_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/bus/bustest"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

const alice, bob ids.Peer = 1_000_001, 1_000_002

// newLog returns a log of alice and bob, and what it nudges.
func newLog(t *testing.T, d *db.DB) (*updates.Log, *nudges) {
	t.Helper()
	b, n := bus.NewLocal(), &nudges{}
	b.Subscribe(updates.Subject, n.add)
	l := updates.New(d, b)
	write(t, d, func(tx *db.Tx) error {
		return errors.Join(l.Create(t.Context(), tx, alice), l.Create(t.Context(), tx, bob))
	})
	return l, n
}

type nudges struct {
	mu  sync.Mutex
	all []updates.Entry
}

func (n *nudges) add(m bus.Message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, m.Value.(updates.Entry))
}

func write(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(t.Context(), fn); err != nil {
		t.Fatalf("write: %v", err)
	}
}

func since(t *testing.T, d *db.DB, l *updates.Log, owner ids.Peer, pts int32, date time.Time, limit int) []updates.Entry {
	t.Helper()
	var all []updates.Entry
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		all, err = l.Since(t.Context(), tx, owner, pts, date, limit)
		return err
	})
	if err != nil {
		t.Fatalf("since %d: %v", pts, err)
	}
	return all
}

func state(t *testing.T, d *db.DB, l *updates.Log, owner ids.Peer) updates.State {
	t.Helper()
	var s updates.State
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		s, err = l.State(t.Context(), tx, owner)
		return err
	})
	if err != nil {
		t.Fatalf("state: %v", err)
	}
	return s
}

func TestState(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		got := state(t, d, l, alice)
		if got.PTS != 1 || got.QTS != 1 || got.Seq != 0 || got.LastMessage != 0 || time.Since(got.Date) > time.Minute {
			t.Errorf("got %+v", got)
		}
		write(t, d, func(tx *db.Tx) error {
			if _, err := l.Append(t.Context(), tx, alice, updates.DeleteMessages{IDs: []ids.Message{1, 2, 3}}); err != nil {
				return err
			}
			p, err := l.NextMessage(t.Context(), tx, alice)
			if p != (updates.Position{ID: 1, PTS: 5}) {
				t.Errorf("got %+v, want message 1 at 5", p)
			}
			return err
		})
		if got := state(t, d, l, alice); got.PTS != 5 || got.LastMessage != 1 {
			t.Errorf("got %+v, want pts 5, message 1", got)
		}
		if got := state(t, d, l, bob); got.PTS != 1 {
			t.Errorf("bob moved: %+v", got)
		}
		write(t, d, func(tx *db.Tx) error {
			got, err := l.NextMessages(t.Context(), tx, alice, bob)
			if want := []updates.Position{{ID: 2, PTS: 6}, {ID: 1, PTS: 2}}; !slices.Equal(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return err
		})
	})
}

func TestUnknownOwner(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		const nobody = 5
		tests := map[string]func(tx *db.Tx) error{
			"Append": func(tx *db.Tx) error { _, err := l.Append(t.Context(), tx, nobody, updates.EditMessage{}); return err },
			"Note":   func(tx *db.Tx) error { return l.Note(t.Context(), tx, nobody, updates.Draft{}) },
			"State":  func(tx *db.Tx) error { _, err := l.State(t.Context(), tx, nobody); return err },
			"Since": func(tx *db.Tx) error {
				_, err := l.Since(t.Context(), tx, nobody, 1, time.Now(), 1)
				return err
			},
			"NextMessage": func(tx *db.Tx) error { _, err := l.NextMessage(t.Context(), tx, nobody); return err },
		}
		for name, fn := range tests {
			if err := d.Write(t.Context(), fn); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%s: got %v, want ErrNotFound", name, err)
			}
		}
	})
}

func TestAppend(t *testing.T) {
	origin := updates.Origin{Key: 5, Session: 6}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, told := newLog(t, d)
		ctx := updates.WithOrigin(t.Context(), origin)
		gone := updates.DeleteMessages{IDs: []ids.Message{7, 8}}
		write(t, d, func(tx *db.Tx) error {
			_, err1 := l.Append(ctx, tx, alice, updates.EditMessage{ID: 3})
			_, err2 := l.Append(ctx, tx, alice, gone)
			return errors.Join(err1, err2)
		})
		got := since(t, d, l, alice, 1, time.Now(), 10)
		if len(got) != 2 || got[0].PTS != 2 || got[0].Count != 1 || got[1].PTS != 4 || got[1].Count != 2 ||
			got[0].Event != (updates.EditMessage{ID: 3}) || !reflect.DeepEqual(got[1].Event, gone) {
			t.Errorf("got %+v", got)
		}
		if len(told.all) != 2 || told.all[0].Origin != origin || told.all[1].PTS != 4 || told.all[1].Owner != alice {
			t.Errorf("told %+v", told.all)
		}
		if got := since(t, d, l, alice, 2, time.Now(), 10); len(got) != 1 || got[0].PTS != 4 {
			t.Errorf("since 2: got %+v", got)
		}
		if got := since(t, d, l, alice, 1, time.Now(), 1); len(got) != 1 || got[0].PTS != 2 {
			t.Errorf("limit 1: got %+v", got)
		}
	})
}

func TestAppendRefusesNotes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, told := newLog(t, d)
		for _, ev := range []updates.Event{updates.Draft{}, updates.DeleteMessages{}} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := l.Append(t.Context(), tx, alice, ev); return err })
			if err == nil {
				t.Errorf("%T: got no error", ev)
			}
		}
		if len(told.all) != 0 {
			t.Errorf("told %+v of what was rolled back", told.all)
		}
	})
}

func TestNote(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, told := newLog(t, d)
		note := func(ev updates.Event) {
			write(t, d, func(tx *db.Tx) error { return l.Note(t.Context(), tx, alice, ev) })
		}
		note(updates.Draft{Peer: 1})
		note(updates.Draft{Peer: 2})
		note(updates.Draft{Peer: 1})
		past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		got := since(t, d, l, alice, 1, past, 10)
		if len(got) != 2 || got[0].Event != (updates.Draft{Peer: 2}) || got[1].Event != (updates.Draft{Peer: 1}) {
			t.Errorf("got %+v; want the last of each, in order", got)
		}
		if len(told.all) != 3 || told.all[2].PTS != 1 || told.all[2].Count != 0 {
			t.Errorf("told %+v", told.all)
		}
		if got := since(t, d, l, alice, 1, future, 10); len(got) != 0 {
			t.Errorf("notes older than the date: got %+v", got)
		}
		write(t, d, func(tx *db.Tx) error {
			_, err := l.Append(t.Context(), tx, alice, updates.EditMessage{ID: 1})
			return err
		})
		note(updates.Draft{Peer: 3})
		if got := since(t, d, l, alice, 1, future, 10); len(got) != 2 || got[1].Event != (updates.Draft{Peer: 3}) {
			t.Errorf("since 1: got %+v; want the edit and the note behind it", got)
		}
	})
}

// A client that has moved past notes before it got them learns of them by the date.
func TestOvertaken(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		step := func(ev updates.Event) {
			write(t, d, func(tx *db.Tx) error {
				if ev.Count() == 0 {
					return l.Note(t.Context(), tx, alice, ev)
				}
				_, err := l.Append(t.Context(), tx, alice, ev)
				return err
			})
		}
		overtaken := func(pts int32, date time.Time) (got []updates.Event) {
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				all, err := l.Overtaken(t.Context(), tx, alice, pts, date)
				for _, e := range all {
					got = append(got, e.Event)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		first, second, third := updates.Draft{Peer: 1}, updates.Draft{Peer: 2}, updates.Draft{Peer: 3}
		for _, ev := range []updates.Event{first, updates.EditMessage{ID: 1}, second, first, updates.EditMessage{ID: 1}, third} {
			step(ev)
		}
		past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		if got := overtaken(3, past); !slices.Equal(got, []updates.Event{first, second, first}) {
			t.Errorf("before 3: got %+v", got)
		}
		if got := overtaken(3, future); len(got) != 0 {
			t.Errorf("older than the date: got %+v", got)
		}
		if got := overtaken(1, past); len(got) != 0 {
			t.Errorf("before the beginning: got %+v", got)
		}
		var many []ids.Message
		for i := range 1000 {
			many = append(many, ids.Message(i))
		}
		step(updates.DeleteMessages{IDs: many})
		if got := overtaken(1003, past); !slices.Equal(got, []updates.Event{third}) {
			t.Errorf("long past: got %+v", got)
		}
	})
}

// Every event comes back from the database as it went in.
func TestEventsSurvive(t *testing.T) {
	events := []updates.Event{
		updates.EditMessage{ID: 1}, updates.DeleteMessages{IDs: []ids.Message{1}},
		updates.ReadInbox{Peer: -5, MaxID: 6, Unread: 7}, updates.ReadOutbox{Peer: 5, MaxID: 6},
		updates.ReadContents{IDs: []ids.Message{1}}, updates.FolderPeers{Peers: []ids.Peer{5}, Folder: 1},
		updates.Draft{Peer: 5}, updates.DialogPinned{Peer: 5, Folder: 1, Pinned: true},
		updates.PinnedDialogs{Folder: 1}, updates.DialogUnread{Peer: 5, Unread: true},
		updates.NotifySettings{Peer: 5}, updates.NotifySettings{Scope: "users"}, updates.DialogFilter{ID: 2},
		updates.DialogFilterOrder{}, updates.DialogFilters{}, updates.UserChanged{User: 5},
		updates.Privacy{Key: "phone"}, updates.PeerBlocked{Peer: 5, Blocked: true}, updates.PeerSettings{Peer: 5},
		updates.ContactsReset{}, updates.NewAuthorization{Hash: 1 << 60},
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, told := newLog(t, d)
		write(t, d, func(tx *db.Tx) error {
			var errs []error
			for _, ev := range events {
				if ev.Count() == 0 {
					errs = append(errs, l.Note(t.Context(), tx, alice, ev))
					continue
				}
				_, err := l.Append(t.Context(), tx, alice, ev)
				errs = append(errs, err)
			}
			return errors.Join(errs...)
		})
		got := since(t, d, l, alice, 1, time.Time{}, 100)
		if len(got) != len(events) {
			t.Fatalf("got %d events, want %d", len(got), len(events))
		}
		for i, e := range got {
			if !reflect.DeepEqual(e.Event, events[i]) || told.all[i].PTS != e.PTS || !told.all[i].Date.Equal(e.Date) {
				t.Errorf("got %+v, want %+v, told %+v", e, events[i], told.all[i])
			}
		}
	})
}

// A follower sees a log as a session does: by nudges where they fit, by reading where they do not.
type follower struct {
	mu   sync.Mutex
	wake chan struct{}
	seen []updates.Entry
	pts  int32
}

func follow(b bus.Bus, owner ids.Peer) *follower {
	f := &follower{wake: make(chan struct{}, 1), pts: 1}
	b.Subscribe(updates.Subject, func(m bus.Message) {
		if ids.Peer(m.Key) != owner {
			return
		}
		e, ok := m.Value.(updates.Entry)
		f.mu.Lock()
		defer f.mu.Unlock()
		if ok && e.PTS == f.pts+e.Count {
			f.take(e)
		} else if !ok || e.PTS > f.pts {
			select {
			case f.wake <- struct{}{}:
			default:
			}
		}
	})
	return f
}

func (f *follower) take(e updates.Entry) {
	f.seen = append(f.seen, e)
	f.pts = e.PTS
}

// catchUp reads the log to its end.
func (f *follower) catchUp(ctx context.Context, d *db.DB, l *updates.Log, owner ids.Peer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return d.Read(ctx, func(tx *db.Tx) error {
		for {
			page, err := l.Since(ctx, tx, owner, f.pts, time.Now(), 10)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, e := range page {
				f.take(e)
			}
		}
	})
}

// Many write to two logs, over a bus that loses, doubles and delays. Whoever follows a log sees each change once, in
// order, without a gap.
func TestFollow(t *testing.T) {
	const writers, each = 12, 40
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		b := bustest.NewFaulty(t, bus.NewLocal(), bustest.AllFaults, 7)
		l := updates.New(d, b)
		owners := []ids.Peer{alice, bob}
		followers := map[ids.Peer]*follower{}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var reading, writing sync.WaitGroup
		for _, owner := range owners {
			write(t, d, func(tx *db.Tx) error { return l.Create(t.Context(), tx, owner) })
			f := follow(b, owner)
			followers[owner] = f
			reading.Go(func() {
				for ctx.Err() == nil {
					select {
					case <-f.wake:
					case <-ctx.Done():
					}
					if err := f.catchUp(ctx, d, l, owner); err != nil && ctx.Err() == nil {
						t.Error(err)
					}
				}
			})
		}
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					if err := change(t.Context(), d, l, owners, w*each+i); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writing.Wait()
		stop()
		reading.Wait()
		for owner, f := range followers {
			if err := f.catchUp(t.Context(), d, l, owner); err != nil {
				t.Fatal(err)
			}
			checkSeen(t, f.seen, writers*each)
			if got := state(t, d, l, owner).PTS; got != f.pts {
				t.Errorf("user %d: followed to %d, log is at %d", owner, f.pts, got)
			}
		}
	})
}

// change appends the same event, known by its id, to both logs; in one of five transactions it fails afterwards and
// tries again.
func change(ctx context.Context, d *db.DB, l *updates.Log, owners []ids.Peer, id int) error {
	retry := errors.New("retry")
	for {
		err := d.Write(ctx, func(tx *db.Tx) error {
			for _, owner := range owners {
				gone := updates.DeleteMessages{IDs: slices.Repeat([]ids.Message{ids.Message(id)}, 1+id%3)}
				if _, err := l.Append(ctx, tx, owner, gone); err != nil {
					return err
				}
			}
			if rand.IntN(5) == 0 {
				return retry
			}
			return nil
		})
		if !errors.Is(err, retry) {
			return err
		}
	}
}

func checkSeen(t *testing.T, seen []updates.Entry, want int) {
	t.Helper()
	at, ids := int32(1), map[string]bool{}
	for _, e := range seen {
		if e.PTS != at+e.Count {
			t.Errorf("user %d: %d follows %d with count %d", e.Owner, e.PTS, at, e.Count)
		}
		at = e.PTS
		ids[fmt.Sprint(e.Event.(updates.DeleteMessages).IDs[0])] = true
	}
	if len(seen) != want || len(ids) != want {
		t.Errorf("saw %d entries with %d different changes, want %d", len(seen), len(ids), want)
	}
}

func TestPrune(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		const changes = 1200
		write(t, d, func(tx *db.Tx) error {
			for i := range changes {
				if _, err := l.Append(t.Context(), tx, bob, updates.EditMessage{ID: ids.Message(i)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err := l.Prune(t.Context(), updates.Retention{Age: time.Hour, Entries: 10_000}); err != nil {
			t.Fatal(err)
		}
		if got := since(t, d, l, bob, 1, time.Now(), 10_000); len(got) != changes {
			t.Errorf("got %d entries, want all %d", len(got), changes)
		}
		if err := l.Prune(t.Context(), updates.Retention{Age: time.Hour, Entries: 100}); err != nil {
			t.Fatal(err)
		}
		last := state(t, d, l, bob)
		if last.PTS != changes+1 || last.Pruned != changes+1-100 {
			t.Errorf("got %+v", last)
		}
		if got := since(t, d, l, bob, last.Pruned, time.Now(), 10_000); len(got) != 100 {
			t.Errorf("got %d entries, want 100", len(got))
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := l.Since(t.Context(), tx, bob, last.Pruned-1, time.Now(), 1)
			return err
		})
		if !errors.Is(err, updates.ErrTooOld) {
			t.Errorf("got %v, want ErrTooOld", err)
		}
		if err := l.Prune(t.Context(), updates.Retention{Age: -time.Hour, Entries: 100}); err != nil {
			t.Fatal(err)
		}
		if got := since(t, d, l, bob, last.PTS, time.Time{}, 10); len(got) != 0 {
			t.Errorf("by age: %d entries are left", len(got))
		}
	})
}

func TestRunEndsWithContext(t *testing.T) {
	l, _ := newLog(t, dbtest.SQLite(t))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- l.Run(ctx, updates.DefaultRetention()) }()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("got %v, want nil", err)
	}
}
