package scheduled

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
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
		w := &world{World: in}
		w.Service = New(Options{
			DB: in.DB, Bus: in.Bus, Log: in.Log, Users: in.Users, Messages: in.Messages,
			Shared: func(ctx context.Context, user ids.User, ch ids.Channel) (bool, error) {
				v, err := in.Channels.See(ctx, user, ch)
				if err == nil && v.Broadcast && !v.Can(rights.AdminPostMessages) {
					err = rights.ErrAdminRequired
				}
				return v.Broadcast, err
			},
			GroupPeriod: func(ctx context.Context, chat ids.Chat) (int32, error) {
				g, err := in.Groups.One(ctx, chat)
				return g.Period, err
			},
			ChannelPeriod: func(ctx context.Context, ch ids.Channel) (int32, error) {
				c, err := in.Channels.One(ctx, ch)
				return c.Period, err
			},
		})
		fn(t, w)
	})
}

func request(from ids.User, to ids.Peer, body string) messages.SendRequest {
	return messages.SendRequest{From: from, To: to, RandomID: rand.Int64(), Text: text.Text{String: body}}
}

// plan schedules texts and returns their items.
func (w *world) plan(from ids.User, to ids.Peer, due time.Time, bodies ...string) []*Item {
	w.T.Helper()
	var reqs []messages.SendRequest
	for _, b := range bodies {
		reqs = append(reqs, request(from, to, b))
	}
	items, err := w.Add(w.T.Context(), reqs, due)
	if err != nil {
		w.T.Fatal(err)
	}
	return items
}

func (w *world) list(viewer ids.User, peer ids.Peer) (bodies []string) {
	w.T.Helper()
	items, err := w.List(w.T.Context(), viewer, peer)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, i := range items {
		bodies = append(bodies, i.Text.String)
	}
	return bodies
}

func (w *world) doWork(at time.Time) {
	w.T.Helper()
	if err := w.work(w.T.Context(), at); err != nil {
		w.T.Fatal(err)
	}
}

// What is scheduled is sent at its time, once, in chats of all kinds, and looks as if sent then.
func TestSendDue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		soon := time.Now().Add(time.Hour)
		for name, chat := range w.Chats(p[0], p[1]) {
			w.plan(p[0], chat[0], soon.Add(time.Minute), "later")
			item := w.plan(p[0], chat[0], soon, "first")[0]
			if got := w.list(p[0], chat[0]); !slices.Equal(got, []string{"later", "first"}) {
				t.Errorf("%s: waiting %q", name, got)
			}
			w.doWork(soon.Add(-time.Second))
			if len(w.list(p[0], chat[0])) != 2 {
				t.Errorf("%s: sent before its time", name)
			}
			var all sync.WaitGroup
			for range 3 { // several processes
				all.Go(func() { _ = w.work(t.Context(), soon) })
			}
			all.Wait()
			w.doWork(soon)
			m := w.Last(p[1], chat[1])
			if m.Text.String != "first" || !m.Flags.Has(messages.Scheduled) {
				t.Errorf("%s: got %+v", name, m)
			}
			mine := w.Last(p[0], chat[0])
			if mine.RandomID != item.RandomID {
				t.Errorf("%s: random id %d, want %d", name, mine.RandomID, item.RandomID)
			}
			page, err := w.Messages.History(t.Context(), p[1], chat[1], messages.Window{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, m := range page.Messages {
				if m.Text.String == "first" {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s: sent %d times", name, n)
			}
			if got := w.list(p[0], chat[0]); !slices.Equal(got, []string{"later"}) {
				t.Errorf("%s: still waiting %q", name, got)
			}
			if kinds := w.Events(p[0].Peer(), 1); !slices.Contains(kinds, "scheduled_gone") || !slices.Contains(kinds, "new_scheduled") {
				t.Errorf("%s: told %q", name, kinds)
			}
		}
	})
}

