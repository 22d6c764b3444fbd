package messages

import (
	"errors"
	"slices"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
)

// withFiles gives a world a keeper of files.
func (w *world) withFiles() *files.Service {
	f := filestest.New(w.t, w.db)
	w.SetFiles(f)
	f.HeldBy("messages", w.Held)
	return f
}

// file makes a document.
func (w *world) file(f *files.Service, owner ids.User) int64 {
	w.t.Helper()
	b, err := f.Assemble(w.t.Context(), owner, filestest.Upload(w.t, f, owner, time.Now().UnixNano(), filestest.Random(uint64(time.Now().UnixNano()), 100)))
	if err != nil {
		w.t.Fatal(err)
	}
	made, err := f.Create(w.t.Context(), nil, files.File{Kind: files.Document, Owner: owner, Size: b.Size, Blob: b.Hash})
	if err != nil {
		w.t.Fatal(err)
	}
	return made.ID
}

func (w *world) holds(list ...int64) []int64 {
	w.t.Helper()
	held, err := w.Held(w.t.Context(), list)
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(held)
	return held
}

func showing(kind media.Kind, id int64) *media.Media {
	return &media.Media{Kind: kind, File: &media.FileRef{ID: id}}
}

// A message cannot name a file that is gone, and what it names is not collected.
func TestAFileStaysAsLongAsAMessageShowsIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := w.withFiles(), w.people(2)
		id := w.file(f, p[0])
		m := w.deliver(SendRequest{From: p[0], To: p[1].Peer(), Media: showing(media.Document, id)})
		if got := w.holds(id, id+1); !slices.Equal(got, []int64{id}) {
			t.Errorf("held: %v", got)
		}
		_, err := w.Send(t.Context(), SendRequest{From: p[0], To: p[1].Peer(), RandomID: 4, Media: showing(media.Document, id+1000)})
		if !errors.Is(err, files.ErrNotFound) {
			t.Errorf("a file that never was: %v", err)
		}
		if _, err := w.Clear(t.Context(), ClearRequest{By: p[1], Peer: p[0].Peer(), Keep: true}); err != nil {
			t.Fatal(err)
		}
		if got := w.holds(id); len(got) != 1 {
			t.Error("the sender's copy does not hold it")
		}
		if _, err := w.Delete(t.Context(), p[0], 0, []ids.Message{m.ID}, true); err != nil {
			t.Fatal(err)
		}
		if got := w.holds(id); len(got) != 0 {
			t.Errorf("held by nobody's message: %v", got)
		}
	})
}

func TestAccountsLeaveNothingBehind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := w.withFiles(), w.people(3)
		mine, shared := w.file(f, p[0]), w.file(f, p[0])
		w.deliver(SendRequest{From: p[0], To: p[0].Peer(), Media: showing(media.Document, mine)})
		w.deliver(SendRequest{From: p[0], To: p[1].Peer(), Media: showing(media.Document, shared)})
		for range purgeStep + 1 {
			w.send(p[0], p[0], "note")
		}
		w.send(p[2], p[1], "of others")
		late := w.send(p[0], p[0], "deleted before")
		if _, err := w.Delete(t.Context(), p[0], 0, []ids.Message{late.ID}, false); err != nil {
			t.Fatal(err)
		}
		if err := w.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.holds(mine, shared); len(got) != 2 {
			t.Errorf("held before: %v", got)
		}
		err := w.db.Write(t.Context(), func(tx *db.Tx) error { return w.Forget(t.Context(), tx, p[0].Peer()) })
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.holds(mine, shared); !slices.Equal(got, []int64{shared}) {
			t.Errorf("held after: %v", got)
		}
		var left int
		err = w.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM message WHERE owner = $1) +
				(SELECT COUNT(*) FROM message_purge)`, int64(p[0])).Scan(&left)
		})
		if err != nil || left != 0 || w.texts(p[2], p[1]) != "of others" || w.texts(p[1], p[2]) != "of others" {
			t.Errorf("%d messages are left, %v", left, err)
		}
	})
}

// The photo that a service message tells of is held by it, and found among the photos of the chat.
func TestPhotosOfServiceMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := w.withFiles(), w.people(2)
		g, id := w.group(p[0], p[1]), w.file(f, p[0])
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := w.WriteInGroup(t.Context(), tx, g, p[0], actions.Action{Kind: actions.ChatPhoto, Photo: id})
			return err
		})
		if err != nil || len(w.holds(id)) != 1 {
			t.Fatalf("held: %v, %v", w.holds(id), err)
		}
		page, err := w.Search(t.Context(), Query{
			By: p[1], Peer: g.Peer(), Filter: FilterMedia, Media: []media.Kind{media.ChatPhoto}, Window: Window{Limit: 5},
		})
		if err != nil || page.Total != 1 || page.Messages[0].Action.Photo != id {
			t.Errorf("got %+v, %v", page, err)
		}
	})
}

// What was looked at goes when its time is over, whatever happened to the server meanwhile, and to look again gives no more.
func TestVanishingSurvivesARestart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := w.withFiles(), w.people(2)
		id := w.file(f, p[0])
		m := w.deliver(SendRequest{From: p[0], To: p[1].Peer(), Media: &media.Media{
			Kind: media.Video, File: &media.FileRef{ID: id, TTL: 30},
		}})
		read := func() {
			t.Helper()
			if _, err := w.ReadContents(t.Context(), p[1], 0, []ids.Message{m.Twin}); err != nil {
				t.Fatal(err)
			}
		}
		read()
		again := newWorldOn(t, w.db, w.bus)
		again.SetFiles(f)
		read()
		for _, at := range []struct {
			after time.Duration
			gone  bool
		}{{29 * time.Second, false}, {32 * time.Second, true}, {time.Hour, true}} {
			if err := again.Vanish(t.Context(), time.Now().Add(at.after)); err != nil {
				t.Fatal(err)
			}
			for _, side := range []struct {
				owner ids.User
				id    ids.Message
			}{{p[0], m.ID}, {p[1], m.Twin}} {
				found, err := again.Get(t.Context(), side.owner, 0, []ids.Message{side.id})
				if err != nil || found[side.id].Media.File.Expired != at.gone || found[side.id].Media.TTL() != 30 {
					t.Errorf("after %s user %d sees %+v, %v", at.after, side.owner, found[side.id].Media.File, err)
				}
			}
		}
		if _, err := f.One(t.Context(), id); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("the file: %v", err)
		}
		var left int
		err := w.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM vanishing_media`).Scan(&left)
		})
		if err != nil || left != 0 {
			t.Errorf("%d rows are left, %v", left, err)
		}
	})
}

