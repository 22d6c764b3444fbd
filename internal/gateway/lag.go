package gateway

import (
	"context"
	"time"
)

// pass notes that all sessions have what was last read.
func (a *audience) pass() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = a.taken
	if a.passed != nil {
		close(a.passed)
		a.passed = nil
	}
}

// waking is how often the audience of s was woken; 0 without one.
func (s *session) waking() (a *audience, woken int) {
	s.mu.Lock()
	a = s.audience
	s.mu.Unlock()
	if a == nil {
		return nil, 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a, a.woken
}

// wait returns when the sessions have everything of which a was told by the waking with this number, or after lag. It
// keeps answers from overtaking it: they show how everything is now, and what came behind would show how it was.
func (a *audience) wait(ctx context.Context, woken int, lag time.Duration) {
	if a == nil || a.pending(woken) == nil {
		return
	}
	late := time.NewTimer(lag)
	defer late.Stop()
	for passed := a.pending(woken); passed != nil; passed = a.pending(woken) {
		select {
		case <-passed:
		case <-late.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// pending is closed when more was told; nil when all is, or nobody is going to tell it.
func (a *audience) pending(woken int) chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.told >= woken || !a.pumping || a.closed {
		return nil
	}
	if a.passed == nil {
		a.passed = make(chan struct{})
	}
	return a.passed
}
