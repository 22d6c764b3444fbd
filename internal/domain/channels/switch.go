package channels

import (
	"context"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// A Switch is something about a channel that is on or off.
type Switch int

// The switches.
const (
	SwitchSignatures Switch = iota
	SwitchSignatureProfiles
	SwitchHiddenHistory
	SwitchHiddenMembers
	SwitchNoForwards
	SwitchJoinToSend
	SwitchJoinRequest
	SwitchAntiSpam
	SwitchAutotranslation
	SwitchForum
	SwitchForumTabs
	SwitchNoAds
)

// A switchRule says where a switch is, for what kind of channel it is, and who may turn it.
type switchRule struct {
	at        func(c *Channel) *bool
	ask       permit
	broadcast bool // for broadcast channels
	megagroup bool // for supergroups
	kind      LogKind
	fits      func(c *Channel, on bool) error
}

// switches has the rules of all switches.
// Spec: https://core.telegram.org/api/rights, and the pages of the channels.toggle… methods
var switches = map[Switch]switchRule{
	SwitchSignatures: {
		at: func(c *Channel) *bool { return &c.Signatures }, ask: needs(rights.AdminChangeInfo), broadcast: true, kind: LogSignatures,
	},
	SwitchSignatureProfiles: {
		at: func(c *Channel) *bool { return &c.SignatureProfiles }, ask: needs(rights.AdminChangeInfo), broadcast: true,
		kind: LogSignatureProfiles,
	},
	SwitchHiddenHistory: {
		at: func(c *Channel) *bool { return &c.HiddenHistory }, ask: needs(rights.AdminChangeInfo), megagroup: true,
		kind: LogHiddenHistory, fits: hiddenHistoryFits,
	},
	SwitchHiddenMembers: {
		at: func(c *Channel) *bool { return &c.HiddenMembers }, ask: needs(rights.AdminBanUsers), megagroup: true,
	},
	SwitchNoForwards: {
		at: func(c *Channel) *bool { return &c.NoForwards }, ask: needs(rights.AdminChangeInfo), broadcast: true, megagroup: true,
		kind: LogNoForwards,
	},
	SwitchJoinToSend: {
		at: func(c *Channel) *bool { return &c.JoinToSend }, ask: needs(rights.AdminBanUsers), megagroup: true,
	},
	SwitchJoinRequest: {
		at: func(c *Channel) *bool { return &c.JoinRequest }, ask: needs(rights.AdminInviteUsers), broadcast: true, megagroup: true,
	},
	SwitchAntiSpam: {
		at: func(c *Channel) *bool { return &c.AntiSpam }, ask: needs(rights.AdminDeleteMessages), megagroup: true, kind: LogAntiSpam,
	},
	SwitchAutotranslation: {
		at: func(c *Channel) *bool { return &c.Autotranslation }, ask: needs(rights.AdminChangeInfo), broadcast: true,
		kind: LogAutotranslation,
	},
	SwitchForum: {
		at: func(c *Channel) *bool { return &c.Forum }, ask: owns, megagroup: true, kind: LogForum, fits: forumFits,
	},
	SwitchForumTabs: {at: func(c *Channel) *bool { return &c.ForumTabs }, ask: owns, megagroup: true},
	SwitchNoAds:     {at: func(c *Channel) *bool { return &c.NoAds }, ask: owns, broadcast: true},
}

// hiddenHistoryFits: what everybody may read cannot be hidden from members.
func hiddenHistoryFits(c *Channel, on bool) error {
	if on && (c.Public() || c.Linked != 0) {
		return ErrHistoryPublic
	}
	return nil
}

// forumFits: the discussion of a channel cannot be a forum.
func forumFits(c *Channel, on bool) error {
	if on && c.Linked != 0 {
		return ErrForum
	}
	return nil
}

// Turn turns a switch of a channel on or off. It fails as CheckAdmin does, and with ErrSame, ErrBroadcast or ErrMegagroup for
// a channel of the other kind, ErrHistoryPublic for hiding the history of what everybody may see, or ErrForum.
func (s *Service) Turn(ctx context.Context, by ids.User, ch ids.Channel, which Switch, on bool) (Result, error) {
	rule, ok := switches[which]
	if !ok {
		return Result{}, ErrSame
	}
	return s.edit(ctx, by, ch, rule.ask, func(_ *db.Tx, c *Channel) (change, error) {
		if err := rule.check(c, on); err != nil {
			return change{}, err
		}
		*rule.at(c) = on
		return change{kind: rule.kind, before: !on, after: on}, nil
	})
}

func (r switchRule) check(c *Channel, on bool) error {
	switch {
	case c.Broadcast && !r.broadcast:
		return ErrBroadcast
	case c.Megagroup() && !r.megagroup:
		return ErrMegagroup
	case *r.at(c) == on:
		return ErrSame
	case r.fits != nil:
		return r.fits(c, on)
	}
	return nil
}
