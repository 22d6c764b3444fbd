package updates

import "hermod/internal/domain/ids"

// Events of what happens at its time, and of threads, without a pts.
type (
	// HistoryTTL says that the period after which messages of a chat go has changed.
	HistoryTTL struct {
		withoutPTS
		Peer   ids.Peer
		Period int32 // seconds; 0: never
	}
	// NewScheduled says that a message was scheduled, or that one was changed.
	NewScheduled struct {
		withoutPTS
		Peer ids.Peer
		ID   ids.Message
	}
	// ScheduledGone says that scheduled messages were sent or deleted.
	ScheduledGone struct {
		withoutPTS
		Peer ids.Peer
		IDs  []ids.Message
		Sent []ids.Message `json:",omitempty"` // what became of them, in their order; none when they were deleted
	}
	// ThreadRead says that the owner has read a thread of comments or a topic up to MaxID.
	ThreadRead struct {
		withoutPTS
		Channel ids.Channel
		Thread  ids.Message
		MaxID   ids.Message
		Of      ids.Channel `json:",omitempty"` // whose post the thread comments on
		Post    ids.Message `json:",omitempty"`
	}
	// ThreadSeen says that what the owner wrote in a thread or topic was read up to MaxID.
	ThreadSeen struct {
		withoutPTS
		Channel ids.Channel
		Thread  ids.Message
		MaxID   ids.Message
	}
)

// Kind implements Event, here and below.
func (HistoryTTL) Kind() string    { return "history_ttl" }
func (NewScheduled) Kind() string  { return "new_scheduled" }
func (ScheduledGone) Kind() string { return "scheduled_gone" }
func (ThreadRead) Kind() string    { return "thread_read" }
func (ThreadSeen) Kind() string    { return "thread_seen" }
