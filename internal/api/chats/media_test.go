package chats

import (
	"bytes"
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hermod/internal/api/file"
	mediaapi "hermod/internal/api/media"
	"hermod/internal/api/render"
	"hermod/internal/api/upload"
	"hermod/internal/api/view"
	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/users"
	"hermod/internal/images"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// A gallery is a world with files.
type gallery struct {
	*world
	files *files.Service
	forms *file.Forms
}

// eachGallery runs fn in a fresh gallery on each engine.
func eachGallery(t *testing.T, fn func(t *testing.T, g *gallery)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		f := filestest.New(t, d)
		w := newWorld(t, d, bus.NewLocal())
		g := &gallery{world: w, files: f, forms: file.New(f, 2)}
		w.messages.SetFiles(f)
		f.HeldBy("messages", w.messages.Held)
		codec := mediaapi.New(mediaapi.Options{
			Text: w.render.Text, Entities: render.Entities,
			Files: mediaapi.Files{Files: f, Forms: g.forms, Photo: g.photo, Thumbs: g.thumbs, Silent: g.silent},
		})
		w.o.MediaFrom, w.o.MediaTo = codec.From, codec.To
		w.render.SetMedia(codec.Media)
		w.router = rpc.NewRouter(w.Handlers, upload.New(upload.Options{Files: f}), codecErrors{})
		fn(t, g)
	})
}

// codecErrors has the router know the errors of media.
type codecErrors struct{}

func (codecErrors) Register(r *rpc.Router) {
	r.Errors(mediaapi.Errors())
	view.RegisterErrors(r)
}

// photo stands for what makes the sizes of a photo: it has the one that was uploaded.
func (g *gallery) photo(ctx context.Context, u ids.User, in files.Input) (files.File, error) {
	b, err := g.files.Assemble(ctx, u, in)
	if err != nil {
		return files.File{}, err
	}
	return g.files.Create(ctx, nil, files.File{
		Kind: files.Photo, Owner: u, Sizes: []files.Size{{Type: "x", W: 8, H: 8, Bytes: b.Size, Blob: b.Hash}},
	})
}

// thumbs stands for what makes small pictures: all that is one begins with "picture".
func (g *gallery) thumbs(ctx context.Context, _ ids.User, picture files.Hash) ([]files.Size, error) {
	b, err := g.files.ReadAt(ctx, picture, 0, 7)
	if err != nil || string(b) != "picture" {
		return nil, cmp.Or(err, images.ErrFormat)
	}
	return []files.Size{{Type: "i", Inline: []byte{1, 2, 3}}, {Type: "m", W: 8, H: 8, Bytes: 100, Blob: picture}}, nil
}

// upload saves a file and names it.
func (g *gallery) upload(c *rpc.Call, data []byte) *tg.InputFile {
	g.t.Helper()
	const size = 1 << 10
	in := &tg.InputFile{ID: rand.Int64(), Name: "a file"}
	for part := range slices.Chunk(data, size) {
		_, err := serve[tg.Bool](g.world, c, &tg.UploadSaveFilePart{FileID: in.ID, FilePart: in.Parts, Bytes: part})
		if err != nil {
			g.t.Fatal(err)
		}
		in.Parts++
	}
	return in
}

// content is some that nobody else has.
func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Int())
	}
	return b
}

// silent takes what has 3001 bytes for a video without sound.
func (g *gallery) silent(ctx context.Context, h files.Hash) (bool, error) {
	data, err := g.files.ReadAt(ctx, h, 0, 4000)
	return len(data) == 3001, err
}

// document is an uploaded document that has attributes.
func (g *gallery) document(c *rpc.Call, kind string, attributes ...tg.DocumentAttributeClass) *tg.InputMediaUploadedDocument {
	g.t.Helper()
	return &tg.InputMediaUploadedDocument{File: g.upload(c, content(3000)), MimeType: kind, Attributes: attributes}
}

func (g *gallery) picture(c *rpc.Call) *tg.InputMediaUploadedPhoto {
	g.t.Helper()
	return &tg.InputMediaUploadedPhoto{File: g.upload(c, content(2000))}
}

func (g *gallery) voice(c *rpc.Call) *tg.InputMediaUploadedDocument {
	return g.document(c, "audio/ogg", &tg.DocumentAttributeAudio{Voice: true, Duration: 3, Waveform: []byte{1, 2}})
}

// sendMediaOf sends a medium and returns the message as its sender sees it.
func (g *gallery) sendOf(c *rpc.Call, to tg.InputPeerClass, m tg.InputMediaClass, caption string) *tg.Message {
	g.t.Helper()
	u := must[tg.UpdatesClass](g.t)(serve[tg.UpdatesClass](g.world, c, &tg.MessagesSendMedia{
		Peer: to, Media: m, Message: caption, RandomID: rand.Int64(),
	}))
	return sentIn(g.t, u)[0]
}

