package secret

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"hermod/internal/tl"
	e2e "hermod/internal/tl/secret"
)

var aFile = File{Size: 5, Key: bytes.Repeat([]byte{1}, 32), IV: bytes.Repeat([]byte{2}, 32), Upload: &Upload{ID: 1}}

// samples are messages with everything that there is.
func samples() map[string]Message {
	thumb := Thumb{JPEG: []byte("jpeg"), Width: 9, Height: 8}
	attributes := Attributes{
		Name: "film.mp4", Width: 3, Height: 4, Animated: true,
		Video:   &VideoAttributes{Width: 3, Height: 4, Duration: 5 * time.Second, Round: true},
		Audio:   &AudioAttributes{Duration: time.Second, Voice: true, Title: "t", Performer: "p", Waveform: []byte{1, 2}},
		Sticker: &StickerAttributes{Alt: "x", Set: "set"},
	}
	var all []Entity
	for kind := Mention; kind <= CustomEmoji; kind++ {
		e := Entity{Kind: kind, Offset: 1, Length: 2}
		switch kind {
		case Pre, TextURL:
			e.Value = "value"
		case UserName, CustomEmoji:
			e.Number = 77
		}
		all = append(all, e)
	}
	media := func(m Media) Message { return Message{ID: 4, Media: &m, TTL: 3 * time.Second} }
	return map[string]Message{
		"text": {
			ID: 1, Text: "hello 🙂", Entities: all, ReplyTo: 2, ViaBot: "bot", Silent: true, Group: 5, TTL: time.Minute,
		},
		"photo":    media(Media{Photo: &Photo{File: aFile, Thumb: thumb, Width: 1, Height: 2, Caption: "c"}}),
		"video":    media(Media{Video: &Video{File: aFile, Thumb: thumb, Width: 1, Height: 2, Duration: time.Second, MIME: "video/mp4", Caption: "c"}}),
		"audio":    media(Media{Audio: &Audio{File: aFile, Duration: time.Second, MIME: "audio/ogg"}}),
		"document": media(Media{Document: &Document{File: aFile, Thumb: thumb, MIME: "a/b", Attributes: attributes, Caption: "c"}}),
		"location": media(Media{Location: &Location{Latitude: 59.9, Longitude: 10.7}}),
		"venue":    media(Media{Venue: &Venue{Location: Location{1, 2}, Title: "t", Address: "a", Provider: "p", ID: "i"}}),
		"contact":  media(Media{Contact: &Contact{Phone: "1", First: "f", Last: "l", User: 3}}),
		"web page": media(Media{WebPage: &WebPage{URL: "https://example.org/"}}),
		"external": media(Media{External: &External{
			ID: 1, AccessHash: 2, Date: unix(3), MIME: "image/webp", Size: 4, DC: 2, Attributes: attributes,
			Thumb: ExternalThumb{Type: "m", Width: 1, Height: 2, Bytes: []byte{1}, DC: 2, Volume: 3, Local: 4, Secret: 5},
		}}),
		"external, thumb elsewhere": media(Media{External: &External{
			ID: 1, Date: unix(3), Thumb: ExternalThumb{Type: "m", Width: 1, Height: 2, Size: 9, Volume: 3, Local: 4},
		}}),
		"external, no thumb": media(Media{External: &External{ID: 1, Date: unix(3), Thumb: ExternalThumb{Type: "s"}}}),
	}
}

// there encodes a message for a layer and decodes it as the other side does.
func there(t *testing.T, m Message, layer int) (e2e.DecryptedMessageClass, Message) {
	t.Helper()
	o, err := m.toTL(layer)
	must(t, err)
	content, err := frame{layer: layer, message: o}.encode()
	must(t, err)
	f, err := decodeFrame(content)
	must(t, err)
	if f.message == nil {
		t.Fatalf("layer %d: the message does not decode", layer)
	}
	return o, *messageFromTL(f.message)
}

func TestContentComesBack(t *testing.T) {
	for name, m := range samples() {
		_, got := there(t, m, Layer)
		if f := got.Media.file(); f != nil {
			f.Upload = aFile.Upload // which does not travel inside
		}
		if !reflect.DeepEqual(got, m) {
			t.Errorf("%s: %+v came back as %+v", name, m, got)
		}
	}
}

