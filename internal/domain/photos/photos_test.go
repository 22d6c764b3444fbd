package photos

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"testing"

	"hermod/internal/blob"
	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/files"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/images"
)

type world struct {
	*Service
	t        *testing.T
	contacts *contacts.Service
	anna, bo ids.User
}

// each runs fn in a fresh world on each engine.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		b := bus.NewLocal()
		log := updates.New(d, b)
		u := users.New(d, b, log)
		t.Cleanup(u.Close)
		c, err := contacts.New(t.Context(), d, u, log)
		if err != nil {
			t.Fatal(err)
		}
		store, err := blob.Open(t.Context(), blob.Options{URL: "dir:" + t.TempDir() + "?sync=off"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		f, err := files.New(t.Context(), d, store, files.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{Service: New(d, log, f, u, images.New(images.Options{})), t: t, contacts: c}
		c.OnRemove(w.DropPersonal)
		w.anna, w.bo = w.person("Anna", "4790000001"), w.person("Bo", "4790000002")
		fn(t, w)
	})
}

func (w *world) person(name string, phone users.Phone) (id ids.User) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		u, err := w.users.Create(w.t.Context(), tx, users.NewUser{Phone: phone, FirstName: name})
		id = u.ID
		return err
	})
	return id
}

func (w *world) write(fn func(tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.db.Write(w.t.Context(), fn))
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// picture is a JPEG whose colour depends on n.
func picture(w, h int, n uint8) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(i/w) ^ n
	}
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
	m.SetRGBA(0, 0, color.RGBA{n, n, n, 255})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// upload saves content as u, in parts of 1 KiB.
func (w *world) upload(u ids.User, id int64, data []byte) files.Input {
	w.t.Helper()
	const part = 1 << 10
	in := files.Input{ID: id}
	for chunk := range slices.Chunk(data, part) {
		w.must(w.files.SavePart(w.t.Context(), u, files.Part{File: id, Part: in.Parts, Data: chunk}))
		in.Parts++
	}
	return in
}

// avatar makes a photo that can stand for somebody.
func (w *world) avatar(u ids.User, n uint8) files.File {
	w.t.Helper()
	in := w.upload(u, int64(n)+1000, picture(400, 300, n))
	f, err := w.Avatar(w.t.Context(), u, Upload{File: &in})
	w.must(err)
	return f
}

func (w *world) user(u ids.User) users.User {
	w.t.Helper()
	found, err := w.users.One(w.t.Context(), u)
	w.must(err)
	return found
}

func (w *world) ids(u ids.User) (list []int64) {
	w.t.Helper()
	page, err := w.History(w.t.Context(), u, 0, 0, 100)
	w.must(err)
	for _, f := range page.Photos {
		list = append(list, f.ID)
	}
	if page.Count != len(list) {
		w.t.Errorf("count %d of %d", page.Count, len(list))
	}
	return list
}

// holds tells which of photos somebody holds.
func (w *world) holds(photos ...int64) []int64 {
	w.t.Helper()
	found, err := w.held(w.t.Context(), photos)
	w.must(err)
	slices.Sort(found)
	return found
}

func TestFromUpload(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f, err := w.FromUpload(t.Context(), w.anna, w.upload(w.anna, 1, picture(1000, 500, 7)))
		w.must(err)
		if f.Kind != files.Photo || f.Owner != w.anna || f.ID == 0 {
			t.Errorf("got %+v", f)
		}
		types := ""
		for _, s := range f.Sizes {
			types += s.Type
			if s.Type == stripped {
				continue
			}
			data, err := w.files.ReadAt(t.Context(), s.Blob, 0, 1<<20)
			w.must(err)
			m, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil || int64(len(data)) != s.Bytes || m.Bounds().Dx() != s.W || m.Bounds().Dy() != s.H {
				t.Errorf("size %q: %v", s.Type, err)
			}
		}
		if types != "ismxy" || len(f.Sizes[0].Inline) == 0 || len(f.Sizes[4].Progressive) == 0 {
			t.Errorf("sizes %q", types)
		}
		if _, err := w.FromUpload(t.Context(), w.anna, w.upload(w.anna, 2, []byte("no picture at all"))); !errors.Is(err, images.ErrFormat) {
			t.Errorf("text: got %v", err)
		}
		if _, err := w.FromUpload(t.Context(), w.anna, files.Input{ID: 99, Parts: 1}); !errors.Is(err, files.MissingPart(0)) {
			t.Errorf("nothing: got %v", err)
		}
	})
}

