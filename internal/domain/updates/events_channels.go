package updates

import "hermod/internal/domain/ids"

// Events in the logs of users about what they do in channels, without a pts.
type (
	// ReadChannel says that the owner has read on in a channel; how far is in his dialog. The Value of its Entry is a
	// ReadMark when it comes live.
	ReadChannel struct {
		withoutPTS
		Channel ids.Channel
	}
	// ChannelContents says that the owner has seen messages of a channel that mention him.
	ChannelContents struct {
		withoutPTS
		Channel ids.Channel
		IDs     []ids.Message
	}
	// ChannelCleared says that the owner has removed the messages of a channel up to UpTo for himself.
	ChannelCleared struct {
		withoutPTS
		Channel ids.Channel
		UpTo    ids.Message
	}
)

// A ReadMark is how far somebody has read in a channel.
type ReadMark struct {
	MaxID  ids.Message
	Unread int
	PTS    int32 // of the channel
}

// Kind implements Event, here and below.
func (ReadChannel) Kind() string     { return "read_channel" }
func (ChannelContents) Kind() string { return "channel_contents" }
func (ChannelCleared) Kind() string  { return "channel_cleared" }
