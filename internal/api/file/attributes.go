package file

import (
	"cmp"
	"errors"
	"math"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hermod/internal/domain/files"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Bounds of what describes a document.
const (
	maxAttributes = 32
	maxName       = 255
	maxTitle      = 256
	maxAlt        = 64
	maxWaveform   = 63 // bytes: a hundred values of five bits
	maxSide       = 1 << 15
	maxDuration   = 30 * 24 * 3600
)

// AttributesTo shows what a document is.
func (f *Forms) AttributesTo(d files.File) []tg.DocumentAttributeClass {
	a := d.Attributes
	out := []tg.DocumentAttributeClass{}
	switch {
	case a.Video != nil:
		out = append(out, videoTo(a))
	case a.W > 0 && a.H > 0:
		out = append(out, &tg.DocumentAttributeImageSize{W: int32(a.W), H: int32(a.H)})
	}
	if a.Audio != nil {
		out = append(out, audioTo(a.Audio))
	}
	if a.Sticker != nil {
		out = append(out, f.stickerTo(d))
	}
	if a.Animated {
		out = append(out, &tg.DocumentAttributeAnimated{})
	}
	if a.HasStickers {
		out = append(out, &tg.DocumentAttributeHasStickers{})
	}
	if a.Name != "" {
		out = append(out, &tg.DocumentAttributeFilename{FileName: a.Name})
	}
	return out
}

func videoTo(a files.Attributes) tg.DocumentAttributeClass {
	v := a.Video
	t := &tg.DocumentAttributeVideo{
		RoundMessage: v.Round, SupportsStreaming: v.Streaming, Nosound: v.NoSound, Duration: v.Duration, W: int32(a.W), H: int32(a.H),
	}
	if v.Preload > 0 {
		n := int32(v.Preload)
		t.PreloadPrefixSize = &n
	}
	if v.Start != 0 {
		t.VideoStartTs = &v.Start
	}
	if v.Codec != "" {
		t.VideoCodec = &v.Codec
	}
	return t
}

func audioTo(a *files.Audio) tg.DocumentAttributeClass {
	t := &tg.DocumentAttributeAudio{Voice: a.Voice, Duration: int32(a.Duration), Waveform: a.Waveform}
	if a.Title != "" {
		t.Title = &a.Title
	}
	if a.Performer != "" {
		t.Performer = &a.Performer
	}
	return t
}

func (f *Forms) stickerTo(d files.File) tg.DocumentAttributeClass {
	s := d.Sticker
	var set tg.InputStickerSetClass = &tg.InputStickerSetEmpty{}
	if d.Set != 0 {
		set = f.set(d.Set)
	}
	if s.Emoji {
		return &tg.DocumentAttributeCustomEmoji{Free: s.Free, TextColor: s.TextColor, Alt: s.Alt, Stickerset: set}
	}
	t := &tg.DocumentAttributeSticker{Mask: s.IsMask, Alt: s.Alt, Stickerset: set}
	if m := s.Mask; m != nil {
		t.MaskCoords = &tg.MaskCoords{N: int32(m.N), X: m.X, Y: m.Y, Zoom: m.Zoom}
	}
	return t
}

var errAttribute = rpc.BadRequest("DOCUMENT_ATTRIBUTE_INVALID")

// AttributesFrom reads what a client says of a document. What is out of bounds is cut or left out, unless there is no end of
// it: then it fails with a wire error. A sticker is one only when its set says so: the set is not read.
func AttributesFrom(in []tg.DocumentAttributeClass) (a files.Attributes, err error) {
	if len(in) > maxAttributes {
		return a, errAttribute
	}
	for _, one := range in {
		switch t := one.(type) {
		case *tg.DocumentAttributeImageSize:
			a.W, a.H = side(t.W), side(t.H)
		case *tg.DocumentAttributeVideo:
			a.W, a.H = side(t.W), side(t.H)
			a.Video = videoFrom(t)
		case *tg.DocumentAttributeAudio:
			a.Audio = audioFrom(t)
		case *tg.DocumentAttributeSticker:
			a.Sticker = stickerFrom(t)
		case *tg.DocumentAttributeCustomEmoji:
			a.Sticker = &files.Sticker{Alt: Cut(t.Alt, maxAlt), Emoji: true, Free: t.Free, TextColor: t.TextColor}
		case *tg.DocumentAttributeAnimated:
			a.Animated = true
		case *tg.DocumentAttributeHasStickers:
			a.HasStickers = true
		case *tg.DocumentAttributeFilename:
			a.Name = Name(t.FileName)
		}
	}
	return a, nil
}

func videoFrom(t *tg.DocumentAttributeVideo) *files.Video {
	v := &files.Video{
		Duration: seconds(t.Duration), Round: t.RoundMessage, Streaming: t.SupportsStreaming, NoSound: t.Nosound,
	}
	if t.PreloadPrefixSize != nil {
		v.Preload = int(max(*t.PreloadPrefixSize, 0))
	}
	if t.VideoStartTs != nil {
		v.Start = seconds(*t.VideoStartTs)
	}
	if t.VideoCodec != nil {
		v.Codec = Cut(*t.VideoCodec, maxAlt)
	}
	return v
}

func audioFrom(t *tg.DocumentAttributeAudio) *files.Audio {
	a := &files.Audio{Voice: t.Voice, Duration: int(seconds(float64(t.Duration)))}
	if t.Title != nil {
		a.Title = Cut(*t.Title, maxTitle)
	}
	if t.Performer != nil {
		a.Performer = Cut(*t.Performer, maxTitle)
	}
	if len(t.Waveform) <= maxWaveform {
		a.Waveform = append(a.Waveform, t.Waveform...) // t may alias the request
	}
	return a
}

func stickerFrom(t *tg.DocumentAttributeSticker) *files.Sticker {
	s := &files.Sticker{Alt: Cut(t.Alt, maxAlt), IsMask: t.Mask}
	if m := t.MaskCoords; m != nil && m.N >= 0 && m.N <= 3 && finite(m.X, m.Y, m.Zoom) {
		s.Mask = &files.Mask{N: int(m.N), X: m.X, Y: m.Y, Zoom: m.Zoom}
	}
	return s
}

func side(n int32) int { return int(min(max(n, 0), maxSide)) }

func seconds(d float64) float64 {
	if !finite(d) {
		return 0
	}
	return min(max(d, 0), maxDuration)
}

func finite(all ...float64) bool {
	for _, x := range all {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// Name makes a harmless name of a file: without folders, and without characters that
// control the terminal or the direction of writing; of bounded length, its ending kept.
func Name(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\\", "/")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, path.Base(s))
	if s == "." || s == "/" || s == ".." {
		return ""
	}
	if len(s) <= maxName {
		return s
	}
	ext := path.Ext(s)
	if len(ext) > maxAlt {
		ext = ""
	}
	return Cut(s, maxName-len(ext)) + ext
}

// Cut returns the beginning of s: at most n bytes, no half characters, no NUL.
func Cut(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// shape is Shape.
func shape(err error) (rpc.Error, bool) {
	var m files.MissingPart
	if !errors.As(err, &m) {
		return rpc.Error{}, false
	}
	return rpc.BadRequest("FILE_PART_" + strconv.Itoa(int(m)) + "_MISSING"), true
}

// MIME makes a content type of what a client says: lower case, without parameters, of bounded length.
func MIME(s string) string {
	s, _, _ = strings.Cut(s, ";")
	s = strings.ToLower(strings.TrimSpace(s))
	kind, sub, ok := strings.Cut(s, "/")
	if !ok || kind == "" || sub == "" || len(s) > maxTitle || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		s = ""
	}
	return cmp.Or(s, "application/octet-stream")
}
