package scheduled

import (
	"slices"
	"testing"
	"time"

	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
)

// document makes one that owner has brought.
func document(t *testing.T, f *files.Service, owner ids.User, seed uint64) int64 {
	t.Helper()
	b, err := f.Assemble(t.Context(), owner, filestest.Upload(t, f, owner, int64(seed), filestest.Random(seed, 500)))
	if err != nil {
		t.Fatal(err)
	}
	made, err := f.Create(t.Context(), nil, files.File{Kind: files.Document, Owner: owner, Size: b.Size, Blob: b.Hash})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// A scheduled message holds its file until it is sent, and then the message does; edited or deleted it lets go.
func TestScheduledMessagesHoldTheirFiles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, p := filestest.New(t, w.DB), w.People(2)
		w.files = f
		w.Messages.SetFiles(f)
		first, second := document(t, f, p[0], 1), document(t, f, p[0], 2)
		holds := func(name string, held func(list []int64) ([]int64, error), want ...int64) {
			t.Helper()
			got, err := held([]int64{first, second})
			if slices.Sort(got); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: held %v, %v; want %v", name, got, err, want)
			}
		}
		waiting := func(list []int64) ([]int64, error) { return w.Held(t.Context(), list) }
		sent := func(list []int64) ([]int64, error) { return w.Messages.Held(t.Context(), list) }
		plan := func(file int64) *Item {
			req := request(p[0], p[1].Peer(), "a file")
			req.Media = &media.Media{Kind: media.Document, File: &media.FileRef{ID: file}}
			items, err := w.Add(t.Context(), []messages.SendRequest{req}, time.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return items[0]
		}
		i := plan(first)
		holds("planned", waiting, first)
		if _, err := w.Edit(t.Context(), EditRequest{By: p[0], Peer: p[1].Peer(), ID: i.ID, Media: &media.Media{
			Kind: media.Document, File: &media.FileRef{ID: second},
		}}); err != nil {
			t.Fatal(err)
		}
		holds("edited", waiting, second)
		if err := w.work(t.Context(), time.Now().Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		holds("sent", waiting)
		holds("sent, as a message", sent, second)
		i = plan(first)
		if _, err := w.Delete(t.Context(), p[0], p[1].Peer(), []ids.Message{i.ID}); err != nil {
			t.Fatal(err)
		}
		holds("deleted", waiting)
	})
}
