//go:build unix

package transport

import (
	"io"
	"os"
	"syscall"
)

// pollable says that tryRead works on this system.
const pollable = true

// tryRead reads once from a descriptor that does not block. It returns false if there is nothing to read yet; the
// caller, a RawConn, then waits and tries again, and the buffer is back in its pool meanwhile.
func (s *source) tryRead(fd uintptr) bool {
	b := buffers.get(smallBuffer)
	n, err := readAgain(int(fd), b[:cap(b)])
	if n > 0 {
		s.got = b[:n]
		return true
	}
	buffers.put(b)
	switch err {
	case syscall.EAGAIN:
		return false
	case nil:
		s.err = io.EOF
	default:
		s.err = os.NewSyscallError("read", err)
	}
	return true
}

func readAgain(fd int, b []byte) (int, error) {
	for {
		n, err := syscall.Read(fd, b)
		if err != syscall.EINTR {
			return n, err
		}
	}
}
