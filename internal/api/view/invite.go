package view

import (
	"context"
	"net/url"
	"strings"
	"time"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/tl/tg"
)

// An Invite is what the page of a group or channel says to its admins about ways into it.
type Invite struct {
	Link      tg.ExportedChatInviteClass // nil: none
	Requests  int32                      // how many ask to be let in
	Requester []ids.User                 // the last of them
}

// An Inviter looks an Invite up, for an admin.
type Inviter func(ctx context.Context, admin ids.User, peer ids.Peer) (Invite, error)

// InviteLink is the link of an invite; prefix begins links to what is here.
func InviteLink(prefix, hash string) string { return prefix + "+" + hash }

// InviteHash reads the hash out of a link to here, in any of its forms. It returns "" for what is none.
// Spec: https://core.telegram.org/api/links#chat-invite-links
func InviteHash(link string) string {
	if u, err := url.Parse(link); err == nil && u.Query().Has("invite") {
		return u.Query().Get("invite")
	}
	link = strings.TrimSuffix(link, "/")
	return strings.TrimLeft(link[strings.LastIndexByte(link, '/')+1:], "+ ")
}

// ExportedInvite shows a link to an admin.
func ExportedInvite(prefix string, i invites.Invite) *tg.ChatInviteExported {
	t := &tg.ChatInviteExported{
		Revoked: i.Revoked, Permanent: i.Primary, RequestNeeded: i.Approval, Link: InviteLink(prefix, i.Hash),
		AdminID: int64(i.Admin), Date: unix(i.CreatedAt), StartDate: date(i.ChangedAt), ExpireDate: date(i.ExpiresAt),
		UsageLimit: count(i.MaxUses), Usage: count(i.Uses), Requested: count(i.Requested), Title: optional(i.Title),
	}
	return t
}

// date is nil for the zero time.
func date(t time.Time) *int32 { return count(int(unix(t))) }

// count is nil for 0.
func count(n int) *int32 {
	if n == 0 {
		return nil
	}
	return new(int32(n))
}
