package stickers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hermod/internal/db"
	"hermod/internal/domain/files"
	"hermod/internal/domain/stickers/format"
)

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		thumb := w.document(anna, "image/png", w.picture(100), files.Attributes{})
		full, err := w.Create(t.Context(), NewSet{
			By: By{User: anna}, Creator: anna, Kind: Regular, Title: " Cats ", Name: "Cats_1", Thumb: &thumb,
			Items: []Item{{File: w.item("").File, Emoji: "😀😁", Keywords: "cat, happy"}, w.item("😢")},
		})
		w.must(err)
		if full.Title != "Cats" || full.Count != 2 || full.Hash == 0 || full.Thumb == 0 || full.ThumbAt != 1 {
			t.Errorf("got %+v", full.Set)
		}
		id, err := w.ByName(t.Context(), "cats_1")
		w.must(err)
		got, err := w.Get(t.Context(), bo, id)
		w.must(err)
		if got.Hash != full.Hash || len(got.Stickers) != 2 || !slices.Equal(got.Stickers[0].Emoji, []string{"😀", "😁"}) ||
			!slices.Equal(got.Stickers[0].Keywords, []string{"cat", "happy"}) || got.Cover != got.Stickers[0].File {
			t.Errorf("got %+v", got)
		}
		f, err := w.files.One(t.Context(), got.Stickers[0].File)
		w.must(err)
		if f.Set != id || f.MIME != format.MIMEWebP || f.Sticker.Alt != "😀" || f.W != 512 || f.Class() != files.StickerFile || len(f.Sizes) != 1 {
			t.Errorf("the sticker is %+v", f)
		}
		data, err := w.content(t.Context(), f, format.MaxSize)
		w.must(err)
		if info, err := format.Check(format.Sticker, data); err != nil || info.MIME != format.MIMEWebP {
			t.Errorf("its content is %+v, %v", info, err)
		}
	})
}

func TestCreateRefuses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.set("taken", "😀")
		good := func() NewSet {
			return NewSet{By: By{User: anna}, Creator: anna, Kind: Regular, Title: "T", Name: "free", Items: []Item{w.item("😀")}}
		}
		many := make([]Item, maxStickers+1)
		small := w.document(anna, "image/png", w.picture(100), files.Attributes{})
		mask := &files.Mask{N: 4}
		tests := map[string]struct {
			change func(n *NewSet)
			want   error
		}{
			"no title":          {func(n *NewSet) { n.Title = " " }, ErrTitle},
			"long title":        {func(n *NewSet) { n.Title = strings.Repeat("a", 65) }, ErrTitle},
			"no name":           {func(n *NewSet) { n.Name = "" }, ErrName},
			"a digit first":     {func(n *NewSet) { n.Name = "1a" }, ErrName},
			"two underscores":   {func(n *NewSet) { n.Name = "a__b" }, ErrName},
			"taken":             {func(n *NewSet) { n.Name = "TAKEN" }, ErrNameTaken},
			"name of a bot":     {func(n *NewSet) { n.By.Bot = "some_bot" }, ErrName},
			"no stickers":       {func(n *NewSet) { n.Items = nil }, ErrEmpty},
			"too many":          {func(n *NewSet) { n.Items = many }, ErrTooMany},
			"no emoji":          {func(n *NewSet) { n.Items[0].Emoji = "" }, ErrEmoji},
			"text as emoji":     {func(n *NewSet) { n.Items[0].Emoji = "a" }, ErrEmoji},
			"too many emoji":    {func(n *NewSet) { n.Items[0].Emoji = strings.Repeat("😀", 21) }, ErrEmoji},
			"no mask":           {func(n *NewSet) { n.Items[0].Mask = &files.Mask{} }, ErrMask},
			"nowhere on a face": {func(n *NewSet) { n.Kind, n.Items[0].Mask = Masks, mask }, ErrMask},
			"too small":         {func(n *NewSet) { n.Items[0].File = small }, format.ErrDimensions},
			"emoji too large":   {func(n *NewSet) { n.Kind = Emoji }, format.ErrDimensions},
			"large thumb":       {func(n *NewSet) { n.Thumb = &n.Items[0].File }, ErrThumbPicture},
			"a photo":           {func(n *NewSet) { n.Items[0].File.Kind = files.Photo }, ErrSticker},
		}
		for name, tt := range tests {
			n := good()
			tt.change(&n)
			if _, err := w.Create(t.Context(), n); !errors.Is(err, tt.want) {
				t.Errorf("%s: got %v, want %v", name, err, tt.want)
			}
		}
		w.set("free", "😀") // nothing of what failed is left
	})
}

