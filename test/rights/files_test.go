package rights

import (
	"bytes"
	"image"
	"image/png"
	"strings"

	"hermod/internal/tl/gen"
)

// A kind of file, and what forbids it beside all media.
type kindOfFile struct {
	name, forbids, refused string
	attributes             func() []any
}

// kindsOfFiles are documents by what they are to people. A photo is none of them.
func kindsOfFiles() []kindOfFile {
	video := func(round bool) any {
		return object("documentAttributeVideo", fields{"duration": 2.0, "w": int32(240), "h": int32(240), "round_message": round})
	}
	audio := func(voice bool) any {
		return object("documentAttributeAudio", fields{"duration": int32(2), "voice": voice})
	}
	sticker := object("documentAttributeSticker", fields{"alt": "🙂", "stickerset": object("inputStickerSetEmpty", nil)})
	size := object("documentAttributeImageSize", fields{"w": int32(512), "h": int32(512)})
	return []kindOfFile{
		{"video/mp4", "send_videos", "CHAT_SEND_VIDEOS_FORBIDDEN", func() []any { return []any{video(false)} }},
		{"video/mp4; round", "send_roundvideos", "CHAT_SEND_ROUNDVIDEOS_FORBIDDEN", func() []any { return []any{video(true)} }},
		{"video/mp4; gif", "send_gifs", "CHAT_SEND_GIFS_FORBIDDEN", func() []any {
			return []any{video(false), object("documentAttributeAnimated", nil)}
		}},
		{"audio/ogg", "send_voices", "CHAT_SEND_VOICES_FORBIDDEN", func() []any { return []any{audio(true)} }},
		{"audio/mpeg", "send_audios", "CHAT_SEND_AUDIOS_FORBIDDEN", func() []any { return []any{audio(false)} }},
		{"application/pdf", "send_docs", "CHAT_SEND_DOCS_FORBIDDEN", func() []any { return nil }},
		{"image/webp", "send_stickers", "CHAT_SEND_STICKERS_FORBIDDEN", func() []any { return []any{sticker, size} }},
	}
}

// sendingFiles are operations of whoever may send files of a kind.
func sendingFiles() []operation {
	list := []operation{{
		name: "photo", forbidden: append(sends[:2:2], "send_media", "send_photos"), refused: "CHAT_SEND_PHOTOS_FORBIDDEN",
		do: func(c *club, p *person) error { return media(c, p, p.photo()) },
	}, {
		name: "album", forbidden: append(sends[:2:2], "send_media", "send_photos"), refused: "CHAT_SEND_PHOTOS_FORBIDDEN",
		do: func(c *club, p *person) error {
			var items []any
			for range 2 {
				items = append(items, object("inputSingleMedia", fields{"media": p.photo(), "random_id": random(), "message": ""}))
			}
			return p.do("messages.sendMultiMedia", fields{"peer": c.peer(p), "multi_media": items})
		},
	}}
	for _, k := range kindsOfFiles() {
		list = append(list, operation{
			name: k.name, forbidden: append(sends[:2:2], "send_media", k.forbids), refused: k.refused,
			do: func(c *club, p *person) error { return media(c, p, p.document(k)) },
		})
	}
	return list
}

// upload sends a file of one part.
func (p *person) upload(content []byte) gen.Value {
	id := random()
	p.ask("upload.saveFilePart", fields{"file_id": id, "file_part": int32(0), "bytes": content})
	return object("inputFile", fields{"id": id, "parts": int32(1), "name": "file", "md5_checksum": ""})
}

// photo is a photo of p's, which is uploaded once.
func (p *person) photo() gen.Value {
	return p.once("photo", func() gen.Value {
		var content bytes.Buffer
		_ = png.Encode(&content, image.NewGray(image.Rect(0, 0, 100, 100))) // a buffer takes everything
		return object("inputMediaUploadedPhoto", fields{"file": p.upload(content.Bytes())})
	})
}

// document is a document of p's of some kind, which is uploaded once.
func (p *person) document(k kindOfFile) gen.Value {
	return p.once(k.name, func() gen.Value {
		mime, _, _ := strings.Cut(k.name, ";")
		return object("inputMediaUploadedDocument", fields{
			"file": p.upload([]byte(k.name + " of " + p.phone)), "mime_type": mime, "attributes": k.attributes(),
		})
	})
}

// once makes a file of an upload, and names it.
func (p *person) once(name string, upload func() gen.Value) gen.Value {
	if made, ok := p.files[name]; ok {
		return made
	}
	for _, o := range all(p.ask("messages.uploadMedia", fields{"peer": object("inputPeerSelf", nil), "media": upload()})) {
		input, medium := "inputDocument", "inputMediaDocument"
		switch o.Name {
		case "photo":
			input, medium = "inputPhoto", "inputMediaPhoto"
		case "document":
		default:
			continue
		}
		p.files[name] = object(medium, fields{"id": object(input, fields{
			"id": o.Fields["id"], "access_hash": o.Fields["access_hash"], "file_reference": o.Fields["file_reference"],
		})})
	}
	return p.files[name]
}
