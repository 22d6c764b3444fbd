package file

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"hermod/internal/db/dbtest"
	"hermod/internal/domain/files"
	"hermod/internal/domain/files/filestest"
	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"photo.jpg": "photo.jpg", "a/b/c.txt": "c.txt", `C:\Users\x.doc`: "x.doc", "..": "", "/": "", "": "", "a\x00\nb": "ab",
		"photo_\u202egpj.exe": "photo_gpj.exe", "\xff\xfe.txt": ".txt", "наш файл.pdf": "наш файл.pdf",
		strings.Repeat("ж", 200) + ".pdf": strings.Repeat("ж", 125) + ".pdf",
	} {
		if got := Name(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestTypesOfContent(t *testing.T) {
	for in, want := range map[string]string{
		"image/png": "image/png", "Image/PNG; charset=x": "image/png", "": "application/octet-stream", "text": "application/octet-stream",
		"a/b c": "application/octet-stream", "text/": "application/octet-stream", "ж/ж": "application/octet-stream",
	} {
		if got := MIME(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func ptr[T any](v T) *T { return &v }

// What clients say of a document comes back to clients, and every layer can be told.
func TestAttributesComeBack(t *testing.T) {
	f := New(filestest.New(t, dbtest.SQLite(t)), 2)
	tests := map[string][]tg.DocumentAttributeClass{
		"a plain one": {&tg.DocumentAttributeFilename{FileName: "a.txt"}},
		"a picture":   {&tg.DocumentAttributeImageSize{W: 3, H: 4}, &tg.DocumentAttributeFilename{FileName: "a.png"}},
		"a video": {&tg.DocumentAttributeVideo{SupportsStreaming: true, Duration: 1.25, W: 640, H: 480, VideoStartTs: ptr(0.5),
			VideoCodec: ptr("h264"), PreloadPrefixSize: ptr(int32(77))}},
		"a round video": {&tg.DocumentAttributeVideo{RoundMessage: true, Duration: 3, W: 384, H: 384}},
		"a GIF":         {&tg.DocumentAttributeVideo{Nosound: true, Duration: 1, W: 1, H: 1}, &tg.DocumentAttributeAnimated{}},
		"a voice":       {&tg.DocumentAttributeAudio{Voice: true, Duration: 5, Waveform: []byte{1, 2, 3}}},
		"music":         {&tg.DocumentAttributeAudio{Duration: 200, Title: ptr("Song"), Performer: ptr("Choir")}},
		"a sticker":     {&tg.DocumentAttributeSticker{Alt: "🙂", Stickerset: &tg.InputStickerSetEmpty{}}},
		"a mask": {&tg.DocumentAttributeSticker{Mask: true, Alt: "🙂", Stickerset: &tg.InputStickerSetEmpty{},
			MaskCoords: &tg.MaskCoords{N: 2, X: 0.5, Y: -0.5, Zoom: 1}}},
		"a custom emoji": {&tg.DocumentAttributeCustomEmoji{Free: true, TextColor: true, Alt: "🙂", Stickerset: &tg.InputStickerSetEmpty{}}},
		"with stickers":  {&tg.DocumentAttributeHasStickers{}},
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := AttributesFrom(in)
			if err != nil {
				t.Fatal(err)
			}
			d := f.Document(files.File{ID: 5, Kind: files.Document, MIME: "x/y", Size: 1 << 33, Attributes: a}).(*tg.Document)
			if got, want := print(d.Attributes), print(in); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			for layer := 134; layer <= tg.Newest; layer++ {
				if len(tl.Encode(d, layer)) == 0 {
					t.Fatalf("nothing in layer %d", layer)
				}
			}
		})
	}
}

func print(all []tg.DocumentAttributeClass) string {
	var b strings.Builder
	for _, a := range all {
		fmt.Fprintf(&b, "%s %x; ", a.TLName(), tl.Encode(a, tg.Newest))
	}
	return b.String()
}

func TestAttributesAreBounded(t *testing.T) {
	a, err := AttributesFrom([]tg.DocumentAttributeClass{
		&tg.DocumentAttributeVideo{Duration: math.NaN(), W: -5, H: math.MaxInt32},
		&tg.DocumentAttributeAudio{Duration: -1, Title: ptr(strings.Repeat("ж", 1000)), Waveform: make([]byte, 5000)},
		&tg.DocumentAttributeSticker{MaskCoords: &tg.MaskCoords{N: 9}},
	})
	if err != nil || a.Video.Duration != 0 || a.W != 0 || a.H != maxSide || a.Audio.Duration != 0 || len(a.Audio.Title) > maxTitle ||
		a.Audio.Waveform != nil || a.Sticker.Mask != nil {
		t.Errorf("got %+v %+v %+v, %v", a, a.Video, a.Audio, err)
	}
	if _, err := AttributesFrom(make([]tg.DocumentAttributeClass, maxAttributes+1)); err == nil {
		t.Error("attributes without end are read")
	}
}

func TestShapesOfSizes(t *testing.T) {
	f := New(filestest.New(t, dbtest.SQLite(t)), 2)
	p := f.Photo(files.File{ID: 5, Kind: files.Photo, Sizes: []files.Size{
		{Type: "i", Inline: []byte{1}}, {Type: "j", Inline: []byte{1}}, {Type: "s", Inline: []byte{1}}, {Type: "x", Bytes: 7},
		{Type: "y", Bytes: 7, Progressive: []int64{3, 7}},
	}, Videos: []files.VideoSize{{Type: "u", Start: 1}, {Emoji: 4, Colors: []int32{1}}, {Sticker: 4, StickerSet: 9}}}).(*tg.Photo)
	want := "photoStrippedSize photoPathSize photoCachedSize photoSize photoSizeProgressive videoSize videoSizeEmojiMarkup videoSizeStickerMarkup "
	got := ""
	for _, s := range p.Sizes {
		got += s.TLName() + " "
	}
	for _, v := range p.VideoSizes {
		got += v.TLName() + " "
	}
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhoMayNameAFile(t *testing.T) {
	s := filestest.New(t, dbtest.SQLite(t))
	f := New(s, 2)
	d := filestest.Document(t, s, 1_000_001, []byte("x"))
	good := &tg.InputDocument{ID: d.ID, AccessHash: s.AccessHash(d.ID), FileReference: s.Reference(d.ID)}
	if got, err := f.DocumentFrom(t.Context(), good); err != nil || got.ID != d.ID {
		t.Errorf("got %+v, %v", got, err)
	}
	photo := &tg.InputPhoto{ID: d.ID, AccessHash: good.AccessHash, FileReference: good.FileReference}
	if _, err := f.PhotoFrom(t.Context(), photo); !errors.Is(err, files.ErrNotFound) {
		t.Errorf("a document as a photo: %v", err)
	}
	if _, err := f.DocumentFrom(t.Context(), &tg.InputDocument{ID: d.ID, AccessHash: 5, FileReference: good.FileReference}); !errors.Is(err, files.ErrAccess) {
		t.Errorf("another access hash: %v", err)
	}
	var wire rpc.Error
	if _, err := f.DocumentFrom(t.Context(), &tg.InputDocumentEmpty{}); !errors.As(err, &wire) || wire.Type != "DOCUMENT_INVALID" {
		t.Errorf("no document: %v", err)
	}
	if _, err := f.PhotoFrom(t.Context(), nil); !errors.As(err, &wire) || wire.Type != "PHOTO_INVALID" {
		t.Errorf("no photo: %v", err)
	}
	if _, err := Upload(nil); err == nil {
		t.Error("no upload is read")
	}
}

func FuzzNames(f *testing.F) {
	f.Add("a/b\\c.txt", 10)
	f.Fuzz(func(t *testing.T, s string, n int) {
		name := Name(s)
		if len(name) > maxName || !utf8.ValidString(name) || strings.ContainsAny(name, "/\\\x00\n\u202e") || name == ".." {
			t.Errorf("%q became %q", s, name)
		}
		if n >= 0 && (len(Cut(s, n)) > n || !utf8.ValidString(Cut(s, n))) {
			t.Errorf("%q cut to %d is %q", s, n, Cut(s, n))
		}
		if m := MIME(s); !strings.Contains(m, "/") || len(m) > maxTitle {
			t.Errorf("%q is of type %q", s, m)
		}
	})
}
