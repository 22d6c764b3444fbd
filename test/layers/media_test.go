package layers

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"hermod/internal/tl/gen"
)

// TestMediaInEachLayer sends files of all kinds, pictures of people and chats, and stickers in each layer: whatever is
// answered or pushed has a form there, and what was sent can be fetched.
func TestMediaInEachLayer(t *testing.T) {
	r := newRig(t)
	for i, layer := range []int{134, 158, 181, 198, 214, 223, 227, 228, 229} {
		t.Run(fmt.Sprint(layer), func(t *testing.T) {
			ada := r.join(t, layer, 3000+10*i, "Ada")
			bob := r.join(t, layer, 3001+10*i, "Bob")
			eve := r.join(t, 229, 3002+10*i, "Eve")
			become(ada, bob)
			become(eve, ada)
			filesOfAllKinds(ada, bob)
			filesOfAllKinds(eve, ada)
			albums(ada, bob)
			vanishing(ada, bob)
			changes(ada, bob)
			sharedMedia(bob, ada)
			portraits(ada, bob)
			stickers(ada, bob)
			looks(ada)
		})
	}
}

// become lets ada know bob, and bob know ada.
func become(ada, bob *person) {
	for _, pair := range [][2]*person{{ada, bob}, {bob, ada}} {
		contact := object("inputPhoneContact", fields{"client_id": int64(1), "phone": pair[1].phone, "first_name": "B", "last_name": ""})
		pair[0].meets(pair[1], pair[0].ask("contacts.importContacts", fields{"contacts": []any{contact}}))
	}
}

// upload sends the parts of a small file.
func (p *person) upload(name string, content []byte) gen.Value {
	p.t.Helper()
	const size = 32 << 10
	id, parts := rand.Int64(), 0
	for ; parts*size < len(content); parts++ {
		p.call("upload.saveFilePart", fields{
			"file_id": id, "file_part": int32(parts), "bytes": content[parts*size : min((parts+1)*size, len(content))],
		})
	}
	return object("inputFile", fields{"id": id, "parts": int32(parts), "name": name, "md5_checksum": ""})
}

func squares() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 512, 512))
	c := color.RGBA{byte(rand.Uint32()), byte(rand.Uint32()), byte(rand.Uint32()), 255}
	for y := range 512 {
		for x := range 512 {
			if (x/64+y/64)%2 == 0 {
				m.Set(x, y, c)
			}
		}
	}
	return m
}

func jpegOf(m image.Image) []byte {
	var out bytes.Buffer
	_ = jpeg.Encode(&out, m, nil) // a buffer takes everything
	return out.Bytes()
}

func pngOf(m image.Image) []byte {
	var out bytes.Buffer
	_ = png.Encode(&out, m) // a buffer takes everything
	return out.Bytes()
}

func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// video describes moving pictures in the words of the layer.
func (p *person) video(round, silent bool) gen.Value {
	f := fields{"duration": 7.5, "w": int32(240), "h": int32(240), "round_message": round, "supports_streaming": !round}
	switch {
	case p.schema.Layer < 160:
		f["duration"] = int32(7)
	case silent:
		f["nosound"] = true
	}
	return object("documentAttributeVideo", f)
}

// kinds are documents by what they are to people.
func (p *person) kinds() map[string][]any {
	voice := object("documentAttributeAudio", fields{"voice": true, "duration": int32(3), "waveform": []byte{1, 2, 3, 4, 5}})
	music := object("documentAttributeAudio", fields{"duration": int32(180), "title": "Song", "performer": "Band"})
	return map[string][]any{
		"application/pdf": nil, "audio/ogg": {voice}, "audio/mpeg": {music}, "video/mp4": {p.video(false, false)},
		"video/mp4; round": {p.video(true, false)}, "video/mp4; gif": {p.video(false, true), object("documentAttributeAnimated", nil)},
	}
}

// document is an uploaded document with a name and a thumbnail.
func (p *person) document(kind string, attributes []any, content []byte) gen.Value {
	mime, _, _ := bytes.Cut([]byte(kind), []byte(";"))
	name := object("documentAttributeFilename", fields{"file_name": "name.bin"})
	f := fields{
		"file": p.upload("name.bin", content), "thumb": p.upload("thumb.jpg", jpegOf(squares())), "mime_type": string(mime),
		"attributes": append([]any{name}, attributes...),
	}
	return object("inputMediaUploadedDocument", f)
}

