// Package users holds the accounts: people and bots, their names, numbers, privacy and presence.
//
// It owns the tables user_account, phone, username, privacy_rule and last_seen, and reads contact, known_by
// and blocked, which package contacts writes, and peer_photo, which package photos does: who may see what about whom
// depends on them, and every other package asks here.
//
// What it answers comes from memory while nothing changed. Whoever changes a user publishes bus subject
// "user" with his id after commit; Touch does that.
package users

import (
	"context"
	"errors"
	"time"

	"hermod/internal/bus"
	"hermod/internal/cache"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
)

// Errors of this package that are the caller's.
var (
	// ErrNotFound means that there is no such account.
	ErrNotFound = errors.New("no such user")
	// ErrPhoneTaken means that another account has the number.
	ErrPhoneTaken = errors.New("phone number taken")
	// ErrDeleted means that the account is deleted.
	ErrDeleted = errors.New("account deleted")
	// ErrBlocked means that the receiver has blocked the sender.
	ErrBlocked = errors.New("blocked by the receiver")
	// ErrYouBlocked means that the sender has blocked the receiver.
	ErrYouBlocked = errors.New("receiver is blocked by the sender")
)

// Sizes of the caches, in facts. Together they take some 100 MB when full.
const (
	cachedUsers     = 1 << 16
	cachedRelations = 1 << 17
	cacheTTL        = 5 * time.Minute
)

// A Service answers for accounts. Safe for concurrent use.
type Service struct {
	db        *db.DB
	bus       bus.Bus
	log       *updates.Log
	changes   *cache.Changes
	users     *cache.Cache[ids.User, User]
	relations *cache.Cache[cache.Pair[ids.User], Relation]
	mayWrite  *cache.Cache[cache.Pair[ids.User], error]
	presence  *Presence
	partners  Partners // who hear of changes in a profile besides those who have it as a contact; nil: nobody
	members   Members  // who tells in which groups people are; nil: in none
	renamed   Renamed  // who keeps names elsewhere; nil: nobody
	unlisten  func()
}

// New makes the service. Close ends its subscriptions.
func New(d *db.DB, b bus.Bus, log *updates.Log) *Service {
	changes := cache.NewChanges(b)
	s := &Service{
		db: d, bus: b, log: log, changes: changes,
		users:     cache.New[ids.User, User](changes, cachedUsers, cacheTTL, cache.One),
		relations: cache.New[cache.Pair[ids.User], Relation](changes, cachedRelations, cacheTTL, cache.Both),
		mayWrite:  cache.New[cache.Pair[ids.User], error](changes, cachedRelations, cacheTTL, cache.Both),
		presence:  newPresence(d, b),
	}
	// Who joins or leaves a group may see, and be seen, otherwise than before.
	s.unlisten = b.Subscribe("member", func(m bus.Message) { changes.Drop(m.Key) })
	return s
}

// Renamed hears, in the transaction, that an account has other names.
type Renamed func(ctx context.Context, tx *db.Tx, before, after User) error

// OnRename makes renamed hear of other names. Call it before anything else.
func (s *Service) OnRename(renamed Renamed) { s.renamed = renamed }

// AskMembers makes the privacy rules that name groups ask members. Call it before anything else.
func (s *Service) AskMembers(members Members) { s.members = members }

// TellPartners makes those whom partners returns hear of changes in a profile, too. Call it before anything else.
func (s *Service) TellPartners(partners Partners) { s.partners = partners }

// Close stops listening to the bus.
func (s *Service) Close() {
	s.unlisten()
	s.changes.Close()
	s.presence.close()
}

// Changes is what tells caches of facts about users that they are stale.
func (s *Service) Changes() *cache.Changes { return s.changes }

// Presence knows who is here.
func (s *Service) Presence() *Presence { return s.presence }

// Touch drops, everywhere and once tx has committed, what is remembered about users.
func (s *Service) Touch(tx *db.Tx, users ...ids.User) {
	tx.OnCommit(func() {
		for _, u := range users {
			s.bus.Publish(bus.Message{Subject: "user", Key: int64(u)})
		}
	})
}

// A User is an account as it stands, before anybody's privacy is considered. Users are shared between
// callers: do not change what their slices and pointers hold.
type User struct {
	ID        ids.User
	Phone     Phone // "" for bots and deleted accounts
	Username  string
	FirstName string
	LastName  string
	About     string
	Bot       bool
	Verified  bool
	Support   bool
	Birthday  Birthday
	Settings  Settings
	CreatedAt time.Time
	DeletedAt time.Time // zero unless deleted

	rules map[PrivacyKey][]Rule // only keys that were set
}

// Deleted reports whether the account was deleted; its id and its messages stay.
func (u User) Deleted() bool { return !u.DeletedAt.IsZero() }

