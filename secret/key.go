package secret

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/color"
	"log/slog"
	"slices"
	"strings"
)

var le = binary.LittleEndian

// fingerprint names a key in packets and is compared when it is agreed on: the last 64 bits of its SHA-1. It finds
// bugs; people compare the Fingerprint instead.
// Spec: https://core.telegram.org/api/end-to-end#accepting-a-request
func fingerprint(key []byte) int64 {
	sum := sha1.Sum(key)
	return int64(le.Uint64(sum[12:]))
}

// A Fingerprint is what the two people compare to know that nobody stands between them. It is that of the first key
// of the chat; later keys are agreed on under the protection of the one before.
// Spec: https://core.telegram.org/api/end-to-end/pfs#key-visualization
type Fingerprint struct {
	// Bytes are the first 16 of the SHA-1 of the key and the first 20 of its SHA-256.
	Bytes [36]byte
}

// newFingerprint makes the fingerprint of the first key of a chat.
func newFingerprint(key []byte) (f Fingerprint) {
	one, two := sha1.Sum(key), sha256.Sum256(key)
	copy(f.Bytes[:16], one[:])
	copy(f.Bytes[16:], two[:])
	return f
}

// palette holds the colours of the picture.
var palette = color.Palette{
	color.RGBA{0xff, 0xff, 0xff, 0xff},
	color.RGBA{0xd5, 0xe6, 0xf3, 0xff},
	color.RGBA{0x2d, 0x57, 0x75, 0xff},
	color.RGBA{0x2f, 0x99, 0xc9, 0xff},
}

// pictureSide is the number of squares in a row.
const pictureSide = 12

// Picture is the fingerprint as a square of 12 by 12 squares, side pixels each, in four colours: two bits a square,
// the low bits of a byte first, from left to right and from top to bottom. A side below 1 is taken as 1.
func (f Fingerprint) Picture(side int) *image.Paletted {
	side = max(side, 1)
	pic := image.NewPaletted(image.Rect(0, 0, pictureSide*side, pictureSide*side), palette)
	for i := range pic.Pix {
		row, column := i/pic.Stride/side, i%pic.Stride/side
		square := row*pictureSide + column
		pic.Pix[i] = f.Bytes[square/4] >> (square % 4 * 2) & 3
	}
	return pic
}

// shown is how many bytes of a fingerprint are written out: 256 bits, so that nobody can search for two keys that
// look the same.
const shown = 32

// String is the fingerprint as text: its first 32 bytes in hexadecimal, eight pairs a line.
func (f Fingerprint) String() string {
	return f.lines(" ", func(b byte) string { return hex.EncodeToString([]byte{b}) })
}

// Emoji is the fingerprint as text that is easier to read out: its first 32 bytes, an emoji each, eight a line. It is
// this package's own form; other programs show the picture and the hexadecimal text.
func (f Fingerprint) Emoji() string {
	return f.lines("", func(b byte) string { return string(emojis[b]) })
}

func (f Fingerprint) lines(between string, show func(byte) string) string {
	var lines []string
	for row := range slices.Chunk(f.Bytes[:shown], 8) {
		var words []string
		for _, b := range row {
			words = append(words, show(b))
		}
		lines = append(lines, strings.Join(words, between))
	}
	return strings.Join(lines, "\n")
}

// A secretKey is a key of the chat with what is counted of its use.
type secretKey struct {
	Secret []byte `json:"secret"`
	ID     int64  `json:"id"`
	// Used counts the messages that were sealed or opened with it.
	Used int `json:"used"`
	// Since is when it came into use, in unix seconds.
	Since int64 `json:"since"`
}

func newSecretKey(secret []byte, now int64) *secretKey {
	return &secretKey{Secret: secret, ID: fingerprint(secret), Since: now}
}

// LogValue keeps the secret out of logs.
func (k *secretKey) LogValue() slog.Value { return slog.StringValue("***") }