// sentIn are the messages of an answer.
func sentIn(t testing.TB, u tg.UpdatesClass) (all []*tg.Message) {
	t.Helper()
	for _, one := range u.(*tg.Updates).Updates {
		switch one := one.(type) {
		case *tg.UpdateNewMessage:
			all = append(all, one.Message.(*tg.Message))
		case *tg.UpdateNewChannelMessage:
			all = append(all, one.Message.(*tg.Message))
		}
	}
	if len(all) == 0 {
		t.Fatalf("nothing was sent: %+v", u)
	}
	return all
}

// latest is the newest message that somebody sees in a chat.
func (g *gallery) latest(c *rpc.Call, in tg.InputPeerClass) *tg.Message {
	g.t.Helper()
	all := g.historyOf(c, in)
	m, ok := all[0].(*tg.Message)
	if !ok {
		g.t.Fatalf("got %+v", all[0])
	}
	return m
}

func (g *gallery) historyOf(c *rpc.Call, in tg.InputPeerClass) []tg.MessageClass {
	g.t.Helper()
	page := must[tg.MessagesMessagesClass](g.t)(serve[tg.MessagesMessagesClass](g.world, c, &tg.MessagesGetHistory{Peer: in, Limit: 100}))
	switch p := page.(type) {
	case *tg.MessagesMessages:
		return p.Messages
	case *tg.MessagesMessagesSlice:
		return p.Messages
	case *tg.MessagesChannelMessages:
		return p.Messages
	}
	g.t.Fatalf("got %T", page)
	return nil
}

// load loads what a location names.
func (g *gallery) load(c *rpc.Call, at tg.InputFileLocationClass) []byte {
	g.t.Helper()
	var all []byte
	for {
		got, err := serve[tg.UploadFileClass](g.world, c, &tg.UploadGetFile{Location: at, Offset: int64(len(all)), Limit: 4096})
		if err != nil {
			g.t.Fatal(err)
		}
		b := got.(*tg.UploadFile).Bytes
		if all = append(all, b...); len(b) < 4096 {
			return all
		}
	}
}

func documentOf(t testing.TB, m *tg.Message) *tg.Document {
	t.Helper()
	shown, ok := m.Media.(*tg.MessageMediaDocument)
	if !ok {
		t.Fatalf("got %T", m.Media)
	}
	d, ok := shown.Document.(*tg.Document)
	if !ok {
		t.Fatalf("got %T", shown.Document)
	}
	return d
}

func photoOf(t testing.TB, m *tg.Message) *tg.Photo {
	t.Helper()
	shown, ok := m.Media.(*tg.MessageMediaPhoto)
	if !ok {
		t.Fatalf("got %T", m.Media)
	}
	p, ok := shown.Photo.(*tg.Photo)
	if !ok {
		t.Fatalf("got %T", shown.Photo)
	}
	return p
}

func whereIs(d *tg.Document) *tg.InputDocumentFileLocation {
	return &tg.InputDocumentFileLocation{ID: d.ID, AccessHash: d.AccessHash, FileReference: d.FileReference}
}

func inputOf(d *tg.Document) *tg.InputDocument {
	return &tg.InputDocument{ID: d.ID, AccessHash: d.AccessHash, FileReference: d.FileReference}
}

func inputPhotoOf(p *tg.Photo) *tg.InputPhoto {
	return &tg.InputPhoto{ID: p.ID, AccessHash: p.AccessHash, FileReference: p.FileReference}
}

// refusedAs checks how clients see an error.
func (g *gallery) refusedAs(err error, want string) {
	g.t.Helper()
	if got := g.router.Wire(err); got.Type != want {
		g.t.Errorf("got %v (%v), want %s", got, err, want)
	}
}

// chatOf are a private chat, a basic group, a supergroup and a channel of two people, as each of them names it.
func (g *gallery) chatsOf(p []*rpc.Call) map[string][2]tg.InputPeerClass {
	group, super := g.group(p...), g.supergroup(p...)
	basic := &tg.InputPeerChat{ChatID: int64(group)}
	return map[string][2]tg.InputPeerClass{
		"private":    {g.peer(p[0], p[1]), g.peer(p[1], p[0])},
		"group":      {basic, basic},
		"supergroup": {g.channelPeer(p[0], super), g.channelPeer(p[1], super)},
	}
}

func TestAFileGoesFromOneToTheOther(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		for name, in := range g.chatsOf(p) {
			t.Run(name, func(t *testing.T) {
				data := content(10_000)
				sent := g.sendOf(p[0], in[0], &tg.InputMediaUploadedDocument{
					File: g.upload(p[0], data), MimeType: "Text/Plain; charset=utf-8",
					Attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: "../../etc/report.txt"}},
				}, "for **you**")
				got := documentOf(t, g.latest(p[1], in[1]))
				if got.Size != int64(len(data)) || got.MimeType != "text/plain" || got.DCID != 2 || got.ID != documentOf(t, sent).ID {
					t.Errorf("got %+v", got)
				}
				if n, ok := got.Attributes[0].(*tg.DocumentAttributeFilename); !ok || n.FileName != "report.txt" {
					t.Errorf("named %+v", got.Attributes)
				}
				if !bytes.Equal(g.load(p[1], whereIs(got)), data) {
					t.Error("the content is another")
				}
				pixels := content(2000)
				g.sendOf(p[0], in[0], &tg.InputMediaUploadedPhoto{File: g.upload(p[0], pixels), Spoiler: true}, "")
				photo := photoOf(t, g.latest(p[1], in[1]))
				if !g.latest(p[1], in[1]).Media.(*tg.MessageMediaPhoto).Spoiler {
					t.Error("not hidden")
				}
				back := g.load(p[1], &tg.InputPhotoFileLocation{
					ID: photo.ID, AccessHash: photo.AccessHash, FileReference: photo.FileReference, ThumbSize: "x",
				})
				if !bytes.Equal(back, pixels) {
					t.Error("the picture is another")
				}
			})
		}
	})
}

