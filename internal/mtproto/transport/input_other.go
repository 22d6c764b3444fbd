//go:build !unix

package transport

// pollable is false: connections wait with a buffer of one byte.
const pollable = false

func (s *source) tryRead(uintptr) bool { return true }