func TestChanges(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		by, ctx := By{User: anna}, t.Context()
		full := w.set("changing", "😀", "😁")
		first, second := full.Stickers[0].File, full.Stickers[1].File
		_, err := w.Install(ctx, anna, full.ID, false)
		w.must(err)
		hashes := map[int32]bool{full.Hash: true}
		step := func(name string, got Full, err error, want ...string) {
			t.Helper()
			w.must(err)
			var emoji []string
			for _, st := range got.Stickers {
				emoji = append(emoji, st.Emoji[0])
			}
			stored, err := w.Get(ctx, 0, full.ID)
			w.must(err)
			if !slices.Equal(emoji, want) || got.Count != len(want) || hashes[got.Hash] || stored.Hash != got.Hash || len(stored.Stickers) != len(want) {
				t.Errorf("%s: got %v, want %v", name, emoji, want)
			}
			hashes[got.Hash] = true
		}
		got, err := w.Add(ctx, by, full.ID, w.item("😂"))
		step("add", got, err, "😀", "😁", "😂")
		got, err = w.Move(ctx, by, got.Stickers[2].File, 0)
		step("move", got, err, "😂", "😀", "😁")
		got, err = w.Edit(ctx, by, first, Edit{Emoji: new("🥰"), Keywords: new("love")})
		step("edit", got, err, "😂", "🥰", "😁")
		if f, err := w.files.One(ctx, first); err != nil || f.Sticker.Alt != "🥰" {
			t.Errorf("the file says %+v, %v", f.Sticker, err)
		}
		got, err = w.Replace(ctx, by, second, w.item("🙈"))
		step("replace", got, err, "😂", "🥰", "🙈")
		got, err = w.Remove(ctx, by, first)
		step("remove", got, err, "😂", "🙈")
		if f, err := w.files.One(ctx, first); err != nil || f.Set != 0 || f.Sticker == nil {
			t.Errorf("what was removed says %+v, %v", f, err)
		}
		got, err = w.Rename(ctx, by, full.ID, "Other")
		step("rename", got, err, "😂", "🙈")
		if found, err := w.Search(ctx, bo, Regular, "oth"); err != nil || len(found) != 1 {
			t.Errorf("found %v, %v", found, err)
		}
		if found, err := w.Search(ctx, bo, Regular, "set"); err != nil || len(found) != 0 {
			t.Errorf("found by the old title: %v, %v", found, err)
		}
		if kinds := w.events(anna); !slices.Contains(kinds, "sticker_sets") {
			t.Errorf("her devices are told %v", kinds)
		}
		w.must(w.Delete(ctx, by, full.ID))
		if _, err := w.Get(ctx, bo, full.ID); !errors.Is(err, ErrSet) {
			t.Errorf("deleted: %v", err)
		}
		if sets, err := w.Installed(ctx, anna, Regular); err != nil || len(sets) != 0 {
			t.Errorf("she has %v, %v", sets, err)
		}
		w.must(w.CheckName(ctx, "changing"))
	})
}

func TestOthersChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, by := t.Context(), By{User: bo}
		full := w.set("hers", "😀")
		file := full.Stickers[0].File
		item := w.item("😁")
		for name, fn := range map[string]func() error{
			"add":     func() error { _, err := w.Add(ctx, by, full.ID, item); return err },
			"remove":  func() error { _, err := w.Remove(ctx, by, file); return err },
			"move":    func() error { _, err := w.Move(ctx, by, file, 0); return err },
			"edit":    func() error { _, err := w.Edit(ctx, by, file, Edit{}); return err },
			"replace": func() error { _, err := w.Replace(ctx, by, file, item); return err },
			"rename":  func() error { _, err := w.Rename(ctx, by, full.ID, "x"); return err },
			"thumb":   func() error { _, err := w.SetThumb(ctx, by, full.ID, nil, 0); return err },
			"delete":  func() error { return w.Delete(ctx, by, full.ID) },
			"a bot":   func() error { return w.Delete(ctx, By{User: anna, Bot: "some_bot"}, full.ID) },
		} {
			if err := fn(); !errors.Is(err, ErrSet) && !errors.Is(err, ErrSticker) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got, err := w.Get(ctx, bo, full.ID); err != nil || got.Hash != full.Hash {
			t.Errorf("now it is %+v, %v", got, err)
		}
	})
}