func TestThumbs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b, err := w.files.Put(t.Context(), w.anna, bytes.NewReader(picture(640, 480, 3)))
		w.must(err)
		sizes, err := w.Thumbs(t.Context(), w.anna, b.Hash)
		if err != nil || len(sizes) != 2 || sizes[0].Type != "i" || sizes[1].Type != "m" || sizes[1].W != 320 {
			t.Errorf("got %v, %v", sizes, err)
		}
	})
}

func TestProfilePhotos(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		one, two, three := w.avatar(w.anna, 1), w.avatar(w.anna, 2), w.avatar(w.anna, 3)
		for _, f := range []files.File{one, two, three} {
			w.must(w.SetProfile(ctx, w.anna, f, false))
		}
		if got := w.ids(w.anna); !slices.Equal(got, []int64{three.ID, two.ID, one.ID}) {
			t.Errorf("history %v", got)
		}
		if p := w.user(w.anna).Settings.Photo; p.Photo != three.ID || len(p.Thumb) == 0 || p.Video {
			t.Errorf("present photo %+v", p)
		}
		w.must(w.SetProfile(ctx, w.anna, one, false)) // one from before
		if got := w.ids(w.anna); !slices.Equal(got, []int64{one.ID, three.ID, two.ID}) {
			t.Errorf("chosen again: %v", got)
		}
		w.must(w.RemoveProfile(ctx, w.anna, false))
		if got := w.user(w.anna).Settings.Photo.Photo; got != three.ID {
			t.Errorf("after the present one was removed: %d, want %d", got, three.ID)
		}
		gone, err := w.Delete(ctx, w.anna, []int64{two.ID, two.ID, 4711, one.ID})
		if err != nil || !slices.Equal(gone, []int64{two.ID}) {
			t.Errorf("deleted %v, %v", gone, err)
		}
		if got := w.user(w.anna).Settings.Photo.Photo; got != three.ID {
			t.Errorf("present photo %d, want %d", got, three.ID)
		}
		if gone, err := w.Delete(ctx, w.bo, []int64{three.ID}); err != nil || len(gone) != 0 {
			t.Errorf("by somebody else: %v, %v", gone, err)
		}
		if got := w.holds(one.ID, two.ID, three.ID); !slices.Equal(got, []int64{three.ID}) {
			t.Errorf("held: %v", got)
		}
		w.must(w.RemoveProfile(ctx, w.anna, false))
		w.must(w.RemoveProfile(ctx, w.anna, false)) // there is none any more
		if p := w.user(w.anna).Settings.Photo; !p.IsZero() || len(w.ids(w.anna)) != 0 {
			t.Errorf("left: %+v", p)
		}
	})
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []int64
		for n := range 5 {
			f := w.avatar(w.anna, uint8(n))
			w.must(w.SetProfile(t.Context(), w.anna, f, false))
			all = append([]int64{f.ID}, all...)
		}
		tests := []struct {
			before      int64
			skip, limit int
			want        []int64
		}{
			{0, 0, 100, all}, {0, 0, 2, all[:2]}, {0, 3, 2, all[3:]}, {0, 9, 2, nil}, {0, -5, 1, all[:1]},
			{all[1], 0, 2, all[2:4]}, {all[1], -1, 1, all[1:2]}, {all[4] - 1, 0, 5, nil}, {0, 0, -1, nil}, {1 << 62, 0, 1, all[:1]},
		}
		for _, tt := range tests {
			page, err := w.History(t.Context(), w.anna, tt.before, tt.skip, tt.limit)
			w.must(err)
			var got []int64
			for _, f := range page.Photos {
				got = append(got, f.ID)
			}
			if !slices.Equal(got, tt.want) || page.Count != len(all) {
				t.Errorf("before %d, %d down, %d: got %v of %d, want %v", tt.before, tt.skip, tt.limit, got, page.Count, tt.want)
			}
		}
	})
}