func TestWhatAFileIs(t *testing.T) {
	video := func(change func(*tg.DocumentAttributeVideo)) tg.DocumentAttributeClass {
		v := &tg.DocumentAttributeVideo{Duration: 2.5, W: 320, H: 240}
		change(v)
		return v
	}
	plainVideo := video(func(*tg.DocumentAttributeVideo) {})
	silent := video(func(v *tg.DocumentAttributeVideo) { v.Nosound = true })
	round := video(func(v *tg.DocumentAttributeVideo) { v.RoundMessage = true })
	tests := map[string]struct {
		mime       string
		attributes []tg.DocumentAttributeClass
		force      bool
		keep       bool // a video
		quiet      bool // has no sound, which only its content tells
		kind       media.Kind
	}{
		"plain":              {mime: "application/pdf", kind: media.Document},
		"video":              {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{plainVideo}, kind: media.Video},
		"video as a file":    {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{plainVideo}, force: true, kind: media.Document},
		"round":              {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{round}, kind: media.Round},
		"GIF":                {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{plainVideo, &tg.DocumentAttributeAnimated{}}, kind: media.GIF},
		"silent video":       {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{silent}, kind: media.GIF},
		"silent and a video": {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{silent}, keep: true, kind: media.Video},
		"without sound":      {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{plainVideo}, quiet: true, kind: media.GIF},
		"kept as a video":    {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{plainVideo}, quiet: true, keep: true, kind: media.Video},
		"kept as a file":     {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{plainVideo}, quiet: true, force: true, kind: media.Document},
		"round and quiet":    {mime: "video/mp4", attributes: []tg.DocumentAttributeClass{round}, quiet: true, kind: media.Round},
		"old GIF":            {mime: "image/gif", attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeImageSize{W: 9, H: 9}}, kind: media.GIF},
		"old GIF as a file":  {mime: "image/gif", force: true, kind: media.Document},
		"voice":              {mime: "audio/ogg", attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeAudio{Voice: true}}, kind: media.Voice},
		"music":              {mime: "audio/mpeg", attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeAudio{Duration: 9}}, kind: media.Music},
		"sticker": {mime: "image/webp", attributes: []tg.DocumentAttributeClass{
			&tg.DocumentAttributeSticker{Alt: "🐟", Stickerset: &tg.InputStickerSetEmpty{}},
		}, kind: media.Sticker},
	}
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(1)
		for name, tt := range tests {
			in := g.document(p[0], tt.mime, tt.attributes...)
			in.ForceFile, in.NosoundVideo = tt.force, tt.keep
			if tt.quiet {
				in.File = g.upload(p[0], content(3001))
			}
			m, err := g.o.MediaFrom(t.Context(), p[0], in)
			if err != nil || m.Kind != tt.kind {
				t.Errorf("%s: got %+v, %v; want kind %d", name, m, err, tt.kind)
				continue
			}
			shown, _, err := g.o.MediaTo(t.Context(), p[0].User, m)
			d, ok := shown.(*tg.MessageMediaDocument)
			if err != nil || !ok || d.Voice != (tt.kind == media.Voice) || d.Round != (tt.kind == media.Round) || d.Video != (tt.kind == media.Video) {
				t.Errorf("%s is shown as %+v, %v", name, shown, err)
			}
		}
	})
}

func TestThumbnails(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		c := g.people(1)[0]
		picture := func() *tg.InputFile { return g.upload(c, append([]byte("picture"), content(100)...)) }
		other := func() *tg.InputFile { return g.upload(c, content(100)) }
		sticker := &tg.DocumentAttributeSticker{Alt: "x", Stickerset: &tg.InputStickerSetEmpty{}}
		for name, tt := range map[string]struct {
			in   tg.InputMediaUploadedDocument
			want []string
		}{
			"of its sender's":           {tg.InputMediaUploadedDocument{File: other(), Thumb: picture(), MimeType: "application/pdf"}, []string{"i", "m"}},
			"none":                      {tg.InputMediaUploadedDocument{File: other(), MimeType: "application/pdf"}, nil},
			"a picture's own":           {tg.InputMediaUploadedDocument{File: picture(), MimeType: "image/png"}, []string{"i", "m"}},
			"of what is no picture":     {tg.InputMediaUploadedDocument{File: other(), MimeType: "image/png"}, nil},
			"of what its sender gave":   {tg.InputMediaUploadedDocument{File: other(), Thumb: other(), MimeType: "video/mp4"}, nil},
			"of a sticker, without i":   {tg.InputMediaUploadedDocument{File: other(), Thumb: picture(), MimeType: "image/webp", Attributes: []tg.DocumentAttributeClass{sticker}}, []string{"m"}},
			"of a picture of a sticker": {tg.InputMediaUploadedDocument{File: picture(), MimeType: "image/webp", Attributes: []tg.DocumentAttributeClass{sticker}}, nil},
		} {
			m, err := g.o.MediaFrom(t.Context(), c, &tt.in)
			if err != nil {
				t.Fatal(name, err)
			}
			f, err := g.files.One(t.Context(), m.File.ID)
			var got []string
			for _, s := range f.Sizes {
				got = append(got, s.Type)
			}
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("%s: got %q, %v; want %q", name, got, err, tt.want)
			}
		}
	})
}

