package transport

import (
	"net"
	"syscall"
	"time"
)

// An input is what has been received and not yet returned. The reader owns it.
//
// buf[:used] has been returned, buf[used:plain] is packets in clear, buf[plain:] is bytes as they came.
type input struct {
	source  source
	buf     []byte // borrowed; nil while nothing is buffered
	used    int
	plain   int
	opening bool      // the bytes that name the framing have not come yet
	begun   time.Time // when the packet began that is not whole yet; zero if there is none
}

// add buffers a copy of b.
func (in *input) add(b []byte) {
	if len(b) == 0 {
		return
	}
	in.makeRoom(len(b))
	in.buf = append(in.buf, b...)
}

// read waits for bytes and buffers them: what has been returned makes room, and an empty buffer is given
// back for the time of the wait.
func (in *input) read() error {
	if in.used == len(in.buf) {
		in.release()
		b, err := in.source.borrow()
		in.buf = b
		return err
	}
	in.makeRoom(1)
	n, err := in.source.conn.Read(in.buf[len(in.buf):cap(in.buf)])
	in.buf = in.buf[:len(in.buf)+n]
	if n > 0 {
		return nil // an error will come again
	}
	return err
}

// makeRoom makes sure that n more bytes fit. It grows by one step at a time, so a buffer is never much larger than
// what has really come.
func (in *input) makeRoom(n int) {
	if cap(in.buf)-len(in.buf) >= n {
		return
	}
	rest := in.buf[in.used:]
	in.plain -= in.used
	in.used = 0
	if cap(in.buf)-len(rest) >= n && len(rest) <= cap(in.buf)/2 {
		in.buf = in.buf[:copy(in.buf[:len(rest)], rest)]
		return
	}
	grown := append(buffers.get(len(rest)+n), rest...)
	buffers.put(in.buf)
	in.buf = grown
}

func (in *input) release() {
	if in.buf != nil {
		buffers.put(in.buf)
	}
	in.buf, in.used, in.plain = nil, 0, 0
}

// A source reads from a connection without a buffer in hand.
type source struct {
	conn net.Conn
	raw  syscall.RawConn    // nil: conn has no descriptor (TLS, a pipe)
	try  func(uintptr) bool // tryRead, made once
	got  []byte             // what tryRead read, and its error
	err  error
	one  [1]byte
}

func (s *source) init(nc net.Conn) {
	s.conn = nc
	if sc, ok := nc.(syscall.Conn); ok && pollable {
		s.raw, _ = sc.SyscallConn() // nil after an error
		s.try = s.tryRead
	}
}

// borrow waits for bytes and returns them in a borrowed buffer.
func (s *source) borrow() ([]byte, error) {
	if s.raw == nil {
		return s.borrowByOne()
	}
	if err := s.raw.Read(s.try); err != nil {
		return nil, err
	}
	b, err := s.got, s.err
	s.got, s.err = nil, nil
	return b, err
}

// borrowByOne waits with a buffer of a single byte; the rest of the bytes is at hand then.
func (s *source) borrowByOne() ([]byte, error) {
	n, err := s.conn.Read(s.one[:])
	if n == 0 {
		return nil, err
	}
	return append(buffers.get(smallBuffer), s.one[0]), nil
}
