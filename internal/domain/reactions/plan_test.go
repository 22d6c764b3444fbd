package reactions

import (
	"strings"
	"testing"

	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
)

// TestListsUseTheirIndexes reads the plans of the lists that can be long: a message may have a hundred thousand reactions,
// and none of that may be sorted to show a page.
func TestListsUseTheirIndexes(t *testing.T) {
	d := dbtest.SQLite(t)
	for name, tt := range map[string]struct {
		sql  string
		args []any
		want string
	}{
		"all":     {pageOfAll, []any{1, 1, 1, 1, 1, 1}, "USING INDEX reaction_date (owner=? AND id=?"},
		"one":     {pageOfOne, []any{1, 1, "x", 1, 1, 1}, "USING INDEX reaction_kind (owner=? AND id=? AND reaction=?"},
		"newest":  {newestOf, []any{1, 1, "x", 1}, "USING INDEX reaction_kind (owner=? AND id=? AND reaction=?"},
		"own":     {ownOf, []any{1, 1, 1, 1}, "PRIMARY KEY (owner=? AND id=? AND actor=?)"},
		"reacted": {reactedIn, []any{1, 1, 1}, "reaction_actor (owner=? AND actor=?)"},
		"unread":  {unreadIn, []any{1, 1, 0, 1}, "PRIMARY KEY (owner=? AND peer=?)"},
	} {
		plan := dbtest.Plan(t, d, tt.sql, tt.args...)
		if !strings.Contains(plan, tt.want) || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
			t.Errorf("%s: want %q, plan is\n%s", name, tt.want, plan)
		}
	}
}

// TestCostOfAReaction holds that a reaction costs the same in a channel of any size, and however many have reacted.
func TestCostOfAReaction(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		all := w.People(60)
		small, large := w.Channel(false, all[:3]...), w.Channel(false, all...)
		one, two := w.Send(all[0], small, "hello", nil), w.Send(all[0], large, "hello", nil)
		for _, u := range all[3:] {
			w.mustReact(u, large, two.ID, "👍")
		}
		cost := func(peer ids.Peer, id ids.Message) uint64 {
			w.mustReact(all[1], peer, id, "👍") // what is remembered of the chat is read once
			before := w.DB.Statements()
			w.mustReact(all[2], peer, id, "👍")
			return w.DB.Statements() - before
		}
		few, many := cost(small, one.ID), cost(large, two.ID)
		if many > few+1 {
			t.Errorf("a reaction costs %d statements among 3, %d among 60", few, many)
		}
		if few > 16 {
			t.Errorf("a reaction costs %d statements", few)
		}
	})
}
