package gotd

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gotd/td/telegram/downloader"
	"github.com/gotd/td/telegram/uploader"
	"github.com/gotd/td/tg"
)

// TestFiles sends files of all kinds between people, in chats of all kinds.
func TestFiles(t *testing.T) {
	c := newClub(t)
	for name, test := range map[string]func(*testing.T, *club){
		"documents": testDocuments, "large": testLargeFile, "photos": testPhotos, "albums": testAlbums, "edit": testEditMedia,
		"vanishing": testVanishing, "shared": testSharedMedia, "gifs": testSavedGifs, "stickers": testStickers,
		"profile": testProfilePhotos, "chats": testChatPhotos, "again": testSameFileAgain, "channel": testFilesInChannel,
	} {
		t.Run(name, func(t *testing.T) {
			c.on(t)
			test(t, c)
		})
	}
}

// on lets failures of devices be those of t.
func (c *club) on(t *testing.T) {
	for d := range c.names {
		d.t = t
	}
}

// upload uploads with the library's uploader.
func (d *device) upload(name string, content []byte) tg.InputFileClass {
	d.t.Helper()
	up := uploader.NewUploader(d.api).WithThreads(3)
	return must(up.FromBytes(d.t.Context(), name, content))(d.t)
}

// download fetches with the library's downloader, which also checks the hashes that the server tells.
func (d *device) download(from tg.InputFileLocationClass) []byte {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), "download")
	must(downloader.NewDownloader().Download(d.api, from).WithThreads(3).WithVerify(true).ToPath(d.t.Context(), path))(d.t)
	return must(os.ReadFile(path))(d.t)
}

// sendMedia sends a medium and returns the message as the server answers it.
func (d *device) sendMedia(to tg.InputPeerClass, media tg.InputMediaClass, caption string) *tg.Message {
	d.t.Helper()
	u := must(d.api.MessagesSendMedia(d.t.Context(), &tg.MessagesSendMediaRequest{
		Peer: to, Media: media, Message: caption, RandomID: rand.Int64(),
	}))(d.t)
	return newMessage(d.t, u)
}

// newMessage is the message that updates bring.
func newMessage(t *testing.T, u tg.UpdatesClass) *tg.Message {
	t.Helper()
	for _, u := range flat(u) {
		switch u := u.(type) {
		case *tg.UpdateNewMessage:
			return u.Message.(*tg.Message)
		case *tg.UpdateNewChannelMessage:
			return u.Message.(*tg.Message)
		}
	}
	t.Fatalf("no message in %v", u)
	return nil
}

// document is the document of a message.
func document(t *testing.T, m *tg.Message) *tg.Document {
	t.Helper()
	media, _ := m.Media.(*tg.MessageMediaDocument)
	if media == nil || media.Document == nil {
		t.Fatalf("no document in %v", m)
	}
	return media.Document.(*tg.Document)
}

// photo is the photo of a message.
func photo(t *testing.T, m *tg.Message) *tg.Photo {
	t.Helper()
	media, _ := m.Media.(*tg.MessageMediaPhoto)
	if media == nil || media.Photo == nil {
		t.Fatalf("no photo in %v", m)
	}
	return media.Photo.(*tg.Photo)
}

// random is content that nobody else has.
func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(rand.Uint32()), byte(rand.Uint32()), byte(rand.Uint32()), byte(rand.Uint32())})
	_, _ = r.Read(b) // never fails
	return b
}

