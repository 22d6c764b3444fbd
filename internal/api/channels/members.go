package channels

import (
	"context"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

func (h *Handlers) registerMembers(r *rpc.Router) {
	rpc.Handle(r, rpc.UserOnly, h.joinChannel)
	rpc.Handle(r, rpc.SignedIn, h.leaveChannel)
	rpc.Handle(r, rpc.UserOnly, h.inviteToChannel)
	rpc.Handle(r, rpc.SignedIn, h.getParticipants)
	rpc.Handle(r, rpc.SignedIn, h.getParticipant)
	rpc.Handle(r, rpc.SignedIn, h.editAdmin)
	rpc.Handle(r, rpc.SignedIn, h.editBanned)
	rpc.Handle(r, rpc.UserOnly, h.getAdminLog)
	rpc.Handle(r, rpc.UserOnly, h.reportAntiSpamFalsePositive)
}

// joinChannel serves https://core.telegram.org/method/channels.joinChannel. Layers before 227 get the updates alone.
func (h *Handlers) joinChannel(ctx context.Context, call *rpc.Call, in *tg.ChannelsJoinChannel) (*tg.MessagesChatInviteJoinResultOk, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	res, err := h.o.Join(ctx, call.User, ch)
	if err != nil {
		return nil, err
	}
	out, err := h.answer(ctx, call.User, ch, res)
	return &tg.MessagesChatInviteJoinResultOk{Updates: out}, err
}

// leaveChannel serves https://core.telegram.org/method/channels.leaveChannel.
func (h *Handlers) leaveChannel(ctx context.Context, call *rpc.Call, in *tg.ChannelsLeaveChannel) (*tg.Updates, error) {
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.Leave(ctx, call.User, ch)
	})
}

// inviteToChannel serves https://core.telegram.org/method/channels.inviteToChannel.
func (h *Handlers) inviteToChannel(ctx context.Context, call *rpc.Call, in *tg.ChannelsInviteToChannel) (*tg.MessagesInvitedUsers, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	if len(in.Users) > channels.MaxInvited {
		return nil, groups.ErrTooMany
	}
	asked, err := h.users(ctx, call, in.Users)
	if err != nil {
		return nil, err
	}
	res, err := h.channels.Invite(ctx, call.User, ch, asked)
	if err != nil {
		return nil, err
	}
	out, err := h.answer(ctx, call.User, ch, res)
	return &tg.MessagesInvitedUsers{Updates: out, MissingInvitees: view.Missing(res.Missing)}, err
}

// users resolves those whom a client names.
func (h *Handlers) users(ctx context.Context, call *rpc.Call, in []tg.InputUserClass) ([]ids.User, error) {
	if len(in) > maxAsked {
		return nil, rpc.BadRequest("LIMIT_INVALID")
	}
	var list []ids.User
	for _, u := range in {
		user, err := h.view.UserFromInput(ctx, call, u)
		if err != nil {
			return nil, err
		}
		list = append(list, user)
	}
	return list, nil
}

// getParticipants serves https://core.telegram.org/method/channels.getParticipants.
func (h *Handlers) getParticipants(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetParticipants) (tg.ChannelsChannelParticipantsClass, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	q, ok := memberQuery(in.Filter)
	if !ok {
		return nil, rpc.BadRequest("FILTER_INVALID")
	}
	q.Offset, q.Limit = int(in.Offset), int(in.Limit)
	page, err := h.channels.MembersPage(ctx, call.User, ch, q)
	if err != nil {
		return nil, err
	}
	v, err := h.channels.See(ctx, call.User, ch)
	if err != nil {
		return nil, err
	}
	return h.participants(ctx, v, page)
}

func (h *Handlers) participants(ctx context.Context, v channels.Sight, page channels.Page) (*tg.ChannelsChannelParticipants, error) {
	out := &tg.ChannelsChannelParticipants{
		Count: int32(page.Count), Participants: make([]tg.ChannelParticipantClass, 0, len(page.Members)),
	}
	about := []ids.Peer{v.ID.Peer()}
	for _, m := range page.Members {
		out.Participants = append(out.Participants, view.Participant(v, m))
		about = append(about, view.ParticipantPeers(m)...)
	}
	var err error
	out.Users, out.Chats, err = h.view.Peers(ctx, v.Me.User, about)
	return out, err
}

