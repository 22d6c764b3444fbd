package images

import (
	"encoding/binary"
	"hash/crc32"
	"image/color"
)

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

// pngHead is the beginning of a PNG that claims a size.
func pngHead(w, h uint32, depth, colours byte) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	chunk = binary.BigEndian.AppendUint32(chunk, h)
	chunk = append(chunk, depth, colours, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(file, crc(chunk))
}

// jpegHead is the beginning of a JPEG that claims a size.
func jpegHead(marker byte, w, h uint16) []byte {
	file := []byte{0xff, markerSOI, 0xff, marker, 0, 17, 8}
	file = binary.BigEndian.AppendUint16(file, h)
	file = binary.BigEndian.AppendUint16(file, w)
	file = append(file, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1)
	return append(file, 0xff, markerSOS, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0)
}

// losslessWebP is a picture of one colour, which takes some 40 bytes whatever its size.
// Spec: https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification
func losslessWebP(w, h int, c color.RGBA) []byte {
	b := &bits{}
	b.put(0x2f, 8)
	b.put(uint32(w-1), 14)
	b.put(uint32(h-1), 14)
	b.put(0, 1+3) // no alpha, version 0
	b.put(0, 1+1+1)
	for _, symbol := range []uint8{c.G, c.R, c.B, 255} {
		b.put(0b101, 3) // a simple code, one symbol, of eight bits
		b.put(uint32(symbol), 8)
	}
	b.put(0b001, 3) // a simple code of one symbol of one bit: no distances
	b.put(0, 1)
	data := append(b.bytes, make([]byte, 8)...)
	if len(data)%2 == 1 {
		data = append(data, 0)
	}
	file := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(data)+12))
	file = binary.LittleEndian.AppendUint32(append(file, "WEBPVP8L"...), uint32(len(data)))
	return append(file, data...)
}

// bits are written from the lowest one on.
type bits struct {
	bytes []byte
	n     int
}

func (b *bits) put(v uint32, n int) {
	for i := range n {
		if b.n%8 == 0 {
			b.bytes = append(b.bytes, 0)
		}
		b.bytes[b.n/8] |= byte(v>>i&1) << (b.n % 8)
		b.n++
	}
}
