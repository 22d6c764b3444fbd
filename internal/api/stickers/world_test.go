package stickers

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/api/file"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/stickers"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// world is the handlers over a world with people in it.
type world struct {
	*apitest.World
	*Handlers
	t        *testing.T
	anna, bo ids.User
	seed     uint8
	errors   map[error]rpc.Error
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		f := filestest.New(t, in.DB)
		s, err := stickers.New(t.Context(), in.DB, in.Log, f, in.Messages)
		if err != nil {
			t.Fatal(err)
		}
		people := in.People(2)
		w := &world{World: in, t: t, anna: people[0], bo: people[1], errors: file.Errors()}
		maps.Copy(w.errors, wireErrors)
		w.Handlers = New(Options{
			Stickers: s, Forms: file.New(f, 2), Users: in.Users, Channels: in.Channels, View: in.View, Render: in.Render, DC: 2,
			BuiltIn: func(_ *rpc.Call, id int64) (*tg.Document, error) {
				if id == 5 {
					return &tg.Document{ID: 5}, nil
				}
				return nil, nil
			},
		})
		fn(t, w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// must unwraps the answer to a method.
func must[O tl.Object](w *world, method string) func(O, error) O { return apitest.Must[O](w.t, method) }

// picture is a PNG that no other call returns.
func (w *world) picture(side int) []byte {
	w.seed++
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side {
		img.SetNRGBA(i, i, color.NRGBA{w.seed, uint8(i), 9, 255})
	}
	var b bytes.Buffer
	w.must(png.Encode(&b, img))
	return b.Bytes()
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../domain/stickers/format/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// upload makes a document of anna, as clients name it.
func (w *world) upload(mime string, data []byte, a files.Attributes) *tg.InputDocument {
	w.t.Helper()
	b, err := w.forms.Files().Put(w.t.Context(), w.anna, bytes.NewReader(data))
	w.must(err)
	f, err := w.forms.Files().Create(w.t.Context(), nil, files.File{
		Kind: files.Document, Owner: w.anna, Blob: b.Hash, Size: b.Size, MIME: mime, Attributes: a,
	})
	w.must(err)
	return input(w.forms.Document(f))
}

// input names a document that was shown.
func input(d tg.DocumentClass) *tg.InputDocument {
	doc, _ := d.(*tg.Document)
	return &tg.InputDocument{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference}
}

func (w *world) png(side int) *tg.InputDocument {
	return w.upload("image/png", w.picture(side), files.Attributes{})
}

func (w *world) item(emoji string) *tg.InputStickerSetItem {
	return &tg.InputStickerSetItem{Document: w.png(512), Emoji: emoji}
}

// create makes a set by anna of pictures for emoji.
func (w *world) create(name string, emoji ...string) *tg.MessagesStickerSet {
	w.t.Helper()
	in := &tg.StickersCreateStickerSet{UserID: &tg.InputUserSelf{}, Title: "Title of " + name, ShortName: name}
	for _, e := range emoji {
		in.Stickers = append(in.Stickers, w.item(e))
	}
	return w.set(w.createStickerSet(w.t.Context(), apitest.Call(w.anna), in))
}

// set unwraps an answer that is a set, and checks it as clients do.
func (w *world) set(o tg.MessagesStickerSetClass, err error) *tg.MessagesStickerSet {
	w.t.Helper()
	s, ok := must[tg.MessagesStickerSetClass](w, "messages.getStickerSet")(o, err).(*tg.MessagesStickerSet)
	if !ok {
		w.t.Fatalf("got %T", o)
	}
	in := map[int64]bool{}
	for _, d := range s.Documents {
		doc, _ := d.(*tg.Document)
		in[doc.ID] = true
		for _, a := range doc.Attributes {
			if a, ok := a.(*tg.DocumentAttributeSticker); ok && *a.Stickerset.(*tg.InputStickerSetID) != *named(s.Set) {
				w.t.Errorf("sticker %d says it is in %+v", doc.ID, a.Stickerset)
			}
		}
	}
	for _, p := range s.Packs {
		for _, id := range p.Documents {
			if !in[id] {
				w.t.Errorf("%s names document %d, which is not there", p.Emoticon, id)
			}
		}
	}
	if int(s.Set.Count) != len(s.Documents) || s.Set.Hash == 0 {
		w.t.Errorf("%d documents, the set is %+v", len(s.Documents), s.Set)
	}
	return s
}

func named(s *tg.StickerSet) *tg.InputStickerSetID {
	return &tg.InputStickerSetID{ID: s.ID, AccessHash: s.AccessHash}
}

// update shows an event to somebody.
func (w *world) update(u ids.User, ev updates.Event) tg.UpdateClass {
	w.t.Helper()
	t, _, err := w.Render.Entry(w.t.Context(), u, updates.Entry{Owner: u.Peer(), Event: ev})
	w.must(err)
	return t
}

func (w *world) refused(err error, want string) {
	w.t.Helper()
	apitest.Refused(w.t, w.errors, err, want)
}
