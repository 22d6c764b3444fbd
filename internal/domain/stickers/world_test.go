package stickers

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

const (
	anna ids.User = 1_000_001
	bo   ids.User = 1_000_002
)

// world is the service over a fresh database.
type world struct {
	*Service
	t     *testing.T
	files *files.Service
	log   *updates.Log
	db    *db.DB
	seed  uint8
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	eachWith(t, files.Options{}, fn)
}

// eachWith is each with other times for files.
func eachWith(t *testing.T, o files.Options, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := filestest.NewWith(t, d, o)
		w := &world{t: t, files: f, db: d, log: updates.New(d, bus.NewLocal())}
		var err error
		w.Service, err = New(t.Context(), d, w.log, f, nil)
		w.must(err)
		w.must(d.Write(t.Context(), func(tx *db.Tx) error {
			for _, u := range []ids.User{anna, bo} {
				if err := w.log.Create(t.Context(), tx, u.Peer()); err != nil {
					return err
				}
			}
			return nil
		}))
		fn(t, w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

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

// document is a document of somebody.
func (w *world) document(u ids.User, mime string, data []byte, a files.Attributes) files.File {
	w.t.Helper()
	b, err := w.files.Put(w.t.Context(), u, bytes.NewReader(data))
	w.must(err)
	f, err := w.files.Create(w.t.Context(), nil, files.File{
		Kind: files.Document, Owner: u, Blob: b.Hash, Size: b.Size, MIME: mime, Attributes: a,
	})
	w.must(err)
	return f
}

// item is a picture for an emoji.
func (w *world) item(emoji string) Item {
	return Item{File: w.document(anna, "image/png", w.picture(512), files.Attributes{}), Emoji: emoji}
}

// set makes a set by anna.
func (w *world) set(name string, emoji ...string) Full {
	w.t.Helper()
	n := NewSet{By: By{User: anna}, Creator: anna, Kind: Regular, Title: "Set " + name, Name: name}
	for _, e := range emoji {
		n.Items = append(n.Items, w.item(e))
	}
	full, err := w.Create(w.t.Context(), n)
	w.must(err)
	return full
}

// events are the kinds of what stands in the log of u without a position.
func (w *world) events(u ids.User) (kinds []string) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		kinds, err = db.Column[string](w.t.Context(), tx, `SELECT kind FROM update_log WHERE owner = $1 ORDER BY pts, n`, int64(u.Peer()))
		return err
	}))
	return kinds
}

// collect deletes the files that nobody has, all of which are due: times are kept to the second.
func (w *world) collect() {
	w.t.Helper()
	w.must(w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(w.t.Context(), `UPDATE file SET check_at = 1, touched = 1 WHERE check_at > 0`)
		return err
	}))
	w.must(w.files.Collect(w.t.Context()))
}