// picture is coloured squares of w by h.
func picture(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	c := color.RGBA{byte(rand.Uint32()), byte(rand.Uint32()), byte(rand.Uint32()), 255}
	for y := range h {
		for x := range w {
			if (x/60+y/60)%2 == 0 {
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

// uploaded is a new document.
func (d *device) uploaded(name, mime string, content []byte, attributes ...tg.DocumentAttributeClass) *tg.InputMediaUploadedDocument {
	d.t.Helper()
	attributes = append(attributes, &tg.DocumentAttributeFilename{FileName: name})
	return &tg.InputMediaUploadedDocument{File: d.upload(name, content), MimeType: mime, Attributes: attributes}
}

func testDocuments(t *testing.T, c *club) {
	waveform := []byte{1, 31, 0, 7, 200, 9}
	for name, test := range map[string]struct {
		mime       string
		attributes []tg.DocumentAttributeClass
	}{
		"report.pdf": {"application/pdf", nil},
		"voice.ogg":  {"audio/ogg", []tg.DocumentAttributeClass{&tg.DocumentAttributeAudio{Voice: true, Duration: 4, Waveform: waveform}}},
		"song.mp3":   {"audio/mpeg", []tg.DocumentAttributeClass{&tg.DocumentAttributeAudio{Duration: 200, Title: "Song", Performer: "Band"}}},
		"film.mp4":   {"video/mp4", []tg.DocumentAttributeClass{&tg.DocumentAttributeVideo{Duration: 9.5, W: 640, H: 360, SupportsStreaming: true}}},
		"round.mp4":  {"video/mp4", []tg.DocumentAttributeClass{&tg.DocumentAttributeVideo{Duration: 3, W: 240, H: 240, RoundMessage: true}}},
		"gif.mp4":    {"video/mp4", []tg.DocumentAttributeClass{&tg.DocumentAttributeVideo{Duration: 2, W: 320, H: 200, Nosound: true}, &tg.DocumentAttributeAnimated{}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.on(t)
			content := random(123_457)
			media := c.anna.uploaded(name, test.mime, content, test.attributes...)
			media.SetThumb(c.anna.upload("thumb.jpg", jpegOf(picture(320, 180))))
			media.Spoiler = name == "film.mp4"
			sent := c.anna.sendMedia(c.peer(c.anna, c.bent), media, "a file: "+name)
			got := c.bent.message("a file: " + name)
			if m := got.Media.(*tg.MessageMediaDocument); m.Spoiler != media.Spoiler {
				t.Errorf("spoiler %v", m.Spoiler)
			}
			for d, m := range map[*device]*tg.Message{c.anna: sent, c.bent: got} {
				doc := document(t, m)
				if b := d.download(doc.AsInputDocumentFileLocation("")); !bytes.Equal(b, content) || doc.Size != int64(len(content)) {
					t.Errorf("%d bytes came back, %d stand in the document, sent were %d", len(b), doc.Size, len(content))
				}
				sameAttributes(t, doc, media)
				d.thumbs(doc.AsInputDocumentFileLocation(""), doc.Thumbs)
			}
		})
	}
}

// sameAttributes compares what a document says about itself with what was said when it was sent.
func sameAttributes(t *testing.T, doc *tg.Document, sent *tg.InputMediaUploadedDocument) {
	t.Helper()
	if doc.MimeType != sent.MimeType {
		t.Errorf("type %q, want %q", doc.MimeType, sent.MimeType)
	}
	for _, want := range sent.Attributes {
		if !slices.ContainsFunc(doc.Attributes, func(a tg.DocumentAttributeClass) bool { return a.String() == want.String() }) {
			t.Errorf("attributes %v, without %v", doc.Attributes, want)
		}
	}
}

// thumbs downloads the smaller pictures of a document.
func (d *device) thumbs(from *tg.InputDocumentFileLocation, sizes []tg.PhotoSizeClass) {
	d.t.Helper()
	stripped := false
	for _, s := range sizes {
		if _, ok := s.(*tg.PhotoStrippedSize); ok {
			stripped = true
			continue
		}
		from.ThumbSize = s.GetType()
		d.isJPEG(d.download(from))
	}
	if !stripped || len(sizes) < 2 {
		d.t.Errorf("thumbnails %v", sizes)
	}
}

func (d *device) isJPEG(b []byte) image.Config {
	d.t.Helper()
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		d.t.Errorf("%d bytes: %v", len(b), err)
	}
	return cfg
}

// More than 10 MB go by another method.
func testLargeFile(t *testing.T, c *club) {
	content := random(12<<20 + 5)
	c.anna.sendMedia(c.peer(c.anna, c.bent), c.anna.uploaded("large.bin", "application/octet-stream", content), "large")
	doc := document(t, c.bent.message("large"))
	if b := c.bent.download(doc.AsInputDocumentFileLocation("")); !bytes.Equal(b, content) {
		t.Errorf("%d bytes came back, sent were %d", len(b), len(content))
	}
	tail := must(c.bent.api.UploadGetFile(t.Context(), &tg.UploadGetFileRequest{
		Location: doc.AsInputDocumentFileLocation(""), Offset: 12 << 20, Limit: 4096,
	}))(t).(*tg.UploadFile)
	if !bytes.Equal(tail.Bytes, content[12<<20:]) {
		t.Errorf("the end is %d bytes, want 5", len(tail.Bytes))
	}
	for name, bad := range map[string]tg.UploadGetFileRequest{
		"LIMIT_INVALID":  {Limit: 5000},
		"OFFSET_INVALID": {Offset: 17, Limit: 4096},
	} {
		bad.Location = doc.AsInputDocumentFileLocation("")
		_, err := c.bent.api.UploadGetFile(t.Context(), &bad)
		refused(t, err, name)
	}
	precise := must(c.bent.api.UploadGetFile(t.Context(), &tg.UploadGetFileRequest{
		Location: doc.AsInputDocumentFileLocation(""), Precise: true, Offset: 3 << 10, Limit: 5 << 10,
	}))(t).(*tg.UploadFile)
	if !bytes.Equal(precise.Bytes, content[3<<10:8<<10]) {
		t.Errorf("precisely: %d bytes", len(precise.Bytes))
	}
}

func testPhotos(t *testing.T, c *club) {
	for name, content := range map[string][]byte{"large.jpg": jpegOf(picture(2000, 1200)), "small.png": pngOf(picture(200, 300))} {
		media := &tg.InputMediaUploadedPhoto{File: c.anna.upload(name, content), Spoiler: true}
		req := &tg.MessagesSendMediaRequest{Peer: c.peer(c.anna, c.bent), Media: media, Message: "bold " + name, RandomID: rand.Int64()}
		req.SetEntities([]tg.MessageEntityClass{&tg.MessageEntityBold{Length: 4}})
		must(c.anna.api.MessagesSendMedia(t.Context(), req))(t)
		m := c.bent.message("bold " + name)
		if len(m.Entities) != 1 || !m.Media.(*tg.MessageMediaPhoto).Spoiler {
			t.Errorf("got %v", m)
		}
		c.bent.photoSizes(photo(t, m))
	}
}

// photoSizes downloads all sizes of a photo: JPEG of the size that stands there, without metadata.
func (d *device) photoSizes(p *tg.Photo) {
	d.t.Helper()
	from := &tg.InputPhotoFileLocation{ID: p.ID, AccessHash: p.AccessHash, FileReference: p.FileReference}
	n := 0
	for _, s := range p.Sizes {
		var w, h, size int
		switch s := s.(type) {
		case *tg.PhotoSize:
			w, h, size = s.W, s.H, s.Size
		case *tg.PhotoSizeProgressive:
			w, h, size = s.W, s.H, s.Sizes[len(s.Sizes)-1]
		default:
			continue
		}
		from.ThumbSize = s.GetType()
		b := d.download(from)
		if cfg := d.isJPEG(b); cfg.Width != w || cfg.Height != h || len(b) != size {
			d.t.Errorf("size %s: %dx%d in %d bytes, told were %dx%d in %d", s.GetType(), cfg.Width, cfg.Height, len(b), w, h, size)
		}
		n++
	}
	if n < 2 || p.FileReference == nil {
		d.t.Errorf("photo with %d sizes: %v", n, p)
	}
}

func testAlbums(t *testing.T, c *club) {
	peer := c.peer(c.anna, c.bent)
	var items []tg.InputSingleMedia
	for i := range 3 {
		media := must(c.anna.api.MessagesUploadMedia(t.Context(), &tg.MessagesUploadMediaRequest{
			Peer: peer, Media: &tg.InputMediaUploadedPhoto{File: c.anna.upload("a.jpg", jpegOf(picture(600, 400)))},
		}))(t).(*tg.MessageMediaPhoto)
		items = append(items, tg.InputSingleMedia{
			Media: &tg.InputMediaPhoto{ID: media.Photo.(*tg.Photo).AsInput()}, RandomID: rand.Int64(), Message: fmt.Sprintf("album %d", i),
		})
	}
	must(c.anna.api.MessagesSendMultiMedia(t.Context(), &tg.MessagesSendMultiMediaRequest{Peer: peer, MultiMedia: items}))(t)
	var group int64
	for i := range items {
		m := c.bent.message(fmt.Sprintf("album %d", i))
		if i == 0 {
			group = m.GroupedID
		}
		if m.GroupedID == 0 || m.GroupedID != group {
			t.Errorf("picture %d is of group %d, the first of %d", i, m.GroupedID, group)
		}
		c.bent.photoSizes(photo(t, m))
	}
}

func testEditMedia(t *testing.T, c *club) {
	peer := c.peer(c.anna, c.bent)
	sent := c.anna.sendMedia(peer, c.anna.uploaded("draft.txt", "text/plain", []byte("draft")), "to be changed")
	c.bent.message("to be changed")
	final := []byte("the final text")
	req := &tg.MessagesEditMessageRequest{Peer: peer, ID: sent.ID}
	req.SetMedia(c.anna.uploaded("final.txt", "text/plain", final))
	req.SetMessage("changed")
	must(c.anna.api.MessagesEditMessage(t.Context(), req))(t)
	edit := wait(c.bent, func(u *tg.UpdateEditMessage) bool {
		m, ok := u.Message.(*tg.Message)
		return ok && m.Message == "changed"
	})
	doc := document(t, edit.Message.(*tg.Message))
	if b := c.bent.download(doc.AsInputDocumentFileLocation("")); !bytes.Equal(b, final) {
		t.Errorf("got %q", b)
	}
	must(c.bent.api.MessagesForwardMessages(t.Context(), &tg.MessagesForwardMessagesRequest{
		FromPeer: c.peer(c.bent, c.anna), ToPeer: c.peer(c.bent, c.cleo), ID: []int{edit.Message.GetID()}, RandomID: []int64{rand.Int64()},
	}))(t)
	forwarded := c.cleo.message("changed")
	must(c.anna.api.MessagesDeleteMessages(t.Context(), &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: []int{sent.ID}}))(t)
	if b := c.cleo.download(document(t, forwarded).AsInputDocumentFileLocation("")); !bytes.Equal(b, final) {
		t.Errorf("forwarded: %q", b)
	}
}

// What is to be seen for seconds goes from both sides when it was seen. What may be seen once stays for a minute, to be
// loaded; that is left to the tests of the domain, which have a clock of their own.
func testVanishing(t *testing.T, c *club) {
	for _, ttl := range []int{1, 2} {
		media := &tg.InputMediaUploadedPhoto{File: c.anna.upload("a.jpg", jpegOf(picture(300, 300)))}
		media.SetTTLSeconds(ttl)
		caption := fmt.Sprintf("for %d s", ttl)
		sent := c.anna.sendMedia(c.peer(c.anna, c.cleo), media, caption)
		m := c.cleo.message(caption)
		c.cleo.photoSizes(photo(t, m))
		must(c.cleo.api.MessagesReadMessageContents(t.Context(), []int{m.ID}))(t)
		gone := func(d *device, id int) bool {
			got := must(d.api.MessagesGetMessages(d.t.Context(), []tg.InputMessageClass{&tg.InputMessageID{ID: id}}))(d.t)
			list, _ := got.AsModified()
			media, ok := list.GetMessages()[0].(*tg.Message).Media.(*tg.MessageMediaPhoto)
			return ok && media.Photo == nil && media.TTLSeconds == ttl
		}
		until(t, func() bool { return gone(c.cleo, m.ID) && gone(c.anna, sent.ID) }, "the photo is still there")
	}
}

// until waits for a state.
func until(t *testing.T, is func() bool, otherwise string) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}

func testSharedMedia(t *testing.T, c *club) {
	peer := &tg.InputPeerChat{ChatID: c.group(t, "Shared")}
	video := &tg.DocumentAttributeVideo{Duration: 2, W: 320, H: 200}
	c.bent.sendMedia(peer, &tg.InputMediaUploadedPhoto{File: c.bent.upload("a.jpg", jpegOf(picture(300, 200)))}, "shared photo")
	c.bent.sendMedia(peer, c.bent.uploaded("v.mp4", "video/mp4", random(4000), video), "shared video")
	c.bent.sendMedia(peer, c.bent.uploaded("d.pdf", "application/pdf", random(4000)), "shared document")
	c.bent.sendMedia(peer, c.bent.uploaded("g.mp4", "video/mp4", random(4000), video, &tg.DocumentAttributeAnimated{}), "shared gif")
	c.bent.sendMedia(peer, c.bent.uploaded("m.mp3", "audio/mpeg", random(4000), &tg.DocumentAttributeAudio{Duration: 5, Title: "t"}), "shared music")
	c.bent.sendMedia(peer, c.bent.uploaded("v.ogg", "audio/ogg", random(4000), &tg.DocumentAttributeAudio{Duration: 5, Voice: true}), "shared voice")
	c.bent.sendMedia(peer, c.bent.uploaded("r.mp4", "video/mp4", random(4000), &tg.DocumentAttributeVideo{Duration: 5, RoundMessage: true, W: 240, H: 240}), "shared round")
	for filter, want := range map[tg.MessagesFilterClass][]string{
		&tg.InputMessagesFilterPhotos{}:     {"shared photo"},
		&tg.InputMessagesFilterVideo{}:      {"shared video"},
		&tg.InputMessagesFilterPhotoVideo{}: {"shared video", "shared photo"},
		&tg.InputMessagesFilterDocument{}:   {"shared document"},
		&tg.InputMessagesFilterGif{}:        {"shared gif"},
		&tg.InputMessagesFilterMusic{}:      {"shared music"},
		&tg.InputMessagesFilterVoice{}:      {"shared voice"},
		&tg.InputMessagesFilterRoundVideo{}: {"shared round"},
		&tg.InputMessagesFilterRoundVoice{}: {"shared round", "shared voice"},
	} {
		if got := textsOf(c.cleo.find(peer, "", filter)); !slices.Equal(got, want) {
			t.Errorf("%T: %q, want %q", filter, got, want)
		}
		counters := must(c.cleo.api.MessagesGetSearchCounters(t.Context(), &tg.MessagesGetSearchCountersRequest{
			Peer: peer, Filters: []tg.MessagesFilterClass{filter},
		}))(t)
		if len(counters) != 1 || counters[0].Count != len(want) {
			t.Errorf("%T: counters %v", filter, counters)
		}
	}
}

func testSavedGifs(t *testing.T, c *club) {
	content := random(5000)
	sent := c.anna.sendMedia(c.peer(c.anna, c.bent), c.anna.uploaded("g.mp4", "video/mp4", content,
		&tg.DocumentAttributeVideo{Duration: 2, W: 320, H: 200, Nosound: true}, &tg.DocumentAttributeAnimated{}), "keep this")
	doc := document(t, c.bent.message("keep this"))
	must(c.bent.api.MessagesSaveGif(t.Context(), &tg.MessagesSaveGifRequest{ID: doc.AsInput()}))(t)
	must(c.anna.api.MessagesDeleteMessages(t.Context(), &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: []int{sent.ID}}))(t)
	saved := must(c.bent.api.MessagesGetSavedGifs(t.Context(), 0))(t).(*tg.MessagesSavedGifs)
	at := slices.IndexFunc(saved.Gifs, func(d tg.DocumentClass) bool { return d.GetID() == doc.ID })
	if at < 0 {
		t.Fatalf("saved: %v", saved)
	}
	if b := c.bent.download(saved.Gifs[at].(*tg.Document).AsInputDocumentFileLocation("")); !bytes.Equal(b, content) {
		t.Errorf("%d bytes", len(b))
	}
	c.bent.sendMedia(c.peer(c.bent, c.cleo), &tg.InputMediaDocument{ID: doc.AsInput()}, "look at this")
	if got := document(t, c.cleo.message("look at this")); got.Size != int64(len(content)) {
		t.Errorf("got %v", got)
	}
}

