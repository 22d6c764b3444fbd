package db_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// Failures are those of the database, not what operations decide.
func TestMetrics(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		newTable(t, d)
		r := prometheus.NewPedanticRegistry()
		r.MustRegister(d.Metrics()...)
		for _, fn := range []func(tx *db.Tx) error{
			func(tx *db.Tx) error { return errors.New("no") },
			func(tx *db.Tx) error { return insert(t.Context(), tx, 1, "\x00") },
			func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), `UPDATE nothing SET a = 1`); return err },
		} {
			if err := d.Write(t.Context(), fn); err == nil {
				t.Error("got no error")
			}
		}
		things(t, d)
		all, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, family := range all {
			names = append(names, family.GetName())
			for _, m := range family.GetMetric() {
				if family.GetName() != "hermod_db_failures_total" {
					continue
				}
				if kind, n := m.GetLabel()[0].GetValue(), m.GetCounter().GetValue(); kind == "write" && n != 1 || kind == "read" && n != 0 {
					t.Errorf("%s: %v failures", kind, n)
				}
			}
		}
		want := []string{"hermod_db_failures_total", "hermod_db_joined_operations", "hermod_db_statements_total",
			"hermod_db_transaction_duration_seconds"}
		if !slices.Equal(names, want) {
			t.Errorf("got %v, want %v", names, want)
		}
	})
}
