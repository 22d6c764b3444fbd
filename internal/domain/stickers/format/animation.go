package format

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/klauspost/compress/gzip"
)

func isGzip(b []byte) bool { return bytes.HasPrefix(b, []byte{0x1f, 0x8b}) }

// Bounds of animations.
// Spec: https://core.telegram.org/stickers#animation-requirements
const (
	maxUnpacked = 2 << 20 // bytes of JSON
	maxRate     = 60      // frames in a second
	maxSeconds  = 3
)

// lottie is what is read of an animation.
type lottie struct {
	Version string            `json:"v"`
	W       float64           `json:"w"`
	H       float64           `json:"h"`
	Rate    float64           `json:"fr"`
	First   float64           `json:"ip"`
	After   float64           `json:"op"`
	Layers  []json.RawMessage `json:"layers"`
}

func checkAnimation(use Use, data []byte) (Info, error) {
	if len(data) > bound(use, Animation) {
		return Info{}, ErrAnimation
	}
	unpacked, err := unpack(data)
	if err != nil {
		return Info{}, ErrAnimation
	}
	var l lottie
	if json.Unmarshal(unpacked, &l) != nil || !l.plays() {
		return Info{}, ErrAnimation
	}
	return Info{Kind: Animation, MIME: MIMETGS, W: side, H: side}, nil
}

// unpack returns the JSON of an animation, no more of it than an animation may have.
func unpack(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	unpacked, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	if err == nil && len(unpacked) > maxUnpacked {
		err = ErrAnimation
	}
	return unpacked, err
}

// plays says whether an animation has the canvas, the rate and the length of a sticker.
func (l lottie) plays() bool {
	if l.W != side || l.H != side || len(l.Layers) == 0 {
		return false
	}
	frames := l.After - l.First
	return l.Rate > 0 && l.Rate <= maxRate && frames > 0 && frames <= maxSeconds*l.Rate
}