func testStickers(t *testing.T, c *club) {
	item := func(name, mime string, content []byte) tg.InputStickerSetItem {
		media := c.anna.uploaded(name, mime, content, &tg.DocumentAttributeImageSize{W: 512, H: 512})
		up := must(c.anna.api.MessagesUploadMedia(t.Context(), &tg.MessagesUploadMediaRequest{Peer: &tg.InputPeerSelf{}, Media: media}))(t)
		return tg.InputStickerSetItem{Document: up.(*tg.MessageMediaDocument).Document.(*tg.Document).AsInput(), Emoji: "🙂"}
	}
	name := fmt.Sprintf("smiles_%d", c.ids[c.anna])
	animation := lottie()
	made := must(c.anna.api.StickersCreateStickerSet(t.Context(), &tg.StickersCreateStickerSetRequest{
		UserID: &tg.InputUserSelf{}, Title: "Smiles", ShortName: name, Stickers: []tg.InputStickerSetItem{
			item("s.tgs", "application/x-tgsticker", animation), item("s.png", "image/png", pngOf(picture(512, 512))),
		},
	}))(t).(*tg.MessagesStickerSet)
	if made.Set.Count != 2 || len(made.Documents) != 2 {
		t.Errorf("made %v", made)
	}
	short := &tg.InputStickerSetShortName{ShortName: name}
	must(c.bent.api.MessagesInstallStickerSet(t.Context(), &tg.MessagesInstallStickerSetRequest{Stickerset: short}))(t)
	got := must(c.bent.api.MessagesGetStickerSet(t.Context(), &tg.MessagesGetStickerSetRequest{Stickerset: short}))(t).(*tg.MessagesStickerSet)
	all := must(c.bent.api.MessagesGetAllStickers(t.Context(), 0))(t).(*tg.MessagesAllStickers)
	if !slices.ContainsFunc(all.Sets, func(s tg.StickerSet) bool { return s.ID == got.Set.ID }) {
		t.Errorf("installed: %v", all.Sets)
	}
	for i, d := range got.Documents {
		sticker := d.(*tg.Document)
		want := c.anna.download(made.Documents[i].(*tg.Document).AsInputDocumentFileLocation(""))
		if i == 0 && !bytes.Equal(want, animation) {
			t.Errorf("%d bytes of an animation, sent were %d", len(want), len(animation))
		}
		doc := c.sendSticker(t, sticker)
		if b := c.cleo.download(doc.AsInputDocumentFileLocation("")); !bytes.Equal(b, want) {
			t.Errorf("%d bytes, want %d", len(b), len(want))
		}
		c.inSet(t, doc, "Smiles")
	}
}

