package secret

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hermod/internal/tl"
	e2e "hermod/internal/tl/secret"
)

// The web client has the same rules in TypeScript. testdata/twin.json holds what this package makes of fixed values;
// the tests there read it too, so that neither side can change without the other.
var writeTwin = flag.Bool("twin", false, "write testdata/twin.json anew")

type twinFile struct {
	Prime    string        `json:"prime"`
	Numbers  []twinNumbers `json:"numbers"`
	Messages []twinMessage `json:"messages"`
	Services []twinObject  `json:"services"`
	Packets  []twinPacket  `json:"packets"`
	Rekey    twinRekey     `json:"rekey"`
	Key      twinKey       `json:"key"`
	File     twinContent   `json:"file"`
}

type twinNumbers struct {
	Creator bool  `json:"creator"`
	In      int   `json:"in"`
	Out     int   `json:"out"`
	WireIn  int32 `json:"wireIn"`
	WireOut int32 `json:"wireOut"`
}

// A twinObject is a value of the schema as bytes.
type twinObject struct {
	Name string `json:"name"`
	TL   string `json:"tl"`
}

// A twinMessage is a message as it is shaped for a layer, with what it says.
type twinMessage struct {
	twinObject
	Layer    int    `json:"layer"`
	Text     string `json:"text"`
	TTL      int    `json:"ttl"`
	Entities int    `json:"entities"`
	Media    bool   `json:"media"`
}

type twinPacket struct {
	Creator bool   `json:"creator"`
	In      int    `json:"in"`
	Out     int    `json:"out"`
	Layer   int    `json:"layer"`
	Content string `json:"content"`
	Padding string `json:"padding"`
	Packet  string `json:"packet"`
}

// A twinRekey is a change of keys with the exponents of vectors.json.
type twinRekey struct {
	Exchange    string `json:"exchange"`
	Request     string `json:"request"`
	Accept      string `json:"accept"`
	Commit      string `json:"commit"`
	Fingerprint string `json:"fingerprint"`
}

type twinKey struct {
	Text  string `json:"text"`
	Emoji string `json:"emoji"`
}

type twinContent struct {
	Key         string `json:"key"`
	IV          string `json:"iv"`
	Fingerprint int32  `json:"fingerprint"`
	Content     string `json:"content"`
	Sealed      string `json:"sealed"`
}