// Settings are what an account carries along and nobody searches by. Stored as JSON: give fields that
// change their meaning a new name.
type Settings struct {
	Usernames     []Username    `json:"usernames,omitempty"`     // in order; nil: the one of the account, if it has one
	Color         *Color        `json:"color,omitempty"`         // of the name in chats
	ProfileColor  *Color        `json:"profile_color,omitempty"` // of the profile page
	EmojiStatus   *EmojiStatus  `json:"emoji_status,omitempty"`
	StatusesUsed  []int64       `json:"statuses_used,omitempty"` // custom emoji of the last statuses, newest first
	Channel       ids.Channel   `json:"channel,omitempty"`       // shown on the profile page as his own
	Business      *Business     `json:"business,omitempty"`
	Privacy       GlobalPrivacy `json:"privacy,omitzero"`
	SilentSignUps bool          `json:"silent_sign_ups,omitempty"` // do not tell when a contact joins
	TopPeersOff   bool          `json:"top_peers_off,omitempty"`
	Sensitive     bool          `json:"sensitive,omitempty"` // show what is marked as not for everybody
	Reactions     *Reactions    `json:"reactions,omitempty"` // nil: as nobody has set them
	Bot           *BotInfo      `json:"bot,omitempty"`
	Photo         Portrait      `json:"photo,omitzero"`
	Fallback      Portrait      `json:"fallback,omitzero"` // for those who may not see Photo
}

// Reactions say of whose reactions and votes someone wants to be told.
type Reactions struct {
	Messages ReactionsFrom `json:"m,omitempty"`
	Stories  ReactionsFrom `json:"s,omitempty"`
	Polls    ReactionsFrom `json:"p,omitempty"`
	Previews bool          `json:"v,omitempty"`
}

// ReactionsFrom is whose reactions count.
type ReactionsFrom string

// The people whose reactions can count.
const (
	FromNobody   ReactionsFrom = ""
	FromContacts ReactionsFrom = "contacts"
	FromAll      ReactionsFrom = "all"
)

// A Color is a number from help.getPeerColors, with an emoji pattern behind it.
type Color struct {
	Number *int32 `json:"n,omitempty"`
	Emoji  int64  `json:"e,omitempty"`
}

// An EmojiStatus is a custom emoji beside the name.
type EmojiStatus struct {
	Document int64 `json:"d"`
	Until    int64 `json:"u,omitempty"` // unix seconds, 0 for ever
}

// GlobalPrivacy is account.getGlobalPrivacySettings.
type GlobalPrivacy struct {
	ArchiveAndMute     bool  `json:"archive_and_mute,omitempty"`
	KeepArchived       bool  `json:"keep_archived,omitempty"`
	KeepArchivedFolder bool  `json:"keep_archived_folder,omitempty"`
	HideReadMarks      bool  `json:"hide_read_marks,omitempty"`
	RequirePremium     bool  `json:"require_premium,omitempty"`
	GiftsButton        bool  `json:"gifts_button,omitempty"`
	PaidStars          int64 `json:"paid_stars,omitempty"`
	DisallowedGifts    uint8 `json:"disallowed_gifts,omitempty"` // bits in the order of disallowedGiftsSettings
}

// BotInfo is what only bots have.
type BotInfo struct {
	Owner             ids.User     `json:"owner,omitempty"`
	CommandSets       []CommandSet `json:"commands,omitempty"`
	Description       string       `json:"description,omitempty"`
	InfoVersion       int32        `json:"info_version,omitempty"`
	InlinePlaceholder *string      `json:"inline,omitempty"` // nil: no inline mode
	NoGroups          bool         `json:"no_groups,omitempty"`
	ReadsAll          bool         `json:"reads_all,omitempty"`
}

// A Birthday is a date whose year may be 0. The zero Birthday is none.
type Birthday struct{ Year, Month, Day int }

// ErrBirthday means a date that does not exist or lies in the future.
var ErrBirthday = errors.New("no such birthday")

// Check returns ErrBirthday unless b is the zero Birthday or a day that was.
func (b Birthday) Check(now time.Time) error {
	if b == (Birthday{}) {
		return nil
	}
	year := b.Year
	if year == 0 {
		year = 2000 // a leap year, so that 29 February stands
	}
	t := time.Date(year, time.Month(b.Month), b.Day, 0, 0, 0, 0, time.UTC)
	if t.Year() != year || int(t.Month()) != b.Month || t.Day() != b.Day || year < now.Year()-150 || t.After(now.AddDate(0, 0, 1)) {
		return ErrBirthday
	}
	return nil
}

func (b Birthday) number() int { return b.Year*10000 + b.Month*100 + b.Day }

func birthday(n int) Birthday { return Birthday{Year: n / 10000, Month: n / 100 % 100, Day: n % 100} }