// sendSticker sends a sticker from Bent to Cleo, and returns it as she sees it.
func (c *club) sendSticker(t *testing.T, sticker *tg.Document) *tg.Document {
	t.Helper()
	sent := c.bent.sendMedia(c.peer(c.bent, c.cleo), &tg.InputMediaDocument{ID: sticker.AsInput()}, "")
	m := wait(c.cleo, func(u *tg.UpdateNewMessage) bool {
		m, ok := u.Message.(*tg.Message)
		if !ok || m.Media == nil {
			return false
		}
		media, ok := m.Media.(*tg.MessageMediaDocument)
		return ok && media.Document != nil && media.Document.GetID() == document(t, sent).ID
	}).Message.(*tg.Message)
	return document(t, m)
}

// inSet checks that Cleo finds the set of a sticker by the sticker.
func (c *club) inSet(t *testing.T, sticker *tg.Document, title string) {
	t.Helper()
	i := slices.IndexFunc(sticker.Attributes, func(a tg.DocumentAttributeClass) bool { _, ok := a.(*tg.DocumentAttributeSticker); return ok })
	if i < 0 {
		t.Fatalf("attributes %v", sticker.Attributes)
	}
	in := sticker.Attributes[i].(*tg.DocumentAttributeSticker).Stickerset
	set := must(c.cleo.api.MessagesGetStickerSet(t.Context(), &tg.MessagesGetStickerSetRequest{Stickerset: in}))(t).(*tg.MessagesStickerSet)
	if set.Set.Title != title {
		t.Errorf("by the sticker: %v", set.Set)
	}
}