func TestWhoSeesWhichPhoto(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		own, strangers, given := w.avatar(w.anna, 1), w.avatar(w.anna, 2), w.avatar(w.bo, 3)
		w.must(w.SetProfile(ctx, w.anna, own, false))
		w.must(w.SetProfile(ctx, w.anna, strangers, true))
		sees := func(when string, viewer ids.User, want int64, personal bool) {
			t.Helper()
			rel, err := w.users.Relation(ctx, viewer, w.anna)
			w.must(err)
			p, mine := w.user(w.anna).PortraitFor(users.Viewer{ID: viewer}, rel)
			if p.Photo != want || mine != personal {
				t.Errorf("%s: sees %d (%v), want %d", when, p.Photo, mine, want)
			}
			if has, err := w.Has(ctx, viewer, w.anna, want); err != nil || has != (want != 0) {
				t.Errorf("%s: may load it: %v, %v", when, has, err)
			}
		}
		may := func(when string, photo int64, want bool) {
			t.Helper()
			if has, err := w.Has(ctx, w.bo, w.anna, photo); err != nil || has != want {
				t.Errorf("%s: may load: %v, %v", when, has, err)
			}
		}
		sees("all may", w.bo, own.ID, false)
		sees("oneself", w.anna, own.ID, false)
		w.must(w.users.SetPrivacy(ctx, w.anna, users.ProfilePhoto, []users.Rule{{Kind: users.DisallowAll}}))
		sees("nobody may", w.bo, strangers.ID, false)
		sees("oneself", w.anna, own.ID, false)
		may("nobody may", own.ID, false)
		if p, all := w.user(w.anna).PublicPortrait(); p.Photo != strangers.ID || all {
			t.Errorf("for everybody: %d, %v", p.Photo, all)
		}
		if err := w.SetPersonal(ctx, w.bo, w.anna, &given); !errors.Is(err, ErrNotContact) {
			t.Errorf("for a stranger: %v", err)
		}
		w.must(w.contacts.Add(ctx, w.bo, w.anna, contacts.Card{FirstName: "A"}, false))
		w.must(w.SetPersonal(ctx, w.bo, w.anna, &given))
		sees("with one of his own", w.bo, given.ID, true)
		if has, err := w.Has(ctx, w.anna, w.anna, given.ID); err != nil || has {
			t.Errorf("what others chose: %v, %v", has, err)
		}
		w.must(w.SetPersonal(ctx, w.bo, w.anna, nil))
		sees("without it", w.bo, strangers.ID, false)
		w.must(w.SetPersonal(ctx, w.bo, w.anna, &given))
		w.must(w.contacts.Delete(ctx, w.bo, []ids.User{w.anna}))
		sees("not a contact any more", w.bo, strangers.ID, false)
		if got := w.holds(given.ID); len(got) != 0 {
			t.Errorf("still held: %v", got)
		}
		w.must(w.contacts.Block(ctx, w.anna, w.bo.Peer(), contacts.Messages))
		sees("blocked", w.bo, 0, false)
		may("blocked", strangers.ID, false)
		may("blocked", own.ID, false)
		w.must(w.contacts.Unblock(ctx, w.anna, w.bo.Peer(), contacts.Messages))
		w.must(w.RemoveProfile(ctx, w.anna, true))
		sees("no photo for strangers", w.bo, 0, false)
		w.must(w.users.SetPrivacy(ctx, w.anna, users.ProfilePhoto, []users.Rule{{Kind: users.AllowAll}}))
		sees("all may again", w.bo, own.ID, false)
		w.write(func(tx *db.Tx) error { return errors.Join(w.Forget(ctx, tx, w.anna), w.users.Delete(ctx, tx, w.anna)) })
		sees("deleted", w.bo, 0, false)
		may("deleted", own.ID, false)
		if got := w.holds(own.ID, strangers.ID); len(got) != 0 {
			t.Errorf("still held: %v", got)
		}
	})
}

