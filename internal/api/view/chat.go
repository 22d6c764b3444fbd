package view

import (
	"context"
	"errors"

	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
	"hermod/internal/tl/tg"
)

// SetGroups makes basic groups known to v, which is made before them.
func (v *View) SetGroups(g *groups.Service) { v.groups = g }

// Chat shows a basic group; nil if there is none. Who never was in it learns nothing but that it is there.
func (v *View) Chat(ctx context.Context, viewer ids.User, chat ids.Chat) (tg.ChatClass, error) {
	if v.groups == nil {
		return nil, nil
	}
	st, err := v.groups.State(ctx, chat)
	if errors.Is(err, groups.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if me, in := st.Member(viewer); in && st.Active() {
		return v.chatOf(st, me), nil
	}
	b, err := v.groups.Belonging(ctx, viewer, chat.Peer())
	if err != nil {
		return nil, err
	}
	return v.pastChat(viewer, st, b.Status), nil
}

// chatOf shows a group to one of its members.
func (v *View) chatOf(st groups.State, me groups.Member) *tg.Chat {
	t := v.bareChat(st)
	t.Creator = me.Creator
	if me.Admin && !me.Creator {
		t.AdminRights = AdminRights(rights.AdminOfBasic)
	}
	return t
}

func (v *View) bareChat(st groups.State) *tg.Chat {
	return &tg.Chat{
		ID: int64(st.ID), Title: st.Title, Photo: v.chatPhoto(st.Photo), ParticipantsCount: int32(len(st.List)),
		Date: int32(st.CreatedAt.Unix()), Version: st.Version, Noforwards: st.NoForwards,
		DefaultBannedRights: BannedRights(st.Defaults),
	}
}

// pastChat shows a group to somebody who is not in it, or in which nothing happens any more.
func (v *View) pastChat(viewer ids.User, st groups.State, status groups.Status) tg.ChatClass {
	switch {
	case status == groups.Never:
		return &tg.ChatForbidden{ID: int64(st.ID)}
	case st.MigratedTo != 0:
		t := v.bareChat(st)
		t.Deactivated, t.Left = true, true
		t.MigratedTo = v.InputChannel(viewer, st.MigratedTo)
		return t
	case status == groups.Kicked, st.Deleted():
		return &tg.ChatForbidden{ID: int64(st.ID), Title: st.Title}
	}
	t := v.bareChat(st)
	t.Left = true
	return t
}

// InputChannel names a channel as viewer would.
func (v *View) InputChannel(viewer ids.User, ch ids.Channel) *tg.InputChannel {
	return &tg.InputChannel{ChannelID: int64(ch), AccessHash: v.access.Hash(viewer, ch.Peer())}
}

// ChatParticipants shows the members of a basic group to one of them.
func ChatParticipants(st groups.State) *tg.ChatParticipants {
	t := &tg.ChatParticipants{ChatID: int64(st.ID), Version: st.Version}
	for _, m := range st.List {
		t.Participants = append(t.Participants, chatParticipant(m))
	}
	return t
}

func chatParticipant(m groups.Member) tg.ChatParticipantClass {
	switch {
	case m.Creator:
		return &tg.ChatParticipantCreator{UserID: int64(m.User), Rank: optional(m.Rank)}
	case m.Admin:
		return &tg.ChatParticipantAdmin{
			UserID: int64(m.User), InviterID: int64(m.Inviter), Date: int32(m.JoinedAt.Unix()), Rank: optional(m.Rank),
		}
	}
	return &tg.ChatParticipant{
		UserID: int64(m.User), InviterID: int64(m.Inviter), Date: int32(m.JoinedAt.Unix()), Rank: optional(m.Rank),
	}
}

// UserPeers are the peers of users.
func UserPeers(list []ids.User) []ids.Peer {
	all := make([]ids.Peer, len(list))
	for i, u := range list {
		all[i] = u.Peer()
	}
	return all
}

// Missing names those who could not be added to a group or channel, for their privacy.
func Missing(list []ids.User) []*tg.MissingInvitee {
	all := make([]*tg.MissingInvitee, len(list))
	for i, u := range list {
		all[i] = &tg.MissingInvitee{UserID: int64(u)}
	}
	return all
}

// Longs are ids as TL has them.
func Longs[T ~int64](list []T) []int64 { return longs(list) }
