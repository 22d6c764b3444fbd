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

// hum is a voice message: seconds of murmur, with the waves that clients draw, five bits each.
func hum() (data []byte, seconds int32, waves []byte) {
	const length, bars = 5, 60
	var samples []int16
	loud := func(at float64) float64 {
		word := math.Pow(math.Abs(math.Sin(math.Pi*at*1.7)), 0.6) * (0.7 + 0.3*math.Sin(at*2.3+1))
		return max(0.04, word)
	}
	for i := range length * rate {
		at := float64(i) / rate
		pitch := 2 * math.Pi * 130 * (at + 0.01*math.Sin(5*at))
		wave := math.Sin(pitch) + 0.5*math.Sin(2*pitch) + 0.25*math.Sin(5*pitch)
		samples = append(samples, int16(7000*loud(at)*wave))
	}
	bits := 0
	waves = make([]byte, (bars*5+7)/8)
	for i := range bars {
		level := uint16(31 * min(1, loud(length*float64(i)/bars)))
		for b := range 5 {
			if level>>b&1 == 1 {
				waves[bits/8] |= 1 << (bits % 8)
			}
			bits++
		}
	}
	return wav(samples), length, waves
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