// sends sends a medium and returns the message's id and the medium as answered.
func (p *person) sends(to *person, media gen.Value, text string) (id int32, back gen.Value) {
	p.t.Helper()
	sent := p.ask("messages.sendMedia", fields{"peer": p.peer(to), "media": media, "message": text, "random_id": rand.Int64()})
	return messageID(p, sent), find(p.t, sent, "message").Fields["media"].(gen.Value)
}

// receives waits for the message with a text and returns its medium.
func (p *person) receives(text string) gen.Value {
	p.t.Helper()
	for {
		v := p.expectFit(func(o gen.Value) bool { return o.Name == "message" && o.Fields["message"] == text })
		if media, ok := v.Fields["media"].(gen.Value); ok {
			return media
		}
		p.t.Fatalf("layer %d: %q came without a medium", p.schema.Layer, text)
	}
}

// fetch downloads what a location names.
func (p *person) fetch(from gen.Value) []byte {
	p.t.Helper()
	f := fields{"location": from, "limit": int32(512 << 10)}
	return p.ask("upload.getFile", f).Fields["bytes"].([]byte)
}

func place(name string, file gen.Value, size string) gen.Value {
	return object(name, fields{
		"id": file.Fields["id"], "access_hash": file.Fields["access_hash"], "file_reference": file.Fields["file_reference"],
		"thumb_size": size,
	})
}

// same fetches a document and its thumbnails.
func (p *person) same(media gen.Value, content []byte) {
	p.t.Helper()
	doc := find(p.t, media, "document")
	if got := p.fetch(place("inputDocumentFileLocation", doc, "")); !bytes.Equal(got, content) {
		p.t.Errorf("layer %d: %d bytes came back, sent were %d", p.schema.Layer, len(got), len(content))
	}
	p.fetchSizes("inputDocumentFileLocation", doc, doc.Fields["thumbs"])
}

// fetchSizes downloads all sizes that do not stand in the object itself.
func (p *person) fetchSizes(location string, file gen.Value, sizes any) {
	p.t.Helper()
	n := 0
	for _, s := range all(sizes) {
		if s.Name != "photoSize" && s.Name != "photoSizeProgressive" {
			continue
		}
		got := p.fetch(place(location, file, s.Fields["type"].(string)))
		if _, err := jpeg.Decode(bytes.NewReader(got)); err != nil {
			p.t.Errorf("layer %d: size %v: %v", p.schema.Layer, s.Fields["type"], err)
		}
		n++
	}
	if n == 0 {
		p.t.Errorf("layer %d: %v has no sizes: %v", p.schema.Layer, file.Name, sizes)
	}
}

func filesOfAllKinds(ada, bob *person) {
	for kind, attributes := range ada.kinds() {
		content := noise(70_000)
		text := fmt.Sprintf("%s of %d", kind, ada.id)
		_, back := ada.sends(bob, ada.document(kind, attributes, content), text)
		ada.same(back, content)
		bob.same(bob.receives(text), content)
	}
	picture := object("inputMediaUploadedPhoto", fields{"file": ada.upload("a.jpg", jpegOf(squares())), "spoiler": true})
	text := fmt.Sprintf("photo of %d", ada.id)
	_, back := ada.sends(bob, picture, text)
	photo := find(ada.t, back, "photo")
	ada.fetchSizes("inputPhotoFileLocation", photo, photo.Fields["sizes"])
	got := find(bob.t, bob.receives(text), "photo")
	bob.fetchSizes("inputPhotoFileLocation", got, got.Fields["sizes"])
}

// albums sends some photos and a video as one.
func albums(ada, bob *person) {
	var items []any
	for i := range 3 {
		media := ada.ask("messages.uploadMedia", fields{
			"peer": ada.peer(bob), "media": object("inputMediaUploadedPhoto", fields{"file": ada.upload("a.jpg", jpegOf(squares()))}),
		})
		items = append(items, object("inputSingleMedia", fields{
			"media":     object("inputMediaPhoto", fields{"id": input("inputPhoto", find(ada.t, media, "photo"))}),
			"random_id": rand.Int64(), "message": fmt.Sprintf("picture %d of %d", i, ada.id),
		}))
	}
	sent := ada.ask("messages.sendMultiMedia", fields{"peer": ada.peer(bob), "multi_media": items})
	group := find(ada.t, sent, "message").Fields["grouped_id"]
	for i := range items {
		m := bob.expectFit(func(o gen.Value) bool {
			return o.Name == "message" && o.Fields["message"] == fmt.Sprintf("picture %d of %d", i, ada.id)
		})
		if group == nil || m.Fields["grouped_id"] == nil {
			ada.t.Errorf("layer %d: an album without a group: %v, %v", ada.schema.Layer, group, m.Fields["grouped_id"])
		}
	}
}

