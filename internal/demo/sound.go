package demo

import (
	"bytes"
	"encoding/binary"
	"math"
)

const rate = 16000 // samples a second

// tune is a little melody, in half tones above A.
var tune = []int{0, 3, 7, 12, 10, 7, 3, 5, 7, 3, 0, -5, 0}

const note = 0.4 // seconds

// melody plays the tune, as a WAV file of one channel with 16 bits, and tells how many seconds it lasts.
func melody() (data []byte, seconds int32) {
	var samples []int16
	for _, half := range tune {
		pitch := 220 * math.Pow(2, float64(half)/12)
		for i := range int(note * rate) {
			at := float64(i) / rate
			wave := math.Sin(2*math.Pi*pitch*at) + 0.3*math.Sin(4*math.Pi*pitch*at)
			samples = append(samples, int16(9000*wave*math.Exp(-4*at)))
		}
	}
	return wav(samples), int32(math.Ceil(float64(len(samples)) / rate))
}

// wav puts the header of a WAV file before samples.
func wav(samples []int16) []byte {
	size := uint32(2 * len(samples))
	b := bytes.NewBuffer(nil)
	b.WriteString("RIFF")
	b.Write(binary.LittleEndian.AppendUint32(nil, 36+size))
	b.WriteString("WAVEfmt ")
	for _, field := range []any{uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16)} {
		_ = binary.Write(b, binary.LittleEndian, field) // a buffer takes everything
	}
	b.WriteString("data")
	b.Write(binary.LittleEndian.AppendUint32(nil, size))
	_ = binary.Write(b, binary.LittleEndian, samples)
	return b.Bytes()
}
