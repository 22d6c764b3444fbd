// Package dbtest gives tests a fresh database of each engine. PostgreSQL is the installed one, run in a temporary
// folder, once per test process; it ends with the process.
package dbtest

import (
	"path/filepath"
	"testing"

	"hermod/internal/db"
)

// Run calls fn in a subtest per engine, each with a fresh database of its own.
func Run(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite returns a fresh database that is closed after the test. It does not wait for the disk.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, SQLiteURL(t)+"?synchronous=off")
}

// SQLiteURL returns the address of a database that does not exist yet, in a folder that is removed after the test.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}

// Postgres returns a fresh database that is closed and dropped after the test. It does not wait for the disk.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, PostgresURL(t))
}

// Open opens the database at url and closes it after the test.
func Open(t testing.TB, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return d
}
