package files

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/ids"
)

// hands holds what the test says.
type hands struct{ held []int64 }

func (h *hands) look(_ context.Context, ids []int64) (held []int64, err error) {
	for _, id := range ids {
		if slices.Contains(h.held, id) {
			held = append(held, id)
		}
	}
	return held, nil
}

// document makes a document with a thumbnail.
func (w *world) document(t testing.TB, u ids.User, data []byte) File {
	t.Helper()
	b, err := w.Put(t.Context(), u, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	thumb, err := w.Put(t.Context(), u, bytes.NewReader(data[:len(data)/2]))
	if err != nil {
		t.Fatal(err)
	}
	f, err := w.Create(t.Context(), nil, File{
		Kind: Document, Owner: u, Size: b.Size, Blob: b.Hash, MIME: "video/mp4",
		Attributes: Attributes{Name: "a.mp4", W: 3, H: 4, Video: &Video{Duration: 1.5}},
		Sizes:      []Size{{Type: "m", W: 1, H: 2, Bytes: thumb.Size, Blob: thumb.Hash}, {Type: "i", Inline: []byte{1, 2, 3}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (w *world) write(t testing.TB, fn func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return w.db.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) })
}

func (w *world) collect(t testing.TB) {
	t.Helper()
	if err := w.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAFileIsReadAsItWasMade(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		f := w.document(t, ann, random(1, 3000))
		for _, fresh := range []bool{false, true} {
			if fresh {
				w.files.Purge()
			}
			got, err := w.One(t.Context(), f.ID)
			if !got.Date.Equal(f.Date) {
				t.Errorf("date %v, want %v", got.Date, f.Date)
			}
			if got.Date = f.Date; err != nil || !reflect.DeepEqual(got, f) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, f)
			}
			if got.Class() != Movie || got.Name != "a.mp4" || got.Video.Duration != 1.5 || got.Sizes[0].Blob != f.Sizes[0].Blob {
				t.Errorf("got %+v", got)
			}
		}
		if all, err := w.Get(t.Context(), f.ID, 5, 0); err != nil || len(all) != 1 {
			t.Errorf("got %v, %v", all, err)
		}
		if _, err := w.One(t.Context(), 5); !errors.Is(err, ErrNotFound) {
			t.Errorf("no file: %v", err)
		}
	})
}

func TestAFileGoesWhenNobodyHoldsIt(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		var h hands
		w.HeldBy("hands", h.look)
		f, other := w.document(t, ann, random(1, 3000)), w.document(t, ann, random(2, 3000))
		h.held = []int64{f.ID}
		w.pass(4 * time.Hour)
		w.collect(t)
		if _, err := w.One(t.Context(), other.ID); !errors.Is(err, ErrNotFound) {
			t.Errorf("a file that nobody ever held: %v", err)
		}
		if _, err := w.Open(t.Context(), other.Blob); !errors.Is(err, ErrNoContent) {
			t.Errorf("its content: %v", err)
		}
		w.check(t, f.Blob, random(1, 3000))
		h.held = nil
		w.pass(100 * time.Hour)
		w.collect(t)
		w.check(t, f.Blob, random(1, 3000)) // nobody has let it go
		if err := w.write(t, func(ctx context.Context, tx *db.Tx) error { return w.Release(ctx, tx, w.clock, f.ID, 5) }); err != nil {
			t.Fatal(err)
		}
		w.collect(t)
		w.check(t, f.Blob, random(1, 3000))
		w.pass(4 * time.Hour)
		w.collect(t)
		w.empty(t)
		if got, err := w.Usage(t.Context(), ann); err != nil || got != (Usage{}) {
			t.Errorf("usage %+v, %v", got, err)
		}
	})
}