func TestTwin(t *testing.T) {
	got, err := json.MarshalIndent(newTwin(t), "", "\t")
	must(t, err)
	got = append(got, '\n')
	path := filepath.Join("testdata", "twin.json")
	if *writeTwin {
		must(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Error("testdata/twin.json is not what this package makes; if that is meant, write it anew with -twin, and see that the web client's tests still pass")
	}
}

func newTwin(t *testing.T) twinFile {
	t.Helper()
	v := known(t)
	f := newFingerprint(v.Key)
	return twinFile{
		Prime: knownPrime, Numbers: twinOfNumbers(), Messages: twinOfMessages(t), Services: twinOfServices(),
		Packets: twinOfPackets(v), Rekey: twinOfRekey(t, v), File: twinOfFile(t),
		Key: twinKey{Text: f.String(), Emoji: f.Emoji()},
	}
}

func twinOfNumbers() (all []twinNumbers) {
	for _, creator := range []bool{true, false} {
		for _, n := range [][2]int{{0, 0}, {0, 1}, {2, 5}, {100, 99}, {0, maxSeq}} {
			in, out := numbering{creator}.outgoing(n[0], n[1])
			all = append(all, twinNumbers{Creator: creator, In: n[0], Out: n[1], WireIn: in, WireOut: out})
		}
	}
	return all
}

func twinSample() File {
	return File{
		Size: 70_000, Key: paddingOf("twin key", 32), IV: paddingOf("twin iv", 32),
		Place: FilePlace{ID: 1},
	}
}

func twinMessages() map[string]Message {
	f, thumb := twinSample(), Thumb{JPEG: []byte{0xff, 0xd8, 0xff}, Width: 90, Height: 60}
	big := f
	big.Size = 5 << 30
	at := Location{Latitude: 59.9139, Longitude: 10.7522}
	sticker := Attributes{Width: 512, Height: 512, Sticker: &StickerAttributes{Alt: "🐀", Set: "rats"}}
	return map[string]Message{
		"text":  {ID: 42, Text: "grüß 👋", TTL: time.Minute, Silent: true, ReplyTo: -7, ViaBot: "bot", Group: 9},
		"plain": {ID: -1, Text: "x"},
		"entities": {ID: 43, Text: "0123456789", Entities: []Entity{
			{Kind: Bold, Length: 1}, {Kind: Italic, Offset: 1, Length: 1}, {Kind: Code, Offset: 2, Length: 1},
			{Kind: Pre, Offset: 3, Length: 1, Value: "go"}, {Kind: TextURL, Offset: 4, Length: 1, Value: "https://example.org"},
			{Kind: UserName, Offset: 5, Length: 1, Number: 77}, {Kind: Spoiler, Offset: 6, Length: 1},
			{Kind: CustomEmoji, Offset: 7, Length: 1, Number: 1 << 60}, {Kind: Strike, Offset: 8, Length: 1},
			{Kind: Underline, Offset: 9, Length: 1}, {Kind: Blockquote, Length: 10}, {Kind: Phone, Length: 10},
			{Kind: Mention, Length: 2}, {Kind: Hashtag, Length: 2}, {Kind: URL, Length: 2}, {Kind: Email, Length: 2},
			{Kind: BotCommand, Length: 2}, {Kind: Cashtag, Length: 2}, {Kind: BankCard, Length: 2},
		}},
		"photo": {ID: 44, Text: "c", Media: &Media{Photo: &Photo{File: f, Thumb: thumb, Width: 900, Height: 600, Caption: "c"}}},
		"video": {ID: 45, Media: &Media{Video: &Video{File: f, Thumb: thumb, Width: 640, Height: 480, Duration: 12 * time.Second, MIME: "video/mp4"}}},
		"audio": {ID: 46, Media: &Media{Audio: &Audio{File: f, Duration: 3 * time.Second, MIME: "audio/ogg"}}},
		"document": {ID: 47, Media: &Media{Document: &Document{
			File: f, MIME: "text/plain", Caption: "read", Attributes: Attributes{Name: "a.txt"},
		}}},
		"round": {ID: 48, Media: &Media{Document: &Document{File: f, Thumb: thumb, MIME: "video/mp4", Attributes: Attributes{
			Video: &VideoAttributes{Width: 240, Height: 240, Duration: 5 * time.Second, Round: true},
		}}}},
		"voice": {ID: 49, Media: &Media{Document: &Document{File: f, MIME: "audio/ogg", Attributes: Attributes{
			Audio: &AudioAttributes{Duration: 2 * time.Second, Voice: true, Waveform: []byte{1, 2, 3}},
		}}}},
		"music": {ID: 50, Media: &Media{Document: &Document{File: f, MIME: "audio/mpeg", Attributes: Attributes{
			Audio: &AudioAttributes{Duration: 200 * time.Second, Title: "Title", Performer: "Performer"}, Name: "m.mp3",
		}}}},
		"gif": {ID: 51, Media: &Media{Document: &Document{File: f, MIME: "video/mp4", Attributes: Attributes{
			Animated: true, Video: &VideoAttributes{Width: 10, Height: 20, Duration: time.Second},
		}}}},
		"sticker": {ID: 52, Media: &Media{Document: &Document{File: f, MIME: "image/webp", Attributes: sticker}}},
		"big":     {ID: 53, Media: &Media{Document: &Document{File: big, MIME: "video/mp4", Attributes: Attributes{Name: "film"}}}},
		"place":   {ID: 54, Media: &Media{Location: &at}},
		"venue":   {ID: 55, Media: &Media{Venue: &Venue{Location: at, Title: "T", Address: "A", Provider: "p", ID: "i"}}},
		"contact": {ID: 56, Media: &Media{Contact: &Contact{Phone: "123", First: "F", Last: "L", User: 5}}},
		"page":    {ID: 57, Text: "https://example.org", Media: &Media{WebPage: &WebPage{URL: "https://example.org"}}},
		"external": {ID: 58, Media: &Media{External: &External{
			ID: 1 << 40, AccessHash: -3, Date: time.Unix(1_600_000_000, 0), MIME: "image/webp", Size: 1000, DC: 2,
			Thumb: ExternalThumb{Type: "m", Width: 1, Height: 2, Size: 3, DC: 2, Volume: 4, Local: 5, Secret: -6}, Attributes: sticker,
		}}},
		"external with bytes": {ID: 59, Media: &Media{External: &External{
			ID: 1, Date: time.Unix(1, 0), Thumb: ExternalThumb{Type: "m", Width: 1, Height: 2, Bytes: []byte{9}},
		}}},
		"external without preview": {ID: 60, Media: &Media{External: &External{ID: 1, Date: time.Unix(1, 0)}}},
	}
}

func twinOfMessages(t *testing.T) (all []twinMessage) {
	t.Helper()
	samples := twinMessages()
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		m := samples[name]
		for _, layer := range []int{LayerFirst, 73, LayerEntities, Layer} {
			o, err := m.toTL(layer)
			if err != nil {
				if name != "big" || layer >= LayerBigFiles {
					t.Errorf("%s in layer %d: %v", name, layer, err)
				}
				continue
			}
			back := messageFromTL(o)
			all = append(all, twinMessage{
				twinObject: twinOf(name, o), Layer: layer, Text: back.Text, TTL: int(back.TTL / time.Second),
				Entities: len(back.Entities), Media: back.Media != nil,
			})
		}
	}
	return all
}

