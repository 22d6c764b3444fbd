// Package actions holds what service messages tell: that a group was made, that somebody joined, that a message was
// pinned. An Action is stored in the row of its message, as JSON: a field may be added, and never changes its meaning.
package actions

import (
	"slices"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
)

// A Kind says what happened. Kinds are stored: they never change their names.
type Kind string

// Of private chats.
const (
	SignUp     Kind = "sign_up" // a contact has joined
	Screenshot Kind = "shot"    // somebody took a screenshot of the message replied to
)

// Of all chats.
const (
	HistoryClear  Kind = "clear" // the history was cleared
	Pin           Kind = "pin"   // the message replied to was pinned
	SetTTL        Kind = "set_ttl"
	SetTheme      Kind = "set_theme"
	SetWallpaper  Kind = "set_wallpaper"
	TodoAppend    Kind = "todo_append"     // to the list replied to
	TodoCompleted Kind = "todo_completion" // in the list replied to
	GeoProximity  Kind = "geo_proximity"   // FromPeer has come near ToPeer, Count meters
	Custom        Kind = "custom"          // a sentence in Title
	SuggestPhoto  Kind = "suggest_photo"   // for the profile of the other side
)

// Of groups and channels.
const (
	ChatCreate      Kind = "chat_create"
	ChatTitle       Kind = "chat_edit_title"
	ChatPhoto       Kind = "chat_edit_photo"
	ChatPhotoDelete Kind = "chat_delete_photo"
	AddUsers        Kind = "chat_add_user" // also who joined by himself: Users is he alone
	DeleteUser      Kind = "chat_delete_user"
	JoinedByLink    Kind = "joined_by_link"
	JoinedByRequest Kind = "joined_by_request"
	ChannelCreate   Kind = "channel_create"
	MigrateTo       Kind = "migrate_to"
	MigrateFrom     Kind = "migrate_from"
	TopicCreate     Kind = "topic_create"
	TopicEdit       Kind = "topic_edit"
	Boost           Kind = "boost"
)

// An Action is what a service message tells. Which fields count depends on its Kind.
type Action struct {
	Kind    Kind        `json:"k"`
	Title   string      `json:"t,omitempty"`
	Users   []ids.User  `json:"us,omitempty"` // added ones
	User    ids.User    `json:"u,omitempty"`  // who was removed; who made the link; whose setting it was
	Channel ids.Channel `json:"ch,omitempty"` // to which a group migrated
	Chat    ids.Chat    `json:"c,omitempty"`  // from which it did
	Message ids.Message `json:"m,omitempty"`
	TTL     int32       `json:"ttl,omitempty"` // seconds
	Count   int32       `json:"n,omitempty"`
	Emoji   string      `json:"e,omitempty"`
	Data    []byte      `json:"d,omitempty"`  // of SetWallpaper: JSON of looks.Shown
	Photo   int64       `json:"ph,omitempty"` // the file of ChatPhoto and SuggestPhoto

	TopicColor   int32 `json:"tc,omitempty"`
	TopicIcon    int64 `json:"ti,omitempty"`
	TitleMissing bool  `json:"tm,omitempty"`
	IconSet      bool  `json:"is,omitempty"` // the icon was changed, to none if TopicIcon is 0
	Closed       *bool `json:"cl,omitempty"`
	Hidden       *bool `json:"h,omitempty"`

	FromPeer ids.Peer `json:"fp,omitempty"`
	ToPeer   ids.Peer `json:"tp,omitempty"`

	Items       []Item  `json:"it,omitempty"` // tasks that were added
	Completed   []int32 `json:"co,omitempty"` // tasks
	Incompleted []int32 `json:"in,omitempty"`
}

// An Item is a task of a to-do list.
type Item struct {
	ID   int32     `json:"i"`
	Text text.Text `json:"t"`
}

// Peers are those whom a client must know to show a.
func (a *Action) Peers() []ids.Peer {
	if a == nil {
		return nil
	}
	var all []ids.Peer
	for _, u := range a.Users {
		all = append(all, u.Peer())
	}
	for _, t := range a.Items {
		for _, u := range t.Text.Mentioned() {
			all = append(all, u.Peer())
		}
	}
	if a.User != 0 {
		all = append(all, a.User.Peer())
	}
	if a.Channel != 0 {
		all = append(all, a.Channel.Peer())
	}
	if a.Chat != 0 {
		all = append(all, a.Chat.Peer())
	}
	for _, p := range []ids.Peer{a.FromPeer, a.ToPeer} {
		if p != 0 {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
