package people

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerPrivacy(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.getPrivacy)
	rpc.Handle(r, rpc.UserOnly, h.setPrivacy)
	rpc.Handle(r, rpc.UserOnly, h.getGlobalPrivacySettings)
	rpc.Handle(r, rpc.UserOnly, h.setGlobalPrivacySettings)
	rpc.Handle(r, rpc.UserOnly, h.getContentSettings)
	rpc.Handle(r, rpc.UserOnly, h.setContentSettings)
}

// getPrivacy serves https://core.telegram.org/method/account.getPrivacy.
func (h *Handlers) getPrivacy(ctx context.Context, call *rpc.Call, in *tg.AccountGetPrivacy) (*tg.AccountPrivacyRules, error) {
	key, ok := privacyKey(in.Key)
	if !ok {
		return nil, rpc.BadRequest("PRIVACY_KEY_INVALID")
	}
	return h.privacyRules(ctx, call, key)
}

func (h *Handlers) privacyRules(ctx context.Context, call *rpc.Call, key users.PrivacyKey) (*tg.AccountPrivacyRules, error) {
	rules, err := h.users.Privacy(ctx, call.User, key)
	if err != nil {
		return nil, err
	}
	list, named := view.PrivacyRules(rules)
	about := make([]ids.Peer, 0, len(named))
	for _, u := range named {
		about = append(about, u.Peer())
	}
	for _, r := range rules {
		groups, err := h.users.RuleGroups(ctx, call.User, r.Chats)
		if err != nil {
			return nil, err
		}
		about = append(about, groups...)
	}
	people, chats, err := h.view.Peers(ctx, call.User, about)
	return &tg.AccountPrivacyRules{Rules: list, Chats: chats, Users: people}, err
}

