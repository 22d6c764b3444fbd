package server

import (
	"context"

	"golang.org/x/sync/errgroup"

	apidialogs "hermod/internal/api/dialogs"
	"hermod/internal/api/media"
	"hermod/internal/api/previews"
	"hermod/internal/api/render"
	apireports "hermod/internal/api/reports"
	apischeduled "hermod/internal/api/scheduled"
	apithreads "hermod/internal/api/threads"
	apitopics "hermod/internal/api/topics"
	"hermod/internal/api/view"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/preview"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/scheduled"
	"hermod/internal/domain/threads"
	"hermod/internal/domain/topics"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// Timed is the part of the domain that does things by itself, and what grows around messages of channels.
type Timed struct {
	Topics    *topics.Service
	Threads   *threads.Service
	Scheduled *scheduled.Service
	attacher  *preview.Attacher
}

// buildTimed comes after everything that it hears of.
func (c *Core) buildTimed() {
	c.Topics = topics.New(c.DB, c.Bus, c.Updates, c.Messages, c.Channels)
	c.Threads = threads.New(threads.Options{
		DB: c.DB, Bus: c.Bus, Log: c.Updates, Messages: c.Messages, Channels: c.Channels, Viewed: c.Stats.Viewed,
	})
	c.Scheduled = scheduled.New(scheduled.Options{
		DB: c.DB, Bus: c.Bus, Log: c.Updates, Users: c.Users, Messages: c.Messages, Files: c.Files,
		Shared:      c.sharesPosts,
		GroupPeriod: c.groupPeriod, ChannelPeriod: c.channelPeriod,
	})
	c.attacher = preview.NewAttacher(c.Previews, c.Updates, c.Messages, c.mayEmbed)
}

// mayEmbed tells whether somebody may have previews below what he writes into a group or channel.
func (c *Core) mayEmbed(ctx context.Context, user ids.User, peer ids.Peer) (bool, error) {
	if peer.Chat() != 0 {
		v, err := c.Groups.See(ctx, user, peer.Chat())
		return v.May(rights.EmbedLinks), err
	}
	v, err := c.Channels.Look(ctx, user, peer.Channel())
	return v.Broadcast || v.Me.IsAdmin() || !v.Forbidden().Any(rights.EmbedLinks), err
}

// sharesPosts tells whether a channel is one of posts. It fails for a user who does not post there.
func (c *Core) sharesPosts(ctx context.Context, user ids.User, ch ids.Channel) (bool, error) {
	v, err := c.Channels.See(ctx, user, ch)
	if err == nil && v.Broadcast && !v.Can(rights.AdminPostMessages) {
		err = rights.ErrAdminRequired
	}
	return v.Broadcast, err
}

func (c *Core) groupPeriod(ctx context.Context, chat ids.Chat) (int32, error) {
	g, err := c.Groups.One(ctx, chat)
	return g.Period, err
}

func (c *Core) channelPeriod(ctx context.Context, ch ids.Channel) (int32, error) {
	found, err := c.Channels.One(ctx, ch)
	return found.Period, err
}

// startTimed starts what goes on by itself.
func (c *Core) startTimed(g *errgroup.Group, ctx context.Context) {
	g.Go(func() error { return ended(ctx, c.Scheduled.Run(ctx)) })
	g.Go(func() error { return ended(ctx, c.Threads.Run(ctx)) })
	g.Go(func() error { return ended(ctx, c.Previews.Run(ctx)) })
	g.Go(func() error { return ended(ctx, c.attacher.Run(ctx)) })
}

// topicDraft shows what somebody has begun to write into a topic.
type topicDraft func(ctx context.Context, viewer ids.User, peer ids.Peer, topic ids.Message) (tg.DraftMessageClass, error)

// timed makes the handlers of what is in Timed, of previews, translations and reports. Package chats hands over to the
// first of them what is to be sent later.
func (s *Server) timed(
	v *view.View, shown *render.Renderer, codec *media.Codec, draft topicDraft,
) (*apischeduled.Handlers, []rpc.Module) {
	c := s.core
	later := apischeduled.New(apischeduled.Options{
		Scheduled: c.Scheduled, Messages: c.Messages, View: v, Render: shown, MediaFrom: codec.From,
		GroupPeriod: func(ctx context.Context, by ids.User, chat ids.Chat, period int32) ([]groups.Written, error) {
			r, err := c.Groups.SetPeriod(ctx, by, chat, period)
			return r.Written, err
		},
		ChannelPeriod: func(ctx context.Context, by ids.User, ch ids.Channel, period int32) ([]groups.Written, error) {
			r, err := c.Channels.SetPeriod(ctx, by, ch, period)
			return r.Written, err
		},
	})
	return later, []rpc.Module{
		later,
		apithreads.New(apithreads.Options{
			Threads: c.Threads, Messages: c.Messages, View: v, Render: shown, AllRead: c.allTopicsRead,
		}),
		apitopics.New(apitopics.Options{
			Topics: c.Topics, Messages: c.Messages, View: v, Render: shown, Notify: c.topicNotify,
			UnreadReactions: c.Reactions.UnreadInThreads, ViewForum: c.Channels.SetViewForum, Draft: draft,
		}),
		previews.New(previews.Options{
			Pages: c.Previews, Translate: c.Translate, Messages: c.Messages, View: v, Text: shown.Text, Entities: render.Entities,
		}),
		apireports.New(apireports.Options{Reports: c.Reports, Messages: c.Messages, View: v, Moderates: c.moderates}),
	}
}

// topicNotify shows how somebody wants to be told of a topic.
func (c *Core) topicNotify(ctx context.Context, viewer ids.User, peer ids.Peer, topic ids.Message) (*tg.PeerNotifySettings, error) {
	n, err := c.Dialogs.NotifyNow(ctx, viewer, dialogs.Target{Scope: dialogs.ScopePeer, Peer: peer, Thread: topic})
	return apidialogs.NotifyTo(n), err
}

// allTopicsRead tells whether somebody has read all topics of a forum; of other groups it does not.
func (c *Core) allTopicsRead(ctx context.Context, viewer ids.User, ch ids.Channel) (bool, error) {
	found, err := c.Channels.One(ctx, ch)
	if err != nil || !found.Forum {
		return false, err
	}
	return c.Topics.AllRead(ctx, viewer, ch)
}

// moderates fails unless user may remove messages of others.
func (c *Core) moderates(ctx context.Context, user ids.User, ch ids.Channel) error {
	_, err := c.Channels.CheckAdmin(ctx, ch, user, rights.AdminDeleteMessages)
	return err
}
