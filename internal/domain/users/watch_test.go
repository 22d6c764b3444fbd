package users

import (
	"testing"
	"time"

	"hermod/internal/domain/ids"
)

func TestWatchersAreForgotten(t *testing.T) {
	p, now := &Presence{}, time.Unix(1_000_000, 0)
	p.Watch(1, 2, now)
	p.Watch(3, 2, now.Add(watchFor/2))
	p.Watch(2, 2, now)
	if got := p.watching(2, now.Add(time.Second)); len(got) != 2 {
		t.Errorf("%v look, want 1 and 3", got)
	}
	if got := p.watching(2, now.Add(watchFor+time.Second)); len(got) != 1 || got[0] != 3 {
		t.Errorf("%v look, want 3", got)
	}
	if got := p.watching(2, now.Add(2*watchFor)); got != nil || len(p.watch.byUser) != 0 {
		t.Errorf("%v look, want nobody", got)
	}
}

func TestWatchersAreBounded(t *testing.T) {
	p, now := &Presence{}, time.Unix(1_000_000, 0)
	for i := range ids.User(2 * maxWatchers) {
		p.Watch(10+i, 2, now)
	}
	if got := len(p.watching(2, now)); got != maxWatchers {
		t.Errorf("%d look, want %d", got, maxWatchers)
	}
	p.Watch(5, 2, now.Add(2*watchFor))
	if got := p.watching(2, now.Add(2*watchFor)); len(got) != 1 {
		t.Errorf("%v look, want the one who came last", got)
	}
}