func TestFilesAreSentAgain(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(3)
		to, back := g.peer(p[0], p[1]), g.peer(p[1], p[0])
		d := documentOf(t, g.sendOf(p[0], to, g.document(p[0], "application/pdf"), "first"))
		// Who got it sends it on, by its id or as a forward, and it is the same file.
		g.sendOf(p[1], g.peer(p[1], p[2]), &tg.InputMediaDocument{ID: inputOf(d), Spoiler: true}, "again")
		if m := g.latest(p[2], g.peer(p[2], p[1])); documentOf(t, m).ID != d.ID || !m.Media.(*tg.MessageMediaDocument).Spoiler || m.Message != "again" {
			t.Errorf("got %+v", m)
		}
		for _, drop := range []bool{false, true} {
			_, err := serve[tg.UpdatesClass](g.world, p[1], &tg.MessagesForwardMessages{
				FromPeer: back, ID: []int32{g.latest(p[1], back).ID}, RandomID: []int64{rand.Int64()}, ToPeer: g.peer(p[1], p[2]),
				DropAuthor: drop, DropMediaCaptions: drop,
			})
			if err != nil {
				t.Fatal(err)
			}
			m := g.latest(p[2], g.peer(p[2], p[1]))
			if documentOf(t, m).ID != d.ID || (m.FwdFrom == nil) != drop || (m.Message == "") != drop {
				t.Errorf("got %+v", m)
			}
		}
		wrong := inputOf(d)
		wrong.AccessHash++
		_, err := serve[tg.UpdatesClass](g.world, p[2], &tg.MessagesSendMedia{Peer: g.peer(p[2], p[1]), Media: &tg.InputMediaDocument{ID: wrong}, RandomID: 1})
		g.refusedAs(err, "FILE_ID_INVALID")
		wrong = inputOf(d)
		wrong.FileReference = []byte("no reference")
		_, err = serve[tg.UpdatesClass](g.world, p[2], &tg.MessagesSendMedia{Peer: g.peer(p[2], p[1]), Media: &tg.InputMediaDocument{ID: wrong}, RandomID: 1})
		g.refusedAs(err, "FILE_REFERENCE_INVALID")
		_, err = serve[tg.UpdatesClass](g.world, p[2], &tg.MessagesSendMultiMedia{Peer: g.peer(p[2], p[1]), MultiMedia: []*tg.InputSingleMedia{
			{Media: &tg.InputMediaDocument{ID: inputOf(d)}, RandomID: 1}, {Media: &tg.InputMediaDocument{ID: wrong}, RandomID: 2},
		}})
		g.refusedAs(err, "FILE_REFERENCE_1_INVALID")
	})
}

// To repeat a call after its parts are gone gives what it gave.
func TestASendingIsRepeated(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		to := g.peer(p[0], p[1])
		req := &tg.MessagesSendMedia{Peer: to, Media: g.picture(p[0]), RandomID: 77}
		first := sentIn(t, must[tg.UpdatesClass](t)(serve[tg.UpdatesClass](g.world, p[0], req)))[0]
		req.Media.(*tg.InputMediaUploadedPhoto).File = &tg.InputFile{ID: 1, Parts: 1}
		again := sentIn(t, must[tg.UpdatesClass](t)(serve[tg.UpdatesClass](g.world, p[0], req)))[0]
		if again.ID != first.ID || photoOf(t, again).ID != photoOf(t, first).ID {
			t.Errorf("got %d and %d", first.ID, again.ID)
		}
		_, err := serve[tg.UpdatesClass](g.world, p[0], &tg.MessagesSendMedia{Peer: to, Media: req.Media, RandomID: 78})
		g.refusedAs(err, "FILE_PART_0_MISSING")
	})
}

