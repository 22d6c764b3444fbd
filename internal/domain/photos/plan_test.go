package photos

import (
	"strings"
	"testing"

	"hermod/internal/db/dbtest"
)

// Somebody may have hundreds of photos, and the server millions: nothing goes through all of them.
func TestStatementsUseTheirIndexes(t *testing.T) {
	d := dbtest.SQLite(t)
	for name, tt := range map[string]struct {
		sql  string
		args []any
		want string
	}{
		"history": {getHistory, []any{1, 10}, "USING INDEX peer_photo_place (owner=?)"},
		"place":   {nextPlace, []any{1}, "peer_photo_place (owner=?)"},
		"kind":    {getPhotos, []any{1, 3, 1}, "PRIMARY KEY (owner=? AND kind=? AND subject=?)"},
		"all":     {getAll, []any{1}, "(owner=?)"},
		"held":    {holds + `$1, $2)`, []any{1, 2}, "peer_photo_file (photo=?)"},
	} {
		plan := dbtest.Plan(t, d, tt.sql, tt.args...)
		if !strings.Contains(plan, tt.want) || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
			t.Errorf("%s: want %q, plan is\n%s", name, tt.want, plan)
		}
	}
}