func TestSeenByWhom(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		group, channel := w.Channel(false, p[0], p[1]), w.Channel(true, p[0], p[1])
		due := time.Now().Add(time.Hour)
		w.plan(p[0], group, due, "mine")
		w.plan(p[0], channel, due, "ours")
		if got := w.list(p[1], group); len(got) != 0 {
			t.Errorf("others see what is scheduled in a group: %q", got)
		}
		if got, err := w.List(t.Context(), p[1], channel); !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("subscribers see what is scheduled: %v, %v", got, err)
		}
		if any, err := w.Any(t.Context(), p[1], channel); err != nil || any {
			t.Errorf("got %v, %v", any, err)
		}
		_, err := w.Add(t.Context(), []messages.SendRequest{request(p[1], channel, "no")}, due)
		if !errors.Is(err, rights.ErrAdminRequired) {
			t.Errorf("a subscriber schedules: %v", err)
		}
		if any, err := w.Any(t.Context(), p[0], channel); err != nil || !any {
			t.Errorf("got %v, %v", any, err)
		}
	})
}

func TestWhatCanBeScheduled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		now := time.Now()
		one := []messages.SendRequest{request(p[0], p[1].Peer(), "x")}
		empty := []messages.SendRequest{request(p[0], p[1].Peer(), " ")}
		tests := map[string]struct {
			reqs []messages.SendRequest
			due  time.Time
			want error
		}{
			"past":            {one, now.Add(-time.Hour), ErrDate},
			"too far":         {one, now.Add(400 * 24 * time.Hour), ErrTooLate},
			"empty":           {empty, now.Add(time.Hour), messages.ErrEmpty},
			"online, oneself": {[]messages.SendRequest{request(p[0], p[0].Peer(), "x")}, WhenOnline, ErrStatus},
			"online":          {one, WhenOnline, nil},
		}
		for name, tt := range tests {
			if _, err := w.Add(t.Context(), tt.reqs, tt.due); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
		due := now.Add(time.Hour)
		w.plan(p[0], p[0].Peer(), due, strings.Split(strings.Repeat("x", 100), "")...)
		_, err := w.Add(t.Context(), []messages.SendRequest{request(p[0], p[0].Peer(), "x")}, due)
		if !errors.Is(err, ErrTooMany) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSameRandomID(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		reqs := []messages.SendRequest{request(p[0], p[1].Peer(), "once")}
		due := time.Now().Add(time.Hour)
		first, err1 := w.Add(t.Context(), reqs, due)
		again, err2 := w.Add(t.Context(), reqs, due)
		if err := errors.Join(err1, err2); err != nil || first[0].ID != again[0].ID || len(w.list(p[0], p[1].Peer())) != 1 {
			t.Errorf("got %+v, %+v, %v", first, again, err)
		}
	})
}

func TestEditAndDelete(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		due := time.Now().Add(time.Hour)
		item := w.plan(p[0], p[1].Peer(), due, "old")[0]
		later := due.Add(time.Hour)
		edit := EditRequest{By: p[0], Peer: p[1].Peer(), ID: item.ID, Text: &text.Text{String: "new"}, Due: later}
		got, err := w.Edit(t.Context(), edit)
		if err != nil || got.Text.String != "new" || got.Edited.IsZero() {
			t.Fatalf("got %+v, %v", got, err)
		}
		w.doWork(due.Add(time.Minute))
		if got := w.list(p[0], p[1].Peer()); !slices.Equal(got, []string{"new"}) {
			t.Errorf("got %q", got)
		}
		edit.ID++
		if _, err := w.Edit(t.Context(), edit); !errors.Is(err, ErrNone) {
			t.Errorf("got %v", err)
		}
		edit.ID, edit.By = item.ID, p[1]
		if _, err := w.Edit(t.Context(), edit); !errors.Is(err, ErrNone) {
			t.Errorf("somebody else edits: %v", err)
		}
		if gone, err := w.Delete(t.Context(), p[1], p[0].Peer(), []ids.Message{item.ID}); err != nil || len(gone) != 0 {
			t.Errorf("somebody else deletes: %v, %v", gone, err)
		}
		gone, err := w.Delete(t.Context(), p[0], p[1].Peer(), []ids.Message{item.ID, 77})
		if err != nil || !slices.Equal(gone, []ids.Message{item.ID}) || len(w.list(p[0], p[1].Peer())) != 0 {
			t.Errorf("got %v, %v", gone, err)
		}
	})
}