// since says which layer of the published schema brought a constructor; those of 46 and before are not listed.
var since = map[string]int{
	"decryptedMessage": 73, "documentAttributeVideo": 66, "messageEntityUnderline": 101, "messageEntityStrike": 101,
	"messageEntityBlockquote": 101, "decryptedMessageMediaDocument": 143, "messageEntitySpoiler": 144,
	"messageEntityCustomEmoji": 144, "messageEntityPhone": 144, "messageEntityCashtag": 144, "messageEntityBankCard": 144,
	"sendMessageRecordRoundAction": 66, "sendMessageUploadRoundAction": 66,
}

// names are the constructors in o.
func names(v reflect.Value) (found []string) {
	if !v.IsValid() {
		return nil
	}
	if o, ok := v.Interface().(tl.Object); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		found = append(found, o.TLName())
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		found = append(found, names(v.Elem())...)
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, names(v.Field(i))...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, names(v.Index(i))...)
		}
	}
	return found
}

func TestNothingBeyondTheOtherSidesLayer(t *testing.T) {
	for _, layer := range []int{46, 66, 73, 101, 143, 144} {
		for name, m := range samples() {
			o, got := there(t, m, layer)
			for _, constructor := range names(reflect.ValueOf(o)) {
				if since[constructor] > layer {
					t.Errorf("%s for layer %d has %s of layer %d", name, layer, constructor, since[constructor])
				}
			}
			if got.Text != m.Text || (got.Media == nil) != (m.Media == nil) {
				t.Errorf("%s for layer %d lost its content", name, layer)
			}
		}
	}
}

func TestBigFiles(t *testing.T) {
	big := aFile
	big.Size = math.MaxInt32 + 1
	for name, media := range map[string]Media{
		"document": {Document: &Document{File: big}}, "photo": {Photo: &Photo{File: big}},
		"video": {Video: &Video{File: big}}, "audio": {Audio: &Audio{File: big}},
	} {
		if _, err := media.toTL(LayerBigFiles - 1); !errors.Is(err, ErrPartnerLayer) {
			t.Errorf("%s: error %v, want ErrPartnerLayer", name, err)
		}
		_, got := there(t, Message{Media: &media}, LayerBigFiles)
		if f := got.Media.file(); f == nil || f.Size != big.Size {
			t.Errorf("%s: %+v", name, got.Media)
		}
	}
}

func TestDraftsThatCannotBe(t *testing.T) {
	n := newNetwork(t)
	a, _, id := n.pair()
	for name, d := range map[string]Draft{
		"empty":               {},
		"no UTF-8":            {Text: "\xff"},
		"too long":            {Text: strings.Repeat("x", maxText+1)},
		"entity outside":      {Text: "x", Entities: []Entity{{Kind: Bold, Offset: 1, Length: 1}}},
		"entity of nothing":   {Text: "x", Entities: []Entity{{Kind: Bold}}},
		"entity overflows":    {Text: "x", Entities: []Entity{{Kind: Bold, Offset: math.MaxInt, Length: 1}}},
		"half a second":       {Text: "x", TTL: time.Second / 2},
		"negative timer":      {Text: "x", TTL: -time.Second},
		"no medium":           {Media: &Media{}},
		"two media":           {Media: &Media{Location: &Location{}, WebPage: &WebPage{}}},
		"file not uploaded":   {Media: &Media{Photo: &Photo{File: File{Size: 1, Key: aFile.Key, IV: aFile.IV}}}},
		"file without key":    {Media: &Media{Photo: &Photo{File: File{Size: 1, Upload: &Upload{}}}}},
		"place out of range":  {Media: &Media{Location: &Location{Latitude: 91}}},
		"place is not number": {Media: &Media{Venue: &Venue{Location: Location{Longitude: math.NaN()}}}},
	} {
		before := a.state(id).Out
		if _, err := a.Send(ctx, id, d); !errors.Is(err, ErrDraft) || a.state(id).Out != before {
			t.Errorf("%s: error %v, want ErrDraft and no number used", name, err)
		}
	}
	if _, err := a.Send(ctx, id+1, Draft{Text: "x"}); !errors.Is(err, ErrNoChat) {
		t.Errorf("unknown chat: %v", err)
	}
}

