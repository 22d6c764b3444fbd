package updates

import "hermod/internal/domain/ids"

// Events of groups and channels, without a pts: what happens in them is told by service messages in their own logs.
type (
	// ChannelChanged says that how the owner stands to a channel has changed: he joined or left, was promoted, banned, or
	// set something for himself.
	ChannelChanged struct {
		withoutPTS
		Channel ids.Channel
	}
	// ChatChanged says that a basic group has changed; What is "participants", "rights", or "" for anything.
	ChatChanged struct {
		withoutPTS
		Chat ids.Chat
		What string `json:",omitempty"`
	}
	// PendingRequests says that people ask to be let into a group or channel of which the owner is an admin.
	PendingRequests struct {
		withoutPTS
		Peer ids.Peer
	}
)

// What has changed in a basic group.
const (
	ChatParticipants = "participants"
	ChatRights       = "rights"
)

// Kind implements Event, here and below.
func (ChannelChanged) Kind() string  { return "channel_changed" }
func (ChatChanged) Kind() string     { return "chat_changed" }
func (PendingRequests) Kind() string { return "pending_requests" }
