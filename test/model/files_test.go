package model

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// shown is what a device shows of a medium: its kind, and which file it is.
func shown(m tg.MessageMediaClass) string {
	switch m := m.(type) {
	case *tg.MessageMediaDocument:
		if d, ok := m.Document.(*tg.Document); ok {
			return fmt.Sprintf("document %d of %d bytes, %s", d.ID, d.Size, d.MimeType)
		}
	case *tg.MessageMediaPhoto:
		if p, ok := m.Photo.(*tg.Photo); ok {
			return fmt.Sprintf("photo %d in %d sizes", p.ID, len(p.Sizes))
		}
	}
	return m.TLName()
}

// place is where the file of a medium can be loaded from; nil if there is none.
func place(m tg.MessageMediaClass) tg.InputFileLocationClass {
	switch m := m.(type) {
	case *tg.MessageMediaDocument:
		if d, ok := m.Document.(*tg.Document); ok {
			return &tg.InputDocumentFileLocation{ID: d.ID, AccessHash: d.AccessHash, FileReference: d.FileReference}
		}
	case *tg.MessageMediaPhoto:
		if p, ok := m.Photo.(*tg.Photo); ok {
			return &tg.InputPhotoFileLocation{ID: p.ID, AccessHash: p.AccessHash, FileReference: p.FileReference, ThumbSize: "m"}
		}
	}
	return nil
}

func hasFile(m *message) bool { return m.file != nil }

// upload sends a new small file: a document or, now and then, a photo.
func (d *device) upload(ctx context.Context) (tg.InputMediaClass, error) {
	content, isPhoto := []byte(strings.Repeat(d.text(), 10)), d.w.rnd.IntN(3) == 0
	if isPhoto {
		content = dot(d.w.rnd.Uint32())
	}
	id := d.w.rnd.Int64()
	if err := d.do(ctx, &tg.UploadSaveFilePart{FileID: id, Bytes: content}); err != nil {
		return nil, err
	}
	file := &tg.InputFile{ID: id, Parts: 1, Name: "file"}
	if isPhoto {
		return &tg.InputMediaUploadedPhoto{File: file}, nil
	}
	return &tg.InputMediaUploadedDocument{File: file, MimeType: "text/plain", Attributes: []tg.DocumentAttributeClass{
		&tg.DocumentAttributeFilename{FileName: "file.txt"},
	}}, nil
}

// dot is a small picture of one colour.
func dot(c uint32) []byte {
	return filled(120, color.RGBA{byte(c), byte(c >> 8), byte(c >> 16), 255})
}

// square is a picture without colour, n by n.
func square(n int) []byte { return filled(n, color.RGBA{}) }

func filled(n int, c color.RGBA) []byte {
	m := image.NewRGBA(image.Rect(0, 0, n, n))
	for i := range n * n {
		m.Set(i%n, i/n, c)
	}
	var out bytes.Buffer
	_ = png.Encode(&out, m) // a buffer takes everything
	return out.Bytes()
}

func sendFile(ctx context.Context, d *device) error {
	media, err := d.upload(ctx)
	if err != nil {
		return err
	}
	return d.change(ctx, &tg.MessagesSendMedia{Peer: d.peer(d.anywhere()), Media: media, Message: d.text(), RandomID: d.w.rnd.Int64()})
}

// editFile puts another file in the place of one.
func editFile(ctx context.Context, d *device) error {
	m, err := d.message(func(m *message) bool { return hasFile(m) && m.out && !m.forward })
	if err != nil {
		return err
	}
	media, err := d.upload(ctx)
	if err != nil {
		return err
	}
	text := d.text()
	return d.change(ctx, &tg.MessagesEditMessage{Peer: d.peer(m.peer), ID: m.id, Message: &text, Media: media})
}

// checkFiles loads from every file that a device knows of: what is shown is there.
func (w *world) checkFiles(ctx context.Context, d *device) {
	n := 0
	for _, c := range d.box.chats {
		for _, m := range c.messages {
			if m.file == nil {
				continue
			}
			n++
			_, err := ask(ctx, d, &tg.UploadGetFile{Location: m.file, Limit: 4096}, func(r *tl.Reader) []byte { return r.Rest() })
			if err != nil {
				w.t.Errorf("%s: message %d in %d shows %q, which cannot be loaded: %v", d.name, m.id, m.peer, m.text, err)
			}
		}
	}
	w.t.Logf("%s sees %d files", d.name, n)
}