func TestChatPhotos(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		chat := ids.Chat(5).Peer()
		one, two := Portrait(w.avatar(w.anna, 1)), Portrait(w.avatar(w.anna, 2))
		swap := func(before, after users.Portrait) {
			t.Helper()
			w.write(func(tx *db.Tx) error { return w.Swap(t.Context(), tx, chat, before, after) })
		}
		swap(users.Portrait{}, one)
		swap(one, two)
		if got := w.holds(one.Photo, two.Photo); !slices.Equal(got, []int64{two.Photo}) {
			t.Errorf("held: %v", got)
		}
		swap(two, users.Portrait{})
		if got := w.holds(one.Photo, two.Photo); len(got) != 0 {
			t.Errorf("held: %v", got)
		}
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			return w.Swap(t.Context(), tx, chat, users.Portrait{}, users.Portrait{Photo: 4711})
		})
		if !errors.Is(err, files.ErrNotFound) {
			t.Errorf("a file that is gone: %v", err)
		}
	})
}

// box is a box of an MPEG-4 file.
func box(name string, body ...byte) []byte {
	n := len(body) + 8
	return append([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), name[0], name[1], name[2], name[3]}, body...)
}

// movie is an MPEG-4 file without content, of a size.
func movieOf(w, h uint16) []byte {
	head := make([]byte, 84)
	head[76], head[77], head[80], head[81] = byte(w>>8), byte(w), byte(h>>8), byte(h)
	sound := box("trak", box("tkhd", make([]byte, 84)...)...)
	tracks := append(sound, box("trak", box("tkhd", head...)...)...)
	return slices.Concat(box("ftyp", []byte("mp42")...), box("free"), box("moov", tracks...), box("mdat", 1, 2, 3))
}

