package server

import (
	"context"
	"io"

	"hermod/internal/api/file"
	"hermod/internal/api/media"
	"hermod/internal/db"
	"hermod/internal/domain/ids"
)

// holdFiles has messages, those that wait for their time and pages hold the files that they show.
func (c *Core) holdFiles() {
	c.Messages.SetFiles(c.Files)
	c.Channels.OnEnd(func(ctx context.Context, tx *db.Tx, ch ids.Channel) error {
		return c.Messages.Forget(ctx, tx, ch.Peer())
	})
	c.Previews.SetPictures(c.pagePicture, c.Files)
	c.Files.HeldBy("messages", c.Messages.Held)
	c.Files.HeldBy("scheduled messages", c.Scheduled.Held)
	c.Files.HeldBy("web pages", c.Previews.Held)
}

// pagePicture keeps the picture of a page as a photo of the server.
func (c *Core) pagePicture(ctx context.Context, r io.Reader) (int64, error) {
	b, err := c.Files.Put(ctx, 0, r)
	if err != nil {
		return 0, err
	}
	f, err := c.Photos.FromBlob(ctx, 0, b)
	return f.ID, err
}

// mediaFiles is what media that are files need.
func (c *Core) mediaFiles(forms *file.Forms) media.Files {
	return media.Files{
		Files: c.Files, Forms: forms, Photo: c.Photos.FromUpload, Thumbs: c.Photos.Thumbs, External: c.External.File,
		Silent: c.Photos.Silent, Attach: c.attachStickers,
	}
}

// attachStickers notes which stickers are on a photo or video.
func (c *Core) attachStickers(ctx context.Context, f int64, stickers []int64) error {
	return c.DB.Write(ctx, func(tx *db.Tx) error { return c.Stickers.Attach(ctx, tx, f, stickers) })
}

// stickerToTop puts the set of a sticker that user has sent before his others.
func (c *Core) stickerToTop(ctx context.Context, user ids.User, f int64) error {
	sticker, err := c.Files.One(ctx, f)
	if err != nil || sticker.Set == 0 {
		return err
	}
	return c.Stickers.ToTop(ctx, user, sticker.Set)
}
