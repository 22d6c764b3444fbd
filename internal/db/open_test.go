package db_test

import (
	"testing"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// BenchmarkOpen opens a database that has the newest schema.
func BenchmarkOpen(b *testing.B) {
	for name, url := range map[string]string{"sqlite": dbtest.SQLiteURL(b), "postgres": dbtest.PostgresURL(b)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				d, err := db.Open(b.Context(), url)
				if err != nil {
					b.Fatal(err)
				}
				if err := d.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
