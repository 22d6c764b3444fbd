package updates

import (
	"encoding/json"
	"fmt"

	"hermod/internal/domain/ids"
)

// An Event is what happened in an Entry. Events are stored as JSON: a field may be added, and never changes its
// meaning. Those with a Count of 1 or more are added by Log.Append, the others, with 0, by Log.Note.
type Event interface {
	// Kind names the event in the database.
	Kind() string
	// Count is how far it moves the position: what its update says as pts_count.
	Count() int32
}

// with and without pts say, by embedding, whether an event moves the position.
type (
	withPTS    struct{}
	withoutPTS struct{}
)

func (withPTS) Count() int32    { return 1 }
func (withoutPTS) Count() int32 { return 0 }

// Events of messages and dialogs that have a pts.
type (
	// NewMessage is a new message. It has no row in update_log: the message itself is the entry.
	NewMessage struct {
		withPTS
		ID ids.Message
	}
	// EditMessage is a message whose content has changed. Hidden are the changes that are no edits by hand: reactions,
	// votes and the like in the log of a channel.
	EditMessage struct {
		withPTS
		ID     ids.Message
		Hidden bool `json:",omitempty"`
	}
	// DeleteMessages are messages that are gone.
	DeleteMessages struct{ IDs []ids.Message }
	// ReadInbox says that the owner has read up to MaxID.
	ReadInbox struct {
		withPTS
		Peer   ids.Peer
		MaxID  ids.Message
		Unread int32
	}
	// ReadOutbox says that the peer has read up to MaxID.
	ReadOutbox struct {
		withPTS
		Peer  ids.Peer
		MaxID ids.Message
	}
	// ReadContents says that the media of messages were played or their mentions seen.
	ReadContents struct{ IDs []ids.Message }
	// PinnedMessages says that messages of a chat were pinned or unpinned.
	PinnedMessages struct {
		Peer   ids.Peer
		IDs    []ids.Message
		Pinned bool
	}
	// FolderPeers says that peers were moved to a folder (1 is the archive).
	FolderPeers struct {
		withPTS
		Peers  []ids.Peer
		Folder int32
	}
)

// Events of messages and dialogs without a pts.
type (
	// Draft says that the draft in a dialog has changed.
	Draft struct {
		withoutPTS
		Peer   ids.Peer
		Thread ids.Message `json:",omitempty"`
	}
	// DialogPinned says that a dialog was pinned or unpinned.
	DialogPinned struct {
		withoutPTS
		Peer   ids.Peer
		Folder int32
		Pinned bool
	}
	// PinnedDialogs says that the order of the pinned dialogs of a folder has changed.
	PinnedDialogs struct {
		withoutPTS
		Folder int32
	}
	// DialogUnread says that a dialog was marked as unread or no longer is.
	DialogUnread struct {
		withoutPTS
		Peer   ids.Peer
		Unread bool
	}
	// NotifySettings says that notification settings have changed, of a peer or of a Scope of peers.
	NotifySettings struct {
		withoutPTS
		Peer   ids.Peer
		Thread ids.Message `json:",omitempty"`
		Scope  string      `json:",omitempty"`
	}
	// DialogFilter says that a filter of the dialog list was made, changed or removed.
	DialogFilter struct {
		withoutPTS
		ID int32
	}
	// DialogFilterOrder says that the filters were put in another order.
	DialogFilterOrder struct{ withoutPTS }
	// DialogFilters says that the filters are to be loaded anew.
	DialogFilters struct{ withoutPTS }
)

// Events of people and settings, without a pts.
type (
	// UserChanged says that the name, username, phone, photo or status of a user has changed for the owner.
	UserChanged struct {
		withoutPTS
		User ids.User
		What string `json:",omitempty"` // a users.Change; "" is anything
	}
	// Privacy says that the owner's rules for Key have changed.
	Privacy struct {
		withoutPTS
		Key string
	}
	// PeerBlocked says that the owner has blocked or unblocked a peer.
	PeerBlocked struct {
		withoutPTS
		Peer    ids.Peer
		Blocked bool
		Stories bool `json:",omitempty"` // from seeing stories only
	}
	// PeerSettings says that what the owner may do with a peer has changed.
	PeerSettings struct {
		withoutPTS
		Peer ids.Peer
	}
	// ContactsReset says that the list of contacts is to be loaded anew.
	ContactsReset struct{ withoutPTS }
	// NewAuthorization says that somebody has signed in to the owner's account, or that such was confirmed.
	NewAuthorization struct {
		withoutPTS
		Hash int64
	}
)

// Count implements Event.
func (e DeleteMessages) Count() int32 { return int32(len(e.IDs)) }

// Count implements Event.
func (e ReadContents) Count() int32 { return int32(len(e.IDs)) }

// Count implements Event.
func (e PinnedMessages) Count() int32 { return int32(len(e.IDs)) }

// Kind implements Event. Hidden edits have a kind of their own, by which they are found again.
func (e EditMessage) Kind() string {
	if e.Hidden {
		return "hidden_edit"
	}
	return "edit_message"
}