func TestOldForms(t *testing.T) {
	key := bytes.Repeat([]byte{1}, 32)
	for name, o := range map[string]e2e.DecryptedMessageClass{
		"8":        &e2e.DecryptedMessage8{Message: "x", Media: &e2e.DecryptedMessageMediaPhoto8{Size: 3, Key: key, Iv: key}},
		"23":       &e2e.DecryptedMessage23{Message: "x", TTL: 5, Media: &e2e.DecryptedMessageMediaVideo23{Size: 3, Key: key, Iv: key}},
		"video":    &e2e.DecryptedMessage8{Message: "x", Media: &e2e.DecryptedMessageMediaVideo8{Size: 3, Key: key, Iv: key}},
		"audio":    &e2e.DecryptedMessage8{Message: "x", Media: &e2e.DecryptedMessageMediaAudio8{Size: 3, Key: key, Iv: key}},
		"document": &e2e.DecryptedMessage8{Message: "x", Media: &e2e.DecryptedMessageMediaDocument8{Size: 3, Key: key, Iv: key}},
	} {
		m := messageFromTL(o)
		if m == nil || m.Text != "x" || m.Media.file() == nil || m.Media.file().Size != 3 {
			t.Errorf("%s: %+v", name, m)
		}
	}
	m := messageFromTL(&e2e.DecryptedMessage8{Media: &e2e.DecryptedMessageMediaEmpty{}})
	if m.Media != nil {
		t.Errorf("no medium became %+v", m.Media)
	}
}

func TestFilesThereAndBack(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	for _, size := range []int{1, 15, 16, 17, fileChunk - 1, fileChunk, fileChunk + 1, 3*fileChunk + 5} {
		want := bytes.Repeat([]byte("0123456789abcde"), size/15+1)[:size]
		f := n.attach(a, want)
		m, err := a.Send(ctx, id, Draft{Media: &Media{Document: &Document{File: f, MIME: "x/y"}}})
		must(t, err)
		n.settle(a, b)
		got, err := b.Message(ctx, id, m.ID)
		must(t, err)
		r, err := b.OpenFile(ctx, got.Media.Document.File)
		must(t, err)
		if err := iotest.TestReader(r, want); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if bytes.Contains(n.files[got.Media.Document.File.Place.ID], []byte("456789abcde0123")) {
			t.Errorf("%d bytes: the server can read them", size)
		}
		sent, err := a.Message(ctx, id, m.ID)
		must(t, err)
		if sent.Media.Document.File.Place.ID == 0 || sent.Media.Document.File.Upload != nil {
			t.Errorf("the sender does not know where its file is: %+v", sent.Media.Document.File)
		}
	}
}

// TestForwardedFile sends a file that the server has to another chat, with the key that it has.
func TestForwardedFile(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	m, err := a.Send(ctx, id, Draft{Media: &Media{Photo: &Photo{File: n.attach(a, []byte("picture"))}}})
	must(t, err)
	n.settle(a, b)
	got, err := b.Message(ctx, id, m.ID)
	must(t, err)
	c := n.device(3)
	other := n.connect(b, c)
	_, err = b.Send(ctx, other, Draft{Media: got.Media})
	must(t, err)
	n.settle(a, b, c)
	forwarded := c.history(other)[0].Media.Photo.File
	r, err := c.OpenFile(ctx, forwarded)
	must(t, err)
	if content, err := io.ReadAll(r); err != nil || string(content) != "picture" {
		t.Errorf("forwarded file has %q, %v", content, err)
	}
	if forwarded.Place.ID != got.Media.Photo.File.Place.ID {
		t.Error("the file was stored twice")
	}
}