// lottie is an animated sticker in which nothing moves.
func lottie() []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	fmt.Fprintf(z, `{"tgs":1,"v":"5.5.2","fr":60,"ip":0,"op":60,"w":512,"h":512,"nm":"%d","ddd":0,"assets":[],"layers":[
		{"ddd":0,"ind":1,"ty":4,"nm":"a","sr":1,"ks":{},"ao":0,"shapes":[],"ip":0,"op":60,"st":0,"bm":0}]}`, rand.Int64())
	_ = z.Close() // a buffer takes everything
	return out.Bytes()
}

func testProfilePhotos(t *testing.T, c *club) {
	var ids []int64
	for range 2 {
		req := &tg.PhotosUploadProfilePhotoRequest{}
		req.SetFile(c.anna.upload("me.jpg", jpegOf(picture(800, 800))))
		made := must(c.anna.api.PhotosUploadProfilePhoto(t.Context(), req))(t)
		ids = append(ids, made.Photo.GetID())
	}
	wait(c.second, func(u *tg.UpdateUser) bool { return u.UserID == c.ids[c.anna] })
	users := must(c.bent.api.UsersGetUsers(t.Context(), []tg.InputUserClass{c.who(c.bent, c.anna)}))(t)
	shown, _ := users[0].(*tg.User).Photo.(*tg.UserProfilePhoto)
	if shown == nil || shown.PhotoID != ids[1] || len(shown.StrippedThumb) == 0 {
		t.Errorf("shown: %v", users[0])
	}
	for _, big := range []bool{false, true} {
		c.bent.isJPEG(c.bent.download(&tg.InputPeerPhotoFileLocation{Big: big, Peer: c.peer(c.bent, c.anna), PhotoID: ids[1]}))
	}
	history := must(c.bent.api.PhotosGetUserPhotos(t.Context(), &tg.PhotosGetUserPhotosRequest{UserID: c.who(c.bent, c.anna), Limit: 10}))(t)
	list := history.GetPhotos()
	if len(list) != 2 || list[0].GetID() != ids[1] || list[1].GetID() != ids[0] {
		t.Fatalf("history: %v", list)
	}
	for _, p := range list {
		c.bent.photoSizes(p.(*tg.Photo))
	}
	must(c.anna.api.PhotosDeletePhotos(t.Context(), []tg.InputPhotoClass{photoInput(must(c.anna.api.PhotosGetUserPhotos(t.Context(),
		&tg.PhotosGetUserPhotosRequest{UserID: &tg.InputUserSelf{}, Limit: 1}))(t).GetPhotos()[0])}))(t)
	full := must(c.bent.api.UsersGetFullUser(t.Context(), c.who(c.bent, c.anna)))(t)
	if p, ok := full.FullUser.ProfilePhoto.(*tg.Photo); !ok || p.ID != ids[0] {
		t.Errorf("after deletion: %v", full.FullUser.ProfilePhoto)
	}
}

