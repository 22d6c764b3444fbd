package view

import (
	"time"

	"hermod/internal/domain/rights"
	"hermod/internal/tl/tg"
)

// forever is the until_date of a restriction without an end, as clients write it.
const forever = 1<<31 - 1

// adminFields say which field of chatAdminRights shows which right.
var adminFields = map[rights.Admin]func(*tg.ChatAdminRights) *bool{
	rights.AdminChangeInfo:           func(t *tg.ChatAdminRights) *bool { return &t.ChangeInfo },
	rights.AdminPostMessages:         func(t *tg.ChatAdminRights) *bool { return &t.PostMessages },
	rights.AdminEditMessages:         func(t *tg.ChatAdminRights) *bool { return &t.EditMessages },
	rights.AdminDeleteMessages:       func(t *tg.ChatAdminRights) *bool { return &t.DeleteMessages },
	rights.AdminBanUsers:             func(t *tg.ChatAdminRights) *bool { return &t.BanUsers },
	rights.AdminInviteUsers:          func(t *tg.ChatAdminRights) *bool { return &t.InviteUsers },
	rights.AdminPinMessages:          func(t *tg.ChatAdminRights) *bool { return &t.PinMessages },
	rights.AdminAddAdmins:            func(t *tg.ChatAdminRights) *bool { return &t.AddAdmins },
	rights.AdminAnonymous:            func(t *tg.ChatAdminRights) *bool { return &t.Anonymous },
	rights.AdminManageCall:           func(t *tg.ChatAdminRights) *bool { return &t.ManageCall },
	rights.AdminOther:                func(t *tg.ChatAdminRights) *bool { return &t.Other },
	rights.AdminManageTopics:         func(t *tg.ChatAdminRights) *bool { return &t.ManageTopics },
	rights.AdminPostStories:          func(t *tg.ChatAdminRights) *bool { return &t.PostStories },
	rights.AdminEditStories:          func(t *tg.ChatAdminRights) *bool { return &t.EditStories },
	rights.AdminDeleteStories:        func(t *tg.ChatAdminRights) *bool { return &t.DeleteStories },
	rights.AdminManageDirectMessages: func(t *tg.ChatAdminRights) *bool { return &t.ManageDirectMessages },
	rights.AdminManageRanks:          func(t *tg.ChatAdminRights) *bool { return &t.ManageRanks },
	rights.AdminManageLinkedPeers:    func(t *tg.ChatAdminRights) *bool { return &t.ManageLinkedPeers },
	rights.AdminManageWelcome:        func(t *tg.ChatAdminRights) *bool { return &t.ManageWelcomeMessages },
}

// AdminRights shows the rights of an admin.
func AdminRights(r rights.Admin) *tg.ChatAdminRights {
	t := new(tg.ChatAdminRights)
	for right, field := range adminFields {
		*field(t) = r.Has(right)
	}
	return t
}

// AdminRightsFrom reads the rights of an admin; nil is none.
func AdminRightsFrom(t *tg.ChatAdminRights) (r rights.Admin) {
	if t == nil {
		return 0
	}
	for right, field := range adminFields {
		if *field(t) {
			r |= right
		}
	}
	return r
}

// bannedFields say which field of chatBannedRights shows what is forbidden.
var bannedFields = map[rights.Banned]func(*tg.ChatBannedRights) *bool{
	rights.ViewMessages:      func(t *tg.ChatBannedRights) *bool { return &t.ViewMessages },
	rights.SendMessages:      func(t *tg.ChatBannedRights) *bool { return &t.SendMessages },
	rights.SendMedia:         func(t *tg.ChatBannedRights) *bool { return &t.SendMedia },
	rights.SendStickers:      func(t *tg.ChatBannedRights) *bool { return &t.SendStickers },
	rights.SendGifs:          func(t *tg.ChatBannedRights) *bool { return &t.SendGifs },
	rights.SendGames:         func(t *tg.ChatBannedRights) *bool { return &t.SendGames },
	rights.SendInline:        func(t *tg.ChatBannedRights) *bool { return &t.SendInline },
	rights.EmbedLinks:        func(t *tg.ChatBannedRights) *bool { return &t.EmbedLinks },
	rights.SendPolls:         func(t *tg.ChatBannedRights) *bool { return &t.SendPolls },
	rights.ChangeInfo:        func(t *tg.ChatBannedRights) *bool { return &t.ChangeInfo },
	rights.InviteUsers:       func(t *tg.ChatBannedRights) *bool { return &t.InviteUsers },
	rights.PinMessages:       func(t *tg.ChatBannedRights) *bool { return &t.PinMessages },
	rights.ManageTopics:      func(t *tg.ChatBannedRights) *bool { return &t.ManageTopics },
	rights.SendPhotos:        func(t *tg.ChatBannedRights) *bool { return &t.SendPhotos },
	rights.SendVideos:        func(t *tg.ChatBannedRights) *bool { return &t.SendVideos },
	rights.SendRoundVideos:   func(t *tg.ChatBannedRights) *bool { return &t.SendRoundvideos },
	rights.SendAudios:        func(t *tg.ChatBannedRights) *bool { return &t.SendAudios },
	rights.SendVoices:        func(t *tg.ChatBannedRights) *bool { return &t.SendVoices },
	rights.SendDocs:          func(t *tg.ChatBannedRights) *bool { return &t.SendDocs },
	rights.SendPlain:         func(t *tg.ChatBannedRights) *bool { return &t.SendPlain },
	rights.EditRank:          func(t *tg.ChatBannedRights) *bool { return &t.EditRank },
	rights.SendReactions:     func(t *tg.ChatBannedRights) *bool { return &t.SendReactions },
	rights.ManageLinkedPeers: func(t *tg.ChatBannedRights) *bool { return &t.ManageLinkedPeers },
}

// BannedRights shows what the members of a group may not do.
func BannedRights(b rights.Banned) *tg.ChatBannedRights {
	t := &tg.ChatBannedRights{UntilDate: forever}
	for thing, field := range bannedFields {
		*field(t) = b.Has(thing)
	}
	return t
}

// Restriction shows what a member may not do, and until when.
func Restriction(r rights.Restriction) *tg.ChatBannedRights {
	t := BannedRights(r.Banned)
	if !r.Until.IsZero() {
		t.UntilDate = int32(r.Until.Unix())
	}
	return t
}

// BannedRightsFrom reads what is forbidden; nil is nothing.
func BannedRightsFrom(t *tg.ChatBannedRights) (b rights.Banned) {
	if t == nil {
		return 0
	}
	for thing, field := range bannedFields {
		if *field(t) {
			b |= thing
		}
	}
	return b
}

// RestrictionFrom reads a restriction at now.
func RestrictionFrom(t *tg.ChatBannedRights, now time.Time) rights.Restriction {
	if t == nil {
		return rights.Restriction{}
	}
	return rights.Restrict(BannedRightsFrom(t), int64(t.UntilDate), now)
}
