package server

import (
	"context"
	"net"
	"time"

	"hermod/internal/api/boot"
	"hermod/internal/api/chats"
	"hermod/internal/api/dialogs"
	"hermod/internal/api/maps"
	"hermod/internal/api/render"
	"hermod/internal/api/signin"
	"hermod/internal/api/view"
	"hermod/internal/db"
	domain "hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
	"hermod/web"
)

// An api is the handlers and what leads to them.
type api struct {
	router     *rpc.Router
	dispatcher *rpc.Dispatcher
	feed       *chats.Feed
}

// newAPI makes the handlers of all methods.
func newAPI(ctx context.Context, s *Server) (*api, error) {
	key, err := s.core.DB.Secret(ctx, "access")
	if err != nil {
		return nil, err
	}
	c := s.core
	v := view.New(c.Users, c.Contacts, ids.NewAccess(key), c.Messages)
	if err := s.buildPush(ctx, v); err != nil {
		return nil, err
	}
	shown := render.New(v, c.Messages)
	shown.SetForum(c.isForum)
	forms := s.forms()
	album := s.photos(v, forms)
	codec := s.codec(shown, forms)
	voting, reacting := s.expressive(v, shown, codec)
	var list *dialogs.Handlers // made of what needs it
	var lists []rpc.Module
	draft := func(ctx context.Context, viewer ids.User, peer ids.Peer, topic ids.Message) (tg.DraftMessageClass, error) {
		return list.DraftAt(ctx, viewer, domain.Place{Peer: peer, Thread: topic})
	}
	sets, look := s.stickers(v, shown, forms, reacting), s.looks(v, shown, forms)
	later, timed := s.timed(v, shown, codec, draft)
	secret, err := s.secretChats(ctx, v, shown)
	if err != nil {
		return nil, err
	}
	chat := chats.New(chats.Options{
		Devices:  devices{secret},
		Schedule: later.Schedule, ScheduleForward: later.ScheduleForward, EditScheduled: later.EditScheduled,
		Messages: c.Messages, Auth: c.Auth, View: v, Render: shown, MediaFrom: codec.From, MediaTo: codec.To, ToTop: c.stickerToTop,
		EditMedia: editMedia(voting),
		Dialog: func(ctx context.Context, user ids.User, peer ids.Peer) (*tg.Dialog, []ids.Peer, error) {
			return list.Dialog(ctx, user, peer)
		},
		Channels: c.Channels, Joined: c.Groups.Peers, Watch: c.watch, SaveSendAs: c.Channels.SetSendAs,
		Seen: c.Reactions.Seen,
	})
	start, err := boot.New(s.bootOptions(v))
	if err != nil {
		return nil, err
	}
	list, lists = s.lists(v, shown, chat)
	modules := append(append(s.communities(v, shown, chat, list, sets, look.Wallpaper), lists...),
		start,
		signin.New(signin.Options{Auth: c.Auth, View: v, Users: c.Users, Notify: c.notify, Joined: c.joined, Push: c.Push, Log: s.log}),
		s.people(v, look, list),
		chat, voting, reacting, album, sets, look, s.files(reacting, album.Locate, sets.Locate, secret.Locate), maps.New(c.Maps), secret,
	)
	router := rpc.NewRouter(append(modules, timed...)...)
	d, err := rpc.NewDispatcher(rpc.Options{
		Router: router, Identity: identity{c.Auth}, Limiter: limiter(s.cfg.Limits.Rate),
		Metrics: s.metrics, Log: s.log, Context: c.called,
	})
	if err != nil {
		return nil, err
	}
	return &api{router: router, dispatcher: d, feed: chats.NewFeed(chat, c.Users, c.Bus)}, nil
}

func (s *Server) bootOptions(v *view.View) boot.Options {
	return boot.Options{
		DC: s.cfg.DC, Name: s.cfg.Name, Addresses: s.addrs.forCall, LinkPrefix: s.linkPrefix(),
		DH:   boot.DHGroup{G: crypto.G, Prime: crypto.NewGroup().Prime(), Version: 1},
		User: v.User, Peer: v.PeerFromInput, Position: s.core.position, Reaction: s.core.doubleTap,
		WebWords: web.Languages(),
	}
}

// linkPrefix begins links to people here.
func (s *Server) linkPrefix() string {
	scheme := "http://"
	if s.cfg.TLS.Cert != "" {
		scheme = "https://"
	}
	host, port := s.addrs.hostPort()
	return scheme + net.JoinHostPort(host, port) + "/"
}

// called is what happens before each call: the login that it comes by is noted as used.
func (c *Core) called(ctx context.Context, call *rpc.Call) context.Context {
	c.Auth.Touch(call.User, call.Key)
	return withOrigin(ctx, call)
}

// withOrigin puts into the context who causes what a call changes, so that he is not told of it again.
func withOrigin(ctx context.Context, call *rpc.Call) context.Context {
	return updates.WithOrigin(ctx, updates.Origin{Key: call.Key, Session: call.Session})
}

// isForum tells whether a supergroup has topics.
func (c *Core) isForum(ctx context.Context, ch ids.Channel) (bool, error) {
	found, err := c.Channels.One(ctx, ch)
	return found.Forum, err
}

// watch notes that somebody looks at somebody now.
func (c *Core) watch(viewer, user ids.User) { c.Users.Presence().Watch(viewer, user, time.Now()) }

// position returns the pts of a user.
func (c *Core) position(ctx context.Context, u ids.User) (pts int32, err error) {
	err = c.DB.Read(ctx, func(tx *db.Tx) error {
		state, err := c.Updates.State(ctx, tx, u.Peer())
		pts = state.PTS
		return err
	})
	return pts, err
}

// notify sends a plain message from the service account.
func (c *Core) notify(ctx context.Context, u ids.User, message string) error {
	return c.Messages.Notify(ctx, u, text.Text{String: message})
}

// joined tells those who have the number of somebody new that he is here.
func (c *Core) joined(ctx context.Context, u ids.User, phone users.Phone, silent bool) error {
	tell, err := c.Contacts.Joined(ctx, u, phone)
	if err != nil {
		return err
	}
	for _, owner := range tell {
		if err := c.Messages.SignedUp(ctx, owner, u, silent); err != nil {
			return err
		}
	}
	return nil
}