// What goes is the file of the message alone: a cover, or the motion of a photo, may be somebody else's.
func TestWhatStandsBesideVanishingMediaStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := w.withFiles(), w.people(3)
		theirs, own := w.file(f, p[2]), w.file(f, p[0])
		w.deliver(SendRequest{From: p[2], To: p[0].Peer(), Media: showing(media.Photo, theirs)})
		m := w.deliver(SendRequest{From: p[0], To: p[1].Peer(), Media: &media.Media{
			Kind: media.Video, File: &media.FileRef{ID: own, TTL: 30, Cover: theirs},
		}})
		w.lookAndWait(p[1], m.Twin)
		if _, err := f.One(t.Context(), own); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("the file: %v", err)
		}
		if _, err := f.One(t.Context(), theirs); err != nil {
			t.Errorf("the cover, which another message shows: %v", err)
		}
		var left int
		err := w.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM message_file`).Scan(&left)
		})
		if err != nil || left != 0 {
			t.Errorf("%d rows of covers are left, %v", left, err)
		}
	})
}

// A file that another message came to show while this one waited for its time stays there.
func TestWhatAnotherMessageShowsStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := w.withFiles(), w.people(3)
		id := w.file(f, p[0])
		other := w.deliver(SendRequest{From: p[0], To: p[2].Peer(), Media: showing(media.Photo, id)})
		m := w.deliver(SendRequest{From: p[0], To: p[1].Peer(), Media: &media.Media{
			Kind: media.Photo, File: &media.FileRef{ID: id, TTL: media.Once},
		}})
		w.lookAndWait(p[1], m.Twin)
		if _, err := f.One(t.Context(), id); err != nil {
			t.Errorf("the file: %v", err)
		}
		found, err := w.Get(t.Context(), p[2], 0, []ids.Message{other.Twin})
		if err != nil || found[other.Twin].Media.File.ID != id {
			t.Errorf("the other message: %+v, %v", found[other.Twin].Media, err)
		}
	})
}

// lookAndWait has somebody look at what vanishes in a message, and its time end.
func (w *world) lookAndWait(viewer ids.User, id ids.Message) {
	w.t.Helper()
	if _, err := w.ReadContents(w.t.Context(), viewer, 0, []ids.Message{id}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.Vanish(w.t.Context(), time.Now().Add(time.Hour)); err != nil {
		w.t.Fatal(err)
	}
	found, err := w.Get(w.t.Context(), viewer, 0, []ids.Message{id})
	if err != nil || !found[id].Media.File.Expired {
		w.t.Fatalf("it did not vanish: %+v, %v", found[id].Media, err)
	}
}

// Who has played a voice message of a channel is forgotten with it.
func TestWhoHasPlayedIsForgottenWithTheMessage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := w.withFiles(), w.people(2)
		ch := w.channel(false, p[0], p[1])
		rows := func() (n int) {
			t.Helper()
			err := w.db.Read(t.Context(), func(tx *db.Tx) error {
				return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM voice_played`).Scan(&n)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		var all []ids.Message
		for range 2 {
			m := w.deliver(SendRequest{From: p[0], To: ch.Peer(), Media: showing(media.Voice, w.file(f, p[0]))})
			all = append(all, m.ID)
		}
		if _, err := w.ReadContents(t.Context(), p[1], ch.Peer(), all); err != nil || rows() != 2 {
			t.Fatalf("%d rows, %v", rows(), err)
		}
		if _, err := w.Delete(t.Context(), p[0], ch.Peer(), all[:1], true); err != nil || rows() != 1 {
			t.Errorf("%d rows are left, %v", rows(), err)
		}
	})
}

// Deleted before anybody has looked, media that vanish leave nothing that is due.
func TestVanishingMediaAreDeleted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := w.withFiles(), w.people(2)
		id := w.file(f, p[0])
		m := w.deliver(SendRequest{From: p[0], To: p[1].Peer(), Media: &media.Media{
			Kind: media.Photo, File: &media.FileRef{ID: id, TTL: media.Once},
		}})
		if _, err := w.ReadContents(t.Context(), p[1], 0, []ids.Message{m.Twin}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Delete(t.Context(), p[0], 0, []ids.Message{m.ID}, true); err != nil {
			t.Fatal(err)
		}
		if err := w.Vanish(t.Context(), time.Now().Add(time.Hour)); err != nil {
			t.Error(err)
		}
		if got := w.holds(id); len(got) != 0 {
			t.Errorf("held: %v", got)
		}
	})
}