func TestAlbums(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		to := g.peer(p[0], p[1])
		video := func() tg.InputMediaClass {
			return g.document(p[0], "video/mp4", &tg.DocumentAttributeVideo{Duration: 1, W: 10, H: 10})
		}
		plain := func() tg.InputMediaClass { return g.document(p[0], "application/pdf") }
		music := func() tg.InputMediaClass {
			return g.document(p[0], "audio/mpeg", &tg.DocumentAttributeAudio{Duration: 1})
		}
		photo := func() tg.InputMediaClass { return g.picture(p[0]) }
		for name, tt := range map[string]struct {
			media []tg.InputMediaClass
			err   string
		}{
			"pictures":         {[]tg.InputMediaClass{photo(), video(), photo()}, ""},
			"documents":        {[]tg.InputMediaClass{plain(), plain()}, ""},
			"music":            {[]tg.InputMediaClass{music(), music()}, ""},
			"one":              {[]tg.InputMediaClass{g.voice(p[0])}, ""},
			"photo and file":   {[]tg.InputMediaClass{photo(), plain()}, "MEDIA_GROUPED_INVALID"},
			"music and file":   {[]tg.InputMediaClass{music(), plain()}, "MEDIA_GROUPED_INVALID"},
			"voice messages":   {[]tg.InputMediaClass{g.voice(p[0]), g.voice(p[0])}, "MEDIA_INVALID"},
			"far too many":     {slices.Repeat([]tg.InputMediaClass{photo()}, 11), "MULTI_MEDIA_TOO_LONG"},
			"nothing":          {nil, "MULTI_MEDIA_TOO_LONG"},
			"something to see": {[]tg.InputMediaClass{photo(), &tg.InputMediaEmpty{}}, "MEDIA_EMPTY"},
		} {
			req := &tg.MessagesSendMultiMedia{Peer: to}
			for i, m := range tt.media {
				req.MultiMedia = append(req.MultiMedia, &tg.InputSingleMedia{Media: m, RandomID: rand.Int64(), Message: strings.Repeat("x", i)})
			}
			u, err := serve[tg.UpdatesClass](g.world, p[0], req)
			if tt.err != "" {
				t.Run(name, func(*testing.T) { g.refusedAs(err, tt.err) })
				continue
			}
			all := sentIn(t, must[tg.UpdatesClass](t)(u, err))
			for i, m := range all {
				if len(all) != len(tt.media) || (m.GroupedID == nil) != (len(all) == 1) || m.Message != strings.Repeat("x", i) {
					t.Errorf("%s: got %+v", name, m)
				}
				if len(all) > 1 && *m.GroupedID != *all[0].GroupedID {
					t.Errorf("%s: of several albums", name)
				}
			}
		}
	})
}

func TestUploadMedia(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		to := g.peer(p[0], p[1])
		shown := must[tg.MessageMediaClass](t)(serve[tg.MessageMediaClass](g.world, p[0], &tg.MessagesUploadMedia{Peer: to, Media: g.picture(p[0])}))
		photo := shown.(*tg.MessageMediaPhoto).Photo.(*tg.Photo)
		if m := g.sendOf(p[0], to, &tg.InputMediaPhoto{ID: inputPhotoOf(photo)}, ""); photoOf(t, m).ID != photo.ID {
			t.Errorf("got %+v", m)
		}
		_, err := serve[tg.MessageMediaClass](g.world, p[0], &tg.MessagesUploadMedia{Peer: to, Media: geoIn(1)})
		g.refusedAs(err, "MEDIA_INVALID")
		_, err = serve[tg.MessageMediaClass](g.world, p[0], &tg.MessagesUploadMedia{Peer: to, Media: &tg.InputMediaUploadedPhoto{File: &tg.InputFile{ID: 5, Parts: 1}}})
		g.refusedAs(err, "FILE_PART_0_MISSING")
	})
}

func TestCaptions(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		to := g.peer(p[0], p[1])
		m := g.sendOf(p[0], to, g.picture(p[0]), strings.Repeat("é", 1024))
		if len([]rune(m.Message)) != 1024 {
			t.Errorf("got %d", len([]rune(m.Message)))
		}
		_, err := serve[tg.UpdatesClass](g.world, p[0], &tg.MessagesSendMedia{Peer: to, Media: g.picture(p[0]), Message: strings.Repeat("é", 1025), RandomID: 3})
		g.refusedAs(err, "MEDIA_CAPTION_TOO_LONG")
		edit := func(body string) error {
			_, err := serve[tg.UpdatesClass](g.world, p[0], &tg.MessagesEditMessage{Peer: to, ID: m.ID, Message: &body})
			return err
		}
		if err := edit("short"); err != nil {
			t.Fatal(err)
		}
		g.refusedAs(edit("short"), "MESSAGE_NOT_MODIFIED")
		g.refusedAs(edit(strings.Repeat("x", 1025)), "MEDIA_CAPTION_TOO_LONG")
		if err := edit(""); err != nil {
			t.Fatal(err)
		}
		if got := g.latest(p[1], g.peer(p[1], p[0])); got.Message != "" || photoOf(t, got).ID != photoOf(t, m).ID {
			t.Errorf("got %+v", got)
		}
	})
}

