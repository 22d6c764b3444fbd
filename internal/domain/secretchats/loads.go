package secretchats

import (
	"context"
	"slices"
	"sync"

	"hermod/internal/domain/ids"
)

// maxLoads bounds the downloads under way that are followed, and maxSpans the gaps of one of them. Beyond that any one is
// not followed further, so that nobody keeps out others with downloads that he does not end. What is not followed is kept
// until the chat is discarded, or for as long as ciphertexts are.
const (
	maxLoads = 10_000
	maxSpans = 1000
)

// loads are the downloads of encrypted files that are under way: which bytes a device has confirmed. The zero value is
// ready.
type loads struct {
	mu  sync.Mutex
	all map[load][]span
}

type load struct {
	device ids.AuthKey
	file   int64
}

// A span is the bytes from off up to end.
type span struct{ off, end int64 }

// add notes that a device has n bytes of a file of some size from off on, and reports whether that makes it complete.
func (l *loads) add(device ids.AuthKey, file, size, off, n int64) (complete bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := load{device, file}
	spans, ok := l.all[k]
	if !ok && len(l.all) >= maxLoads {
		for other := range l.all { // in no order
			delete(l.all, other)
			break
		}
	}
	spans = join(spans, span{off, min(off+n, size)})
	if len(spans) == 1 && spans[0].off == 0 && spans[0].end >= size {
		delete(l.all, k)
		return true
	}
	if l.all == nil {
		l.all = make(map[load][]span)
	}
	if l.all[k] = spans; len(spans) > maxSpans {
		delete(l.all, k)
	}
	return false
}

// join adds s to spans, which are sorted and apart from each other.
func join(spans []span, s span) []span {
	if s.off >= s.end {
		return spans
	}
	i, _ := slices.BinarySearchFunc(spans, s.off, func(o span, off int64) int { return int(min(max(o.end-off, -1), 1)) })
	j := i
	for ; j < len(spans) && spans[j].off <= s.end; j++ {
		s.off, s.end = min(s.off, spans[j].off), max(s.end, spans[j].end)
	}
	return slices.Replace(spans, i, j, s)
}

// Confirm notes that a device has received n bytes of a file from off on. When it has all of them the file counts as loaded.
func (s *Service) Confirm(ctx context.Context, device ids.AuthKey, f File, off, n int64) error {
	if !s.loads.add(device, f.ID, f.Size, off, n) {
		return nil
	}
	return s.Loaded(ctx, device, f.ID)
}

// forget drops the downloads of a file.
func (l *loads) forget(file int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for k := range l.all {
		if k.file == file {
			delete(l.all, k)
		}
	}
}