func TestSendNow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		items := w.plan(p[0], p[1].Peer(), time.Now().Add(time.Hour), "a", "b")
		list := []ids.Message{items[0].ID, items[1].ID}
		done, err := w.SendNow(t.Context(), p[0], p[1].Peer(), list)
		if err != nil || len(done) != 2 || done[1].ID != items[1].ID || done[1].Sent.Message.Text.String != "b" {
			t.Fatalf("got %+v, %v", done, err)
		}
		if _, err := w.SendNow(t.Context(), p[0], p[1].Peer(), list); !errors.Is(err, ErrNone) {
			t.Errorf("again: %v", err)
		}
	})
}

func TestWhenOnline(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		w.plan(p[0], p[1].Peer(), WhenOnline, "hello")
		w.doWork(time.Now())
		if err := w.sendOnline(t.Context(), p[1]); err != nil || len(w.list(p[0], p[1].Peer())) != 1 {
			t.Fatalf("sent to somebody who is not there: %v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		for len(w.list(p[0], p[1].Peer())) > 0 {
			if err := w.Users.SetOnline(t.Context(), p[1], true, nil); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Millisecond)
			if err := w.Users.SetOnline(t.Context(), p[1], false, nil); err != nil {
				t.Fatal(err)
			}
			if err := w.Users.SetOnline(t.Context(), p[1], true, nil); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := w.Last(p[1], p[0].Peer()).Text.String; got != "hello" {
			t.Errorf("got %q", got)
		}
	})
}

// What cannot be sent any more is tried some times and then dropped, and keeps nothing else waiting.
func TestCannotBeSent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		channel := w.Channel(false, p[0], p[1])
		due := time.Now().Add(time.Hour)
		w.plan(p[1], channel, due, "never")
		w.plan(p[0], channel, due, "fine")
		_, err := w.Channels.Ban(t.Context(), p[0], channel.Channel(), p[1].Peer(), rights.Restriction{Banned: rights.ViewMessages})
		if err != nil {
			t.Fatal(err)
		}
		w.doWork(due)
		if got := w.Last(p[0], channel).Text.String; got != "fine" {
			t.Errorf("got %q", got)
		}
		for range maxTries {
			due = due.Add(time.Hour)
			w.doWork(due)
		}
		if n := w.count("scheduled_message"); n != 0 {
			t.Errorf("%d are still waiting", n)
		}
	})
}

// An id that was free again is not given again soon, also within one moment, and none that is taken.
func TestNextID(t *testing.T) {
	s, now := &Service{}, time.UnixMilli(0).Add(maxID*100*time.Millisecond)
	for i, want := range []ids.Message{1, 2, 3, 6, 7} {
		if got := s.nextID([]ids.Message{4, 5}, now); got != want {
			t.Errorf("%d: got %d, want %d", i, got, want)
		}
	}
	if got := s.nextID(nil, now.Add(time.Second)); got != 11 {
		t.Errorf("a second later: got %d, want 11", got)
	}
}

