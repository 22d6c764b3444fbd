//go:build unix

package transport

import (
	"os"
	"syscall"
)

// tryWrite writes what a descriptor takes that does not block. It always returns true, so that a RawConn does not wait.
func (o *output) tryWrite(fd uintptr) bool {
	for len(o.rest) > 0 {
		n, err := syscall.Write(int(fd), o.rest)
		switch {
		case n > 0:
			o.rest = o.rest[n:]
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return true
		default:
			o.err = os.NewSyscallError("write", err)
			return true
		}
	}
	return true
}
