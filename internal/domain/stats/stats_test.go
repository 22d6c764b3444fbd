package stats_test

import (
	"context"
	"testing"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stats"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A scribe writes posts into logs, without text.
type scribe struct{ log *updates.Log }

func (s scribe) WriteInGroup(context.Context, *db.Tx, ids.Chat, ids.User, actions.Action, ...ids.User) (groups.Written, error) {
	return groups.Written{}, nil
}

func (s scribe) WriteInChannel(
	ctx context.Context, tx *db.Tx, ch ids.Channel, _ ids.Peer, _ ids.User, _ actions.Action,
) (groups.Written, error) {
	at, err := s.log.NextPost(ctx, tx, ch.Peer(), time.Now())
	s.log.Tell(tx, updates.Entry{Owner: ch.Peer(), PTS: at.PTS, Count: 1, Event: updates.NewMessage{ID: at.ID}})
	return groups.Written{ID: at.ID}, err
}

func TestDays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		b := bus.NewLocal()
		log := updates.New(d, b)
		u := users.New(d, b, log)
		t.Cleanup(u.Close)
		g := groups.New(d, b, log, u)
		c := channels.New(d, b, log, u, dialogs.New(d, log), g)
		c.SetScribe(scribe{log})
		s := stats.New(d, b, c)
		t.Cleanup(s.Close)
		var p [3]ids.User
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for i := range p {
				made, err := u.Create(t.Context(), tx, users.NewUser{FirstName: "A"})
				if err != nil {
					return err
				}
				p[i] = made.ID
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.Create(t.Context(), channels.NewChannel{By: p[0], Title: "News", Broadcast: true})
		if err != nil {
			t.Fatal(err)
		}
		ch := res.Channel.ID
		if _, err := c.Invite(t.Context(), p[0], ch, p[1:]); err != nil {
			t.Fatal(err)
		}
		s.Viewed(ch, 5)
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Leave(t.Context(), p[2], ch); err != nil {
			t.Fatal(err)
		}
		s.Viewed(ch, 2)
		s.Shared(ch, 1)
		check := func(when string) {
			days, err := s.Of(t.Context(), ch, 3)
			if err != nil || len(days) != 3 {
				t.Fatalf("%s: got %v, %v", when, days, err)
			}
			want := stats.Day{Date: days[2].Date, Joined: 3, Left: 1, Posts: 1, Views: 7, Shares: 1, Members: 2}
			if days[2] != want || days[1].Members != 0 {
				t.Errorf("%s: got %+v, want %+v", when, days, want)
			}
		}
		check("before it is written")
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("after it is written")
	})
}
