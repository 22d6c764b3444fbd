package server

import (
	"context"

	"hermod/internal/api/chats"
	apidialogs "hermod/internal/api/dialogs"
	apifolders "hermod/internal/api/folders"
	"hermod/internal/api/people"
	"hermod/internal/api/render"
	"hermod/internal/api/search"
	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/folders"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/users"
	"hermod/internal/rpc"
)

// Lists are the list of chats, its archive and its folders.
type Lists struct {
	Dialogs *dialogs.Service
	Keeper  *dialogs.Keeper
	Folders *folders.Service
}

// buildDialogs makes the list of chats. Groups and channels come later.
func (c *Core) buildDialogs() {
	c.Dialogs = dialogs.New(c.DB, c.Updates)
	c.Dialogs.AskPrivacy(func(ctx context.Context, u ids.User) (users.GlobalPrivacy, error) {
		me, err := c.Users.One(ctx, u)
		return me.Settings.Privacy, err
	})
	c.Keeper = dialogs.NewKeeper(c.Dialogs, c.Users)
	c.Users.TellPartners(c.Dialogs.Partners)
}

// buildFolders makes the folders, whose links lead into groups and channels.
func (c *Core) buildFolders() {
	c.Folders = folders.New(c.DB, c.Updates, c.Groups, c.Channels)
}

// lists makes the handlers of the list of chats, of folders and of searching.
func (s *Server) lists(v *view.View, shown *render.Renderer, chat *chats.Handlers) (*apidialogs.Handlers, []rpc.Module) {
	c := s.core
	list := apidialogs.New(apidialogs.Options{Messages: c.Messages, Channels: c.Channels, View: v, Render: shown, State: chat.State})
	return list, []rpc.Module{
		list,
		apifolders.New(apifolders.Options{
			Folders: c.Folders, Dialogs: c.Dialogs, View: v, Render: shown, LinkPrefix: s.linkPrefix(),
		}),
		search.New(search.Options{Messages: c.Messages, Channels: c.Channels, View: v, Render: shown}),
	}
}

// facts tells people what is known about a chat.
func facts(h *apidialogs.Handlers) func(context.Context, ids.User, ids.Peer) (people.ChatFacts, error) {
	return func(ctx context.Context, owner ids.User, peer ids.Peer) (people.ChatFacts, error) {
		f, err := h.Facts(ctx, owner, peer)
		return people.ChatFacts{Notify: f.Notify, PinnedMessage: f.PinnedMessage, Folder: f.Folder, TTL: f.Period}, err
	}
}
