package db_test

import (
	"os"
	"path/filepath"
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

func TestADatabaseIsPrivate(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "private.db")
	d, err := db.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has mode %o", filepath.Base(name), got)
		}
	}
}
