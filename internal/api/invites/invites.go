// Package invites serves links into groups and channels, those who come by them, and those who ask to be let in.
//
// Rules are those of domain/invites. Links are under the host by which clients reach this server.
package invites

import (
	"context"
	"time"

	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/domain/updates"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Options are what the handlers work with.
type Options struct {
	Invites *invites.Service
	View    *view.View
	Render  *render.Renderer
	// LinkPrefix begins links to what is here, such as "https://chat.example.org/".
	LinkPrefix string
}

// Handlers serve the methods of this package. Safe for concurrent use.
type Handlers struct {
	invites *invites.Service
	view    *view.View
	render  *render.Renderer
	prefix  string
}

// New makes the handlers, and teaches o.Render to show that people ask to be let in.
func New(o Options) *Handlers {
	h := &Handlers{invites: o.Invites, view: o.View, render: o.Render, prefix: o.LinkPrefix}
	render.OnEvent(o.Render, h.showPending)
	return h
}

// wireErrors says how the errors of the domain look to clients.
var wireErrors = map[error]rpc.Error{
	invites.ErrHash:       rpc.BadRequest("INVITE_HASH_INVALID"),
	invites.ErrExpired:    rpc.BadRequest("INVITE_HASH_EXPIRED"),
	invites.ErrAsked:      rpc.BadRequest("INVITE_REQUEST_SENT"),
	invites.ErrNoRequest:  rpc.BadRequest("HIDE_REQUESTER_MISSING"),
	invites.ErrPermanent:  rpc.BadRequest("CHAT_INVITE_PERMANENT"),
	invites.ErrRevoked:    rpc.BadRequest("INVITE_HASH_EXPIRED"),
	invites.ErrNotRevoked: rpc.BadRequest("INVITE_REVOKED_MISSING"),
	invites.ErrLimit:      rpc.BadRequest("USAGE_LIMIT_INVALID"),
	invites.ErrExpiry:     rpc.BadRequest("EXPIRE_DATE_INVALID"),
	invites.ErrTitle:      rpc.BadRequest("TITLE_INVALID"),
	invites.ErrTooMany:    rpc.BadRequest("INVITES_TOO_MUCH"),
}

// Register implements rpc.Module.
func (h *Handlers) Register(r *rpc.Router) {
	r.Errors(wireErrors)
	rpc.Handle(r, rpc.UserOnly, h.checkChatInvite)
	rpc.Handle(r, rpc.UserOnly, h.importChatInvite)
	rpc.Handle(r, rpc.SignedIn, h.exportChatInvite)
	rpc.Handle(r, rpc.UserOnly, h.getExportedChatInvites)
	rpc.Handle(r, rpc.SignedIn, h.getExportedChatInvite)
	rpc.Handle(r, rpc.SignedIn, h.editExportedChatInvite)
	rpc.Handle(r, rpc.UserOnly, h.deleteExportedChatInvite)
	rpc.Handle(r, rpc.UserOnly, h.deleteRevokedExportedChatInvites)
	rpc.Handle(r, rpc.UserOnly, h.getAdminsWithInvites)
	rpc.Handle(r, rpc.UserOnly, h.getChatInviteImporters)
	rpc.Handle(r, rpc.SignedIn, h.hideChatJoinRequest)
	rpc.Handle(r, rpc.UserOnly, h.hideAllChatJoinRequests)
}

// Invite tells the page of a group or channel about ways into it. An admin who may not invite is told of none.
func (h *Handlers) Invite(ctx context.Context, admin ids.User, peer ids.Peer) (view.Invite, error) {
	primary, err := h.invites.Primary(ctx, admin, peer)
	if err != nil {
		return view.Invite{}, err
	}
	n, recent, err := h.invites.Pending(ctx, peer)
	return view.Invite{Link: view.ExportedInvite(h.prefix, primary), Requests: int32(n), Requester: recent}, err
}

// showPending shows an admin how many ask to be let in.
func (h *Handlers) showPending(
	ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.PendingRequests,
) (tg.UpdateClass, []ids.Peer, error) {
	if !h.invites.Decides(ctx, viewer, ev.Peer) { // any more
		return nil, nil, nil
	}
	u, about, err := h.pending(ctx, ev.Peer)
	return u, about, err
}

func (h *Handlers) pending(ctx context.Context, peer ids.Peer) (*tg.UpdatePendingJoinRequests, []ids.Peer, error) {
	n, recent, err := h.invites.Pending(ctx, peer)
	u := &tg.UpdatePendingJoinRequests{
		Peer: view.Peer(peer), RequestsPending: int32(n), RecentRequesters: view.Longs(recent),
	}
	return u, append([]ids.Peer{peer}, view.UserPeers(recent)...), err
}

// exportChatInvite serves https://core.telegram.org/method/messages.exportChatInvite.
func (h *Handlers) exportChatInvite(ctx context.Context, call *rpc.Call, in *tg.MessagesExportChatInvite) (*tg.ChatInviteExported, error) {
	peer, err := h.host(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	if in.SubscriptionPricing != nil {
		return nil, rpc.BadRequest("PRICING_CHAT_INVALID")
	}
	var made invites.Invite
	if in.LegacyRevokePermanent {
		made, err = h.invites.ReplacePrimary(ctx, call.User, peer)
	} else {
		made, err = h.invites.Export(ctx, call.User, peer, limits(in.Title, in.ExpireDate, in.UsageLimit, &in.RequestNeeded))
	}
	if err != nil {
		return nil, err
	}
	return view.ExportedInvite(h.prefix, made), nil
}

// host resolves a group or channel.
func (h *Handlers) host(ctx context.Context, call *rpc.Call, in tg.InputPeerClass) (ids.Peer, error) {
	peer, err := h.view.PeerFromInput(ctx, call, in)
	if err == nil && peer.User() != 0 {
		err = rpc.BadRequest("PEER_ID_INVALID")
	}
	return peer, err
}

func limits(title *string, expires, uses *int32, approval *bool) invites.Limits {
	l := invites.Limits{Title: title, Approval: approval}
	if expires != nil {
		l.ExpiresAt = new(fromUnix(*expires))
	}
	if uses != nil {
		l.MaxUses = new(int(*uses))
	}
	return l
}

func fromUnix(n int32) time.Time {
	if n <= 0 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0)
}

// getExportedChatInvites serves https://core.telegram.org/method/messages.getExportedChatInvites.
func (h *Handlers) getExportedChatInvites(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetExportedChatInvites,
) (*tg.MessagesExportedChatInvites, error) {
	peer, admin, err := h.hostAndAdmin(ctx, call, in.Peer, in.AdminID)
	if err != nil {
		return nil, err
	}
	q := invites.Query{Admin: admin, Revoked: in.Revoked, Limit: int(in.Limit)}
	if in.OffsetDate != nil && in.OffsetLink != nil {
		q.Before, q.Hash = fromUnix(*in.OffsetDate), view.InviteHash(*in.OffsetLink)
	}
	list, count, err := h.invites.List(ctx, call.User, peer, q)
	if err != nil {
		return nil, err
	}
	out := &tg.MessagesExportedChatInvites{Count: int32(count), Invites: make([]tg.ExportedChatInviteClass, 0, len(list))}
	for _, i := range list {
		out.Invites = append(out.Invites, view.ExportedInvite(h.prefix, i))
	}
	out.Users, err = h.view.Users(ctx, call.User, []ids.User{admin})
	return out, err
}

func (h *Handlers) hostAndAdmin(ctx context.Context, call *rpc.Call, in tg.InputPeerClass, user tg.InputUserClass) (ids.Peer, ids.User, error) {
	peer, err := h.host(ctx, call, in)
	if err != nil {
		return 0, 0, err
	}
	admin, err := h.view.UserFromInput(ctx, call, user)
	return peer, admin, err
}

// getExportedChatInvite serves https://core.telegram.org/method/messages.getExportedChatInvite.
func (h *Handlers) getExportedChatInvite(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetExportedChatInvite,
) (*tg.MessagesExportedChatInvite, error) {
	peer, err := h.host(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	i, err := h.invites.One(ctx, call.User, peer, view.InviteHash(in.Link))
	if err != nil {
		return nil, err
	}
	return h.exported(ctx, call.User, i)
}

func (h *Handlers) exported(ctx context.Context, viewer ids.User, i invites.Invite) (*tg.MessagesExportedChatInvite, error) {
	users, err := h.view.Users(ctx, viewer, []ids.User{i.Admin})
	return &tg.MessagesExportedChatInvite{Invite: view.ExportedInvite(h.prefix, i), Users: users}, err
}

// editExportedChatInvite serves https://core.telegram.org/method/messages.editExportedChatInvite. A primary link that is
// revoked is replaced by another.
func (h *Handlers) editExportedChatInvite(
	ctx context.Context, call *rpc.Call, in *tg.MessagesEditExportedChatInvite,
) (tg.MessagesExportedChatInviteClass, error) {
	peer, err := h.host(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	hash := view.InviteHash(in.Link)
	if !in.Revoked {
		i, err := h.invites.Edit(ctx, call.User, peer, hash, limits(in.Title, in.ExpireDate, in.UsageLimit, in.RequestNeeded))
		if err != nil {
			return nil, err
		}
		return h.exported(ctx, call.User, i)
	}
	revoked, fresh, err := h.invites.Revoke(ctx, call.User, peer, hash)
	if err != nil {
		return nil, err
	}
	if fresh == nil {
		return h.exported(ctx, call.User, revoked)
	}
	users, err := h.view.Users(ctx, call.User, []ids.User{revoked.Admin})
	return &tg.MessagesExportedChatInviteReplaced{
		Invite: view.ExportedInvite(h.prefix, revoked), NewInvite: view.ExportedInvite(h.prefix, *fresh), Users: users,
	}, err
}

// deleteExportedChatInvite serves https://core.telegram.org/method/messages.deleteExportedChatInvite.
func (h *Handlers) deleteExportedChatInvite(ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteExportedChatInvite) (tg.Bool, error) {
	peer, err := h.host(ctx, call, in.Peer)
	if err != nil {
		return false, err
	}
	err = h.invites.Delete(ctx, call.User, peer, view.InviteHash(in.Link))
	return err == nil, err
}

// deleteRevokedExportedChatInvites serves https://core.telegram.org/method/messages.deleteRevokedExportedChatInvites.
func (h *Handlers) deleteRevokedExportedChatInvites(
	ctx context.Context, call *rpc.Call, in *tg.MessagesDeleteRevokedExportedChatInvites,
) (tg.Bool, error) {
	peer, admin, err := h.hostAndAdmin(ctx, call, in.Peer, in.AdminID)
	if err != nil {
		return false, err
	}
	err = h.invites.DeleteRevoked(ctx, call.User, peer, admin)
	return err == nil, err
}

// getAdminsWithInvites serves https://core.telegram.org/method/messages.getAdminsWithInvites.
func (h *Handlers) getAdminsWithInvites(
	ctx context.Context, call *rpc.Call, in *tg.MessagesGetAdminsWithInvites,
) (*tg.MessagesChatAdminsWithInvites, error) {
	peer, err := h.host(ctx, call, in.Peer)
	if err != nil {
		return nil, err
	}
	list, err := h.invites.Admins(ctx, call.User, peer)
	if err != nil {
		return nil, err
	}
	out := &tg.MessagesChatAdminsWithInvites{Admins: make([]*tg.ChatAdminWithInvites, 0, len(list))}
	var admins []ids.User
	for _, a := range list {
		out.Admins = append(out.Admins, &tg.ChatAdminWithInvites{
			AdminID: int64(a.Admin), InvitesCount: int32(a.Links), RevokedInvitesCount: int32(a.Revoked),
		})
		admins = append(admins, a.Admin)
	}
	out.Users, err = h.view.Users(ctx, call.User, admins)
	return out, err
}

// answer shows what has happened in peer, which is the one chat of the answer.
func (h *Handlers) answer(
	ctx context.Context, viewer ids.User, peer ids.Peer, written []groups.Written, also []ids.Peer, more ...tg.UpdateClass,
) (*tg.Updates, error) {
	list, about, err := h.render.Written(ctx, viewer, written...)
	if err != nil {
		return nil, err
	}
	list = append(list, more...)
	if ch := peer.Channel(); ch != 0 {
		list = append(list, &tg.UpdateChannel{ChannelID: int64(ch)})
	}
	return h.render.Answer(ctx, viewer, append(append([]ids.Peer{peer, viewer.Peer()}, about...), also...), list...)
}