// Kind implements Event, here and below.
func (NewMessage) Kind() string        { return "new_message" }
func (DeleteMessages) Kind() string    { return "delete_messages" }
func (ReadInbox) Kind() string         { return "read_inbox" }
func (ReadOutbox) Kind() string        { return "read_outbox" }
func (ReadContents) Kind() string      { return "read_contents" }
func (PinnedMessages) Kind() string    { return "pinned_messages" }
func (FolderPeers) Kind() string       { return "folder_peers" }
func (Draft) Kind() string             { return "draft" }
func (DialogPinned) Kind() string      { return "dialog_pinned" }
func (PinnedDialogs) Kind() string     { return "pinned_dialogs" }
func (DialogUnread) Kind() string      { return "dialog_unread" }
func (NotifySettings) Kind() string    { return "notify_settings" }
func (DialogFilter) Kind() string      { return "dialog_filter" }
func (DialogFilterOrder) Kind() string { return "dialog_filter_order" }
func (DialogFilters) Kind() string     { return "dialog_filters" }
func (UserChanged) Kind() string       { return "user_changed" }
func (Privacy) Kind() string           { return "privacy" }
func (PeerBlocked) Kind() string       { return "peer_blocked" }
func (PeerSettings) Kind() string      { return "peer_settings" }
func (ContactsReset) Kind() string     { return "contacts_reset" }
func (NewAuthorization) Kind() string  { return "new_authorization" }

// kinds has each event that update_log can hold. A new event needs a line here.
var kinds = map[string]func([]byte) (Event, error){
	NewMessage{}.Kind():              decode[NewMessage],
	EditMessage{}.Kind():             decode[EditMessage],
	EditMessage{Hidden: true}.Kind(): decode[EditMessage],
	DeleteMessages{}.Kind():          decode[DeleteMessages],
	ReadInbox{}.Kind():               decode[ReadInbox],
	ReadOutbox{}.Kind():              decode[ReadOutbox],
	ReadContents{}.Kind():            decode[ReadContents],
	PinnedMessages{}.Kind():          decode[PinnedMessages],
	FolderPeers{}.Kind():             decode[FolderPeers],
	Draft{}.Kind():                   decode[Draft],
	DialogPinned{}.Kind():            decode[DialogPinned],
	PinnedDialogs{}.Kind():           decode[PinnedDialogs],
	DialogUnread{}.Kind():            decode[DialogUnread],
	NotifySettings{}.Kind():          decode[NotifySettings],
	DialogFilter{}.Kind():            decode[DialogFilter],
	DialogFilterOrder{}.Kind():       decode[DialogFilterOrder],
	DialogFilters{}.Kind():           decode[DialogFilters],
	UserChanged{}.Kind():             decode[UserChanged],
	Privacy{}.Kind():                 decode[Privacy],
	PeerBlocked{}.Kind():             decode[PeerBlocked],
	PeerSettings{}.Kind():            decode[PeerSettings],
	ContactsReset{}.Kind():           decode[ContactsReset],
	NewAuthorization{}.Kind():        decode[NewAuthorization],
	ReadChannel{}.Kind():             decode[ReadChannel],
	ChannelContents{}.Kind():         decode[ChannelContents],
	ChannelCleared{}.Kind():          decode[ChannelCleared],
	MessageReactions{}.Kind():        decode[MessageReactions],
	MessagePoll{}.Kind():             decode[MessagePoll],
	RecentReactions{}.Kind():         decode[RecentReactions],
	SavedTags{}.Kind():               decode[SavedTags],
	RecentStatuses{}.Kind():          decode[RecentStatuses],
	SavedPinned{}.Kind():             decode[SavedPinned],
	SavedOrder{}.Kind():              decode[SavedOrder],
	ChannelChanged{}.Kind():          decode[ChannelChanged],
	ChatChanged{}.Kind():             decode[ChatChanged],
	PendingRequests{}.Kind():         decode[PendingRequests],
	HistoryTTL{}.Kind():              decode[HistoryTTL],
	NewScheduled{}.Kind():            decode[NewScheduled],
	ScheduledGone{}.Kind():           decode[ScheduledGone],
	ThreadRead{}.Kind():              decode[ThreadRead],
	ThreadSeen{}.Kind():              decode[ThreadSeen],
	StickerSets{}.Kind():             decode[StickerSets],
	NewStickerSet{}.Kind():           decode[NewStickerSet],
	StickerOrder{}.Kind():            decode[StickerOrder],
	RecentStickers{}.Kind():          decode[RecentStickers],
	FavedStickers{}.Kind():           decode[FavedStickers],
	SavedGIFs{}.Kind():               decode[SavedGIFs],
	SavedSounds{}.Kind():             decode[SavedSounds],
	ThemeChanged{}.Kind():            decode[ThemeChanged],
	PeerWallpaper{}.Kind():           decode[PeerWallpaper],
}

func decode[E Event](data []byte) (Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}

// decodeEvent reads an event as update_log holds it.
func decodeEvent(kind string, data []byte) (Event, error) {
	decode, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("unknown event %s", kind)
	}
	e, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", kind, err)
	}
	return e, nil
}
