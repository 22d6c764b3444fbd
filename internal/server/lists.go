package server

import (
	"cmp"
	"context"

	"hermod/internal/api/chats"
	apidialogs "hermod/internal/api/dialogs"
	apifolders "hermod/internal/api/folders"
	"hermod/internal/api/looks"
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

// people are the handlers of what is about people.
func (s *Server) people(v *view.View, look *looks.Handlers, list *apidialogs.Handlers) rpc.Module {
	c := s.core
	return people.New(people.Options{
		Users: c.Users, Contacts: c.Contacts, View: v, Reports: c.Reports, Facts: c.facts(list, look), Partners: c.Dialogs.Partners,
		Public: c.findPublic, Rated: c.rated, Unrate: c.Messages.Unrate, PersonalChannel: c.personalChannel, Common: c.common,
		ContactLink: s.linkPrefix() + "contact/",
	})
}

// findPublic finds groups and channels by the words of their titles.
func (c *Core) findPublic(ctx context.Context, user ids.User, query string, limit int) (joined, public []ids.Peer, err error) {
	mine, err := c.Groups.Peers(ctx, user)
	if err != nil {
		return nil, nil, err
	}
	var channels []ids.Channel
	var chats []ids.Chat
	for _, p := range mine {
		if p.Channel() != 0 {
			channels = append(channels, p.Channel())
		} else {
			chats = append(chats, p.Chat())
		}
	}
	ofChannels, err := c.Channels.Get(ctx, channels...)
	if err != nil {
		return nil, nil, err
	}
	ofGroups, err := c.Groups.Get(ctx, chats...)
	if err != nil {
		return nil, nil, err
	}
	for _, g := range ofGroups {
		if len(joined) < limit && !g.Deleted() && users.Begins(g.Title, query) {
			joined = append(joined, g.ID.Peer())
		}
	}
	for _, ch := range ofChannels {
		if len(joined) < limit && users.Begins(ch.Title+" "+ch.Username(), query) {
			joined = append(joined, ch.ID.Peer())
		}
	}
	public, err = c.Users.FindPublic(ctx, query, limit)
	return joined, public, err
}

// rated tells in which chats somebody writes most, and of which kind they are.
func (c *Core) rated(ctx context.Context, user ids.User) ([]people.Rating, error) {
	list, err := c.Messages.Rated(ctx, user)
	if err != nil {
		return nil, err
	}
	out := make([]people.Rating, 0, len(list))
	for _, r := range list {
		one := people.Rating{Peer: r.Peer, Kind: "groups", Rating: r.Score}
		switch u := r.Peer.User(); {
		case r.Broadcast:
			one.Kind = "channels"
		case u != 0:
			one.Kind = "users"
			who, err := c.Users.Get(ctx, u)
			if err != nil {
				return nil, err
			}
			if len(who) == 0 || who[0].Deleted() || u == ids.Service {
				continue
			}
			if who[0].Bot {
				one.Kind = "bots"
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// personalChannel returns the last post of a channel that user may show as his own: a public one of which he is an admin.
func (c *Core) personalChannel(ctx context.Context, user ids.User, ch ids.Channel) (ids.Message, error) {
	refusal := rpc.BadRequest("CHANNEL_INVALID")
	list, err := c.Channels.Get(ctx, ch)
	if err != nil || len(list) == 0 || list[0].Deleted() || !list[0].Broadcast || !list[0].Public() {
		return 0, cmp.Or(err, error(refusal))
	}
	me, err := c.Channels.Member(ctx, nil, ch, user)
	if err != nil || !me.In() || !me.IsAdmin() {
		return 0, cmp.Or(err, error(refusal))
	}
	d, err := c.Dialogs.GetNow(ctx, user, ch.Peer())
	return d.Top, err
}

// common counts the groups that both are in.
func (c *Core) common(ctx context.Context, a, b ids.User) (int, error) {
	peers, err := c.Groups.Common(ctx, a, b)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, p := range peers {
		if ch := p.Channel(); ch != 0 {
			list, err := c.Channels.Get(ctx, ch)
			if err != nil {
				return 0, err
			}
			if len(list) == 0 || list[0].Broadcast {
				continue
			}
		}
		n++
	}
	return n, nil
}

// facts tells people what is known about a chat.
func (c *Core) facts(h *apidialogs.Handlers, look *looks.Handlers) func(context.Context, ids.User, ids.Peer) (people.ChatFacts, error) {
	return func(ctx context.Context, owner ids.User, peer ids.Peer) (people.ChatFacts, error) {
		f, err := h.Facts(ctx, owner, peer)
		if err != nil {
			return people.ChatFacts{}, err
		}
		scheduled, err := c.Scheduled.Any(ctx, owner, peer)
		if err != nil {
			return people.ChatFacts{}, err
		}
		l, err := look.Look(ctx, owner, peer)
		return people.ChatFacts{
			Notify: f.Notify, PinnedMessage: f.PinnedMessage, Folder: f.Folder, TTL: f.Period, Scheduled: scheduled,
			Theme: l.Theme, Wallpaper: l.Wallpaper, Overridden: l.Overridden,
		}, err
	}
}
