package chats

import (
	"slices"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// The answer to a call may reach its session before notes do that were made earlier: those are shown while the call runs.
// They set a state, so the session would end with what others have set and not with what it has set itself later. Hence a
// note about something that another session has just changed is told to all, also to the session that caused it, in order.

const (
	// overtaking is how long a note may be on its way.
	overtaking = 5 * time.Second
	maxTouched = 32
)

// A touch is a note about something that several sessions may set.
type touch struct {
	what   any
	origin updates.Origin // who was not told
	at     time.Time
}

// touched is what a note sets, comparable; nil when it does not matter who sets it last.
func touched(ev updates.Event) any {
	type dialog struct {
		kind string
		peer ids.Peer
	}
	switch ev := ev.(type) {
	case updates.MessageReactions, updates.MessagePoll, updates.Draft, updates.NotifySettings:
		return ev
	case updates.DialogPinned, updates.PinnedDialogs:
		return "pins"
	case updates.DialogUnread:
		return dialog{ev.Kind(), ev.Peer}
	case updates.PeerBlocked:
		return dialog{ev.Kind(), ev.Peer}
	case updates.HistoryTTL:
		return dialog{ev.Kind(), ev.Peer}
	}
	return nil
}

// contestedLocked returns e, with nobody left out if another session has just changed the same.
func (s *Stream) contestedLocked(e updates.Entry) updates.Entry {
	what := touched(e.Event)
	if what == nil {
		return e
	}
	now := time.Now()
	s.recent = slices.DeleteFunc(s.recent, func(t touch) bool { return now.Sub(t.at) > overtaking })
	if slices.ContainsFunc(s.recent, func(t touch) bool { return t.what == what && t.origin != e.Origin }) {
		e.Origin = updates.Origin{}
	}
	if len(s.recent) >= maxTouched {
		s.recent = slices.Delete(s.recent, 0, 1)
	}
	s.recent = append(s.recent, touch{what, e.Origin, now})
	return e
}
