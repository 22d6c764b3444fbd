package upgrade

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hermod/internal/db/dbtest"
	"hermod/internal/mtproto/client"
)

var name = flag.String("make", "", "write the fixture of the release with this name, from the code at hand")

// A fixture is what a release left behind, beside its database.
type fixture struct {
	People []*person
	Chats  []*chat
	Seen   []string // line by line
}

// TestMake lets people live on this version, and writes what they left.
func TestMake(t *testing.T) {
	if *name == "" {
		t.Skip("it only makes fixtures")
	}
	file := filepath.Join(t.TempDir(), "hermod.db")
	makeFixture(t, "sqlite", "sqlite:"+file, func() []byte { return read(t, file) })
	url := dbtest.PostgresURL(t)
	makeFixture(t, "postgres", url, func() []byte { return dump(t, url) })
}

func makeFixture(t *testing.T, engine, url string, database func() []byte) {
	t.Helper()
	r := start(t, url)
	w := r.people(func() *device { return r.connect(t, client.Session{}) })
	w.live()
	w.liveTogether()
	f := fixture{People: w.people, Chats: w.chats, Seen: strings.Split(w.read(), "\n")}
	for _, p := range w.people {
		p.Session = p.device.client.Session()
		p.Session.ID = 0
	}
	if err := r.server.Stop(); err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join("testdata", *name+"."+engine+".json.gz"), text)
	write(t, filepath.Join("testdata", *name+"."+engine+".gz"), database())
}

// dump is a PostgreSQL database as statements.
func dump(t *testing.T, url string) []byte {
	t.Helper()
	cmd := exec.Command("pg_dump", "--inserts", "--rows-per-insert=100", "--no-owner", "--no-comments", "--schema=public", url)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("pg_dump: %v: %s", err, &stderr)
	}
	return b
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is one that exists
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
