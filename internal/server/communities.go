package server

import (
	"context"

	"hermod/internal/api/channels"
	"hermod/internal/api/chats"
	"hermod/internal/api/dialogs"
	"hermod/internal/api/groups"
	"hermod/internal/api/invites"
	"hermod/internal/api/render"
	"hermod/internal/api/stats"
	"hermod/internal/api/topics"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/rpc"
)

// communities makes the handlers of groups and channels, and makes both known to v.
func (s *Server) communities(
	v *view.View, shown *render.Renderer, chat *chats.Handlers, list *dialogs.Handlers, sets channels.StickerSets, papers channels.Wallpapers,
) []rpc.Module {
	c := s.core
	v.SetGroups(c.Groups)
	v.SetChannels(c.Channels)
	facts := c.pageFacts(list)
	links := invites.New(invites.Options{Invites: c.Invites, View: v, Render: shown, LinkPrefix: s.linkPrefix()})
	return []rpc.Module{
		links,
		groups.New(groups.Options{Groups: c.Groups, View: v, Render: shown, Facts: facts, Invite: links.Invite}),
		channels.New(channels.Options{
			Channels: c.Channels, Groups: c.Groups, Messages: c.Messages, Auth: c.Auth, View: v, Render: shown, Facts: facts,
			LinkPrefix: s.linkPrefix(), DC: s.cfg.DC, Online: chat.Online, Invite: links.Invite, Join: c.Invites.Join,
			Topic: topics.Shown, Stickers: sets, Wallpapers: papers,
		}),
		stats.New(stats.Options{Stats: c.Stats, Channels: c.Channels, Messages: c.Messages, View: v, Counters: shown.Counters}),
	}
}

// pageFacts tells the page of a group or channel what the list of chats and messages know about it.
func (c *Core) pageFacts(h *dialogs.Handlers) view.Facts {
	return func(ctx context.Context, owner ids.User, peer ids.Peer) (t view.ChatFacts, err error) {
		f, err := h.Facts(ctx, owner, peer)
		if err != nil {
			return t, err
		}
		t.Notify, t.PinnedMessage, t.Folder = f.Notify, f.PinnedMessage, f.Folder
		if t.Scheduled, err = c.Scheduled.Any(ctx, owner, peer); err != nil {
			return t, err
		}
		if t.Untranslated, err = c.Translate.Hidden(ctx, owner, peer); err != nil || peer.Channel() == 0 {
			return t, err
		}
		d, err := c.Dialogs.GetNow(ctx, owner, peer)
		if err != nil {
			return t, err
		}
		mark, err := c.Messages.ReadMark(ctx, owner, peer.Channel())
		t.ReadInbox, t.Unread, t.ReadOutbox = mark.MaxID, int32(mark.Unread), d.ReadOutbox
		return t, err
	}
}
