package chats

import (
	"slices"
	"testing"

	"hermod/internal/domain/updates"
)

// TestNewsWhileAStreamOpens tells a device of what stands in no queue while its stream is being opened.
func TestNewsWhileAStreamOpens(t *testing.T) {
	w, f, _, _, user := deviceWorld(t)
	w.feed.devices = f
	s := &Stream{feed: w.feed, user: user}
	if s.takeNews(updates.DeviceNews{Device: 11}) {
		t.Error("it had something before it was open")
	}
	if !s.start(updates.State{PTS: 1}) {
		t.Error("it forgot what came before it was open")
	}
	if got := heardBy(t, s); !slices.Equal(got[11], []int32{0}) {
		t.Errorf("told: %v", got)
	}
}