func TestSilentMovies(t *testing.T) {
	track := func(kind string) []byte {
		return box("trak", box("mdia", box("hdlr", slices.Concat(make([]byte, 8), []byte(kind), make([]byte, 12))...)...)...)
	}
	of := func(tracks ...[]byte) []byte {
		return slices.Concat(box("ftyp", []byte("isom")...), box("mdat", 1, 2), box("moov", slices.Concat(tracks...)...))
	}
	for name, tt := range map[string]struct {
		data []byte
		want bool
	}{
		"silent":     {of(track("vide")), true},
		"with sound": {of(track("vide"), track("soun")), false},
		"only sound": {of(track("soun")), false},
		"no tracks":  {movieOf(64, 64), false},
		"cut":        {of(track("vide"))[:70], false},
		"no movie":   {bytes.Repeat([]byte("none"), 50), false},
		"empty":      {nil, false},
	} {
		if got, err := silent(bytes.NewReader(tt.data)); err != nil || got != tt.want {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestMovingPhotosStayAsTheyAre(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		movie := movieOf(640, 640)
		in, pic := w.upload(w.anna, 1, movie), w.upload(w.anna, 2, picture(300, 300, 9))
		f, err := w.Avatar(ctx, w.anna, Upload{File: &pic, Video: &in, Start: 1.5})
		w.must(err)
		v, ok := f.VideoOf("u")
		if !ok || v.W != 640 || v.H != 640 || v.Start != 1.5 || v.Bytes != int64(len(movie)) || !Portrait(f).Video {
			t.Errorf("got %+v", f.Videos)
		}
		if data, err := w.files.ReadAt(ctx, v.Blob, 0, 1<<20); err != nil || !bytes.Equal(data, movie) {
			t.Errorf("the movie has changed: %v", err)
		}
		if f, err := w.Avatar(ctx, w.anna, Upload{Video: &in}); err != nil || len(f.Sizes) != 4 {
			t.Errorf("without a picture: %v, %v", f.Sizes, err)
		}
		emoji := files.VideoSize{Emoji: 77, Colors: []int32{0x112233, 0xffffff}}
		if f, err := w.Avatar(ctx, w.anna, Upload{Markup: &emoji}); err != nil || len(f.Videos) != 1 || f.Videos[0].Emoji != 77 {
			t.Errorf("an emoji: %v, %v", f.Videos, err)
		}
		none := w.upload(w.anna, 3, bytes.Repeat([]byte("none"), 50))
		for name, tt := range map[string]struct {
			up   Upload
			want error
		}{
			"nothing":         {Upload{}, ErrNoFile},
			"no movie":        {Upload{Video: &none}, ErrVideo},
			"a picture":       {Upload{Video: &pic}, ErrVideo},
			"no colours":      {Upload{Markup: &files.VideoSize{Emoji: 1}}, ErrMarkup},
			"many colours":    {Upload{Markup: &files.VideoSize{Emoji: 1, Colors: make([]int32, 5)}}, ErrMarkup},
			"no such colour":  {Upload{Markup: &files.VideoSize{Emoji: 1, Colors: []int32{-1}}}, ErrMarkup},
			"neither of them": {Upload{Markup: &files.VideoSize{Colors: []int32{1}}}, ErrMarkup},
		} {
			if _, err := w.Avatar(ctx, w.anna, tt.up); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

func TestAdopt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		sent, err := w.FromUpload(ctx, w.anna, w.upload(w.anna, 1, picture(1000, 500, 7)))
		w.must(err)
		made, err := w.Adopt(ctx, w.anna, sent)
		if _, ok := made.SizeOf("c"); err != nil || !ok || made.ID == sent.ID {
			t.Errorf("got %+v, %v", made, err)
		}
		if again, err := w.Adopt(ctx, w.anna, made); err != nil || again.ID != made.ID {
			t.Errorf("again: %d, %v", again.ID, err)
		}
		if _, err := w.Adopt(ctx, w.anna, files.File{Kind: files.Document}); !errors.Is(err, ErrNotPhoto) {
			t.Errorf("a document: %v", err)
		}
		if err := w.SetProfile(ctx, w.anna, sent, false); !errors.Is(err, ErrNotPhoto) {
			t.Errorf("not a square: %v", err)
		}
		for _, large := range []bool{false, true} {
			if s, err := w.Size(ctx, made.ID, large); err != nil || s.Blob.IsZero() || s.W != s.H || large == (s.W == 160) {
				t.Errorf("big %v: %+v, %v", large, s, err)
			}
		}
		if _, err := w.Size(ctx, 4711, false); !errors.Is(err, ErrNotFound) {
			t.Errorf("none: %v", err)
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		f := w.avatar(w.anna, 1)
		w.write(func(tx *db.Tx) error { // photos whose files do not matter
			for n := range maxHistory {
				const add = `INSERT INTO peer_photo (owner, kind, subject, photo, place, thumb, video) VALUES ($1, 1, 0, $2, $3, $4, 0)`
				if _, err := tx.Exec(t.Context(), add, w.anna.Peer(), 10_000_000+n, n+1, []byte{}); err != nil {
					return err
				}
			}
			return nil
		})
		w.must(w.SetProfile(t.Context(), w.anna, f, false))
		var had []users.Portrait
		w.must(w.db.Read(t.Context(), func(tx *db.Tx) (err error) {
			had, err = history(t.Context(), tx, w.anna.Peer())
			return err
		}))
		if len(had) != maxHistory || had[0].Photo != f.ID || had[maxHistory-1].Photo != 10_000_001 {
			t.Errorf("%d photos, from %d to %d", len(had), had[0].Photo, had[len(had)-1].Photo)
		}
	})
}

func FuzzMovie(f *testing.F) {
	f.Add(movieOf(640, 640))
	f.Add(box("ftyp"))
	f.Fuzz(func(t *testing.T, in []byte) {
		side, err := movieSide(bytes.NewReader(in))
		if err != nil && !errors.Is(err, ErrVideo) {
			t.Errorf("got %v", err)
		}
		if err == nil && (side.X < 1 || side.Y < 1 || side.X > maxSide || side.Y > maxSide) {
			t.Errorf("got %v", side)
		}
	})
}
