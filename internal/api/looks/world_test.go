package looks

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"testing"

	"hermod/internal/api/apitest"
	"hermod/internal/api/file"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/looks"
	"hermod/internal/domain/photos"
	"hermod/internal/images"
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
	next     int64
	errors   map[error]rpc.Error
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	apitest.Each(t, func(t *testing.T, in *apitest.World) {
		f := filestest.New(t, in.DB)
		p := photos.New(in.DB, in.Log, f, in.Users, images.New(images.Options{}))
		s, err := looks.New(t.Context(), in.DB, in.Log, f, in.Messages, p)
		if err != nil {
			t.Fatal(err)
		}
		people := in.People(2)
		w := &world{World: in, t: t, anna: people[0], bo: people[1], errors: file.Errors()}
		maps.Copy(w.errors, wireErrors)
		w.Handlers = New(Options{
			Looks: s, Forms: file.New(f, 2), Messages: in.Messages, Groups: in.Groups, Channels: in.Channels, View: in.View,
			Render: in.Render,
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

func only[O any](_ O, err error) error { return err }

func (w *world) refused(err error, want string) {
	w.t.Helper()
	apitest.Refused(w.t, w.errors, err, want)
}

// send uploads something as somebody, in the way that clients do.
func (w *world) send(u ids.User, data []byte) tg.InputFileClass {
	w.t.Helper()
	w.next++
	in := filestest.Upload(w.t, w.forms.Files(), u, w.next, data)
	return &tg.InputFile{ID: in.ID, Parts: int32(in.Parts), Name: "file.bin"}
}

func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for x := range 400 {
		img.Set(x, x%300, color.RGBA{200, uint8(x), 7, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// silence is an MP3 of so many frames, 38 a second.
func silence(frames int) []byte {
	frame := make([]byte, 417)
	copy(frame, []byte{0xff, 0xfb, 0x90, 0})
	return bytes.Repeat(frame, frames)
}

func input(d tg.DocumentClass) *tg.InputDocument {
	doc, _ := d.(*tg.Document)
	return &tg.InputDocument{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference}
}

// document makes a document of anna.
func (w *world) document(mime string, data []byte) *tg.InputDocument {
	w.t.Helper()
	b, err := w.forms.Files().Put(w.t.Context(), w.anna, bytes.NewReader(data))
	w.must(err)
	f, err := w.forms.Files().Create(w.t.Context(), nil, files.File{
		Kind: files.Document, Owner: w.anna, Blob: b.Hash, Size: b.Size, MIME: mime,
	})
	w.must(err)
	return input(w.forms.Document(f))
}