func photoInput(p tg.PhotoClass) *tg.InputPhoto { return p.(*tg.Photo).AsInput() }

func testChatPhotos(t *testing.T, c *club) {
	group := c.group(t, "Pictures")
	set := &tg.InputChatUploadedPhoto{}
	set.SetFile(c.anna.upload("chat.jpg", jpegOf(picture(700, 700))))
	must(c.anna.api.MessagesEditChatPhoto(t.Context(), &tg.MessagesEditChatPhotoRequest{ChatID: group, Photo: set}))(t)
	edit := service[*tg.MessageActionChatEditPhoto](c.bent, &tg.PeerChat{ChatID: group})
	c.bent.photoSizes(edit.Photo.(*tg.Photo))
	full := must(c.bent.api.MessagesGetFullChat(t.Context(), group))(t)
	shown, _ := one[*tg.Chat](t, full.Chats).Photo.(*tg.ChatPhoto)
	if shown == nil {
		t.Fatalf("got %v", full.Chats)
	}
	c.bent.isJPEG(c.bent.download(&tg.InputPeerPhotoFileLocation{Peer: &tg.InputPeerChat{ChatID: group}, PhotoID: shown.PhotoID}))
	ch := c.supergroup(t, "With a face")
	set.SetFile(c.anna.upload("chat.png", pngOf(picture(500, 640))))
	must(c.anna.api.ChannelsEditPhoto(t.Context(), &tg.ChannelsEditPhotoRequest{Channel: ch, Photo: set}))(t)
	service[*tg.MessageActionChatEditPhoto](c.bent, peerChannel(ch))
	whole := must(c.bent.api.ChannelsGetFullChannel(t.Context(), c.in(c.bent, ch)))(t)
	c.bent.photoSizes(whole.FullChat.(*tg.ChannelFull).ChatPhoto.(*tg.Photo))
	news := c.channel(t, "Without a face")
	_, err := c.bent.api.ChannelsEditPhoto(t.Context(), &tg.ChannelsEditPhotoRequest{Channel: c.in(c.bent, news), Photo: set})
	refused(t, err, "CHAT_ADMIN_REQUIRED")
	must(c.anna.api.ChannelsEditPhoto(t.Context(), &tg.ChannelsEditPhotoRequest{Channel: ch, Photo: &tg.InputChatPhotoEmpty{}}))(t)
	service[*tg.MessageActionChatDeletePhoto](c.bent, peerChannel(ch))
}

