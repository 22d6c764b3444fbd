package server

import (
	"context"
	"errors"

	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/domain/users"
	"hermod/internal/site"
)

// findLink tells the site what a link to somebody or something here leads to; nil where it leads nowhere.
func (c *Core) findLink(ctx context.Context, l site.Link) (*site.Card, error) {
	if l.Invite != "" {
		return c.findInvite(ctx, l.Invite)
	}
	peer, err := c.Users.ByUsername(ctx, l.Name)
	if errors.Is(err, users.ErrNotFound) || errors.Is(err, users.ErrUsername) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if ch := peer.Channel(); ch != 0 {
		return c.findChannel(ctx, ch)
	}
	u, err := c.Users.One(ctx, peer.User())
	if err != nil || u.Deleted() {
		return nil, err
	}
	kind := "Person"
	if u.Bot {
		kind = "Bot"
	}
	name := u.FirstName
	if u.LastName != "" {
		name += " " + u.LastName
	}
	return &site.Card{Kind: kind, Title: name}, nil
}

func (c *Core) findChannel(ctx context.Context, ch ids.Channel) (*site.Card, error) {
	found, err := c.Channels.One(ctx, ch)
	if err != nil || found.Deleted() || !found.Public() {
		return nil, err
	}
	return channelCard(found), nil
}

func channelCard(c channels.Channel) *site.Card {
	kind := "Group"
	if c.Broadcast {
		kind = "Channel"
	}
	return &site.Card{Kind: kind, Title: c.Title, About: c.About, Members: c.Members}
}

// findInvite shows what everybody may see who knows an invite link.
func (c *Core) findInvite(ctx context.Context, hash string) (*site.Card, error) {
	p, err := c.Invites.Check(ctx, 0, hash)
	switch {
	case errors.Is(err, invites.ErrHash), errors.Is(err, invites.ErrExpired):
		return nil, nil
	case err != nil:
		return nil, err
	case p.Channel != nil:
		return channelCard(*p.Channel), nil
	case p.Group != nil:
		return &site.Card{Kind: "Group", Title: p.Group.Title, About: p.Group.About, Members: p.Group.Members}, nil
	}
	return nil, nil
}
