package server

import (
	"context"

	"hermod/internal/api/file"
	"hermod/internal/api/photos"
	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	domain "hermod/internal/domain/photos"
	"hermod/internal/images"
)

// buildPhotos makes what makes and keeps photos. It comes after the files and the users.
func (c *Core) buildPhotos() {
	c.Photos = domain.New(c.DB, c.Updates, c.Files, c.Users, images.New(images.Options{}))
}

// photos makes the handlers of profile photos, and has v show photos.
func (s *Server) photos(v *view.View, forms *file.Forms) *photos.Handlers {
	c := s.core
	v.SetAlbum(view.Album{Photos: c.Photos, Forms: forms, DC: s.cfg.DC})
	return photos.New(photos.Options{
		Photos: c.Photos, Users: c.Users, Groups: c.Groups, Channels: c.Channels, View: v, Forms: forms,
		Suggest: func(ctx context.Context, from, to ids.User, photo int64) error {
			_, err := c.Messages.Suggest(ctx, from, to, photo)
			return err
		},
	})
}
