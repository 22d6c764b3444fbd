package server

import (
	"context"
	"io"
	"strings"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/api/file"
	"hermod/internal/clamd/clamdtest"
	"hermod/internal/config"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
)

func (w *whole) history(u ids.User, peer ids.Peer) []*messages.Message {
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
			w := newWhole(t, url, func(c *config.Config) { c.Scan.Clamd, c.Scan.Infected = daemon.Address, "quarantine" })
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
func (w *whole) checkModerators(t *testing.T) {
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