// Somebody begins to hold a file just when the collector has learned that nobody does.
func TestAFileThatIsUsedMeanwhileStays(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		f := w.document(t, ann, random(1, 3000))
		use := func(ctx context.Context, tx *db.Tx) error { return w.Use(ctx, tx, f.ID, f.ID) }
		w.HeldBy("late", func(context.Context, []int64) ([]int64, error) { return nil, w.write(t, use) })
		for range 3 {
			w.pass(4 * time.Hour)
			w.collect(t)
			if _, err := w.One(t.Context(), f.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.write(t, func(ctx context.Context, tx *db.Tx) error { return w.Drop(ctx, tx, f.ID) }); err != nil {
			t.Fatal(err)
		}
		if err := w.write(t, use); !errors.Is(err, ErrNotFound) {
			t.Errorf("use of a file that is gone: %v", err)
		}
	})
}

// Somebody lets a file go just when the collector has learned that he holds it.
func TestAFileThatIsLetGoMeanwhileGoes(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		f := w.document(t, ann, random(1, 3000))
		release := func(ctx context.Context, tx *db.Tx) error { return w.Release(ctx, tx, w.clock, f.ID) }
		held := []int64{f.ID}
		w.HeldBy("late", func(context.Context, []int64) ([]int64, error) {
			was := held
			held = nil
			return was, w.write(t, release)
		})
		w.pass(4 * time.Hour)
		w.collect(t)
		w.check(t, f.Blob, random(1, 3000))
		w.HeldBy("nobody", func(context.Context, []int64) ([]int64, error) { return nil, nil })
		w.holders = w.holders[1:]
		w.pass(4 * time.Hour)
		w.collect(t)
		w.empty(t)
	})
}

func TestWhatIsDroppedGoesAtOnce(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		data := random(1, 2*ChunkSize+100)
		in := w.send(t, ann, 1, data, 64<<10)
		b, err := w.Assemble(t.Context(), ann, in)
		if err != nil {
			t.Fatal(err)
		}
		secret := File{Kind: Encrypted, Owner: ann, Size: b.Size, Blob: b.Hash}
		one, err := w.Create(t.Context(), nil, secret)
		if err != nil {
			t.Fatal(err)
		}
		two, err := w.Create(t.Context(), nil, secret)
		if err != nil {
			t.Fatal(err)
		}
		drop := func(id int64) {
			t.Helper()
			if err := w.write(t, func(ctx context.Context, tx *db.Tx) error { return w.Drop(ctx, tx, id) }); err != nil {
				t.Fatal(err)
			}
		}
		drop(one.ID)
		w.check(t, b.Hash, data) // the other file shares it
		drop(two.ID)
		drop(two.ID)
		if err := w.deleteObjects(t.Context()); err != nil {
			t.Fatal(err)
		}
		if names := w.objects(t); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
		if _, err := w.Create(t.Context(), nil, secret); !errors.Is(err, ErrNoContent) {
			t.Errorf("a file of what is gone: %v", err)
		}
		if _, err := w.Assemble(t.Context(), ann, in); !errors.Is(err, MissingPart(0)) {
			t.Errorf("the upload again: %v", err)
		}
		w.pass(2 * time.Hour)
		w.collect(t)
		w.empty(t)
	})
}

// Who has read a file just before it went does not bring it back into memory.
func TestAFileThatGoesWhileItIsReadIsNotRemembered(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		f := w.document(t, ann, random(1, 3000))
		before := w.changes.Load()
		if err := w.write(t, func(ctx context.Context, tx *db.Tx) error { return w.Drop(ctx, tx, f.ID) }); err != nil {
			t.Fatal(err)
		}
		w.remember(before, []File{f})
		if _, err := w.One(t.Context(), f.ID); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestUploadsThatNobodyFinishesExpire(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		w.send(t, ann, 1, random(1, 30<<10), 4<<10)
		w.pass(23 * time.Hour)
		w.must(t, ann, 2, random(2, 30<<10), 4<<10) // a blob of which nobody makes a file
		w.collect(t)
		if n := w.rows(t, "file_part"); n != 8 {
			t.Errorf("%d parts after 23 hours", n)
		}
		w.pass(2 * time.Hour)
		w.collect(t)
		w.empty(t)
	})
}

