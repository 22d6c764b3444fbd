package secretchats

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
)

// withFiles gives the service files of its own.
func (w *world) withFiles() *files.Service {
	w.t.Helper()
	w.Service.o.Files = filestest.New(w.t, w.db)
	w.Service.o.Files.HeldBy("secret chats", w.held)
	return w.Service.o.Files
}

// sendFile sends a file of some content, and returns it with the message that brought it.
func (w *world) sendFile(f *files.Service, from Side, chat int32, random int64, content []byte) (File, Message) {
	w.t.Helper()
	in := filestest.Upload(w.t, f, from.User, random, content)
	m := Message{Chat: chat, RandomID: random, Data: data()}
	sent, err := w.SendUploaded(w.t.Context(), from, m, in, 9)
	w.must(err)
	again, err := w.SendUploaded(w.t.Context(), from, m, in, 9)
	w.must(err)
	if *again.File != *sent.File {
		w.t.Errorf("sent again: %+v, first %+v", again.File, sent.File)
	}
	return *sent.File, m
}

func (w *world) gone(f *files.Service, id int64, want bool) {
	w.t.Helper()
	_, err := f.One(w.t.Context(), id)
	if gone := errors.Is(err, files.ErrNotFound); gone != want {
		w.t.Errorf("file %d: gone %v, want %v (%v)", id, gone, want, err)
	}
	w.must(f.Collect(w.t.Context())) // which asks whether it is held
	_, err = f.One(w.t.Context(), id)
	if gone := errors.Is(err, files.ErrNotFound); gone != want {
		w.t.Errorf("file %d, collected: gone %v, want %v (%v)", id, gone, want, err)
	}
}

func TestAFileGoesWhenBothSidesAreDone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.withFiles()
		anna, bo := w.person(1, 1)[0], w.person(2, 2)
		w.open(anna, bo[0], chatID)
		content := filestest.Random(1, 300_000)
		file, _ := w.sendFile(f, anna, chatID, 5, content)
		if file.Size != int64(len(content)) || file.Fingerprint != 9 {
			t.Errorf("sent %+v", file)
		}
		page, _, err := w.Waiting(t.Context(), bo[0].Device, 0)
		w.must(err)
		if len(page) != 1 || page[0].File == nil || *page[0].File != file {
			t.Fatalf("waiting: %+v", page)
		}
		copies, err := w.Copies(t.Context(), bo[0].User, file.ID)
		w.must(err)
		if len(copies) != 1 || copies[0].Side != bo[0] || copies[0].Sender {
			t.Fatalf("copies: %+v", copies)
		}
		got, err := f.ReadAt(t.Context(), copies[0].Blob, 0, len(content))
		w.must(err)
		if !bytes.Equal(got, content) {
			t.Error("the content is another one")
		}
		half := int64(len(content) / 2)
		w.must(w.Confirm(t.Context(), bo[0].Device, file, 0, half))
		_, err = w.Received(t.Context(), bo[0].Device, 2)
		w.must(err)
		w.gone(f, file.ID, false) // half of it is missing
		w.must(w.Confirm(t.Context(), bo[0].Device, file, half, half))
		w.gone(f, file.ID, true)
		_, err = w.Copies(t.Context(), bo[0].User, file.ID)
		w.fails(err, ErrFile)
		// The other way round.
		file, _ = w.sendFile(f, anna, chatID, 6, content)
		w.must(w.Confirm(t.Context(), bo[0].Device, file, 0, file.Size))
		w.gone(f, file.ID, false)
		_, err = w.Missed(t.Context(), bo[0].User, bo[0].Device, 3, w.clock)
		w.must(err)
		w.gone(f, file.ID, true)
		u, err := f.Usage(t.Context(), anna.User)
		w.must(err)
		if u.Bytes != 0 || u.Files != 0 {
			t.Errorf("counted: %+v", u)
		}
	})
}

