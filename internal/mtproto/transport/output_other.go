//go:build !unix

package transport

func (o *output) tryWrite(uintptr) bool { return true }
