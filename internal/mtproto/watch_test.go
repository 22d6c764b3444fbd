package mtproto

import (
	"slices"
	"testing"
	"time"
)

// TestReceipts acknowledges answers, kept and dropped ones, and looks of which of them the caller hears.
func TestReceipts(t *testing.T) {
	s := New(1, 2, 3, NewSalts([32]byte{}))
	now := time.Now()
	send := func(req MessageID, size int, watch bool) MessageID {
		t.Helper()
		if watch {
			s.AnswerWatched(req, make([]byte, size))
		} else {
			s.Answer(req, make([]byte, size), false)
		}
		m, ok := s.Take(now, nil, 1)
		if !ok {
			t.Fatal("nothing to send")
		}
		return m.ID
	}
	plain, small := send(4, 10, false), send(8, 10, true)
	if got := s.acknowledged([]MessageID{plain, small}); !slices.Equal(got, []MessageID{8}) {
		t.Errorf("received: %v", got)
	}
	if got := s.acknowledged([]MessageID{small}); len(got) != 0 {
		t.Errorf("received twice: %v", got)
	}
	var large []MessageID
	for i := range MessageID(4) { // more than is kept
		large = append(large, send(100+4*i, maxUnacked, true))
	}
	if got := s.acknowledged(large); !slices.Equal(got, []MessageID{100, 104, 108, 112}) {
		t.Errorf("received: %v", got)
	}
	if len(s.watched) != 0 {
		t.Errorf("%d are still watched", len(s.watched))
	}
	for i := range MessageID(2 * maxWatched) {
		send(1000+4*i, maxUnacked, true)
	}
	if len(s.watched) > maxWatched {
		t.Errorf("%d are watched", len(s.watched))
	}
}
