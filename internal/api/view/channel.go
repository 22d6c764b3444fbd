package view

import (
	"context"
	"errors"
	"time"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/tl/tg"
)

// SetChannels makes channels known to v, which is made before them.
func (v *View) SetChannels(c *channels.Service) { v.channels = c }

// Channel shows a channel or supergroup as viewer may see it; nil if there is none. Who was banned from it, and who never
// was in one that is deleted, gets the form that says so.
func (v *View) Channel(ctx context.Context, viewer ids.User, ch ids.Channel) (tg.ChatClass, error) {
	if v.channels == nil || ch == 0 {
		return nil, nil
	}
	s, err := v.channels.Look(ctx, viewer, ch)
	if errors.Is(err, channels.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if s.Deleted() || s.Me.Kicked() {
		return v.forbidden(viewer, s), nil
	}
	return v.channelOf(viewer, s), nil
}

func (v *View) forbidden(viewer ids.User, s channels.Sight) *tg.ChannelForbidden {
	t := &tg.ChannelForbidden{
		Broadcast: s.Broadcast, Megagroup: s.Megagroup(), ID: int64(s.ID), Title: s.Title,
		AccessHash: v.access.Hash(viewer, s.ID.Peer()),
	}
	if until := s.Me.Restriction.Until; !s.Deleted() && !until.IsZero() {
		t.UntilDate = new(int32(until.Unix()))
	}
	return t
}

// channelOf shows a channel to viewer, who is not banned from it.
func (v *View) channelOf(viewer ids.User, s channels.Sight) *tg.Channel {
	t := v.bareChannel(s.Channel)
	t.AccessHash = new(v.access.Hash(viewer, s.ID.Peer()))
	t.Left = !s.Me.In()
	t.Date = int32(s.CreatedAt.Unix())
	if s.Me.In() {
		t.Creator = s.Me.Creator
		t.Date = int32(s.Me.JoinedAt.Unix())
	}
	if s.Me.IsAdmin() {
		t.AdminRights = AdminRights(s.Me.Admin)
	}
	if b := s.Me.Banned(); b != 0 {
		r := s.Me.Restriction
		r.Banned = b
		t.BannedRights = Restriction(r)
	}
	if s.Me.In() || s.Public() {
		t.ParticipantsCount = new(int32(s.Members))
	}
	return t
}

// bareChannel is what of a channel is the same for everybody.
func (v *View) bareChannel(c channels.Channel) *tg.Channel {
	t := &tg.Channel{
		ID: int64(c.ID), Title: c.Title, Photo: v.chatPhoto(c.Photo), Broadcast: c.Broadcast, Megagroup: c.Megagroup(),
		Signatures: c.Signatures, SignatureProfiles: c.SignatureProfiles, HasLink: c.Linked != 0, HasGeo: c.Location != nil,
		SlowmodeEnabled: c.SlowMode > 0, Noforwards: c.NoForwards, JoinToSend: c.JoinToSend, JoinRequest: c.JoinRequest,
		Forum: c.Forum, ForumTabs: c.ForumTabs, Autotranslation: c.Autotranslation,
	}
	t.Username, t.Usernames = Usernames(c.Usernames)
	if c.Megagroup() {
		t.DefaultBannedRights = BannedRights(c.Defaults)
	}
	if c.Color != nil {
		t.Color = Color(c.Color)
	}
	if c.ProfileColor != nil {
		t.ProfileColor = Color(c.ProfileColor)
	}
	if e := c.EmojiStatus; e != nil && (e.Until == 0 || e.Until > time.Now().Unix()) {
		t.EmojiStatus = EmojiStatus(e)
	}
	return t
}

// minChannel is what everybody may know of a channel; nil if there is none. It has no access hash: those are each viewer's
// own.
func (v *View) minChannel(ctx context.Context, ch ids.Channel) (tg.ChatClass, error) {
	if v.channels == nil {
		return nil, nil
	}
	c, err := v.channels.One(ctx, ch)
	if errors.Is(err, channels.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t := v.bareChannel(c)
	t.Min, t.Date = true, int32(c.CreatedAt.Unix())
	return t, nil
}

// Participant shows how somebody stands to a channel to its viewer.
func Participant(v channels.Sight, m channels.Member) tg.ChannelParticipantClass {
	switch {
	case !m.In() && m.Banned() == 0:
		return &tg.ChannelParticipantLeft{Peer: Peer(m.Peer)}
	case m.In() && m.Creator:
		return &tg.ChannelParticipantCreator{UserID: int64(m.User), AdminRights: AdminRights(m.Admin), Rank: optional(m.Rank)}
	case m.IsAdmin():
		return adminParticipant(v, m)
	case m.Banned() != 0:
		return &tg.ChannelParticipantBanned{
			Left: !m.In(), Peer: Peer(m.Peer), KickedBy: int64(m.BannedBy), Date: unix(m.BannedAt),
			BannedRights: Restriction(m.Restriction), Rank: optional(m.Rank),
		}
	case m.User == v.Me.User:
		return &tg.ChannelParticipantSelf{
			ViaRequest: m.ViaRequest, UserID: int64(m.User), InviterID: int64(m.Inviter), Date: unix(m.JoinedAt),
			Rank: optional(m.Rank),
		}
	}
	return &tg.ChannelParticipant{UserID: int64(m.User), Date: unix(m.JoinedAt), Rank: optional(m.Rank)}
}

func adminParticipant(v channels.Sight, m channels.Member) *tg.ChannelParticipantAdmin {
	t := &tg.ChannelParticipantAdmin{
		CanEdit: v.Me.Creator || v.Can(rights.AdminAddAdmins) && m.PromotedBy == v.Me.User, Self: m.User == v.Me.User, UserID: int64(m.User), PromotedBy: int64(m.PromotedBy), Date: unix(m.JoinedAt),
		AdminRights: AdminRights(m.Admin), Rank: optional(m.Rank),
	}
	if t.Self && m.Inviter != 0 {
		t.InviterID = new(int64(m.Inviter))
	}
	return t
}

// ParticipantPeers are those whom a client must know to understand how m stands to a channel.
func ParticipantPeers(m channels.Member) []ids.Peer {
	all := []ids.Peer{m.Peer}
	for _, u := range []ids.User{m.Inviter, m.PromotedBy, m.BannedBy} {
		if u != 0 {
			all = append(all, u.Peer())
		}
	}
	return all
}

// unix is t in TL; the zero time is 0.
func unix(t time.Time) int32 {
	if t.IsZero() {
		return 0
	}
	return int32(t.Unix())
}