func TestMediaAreEdited(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		for name, in := range g.chatsOf(p) {
			t.Run(name, func(t *testing.T) {
				m := g.sendOf(p[0], in[0], g.picture(p[0]), "a picture")
				old := photoOf(t, m).ID
				edit := func(id int32, media tg.InputMediaClass) error {
					_, err := serve[tg.UpdatesClass](g.world, p[0], &tg.MessagesEditMessage{Peer: in[0], ID: id, Media: media})
					return err
				}
				if err := edit(m.ID, g.document(p[0], "application/pdf")); err != nil {
					t.Fatal(err)
				}
				got := g.latest(p[1], in[1])
				if documentOf(t, got).MimeType != "application/pdf" || got.Message != "a picture" || got.EditDate == nil {
					t.Errorf("got %+v", got)
				}
				g.wantHeld(t, map[int64]bool{old: false, documentOf(t, got).ID: true})
				g.refusedAs(edit(m.ID, g.voice(p[0])), "MEDIA_NEW_INVALID")
				voice := g.sendOf(p[0], in[0], g.voice(p[0]), "")
				g.refusedAs(edit(voice.ID, g.picture(p[0])), "MEDIA_PREV_INVALID")
			})
		}
		album := sentIn(t, must[tg.UpdatesClass](t)(serve[tg.UpdatesClass](g.world, p[0], &tg.MessagesSendMultiMedia{
			Peer: g.peer(p[0], p[1]), MultiMedia: []*tg.InputSingleMedia{
				{Media: g.picture(p[0]), RandomID: 11}, {Media: g.picture(p[0]), RandomID: 12},
			},
		})))
		_, err := serve[tg.UpdatesClass](g.world, p[0], &tg.MessagesEditMessage{
			Peer: g.peer(p[0], p[1]), ID: album[0].ID, Media: g.document(p[0], "application/pdf"),
		})
		g.refusedAs(err, "MEDIA_GROUPED_INVALID")
	})
}

// wantHeld checks which files messages hold.
func (g *gallery) wantHeld(t *testing.T, want map[int64]bool) {
	t.Helper()
	for id, held := range want {
		got, err := g.messages.Held(t.Context(), []int64{id})
		if err != nil || (len(got) == 1) != held {
			t.Errorf("file %d is held by %v, %v; want %v", id, got, err, held)
		}
	}
}

func TestDeletedMessagesLetGo(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		for name, in := range g.chatsOf(p) {
			t.Run(name, func(t *testing.T) {
				video := g.document(p[0], "video/mp4", &tg.DocumentAttributeVideo{Duration: 1, W: 10, H: 10})
				cover := must[tg.MessageMediaClass](t)(serve[tg.MessageMediaClass](g.world, p[0], &tg.MessagesUploadMedia{
					Peer: in[0], Media: g.picture(p[0]),
				})).(*tg.MessageMediaPhoto).Photo.(*tg.Photo)
				video.VideoCover, video.VideoTimestamp = inputPhotoOf(cover), new(int32(5))
				m := g.sendOf(p[0], in[0], video, "")
				shown := g.latest(p[1], in[1]).Media.(*tg.MessageMediaDocument)
				if c, ok := shown.VideoCover.(*tg.Photo); !ok || c.ID != cover.ID || *shown.VideoTimestamp != 5 {
					t.Errorf("got %+v", shown)
				}
				id := documentOf(t, m).ID
				g.wantHeld(t, map[int64]bool{id: true, cover.ID: true})
				mine := messageIDs([]int32{m.ID})
				var peer ids.Peer
				if in, ok := in[0].(*tg.InputPeerChannel); ok {
					peer = ids.Channel(in.ChannelID).Peer()
				}
				if peer == 0 { // each side has a row of its own, and a file is held as long as one is there
					if _, err := g.messages.Delete(t.Context(), p[1].User, 0, messageIDs([]int32{g.latest(p[1], in[1]).ID}), false); err != nil {
						t.Fatal(err)
					}
					g.wantHeld(t, map[int64]bool{id: true, cover.ID: true})
				}
				if _, err := g.messages.Delete(t.Context(), p[0].User, peer, mine, true); err != nil {
					t.Fatal(err)
				}
				g.wantHeld(t, map[int64]bool{id: false, cover.ID: false})
			})
		}
		d := documentOf(t, g.sendOf(p[0], g.peer(p[0], p[1]), g.document(p[0], "a/b"), ""))
		_, err := serve[*tg.MessagesAffectedHistory](g.world, p[0], &tg.MessagesDeleteHistory{Peer: g.peer(p[0], p[1]), JustClear: true})
		if err != nil {
			t.Fatal(err)
		}
		g.wantHeld(t, map[int64]bool{d.ID: true})
		_, err = serve[*tg.MessagesAffectedHistory](g.world, p[1], &tg.MessagesDeleteHistory{Peer: g.peer(p[1], p[0]), Revoke: true})
		if err != nil {
			t.Fatal(err)
		}
		g.wantHeld(t, map[int64]bool{d.ID: false})
	})
}

