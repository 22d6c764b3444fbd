package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"hermod/internal/blob"
	"hermod/internal/clamd"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
)

const anna, bo ids.User = 5, 6

// fake finds "virus" in content, unless it is told to fail.
type fake struct {
	fails error
	asked int
}

func (f *fake) Scan(_ context.Context, r io.Reader) (string, error) {
	if f.asked++; f.fails != nil {
		return "", f.fails
	}
	b, err := io.ReadAll(r)
	if bytes.Contains(b, []byte("virus")) {
		return "Fake.Virus", err
	}
	return "", err
}

type told struct {
	to   ids.User
	note string
}

type world struct {
	t        *testing.T
	files    *files.Service
	scan     *Service
	notes    []told
	reported []Finding
}

func each(t *testing.T, o Options, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d, o)) })
}

func newWorld(t *testing.T, d *db.DB, o Options) *world {
	t.Helper()
	store, err := blob.Open(t.Context(), blob.Options{URL: "dir:" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := &world{t: t}
	if w.files, err = files.New(t.Context(), d, store, files.Options{}); err != nil {
		t.Fatal(err)
	}
	o.Tell = func(_ context.Context, to ids.User, note string) error {
		w.notes = append(w.notes, told{to, note})
		return nil
	}
	o.Report = func(_ context.Context, f Finding) error {
		w.reported = append(w.reported, f)
		return nil
	}
	w.scan = New(d, w.files, o)
	return w
}

// send makes a document of content.
func (w *world) send(u ids.User, name string, content []byte) (files.File, error) {
	w.t.Helper()
	b, err := w.files.Put(w.t.Context(), u, bytes.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	f := files.File{Kind: files.Document, Owner: u, Size: b.Size, Blob: b.Hash, MIME: "text/plain"}
	f.Name = name
	return w.files.Create(w.t.Context(), nil, f)
}

func (w *world) sends(u ids.User, name, content string) files.File {
	w.t.Helper()
	f, err := w.send(u, name, []byte(content))
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return f
}

func (w *world) refused(u ids.User, name, content string, want error) {
	w.t.Helper()
	if f, err := w.send(u, name, []byte(content)); !errors.Is(err, want) {
		w.t.Errorf("%s: got file %d, %v; want %v", name, f.ID, err, want)
	}
}

func (w *world) list() []Finding {
	w.t.Helper()
	list, err := w.scan.List(w.t.Context(), 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *world) waits(want int) {
	w.t.Helper()
	if n, err := w.scan.Waiting(w.t.Context()); err != nil || n != want {
		w.t.Errorf("%d files wait, %v; want %d", n, err, want)
	}
}

func (w *world) there(id int64, want bool) {
	w.t.Helper()
	found, err := w.files.Get(w.t.Context(), id)
	if _, ok := found[id]; ok != want || err != nil {
		w.t.Errorf("file %d: there %v, %v; want %v", id, ok, err, want)
	}
}

// movingPicture makes a photo that moves as the content of another file.
func (w *world) movingPicture(of files.File) files.File {
	w.t.Helper()
	f, err := w.files.Create(w.t.Context(), nil, files.File{Kind: files.Photo, Owner: bo, Videos: []files.VideoSize{
		{Type: "u", Blob: of.Blob, Bytes: of.Size},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// later moves the clock of the service.
func (w *world) later(d time.Duration) {
	now := w.scan.now()
	w.scan.now = func() time.Time { return now.Add(d) }
}

func TestRefuse(t *testing.T) {
	scanner := &fake{}
	each(t, Options{Scanner: scanner}, func(t *testing.T, w *world) {
		*scanner = fake{}
		f := w.sends(anna, "a.txt", "hello")
		w.there(f.ID, true)
		w.refused(anna, "tool.exe", "a virus", ErrInfected)
		if len(w.notes) != 1 || w.notes[0].to != anna || !strings.Contains(w.notes[0].note, `"tool.exe"`) ||
			!strings.Contains(w.notes[0].note, "Fake.Virus") {
			t.Errorf("told %+v", w.notes)
		}
		if len(w.reported) != 1 || w.reported[0].Owner != anna || w.reported[0].File != 0 || w.reported[0].Later {
			t.Errorf("reported %+v", w.reported)
		}
		if list := w.list(); len(list) != 1 || list[0].Signature != "Fake.Virus" || list[0].Size != 7 || list[0].ID != w.reported[0].ID {
			t.Errorf("kept %+v", list)
		}
	})
}

// Who brings malware without end neither buries the moderators nor fills the disk.
func TestOnePersonIsToldOfABoundedNumberOfTimes(t *testing.T) {
	scanner := &fake{}
	each(t, Options{Scanner: scanner, Quarantine: true}, func(t *testing.T, w *world) {
		bring := func(from int) {
			t.Helper()
			for i := range maxTold + 5 {
				w.refused(anna, "x", fmt.Sprintf("virus %d", from+i), ErrInfected)
			}
		}
		bring(0)
		if len(w.notes) != maxTold || len(w.reported) != maxTold || len(w.list()) != maxTold {
			t.Errorf("told %d, reported %d, listed %d", len(w.notes), len(w.reported), len(w.list()))
		}
		w.refused(bo, "x", "virus 1", ErrInfected)
		w.later(2 * time.Hour)
		bring(1000)
		if len(w.notes) != 2*maxTold+1 {
			t.Errorf("hours later: told %d", len(w.notes))
		}
		kept := map[ids.User]int{}
		for _, f := range w.list() {
			if f.File != 0 {
				kept[f.Owner]++
			}
		}
		if kept[anna] != maxKept || kept[bo] != 1 {
			t.Errorf("in quarantine: %v", kept)
		}
	})
}

// What was seen once is not scanned again for a while, and its owner is told once in an hour.
func TestVerdictsAreRemembered(t *testing.T) {
	scanner := &fake{}
	each(t, Options{Scanner: scanner}, func(t *testing.T, w *world) {
		*scanner = fake{}
		for range 3 {
			w.sends(anna, "a.txt", "hello")
			w.sends(bo, "b.txt", "hello")
			w.refused(anna, "x", "virus", ErrInfected)
		}
		w.refused(bo, "x", "virus", ErrInfected)
		if scanner.asked != 2 || len(w.notes) != 2 || len(w.reported) != 2 {
			t.Errorf("asked %d times, told %d and reported %d", scanner.asked, len(w.notes), len(w.reported))
		}
		w.later(2 * time.Hour)
		w.refused(anna, "x", "virus", ErrInfected)
		if scanner.asked != 2 || len(w.notes) != 3 {
			t.Errorf("hours later: asked %d times, told %d", scanner.asked, len(w.notes))
		}
		w.later(23 * time.Hour)
		w.sends(anna, "a.txt", "hello")
		if scanner.asked != 3 {
			t.Errorf("a day later: asked %d times", scanner.asked)
		}
		if err := w.scan.sweepVerdicts(t.Context()); err != nil {
			t.Fatal(err)
		}
		var n int
		err := w.scan.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM scan_verdict`).Scan(&n)
		})
		if n != 1 || err != nil {
			t.Errorf("%d verdicts stay, %v", n, err)
		}
	})
}

func TestHold(t *testing.T) {
	scanner := &fake{}
	each(t, Options{Scanner: scanner}, func(t *testing.T, w *world) {
		*scanner = fake{fails: clamd.ErrAway}
		w.refused(anna, "a.txt", "hello", ErrAway)
		w.waits(0)
		scanner.fails = nil
		w.sends(anna, "a.txt", "hello")
		if len(w.notes)+len(w.reported) != 0 {
			t.Errorf("told %+v", w.notes)
		}
	})
}

func TestPass(t *testing.T) {
	scanner := &fake{}
	each(t, Options{Scanner: scanner, Pass: true, Quarantine: true}, func(t *testing.T, w *world) {
		*scanner = fake{fails: clamd.ErrAway}
		good, bad, same := w.sends(anna, "a.txt", "hello"), w.sends(anna, "tool.exe", "virus"), w.sends(bo, "copy.exe", "virus")
		gone := w.sends(bo, "gone.txt", "gone")
		w.waits(4)
		var sticker files.File // made of a document that had passed, as sets of stickers do
		err := w.scan.db.Write(t.Context(), func(tx *db.Tx) (err error) {
			sticker, err = w.files.Create(t.Context(), tx, files.File{Kind: files.Document, Owner: bo, Size: bad.Size, Blob: bad.Blob})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		moving := w.movingPicture(bad)
		if err := w.scan.Catchup(t.Context()); err != nil {
			t.Errorf("too early: %v", err)
		}
		w.later(2 * time.Minute)
		if err := w.scan.Catchup(t.Context()); !errors.Is(err, ErrAway) {
			t.Errorf("still away: %v", err)
		}
		w.waits(5)
		if err := w.scan.db.Write(t.Context(), func(tx *db.Tx) error { return w.files.Drop(t.Context(), tx, gone.ID) }); err != nil {
			t.Fatal(err)
		}
		scanner.fails = nil
		if err := w.scan.Catchup(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.waits(0)
		w.there(good.ID, true)
		w.there(bad.ID, false)
		w.there(same.ID, false)
		w.there(sticker.ID, false)
		w.there(moving.ID, false)
		if len(w.notes) != 2 || len(w.reported) != 2 || !w.reported[0].Later || !strings.Contains(w.notes[0].note, "after you had sent it") {
			t.Errorf("told %+v, reported %+v", w.notes, w.reported)
		}
		w.refused(anna, "tool.exe", "virus", ErrInfected)
		for _, f := range w.list() {
			w.there(f.File, true)
		}
	})
}

// What cannot be scanned passes or is refused, as configured, and is not asked about for ever.
func TestUnscanned(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		scanner := &fake{}
		w := newWorld(t, dbtest.SQLite(t), Options{Scanner: scanner, RefuseUnscanned: refuse, MaxSize: 10})
		for name, tt := range map[string]struct {
			content string
			fails   error
			asked   int
		}{
			"large":           {"much more than ten bytes", nil, 0},
			"daemon's bound":  {"small", clamd.ErrTooBig, 1},
			"daemon is lost":  {"little", clamd.ErrScan, 1},
			"large and ill":   {"a virus larger than that", nil, 0},
			"within the size": {"0123456789", nil, 1},
		} {
			*scanner = fake{fails: tt.fails}
			f, err := w.send(anna, name, []byte(tt.content))
			unscanned := tt.asked == 0 || tt.fails != nil
			if wantErr := refuse && unscanned; wantErr != errors.Is(err, ErrUnscanned) || !wantErr && err != nil || scanner.asked != tt.asked {
				t.Errorf("refuse %v, %s: got file %d, %v, asked %d times", refuse, name, f.ID, err, scanner.asked)
			}
		}
		w.waits(0)
	}
}

func TestQuarantine(t *testing.T) {
	each(t, Options{Scanner: &fake{}, Quarantine: true}, func(t *testing.T, w *world) {
		w.refused(anna, "../tool\x1b.exe", "a virus", ErrInfected)
		w.refused(bo, "b", "virus two", ErrInfected)
		w.refused(bo, "c", "virus three", ErrInfected)
		list := w.list()
		if len(list) != 3 || list[0].File == 0 || list[0].Owner != anna {
			t.Fatalf("got %+v", list)
		}
		r, f, err := w.scan.Open(t.Context(), list[0].ID)
		if err != nil || f.Signature != "Fake.Virus" {
			t.Fatalf("got %+v, %v", f, err)
		}
		if b, err := io.ReadAll(r); string(b) != "a virus" || err != nil {
			t.Errorf("got %q, %v", b, err)
		}
		if usage, err := w.files.Usage(t.Context(), anna); err != nil || usage.Bytes != 0 {
			t.Errorf("malware counts against the quota of who brought it: %+v, %v", usage, err)
		}
		if err := w.scan.Clear(t.Context(), list[0].ID); err != nil {
			t.Fatal(err)
		}
		w.sends(anna, "tool.exe", "a virus")
		w.later(20 * 24 * time.Hour)
		w.sends(bo, "tool.exe", "a virus")
		if err := w.scan.Drop(t.Context(), list[1].ID); err != nil {
			t.Fatal(err)
		}
		w.there(list[1].File, false)
		w.refused(bo, "b", "virus two", ErrInfected)
		w.later(15 * 24 * time.Hour)
		if err := w.scan.sweepFindings(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.there(list[2].File, false)
		if left := w.list(); len(left) != 1 || left[0].Hash != list[1].Hash {
			t.Errorf("left %+v", left)
		}
		for _, err := range []error{
			w.scan.Drop(t.Context(), list[2].ID), w.scan.Clear(t.Context(), list[2].ID), second(w.scan.Open(t.Context(), list[2].ID)),
		} {
			if !errors.Is(err, ErrNone) {
				t.Errorf("of what is gone: %v", err)
			}
		}
	})
}

func second[A, B any](_ A, _ B, err error) error { return err }

// The collector leaves alone what is in quarantine.
func TestQuarantineIsHeld(t *testing.T) {
	each(t, Options{Scanner: &fake{}, Quarantine: true}, func(t *testing.T, w *world) {
		w.refused(anna, "a", "virus", ErrInfected)
		clean := w.sends(anna, "b", "hello")
		held, err := w.scan.held(t.Context(), []int64{clean.ID, w.list()[0].File, 12345})
		if err != nil || len(held) != 1 || held[0] != w.list()[0].File {
			t.Errorf("got %v, %v", held, err)
		}
	})
}

// Moving pictures of a photo are kept as they come, so they are scanned.
func TestMovingPictureOfAPhoto(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), Options{Scanner: &fake{}})
	b, err := w.files.Put(t.Context(), anna, strings.NewReader("virus"))
	if err != nil {
		t.Fatal(err)
	}
	f := files.File{Kind: files.Photo, Owner: anna, Videos: []files.VideoSize{{Type: "u", Blob: b.Hash, Bytes: b.Size}, {Emoji: 3}}}
	if _, err := w.files.Create(t.Context(), nil, f); !errors.Is(err, ErrInfected) {
		t.Errorf("got %v", err)
	}
}

// Without a scanner nothing is scanned.
func TestOff(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), Options{})
	w.sends(anna, "a", "virus")
	if err := w.scan.Catchup(t.Context()); err != nil {
		t.Error(err)
	}
}
