package transport

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// WebSocket opcodes.
// Spec: https://www.rfc-editor.org/rfc/rfc6455#section-5.2
const (
	opContinuation = 0
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
)

const (
	finBit     = 0x80
	maskBit    = 0x80
	maxControl = 125 // bytes in a control frame
)

// frames is the WebSocket layer of a connection. MTProto uses WebSocket messages as a mere stream of bytes: a
// client may cut packets over messages as it likes, so the ends of messages mean nothing here.
type frames struct {
	client bool   // this side masks what it sends; the other side must, or must not
	left   uint64 // bytes still to come of the current frame
	mask   [4]byte
	at     int // position in mask
}

// A frame is the head of a WebSocket frame.
type frame struct {
	op   byte
	size uint64
	mask [4]byte
	head int // bytes of the head itself
}

// parseFrame reads the head of a frame. frame.head is 0 if b is too short for one.
func parseFrame(b []byte, wantMask bool) (f frame, err error) {
	if len(b) < 2 {
		return f, nil
	}
	head, size := 2, uint64(b[1]&^maskBit)
	if masked := b[1]&maskBit != 0; masked != wantMask || b[0]&0x70 != 0 {
		return f, fmt.Errorf("websocket frame %x: %w", b[:2], ErrMalformed)
	}
	switch size {
	case 126:
		head += 2
	case 127:
		head += 8
	}
	if wantMask {
		head += 4
	}
	if len(b) < head {
		return f, nil
	}
	switch size {
	case 126:
		size = uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		size = binary.BigEndian.Uint64(b[2:])
	}
	f = frame{op: b[0] &^ finBit, size: size, head: head}
	if wantMask {
		f.mask = [4]byte(b[head-4:])
	}
	return f, f.check(b[0]&finBit != 0)
}

func (f frame) check(final bool) error {
	switch f.op {
	case opContinuation, opBinary:
		return nil
	case opClose, opPing, opPong:
		if final && f.size <= maxControl {
			return nil
		}
	}
	return fmt.Errorf("websocket frame of type %d with %d bytes: %w", f.op, f.size, ErrMalformed)
}

// deframe turns the frames that came last into the bytes that they carry, in place, and answers control frames. It
// returns the end of those bytes; what follows it is the beginning of a frame's head.
func (c *Conn) deframe() (end int, err error) {
	in, ws := &c.in, c.ws
	raw, end := in.buf[in.plain:], in.plain
	for len(raw) > 0 {
		if ws.left > 0 {
			n := int(min(ws.left, uint64(len(raw))))
			ws.unmask(in.buf[end:], raw[:n])
			end, raw = end+n, raw[n:]
			continue
		}
		n, err := c.beginFrame(raw)
		if err != nil {
			return end, err
		}
		if n == 0 {
			break
		}
		raw = raw[n:]
	}
	in.buf = in.buf[:end+copy(in.buf[end:], raw)]
	return end, nil
}

// beginFrame reads the head of a frame, or a whole control frame, and returns how much of raw that was: 0 for
// not enough.
func (c *Conn) beginFrame(raw []byte) (int, error) {
	f, err := parseFrame(raw, !c.ws.client)
	if err != nil || f.head == 0 {
		return 0, err
	}
	c.ws.mask, c.ws.at = f.mask, 0
	if f.op < opClose {
		c.ws.left = f.size
		return f.head, nil
	}
	end := f.head + int(f.size)
	if len(raw) < end {
		return 0, nil
	}
	payload := raw[f.head:end]
	c.ws.unmask(payload, payload)
	c.ws.left = 0
	return end, c.control(f.op, payload)
}

// control answers a control frame. A close is the end of the stream.
func (c *Conn) control(op byte, payload []byte) error {
	switch op {
	case opPing:
		return c.sendControl(opPong, payload)
	case opClose:
		_ = c.sendControl(opClose, payload) // the peer may be gone already
		return io.EOF
	}
	return nil
}

func (c *Conn) sendControl(op byte, payload []byte) error {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	b := append(buffers.get(smallBuffer), payload...)
	return c.flush(c.ws.wrap(b, 0, op))
}

// unmask copies src to dst, which may overlap if it does not begin after it, and removes the mask.
func (w *frames) unmask(dst, src []byte) {
	w.left -= min(w.left, uint64(len(src)))
	dst = dst[:copy(dst, src)]
	if w.client {
		return
	}
	var key [8]byte
	for i := range key {
		key[i] = w.mask[(w.at+i)%4]
	}
	w.at = (w.at + len(dst)) % 4
	applyMask(dst, key)
}

func applyMask(b []byte, key [8]byte) {
	word := binary.NativeEndian.Uint64(key[:])
	for ; len(b) >= 8; b = b[8:] {
		binary.NativeEndian.PutUint64(b, binary.NativeEndian.Uint64(b)^word)
	}
	for i := range b {
		b[i] ^= key[i]
	}
}

// wrap makes b[start:] the payload of one frame.
func (w *frames) wrap(b []byte, start int, op byte) []byte {
	var head [14]byte
	h := append(head[:0], finBit|op, 0)
	switch n := len(b) - start; {
	case n < 126:
		h[1] = byte(n)
	case n < 1<<16:
		h[1] = 126
		h = binary.BigEndian.AppendUint16(h, uint16(n))
	default:
		h[1] = 127
		h = binary.BigEndian.AppendUint64(h, uint64(n))
	}
	if w.client {
		h[1] |= maskBit
		key := rand.Uint32() // masks guard old proxies against scripts in a browser, which we are not
		h = le.AppendUint32(h, key)
		applyMask(b[start:], [8]byte(le.AppendUint64(nil, uint64(key)<<32|uint64(key))))
	}
	return slices.Insert(b, start, h...)
}
