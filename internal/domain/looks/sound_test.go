package looks

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// mp3 is silence: frames of MPEG 1, layer III, 128 kbit/s, 44,100 samples a second.
func mp3(frames int) []byte {
	frame := make([]byte, 417)
	copy(frame, []byte{0xff, 0xfb, 0x90, 0})
	return bytes.Repeat(frame, frames)
}

// ogg is a stream of two pages: the head of Opus, and one that ends at a sample.
func ogg(last uint64) []byte { return oggOf([]byte("OpusHead\x01\x01"), last) }

// vorbis is ogg with Vorbis of a million samples a second.
func vorbis(last uint64) []byte {
	return oggOf([]byte("\x01vorbis\x00\x00\x00\x00\x02\x00\x00\x10\x00"), last)
}

func oggOf(head []byte, last uint64) []byte {
	page := func(at uint64, body []byte) []byte {
		b := append([]byte("OggS\x00\x00"), binary.LittleEndian.AppendUint64(nil, at)...)
		b = append(b, make([]byte, 12)...)
		return append(append(b, 1, byte(len(body))), body...)
	}
	return append(page(0, head), page(last, []byte("sound"))...)
}

func TestListen(t *testing.T) {
	tests := map[string]struct {
		data []byte
		want time.Duration
		mime string
		ok   bool
	}{
		"mp3":             {mp3(77), 2011428571, "audio/mpeg", true},
		"mp3 with a tag":  {append([]byte("ID3\x04\x00\x00\x00\x00\x00\x02ab"), mp3(77)...), 2011428571, "audio/mpeg", true},
		"one frame":       {mp3(1), 0, "", false},
		"ogg":             {ogg(96_000), 2 * time.Second, "audio/ogg", true},
		"ogg cut short":   {ogg(96_000)[:40], 0, "", false},
		"endless ogg":     {ogg(1 << 62), 0, "", false},
		"a day of vorbis": {vorbis(20000 << 20), 20000 * time.Second, "audio/ogg", true},
		"text":            {[]byte("hello"), 0, "", false},
		"nothing":         {nil, 0, "", false},
		"a tag of no end": {[]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), 0, "", false},
	}
	for name, tt := range tests {
		got, ok := listen(tt.data)
		if d := got.length - tt.want; ok != tt.ok || ok && (d < -time.Millisecond || d > time.Millisecond || got.mime != tt.mime) {
			t.Errorf("%s: got %+v, %v", name, got, ok)
		}
	}
}

func FuzzListen(f *testing.F) {
	f.Add(mp3(3))
	f.Add(ogg(1000))
	f.Add(vorbis(20000 << 20))
	f.Fuzz(func(t *testing.T, in []byte) {
		if got, ok := listen(in); ok && (got.length < 0 || got.mime == "") {
			t.Errorf("got %+v", got)
		}
	})
}
