package dbtest

import (
	"strings"
	"testing"

	"hermod/internal/db"
)

// Plan returns how SQLite goes about a statement, a line for each step: for tests that hold which index serves it.
func Plan(t testing.TB, d *db.DB, sql string, args ...any) string {
	t.Helper()
	var steps []string
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Each(t.Context(), `EXPLAIN QUERY PLAN `+sql, args, func(rows *db.Rows) error {
			var id, parent, unused int
			var step string
			err := rows.Scan(&id, &parent, &unused, &step)
			steps = append(steps, step)
			return err
		})
	})
	if err != nil {
		t.Fatalf("plan of %q: %v", sql, err)
	}
	return strings.Join(steps, "\n")
}
