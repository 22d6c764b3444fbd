// Package channels is channels and supergroups: what they are, who is in them and what everybody may do there. A channel has
// one log, in which each message stands once, whatever the number of members; so nothing here touches the rows of members
// but to change how they themselves stand to it.
//
// It owns the tables channel, channel_member, channel_member_word, channel_read and channel_event. An operation locks the
// row of the channel first, then writes its log, then the rows and logs of users in ascending order.
package channels

import (
	"context"
	"errors"
	"time"

	"hermod/internal/bus"
	"hermod/internal/cache"
	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Errors of this package that are the caller's. Those of rights come on top, and groups.ErrTitle, ErrAbout, ErrAboutSame,
// ErrRank, ErrPeriod, ErrReactions, ErrUser and ErrBot.
var (
	// ErrNotFound means that there is no such channel.
	ErrNotFound = errors.New("no such channel")
	// ErrSame means a change that changes nothing.
	ErrSame = errors.New("channel is as it was")
	// ErrTooMany means that somebody is in as many channels as one can be.
	ErrTooMany = errors.New("in too many channels")
	// ErrPublicTooMany means that somebody has as many public channels as one can have.
	ErrPublicTooMany = errors.New("too many public channels")
	// ErrAdminsTooMany means that a channel has as many admins as it can have.
	ErrAdminsTooMany = errors.New("too many admins")
	// ErrBotsTooMany means that a channel has as many bots as it can have.
	ErrBotsTooMany = errors.New("too many bots")
	// ErrBot means a bot that is to be a plain member of a broadcast channel: there it can only be an admin.
	ErrBot = errors.New("bots can only be admins of a broadcast channel")
	// ErrAlready means somebody who is in the channel already.
	ErrAlready = errors.New("already in the channel")
	// ErrAskFirst means a channel that one joins by asking its admins.
	ErrAskFirst = errors.New("joining needs the consent of an admin")
	// ErrCreator means something that cannot be done to the owner.
	ErrCreator = errors.New("that is the owner")
	// ErrAdmin means something that cannot be done to this admin: somebody else has promoted him.
	ErrAdmin = errors.New("admin was promoted by somebody else")
	// ErrKicked means somebody who was banned.
	ErrKicked = errors.New("user is banned")
	// ErrBroadcast means something that only supergroups have.
	ErrBroadcast = errors.New("only for supergroups")
	// ErrMegagroup means something that only broadcast channels have.
	ErrMegagroup = errors.New("only for broadcast channels")
	// ErrSeconds means a slow mode that cannot be.
	ErrSeconds = errors.New("no such slow mode")
	// ErrLink means channels that cannot be linked as channel and discussion.
	ErrLink = errors.New("channels cannot be linked")
	// ErrHistoryHidden means a group whose history is hidden from new members, and that cannot be a discussion therefore.
	ErrHistoryHidden = errors.New("history is hidden from new members")
	// ErrHistoryPublic means a history that cannot be hidden, since everybody may see it.
	ErrHistoryPublic = errors.New("everybody may see the history")
	// ErrPrivacy means somebody whose privacy does not let him be added.
	ErrPrivacy = errors.New("user cannot be added")
	// ErrForum means something that cannot be in a forum.
	ErrForum = errors.New("not in a forum")
	// ErrUser means somebody who cannot be a member, or an admin.
	ErrUser = errors.New("not possible for this user")
	// ErrRights means rights that the one who wants to give them does not have.
	ErrRights = errors.New("rights that one lacks cannot be given")
)

// Bounds.
const (
	MaxJoined   = 500 // channels of one person
	MaxPublic   = 10  // public channels that one person has
	MaxAdmins   = 50
	MaxBots     = 20
	MaxMembers  = 500_000 // of a supergroup
	MaxPage     = 200     // of members
	MaxInvited  = 200     // added at once
	SeenByLimit = 100     // members up to which it is known who read what

	cachedChannels = 1 << 14
	cachedMembers  = 1 << 17
	cacheTTL       = 5 * time.Minute
)

// A Service answers for channels. Safe for concurrent use.
type Service struct {
	db       *db.DB
	bus      bus.Bus
	log      *updates.Log
	users    *users.Service
	dialogs  *dialogs.Service
	groups   *groups.Service
	scribe   groups.Scribe
	photos   groups.Keeper
	channels *cache.Cache[ids.Channel, Channel]
	members  *cache.Cache[memberKey, Member]
	cursors  *cursors
	similar  *similar
	ended    chan struct{} // a large channel has ended
	ending   func(ctx context.Context, tx *db.Tx, ch ids.Channel) error
}

// New makes the service. SetScribe must follow before anything is changed.
func New(d *db.DB, b bus.Bus, log *updates.Log, u *users.Service, dl *dialogs.Service, g *groups.Service) *Service {
	return &Service{
		db: d, bus: b, log: log, users: u, dialogs: dl, groups: g, cursors: newCursors(), similar: newSimilar(),
		ended: make(chan struct{}, 1),
		channels: cache.New[ids.Channel, Channel](u.Changes(), cachedChannels, cacheTTL, func(c ids.Channel) (a, b int64) {
			return int64(c.Peer()), int64(c.Peer())
		}),
		members: cache.New[memberKey, Member](u.Changes(), cachedMembers, cacheTTL, func(k memberKey) (a, b int64) {
			return k.fact(), k.fact()
		}),
	}
}

// SetScribe says who writes service messages.
func (s *Service) SetScribe(w groups.Scribe) { s.scribe = w }

// OnEnd registers what happens to what others keep about a channel that ends, in the transaction that ends it.
func (s *Service) OnEnd(fn func(ctx context.Context, tx *db.Tx, ch ids.Channel) error) { s.ending = fn }

// KeepPhotos says who notes which photos are held. Call it before anything else; without it nobody does.
func (s *Service) KeepPhotos(keep groups.Keeper) { s.photos = keep }

// Groups are the basic groups, and the list of where somebody is.
func (s *Service) Groups() *groups.Service { return s.groups }

// A Channel is a channel or supergroup. Channels are shared between callers: do not change what their slices and pointers
// hold.
type Channel struct {
	ID        ids.Channel
	Title     string
	About     string
	Creator   ids.User // 0: its owner is gone
	Members   int
	CreatedAt time.Time
	DeletedAt time.Time // zero unless deleted
	Settings
}

// Settings are what nobody searches by. Stored as JSON: give fields that change their meaning a new name.
type Settings struct {
	Broadcast         bool               `json:"bc,omitempty"` // only admins write; else it is a supergroup
	Forum             bool               `json:"fo,omitempty"`
	ForumTabs         bool               `json:"ft,omitempty"`
	Signatures        bool               `json:"si,omitempty"`
	SignatureProfiles bool               `json:"sp,omitempty"`
	NoForwards        bool               `json:"nf,omitempty"`
	JoinToSend        bool               `json:"js,omitempty"`
	JoinRequest       bool               `json:"jr,omitempty"`
	HiddenHistory     bool               `json:"hh,omitempty"` // who joins does not see what was before
	HiddenMembers     bool               `json:"hm,omitempty"`
	AntiSpam          bool               `json:"as,omitempty"`
	Autotranslation   bool               `json:"at,omitempty"`
	SlowMode          int32              `json:"sm,omitempty"` // seconds between two messages of a member; 0: any
	Period            int32              `json:"p,omitempty"`  // seconds after which messages go; 0: never
	Defaults          rights.Banned      `json:"d,omitempty"`  // what members may not do
	Usernames         []users.Username   `json:"un,omitempty"`
	Linked            ids.Channel        `json:"li,omitempty"` // the discussion of a channel, the channel of a discussion
	Reactions         groups.Reactions   `json:"r,omitzero"`
	Color             *users.Color       `json:"co,omitempty"`
	ProfileColor      *users.Color       `json:"pc,omitempty"`
	EmojiStatus       *users.EmojiStatus `json:"es,omitempty"`
	Location          *Location          `json:"lo,omitempty"`
	Stickers          int64              `json:"st,omitempty"` // set of the group
	EmojiStickers     int64              `json:"et,omitempty"`
	Theme             string             `json:"th,omitempty"`
	Wallpaper         []byte             `json:"wp,omitempty"` // JSON of looks.Shown
	Photo             users.Portrait     `json:"po,omitzero"`
	MainTab           string             `json:"mt,omitempty"` // tab of the profile that is shown first
	NoAds             bool               `json:"na,omitempty"`
	MigratedFrom      ids.Chat           `json:"mf,omitempty"`
	Admins            int                `json:"nad,omitempty"` // how many
	Kicked            int                `json:"nk,omitempty"`  // how many, those included whose time is over
	Banned            int                `json:"nb,omitempty"`  // likewise
	Bots              int                `json:"nbo,omitempty"`
}

// A Location is where the members of a group live.
type Location struct {
	Lat, Long float64
	Address   string
}

// Megagroup reports whether c is a supergroup: everybody writes.
func (c Channel) Megagroup() bool { return !c.Broadcast }

// Deleted reports whether the channel was deleted; its id stays.
func (c Channel) Deleted() bool { return !c.DeletedAt.IsZero() }

// Public reports whether anybody may see the channel: it has a name that leads to it.
func (c Channel) Public() bool { return c.Username() != "" }

// Username is the first of the names that lead to c, or "".
func (c Channel) Username() string {
	for _, n := range c.Usernames {
		if n.Active {
			return n.Name
		}
	}
	return ""
}

// seconds are the seconds of slow mode that can be chosen.
// Spec: https://core.telegram.org/method/channels.toggleSlowMode
var seconds = []int32{0, 5, 10, 30, 60, 300, 900, 3600}

// A Member is how somebody stands to a channel. The zero Status says that nothing is kept of him.
type Member struct {
	Channel     ids.Channel
	Peer        ids.Peer // a user, or a channel that was banned from writing
	User        ids.User // 0 for a channel
	Status      groups.Status
	Inviter     ids.User
	JoinedAt    time.Time
	ViaRequest  bool
	Creator     bool
	Admin       rights.Admin // 0: no admin
	Rank        string
	PromotedBy  ids.User
	PromotedAt  time.Time
	Restriction rights.Restriction
	BannedBy    ids.User
	BannedAt    time.Time
	Available   ids.Message // messages up to this one are hidden from him
	SendAs      ids.Peer    // 0: himself
	ViewForum   bool        // he sees the forum as one chat
	Bot         bool

	again bool // he has just come, and was in it before
}

// In reports whether m is a member now.
func (m Member) In() bool { return m.Status == groups.In }

// Kicked reports whether m is banned from the channel now: he may not even look.
func (m Member) Kicked() bool { return m.Banned().Any(rights.ViewMessages) }

// Banned is what m may not do now, for himself.
func (m Member) Banned() rights.Banned { return m.Restriction.At(time.Now()).Full() }

// IsAdmin reports whether m is an admin, or the owner.
func (m Member) IsAdmin() bool { return m.In() && (m.Creator || m.Admin != 0) }

// Anonymous reports whether m, an admin, writes in the name of the group.
func (m Member) Anonymous() bool { return m.IsAdmin() && m.Admin.Has(rights.AdminAnonymous) }

func (m Member) role() groups.Role {
	switch {
	case m.Creator:
		return groups.Owner
	case m.Admin != 0:
		return groups.AdminRole
	}
	return groups.Plain
}

// Changed is the live value, on bus subject "live" with the channel as Key, that says that something about a channel has
// changed that everybody sees.
type Changed struct{ Channel ids.Channel }

// Membership is the value on bus subject groups.SubjectMember, with the user as Key, when somebody came into a channel, or went.
type Membership struct {
	User    ids.User
	Channel ids.Channel
	Joined  bool
}

// A Result is what an operation did.
type Result struct {
	Channel Channel
	Written []groups.Written // service messages
	Added   []ids.User
	Missing []ids.User // those whose privacy does not let them be added
}
