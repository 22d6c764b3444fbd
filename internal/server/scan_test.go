package server

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/api/file"
	"hermod/internal/clamd/clamdtest"
	"hermod/internal/config"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/users"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A scanned server has all of its handlers, and a real clamd that looks at files.
type scanned struct {
	*Server
	t        *testing.T
	anna, bo ids.User
	toBo     tg.InputPeerClass // as anna names him
}

func newScanned(t *testing.T, url string, daemon *clamdtest.Daemon) *scanned {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Admin.Listen, cfg.Data, cfg.DB = "127.0.0.1:0", "", t.TempDir(), url
	cfg.Previews, cfg.External.Media = "off", "off"
	cfg.Scan.Clamd, cfg.Scan.Infected = daemon.Address, "quarantine"
	s, err := New(t.Context(), cfg, Options{Log: slog.New(slog.DiscardHandler), Codes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	w := &scanned{Server: s, t: t}
	w.anna, w.bo = w.person("4790000001"), w.person("4790000002")
	found := ask[*tg.ContactsResolvedPeer](w, &tg.ContactsResolvePhone{Phone: "4790000002"})
	u := found.Users[0].(*tg.User)
	w.toBo = &tg.InputPeerUser{UserID: u.ID, AccessHash: *u.AccessHash}
	return w
}

func (w *scanned) person(phone users.Phone) (u ids.User) {
	w.t.Helper()
	err := w.core.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		made, err := w.core.Users.Create(w.t.Context(), tx, users.NewUser{Phone: phone, FirstName: "Kari"})
		u = made.ID
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *scanned) try(in tg.Request) (tl.Object, error) {
	return w.api.router.Serve(w.t.Context(), apitest.Call(w.anna), in)
}

// ask calls a method as anna.
func ask[O tl.Object](w *scanned, in tg.Request) O {
	w.t.Helper()
	answer, err := w.try(in)
	if err != nil {
		w.t.Fatalf("%s: %v", in.TLName(), err)
	}
	return answer.(O)
}

// send uploads a document and sends it to bo.
func (w *scanned) send(name string, content []byte) error {
	w.t.Helper()
	id := rand.Int64()
	ask[tg.Bool](w, &tg.UploadSaveFilePart{FileID: id, Bytes: content})
	_, err := w.try(&tg.MessagesSendMedia{Peer: w.toBo, RandomID: rand.Int64(), Media: &tg.InputMediaUploadedDocument{
		File: &tg.InputFile{ID: id, Parts: 1, Name: name}, MimeType: "application/octet-stream",
		Attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: name}},
	}})
	return err
}

func (w *scanned) history(u ids.User, peer ids.Peer) []*messages.Message {
	w.t.Helper()
	page, err := w.core.Messages.History(w.t.Context(), u, peer, messages.Window{Limit: 100})
	if err != nil {
		w.t.Fatal(err)
	}
	return page.Messages
}

// A file that is malware reaches nobody; its sender gets a note, and the moderators an event. While the scanner is away,
// clients are told to wait.
func TestMalwareReachesNobody(t *testing.T) {
	daemon := clamdtest.Start(t)
	for name, url := range map[string]string{"sqlite": "", "postgres": dbtest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			w := newScanned(t, url, daemon)
			if err := w.send("readme.txt", []byte("hello")); err != nil {
				t.Fatal(err)
			}
			err := w.send("tool.exe", clamdtest.Eicar())
			apitest.Refused(t, file.Errors(), err, "FILE_INFECTED")
			if n := len(w.history(w.bo, w.anna.Peer())); n != 1 {
				t.Errorf("%d messages arrived, want the clean one", n)
			}
			notes := w.history(w.anna, ids.Service.Peer())
			if len(notes) != 1 || !strings.Contains(notes[0].Text.String, `"tool.exe"`) || !strings.Contains(notes[0].Text.String, clamdtest.Signature) {
				t.Errorf("noted %+v", notes)
			}
			w.checkModerators(t)
			daemon.Stop(t)
			defer daemon.Restart(t)
			apitest.Refused(t, file.Errors(), w.send("other.txt", []byte("other")), "FLOOD_WAIT_30")
			if err := w.send("readme.txt", []byte("hello")); err != nil {
				t.Errorf("what is known to be clean: %v", err)
			}
		})
	}
}

// checkModerators looks at what the command line shows.
func (w *scanned) checkModerators(t *testing.T) {
	t.Helper()
	reported, err := w.core.Reports.Open(t.Context(), 0, 10)
	if err != nil || len(reported) != 1 || reported[0].Peer != w.anna.Peer() || reported[0].Reason != "malware" ||
		!strings.Contains(reported[0].Comment, `"tool.exe"`) {
		t.Errorf("reported %+v, %v", reported, err)
	}
	found, err := w.core.Scan.List(t.Context(), 0, 10)
	if err != nil || len(found) != 1 {
		t.Fatalf("found %+v, %v", found, err)
	}
	kept, _, err := w.core.Scan.Open(context.WithoutCancel(t.Context()), found[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(kept); err != nil || string(b) != string(clamdtest.Eicar()) {
		t.Errorf("kept %q, %v", b, err)
	}
}
