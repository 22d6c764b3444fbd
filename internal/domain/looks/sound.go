package looks

import (
	"bytes"
	"encoding/binary"
	"time"
)

// A tune is what is known about a sound.
type tune struct {
	mime   string
	length time.Duration
}

// listen looks at a sound: an MP3, or an Ogg with Opus or Vorbis. Anything else is none.
func listen(data []byte) (tune, bool) {
	if bytes.HasPrefix(data, []byte("OggS")) {
		length, ok := oggLength(data)
		return tune{"audio/ogg", length}, ok
	}
	length, ok := mp3Length(skipID3(data))
	return tune{"audio/mpeg", length}, ok
}

// skipID3 takes the tag at the beginning of an MP3 off.
// Spec: https://id3.org/id3v2.4.0-structure section 3.1
func skipID3(b []byte) []byte {
	if len(b) < 10 || string(b[:3]) != "ID3" {
		return b
	}
	size := 10 + int(b[6]&0x7f)<<21 + int(b[7]&0x7f)<<14 + int(b[8]&0x7f)<<7 + int(b[9]&0x7f)
	return b[min(size, len(b)):]
}

// Tables of MPEG audio, layer III: of version 1, then of versions 2 and 2.5. Bit rates are in kbit/s, by their index.
var (
	mp3Rates = [2][16]int{
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
	}
	mp3Samplings = [4][4]int{{11025, 12000, 8000}, {}, {22050, 24000, 16000}, {44100, 48000, 32000}} // by version
)

// mp3Length adds the frames up. It says false of what does not begin with two frames.
// Spec: https://www.iso.org/standard/22412.html section 2.4.1.3
func mp3Length(b []byte) (length time.Duration, ok bool) {
	frames := 0
	for len(b) >= 4 {
		size, samples, rate := mp3Frame(b)
		if size < 4 {
			break
		}
		length += time.Duration(samples) * time.Second / time.Duration(rate)
		frames++
		b = b[min(size, len(b)):]
	}
	return length, frames >= 2
}

// mp3Frame reads the head of a frame: its size in bytes, and how many samples of which rate it has. A size of 0 is none.
func mp3Frame(b []byte) (size, samples, rate int) {
	h := binary.BigEndian.Uint32(b)
	version, layer := h>>19&3, h>>17&3
	if h>>21 != 0x7ff || version == 1 || layer != 1 {
		return 0, 0, 1
	}
	old, perByte := 0, 144
	if samples = 1152; version != 3 {
		old, perByte, samples = 1, 72, 576
	}
	bits := mp3Rates[old][h>>12&15]
	rate = mp3Samplings[version][h>>10&3]
	if bits == 0 || rate == 0 {
		return 0, 0, 1
	}
	return perByte*1000*bits/rate + int(h>>9&1), samples, rate
}

// oggLength reads the rate from the first page and the place of the last sample from the last.
// Spec: https://www.rfc-editor.org/rfc/rfc3533#section-6
func oggLength(b []byte) (time.Duration, bool) {
	rate := 0
	var last uint64
	for len(b) >= 27 && string(b[:4]) == "OggS" {
		at, segments := binary.LittleEndian.Uint64(b[6:]), int(b[26])
		if len(b) < 27+segments {
			return 0, false
		}
		size := 27 + segments
		for _, n := range b[27 : 27+segments] {
			size += int(n)
		}
		if size > len(b) {
			return 0, false
		}
		if rate == 0 {
			rate = oggRate(b[27+segments : size])
		}
		if at != 1<<64-1 { // no packet ends on the page
			last = max(last, at)
		}
		b = b[size:]
	}
	if rate == 0 || last == 0 || last/uint64(rate) > 24*60*60 {
		return 0, false
	}
	whole, rest := last/uint64(rate), last%uint64(rate)
	return time.Duration(whole)*time.Second + time.Duration(rest)*time.Second/time.Duration(rate), true
}

// oggRate reads how many samples a second has from the first packet of a stream; 0 for what is no sound.
func oggRate(b []byte) int {
	const opusRate = 48_000 // whatever the head says
	switch {
	case bytes.HasPrefix(b, []byte("OpusHead")):
		return opusRate
	case bytes.HasPrefix(b, []byte("\x01vorbis")) && len(b) >= 16:
		return int(min(binary.LittleEndian.Uint32(b[12:]), 1<<20))
	}
	return 0
}
