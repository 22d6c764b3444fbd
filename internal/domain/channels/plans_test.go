package channels

import (
	"strings"
	"testing"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// Each list of members is read by the index that was made for it: a lost one would make a page of a large channel slow. Both
// engines are asked while the tables are empty, PostgreSQL without its way around indexes that pays then.
func TestListsUseTheirIndexes(t *testing.T) {
	members := `SELECT ` + memberColumns
	plans := map[string]struct {
		sql   string
		args  []any
		index string
	}{
		"recent":         {pageFar, []any{1, 200, 1000}, "channel_member_recent"},
		"recent, cursor": {pageNext, []any{1, 200, 1000, 7}, "channel_member_recent"},
		"newcomers":      {findLate, []any{1, 1000, 7, 5000}, "channel_member_recent"},
		"admins":         {members + listAdmins, []any{1, 100}, "channel_member_admin"},
		"bots":           {members + listBots, []any{1, 100}, "channel_member_bot"},
		"banned":         {members + listKicked, []any{1, 1, 1000, 200}, "channel_member_banned"},
		"words":          {findWord, []any{1, []byte("a"), []byte("b"), 1000}, "channel_member_word"},
	}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for name, p := range plans {
			if got := explain(t, d, p.sql, p.args); !strings.Contains(got, p.index) || strings.Contains(got, "Seq Scan") {
				t.Errorf("%s: the plan does not use %s:\n%s", name, p.index, got)
			}
		}
	})
}

func explain(t *testing.T, d *db.DB, sql string, args []any) string {
	t.Helper()
	var plan strings.Builder
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		word := `EXPLAIN `
		if tx.Engine() == db.SQLite {
			word = `EXPLAIN QUERY PLAN `
		} else if _, err := tx.Exec(t.Context(), `SET LOCAL enable_seqscan = off`); err != nil {
			return err
		} else if _, err := tx.Exec(t.Context(), `SET LOCAL enable_bitmapscan = off`); err != nil {
			return err
		}
		return tx.Each(t.Context(), word+sql, args, func(rows *db.Rows) error {
			var line string
			var err error
			if tx.Engine() == db.SQLite {
				var a, b, c int64
				err = rows.Scan(&a, &b, &c, &line)
			} else {
				err = rows.Scan(&line)
			}
			plan.WriteString(line + "\n")
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
