package gotd

import (
	"bytes"
	"testing"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// TestReferencesAreRefreshed lets file references expire, which they do after seconds here, and fetches what they were for
// by the way on which the client learnt of it.
func TestReferencesAreRefreshed(t *testing.T) {
	c := newClub(t, "HERMOD_FILES_REFERENCE=3s")
	for name, where := range map[string]func(*testing.T, *club) func() tg.InputFileLocationClass{
		"message": inMessage, "profile": inProfile, "chat": inChat, "saved GIF": inSavedGifs, "scheduled": inScheduled,
	} {
		t.Run(name, func(t *testing.T) {
			c.on(t)
			again := where(t, c)
			old := again()
			until(t, func() bool { return isExpired(c.bent, old) }, "the reference does not expire")
			until(t, func() bool { return !isExpired(c.bent, again()) }, "fetched anew, it is still expired")
		})
	}
}

// TestStickersOfSetsStay holds the references of a sticker set against one of a message of the same time. A client that knows
// a set asks for nothing of it, so it would never get new ones.
func TestStickersOfSetsStay(t *testing.T) {
	c := newClub(t, "HERMOD_FILES_REFERENCE=3s")
	c.on(t)
	sticker, message := inStickerSet(t, c)(), inMessage(t, c)()
	until(t, func() bool { return isExpired(c.bent, message) }, "the reference of a message does not expire")
	if isExpired(c.bent, sticker) {
		t.Error("the reference of a sticker has expired")
	}
}

// isExpired says whether a location can be loaded from no more. It fails the test for all other errors.
func isExpired(d *device, at tg.InputFileLocationClass) bool {
	d.t.Helper()
	_, err := d.api.UploadGetFile(d.t.Context(), &tg.UploadGetFileRequest{Location: at, Limit: 4096})
	if err != nil && !tgerr.Is(err, "FILE_REFERENCE_EXPIRED") {
		d.t.Fatal(err)
	}
	return err != nil
}

func inMessage(t *testing.T, c *club) func() tg.InputFileLocationClass {
	c.anna.sendMedia(c.peer(c.anna, c.bent), c.anna.uploaded("a.bin", "application/octet-stream", random(5000)), "referred to")
	m := c.bent.message("referred to")
	return func() tg.InputFileLocationClass {
		got := must(c.bent.api.MessagesGetMessages(t.Context(), []tg.InputMessageClass{&tg.InputMessageID{ID: m.ID}}))(t)
		list, _ := got.AsModified()
		return document(t, list.GetMessages()[0].(*tg.Message)).AsInputDocumentFileLocation("")
	}
}

// ofPhoto is the largest size of a photo.
func ofPhoto(p tg.PhotoClass) *tg.InputPhotoFileLocation {
	photo := p.(*tg.Photo)
	return &tg.InputPhotoFileLocation{
		ID: photo.ID, AccessHash: photo.AccessHash, FileReference: photo.FileReference,
		ThumbSize: photo.Sizes[len(photo.Sizes)-1].GetType(),
	}
}

func inProfile(t *testing.T, c *club) func() tg.InputFileLocationClass {
	req := &tg.PhotosUploadProfilePhotoRequest{}
	req.SetFile(c.anna.upload("me.jpg", jpegOf(picture(640, 640))))
	must(c.anna.api.PhotosUploadProfilePhoto(t.Context(), req))(t)
	return func() tg.InputFileLocationClass {
		got := must(c.bent.api.PhotosGetUserPhotos(t.Context(), &tg.PhotosGetUserPhotosRequest{UserID: c.who(c.bent, c.anna), Limit: 1}))(t)
		return ofPhoto(got.GetPhotos()[0])
	}
}

func inChat(t *testing.T, c *club) func() tg.InputFileLocationClass {
	group := c.group(t, "Referred to")
	set := &tg.InputChatUploadedPhoto{}
	set.SetFile(c.anna.upload("chat.jpg", jpegOf(picture(640, 640))))
	must(c.anna.api.MessagesEditChatPhoto(t.Context(), &tg.MessagesEditChatPhotoRequest{ChatID: group, Photo: set}))(t)
	return func() tg.InputFileLocationClass {
		full := must(c.bent.api.MessagesGetFullChat(t.Context(), group))(t)
		p, _ := full.FullChat.(*tg.ChatFull).GetChatPhoto()
		return ofPhoto(p)
	}
}

func inStickerSet(t *testing.T, c *club) func() tg.InputFileLocationClass {
	media := c.anna.uploaded("s.png", "image/png", pngOf(picture(512, 512)), &tg.DocumentAttributeImageSize{W: 512, H: 512})
	up := must(c.anna.api.MessagesUploadMedia(t.Context(), &tg.MessagesUploadMediaRequest{Peer: &tg.InputPeerSelf{}, Media: media}))(t)
	made := must(c.anna.api.StickersCreateStickerSet(t.Context(), &tg.StickersCreateStickerSetRequest{
		UserID: &tg.InputUserSelf{}, Title: "Referred to", ShortName: "referred_to", Stickers: []tg.InputStickerSetItem{
			{Document: up.(*tg.MessageMediaDocument).Document.(*tg.Document).AsInput(), Emoji: "🙂"},
		},
	}))(t).(*tg.MessagesStickerSet)
	set := &tg.InputStickerSetID{ID: made.Set.ID, AccessHash: made.Set.AccessHash}
	return func() tg.InputFileLocationClass {
		got := must(c.bent.api.MessagesGetStickerSet(t.Context(), &tg.MessagesGetStickerSetRequest{Stickerset: set}))(t)
		return got.(*tg.MessagesStickerSet).Documents[0].(*tg.Document).AsInputDocumentFileLocation("")
	}
}

func inSavedGifs(t *testing.T, c *club) func() tg.InputFileLocationClass {
	gif := c.bent.uploaded("g.mp4", "video/mp4", random(5000), &tg.DocumentAttributeVideo{Duration: 1, W: 100, H: 100, Nosound: true}, &tg.DocumentAttributeAnimated{})
	doc := document(t, c.bent.sendMedia(c.peer(c.bent, c.anna), gif, ""))
	must(c.bent.api.MessagesSaveGif(t.Context(), &tg.MessagesSaveGifRequest{ID: doc.AsInput()}))(t)
	return func() tg.InputFileLocationClass {
		got := must(c.bent.api.MessagesGetSavedGifs(t.Context(), 0))(t).(*tg.MessagesSavedGifs)
		return got.Gifs[0].(*tg.Document).AsInputDocumentFileLocation("")
	}
}

func inScheduled(t *testing.T, c *club) func() tg.InputFileLocationClass {
	peer := c.peer(c.bent, c.anna)
	req := &tg.MessagesSendMediaRequest{
		Peer: peer, Media: c.bent.uploaded("l.bin", "application/octet-stream", random(5000)), Message: "later", RandomID: time.Now().UnixNano(),
	}
	req.SetScheduleDate(int(time.Now().Add(time.Hour).Unix()))
	must(c.bent.api.MessagesSendMedia(t.Context(), req))(t)
	return func() tg.InputFileLocationClass {
		got := must(c.bent.api.MessagesGetScheduledHistory(t.Context(), &tg.MessagesGetScheduledHistoryRequest{Peer: peer}))(t)
		list, _ := got.AsModified()
		return document(t, list.GetMessages()[0].(*tg.Message)).AsInputDocumentFileLocation("")
	}
}

// isExpiredAt says whether err is FILE_REFERENCE_n_EXPIRED; the library takes the number out of it.
func isExpiredAt(err error, n int) bool {
	e, ok := tgerr.AsType(err, "FILE_REFERENCE_EXPIRED")
	return ok && e.Argument == n
}

// An album says which of its files has to be asked for again.
func TestExpiredReferencesInAlbums(t *testing.T) {
	c := newClub(t, "HERMOD_FILES_REFERENCE=2s")
	peer := c.peer(c.anna, c.bent)
	content := random(5000)
	upload := func() *tg.Document {
		media := c.anna.uploaded("a.bin", "application/octet-stream", content)
		got := must(c.anna.api.MessagesUploadMedia(t.Context(), &tg.MessagesUploadMediaRequest{Peer: peer, Media: media}))(t)
		return got.(*tg.MessageMediaDocument).Document.(*tg.Document)
	}
	old := upload()
	until(t, func() bool { return isExpired(c.anna, old.AsInputDocumentFileLocation("")) }, "the reference does not expire")
	send := func(docs ...*tg.Document) error {
		var items []tg.InputSingleMedia
		for i, d := range docs {
			items = append(items, tg.InputSingleMedia{Media: &tg.InputMediaDocument{ID: d.AsInput()}, RandomID: time.Now().UnixNano() + int64(i)})
		}
		_, err := c.anna.api.MessagesSendMultiMedia(t.Context(), &tg.MessagesSendMultiMediaRequest{Peer: peer, MultiMedia: items})
		return err
	}
	until(t, func() bool { return isExpiredAt(send(upload(), old), 1) }, "no word of the second file")
	_, err := c.anna.api.MessagesSendMedia(t.Context(), &tg.MessagesSendMediaRequest{Peer: peer, Media: &tg.InputMediaDocument{ID: old.AsInput()}, RandomID: 1})
	refused(t, err, "FILE_REFERENCE_EXPIRED")
	until(t, func() bool { return send(upload(), upload()) == nil }, "fresh references are refused")
	got := wait(c.bent, func(u *tg.UpdateNewMessage) bool { return u.Message.(*tg.Message).GroupedID != 0 })
	until(t, func() bool {
		list, _ := must(c.bent.api.MessagesGetMessages(t.Context(), []tg.InputMessageClass{&tg.InputMessageID{ID: got.Message.GetID()}}))(t).AsModified()
		at := document(t, list.GetMessages()[0].(*tg.Message)).AsInputDocumentFileLocation("")
		f, err := c.bent.api.UploadGetFile(t.Context(), &tg.UploadGetFileRequest{Location: at, Limit: 8192})
		return err == nil && bytes.Equal(f.(*tg.UploadFile).Bytes, content)
	}, "the file of the album does not come")
}
