package updates

import "hermod/internal/domain/ids"

// Events of reactions and polls in the logs of users, without a pts. In the log of a channel they are hidden edits.
type (
	// MessageReactions says that the reactions to a message have changed.
	MessageReactions struct {
		withoutPTS
		Peer ids.Peer
		ID   ids.Message
	}
	// MessagePoll says that somebody has voted in the poll of a message, or that it was closed or changed.
	MessagePoll struct {
		withoutPTS
		Peer ids.Peer
		ID   ids.Message
		Poll int64
	}
	// RecentReactions says that the list of reactions that the owner last used has changed.
	RecentReactions struct{ withoutPTS }
	// SavedTags says that the tags of the owner's saved messages have changed.
	SavedTags struct{ withoutPTS }
)

// Kind implements Event, here and below.
func (MessageReactions) Kind() string { return "message_reactions" }
func (MessagePoll) Kind() string      { return "message_poll" }
func (RecentReactions) Kind() string  { return "recent_reactions" }
func (SavedTags) Kind() string        { return "saved_tags" }