func input(name string, file gen.Value) gen.Value {
	return object(name, fields{
		"id": file.Fields["id"], "access_hash": file.Fields["access_hash"], "file_reference": file.Fields["file_reference"],
	})
}

// vanishing sends a photo that goes some seconds after it was seen.
func vanishing(ada, bob *person) {
	media := object("inputMediaUploadedPhoto", fields{"file": ada.upload("a.jpg", jpegOf(squares())), "ttl_seconds": int32(1)})
	text := fmt.Sprintf("gone soon, %d", ada.id)
	ada.sends(bob, media, text)
	m := bob.expectFit(func(o gen.Value) bool { return o.Name == "message" && o.Fields["message"] == text })
	bob.ask("messages.readMessageContents", fields{"id": []any{m.Fields["id"]}})
	ada.expect("updateReadMessagesContents")
}

// changes edits a medium, forwards it and deletes it.
func changes(ada, bob *person) {
	first := noise(900)
	id, _ := ada.sends(bob, ada.document("application/pdf", nil, first), "first form")
	second := noise(1200)
	ada.ask("messages.editMessage", fields{
		"peer": ada.peer(bob), "id": id, "message": "second form", "media": ada.document("application/pdf", nil, second),
	})
	edit := bob.expect("updateEditMessage")
	bob.same(find(bob.t, edit, "message").Fields["media"].(gen.Value), second)
	ada.ask("messages.forwardMessages", fields{
		"from_peer": ada.peer(bob), "id": []any{id}, "random_id": []any{rand.Int64()}, "to_peer": ada.peer(bob),
	})
	bob.expectFit(func(o gen.Value) bool {
		return o.Name == "message" && o.Fields["fwd_from"] != nil && o.Fields["message"] == "second form"
	})
	ada.ask("messages.deleteMessages", fields{"revoke": true, "id": []any{id}})
}

// sharedMedia asks for what the profile of a chat shows.
func sharedMedia(p, other *person) {
	var filters []any
	for _, name := range []string{"Photos", "Video", "PhotoVideo", "Document", "Url", "Gif", "Music", "Voice", "RoundVideo", "RoundVoice"} {
		filter := object("inputMessagesFilter"+name, nil)
		filters = append(filters, filter)
		found := p.ask("messages.search", fields{"peer": p.peer(other), "filter": filter, "limit": int32(20)})
		if n := len(found.Fields["messages"].([]any)); n == 0 && name != "Url" {
			p.t.Errorf("layer %d: nothing found by the filter %s", p.schema.Layer, name)
		}
	}
	p.call("messages.getSearchCounters", fields{"peer": p.peer(other), "filters": filters})
}

// portraits are pictures of people and chats.
func portraits(ada, bob *person) {
	made := ada.ask("photos.uploadProfilePhoto", fields{"file": ada.upload("me.jpg", jpegOf(squares()))})
	photo := find(ada.t, made, "photo")
	full := bob.ask("users.getFullUser", fields{"id": bob.user(ada)})
	find(bob.t, full, "userProfilePhoto")
	list := bob.ask("photos.getUserPhotos", fields{"user_id": bob.user(ada), "limit": int32(10)})
	got := find(bob.t, list, "photo")
	if got.Fields["id"] != photo.Fields["id"] {
		bob.t.Errorf("layer %d: photo %v, want %v", bob.schema.Layer, got.Fields["id"], photo.Fields["id"])
	}
	bob.fetchSizes("inputPhotoFileLocation", got, got.Fields["sizes"])
	small := bob.fetch(object("inputPeerPhotoFileLocation", fields{"peer": bob.peer(ada), "photo_id": photo.Fields["id"]}))
	if _, err := jpeg.Decode(bytes.NewReader(small)); err != nil {
		bob.t.Errorf("layer %d: small photo: %v", bob.schema.Layer, err)
	}
	group := find(ada.t, ada.ask("messages.createChat", fields{"users": []any{ada.user(bob)}, "title": "Pictures"}), "chat").Fields["id"]
	changed := ada.ask("messages.editChatPhoto", fields{
		"chat_id": group, "photo": object("inputChatUploadedPhoto", fields{"file": ada.upload("chat.jpg", jpegOf(squares()))}),
	})
	find(ada.t, changed, "messageActionChatEditPhoto")
	bob.expect("messageActionChatEditPhoto")
	find(bob.t, bob.ask("messages.getFullChat", fields{"chat_id": group}), "photo")
	ada.call("photos.deletePhotos", fields{"id": []any{input("inputPhoto", photo)}})
}