func TestNames(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		name, err := w.SuggestName(ctx, "Äpfel & Birnen 2")
		w.must(err)
		if name != "Apfel_Birnen_2" {
			t.Errorf("got %s", name)
		}
		w.set(name, "😀")
		other, err := w.SuggestName(ctx, "Äpfel & Birnen 2")
		w.must(err)
		if other == name || !strings.HasPrefix(other, name) || !nameShape(other) {
			t.Errorf("got %s", other)
		}
		for _, title := range []string{"", "猫", "123", strings.Repeat("a", 100)} {
			if _, err := w.SuggestName(ctx, title); !errors.Is(err, ErrTitle) {
				t.Errorf("%q: %v", title, err)
			}
		}
		if err := w.CheckName(ctx, "apfel_birnen_2"); !errors.Is(err, ErrNameTaken) {
			t.Errorf("got %v", err)
		}
	})
}

func TestInstalled(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		var made []int64
		for i := range 3 {
			made = append(made, w.set(fmt.Sprintf("set%d", i), "😀").ID)
			_, err := w.Install(ctx, bo, made[i], false)
			w.must(err)
		}
		has := func(name string, archived bool, want ...int64) {
			t.Helper()
			sets, err := w.Installed(ctx, bo, Regular)
			if archived {
				sets, _, err = w.Archived(ctx, bo, Regular, 0, 10)
			}
			w.must(err)
			var got []int64
			for _, s := range sets {
				got = append(got, s.ID)
				if s.Installed.IsZero() || s.Archived != archived {
					t.Errorf("%s: %+v", name, s.Own)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", name, got, want)
			}
		}
		a, b, c := made[0], made[1], made[2]
		has("installed", false, c, b, a)
		w.must(w.Reorder(ctx, bo, Regular, []int64{a, 77, a}))
		has("reordered", false, a, c, b)
		w.must(w.ToTop(ctx, bo, b))
		has("sent one of b", false, b, a, c)
		w.must(w.Toggle(ctx, bo, []int64{a, 77}, ToArchive))
		has("archived", false, b, c)
		has("in the archive", true, a)
		_, err := w.Install(ctx, bo, a, false)
		w.must(err)
		has("again", false, a, b, c)
		w.must(w.Uninstall(ctx, bo, b))
		w.must(w.Uninstall(ctx, bo, b))
		has("uninstalled", false, a, c)
		w.must(w.Toggle(ctx, bo, []int64{c}, ToUninstall))
		has("toggled", false, a)
		if err := w.Uninstall(ctx, bo, 77); !errors.Is(err, ErrSet) {
			t.Errorf("got %v", err)
		}
		if found, err := w.ByEmoji(ctx, bo, Regular, "😀"); err != nil || len(found) != 1 {
			t.Errorf("by emoji: %v, %v", found, err)
		}
		if found, err := w.Find(ctx, bo, Regular, "😀", ""); err != nil || len(found) != 3 {
			t.Errorf("of all: %v, %v", found, err)
		}
		for _, want := range []string{"new_sticker_set", "sticker_order", "sticker_sets"} {
			if got := w.events(bo); !slices.Contains(got, want) {
				t.Errorf("his devices are told %v", got)
			}
		}
		mine, total, err := w.Created(ctx, anna, c, 10)
		if err != nil || total != 3 || len(mine) != 2 || mine[0].ID != b {
			t.Errorf("hers: %v of %d, %v", mine, total, err)
		}
	})
}

