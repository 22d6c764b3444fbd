package server

import (
	"context"

	"hermod/internal/api/channels"
	"hermod/internal/api/chats"
	"hermod/internal/api/groups"
	"hermod/internal/api/invites"
	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/rpc"
)

// communities makes the handlers of groups and channels, and makes both known to v.
func (s *Server) communities(v *view.View, shown *render.Renderer, chat *chats.Handlers) []rpc.Module {
	c := s.core
	v.SetGroups(c.Groups)
	v.SetChannels(c.Channels)
	facts := pageFacts(chat, c.Messages)
	links := invites.New(invites.Options{Invites: c.Invites, View: v, Render: shown, LinkPrefix: s.linkPrefix()})
	return []rpc.Module{
		links,
		groups.New(groups.Options{Groups: c.Groups, View: v, Render: shown, Facts: facts, Invite: links.Invite}),
		channels.New(channels.Options{
			Channels: c.Channels, Groups: c.Groups, Messages: c.Messages, Auth: c.Auth, View: v, Render: shown, Facts: facts,
			LinkPrefix: s.linkPrefix(), DC: s.cfg.DC, Online: chat.Online,
		}),
	}
}

// pageFacts tells the page of a group or channel what chats and messages know about it.
func pageFacts(h *chats.Handlers, m *messages.Service) view.Facts {
	return func(ctx context.Context, owner ids.User, peer ids.Peer) (view.ChatFacts, error) {
		f, err := h.Facts(ctx, owner, peer)
		if err != nil {
			return view.ChatFacts{}, err
		}
		t := view.ChatFacts{Notify: f.Notify, PinnedMessage: f.PinnedMessage, Folder: f.Folder}
		if peer.Channel() == 0 {
			return t, nil
		}
		d, err := m.Dialogs().GetNow(ctx, owner, peer)
		if err != nil {
			return t, err
		}
		mark, err := m.ReadMark(ctx, owner, peer.Channel())
		t.ReadInbox, t.Unread, t.ReadOutbox = mark.MaxID, int32(mark.Unread), d.ReadOutbox
		return t, err
	}
}