// memberQuery reads which members are asked for.
// Spec: https://core.telegram.org/type/ChannelParticipantsFilter
func memberQuery(in tg.ChannelParticipantsFilterClass) (q channels.MemberQuery, ok bool) {
	switch f := in.(type) {
	case *tg.ChannelParticipantsRecent:
		q.Filter = channels.Recent
	case *tg.ChannelParticipantsAdmins:
		q.Filter = channels.Admins
	case *tg.ChannelParticipantsKicked:
		q.Filter, q.Text = channels.Kicked, f.Q
	case *tg.ChannelParticipantsBanned:
		q.Filter, q.Text = channels.Banned, f.Q
	case *tg.ChannelParticipantsBots:
		q.Filter = channels.Bots
	case *tg.ChannelParticipantsSearch:
		q.Filter, q.Text = channels.Search, f.Q
	case *tg.ChannelParticipantsContacts:
		q.Filter, q.Text = channels.Contacts, f.Q
	case *tg.ChannelParticipantsMentions:
		q.Filter, q.Text = channels.Mentions, value(f.Q)
	default:
		return q, false
	}
	return q, true
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// getParticipant serves https://core.telegram.org/method/channels.getParticipant.
func (h *Handlers) getParticipant(ctx context.Context, call *rpc.Call, in *tg.ChannelsGetParticipant) (*tg.ChannelsChannelParticipant, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return nil, err
	}
	peer, err := h.participant(ctx, call, in.Participant)
	if err != nil {
		return nil, err
	}
	m, err := h.channels.Participant(ctx, call.User, ch, peer)
	if err != nil {
		return nil, err
	}
	v, err := h.channels.See(ctx, call.User, ch)
	if err != nil {
		return nil, err
	}
	out := &tg.ChannelsChannelParticipant{Participant: view.Participant(v, m)}
	out.Users, out.Chats, err = h.view.Peers(ctx, call.User, append([]ids.Peer{ch.Peer()}, view.ParticipantPeers(m)...))
	return out, err
}

// participant resolves a user or channel that somebody may be in a channel as.
func (h *Handlers) participant(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in)
	if err == nil && peer.Chat() != 0 {
		err = rpc.BadRequest("PARTICIPANT_ID_INVALID")
	}
	return peer, err
}

// editAdmin serves https://core.telegram.org/method/channels.editAdmin.
func (h *Handlers) editAdmin(ctx context.Context, call *rpc.Call, in *tg.ChannelsEditAdmin) (*tg.Updates, error) {
	user, err := h.view.UserFromInput(ctx, call, in.UserID)
	if err != nil {
		return nil, err
	}
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.Promote(ctx, channels.Promotion{
			By: call.User, Channel: ch, User: user, Rights: view.AdminRightsFrom(in.AdminRights), Rank: in.Rank,
		})
	})
}

// editBanned serves https://core.telegram.org/method/channels.editBanned.
func (h *Handlers) editBanned(ctx context.Context, call *rpc.Call, in *tg.ChannelsEditBanned) (*tg.Updates, error) {
	peer, err := h.participant(ctx, call, in.Participant)
	if err != nil {
		return nil, err
	}
	return h.change(ctx, call, in.Channel, func(ch ids.Channel) (channels.Result, error) {
		return h.channels.Ban(ctx, call.User, ch, peer, view.RestrictionFrom(in.BannedRights, time.Now()))
	})
}

// reportAntiSpamFalsePositive serves https://core.telegram.org/method/channels.reportAntiSpamFalsePositive. Nothing is
// deleted here by a machine, so no message can have been so by mistake.
func (h *Handlers) reportAntiSpamFalsePositive(
	ctx context.Context, call *rpc.Call, in *tg.ChannelsReportAntiSpamFalsePositive,
) (tg.Bool, error) {
	ch, err := h.view.ChannelFromInput(ctx, call, in.Channel)
	if err != nil {
		return false, err
	}
	if _, err := h.channels.CheckAdmin(ctx, ch, call.User, 0); err != nil {
		return false, err
	}
	return false, rpc.BadRequest("MESSAGE_ID_INVALID")
}
