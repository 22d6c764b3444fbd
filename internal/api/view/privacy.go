package view

import (
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/tl/tg"
)

// PrivacyKey shows a key; nil for one that has no name in TL.
func PrivacyKey(key users.PrivacyKey) tg.PrivacyKeyClass {
	switch key {
	case users.StatusTimestamp:
		return &tg.PrivacyKeyStatusTimestamp{}
	case users.ChatInvite:
		return &tg.PrivacyKeyChatInvite{}
	case users.PhoneCall:
		return &tg.PrivacyKeyPhoneCall{}
	case users.PhoneP2P:
		return &tg.PrivacyKeyPhoneP2P{}
	case users.Forwards:
		return &tg.PrivacyKeyForwards{}
	case users.ProfilePhoto:
		return &tg.PrivacyKeyProfilePhoto{}
	case users.PhoneNumber:
		return &tg.PrivacyKeyPhoneNumber{}
	case users.AddedByPhone:
		return &tg.PrivacyKeyAddedByPhone{}
	case users.VoiceMessages:
		return &tg.PrivacyKeyVoiceMessages{}
	case users.About:
		return &tg.PrivacyKeyAbout{}
	case users.BirthdayKey:
		return &tg.PrivacyKeyBirthday{}
	case users.StarGiftsAutoSave:
		return &tg.PrivacyKeyStarGiftsAutoSave{}
	case users.NoPaidMessages:
		return &tg.PrivacyKeyNoPaidMessages{}
	case users.SavedMusic:
		return &tg.PrivacyKeySavedMusic{}
	}
	return nil
}

// PrivacyRules shows rules, and says whom they name.
func PrivacyRules(rules []users.Rule) (list []tg.PrivacyRuleClass, named []ids.User) {
	list = make([]tg.PrivacyRuleClass, 0, len(rules))
	for _, r := range rules {
		if shown := privacyRule(r); shown != nil {
			list, named = append(list, shown), append(named, r.Users...)
		}
	}
	return list, named
}

func privacyRule(r users.Rule) tg.PrivacyRuleClass {
	switch r.Kind {
	case users.AllowAll:
		return &tg.PrivacyValueAllowAll{}
	case users.AllowContacts:
		return &tg.PrivacyValueAllowContacts{}
	case users.AllowCloseFriends:
		return &tg.PrivacyValueAllowCloseFriends{}
	case users.AllowPremium:
		return &tg.PrivacyValueAllowPremium{}
	case users.AllowBots:
		return &tg.PrivacyValueAllowBots{}
	case users.AllowUsers:
		return &tg.PrivacyValueAllowUsers{Users: longs(r.Users)}
	case users.AllowChats:
		return &tg.PrivacyValueAllowChatParticipants{Chats: nonNil(r.Chats)}
	case users.DisallowAll:
		return &tg.PrivacyValueDisallowAll{}
	case users.DisallowContacts:
		return &tg.PrivacyValueDisallowContacts{}
	case users.DisallowBots:
		return &tg.PrivacyValueDisallowBots{}
	case users.DisallowUsers:
		return &tg.PrivacyValueDisallowUsers{Users: longs(r.Users)}
	case users.DisallowChats:
		return &tg.PrivacyValueDisallowChatParticipants{Chats: nonNil(r.Chats)}
	}
	return nil
}

func longs[T ~int64](list []T) []int64 {
	out := make([]int64, len(list))
	for i, v := range list {
		out[i] = int64(v)
	}
	return out
}

func nonNil(list []int64) []int64 { return append([]int64{}, list...) }