func twinOf(name string, o tl.Object) twinObject {
	return twinObject{Name: name, TL: hex.EncodeToString(tl.Encode(o, 0))}
}

func twinOfServices() (all []twinObject) {
	for _, action := range []e2e.DecryptedMessageActionClass{
		&e2e.DecryptedMessageActionSetMessageTTL{TTLSeconds: 60},
		&e2e.DecryptedMessageActionReadMessages{RandomIDs: []int64{1, -2}},
		&e2e.DecryptedMessageActionDeleteMessages{RandomIDs: []int64{1 << 62}},
		&e2e.DecryptedMessageActionScreenshotMessages{RandomIDs: []int64{}},
		&e2e.DecryptedMessageActionFlushHistory{},
		&e2e.DecryptedMessageActionResend{StartSeqNo: 3, EndSeqNo: 9},
		&e2e.DecryptedMessageActionNotifyLayer{Layer: Layer},
		&e2e.DecryptedMessageActionTyping{Action: &e2e.SendMessageRecordRoundAction{}},
		&e2e.DecryptedMessageActionAbortKey{ExchangeID: -5},
		&e2e.DecryptedMessageActionNoop{},
	} {
		all = append(all, twinOf(action.TLName(), &e2e.DecryptedMessageService{RandomID: 77, Action: action}))
	}
	return append(all, twinOf("decryptedMessageService8", &e2e.DecryptedMessageService8{
		RandomID: 77, RandomBytes: []byte{1, 2, 3}, Action: &e2e.DecryptedMessageActionNoop{},
	}))
}

func twinOfPackets(v vectors) (all []twinPacket) {
	k := newSecretKey(v.Key, 0)
	for i, creator := range []bool{true, false} {
		n := numbering{creator}
		in, out := n.outgoing(i+3, i+4)
		content := tl.Encode(&e2e.DecryptedMessageLayer{
			RandomBytes: paddingOf("twin random", randomBytes), Layer: Layer, InSeqNo: in, OutSeqNo: out,
			Message: &e2e.DecryptedMessage{RandomID: 42, Message: "sealed"},
		}, 0)
		padding := paddingOf("twin padding", minPadding+(blockSize-(lengthSize+len(content)+minPadding)%blockSize)%blockSize)
		all = append(all, twinPacket{
			Creator: creator, In: i + 3, Out: i + 4, Layer: Layer, Content: hex.EncodeToString(content),
			Padding: hex.EncodeToString(padding),
			Packet:  hex.EncodeToString(sealBlocks(k, n.x(), withHead(content, padding))),
		})
	}
	return all
}

func twinOfRekey(t *testing.T, v vectors) twinRekey {
	t.Helper()
	key, err := newGroup(3, knownPrimeBytes()).shared(v.A, v.GB)
	must(t, err)
	id, print := int64(-1<<62+5), fingerprint(key)
	service := func(a e2e.DecryptedMessageActionClass) string {
		return twinOf("", &e2e.DecryptedMessageService{RandomID: 1, Action: a}).TL
	}
	return twinRekey{
		Exchange: big.NewInt(id).String(), Fingerprint: big.NewInt(print).String(),
		Request: service(&e2e.DecryptedMessageActionRequestKey{ExchangeID: id, GA: v.GA}),
		Accept:  service(&e2e.DecryptedMessageActionAcceptKey{ExchangeID: id, GB: v.GB, KeyFingerprint: print}),
		Commit:  service(&e2e.DecryptedMessageActionCommitKey{ExchangeID: id, KeyFingerprint: print}),
	}
}

func twinOfFile(t *testing.T) twinContent {
	t.Helper()
	f := twinSample()
	content := paddingOf("twin content", 4096)
	c, err := newIGE(f)
	must(t, err)
	sealed := clone(content)
	c.encrypt(sealed[:1024])
	c.encrypt(sealed[1024:])
	return twinContent{
		Key: hex.EncodeToString(f.Key), IV: hex.EncodeToString(f.IV), Fingerprint: FileFingerprint(f.Key, f.IV),
		Content: hex.EncodeToString(content), Sealed: hex.EncodeToString(sealed),
	}
}
