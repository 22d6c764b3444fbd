package polls

import (
	"strings"
	"testing"

	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
)

// TestListsUseTheirIndexes reads the plans of the lists that can be long: a poll may have a hundred thousand voters.
func TestListsUseTheirIndexes(t *testing.T) {
	d := dbtest.SQLite(t)
	for name, tt := range map[string]struct {
		sql  string
		args []any
		want string
	}{
		"all":     {votersOfAll, []any{1, 1, 1, 1}, "poll_vote_date (poll=?"},
		"one":     {votersOfOne, []any{1, 1, 1, 1, []byte("x"), unnamed}, "poll_vote_option (poll=? AND opt=?"},
		"closing": {duePolls, []any{1}, "poll_closing"},
	} {
		plan := dbtest.Plan(t, d, tt.sql, tt.args...)
		if !strings.Contains(plan, tt.want) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: want %q, plan is\n%s", name, tt.want, plan)
		}
	}
}

// TestCostOfAVote holds that a vote costs the same in a channel of any size, and however many have voted.
func TestCostOfAVote(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(60)
		small, large := w.Channel(false, all[:3]...), w.Channel(false, all...)
		one, two := w.World.Send(all[0], small, "", draft(nil)), w.World.Send(all[0], large, "", draft(nil))
		for _, u := range all[3:] {
			w.mustVote(u, large, two.ID, "a")
		}
		cost := func(peer ids.Peer, id ids.Message) uint64 {
			w.mustVote(all[1], peer, id, "a") // what is remembered of the chat is read once
			before := w.DB.Statements()
			w.mustVote(all[2], peer, id, "a")
			return w.DB.Statements() - before
		}
		few, many := cost(small, one.ID), cost(large, two.ID)
		if many > few+1 {
			t.Errorf("a vote costs %d statements among 3, %d among 60", few, many)
		}
		if few > 16 {
			t.Errorf("a vote costs %d statements", few)
		}
	})
}
