package view_test

import (
	"testing"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/rights"
)

func TestRightsComeBackAsTheyWere(t *testing.T) {
	for bit := range 32 {
		admin, banned := rights.Admin(1<<bit)&rights.AdminAll, rights.Banned(1<<bit)&rights.All
		if got := view.AdminRightsFrom(view.AdminRights(admin)); got != admin {
			t.Errorf("admin bit %d: got %b", bit, got)
		}
		if got := view.BannedRightsFrom(view.BannedRights(banned)); got != banned {
			t.Errorf("banned bit %d: got %b", bit, got)
		}
	}
}

func TestRestrictionKeepsItsEnd(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	r := rights.Restriction{Banned: rights.SendPolls, Until: now.Add(time.Hour)}
	if got := view.RestrictionFrom(view.Restriction(r), now); got != r {
		t.Errorf("got %v, want %v", got, r)
	}
	r.Until = time.Time{}
	if got := view.RestrictionFrom(view.Restriction(r), now); got != r {
		t.Errorf("for ever: got %v", got)
	}
}
