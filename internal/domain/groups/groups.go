// Package groups is basic groups: up to 200 people, each with his own copies of the messages. It also keeps, for groups
// and channels alike, the list of where a person is (membership), and declares how service messages are written.
//
// It owns the tables basic_group, basic_group_member and membership. An operation locks the row of the group first, then
// the logs of users in ascending order.
package groups

import (
	"context"
	"errors"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/cache"
	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Errors of this package that are the caller's; those of rights come on top.
var (
	// ErrNotFound means that there is no such group, or none that the caller may know of.
	ErrNotFound = errors.New("no such group")
	// ErrTitle means a title that is empty or too long.
	ErrTitle = errors.New("group title is wrong")
	// ErrAbout means a description that is too long.
	ErrAbout = errors.New("description is too long")
	// ErrSame means a change that changes nothing.
	ErrSame = errors.New("group is as it was")
	// ErrAboutSame means a description that is as it was.
	ErrAboutSame = errors.New("description is as it was")
	// ErrAlready means somebody who is in the group already.
	ErrAlready = errors.New("already in the group")
	// ErrTooMany means that the group is full.
	ErrTooMany = errors.New("group is full")
	// ErrUser means a user who cannot be added.
	ErrUser = errors.New("user cannot be in a group")
	// ErrBot means a bot that does not go into groups.
	ErrBot = errors.New("bot does not go into groups")
	// ErrPeriod means a period for deleting messages that cannot be.
	ErrPeriod = errors.New("no such period")
	// ErrRank means a rank that is too long or has emoji.
	ErrRank = errors.New("rank is wrong")
	// ErrReactions means a list of reactions that is too long.
	ErrReactions = errors.New("too many reactions")
	// ErrMigrated means a group that has become a supergroup.
	ErrMigrated = errors.New("group has become a supergroup")
)

// Bounds.
const (
	MaxMembers   = 200
	MaxTitle     = 128 // characters, here and below
	MaxAbout     = 255
	MaxRank      = 16
	MaxPeriod    = 366 * 24 * 60 * 60 // seconds
	MaxReactions = 100

	cachedGroups = 1 << 13
	cachedLists  = 1 << 15
	cacheTTL     = 5 * time.Minute
)

// A Service answers for basic groups. Safe for concurrent use.
type Service struct {
	db     *db.DB
	bus    bus.Bus
	log    *updates.Log
	users  *users.Service
	scribe Scribe
	photos Keeper
	states *cache.Cache[ids.Chat, State]
	lists  *cache.Cache[ids.User, []Belonging]
}

// New makes the service. SetScribe must follow before anything is changed.
func New(d *db.DB, b bus.Bus, log *updates.Log, u *users.Service) *Service {
	return &Service{
		db: d, bus: b, log: log, users: u,
		states: cache.New[ids.Chat, State](u.Changes(), cachedGroups, cacheTTL, func(c ids.Chat) (a, b int64) {
			return int64(c.Peer()), int64(c.Peer())
		}),
		lists: cache.New[ids.User, []Belonging](u.Changes(), cachedLists, cacheTTL, func(u ids.User) (a, b int64) {
			return listKey(u), listKey(u)
		}),
	}
}

// SetScribe says who writes service messages.
func (s *Service) SetScribe(w Scribe) { s.scribe = w }

// A Scribe writes service messages, in the transaction that makes the change they tell of. Package messages is one.
type Scribe interface {
	// WriteInGroup writes into the log of each member, and of others, such as who was just removed. It returns what it
	// wrote for from.
	WriteInGroup(ctx context.Context, tx *db.Tx, chat ids.Chat, from ids.User, a actions.Action, others ...ids.User) (Written, error)
	// WriteInChannel writes into the log of a channel. from is who shows, author who did it.
	WriteInChannel(ctx context.Context, tx *db.Tx, ch ids.Channel, from ids.Peer, author ids.User, a actions.Action) (Written, error)
}

// Written is a service message, as the one whose doing it tells has it.
type Written struct {
	Owner   ids.Peer // of the log
	ID      ids.Message
	PTS     int32
	Message any // the *messages.Message
}

// A Group is a basic group. Groups are shared between callers: do not change what their slices hold.
type Group struct {
	ID         ids.Chat
	Title      string
	About      string
	Creator    ids.User
	Version    int32 // of the participants and their rights
	Members    int
	MigratedTo ids.Channel // 0 unless it has become a supergroup
	CreatedAt  time.Time
	DeletedAt  time.Time // zero unless deleted
	Settings
}

// Settings are what nobody searches by. Stored as JSON: give fields that change their meaning a new name.
type Settings struct {
	Defaults   rights.Banned  `json:"d,omitempty"` // what members may not do
	Period     int32          `json:"p,omitempty"` // seconds after which messages go; 0: never
	NoForwards bool           `json:"nf,omitempty"`
	Reactions  Reactions      `json:"r,omitzero"`
	Theme      string         `json:"th,omitempty"` // emoji of the theme
	Photo      users.Portrait `json:"po,omitzero"`
}

// Deleted reports whether the group was deleted by its owner.
func (g Group) Deleted() bool { return !g.DeletedAt.IsZero() }

// Active reports whether something can still happen in the group.
func (g Group) Active() bool { return !g.Deleted() && g.MigratedTo == 0 }

// Reactions say which reactions members may give. Of groups and channels.
// Spec: https://core.telegram.org/type/ChatReactions
type Reactions struct {
	Kind      ReactionsKind `json:"k,omitempty"`
	Custom    bool          `json:"c,omitempty"`  // of AllReactions: also custom emoji
	Emoji     []string      `json:"e,omitempty"`  // of SomeReactions
	Documents []int64       `json:"do,omitempty"` // of SomeReactions: custom emoji
	Limit     int32         `json:"l,omitempty"`  // how many different ones a message can have; 0: as everywhere
	Paid      bool          `json:"pa,omitempty"`
}

// ReactionsKind says what is allowed on the whole.
type ReactionsKind string

// The kinds.
const (
	AllReactions  ReactionsKind = "" // as nobody has set it
	SomeReactions ReactionsKind = "some"
	NoReactions   ReactionsKind = "none"
)

// Check returns ErrReactions for a list that is too long.
func (r Reactions) Check() error {
	if len(r.Emoji)+len(r.Documents) > MaxReactions || r.Limit < 0 || r.Limit > MaxReactions {
		return ErrReactions
	}
	for _, e := range r.Emoji {
		if len(e) > 64 {
			return ErrReactions
		}
	}
	return nil
}

// A Member is somebody in a group.
type Member struct {
	User     ids.User
	Inviter  ids.User
	JoinedAt time.Time
	Admin    bool // the creator is one, too
	Creator  bool
	Rank     string
}

// A State is a group with its members, by ascending id.
type State struct {
	Group
	List []Member
}

// Member returns the member that user is; ok is false if he is none.
func (st State) Member(user ids.User) (m Member, ok bool) {
	for _, m := range st.List {
		if m.User == user {
			return m, true
		}
	}
	return Member{}, false
}

// Users are the ids of the members, ascending.
func (st State) Users() []ids.User {
	all := make([]ids.User, len(st.List))
	for i, m := range st.List {
		all[i] = m.User
	}
	return all
}

// A Result is what an operation did.
type Result struct {
	Group   Group
	Written []Written  // service messages, as the one who did it has them
	Missing []ids.User // those whose privacy does not let them be added
}

// Equal tells whether r and other are the same.
func (r Reactions) Equal(other Reactions) bool {
	return r.Kind == other.Kind && r.Custom == other.Custom && r.Limit == other.Limit && r.Paid == other.Paid &&
		slices.Equal(r.Emoji, other.Emoji) && slices.Equal(r.Documents, other.Documents)
}