// stickers makes a set, installs it, sends from it and keeps a GIF.
func stickers(ada, bob *person) {
	doc := func(mime string, attributes []any, content []byte) gen.Value {
		media := ada.ask("messages.uploadMedia", fields{"peer": object("inputPeerSelf", nil), "media": ada.document(mime, attributes, content)})
		return find(ada.t, media, "document")
	}
	look := object("documentAttributeSticker", fields{"alt": "🙂", "stickerset": object("inputStickerSetEmpty", nil)})
	size := object("documentAttributeImageSize", fields{"w": int32(512), "h": int32(512)})
	name := fmt.Sprintf("layer%d_of_%d", ada.schema.Layer, ada.id)
	made := ada.ask("stickers.createStickerSet", fields{
		"user_id": object("inputUserSelf", nil), "title": "Smiles", "short_name": name, "stickers": []any{
			object("inputStickerSetItem", fields{"document": input("inputDocument", doc("image/png", []any{look, size}, pngOf(squares()))), "emoji": "🙂"}),
		},
	})
	set := object("inputStickerSetShortName", fields{"short_name": name})
	bob.ask("messages.installStickerSet", fields{"stickerset": set})
	got := bob.ask("messages.getStickerSet", fields{"stickerset": set})
	find(bob.t, bob.ask("messages.getAllStickers", nil), "stickerSet")
	sticker := find(bob.t, got, "document")
	bob.sends(ada, object("inputMediaDocument", fields{"id": input("inputDocument", sticker)}), "")
	bob.call("messages.faveSticker", fields{"id": input("inputDocument", sticker)})
	bob.ask("messages.getFavedStickers", nil)
	bob.call("messages.saveRecentSticker", fields{"id": input("inputDocument", sticker)})
	bob.ask("messages.getRecentStickers", nil)
	find(ada.t, made, "stickerSet")
	gif := doc("video/mp4", []any{ada.video(false, true), object("documentAttributeAnimated", nil)}, noise(3000))
	ada.call("messages.saveGif", fields{"id": input("inputDocument", gif)})
	find(ada.t, ada.ask("messages.getSavedGifs", nil), "document")
}

// looks are backgrounds, themes and sounds.
func looks(ada *person) {
	paper := ada.ask("account.uploadWallPaper", fields{
		"file": ada.upload("w.jpg", jpegOf(squares())), "mime_type": "image/jpeg", "settings": object("wallPaperSettings", nil),
	})
	named := object("inputWallPaper", fields{"id": paper.Fields["id"], "access_hash": paper.Fields["access_hash"]})
	ada.call("account.saveWallPaper", fields{"wallpaper": named, "settings": object("wallPaperSettings", nil)})
	find(ada.t, ada.ask("account.getWallPapers", nil), "wallPaper")
	if ada.schema.Has("account.uploadRingtone") {
		tone := ada.ask("account.uploadRingtone", fields{"file": ada.upload("a.mp3", mp3()), "file_name": "a.mp3", "mime_type": "audio/mpeg"})
		ada.ask("account.saveRingtone", fields{"id": input("inputDocument", tone), "unsave": false})
		find(ada.t, ada.ask("account.getSavedRingtones", nil), "document")
	}
}

// mp3 is some frames of silence: MPEG 1, layer 3, 128 kbit/s, 44.1 kHz, without padding.
func mp3() []byte {
	frame := make([]byte, 417)
	copy(frame, []byte{0xff, 0xfb, 0x90, 0x64})
	return bytes.Repeat(frame, 20)
}
