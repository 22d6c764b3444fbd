package updates

// RecentStatuses says that the emoji statuses which the owner used last have changed.
type RecentStatuses struct{ withoutPTS }

// Kind implements Event.
func (RecentStatuses) Kind() string { return "recent_statuses" }
