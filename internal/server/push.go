package server

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"

	"hermod/internal/api/view"
	"hermod/internal/config"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/push"
	"hermod/internal/guard"
	"hermod/internal/tl/tg"
)

// buildPush makes what pushes to browsers.
func (s *Server) buildPush(ctx context.Context, v *view.View) (err error) {
	c := s.core
	o := push.Options{
		DB: c.DB, Bus: c.Bus, Dialogs: c.Dialogs, Presence: c.Users.Presence(), Log: cmp.Or(s.log, slog.Default()),
		Contact: s.pushContact(), Secret: c.Secret.Find,
		Trusted: func(host string) bool { return slices.Contains(s.cfg.Push.Trusted, host) },
		Name: func(ctx context.Context, viewer ids.User, peer ids.Peer) (string, error) {
			return s.nameOf(ctx, v, viewer, peer)
		},
		Question: s.questionOf, Emoji: s.emojiOf,
		Broadcast: func(ctx context.Context, ch ids.Channel) (bool, error) {
			found, err := c.Channels.One(ctx, ch)
			return found.Broadcast, err
		},
	}
	if caller := pushCaller(s.cfg.Push); caller != nil {
		o.Caller = caller
	}
	c.Push, err = push.New(ctx, o)
	return err
}

// pushContact is the address of whoever runs this server. Push services take https and e-mail.
func (s *Server) pushContact() string {
	host, _ := s.addrs.hostPort()
	if s.cfg.Push.Contact != "" {
		return s.cfg.Push.Contact
	}
	if link := s.linkPrefix(); strings.HasPrefix(link, "https:") {
		return link
	}
	return "hermod@" + host
}

func pushCaller(cfg config.Push) *guard.Client {
	if !fetches(cfg.Mode) {
		return nil
	}
	return guard.New(cfg.Trusted...)
}

func (s *Server) questionOf(ctx context.Context, poll int64) (string, error) {
	found, err := s.core.Polls.See(ctx, 0, []int64{poll})
	if p, ok := found[poll]; ok {
		return p.Question.String, err
	}
	return "", err
}

func (s *Server) emojiOf(ctx context.Context, file int64) (string, error) {
	found, err := s.core.Files.Get(ctx, file)
	if f, ok := found[file]; ok && f.Sticker != nil {
		return f.Sticker.Alt, err
	}
	return "", err
}

// nameOf is what viewer calls a person, or the title of a group or channel.
func (s *Server) nameOf(ctx context.Context, v *view.View, viewer ids.User, peer ids.Peer) (string, error) {
	switch {
	case peer.Channel() != 0:
		ch, err := s.core.Channels.One(ctx, peer.Channel())
		return ch.Title, err
	case peer.Chat() != 0:
		g, err := s.core.Groups.One(ctx, peer.Chat())
		return g.Title, err
	}
	shown, err := v.User(ctx, viewer, peer.User())
	u, ok := shown.(*tg.User)
	if err != nil || !ok {
		return "", err
	}
	var name string
	for _, part := range []*string{u.FirstName, u.LastName} {
		if part != nil && *part != "" {
			name += " " + *part
		}
	}
	return cmp.Or(name, " ")[1:], nil
}
