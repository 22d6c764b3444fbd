// Package stand says in one form how somebody stands in a chat of any kind: whether he is in it, what he may not do, which
// reactions are allowed there. It is for what works alike in all chats, such as reactions and votes.
package stand

import (
	"context"
	"time"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// A Stand is how somebody stands in a chat.
type Stand struct {
	Peer      ids.Peer
	As        ids.Peer // in whose name he reacts and votes: his own, or that of a channel or the group
	Broadcast bool     // a channel whose members only read
	Member    bool     // of private chats always
	Creator   bool
	Admin     rights.Admin  // the rights of an admin; all of them in a basic group and in one's own
	Banned    rights.Banned // what he may not do
	JoinedAt  time.Time     // zero where it does not matter
	Reactions groups.Reactions
}

// Stands looks up how people stand. Safe for concurrent use.
type Stands struct {
	groups   *groups.Service
	channels *channels.Service
}

// New makes a Stands.
func New(g *groups.Service, c *channels.Service) *Stands { return &Stands{groups: g, channels: c} }

// Of returns how viewer stands in the chat with peer, mostly from memory. It fails as groups.See and channels.See do when
// he may not look at it.
func (s *Stands) Of(ctx context.Context, viewer ids.User, peer ids.Peer) (Stand, error) {
	switch {
	case peer.Channel() != 0:
		return s.ofChannel(ctx, viewer, peer.Channel())
	case peer.Chat() != 0:
		return s.ofGroup(ctx, viewer, peer.Chat())
	}
	return Stand{Peer: peer, As: viewer.Peer(), Member: true, Reactions: groups.Reactions{Custom: true}}, nil
}

func (s *Stands) ofGroup(ctx context.Context, viewer ids.User, chat ids.Chat) (Stand, error) {
	v, err := s.groups.See(ctx, viewer, chat)
	if err != nil {
		return Stand{}, err
	}
	st := Stand{
		Peer: chat.Peer(), As: viewer.Peer(), Member: true, Creator: v.Me.Creator, JoinedAt: v.Me.JoinedAt, Reactions: v.Settings.Reactions,
	}
	if v.Me.Admin {
		st.Admin = rights.AdminOfBasic
	} else {
		st.Banned = v.Defaults.Full()
	}
	return st, nil
}

func (s *Stands) ofChannel(ctx context.Context, viewer ids.User, ch ids.Channel) (Stand, error) {
	v, err := s.channels.See(ctx, viewer, ch)
	if err != nil {
		return Stand{}, err
	}
	st := Stand{
		Peer: ch.Peer(), As: viewer.Peer(), Broadcast: v.Broadcast, Member: v.Me.In(), Creator: v.Me.In() && v.Me.Creator,
		Banned: v.Me.Banned(), JoinedAt: v.Me.JoinedAt, Reactions: v.Settings.Reactions,
	}
	if st.Member {
		st.Admin = v.Me.Admin
	}
	if !v.Broadcast {
		st.Banned = v.Forbidden()
		if as := v.As(); as != 0 {
			st.As = as
		}
	}
	return st, nil
}

// MayDelete reports whether he may delete what others wrote, as an admin.
func (st Stand) MayDelete() bool { return st.Creator || st.Admin.Has(rights.AdminDeleteMessages) }

// MayEdit reports whether he may edit what others posted in a channel.
func (st Stand) MayEdit() bool { return st.Creator || st.Admin.Has(rights.AdminEditMessages) }

// MayPost reports whether he may post in a broadcast channel.
func (st Stand) MayPost() bool { return st.Creator || st.Admin.Has(rights.AdminPostMessages) }