// The same content from two people is two documents, each whole.
func testSameFileAgain(t *testing.T, c *club) {
	content := random(600_000)
	c.anna.sendMedia(c.peer(c.anna, c.cleo), c.anna.uploaded("one.bin", "application/octet-stream", content), "from Anna")
	c.bent.sendMedia(c.peer(c.bent, c.cleo), c.bent.uploaded("two.bin", "application/octet-stream", content), "from Bent")
	one, two := document(t, c.cleo.message("from Anna")), document(t, c.cleo.message("from Bent"))
	if one.ID == two.ID {
		t.Error("two documents are one")
	}
	for _, doc := range []*tg.Document{one, two} {
		if b := c.cleo.download(doc.AsInputDocumentFileLocation("")); !bytes.Equal(b, content) {
			t.Errorf("%d bytes", len(b))
		}
	}
}

func testFilesInChannel(t *testing.T, c *club) {
	ch := c.channel(t, "Files")
	content := random(50_000)
	c.anna.sendMedia(c.chat(c.anna, ch), c.anna.uploaded("post.bin", "application/octet-stream", content), "a post with a file")
	doc := document(t, c.bent.posted("a post with a file"))
	if b := c.bent.download(doc.AsInputDocumentFileLocation("")); !bytes.Equal(b, content) {
		t.Errorf("%d bytes", len(b))
	}
	wrong := doc.AsInputDocumentFileLocation("")
	wrong.AccessHash++
	_, err := c.bent.api.UploadGetFile(t.Context(), &tg.UploadGetFileRequest{Location: wrong, Limit: 4096})
	refused(t, err, "FILE_ID_INVALID")
}
