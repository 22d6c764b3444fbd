package users

import (
	"context"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/domain/ids"
)

// Partners returns the people with whom user has talked lately.
type Partners func(ctx context.Context, user ids.User) ([]ids.User, error)

// SetOnline notes that user is here, or has gone, and tells those who know him: who has him as a contact, who looks at
// him (see Presence.Watch), and whom partners returns, the people he talks with. Only those who take updates now and
// whom his privacy lets know are told. partners is asked only when there is something to tell; nil is nobody.
func (s *Service) SetOnline(ctx context.Context, user ids.User, online bool, partners Partners) error {
	if !s.presence.Set(user, online, time.Now()) {
		return nil
	}
	who, err := s.near(ctx, user, partners)
	if err != nil {
		return err
	}
	who = append(who, s.presence.watching(user, time.Now())...)
	slices.Sort(who)
	for _, to := range slices.Compact(who) {
		if !s.presence.Attached(to) {
			continue
		}
		shown, err := s.SeesStatus(ctx, to, user)
		if err != nil {
			return err
		}
		if shown {
			s.live(to, StatusChanged{User: user})
		}
	}
	return nil
}

func (s *Service) live(to ids.User, value any) {
	s.bus.Publish(bus.Message{Subject: "live", Key: int64(to), Value: value})
}

// SeesStatus tells whether viewer may see exactly when user was here. Who hides that from user does not see it
// of him either.
// Spec: https://core.telegram.org/api/privacy
func (s *Service) SeesStatus(ctx context.Context, viewer, user ids.User) (bool, error) {
	if viewer == user {
		return true, nil
	}
	both, err := s.Get(ctx, user, viewer)
	if err != nil || len(both) < 2 {
		return false, err
	}
	rel, err := s.Relation(ctx, viewer, user)
	if err != nil {
		return false, err
	}
	shown, byMe := StatusShown(both[1], both[0], rel)
	return shown && !byMe, nil
}

// StatusShown tells whether user's rules show viewer when he was here, and whether viewer does not see it
// because of his own rules.
func StatusShown(viewer, user User, rel Relation) (shown, byMe bool) {
	if viewer.ID == user.ID {
		return true, false
	}
	shown = user.Shows(StatusTimestamp, Viewer{ID: viewer.ID, Bot: viewer.Bot}, rel)
	byMe = !viewer.Shows(StatusTimestamp, Viewer{ID: user.ID, Bot: user.Bot}, rel.reverse())
	return shown, byMe
}