func TestFilesThatDoNotMatch(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	m, err := a.Send(ctx, id, Draft{Media: &Media{Photo: &Photo{File: n.attach(a, make([]byte, 100))}}})
	must(t, err)
	n.settle(a, b)
	got, err := b.Message(ctx, id, m.ID)
	must(t, err)
	good := got.Media.Photo.File
	for name, change := range map[string]func(*File){
		"no file":           func(f *File) { f.Place = FilePlace{} },
		"other fingerprint": func(f *File) { f.Place.Fingerprint++ },
		"other key":         func(f *File) { f.Key = bytes.Repeat([]byte{9}, 32) },
		"no key":            func(f *File) { f.Key = nil },
		"too large":         func(f *File) { f.Size = 113 },
		"no size":           func(f *File) { f.Size = 0 },
	} {
		f := good
		change(&f)
		if _, err := b.OpenFile(ctx, f); !errors.Is(err, ErrFile) {
			t.Errorf("%s: error %v, want ErrFile", name, err)
		}
	}
	n.files[good.Place.ID] = n.files[good.Place.ID][:96]
	r, err := b.OpenFile(ctx, good)
	must(t, err)
	if _, err := io.ReadAll(r); !errors.Is(err, ErrFile) {
		t.Errorf("short file: error %v, want ErrFile", err)
	}
	if _, err := a.Attach(ctx, strings.NewReader("abc"), 4); !errors.Is(err, ErrFile) {
		t.Errorf("short content: error %v, want ErrFile", err)
	}
	if _, err := a.Attach(ctx, strings.NewReader(""), 0); !errors.Is(err, ErrDraft) {
		t.Errorf("no content: error %v, want ErrDraft", err)
	}
}

func TestUnknownContentKeepsItsPlace(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair()
	s := a.state(id)
	in, out := s.numbering().outgoing(s.In, s.Out)
	must(t, a.update(ctx, id, func(t *tx) error { t.s.Out++; return nil }))
	w := tl.Writer{}
	w.ID(layerID)
	w.Bytes(make([]byte, 15))
	w.Int32(200)
	w.Int32(in)
	w.Int32(out)
	w.ID(0xdeadbeef)
	b.handle(Incoming{Chat: id, RandomID: 8, Data: seal(s.Key, 0, w.B), Date: n.clock.Now()})
	h := b.history(id)
	if len(h) != 1 || !h[0].Unsupported || !b.saw(Outdated) || b.chat(id).Layer != 200 {
		t.Errorf("history %+v, events %v", h, b.kinds())
	}
	a.say(id, "next")
	n.settle(a, b)
	if got := b.heard(id); len(got) != 2 || got[1] != "next" {
		t.Errorf("b heard %q", got)
	}
}

func TestShortRandomBytesAreIgnored(t *testing.T) {
	w := tl.Writer{}
	w.ID(layerID)
	w.Bytes(make([]byte, 14))
	w.Int32(144)
	w.Int32(0)
	w.Int32(0)
	noop().Encode(&w)
	if _, err := decodeFrame(w.B); !errors.Is(err, ErrFrame) {
		t.Errorf("error %v, want ErrFrame", err)
	}
}

// TestOldPartner talks with a program of layer 46 and the first version of the envelope; its own messages are then
// of layer 46, and nothing of ours is beyond that.
func TestOldPartner(t *testing.T) {
	n := newNetwork(t)
	b := n.device(2)
	a := n.device(1, func(o *Options) { o.Layer = LayerFirst })
	id := n.connect(a, b)
	if got := b.chat(id).Layer; got != LayerFirst {
		t.Fatalf("layer %d", got)
	}
	s := a.state(id)
	in, out := s.numbering().outgoing(s.In, s.Out)
	old := frame{layer: 46, in: in, out: out, message: &e2e.DecryptedMessage46{Message: "old", RandomID: 3}}
	content, err := old.encode()
	must(t, err)
	b.handle(Incoming{Chat: id, Data: sealV1(s.Key, content), Date: n.clock.Now()})
	same(t, "b", b.heard(id), []string{"old"})
	old.layer, old.out = 73, out+2
	content, err = old.encode()
	must(t, err)
	b.events = nil
	b.handle(Incoming{Chat: id, Data: sealV1(s.Key, content), Date: n.clock.Now()})
	if !b.saw(Dropped) {
		t.Error("the first version was taken from a program that has the second")
	}
}

func TestLayerIsToldAfterAnUpdate(t *testing.T) {
	n := newNetwork(t)
	a, b, id := n.pair(func(o *Options) { o.Layer = LayerEntities })
	if got := b.chat(id).Layer; got != LayerEntities {
		t.Fatalf("layer %d", got)
	}
	a.o.Layer = Layer
	a.reopen()
	n.settle(a, b)
	if got := b.chat(id).Layer; got != Layer {
		t.Errorf("layer %d, want %d", got, Layer)
	}
}
