package server

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/config"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// A whole server has all of its handlers, and two people who call them past the wire.
type whole struct {
	*Server
	t        *testing.T
	anna, bo ids.User
	toBo     tg.InputPeerClass // as anna names him
}

func newWhole(t *testing.T, url string, change func(*config.Config)) *whole {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Admin.Listen, cfg.Data, cfg.DB = "127.0.0.1:0", "", t.TempDir(), url
	cfg.Previews, cfg.External.Media = "off", "off"
	change(&cfg)
	s, err := New(t.Context(), cfg, Options{Log: slog.New(slog.DiscardHandler), Codes: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	w := &whole{Server: s, t: t}
	w.anna, w.bo = w.person("4790000001"), w.person("4790000002")
	found := ask[*tg.ContactsResolvedPeer](w, &tg.ContactsResolvePhone{Phone: "4790000002"})
	u := found.Users[0].(*tg.User)
	w.toBo = &tg.InputPeerUser{UserID: u.ID, AccessHash: *u.AccessHash}
	return w
}

func (w *whole) person(phone users.Phone) (u ids.User) {
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

func (w *whole) try(in tg.Request) (tl.Object, error) {
	return w.api.router.Serve(w.t.Context(), apitest.Call(w.anna), in)
}

// ask calls a method as anna.
func ask[O tl.Object](w *whole, in tg.Request) O {
	w.t.Helper()
	answer, err := w.try(in)
	if err != nil {
		w.t.Fatalf("%s: %v", in.TLName(), err)
	}
	return answer.(O)
}

// send uploads a document and sends it to bo.
func (w *whole) send(name string, content []byte) error {
	w.t.Helper()
	id := rand.Int64()
	ask[tg.Bool](w, &tg.UploadSaveFilePart{FileID: id, Bytes: content})
	_, err := w.try(w.sending(name, id))
	return err
}

// sending sends bo a document of one part that was uploaded.
func (w *whole) sending(name string, id int64) *tg.MessagesSendMedia {
	return &tg.MessagesSendMedia{Peer: w.toBo, RandomID: rand.Int64(), Media: &tg.InputMediaUploadedDocument{
		File: &tg.InputFile{ID: id, Parts: 1, Name: name}, MimeType: "application/octet-stream",
		Attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: name}},
	}}
}
