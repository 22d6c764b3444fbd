package format

import (
	"bytes"
	"encoding/binary"
	"math"
)

func isEBML(b []byte) bool { return bytes.HasPrefix(b, []byte{0x1a, 0x45, 0xdf, 0xa3}) }

// Elements of WebM that are looked at.
// Spec: https://www.matroska.org/technical/elements.html
const (
	idHeader      = 0x1a45dfa3
	idDocType     = 0x4282
	idSegment     = 0x18538067
	idInfo        = 0x1549a966
	idScale       = 0x2ad7b1
	idDuration    = 0x4489
	idTracks      = 0x1654ae6b
	idTrack       = 0xae
	idTrackType   = 0x83
	idCodec       = 0x86
	idVideo       = 0xe0
	idPixelWidth  = 0xb0
	idPixelHeight = 0xba
	idCluster     = 0x1f43b675
	idClusterTime = 0xe7
	idSimpleBlock = 0xa3
	idBlockGroup  = 0xa0
	idBlock       = 0xa1
)

// maxElements bounds how many elements are looked at.
const maxElements = 1 << 14

// slack is by how much a video may be too long: what encoders round up, in seconds.
const slack = 0.1

func checkVideo(use Use, data []byte) (Info, error) {
	if len(data) > bound(use, Video) {
		return Info{}, ErrLong
	}
	var v video
	if !v.read(data) || v.docType != "webm" || !v.plain() {
		return Info{}, ErrVideo
	}
	if v.seconds() > maxSeconds+slack {
		return Info{}, ErrLong
	}
	if !fits(use, v.w, v.h) {
		return Info{}, ErrDimensions
	}
	return Info{Kind: Video, MIME: MIMEWebM, W: v.w, H: v.h, Duration: v.seconds()}, nil
}

// A video is what was read of a WebM.
type video struct {
	docType  string
	scale    uint64  // nanoseconds in a unit of time
	duration float64 // in units, as the header has it
	last     float64 // where the last frame begins, in units
	cluster  uint64  // where the cluster begins that is being read
	tracks   int
	kind     uint64 // of the last track
	codec    string
	w, h     int
	frames   int
	frameW   int // as the first frame has it
	frameH   int
}

// plain says whether there is one track, with pictures that are as large as the header says.
func (v *video) plain() bool {
	return v.tracks == 1 && v.kind == 1 && v.codec == "V_VP9" && v.frames > 0 && v.frameW == v.w && v.frameH == v.h
}

// seconds is how long the video is: as its header says, or more, when it has frames later than that.
func (v *video) seconds() float64 {
	scale := float64(v.scale)
	if v.scale == 0 {
		scale = 1e6
	}
	return max(v.duration, v.last) * scale / 1e9
}

// read goes through the elements. Those that hold others are entered by going on behind their head, so that a nesting
// costs nothing, and a size that is not known does not matter. It says false of what is cut short or makes no sense.
func (v *video) read(b []byte) bool {
	for range maxElements {
		if len(b) == 0 {
			return true
		}
		id, size, rest, ok := element(b)
		if !ok {
			return false
		}
		switch id {
		case idHeader, idSegment, idInfo, idTracks, idTrack, idVideo, idCluster, idBlockGroup:
			if id == idTrack {
				v.tracks++
			}
			b = rest
			continue
		}
		if size > uint64(len(rest)) {
			return false
		}
		if !v.take(id, rest[:size]) {
			return false
		}
		b = rest[size:]
	}
	return false
}

// take notes the content of an element.
func (v *video) take(id uint32, b []byte) bool {
	switch id {
	case idDocType:
		v.docType = string(bytes.TrimRight(b, "\x00"))
	case idScale:
		v.scale = number(b)
	case idDuration:
		v.duration = float(b)
		return v.duration >= 0 // and no NaN
	case idTrackType:
		v.kind = number(b)
	case idCodec:
		v.codec = string(bytes.TrimRight(b, "\x00"))
	case idPixelWidth:
		v.w = int(min(number(b), math.MaxInt32))
	case idPixelHeight:
		v.h = int(min(number(b), math.MaxInt32))
	case idClusterTime:
		v.cluster = number(b)
	case idSimpleBlock, idBlock:
		return v.block(b)
	}
	return true
}

// block notes a frame: when it is shown, and of the first how large it is.
// Spec: https://www.matroska.org/technical/basics.html#block-structure
func (v *video) block(b []byte) bool {
	_, b, ok := vint(b, true)
	if !ok || len(b) < 3 {
		return false
	}
	at := float64(v.cluster) + float64(int16(binary.BigEndian.Uint16(b)))
	v.last = max(v.last, at)
	if v.frames++; v.frames == 1 {
		v.frameW, v.frameH, ok = frameSize(b[3:])
	}
	return ok
}

// element reads the head of an element. A size that is not known is the largest number.
func element(b []byte) (id uint32, size uint64, rest []byte, ok bool) {
	n, b, ok := vint(b, false)
	if !ok || n > math.MaxUint32 {
		return 0, 0, nil, false
	}
	size, rest, ok = vint(b, true)
	return uint32(n), size, rest, ok
}

// vint reads a number of variable length; clear takes the mark of its length off. A number of ones only is unknown, the
// largest number.
// Spec: https://www.rfc-editor.org/rfc/rfc8794#section-4
func vint(b []byte, clear bool) (n uint64, rest []byte, ok bool) {
	if len(b) == 0 || b[0] == 0 {
		return 0, nil, false
	}
	length := 1
	for mark := byte(0x80); b[0]&mark == 0; mark >>= 1 {
		length++
	}
	if len(b) < length {
		return 0, nil, false
	}
	for _, c := range b[:length] {
		n = n<<8 | uint64(c)
	}
	if clear {
		ones := uint64(1)<<(7*length) - 1
		if n &= ones; n == ones {
			n = math.MaxUint64
		}
	}
	return n, b[length:], true
}

// number reads an unsigned number of up to eight bytes; longer ones are too large for anything.
func number(b []byte) (n uint64) {
	if len(b) > 8 {
		return math.MaxUint64
	}
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

func float(b []byte) float64 {
	switch len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}
