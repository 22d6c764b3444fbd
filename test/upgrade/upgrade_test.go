package upgrade

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
)

// releases are those of which fixtures are kept.
var releases = []string{"first", "second"}

// TestADatabaseOfAnEarlierRelease opens what a release wrote: sessions go on, and everybody sees what he saw.
func TestADatabaseOfAnEarlierRelease(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			for engine := range restore {
				t.Run(engine, func(t *testing.T) { reads(t, release, engine) })
			}
		})
	}
}

// restore makes a database of what a fixture holds, by engine.
var restore = map[string]func(t *testing.T, b []byte) (url string){"sqlite": restoreSQLite, "postgres": restorePostgres}

func reads(t *testing.T, release, engine string) {
	t.Helper()
	base := filepath.Join("testdata", release+"."+engine)
	var f fixture
	if err := json.Unmarshal(unpack(t, base+".json.gz"), &f); err != nil {
		t.Fatal(err)
	}
	url := restore[engine](t, unpack(t, base+".gz"))
	rejuvenate(t, url)
	r := start(t, url)
	w := &world{people: f.People, chats: f.Chats, random: 1 << 40}
	for _, p := range w.people {
		p.device = r.connect(t, p.Session)
	}
	compare(t, strings.Split(w.read(), "\n"), f.Seen)
	w.goesOn(t)
}

// rejuvenate keeps logins and update logs from ending of old age, which a kept fixture has, and what was to be sent
// later from being due.
func rejuvenate(t *testing.T, url string) {
	t.Helper()
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		for _, set := range []string{
			`UPDATE login SET active_at = $1`, `UPDATE user_account SET created_at = $1 WHERE phone <> ''`, `UPDATE update_log SET date = $1`,
		} {
			if _, err := tx.Exec(t.Context(), set, time.Now()); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `UPDATE scheduled_message SET due_at = $1`, time.Now().Add(24*time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// goesOn sees that chats of before can be used.
func (w *world) goesOn(t *testing.T) {
	t.Helper()
	id := w.send("Anna", "Bent", "after the upgrade", nil)
	bent := w.named("Bent")
	answer := bent.device.ask("messages.getHistory", fields{
		"peer": w.peer(bent, "Anna"), "offset_id": int32(0), "offset_date": int32(0), "add_offset": int32(0),
		"limit": int32(1), "max_id": int32(0), "min_id": int32(0), "hash": int64(0),
	})
	if m := list(answer["messages"]); len(m) != 1 || m[0].Fields["message"] != "after the upgrade" || id == 0 {
		t.Errorf("sent %d, got %v", id, m)
	}
	for _, c := range w.chats {
		w.say("Anna", c, "in "+c.Title+" too", nil)
		talk := bent.device.ask("messages.getHistory", fields{
			"peer": c.peer(bent), "offset_id": int32(0), "offset_date": int32(0), "add_offset": int32(0),
			"limit": int32(1), "max_id": int32(0), "min_id": int32(0), "hash": int64(0),
		})
		if m := list(talk["messages"]); len(m) != 1 || m[0].Fields["message"] != "in "+c.Title+" too" {
			t.Errorf("in %s: got %v", c.Title, m)
		}
	}
}

// compare reports the lines that are missing or new.
func compare(t *testing.T, got, want []string) {
	t.Helper()
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("missing: %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("unexpected: %s", line)
		}
	}
}

func restoreSQLite(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hermod.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

func restorePostgres(t *testing.T, b []byte) string {
	t.Helper()
	url := dbtest.PostgresURL(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "DROP SCHEMA public CASCADE"); err != nil {
		t.Fatal(err)
	}
	results := conn.PgConn().Exec(t.Context(), statements(string(b)))
	if _, err := results.ReadAll(); err != nil {
		t.Fatalf("restore: %v", err)
	}
	return url
}

// statements leaves out what is for psql.
func statements(dump string) string {
	var out strings.Builder
	for line := range strings.Lines(dump) {
		if !strings.HasPrefix(line, `\`) {
			out.WriteString(line)
		}
	}
	return out.String()
}

func unpack(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
