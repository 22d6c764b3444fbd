package updates_test

import (
	"testing"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/updates"
	"time"
)

func TestAppend(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		b := bus.NewLocal()
		var got []updates.Entry
		b.Subscribe(updates.Subject, func(m bus.Message) { got = append(got, m.Value.(updates.Entry)) })
		l := updates.New(d, b)
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := l.Create(t.Context(), tx, 5); err != nil {
				return err
			}
			_, err := l.Append(t.Context(), tx, 5, updates.EditMessage{ID: 3})
			if err != nil {
				return err
			}
			if err := l.Note(t.Context(), tx, 5, updates.Draft{Peer: 8}); err != nil {
				return err
			}
			return l.Note(t.Context(), tx, 5, updates.Draft{Peer: 8})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(t.Context(), func(tx *db.Tx) error {
			es, err := l.Since(t.Context(), tx, 5, 1, time.Now().Add(-time.Second), 10)
			if len(es) != 2 || len(got) != 3 || es[0].Event != (updates.EditMessage{ID: 3}) {
				t.Error(es, got)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
