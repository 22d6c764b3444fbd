package push

import (
	"context"
	"maps"
	"slices"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/users"
)

const (
	// silence is how long somebody who is here may say nothing of it. A browser says so every 50 seconds; one that was
	// closed, or lost its network, says nothing more, and counts as online for minutes.
	silence = 70 * time.Second
	// lookEvery is how often it is looked whether those for whom something is held are still here.
	lookEvery = 10 * time.Second
	// heldFor is how long. Who was here all the time has seen it in the list.
	heldFor = 10 * time.Minute
	maxHeld = 10_000 // users, and 100 chats of each
)

// A heldMessage came while the one it is for was here. It is pushed if he goes without having read it.
type heldMessage struct {
	message *messages.Message
	at      time.Time
}

// hold keeps the newest message of each chat.
func (s *Service) hold(user ids.User, m *messages.Message, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	chats := s.held[user]
	if chats == nil {
		if len(s.held) >= maxHeld {
			return
		}
		chats = map[ids.Peer]heldMessage{}
		s.held[user] = chats
	}
	if _, known := chats[m.Peer]; known || len(chats) < maxHeld/100 {
		chats[m.Peer] = heldMessage{m, now}
	}
}

// release forgets what is held of a chat up to a message, which was read or deleted.
func (s *Service) release(user ids.User, peer ids.Peer, upTo ids.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h, ok := s.held[user][peer]; ok && h.message.ID <= upTo {
		delete(s.held[user], peer)
	}
	if len(s.held[user]) == 0 {
		delete(s.held, user)
	}
}

// releaseDeleted forgets what was deleted in a log: that of a user has his private chats and small groups, that of a channel
// the posts of all.
func (s *Service) releaseDeleted(owner ids.Peer, gone []ids.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if user := owner.User(); user != 0 {
		maps.DeleteFunc(s.held[user], func(peer ids.Peer, h heldMessage) bool {
			return peer.Channel() == 0 && slices.Contains(gone, h.message.ID)
		})
		return
	}
	for _, chats := range s.held {
		if h, ok := chats[owner]; ok && slices.Contains(gone, h.message.ID) {
			delete(chats, owner)
		}
	}
}

// watch looks after those for whom something is held, until ctx ends.
func (s *Service) watch(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			if err := s.look(ctx, now); err != nil && ctx.Err() == nil {
				s.o.Log.WarnContext(ctx, "push", "error", err)
			}
		}
	}
}

// look pushes what is held for those who have gone.
func (s *Service) look(ctx context.Context, now time.Time) error {
	waiting := s.waiting(now)
	all, err := s.o.Presence.Statuses(ctx, waiting)
	if err != nil {
		return wrap("who is still here", err)
	}
	for i, user := range waiting {
		if isHere(all[i], now) {
			continue
		}
		for _, m := range s.takeHeld(user) {
			s.put(missed{user, m})
		}
	}
	return nil
}

// isHere reports whether somebody has lately said so.
func isHere(status users.Status, now time.Time) bool {
	return status.Online(now) && now.Sub(time.Unix(status.Seen, 0)) < silence
}

// waiting are those for whom something is held; what is old is not any more.
func (s *Service) waiting(now time.Time) (all []ids.User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for user, chats := range s.held {
		for peer, h := range chats {
			if now.Sub(h.at) > heldFor {
				delete(chats, peer)
			}
		}
		if len(chats) == 0 {
			delete(s.held, user)
			continue
		}
		all = append(all, user)
	}
	return all
}

func (s *Service) takeHeld(user ids.User) (all []*messages.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.held[user] {
		all = append(all, h.message)
	}
	delete(s.held, user)
	return all
}

// missed tells of a message that came while somebody was here who has gone since.
type missed struct {
	user    ids.User
	message *messages.Message
}

func (t missed) do(ctx context.Context, s *Service) error { return s.tell(ctx, t.user, t.message) }