func TestOrphansAreFound(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		w.clock = time.Now()
		f := w.document(t, ann, random(1, 3000))
		orphan, err := newChunk([]byte("orphan"))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.store.Put(t.Context(), orphan.object(), []byte("orphan")); err != nil {
			t.Fatal(err)
		}
		half := filepath.Join(w.dir, "5a", "1234.18ab.tmp") // what an interrupted write leaves behind
		if err := os.MkdirAll(filepath.Dir(half), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(half, []byte("hal"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(w.objects(t)); n != 4 {
			t.Errorf("%d objects, want 4: young ones stay", n)
		}
		w.pass(25 * time.Hour)
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(w.objects(t)); n != 2 {
			t.Errorf("%d objects, want 2", n)
		}
		w.check(t, f.Blob, random(1, 3000))
	})
}

// Who gives a server an empty database by mistake does not lose the files of the other one.
func TestAStoreOfAnotherDatabaseIsNotSwept(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		f := w.document(t, ann, random(1, 3000))
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		other, err := New(t.Context(), dbtest.SQLite(t), w.store, Options{})
		if err != nil {
			t.Fatal(err)
		}
		other.now = func() time.Time { return time.Now().Add(48 * time.Hour) }
		if err := other.Sweep(t.Context()); !errors.Is(err, ErrStore) {
			t.Errorf("got %v", err)
		}
		w.check(t, f.Blob, random(1, 3000))
	})
}

// Whatever write fails, and however: what was acknowledged is whole, nothing else can be seen, and nothing stays for ever.
func TestFailuresOfTheStore(t *testing.T) {
	const size = 128 << 10
	data := random(4, ChunkSize+10)
	each(t, Options{}, func(t *testing.T, w *world) {
		w.clock = time.Now()
		for n := 1; n <= 8; n++ {
			for _, after := range []bool{false, true} {
				w.failing(n, after)
				id := int64(n)
				acknowledged := true
				for i, p := range split(data, size) {
					err := w.SavePart(t.Context(), ann, Part{File: id, Part: i, Data: p})
					acknowledged = acknowledged && err == nil
				}
				b, err := w.Assemble(t.Context(), ann, Input{ID: id, Parts: len(split(data, size))})
				if err == nil && !acknowledged {
					t.Fatal("a file is made of parts that are not there")
				}
				if err == nil {
					w.check(t, b.Hash, data)
				}
				w.put = w.store.Put
				w.pass(25 * time.Hour)
				w.collect(t)
			}
		}
		if err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.empty(t)
	})
}

// A deletion that fails, or of which nobody hears that it was done, is repeated: by the same process or the next.
func TestDeletionsThatFail(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		failures := 0
		w.del = func(ctx context.Context, name string) error {
			if failures++; failures%2 == 1 && failures < 20 {
				return errors.New("the store is away")
			}
			if err := w.store.Delete(ctx, name); err != nil || failures >= 20 {
				return err
			}
			return errors.New("the answer is lost")
		}
		f := w.document(t, ann, random(1, 2*ChunkSize))
		if err := w.write(t, func(ctx context.Context, tx *db.Tx) error { return w.Drop(ctx, tx, f.ID) }); err != nil {
			t.Fatal(err)
		}
		rounds := 0
		for w.Collect(t.Context()) != nil {
			if rounds++; rounds > 20 {
				t.Fatal("it never ends")
			}
		}
		if rounds == 0 {
			t.Error("nothing failed")
		}
		w.pass(2 * time.Hour)
		w.del = w.store.Delete
		w.collect(t)
		w.empty(t)
	})
}