func TestAFileOfSeveralChatsGoesWithTheLast(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.withFiles()
		anna, bo, carl := w.person(1, 1)[0], w.person(2, 1)[0], w.person(3, 1)[0]
		w.open(anna, bo, chatID)
		w.open(bo, carl, chatID+1)
		file, _ := w.sendFile(f, anna, chatID, 5, filestest.Random(1, 1000))
		_, err := w.Send(t.Context(), carl, Message{Chat: chatID + 1, RandomID: 1, Data: data(), File: &File{ID: file.ID}})
		w.fails(err, ErrFile) // carl has nothing to do with it
		sent, err := w.Send(t.Context(), bo, Message{Chat: chatID + 1, RandomID: 1, Data: data(), File: &File{ID: file.ID}})
		w.must(err)
		if *sent.File != file {
			t.Errorf("passed on as %+v", sent.File)
		}
		w.must(w.Discard(t.Context(), anna, chatID, false))
		w.gone(f, file.ID, false)
		w.write(func(tx *db.Tx) error { return w.Ended(t.Context(), tx, carl.User, carl.Device) })
		w.gone(f, file.ID, true)
	})
}

func TestUploadsBelongToAChat(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.withFiles()
		anna, bo := w.person(1, 2), w.person(2, 1)[0]
		w.open(anna[0], bo, chatID)
		in := filestest.Upload(t, f, anna[0].User, 3, filestest.Random(1, 1000))
		_, err := w.Upload(t.Context(), anna[1], chatID, in, 1)
		w.fails(err, ErrChat)
		up, err := w.Upload(t.Context(), anna[0], chatID, in, 1)
		w.must(err)
		w.gone(f, up.ID, false)
		_, err = w.Upload(t.Context(), anna[0], chatID, files.Input{ID: 99, Parts: 1}, 1)
		if err == nil {
			t.Error("a file without parts")
		}
		w.must(w.Discard(t.Context(), bo, chatID, false))
		w.gone(f, up.ID, true)
		_, err = w.Upload(t.Context(), anna[0], chatID, in, 1)
		w.fails(err, ErrDiscarded)
	})
}

func TestWhatNobodyFetchesExpires(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.withFiles()
		anna, bo, carl := w.person(1, 1)[0], w.person(2, 1)[0], w.person(3, 1)[0]
		w.open(anna, bo, chatID)
		for i := range int64(expireBatch + 3) {
			w.say(anna, chatID, i+1)
		}
		unloaded, _ := w.sendFile(f, anna, chatID, 500, filestest.Random(1, 1000))
		up, err := w.Upload(t.Context(), bo, chatID, filestest.Upload(t, f, bo.User, 3, filestest.Random(2, 1000)), 1)
		w.must(err)
		_, err = w.Request(t.Context(), carl, bo.User, chatID+1, value())
		w.must(err)
		w.open(carl, anna, chatID+2)
		w.must(w.Discard(t.Context(), carl, chatID+2, false))
		w.clock = w.clock.Add(DefaultKeep - time.Minute)
		w.must(w.Expire(t.Context()))
		if n := len(w.waiting(bo.Device, 0)); n != pageItems {
			t.Fatalf("%d wait before their time is over", n)
		}
		late := w.say(anna, chatID, 1000)
		w.clock = w.clock.Add(2 * time.Minute)
		w.must(w.Expire(t.Context()))
		page, _, err := w.Waiting(t.Context(), bo.Device, 0)
		w.must(err)
		if len(page) != 1 || !bytes.Equal(page[0].Data, late) {
			t.Errorf("%d wait, want the late one", len(page))
		}
		w.gone(f, unloaded.ID, true)
		w.gone(f, up.ID, true)
		c, err := w.Find(t.Context(), carl.User, chatID+1)
		w.must(err)
		if c.State != Discarded {
			t.Errorf("a request that nobody answered is %d", c.State)
		}
		_, err = w.Find(t.Context(), carl.User, chatID+2)
		w.fails(err, ErrChat)
	})
}
