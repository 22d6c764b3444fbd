package server

import (
	"context"

	"hermod/internal/api/file"
	apilooks "hermod/internal/api/looks"
	"hermod/internal/api/reactions"
	"hermod/internal/api/render"
	apistickers "hermod/internal/api/stickers"
	"hermod/internal/api/view"
	"hermod/internal/domain/looks"
	"hermod/internal/domain/stickers"
)

// Expression is what people decorate their words and chats with.
type Expression struct {
	Stickers *stickers.Service
	Looks    *looks.Service
}

// buildExpression makes stickers and looks.
func (c *Core) buildExpression(ctx context.Context) (err error) {
	if c.Looks, err = looks.New(ctx, c.DB, c.Updates, c.Files, c.Messages, c.Photos); err != nil {
		return err
	}
	c.Stickers, err = stickers.New(ctx, c.DB, c.Updates, c.Files, c.Messages)
	return err
}

// stickers makes the handlers of sticker sets and of the lists of stickers and GIFs.
func (s *Server) stickers(v *view.View, shown *render.Renderer, forms *file.Forms, r *reactions.Handlers) *apistickers.Handlers {
	c := s.core
	return apistickers.New(apistickers.Options{
		Stickers: c.Stickers, Forms: forms, Users: c.Users, Channels: c.Channels, View: v, Render: shown, DC: s.cfg.DC,
		BuiltIn: r.BuiltIn,
	})
}

// looks makes the handlers of ringtones, wallpapers and themes.
func (s *Server) looks(v *view.View, shown *render.Renderer, forms *file.Forms) *apilooks.Handlers {
	c := s.core
	return apilooks.New(apilooks.Options{
		Looks: c.Looks, Forms: forms, Messages: c.Messages, Groups: c.Groups, Channels: c.Channels, View: v, Render: shown,
	})
}