func TestVoiceMessagesAreUnreadUntilTheyArePlayed(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(3)
		group, super := g.group(p...), g.supergroup(p...)
		basic := &tg.InputPeerChat{ChatID: int64(group)}
		for name, in := range map[string][]tg.InputPeerClass{
			"private":    {g.peer(p[0], p[1]), g.peer(p[1], p[0])},
			"group":      {basic, basic, basic},
			"supergroup": {g.channelPeer(p[0], super), g.channelPeer(p[1], super), g.channelPeer(p[2], super)},
		} {
			t.Run(name, func(t *testing.T) {
				if m := g.sendOf(p[0], in[0], g.voice(p[0]), ""); !m.MediaUnread {
					t.Error("played before it was sent")
				}
				for i, in := range in {
					if !g.latest(p[i], in).MediaUnread {
						t.Errorf("person %d has played it", i)
					}
				}
				g.play(t, p[1], in[1])
				g.play(t, p[1], in[1]) // changes nothing
				for i, in := range in {
					if unread := g.latest(p[i], in).MediaUnread; unread != (i == 2) {
						t.Errorf("unread for person %d: %v", i, unread)
					}
				}
			})
		}
	})
}

// play says that somebody has looked at, or listened to, the last message of a chat.
func (g *gallery) play(t *testing.T, c *rpc.Call, in tg.InputPeerClass) {
	t.Helper()
	id := []int32{g.latest(c, in).ID}
	var err error
	if ch, ok := in.(*tg.InputPeerChannel); ok {
		_, err = serve[tg.Bool](g.world, c, &tg.ChannelsReadMessageContents{
			Channel: &tg.InputChannel{ChannelID: ch.ChannelID, AccessHash: ch.AccessHash}, ID: id,
		})
	} else {
		_, err = serve[*tg.MessagesAffectedMessages](g.world, c, &tg.MessagesReadMessageContents{ID: id})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestMediaVanishOnceTheyWereLookedAt(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		to, back := g.peer(p[0], p[1]), g.peer(p[1], p[0])
		for _, ttl := range []int32{5, media.Once} {
			in := g.picture(p[0])
			in.TTLSeconds = &ttl
			file := photoOf(t, g.sendOf(p[0], to, in, "look")).ID
			m := g.latest(p[1], back)
			if shown := m.Media.(*tg.MessageMediaPhoto); *shown.TTLSeconds != ttl || !m.MediaUnread {
				t.Errorf("got %+v", m)
			}
			g.vanishAt(t, time.Now().Add(time.Hour))
			photoOf(t, g.latest(p[1], back)) // nobody has looked
			_, err := serve[tg.UpdatesClass](g.world, p[1], &tg.MessagesForwardMessages{
				FromPeer: back, ID: []int32{m.ID}, RandomID: []int64{rand.Int64()}, ToPeer: &tg.InputPeerSelf{},
			})
			g.refusedAs(err, "CHAT_FORWARDS_RESTRICTED")
			_, err = serve[tg.UpdatesClass](g.world, p[1], &tg.MessagesSendMedia{
				Peer: &tg.InputPeerSelf{}, RandomID: rand.Int64(), Media: &tg.InputMediaPhoto{ID: inputPhotoOf(photoOf(t, m))},
			})
			g.refusedAs(err, "MEDIA_INVALID")
			g.play(t, p[1], back)
			if g.latest(p[0], to).MediaUnread {
				t.Error("the sender is not told that it was looked at")
			}
			g.vanishAt(t, time.Now())
			photoOf(t, g.latest(p[1], back)) // there is some time left
			g.vanishAt(t, time.Now().Add(61*time.Second))
			for i, in := range []tg.InputPeerClass{to, back} {
				m := g.latest(p[i], in)
				if shown := m.Media.(*tg.MessageMediaPhoto); shown.Photo != nil || *shown.TTLSeconds != ttl || m.Message != "" {
					t.Errorf("person %d still sees %+v", i, m)
				}
			}
			if _, err := g.files.One(t.Context(), file); err == nil {
				t.Error("the file is there")
			}
		}
	})
}

// vanishAt does what is due at a time.
func (g *gallery) vanishAt(t *testing.T, at time.Time) {
	t.Helper()
	if err := g.messages.Vanish(t.Context(), at); err != nil {
		t.Fatal(err)
	}
}

func TestWhatMayVanish(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		chats := g.chatsOf(p)
		send := func(in tg.InputPeerClass, m tg.InputMediaClass) error {
			_, err := serve[tg.UpdatesClass](g.world, p[0], &tg.MessagesSendMedia{Peer: in, Media: m, RandomID: rand.Int64()})
			return err
		}
		photo := func(ttl int32) tg.InputMediaClass {
			m := g.picture(p[0])
			m.TTLSeconds = &ttl
			return m
		}
		for _, name := range []string{"group", "supergroup"} {
			g.refusedAs(send(chats[name][0], photo(5)), "TTL_MEDIA_INVALID")
		}
		g.refusedAs(send(&tg.InputPeerSelf{}, photo(5)), "TTL_MEDIA_INVALID")
		to := chats["private"][0]
		for _, ttl := range []int32{-1, 61, media.Once - 1} {
			g.refusedAs(send(to, photo(ttl)), "TTL_MEDIA_INVALID")
		}
		file := g.document(p[0], "application/pdf")
		file.TTLSeconds = new(int32(5))
		g.refusedAs(send(to, file), "TTL_MEDIA_INVALID")
		// A file that others have stays with them.
		kept := photoOf(t, g.sendOf(p[0], to, g.picture(p[0]), ""))
		once := g.sendOf(p[0], to, &tg.InputMediaPhoto{ID: inputPhotoOf(kept), TTLSeconds: new(int32(5))}, "")
		if photoOf(t, once).ID == kept.ID {
			t.Fatal("the file of a message that stays goes with the one that vanishes")
		}
		g.play(t, p[1], chats["private"][1])
		g.vanishAt(t, time.Now().Add(6*time.Second))
		if _, err := g.files.One(t.Context(), kept.ID); err != nil {
			t.Error(err)
		}
		back := g.load(p[1], &tg.InputPhotoFileLocation{ID: kept.ID, AccessHash: kept.AccessHash, FileReference: kept.FileReference, ThumbSize: "x"})
		if len(back) != 2000 {
			t.Errorf("got %d bytes", len(back))
		}
	})
}

