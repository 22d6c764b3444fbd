package server

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/api/reactions"
	"hermod/internal/api/render"
	apistickers "hermod/internal/api/stickers"
	"hermod/internal/api/view"
	"hermod/internal/domain/stickers"
)

// Expression is what people decorate their words and chats with.
type Expression struct {
	Stickers *stickers.Service
}

// buildExpression makes stickers.
func (c *Core) buildExpression(ctx context.Context) (err error) {
	c.Stickers, err = stickers.New(ctx, c.DB, c.Updates, c.Files)
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