// setPrivacy serves https://core.telegram.org/method/account.setPrivacy.
func (h *Handlers) setPrivacy(ctx context.Context, call *rpc.Call, in *tg.AccountSetPrivacy) (*tg.AccountPrivacyRules, error) {
	key, ok := privacyKey(in.Key)
	if !ok {
		return nil, rpc.BadRequest("PRIVACY_KEY_INVALID")
	}
	rules := make([]users.Rule, 0, len(in.Rules))
	for _, one := range in.Rules {
		rule, err := h.rule(ctx, call, one)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	if err := h.users.SetPrivacy(ctx, call.User, key, rules); err != nil {
		return nil, err
	}
	return h.privacyRules(ctx, call, key)
}

// rule reads a rule. People whom the caller cannot name are left out of it.
func (h *Handlers) rule(ctx context.Context, call *rpc.Call, in tg.InputPrivacyRuleClass) (rule users.Rule, err error) {
	switch in := in.(type) {
	case *tg.InputPrivacyValueAllowUsers:
		rule.Kind = users.AllowUsers
		rule.Users, err = h.usersFromInput(ctx, call, in.Users)
	case *tg.InputPrivacyValueDisallowUsers:
		rule.Kind = users.DisallowUsers
		rule.Users, err = h.usersFromInput(ctx, call, in.Users)
	case *tg.InputPrivacyValueAllowChatParticipants:
		rule.Kind = users.AllowChats
		rule.Chats, err = h.ruleGroups(ctx, call, in.Chats)
	case *tg.InputPrivacyValueDisallowChatParticipants:
		rule.Kind = users.DisallowChats
		rule.Chats, err = h.ruleGroups(ctx, call, in.Chats)
	default:
		rule.Kind = plainRules[in.TLName()]
	}
	return rule, err
}

// ruleGroups returns those of groups, which a rule names by their bare ids, that the caller is in.
func (h *Handlers) ruleGroups(ctx context.Context, call *rpc.Call, groups []int64) ([]int64, error) {
	in, err := h.users.RuleGroups(ctx, call.User, groups)
	list := make([]int64, 0, len(in))
	for _, p := range in {
		list = append(list, int64(p.Chat())+int64(p.Channel())) // one of the two is 0
	}
	return list, err
}

// plainRules are the rules that name nobody.
var plainRules = map[string]users.RuleKind{
	(*tg.InputPrivacyValueAllowAll)(nil).TLName():          users.AllowAll,
	(*tg.InputPrivacyValueAllowContacts)(nil).TLName():     users.AllowContacts,
	(*tg.InputPrivacyValueAllowCloseFriends)(nil).TLName(): users.AllowCloseFriends,
	(*tg.InputPrivacyValueAllowPremium)(nil).TLName():      users.AllowPremium,
	(*tg.InputPrivacyValueAllowBots)(nil).TLName():         users.AllowBots,
	(*tg.InputPrivacyValueDisallowAll)(nil).TLName():       users.DisallowAll,
	(*tg.InputPrivacyValueDisallowContacts)(nil).TLName():  users.DisallowContacts,
	(*tg.InputPrivacyValueDisallowBots)(nil).TLName():      users.DisallowBots,
}

// privacyKey reads a key.
func privacyKey(in tg.InputPrivacyKeyClass) (users.PrivacyKey, bool) {
	if in == nil {
		return "", false
	}
	key, ok := privacyKeys[in.TLName()]
	return key, ok
}

var privacyKeys = map[string]users.PrivacyKey{
	(*tg.InputPrivacyKeyStatusTimestamp)(nil).TLName():   users.StatusTimestamp,
	(*tg.InputPrivacyKeyChatInvite)(nil).TLName():        users.ChatInvite,
	(*tg.InputPrivacyKeyPhoneCall)(nil).TLName():         users.PhoneCall,
	(*tg.InputPrivacyKeyPhoneP2P)(nil).TLName():          users.PhoneP2P,
	(*tg.InputPrivacyKeyForwards)(nil).TLName():          users.Forwards,
	(*tg.InputPrivacyKeyProfilePhoto)(nil).TLName():      users.ProfilePhoto,
	(*tg.InputPrivacyKeyPhoneNumber)(nil).TLName():       users.PhoneNumber,
	(*tg.InputPrivacyKeyAddedByPhone)(nil).TLName():      users.AddedByPhone,
	(*tg.InputPrivacyKeyVoiceMessages)(nil).TLName():     users.VoiceMessages,
	(*tg.InputPrivacyKeyAbout)(nil).TLName():             users.About,
	(*tg.InputPrivacyKeyBirthday)(nil).TLName():          users.BirthdayKey,
	(*tg.InputPrivacyKeyStarGiftsAutoSave)(nil).TLName(): users.StarGiftsAutoSave,
	(*tg.InputPrivacyKeyNoPaidMessages)(nil).TLName():    users.NoPaidMessages,
	(*tg.InputPrivacyKeySavedMusic)(nil).TLName():        users.SavedMusic,
}

// getGlobalPrivacySettings serves https://core.telegram.org/method/account.getGlobalPrivacySettings.
func (h *Handlers) getGlobalPrivacySettings(ctx context.Context, call *rpc.Call, _ *tg.AccountGetGlobalPrivacySettings) (*tg.GlobalPrivacySettings, error) {
	me, err := h.users.One(ctx, call.User)
	return globalPrivacy(me.Settings.Privacy), err
}

// setGlobalPrivacySettings serves https://core.telegram.org/method/account.setGlobalPrivacySettings.
func (h *Handlers) setGlobalPrivacySettings(ctx context.Context, call *rpc.Call, in *tg.AccountSetGlobalPrivacySettings) (*tg.GlobalPrivacySettings, error) {
	if in.Settings == nil {
		return nil, rpc.ErrMalformed
	}
	wanted := users.GlobalPrivacy{
		ArchiveAndMute: in.Settings.ArchiveAndMuteNewNoncontactPeers, KeepArchived: in.Settings.KeepArchivedUnmuted,
		KeepArchivedFolder: in.Settings.KeepArchivedFolders, HideReadMarks: in.Settings.HideReadMarks,
		GiftsButton: in.Settings.DisplayGiftsButton, DisallowedGifts: giftBits(in.Settings.DisallowedGifts),
	}
	err := h.users.UpdateSettings(ctx, call.User, func(s *users.Settings) users.Change {
		s.Privacy = wanted
		return ""
	})
	return globalPrivacy(wanted), err
}

func globalPrivacy(p users.GlobalPrivacy) *tg.GlobalPrivacySettings {
	s := &tg.GlobalPrivacySettings{
		ArchiveAndMuteNewNoncontactPeers: p.ArchiveAndMute, KeepArchivedUnmuted: p.KeepArchived,
		KeepArchivedFolders: p.KeepArchivedFolder, HideReadMarks: p.HideReadMarks, DisplayGiftsButton: p.GiftsButton,
	}
	if b := p.DisallowedGifts; b != 0 {
		s.DisallowedGifts = &tg.DisallowedGiftsSettings{
			DisallowUnlimitedStargifts: b&1 != 0, DisallowLimitedStargifts: b&2 != 0, DisallowUniqueStargifts: b&4 != 0,
			DisallowPremiumGifts: b&8 != 0, DisallowStargiftsFromChannels: b&16 != 0,
		}
	}
	return s
}

func giftBits(g *tg.DisallowedGiftsSettings) (bits uint8) {
	if g == nil {
		return 0
	}
	for i, set := range []bool{
		g.DisallowUnlimitedStargifts, g.DisallowLimitedStargifts, g.DisallowUniqueStargifts,
		g.DisallowPremiumGifts, g.DisallowStargiftsFromChannels,
	} {
		if set {
			bits |= 1 << i
		}
	}
	return bits
}

// getContentSettings serves https://core.telegram.org/method/account.getContentSettings.
func (h *Handlers) getContentSettings(ctx context.Context, call *rpc.Call, _ *tg.AccountGetContentSettings) (*tg.AccountContentSettings, error) {
	me, err := h.users.One(ctx, call.User)
	return &tg.AccountContentSettings{SensitiveEnabled: me.Settings.Sensitive, SensitiveCanChange: true}, err
}

// setContentSettings serves https://core.telegram.org/method/account.setContentSettings.
func (h *Handlers) setContentSettings(ctx context.Context, call *rpc.Call, in *tg.AccountSetContentSettings) (tg.Bool, error) {
	return true, h.users.UpdateSettings(ctx, call.User, func(s *users.Settings) users.Change {
		s.Sensitive = in.SensitiveEnabled
		return ""
	})
}
