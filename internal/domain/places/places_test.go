package places

import (
	"errors"
	"testing"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/stand/standtest"
)

// live is a live location somewhere on the meridian of Greenwich.
func live(lat float64, near int) *media.Media {
	return &media.Media{Kind: media.LiveGeo, Geo: &media.Point{Lat: lat}, Live: &media.Live{Period: 900, Proximity: near}}
}

// ago makes all messages older by some seconds.
func ago(t *testing.T, w *standtest.World, seconds int) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE message SET date = date - $1`, seconds)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func to(lat float64) media.LiveEdit { return media.LiveEdit{Geo: &media.Point{Lat: lat}} }

func TestLiveLocationsMove(t *testing.T) {
	standtest.Each(t, func(t *testing.T, w *standtest.World) {
		s := New(w.DB, w.Messages, w.Stands)
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			mine := w.Send(anna, peers[0], "", live(50, 0))
			theirs := w.Last(bo, peers[1])
			move := func(who ids.User, peer ids.Peer, id ids.Message, e media.LiveEdit) error {
				_, err := s.Move(t.Context(), Move{By: who, Peer: peer, ID: id, Edit: e})
				return err
			}
			if err := move(bo, peers[1], theirs.ID, to(51)); !errors.Is(err, messages.ErrAuthor) {
				t.Errorf("%s: moved by another: %v", name, err)
			}
			if err := move(anna, peers[0], mine.ID, to(51)); err != nil {
				t.Fatal(err)
			}
			m := w.Last(bo, peers[1])
			if m.Media.Geo.Lat != 51 || m.EditDate.IsZero() {
				t.Errorf("%s: bo sees %+v, edited %v", name, m.Media.Geo, m.EditDate)
			}
			if err := move(anna, peers[0], mine.ID, to(51)); !errors.Is(err, ErrSame) {
				t.Errorf("%s: to where it is: %v", name, err)
			}
			if list, err := s.Recent(t.Context(), bo, peers[1], 10); len(list) != 1 || err != nil {
				t.Errorf("%s: recent are %d, %v", name, len(list), err)
			}
			if err := move(anna, peers[0], mine.ID, media.LiveEdit{Stop: true}); err != nil {
				t.Fatal(err)
			}
			ago(t, w, 2)
			if list, err := s.Recent(t.Context(), bo, peers[1], 10); len(list) != 0 || err != nil {
				t.Errorf("%s: after it was stopped recent are %d, %v", name, len(list), err)
			}
			if err := move(anna, peers[0], mine.ID, to(52)); !errors.Is(err, ErrEnded) {
				t.Errorf("%s: after it was stopped: %v", name, err)
			}
		}
		plain := w.Send(anna, bo.Peer(), "no place", nil)
		if _, err := s.Move(t.Context(), Move{By: anna, Peer: bo.Peer(), ID: plain.ID, Edit: to(1)}); !errors.Is(err, ErrNone) {
			t.Errorf("a text moves: %v", err)
		}
	})
}

func TestProximityAlert(t *testing.T) {
	standtest.Each(t, func(t *testing.T, w *standtest.World) {
		s := New(w.DB, w.Messages, w.Stands)
		all := w.People(2)
		anna, bo := all[0], all[1]
		for name, peers := range w.Chats(anna, bo) {
			if name == "channel" {
				continue
			}
			w.Send(anna, peers[0], "", live(50, 500))
			w.Send(bo, peers[1], "", live(51, 0))
			theirs := w.Last(bo, peers[1])
			for _, lat := range []float64{50.1, 50.001, 50.0005} { // 11 km, 111 m, 56 m
				if _, err := s.Move(t.Context(), Move{By: bo, Peer: peers[1], ID: theirs.ID, Edit: to(lat)}); err != nil {
					t.Fatal(err)
				}
			}
			page, err := w.Messages.History(t.Context(), anna, peers[0], messages.Window{Limit: 20})
			if err != nil {
				t.Fatal(err)
			}
			var told []*actions.Action
			for _, m := range page.Messages {
				if m.Action != nil && m.Action.Kind == actions.GeoProximity {
					told = append(told, m.Action)
				}
			}
			if len(told) != 1 || told[0].FromPeer != bo.Peer() || told[0].ToPeer != anna.Peer() || told[0].Count != 111 {
				t.Errorf("%s: told %d times, %+v", name, len(told), told)
			}
		}
	})
}

func TestLiveLocationsEnd(t *testing.T) {
	standtest.Each(t, func(t *testing.T, w *standtest.World) {
		s := New(w.DB, w.Messages, w.Stands)
		all := w.People(2)
		m := w.Send(all[0], all[1].Peer(), "", live(50, 0))
		ago(t, w, 901)
		if _, err := s.Move(t.Context(), Move{By: all[0], Peer: all[1].Peer(), ID: m.ID, Edit: to(51)}); !errors.Is(err, ErrEnded) {
			t.Errorf("after its time: %v", err)
		}
	})
}