// forbid sets what members of a supergroup may not send.
func (g *gallery) forbid(t *testing.T, admin *rpc.Call, super ids.Channel, banned rights.Banned) {
	t.Helper()
	if _, err := g.channels.SetDefaults(t.Context(), admin.User, super, banned); err != nil {
		t.Fatal(err)
	}
}

func TestRightsByKind(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		super := g.supergroup(p...)
		video := &tg.DocumentAttributeVideo{Duration: 1, W: 10, H: 10}
		round := &tg.DocumentAttributeVideo{Duration: 1, W: 10, H: 10, RoundMessage: true}
		for _, tt := range []struct {
			banned rights.Banned
			in     func() tg.InputMediaClass
			err    string
		}{
			{rights.SendPhotos, func() tg.InputMediaClass { return g.picture(p[1]) }, "CHAT_SEND_PHOTOS_FORBIDDEN"},
			{rights.SendVideos, func() tg.InputMediaClass { return g.document(p[1], "video/mp4", video) }, "CHAT_SEND_VIDEOS_FORBIDDEN"},
			{rights.SendRoundVideos, func() tg.InputMediaClass { return g.document(p[1], "video/mp4", round) }, "CHAT_SEND_ROUNDVIDEOS_FORBIDDEN"},
			{rights.SendAudios, func() tg.InputMediaClass { return g.document(p[1], "audio/mpeg", &tg.DocumentAttributeAudio{}) }, "CHAT_SEND_AUDIOS_FORBIDDEN"},
			{rights.SendVoices, func() tg.InputMediaClass { return g.voice(p[1]) }, "CHAT_SEND_VOICES_FORBIDDEN"},
			{rights.SendDocs, func() tg.InputMediaClass { return g.document(p[1], "application/pdf") }, "CHAT_SEND_DOCS_FORBIDDEN"},
			{rights.SendGifs, func() tg.InputMediaClass {
				return g.document(p[1], "video/mp4", video, &tg.DocumentAttributeAnimated{})
			}, "CHAT_SEND_GIFS_FORBIDDEN"},
			{rights.SendStickers, func() tg.InputMediaClass {
				return g.document(p[1], "image/webp", &tg.DocumentAttributeSticker{Alt: "x", Stickerset: &tg.InputStickerSetEmpty{}})
			}, "CHAT_SEND_STICKERS_FORBIDDEN"},
			{rights.SendMedia, func() tg.InputMediaClass { return g.picture(p[1]) }, "CHAT_SEND_PHOTOS_FORBIDDEN"},
		} {
			g.forbid(t, p[0], super, tt.banned)
			req := &tg.MessagesSendMedia{Peer: g.channelPeer(p[1], super), Media: tt.in(), RandomID: rand.Int64()}
			_, err := serve[tg.UpdatesClass](g.world, p[1], req)
			g.refusedAs(err, tt.err)
			g.forbid(t, p[0], super, 0)
			if _, err := serve[tg.UpdatesClass](g.world, p[1], req); err != nil {
				t.Errorf("%s when nothing is: %v", tt.err, err)
			}
		}
	})
}

func TestWhoTakesNoVoiceMessages(t *testing.T) {
	eachGallery(t, func(t *testing.T, g *gallery) {
		p := g.people(2)
		err := g.users.SetPrivacy(t.Context(), p[1].User, users.VoiceMessages, []users.Rule{{Kind: users.DisallowAll}})
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range []tg.InputMediaClass{
			g.voice(p[0]), g.document(p[0], "video/mp4", &tg.DocumentAttributeVideo{RoundMessage: true, Duration: 1, W: 10, H: 10}),
		} {
			_, err := serve[tg.UpdatesClass](g.world, p[0], &tg.MessagesSendMedia{Peer: g.peer(p[0], p[1]), Media: in, RandomID: rand.Int64()})
			g.refusedAs(err, "VOICE_MESSAGES_FORBIDDEN")
		}
		g.sendOf(p[0], g.peer(p[0], p[1]), g.document(p[0], "audio/mpeg", &tg.DocumentAttributeAudio{}), "")
		g.sendOf(p[1], g.peer(p[1], p[0]), g.voice(p[1]), "")
	})
}
