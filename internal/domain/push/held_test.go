package push

import (
	"testing"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/users"
)

func TestWhoSaysNothingIsGone(t *testing.T) {
	now := time.Now()
	until := now.Add(5 * time.Minute).Unix()
	tests := map[string]struct {
		status users.Status
		want   bool
	}{
		"just said so":   {users.Status{Until: until, Seen: now.Unix()}, true},
		"said he goes":   {users.Status{Seen: now.Unix()}, false},
		"closed his tab": {users.Status{Until: until, Seen: now.Add(-silence).Unix()}, false},
		"never here":     {users.Status{}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := isHere(tt.status, now); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// Of each chat the newest message is held, until it is read or old.
func TestWhatIsHeld(t *testing.T) {
	s := &Service{held: map[ids.User]map[ids.Peer]heldMessage{}}
	const user = ids.User(1)
	one, other := ids.User(2).Peer(), ids.User(3).Peer()
	now := time.Now()
	for _, m := range []*messages.Message{{ID: 1, Peer: one}, {ID: 2, Peer: other}, {ID: 3, Peer: one}} {
		s.hold(user, m, now)
	}
	s.release(user, one, 1)
	s.release(user, other, 2)
	if got := s.waiting(now); len(got) != 1 || got[0] != user {
		t.Errorf("waiting: %v", got)
	}
	if got := s.takeHeld(user); len(got) != 1 || got[0].ID != 3 {
		t.Errorf("held: %v", got)
	}
	s.hold(user, &messages.Message{ID: 4, Peer: one}, now)
	s.hold(user, &messages.Message{ID: 5, Peer: other}, now)
	s.releaseDeleted(user.Peer(), []ids.Message{5})
	if got := s.held[user]; len(got) != 1 {
		t.Errorf("held: %v", got)
	}
	if got := s.waiting(now.Add(heldFor + time.Second)); len(got) != 0 {
		t.Errorf("still waiting: %v", got)
	}
	if len(s.held) != 0 {
		t.Errorf("kept: %v", s.held)
	}
}
