package server

import (
	"hermod/internal/api/file"
	"hermod/internal/api/media"
)

// holdFiles has messages, those that wait for their time and pages hold the files that they show.
func (c *Core) holdFiles() {
	c.Messages.SetFiles(c.Files)
	c.Files.HeldBy("messages", c.Messages.Held)
	c.Files.HeldBy("scheduled messages", c.Scheduled.Held)
	c.Files.HeldBy("web pages", c.Previews.Held)
}

// mediaFiles is what media that are files need.
func (c *Core) mediaFiles(forms *file.Forms) media.Files {
	return media.Files{Files: c.Files, Forms: forms}
}