func TestAcceptIsAskedBeforeAFileIsMade(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		refusal := errors.New("not this one")
		var seen []byte
		w.OnAccept(func(_ context.Context, u ids.User, f File, open func() (*Reader, error)) error {
			r, err := open()
			if err != nil {
				return err
			}
			seen = make([]byte, r.Size())
			if _, err := r.ReadAt(seen, 0); err != nil {
				return err
			}
			return refusal
		})
		data := random(1, 1000)
		b, err := w.Put(t.Context(), ann, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		f := File{Kind: Document, Owner: ann, Size: b.Size, Blob: b.Hash}
		if _, err := w.Create(t.Context(), nil, f); !errors.Is(err, refusal) || !bytes.Equal(seen, data) {
			t.Errorf("got %v after %d bytes", err, len(seen))
		}
		for name, change := range map[string]func(*File){
			"encrypted":    func(f *File) { f.Kind = Encrypted },
			"the server's": func(f *File) { f.Owner = 0 },
		} {
			g := f
			change(&g)
			if _, err := w.Create(t.Context(), nil, g); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestReferences(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		ref, access := w.Reference(7), w.AccessHash(7)
		flip := slices.Clone(ref)
		flip[3] ^= 1
		tests := map[string]struct {
			id, access int64
			ref        []byte
			want       error
		}{
			"good":            {7, access, ref, nil},
			"another file":    {8, w.AccessHash(8), ref, ErrRefInvalid},
			"another hash":    {7, access ^ 2, ref, ErrAccess},
			"no reference":    {7, access, nil, ErrRefEmpty},
			"another time":    {7, access, flip, ErrRefInvalid},
			"another version": {7, access, append([]byte{9}, ref[1:]...), ErrRefInvalid},
			"short":           {7, access, ref[:5], ErrRefInvalid},
		}
		for name, tt := range tests {
			if err := w.Check(tt.id, tt.access, tt.ref); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
		w.pass(24 * time.Hour)
		if err := w.Check(7, access, ref); err != nil {
			t.Errorf("after a day: %v", err)
		}
		w.pass(4 * time.Hour)
		if err := w.Check(7, access, ref); !errors.Is(err, ErrRefExpired) {
			t.Errorf("later: %v", err)
		}
		if err := w.Check(7, access, w.Reference(7)); err != nil {
			t.Errorf("a new one: %v", err)
		}
	})
}

func TestReferencesToStickersStay(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		ctx, f, sticker := t.Context(), w.document(t, ann, random(1, 300)), w.document(t, ann, random(2, 300))
		err := w.write(t, func(ctx context.Context, tx *db.Tx) error {
			return w.Retag(ctx, tx, sticker.ID, 55, &Sticker{Alt: "x"})
		})
		if err != nil {
			t.Fatal(err)
		}
		old := map[int64][]byte{f.ID: w.Reference(f.ID), sticker.ID: w.Reference(sticker.ID), 4711: w.Reference(4711)}
		for id, want := range map[int64]error{f.ID: nil, sticker.ID: nil, 4711: ErrNotFound} {
			if got, err := w.Named(ctx, id, w.AccessHash(id), old[id]); !errors.Is(err, want) || err == nil && got.ID != id {
				t.Errorf("%d: got %v, %v", id, got, err)
			}
		}
		w.pass(48 * time.Hour)
		for id, want := range map[int64]error{f.ID: ErrRefExpired, sticker.ID: nil, 4711: ErrRefExpired} {
			if got, err := w.Named(ctx, id, w.AccessHash(id), old[id]); !errors.Is(err, want) || err == nil && got.ID != id {
				t.Errorf("%d, later: got %v, %v", id, got, err)
			}
		}
		if _, err := w.Named(ctx, sticker.ID, w.AccessHash(sticker.ID), nil); !errors.Is(err, ErrRefEmpty) {
			t.Errorf("without one: %v", err)
		}
	})
}

func TestRetag(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		f := w.document(t, ann, random(1, 300))
		if _, err := w.One(t.Context(), f.ID); err != nil {
			t.Fatal(err)
		}
		err := w.write(t, func(ctx context.Context, tx *db.Tx) error { return w.Retag(ctx, tx, f.ID, 55, &Sticker{Alt: "x"}) })
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.One(t.Context(), f.ID); err != nil || got.Set != 55 || got.Class() != StickerFile {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestSample(t *testing.T) {
	each(t, Options{}, func(t *testing.T, w *world) {
		w.document(t, ann, random(1, 3000))
		if missing, checked, err := w.Sample(t.Context(), 10); err != nil || missing != 0 || checked < 2 {
			t.Errorf("%d of %d are missing, %v", missing, checked, err)
		}
		if err := w.store.Delete(t.Context(), w.objects(t)[0]); err != nil {
			t.Fatal(err)
		}
		if missing, checked, err := w.Sample(t.Context(), 10); err != nil || missing == 0 {
			t.Errorf("%d of %d are missing, %v", missing, checked, err)
		}
	})
}
