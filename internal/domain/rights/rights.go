// Package rights says what people may do in groups and channels: the rights of admins, the restrictions of members, and
// the errors that tell of a right that is missing. It knows no storage; groups and channels keep who has which.
package rights

import "time"

// Banned are things that somebody may not do in a group. The bits are those of chatBannedRights, and are stored.
// Spec: https://core.telegram.org/constructor/chatBannedRights
type Banned uint32

// What can be forbidden.
const (
	ViewMessages      Banned = 1 << 0
	SendMessages      Banned = 1 << 1
	SendMedia         Banned = 1 << 2
	SendStickers      Banned = 1 << 3
	SendGifs          Banned = 1 << 4
	SendGames         Banned = 1 << 5
	SendInline        Banned = 1 << 6
	EmbedLinks        Banned = 1 << 7
	SendPolls         Banned = 1 << 8
	ChangeInfo        Banned = 1 << 10
	InviteUsers       Banned = 1 << 15
	PinMessages       Banned = 1 << 17
	ManageTopics      Banned = 1 << 18
	SendPhotos        Banned = 1 << 19
	SendVideos        Banned = 1 << 20
	SendRoundVideos   Banned = 1 << 21
	SendAudios        Banned = 1 << 22
	SendVoices        Banned = 1 << 23
	SendDocs          Banned = 1 << 24
	SendPlain         Banned = 1 << 25
	EditRank          Banned = 1 << 26
	SendReactions     Banned = 1 << 27
	ManageLinkedPeers Banned = 1 << 28
)

// Sets of things that can be forbidden.
const (
	// Media is what send_media stands for.
	Media = SendStickers | SendGifs | SendGames | SendInline | SendPolls | SendPhotos | SendVideos | SendRoundVideos |
		SendAudios | SendVoices | SendDocs | EmbedLinks
	// Sending is what send_messages stands for.
	Sending = SendMessages | SendMedia | Media | SendPlain
	// All is everything.
	All = ViewMessages | Sending | ChangeInfo | InviteUsers | PinMessages | ManageTopics | EditRank | SendReactions |
		ManageLinkedPeers
)

// Content is what a message needs its author to be allowed: some of SendPlain, SendPhotos, SendPolls, …
type Content = Banned

// Has reports whether all of bits are in b.
func (b Banned) Has(bits Banned) bool { return b&bits == bits }

// Any reports whether one of bits is in b.
func (b Banned) Any(bits Banned) bool { return b&bits != 0 }

// Full adds what follows: who may not see may do nothing, who may not send messages may send no media either.
// SendMedia is in the result when all of its parts are.
func (b Banned) Full() Banned {
	b &= All
	if b.Has(ViewMessages) {
		return All
	}
	if b.Has(SendMessages) {
		b |= Sending
	}
	if b.Has(SendMedia) {
		b |= Media
	}
	return b
}

// Of returns what of content is forbidden.
func (b Banned) Of(content Content) Content { return b.Full() & content }

// forever is the time that stands for none. Spec: https://core.telegram.org/constructor/chatBannedRights
const forever = 1<<31 - 1

// shortest and longest bound a time limit: outside of them a restriction is for ever.
const (
	shortest = 30 * time.Second
	longest  = 366 * 24 * time.Hour
)

// A Restriction is what a member may not do, and until when; the zero time is for ever.
type Restriction struct {
	Banned Banned
	Until  time.Time
}

// Restrict returns a restriction as a client asks for it at now: until is in unix seconds, and what is less than half a
// minute or more than 366 days away is for ever.
func Restrict(banned Banned, until int64, now time.Time) Restriction {
	r := Restriction{Banned: banned.Full()}
	left := time.Unix(until, 0).Sub(now)
	if until > 0 && until < forever && left >= shortest && left <= longest {
		r.Until = time.Unix(until, 0)
	}
	return r
}

// At is what is forbidden at now: nothing once the time is over.
func (r Restriction) At(now time.Time) Banned {
	if !r.Until.IsZero() && !now.Before(r.Until) {
		return 0
	}
	return r.Banned
}

// Admin are the rights of an admin. The bits are those of chatAdminRights, and are stored.
// Spec: https://core.telegram.org/constructor/chatAdminRights
type Admin uint32

// The rights of admins.
const (
	AdminChangeInfo           Admin = 1 << 0
	AdminPostMessages         Admin = 1 << 1 // channels only
	AdminEditMessages         Admin = 1 << 2 // channels only
	AdminDeleteMessages       Admin = 1 << 3
	AdminBanUsers             Admin = 1 << 4
	AdminInviteUsers          Admin = 1 << 5
	AdminPinMessages          Admin = 1 << 7 // groups only
	AdminAddAdmins            Admin = 1 << 9
	AdminAnonymous            Admin = 1 << 10
	AdminManageCall           Admin = 1 << 11
	AdminOther                Admin = 1 << 12 // may look, and nothing else
	AdminManageTopics         Admin = 1 << 13
	AdminPostStories          Admin = 1 << 14
	AdminEditStories          Admin = 1 << 15
	AdminDeleteStories        Admin = 1 << 16
	AdminManageDirectMessages Admin = 1 << 17
	AdminManageRanks          Admin = 1 << 18
	AdminManageLinkedPeers    Admin = 1 << 19
	AdminManageWelcome        Admin = 1 << 20
)

// Sets of rights.
const (
	AdminAll = AdminChangeInfo | AdminPostMessages | AdminEditMessages | AdminDeleteMessages | AdminBanUsers |
		AdminInviteUsers | AdminPinMessages | AdminAddAdmins | AdminAnonymous | AdminManageCall | AdminOther |
		AdminManageTopics | AdminPostStories | AdminEditStories | AdminDeleteStories | AdminManageDirectMessages |
		AdminManageRanks | AdminManageLinkedPeers | AdminManageWelcome
	// AdminOfGroup is what the admins of basic groups may do, and what the creator of a supergroup has.
	AdminOfGroup = AdminAll &^ (AdminPostMessages | AdminEditMessages | AdminAnonymous | AdminManageDirectMessages)
	// AdminOfBasic is what an admin of a basic group may do: he makes no other admins.
	AdminOfBasic = AdminChangeInfo | AdminDeleteMessages | AdminBanUsers | AdminInviteUsers | AdminPinMessages |
		AdminManageCall | AdminOther | AdminManageRanks
)

// Has reports whether all of bits are in a.
func (a Admin) Has(bits Admin) bool { return a&bits == bits }

// stands tells which right of admins lets somebody do what is forbidden to all others.
var stands = map[Banned]Admin{
	ChangeInfo: AdminChangeInfo, InviteUsers: AdminInviteUsers, PinMessages: AdminPinMessages,
	ManageTopics: AdminManageTopics, EditRank: AdminManageRanks, ManageLinkedPeers: AdminManageLinkedPeers,
}

// For returns the right of admins that stands above a thing that can be forbidden, or 0 where there is none: an admin
// may send whatever he likes.
func For(thing Banned) Admin { return stands[thing] }