// Messages of a chat with a period go when it is over, at both sides, and others stay.
func TestPeriod(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(2)
		anna, bo := p[0], p[1]
		w.Send(anna, bo.Peer(), "stays", nil)
		sent, err := w.SetPeriod(t.Context(), anna, bo, 3600)
		if err != nil || sent.Message.Action == nil || sent.Message.Action.Kind != actions.SetTTL || sent.Message.Action.TTL != 3600 {
			t.Fatalf("got %+v, %v", sent.Message, err)
		}
		for viewer, peer := range map[ids.User]ids.Peer{anna: bo.Peer(), bo: anna.Peer()} {
			if period, err := w.Period(t.Context(), viewer, peer); err != nil || period != 3600 {
				t.Errorf("user %d: period %d, %v", viewer, period, err)
			}
		}
		m := w.Send(bo, anna.Peer(), "goes", nil)
		if m.TTL != 3600 {
			t.Errorf("got %+v", m)
		}
		w.doWork(m.Date.Add(59 * time.Minute))
		if got := w.Last(anna, bo.Peer()).Text.String; got != "goes" {
			t.Errorf("gone too early: %q is last", got)
		}
		w.doWork(m.Date.Add(time.Hour))
		for viewer, peer := range map[ids.User]ids.Peer{anna: bo.Peer(), bo: anna.Peer()} {
			page, err := w.Messages.History(t.Context(), viewer, peer, messages.Window{Limit: 10})
			if err != nil || len(page.Messages) != 2 || page.Messages[1].Text.String != "stays" {
				t.Errorf("user %d has %d messages, %v", viewer, len(page.Messages), err)
			}
			if !slices.Contains(w.Events(viewer.Peer(), 1), "delete_messages") {
				t.Errorf("user %d is not told", viewer)
			}
		}
		if n := w.count("message_expiry"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if _, err := w.SetPeriod(t.Context(), anna, bo, -1); !errors.Is(err, ErrPeriod) {
			t.Errorf("got %v", err)
		}
		if _, err := w.SetPeriod(t.Context(), anna, bo, 0); err != nil {
			t.Fatal(err)
		}
		if m := w.Send(bo, anna.Peer(), "stays", nil); m.TTL != 0 {
			t.Errorf("got %+v", m)
		}
	})
}

func (w *world) count(table string) (n int) {
	w.T.Helper()
	err := w.DB.Read(w.T.Context(), func(tx *db.Tx) error {
		return tx.QueryRow(w.T.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n)
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return n
}

func TestPeriodOfGroups(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		group, super := w.Group(p...), w.Channel(false, p...)
		_, err1 := w.Groups.SetPeriod(t.Context(), p[0], group.Chat(), 86400)
		_, err2 := w.Channels.SetPeriod(t.Context(), p[0], super.Channel(), 86400)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		for _, peer := range []ids.Peer{group, super} {
			m := w.Send(p[1], peer, "goes", nil)
			if m.TTL != 86400 {
				t.Errorf("%d: got %+v", peer, m)
			}
			w.doWork(m.Date.Add(25 * time.Hour))
			for _, viewer := range p {
				if got := w.Last(viewer, peer); got.Text.String == "goes" {
					t.Errorf("%d: user %d still has %+v", peer, viewer, got)
				}
			}
		}
	})
}

// Who wants messages of all his new chats to go gets that in chats that he begins, and no others.
func TestUsualPeriod(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p := w.People(3)
		w.Send(p[0], p[2].Peer(), "before", nil)
		if err := w.SetUsual(t.Context(), p[0], 7200); err != nil {
			t.Fatal(err)
		}
		if period, err := w.Usual(t.Context(), p[0]); err != nil || period != 7200 {
			t.Errorf("got %d, %v", period, err)
		}
		if m := w.Send(p[0], p[1].Peer(), "goes", nil); m.TTL != 7200 {
			t.Errorf("got %+v", m)
		}
		if m := w.Send(p[1], p[0].Peer(), "goes", nil); m.TTL != 7200 {
			t.Errorf("his answer: %+v", m)
		}
		if m := w.Send(p[0], p[2].Peer(), "stays", nil); m.TTL != 0 {
			t.Errorf("an old chat: %+v", m)
		}
		if err := w.SetUsual(t.Context(), p[0], maxPeriod+1); !errors.Is(err, ErrPeriod) {
			t.Errorf("got %v", err)
		}
	})
}
