package invites

import (
	"context"

	"hermod/internal/api/view"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// colors is how many colours a name without one of its own is given by its id.
const colors = 7

var errHashEmpty = rpc.BadRequest("INVITE_HASH_EMPTY")

// checkChatInvite serves https://core.telegram.org/method/messages.checkChatInvite.
func (h *Handlers) checkChatInvite(ctx context.Context, call *rpc.Call, in *tg.MessagesCheckChatInvite) (tg.ChatInviteClass, error) {
	if in.Hash == "" {
		return nil, errHashEmpty
	}
	p, err := h.invites.Check(ctx, call.User, in.Hash)
	if err != nil {
		return nil, err
	}
	if p.Member {
		chats, err := h.view.Chats(ctx, call.User, []ids.Peer{p.Invite.Peer})
		if err != nil || len(chats) == 0 {
			return nil, err
		}
		return &tg.ChatInviteAlready{Chat: chats[0]}, nil
	}
	t := preview(p)
	if t.Photo, err = h.view.Photo(ctx, p.Photo()); err != nil {
		return nil, err
	}
	t.Participants, err = h.view.Users(ctx, call.User, p.Some)
	return t, err
}

// preview shows where a link leads, to somebody who is not in there. TDLib wants to know of a channel what kind it is.
func preview(p invites.Preview) *tg.ChatInvite {
	t := &tg.ChatInvite{RequestNeeded: p.Invite.Approval}
	about := ""
	if g := p.Group; g != nil {
		t.Title, about, t.ParticipantsCount, t.Color = g.Title, g.About, int32(g.Members), int32(int64(g.ID)%colors)
	}
	if c := p.Channel; c != nil {
		t.Channel, t.Broadcast, t.Megagroup, t.Public = true, c.Broadcast, c.Megagroup(), c.Public()
		t.Title, about, t.ParticipantsCount, t.Color = c.Title, c.About, int32(c.Members), int32(int64(c.ID)%colors)
	}
	if about != "" {
		t.About = &about
	}
	return t
}

// importChatInvite serves https://core.telegram.org/method/messages.importChatInvite. Layers before 227 get the updates
// alone; TDLib wants just one chat in them.
func (h *Handlers) importChatInvite(
	ctx context.Context, call *rpc.Call, in *tg.MessagesImportChatInvite,
) (*tg.MessagesChatInviteJoinResultOk, error) {
	if in.Hash == "" {
		return nil, errHashEmpty
	}
	res, err := h.invites.Import(ctx, call.User, in.Hash)
	if err != nil {
		return nil, err
	}
	out, err := h.answer(ctx, call.User, res.Peer, res.Written, nil)
	return &tg.MessagesChatInviteJoinResultOk{Updates: out}, err
}

// getChatInviteImporters serves https://core.telegram.org/method/messages.getChatInviteImporters.
func (h *Handlers) getChatInviteImporters(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetChatInviteImporters,
) (*tg.MessagesChatInviteImporters, error) {
	peer, err := h.host(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	q := invites.ImporterQuery{Requested: in.Requested, Before: fromUnix(in.OffsetDate), Limit: int(in.Limit)}
	if in.Link != nil {
		q.Hash = view.InviteHash(*in.Link)
	}
	if in.Q != nil {
		q.Text = *in.Q
	}
	if _, none := in.OffsetUser.(*tg.InputUserEmpty); !none {
		if q.User, err = h.view.UserFromInput(ctx, call, in.OffsetUser); err != nil {
			return nil, err
		}
	}
	list, count, err := h.invites.Importers(ctx, call.User, peer, q)
	if err != nil {
		return nil, err
	}
	return h.importers(ctx, call.User, list, count)
}

func (h *Handlers) importers(ctx context.Context, viewer ids.User, list []invites.Importer, count int) (*tg.MessagesChatInviteImporters, error) {
	out := &tg.MessagesChatInviteImporters{Count: int32(count), Importers: make([]*tg.ChatInviteImporter, 0, len(list))}
	var people []ids.User
	for _, i := range list {
		t := &tg.ChatInviteImporter{Requested: i.Requested, UserID: int64(i.User), Date: int32(i.Date.Unix())}
		if i.About != "" {
			t.About = &i.About
		}
		if i.ApprovedBy != 0 {
			t.ApprovedBy = new(int64(i.ApprovedBy))
		}
		out.Importers, people = append(out.Importers, t), append(people, i.User, i.ApprovedBy)
	}
	var err error
	out.Users, err = h.view.Users(ctx, viewer, people)
	return out, err
}

// hideChatJoinRequest serves https://core.telegram.org/method/messages.hideChatJoinRequest.
func (h *Handlers) hideChatJoinRequest(ctx context.Context, call *rpc.Call, in *tg.MessagesHideChatJoinRequest) (*tg.Updates, error) {
	peer, user, err := h.hostAndAdmin(ctx, call, in.Peer, in.UserID)
	if err != nil {
		return nil, err
	}
	res, err := h.invites.Decide(ctx, call.User, peer, user, in.Approved)
	if err != nil {
		return nil, err
	}
	return h.decided(ctx, call.User, peer, res.Written)
}

// hideAllChatJoinRequests serves https://core.telegram.org/method/messages.hideAllChatJoinRequests.
func (h *Handlers) hideAllChatJoinRequests(ctx context.Context, call *rpc.Call, in *tg.MessagesHideAllChatJoinRequests) (*tg.Updates, error) {
	peer, err := h.host(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	hash := ""
	if in.Link != nil {
		hash = view.InviteHash(*in.Link)
	}
	res, err := h.invites.DecideAll(ctx, call.User, peer, hash, in.Approved)
	if err != nil {
		return nil, err
	}
	return h.decided(ctx, call.User, peer, res.Written)
}

// decided shows who was let in, and who still waits.
func (h *Handlers) decided(ctx context.Context, viewer ids.User, peer ids.Peer, written []groups.Written) (*tg.Updates, error) {
	pending, about, err := h.pending(ctx, peer)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, viewer, peer, written, about, pending)
}