func TestTooManyInstalledAreArchived(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		first, last := w.set("first", "😀").ID, w.set("last", "😀").ID
		_, err := w.Install(ctx, bo, first, false)
		w.must(err)
		w.must(w.db.Write(ctx, func(tx *db.Tx) error {
			for i := range int64(maxInstalled - 1) {
				const set = `INSERT INTO sticker_set (id, creator, kind, title, name, text_color, thumb, thumb_at, thumb_emoji, count, hash, made_at)
					VALUES ($1, 1, 1, 'T', 'n', 0, 0, 0, 0, 0, 1, 1)`
				if err := tx.Queue(ctx, set, i+1); err != nil {
					return err
				}
				if err := put(ctx, tx, bo, Set{ID: i + 1, Kind: Regular}, false); err != nil {
					return err
				}
			}
			return nil
		}))
		over, err := w.Install(ctx, bo, last, false)
		w.must(err)
		if len(over) != 1 || over[0].ID != first || !over[0].Archived {
			t.Errorf("archived: %v", over)
		}
		if sets, err := w.Installed(ctx, bo, Regular); err != nil || len(sets) != maxInstalled || sets[0].ID != last {
			t.Errorf("he has %d, %v", len(sets), err)
		}
	})
}

func TestKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		full := w.set("some", "😀", "😁", "😂", "🥰", "🙈", "😢")
		var all []files.File
		for _, st := range full.Stickers {
			f, err := w.files.One(ctx, st.File)
			w.must(err)
			all = append(all, f)
			w.must(w.Keep(ctx, bo, Faved, f))
			w.must(w.Keep(ctx, bo, Recent, f))
		}
		w.must(w.Keep(ctx, bo, Recent, all[0]))
		faved, err := w.List(ctx, bo, Faved)
		w.must(err)
		recent, err := w.List(ctx, bo, Recent)
		w.must(err)
		if len(faved) != 5 || faved[0].File != all[5].ID || len(recent) != 6 || recent[0].File != all[0].ID || recent[1].File != all[5].ID {
			t.Errorf("got %v and %v", faved, recent)
		}
		w.must(w.Unkeep(ctx, bo, Recent, all[0].ID))
		w.must(w.Unkeep(ctx, bo, Recent, all[0].ID))
		gif := w.document(bo, "video/mp4", []byte("gif"), files.Attributes{Animated: true, Video: &files.Video{}})
		w.must(w.Keep(ctx, bo, GIFs, gif))
		if err := w.Keep(ctx, bo, Faved, gif); !errors.Is(err, ErrFile) {
			t.Errorf("a GIF as sticker: %v", err)
		}
		if gifs, err := w.List(ctx, bo, GIFs); err != nil || len(gifs) != 1 {
			t.Errorf("got %v, %v", gifs, err)
		}
		w.must(w.Clear(ctx, bo, Recent))
		w.must(w.Clear(ctx, bo, Recent))
		if recent, err := w.List(ctx, bo, Recent); err != nil || len(recent) != 0 {
			t.Errorf("got %v, %v", recent, err)
		}
	})
}

func TestEmoji(t *testing.T) {
	tests := map[string][]string{
		"😀":        {"😀"},
		"👍🏽❤️":     {"👍🏽", "❤️"},
		"👨‍💻👨‍👩‍👧": {"👨‍💻", "👨‍👩‍👧"},
		"🇳🇴🇸🇪":     {"🇳🇴", "🇸🇪"},
		"1️⃣#⃣":    {"1️⃣", "#⃣"},
		"🏴󠁧󠁢󠁥󠁮󠁧󠁿":  {"🏴󠁧󠁢󠁥󠁮󠁧󠁿"},
		"a":        nil, "1": nil, "": nil, "😀a": nil, "🇳": nil, "😀\u200d": nil, "\xff": nil,
	}
	for in, want := range tests {
		got, err := splitEmoji(in)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	if bare("👍🏽") != "👍" || bare("❤️") != "❤" {
		t.Error("colours stay")
	}
}

// What comes in as emoji comes back in the same order, and nothing is lost.
func FuzzEmoji(f *testing.F) {
	f.Add("👍🏽❤️🇳🇴1️⃣")
	f.Fuzz(func(t *testing.T, in string) {
		all, err := splitEmoji(in)
		if err == nil && strings.Join(all, "") != in {
			t.Errorf("%q became %q", in, all)
		}
	})
}
