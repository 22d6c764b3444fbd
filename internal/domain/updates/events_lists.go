package updates

import "hermod/internal/domain/ids"

// Events of lists and profiles, without a pts.
type (
	// RecentStatuses says that the emoji statuses which the owner used last have changed.
	RecentStatuses struct{ withoutPTS }
	// SavedPinned says that a part of the owner's saved messages was pinned or unpinned.
	SavedPinned struct {
		withoutPTS
		Peer   ids.Peer
		Pinned bool
	}
	// SavedOrder says that the order of the pinned parts of the owner's saved messages has changed.
	SavedOrder struct{ withoutPTS }
)

// Kind implements Event, here and below.
func (RecentStatuses) Kind() string { return "recent_statuses" }
func (SavedPinned) Kind() string    { return "saved_pinned" }
func (SavedOrder) Kind() string     { return "saved_order" }
