package view

import (
	"context"

	"hermod/internal/domain/ids"
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
