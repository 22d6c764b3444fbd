package upgrade

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

var refresh = flag.Bool("refresh", false, "write the schema files anew")

const howToRefresh = "if the change is meant: go test ./test/upgrade -run TestSchema -refresh"

// TestSchema compares the schema of a new database, and of one that grew from every kept release, with the file.
func TestSchema(t *testing.T) {
	for engine, fresh := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(engine, func(t *testing.T) {
			path := filepath.Join("testdata", "schema."+engine+".txt")
			got := schemaOf(t, fresh(t))
			if *refresh {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want := strings.Split(string(read(t, path)), "\n")
			compare(t, strings.Split(got, "\n"), want)
			for _, release := range releases {
				dump := unpack(t, filepath.Join("testdata", release+"."+engine+".gz"))
				compare(t, strings.Split(schemaOf(t, restore[engine](t, dump)), "\n"), want)
			}
			if t.Failed() {
				t.Log(howToRefresh)
			}
		})
	}
}

// schemaOf describes tables and indexes, one on a line, in an order that does not depend on how they came to be.
func schemaOf(t *testing.T, url string) string {
	t.Helper()
	d := dbtest.Open(t, url)
	const sqlite = `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%'
		AND name NOT LIKE 'message\_words\_%' ESCAPE '\' ORDER BY type, name`
	const postgres = `SELECT text FROM (
		SELECT 1 AS n, format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
			CASE WHEN a.attnotnull THEN 'NOT NULL' ELSE '' END, pg_get_expr(v.adbin, v.adrelid)) AS text
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef v ON v.adrelid = c.oid AND v.adnum = a.attnum
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
		UNION ALL SELECT 2, indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT 3, format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
			WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
		UNION ALL SELECT 4, format('%s(%s)', proname, pg_get_function_arguments(oid)) FROM pg_proc
			WHERE pronamespace = 'public'::regnamespace
		) AS s WHERE text NOT LIKE '%goose%' ORDER BY n, text COLLATE "C"`
	query := sqlite
	if d.Engine() == db.Postgres {
		query = postgres
	}
	var out strings.Builder
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), query)
		if err != nil {
			return err
		}
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				return err
			}
			fmt.Fprintln(&out, oneLine(text))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var (
	sqlComment = regexp.MustCompile(`--.*`)
	sqlSpace   = regexp.MustCompile(`\s+`)
)

func oneLine(sql string) string {
	return strings.TrimSpace(sqlSpace.ReplaceAllString(sqlComment.ReplaceAllString(sql, ""), " "))
}

// TestReleasedMigrationsStayAsTheyAre holds the files that ran on somebody's database. A change of them would not
// reach those.
func TestReleasedMigrationsStayAsTheyAre(t *testing.T) {
	for line := range strings.Lines(string(read(t, filepath.Join("testdata", "released.sha256")))) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		got := sha256.Sum256(read(t, filepath.Join("../../internal/db/migrations", name)))
		if fmt.Sprintf("%x", got) != sum {
			t.Errorf("%s was released and has changed; write a new migration instead", name)
		}
	}
}
