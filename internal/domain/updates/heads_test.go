package updates_test

import (
	"errors"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

var news = ids.Channel(7).Peer()

// newChannel returns a log of a channel beside those of alice and bob.
func newChannel(t *testing.T, d *db.DB) (*updates.Log, *nudges) {
	t.Helper()
	l, n := newLog(t, d)
	write(t, d, func(tx *db.Tx) error { return l.Create(t.Context(), tx, news) })
	return l, n
}

func head(t *testing.T, d *db.DB, l *updates.Log) (h updates.Head) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		all, err := l.Heads(t.Context(), tx, news, alice, ids.Channel(8).Peer())
		if len(all) != 2 {
			t.Errorf("%d heads, want 2", len(all))
		}
		h = all[news]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHead(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, _ := newChannel(t, d)
		date := time.Unix(1_700_000_000, 0)
		write(t, d, func(tx *db.Tx) error {
			p, err := l.NextPost(t.Context(), tx, news, date)
			if p != (updates.Position{ID: 1, PTS: 2}) {
				t.Errorf("got %+v", p)
			}
			return err
		})
		want := updates.Head{Owner: news, PTS: 2, Top: 1, TopDate: date, Messages: 1, ChangedAt: date}
		if got := head(t, d, l); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		write(t, d, func(tx *db.Tx) error {
			for _, step := range []struct {
				id    ids.Message
				moved bool
			}{{1, true}, {1, false}} {
				moved, err := l.ReadUpTo(t.Context(), tx, news, step.id)
				if err != nil || moved != step.moved {
					t.Errorf("read up to %d: %v, %v", step.id, moved, err)
				}
			}
			return l.SetHead(t.Context(), tx, updates.Head{Owner: news})
		})
		want = updates.Head{Owner: news, PTS: 2, ReadMax: 1, ChangedAt: date}
		got := head(t, d, l)
		if want.ReadAt = got.ReadAt; got != want || got.ReadAt.IsZero() {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

// Of what changes in a message of a channel without being edited, such as its reactions, the log keeps the last.
func TestHidden(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, n := newChannel(t, d)
		for range 3 {
			for _, id := range []ids.Message{5, 6} {
				write(t, d, func(tx *db.Tx) error {
					_, err := l.Hidden(t.Context(), tx, news, id, "the message")
					return err
				})
			}
		}
		write(t, d, func(tx *db.Tx) error {
			_, err := l.Append(t.Context(), tx, news, updates.EditMessage{ID: 5})
			return err
		})
		got := since(t, d, l, news, 1, time.Time{}, 10)
		if len(got) != 3 || got[0].PTS != 6 || got[1].PTS != 7 || got[2].Event != (updates.EditMessage{ID: 5}) {
			t.Errorf("got %+v", got)
		}
		if e := n.all[0]; e.Value != "the message" || e.Owner != news {
			t.Errorf("nudge %+v", e)
		}
	})
}

func TestNextMessagesOfMany(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		l, _ := newLog(t, d)
		var owners []ids.Peer
		write(t, d, func(tx *db.Tx) error {
			for i := range 77 {
				owners = append(owners, ids.Peer(2_000_000+i))
				if err := l.Create(t.Context(), tx, owners[i]); err != nil {
					return err
				}
			}
			_, err := l.NextMessage(t.Context(), tx, owners[5])
			return err
		})
		write(t, d, func(tx *db.Tx) error {
			all, err := l.NextMessages(t.Context(), tx, owners...)
			for i, p := range all {
				want := updates.Position{ID: 1, PTS: 2}
				if i == 5 {
					want = updates.Position{ID: 2, PTS: 3}
				}
				if p != want {
					t.Errorf("%d: got %+v, want %+v", i, p, want)
				}
			}
			return err
		})
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := l.NextMessages(t.Context(), tx, append(owners, 3_000_000)...)
			return err
		})
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("without a log: %v", err)
		}
	})
}
