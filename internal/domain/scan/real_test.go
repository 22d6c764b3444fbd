package scan

import (
	"errors"
	"testing"
	"time"

	"hermod/internal/clamd"
	"hermod/internal/clamd/clamdtest"
)

// A real clamd knows the EICAR file, and what passed while it was away is found when it is back.
func TestRealScanner(t *testing.T) {
	daemon := clamdtest.Start(t)
	client, err := clamd.New(daemon.Address)
	if err != nil {
		t.Fatal(err)
	}
	each(t, Options{Scanner: client, Quarantine: true, Pass: true, MaxSize: 2 * clamdtest.MaxStream}, func(t *testing.T, w *world) {
		w.sends(anna, "clean.txt", "hello")
		w.refused(anna, "eicar.com", string(clamdtest.Eicar()), ErrInfected)
		w.sends(anna, "long", string(make([]byte, clamdtest.MaxStream+1)))
		daemon.Stop(t)
		later := w.sends(bo, "later.com", string(clamdtest.Eicar())+"\n")
		w.waits(1)
		w.later(2 * time.Minute)
		if err := w.scan.Catchup(t.Context()); !errors.Is(err, ErrAway) {
			t.Errorf("got %v", err)
		}
		daemon.Restart(t)
		if err := w.scan.Catchup(t.Context()); err != nil {
			t.Error(err)
		}
		w.waits(0)
		w.there(later.ID, false)
		if list := w.list(); len(list) != 2 || list[0].Signature != clamdtest.Signature || list[1].Owner != bo || len(w.notes) != 2 {
			t.Errorf("found %+v, told %+v", list, w.notes)
		}
	})
}
