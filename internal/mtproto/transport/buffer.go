package transport

import (
	"sync"
	"unsafe"
)

// Buffers come in a few sizes, so that one that grew for a large packet serves the next large one.
const (
	smallBuffer = 4 << 10
	bufferStep  = 4
	bufferSizes = 6 // the largest is 4 MiB; what does not fit is made for once
)

// A bufferPool lends buffers. Connections share one, because most of them need none most of the time. It keeps
// the addresses of first bytes, whose size the pool tells: unlike a slice they go into an interface without an
// allocation.
type bufferPool [bufferSizes]sync.Pool

// buffers holds no state that anyone could notice: it only saves allocations.
var buffers bufferPool

// get returns an empty buffer with room for at least n bytes.
func (p *bufferPool) get(n int) []byte {
	size := smallBuffer
	for i := range p {
		if n <= size {
			if first, ok := p[i].Get().(*byte); ok {
				return unsafe.Slice(first, size)[:0]
			}
			return make([]byte, 0, size)
		}
		size *= bufferStep
	}
	return make([]byte, 0, n)
}

// put takes back what get lent. Buffers that grew elsewhere go to the collector.
func (p *bufferPool) put(b []byte) {
	size := smallBuffer
	for i := range p {
		if cap(b) == size {
			p[i].Put(unsafe.SliceData(b))
			return
		}
		size *= bufferStep
	}
}
