package server

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/api/media"
	"hermod/internal/api/polls"
	"hermod/internal/api/previews"
	"hermod/internal/api/reactions"
	"hermod/internal/api/render"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/places"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/todos"
	"hermod/internal/rpc"
	"hermod/internal/tl/tg"
)

// codec makes what reads and shows the media of messages, and has the renderer use it.
func (s *Server) codec(shown *render.Renderer, forms *file.Forms) *media.Codec {
	var codec *media.Codec
	photos := func(ctx context.Context, want []int64) (map[int64]tg.PhotoClass, error) {
		return codec.Photos(ctx, want)
	}
	codec = media.New(media.Options{
		Text: shown.Text, Entities: render.Entities, ResolvePhone: s.core.Contacts.ResolvePhone, Polls: s.core.Polls.See,
		Pages: previews.Pages(s.core.Previews, photos),
		Files: s.core.mediaFiles(forms),
	})
	shown.SetMedia(codec.Media)
	shown.SetPhotos(photos)
	return codec
}

// expressive makes the handlers of polls, to-do lists, live locations and reactions.
func (s *Server) expressive(v *view.View, shown *render.Renderer, codec *media.Codec) (*polls.Handlers, *reactions.Handlers) {
	c := s.core
	p := polls.New(polls.Options{
		Polls: c.Polls, Todos: todos.New(c.DB, c.Messages, c.Stands), Places: places.New(c.DB, c.Messages, c.Stands),
		Messages: c.Messages, View: v, Render: shown, Codec: codec,
	})
	r := reactions.New(reactions.Options{
		Reactions: c.Reactions, Messages: c.Messages, View: v, Render: shown, DC: s.cfg.DC, Report: s.reportReaction,
	})
	return p, r
}

// editMedia is what package chats calls where an edit is about media.
func editMedia(p *polls.Handlers) func(context.Context, *rpc.Call, ids.Peer, *tg.MessagesEditMessage) (tg.UpdatesClass, bool, error) {
	return func(ctx context.Context, call *rpc.Call, peer ids.Peer, in *tg.MessagesEditMessage) (tg.UpdatesClass, bool, error) {
		answer, handled, err := p.EditMedia(ctx, call, peer, in)
		return answer, handled, err
	}
}

// reportReaction keeps a complaint about a reaction.
func (s *Server) reportReaction(ctx context.Context, by ids.User, peer ids.Peer, id ids.Message, of ids.Peer) error {
	return s.core.Reports.Add(ctx, reports.Report{
		Reporter: by, Peer: peer, Author: of, Reason: "reaction", IDs: []ids.Message{id},
	})
}

// doubleTap is the emoji that somebody reacts with by a double tap.
func (c *Core) doubleTap(ctx context.Context, u ids.User) (string, error) {
	r, err := c.Reactions.Default(ctx, u)
	return string(r), err
}
