package server

import (
	"context"
	"time"

	"hermod/internal/api/file"
	"hermod/internal/api/reactions"
	"hermod/internal/api/upload"
	"hermod/internal/blob"
	"hermod/internal/config"
	"hermod/internal/domain/files"
	"hermod/internal/rpc"
)

// openFiles opens the store of files and makes what keeps them.
func (c *Core) openFiles(ctx context.Context, cfg config.Config) (err error) {
	f := cfg.Files
	if c.store, err = blob.Open(ctx, blob.Options{URL: cfg.FileStore(), Key: f.Key, Secret: f.Secret}); err != nil {
		return err
	}
	c.Files, err = files.New(ctx, c.DB, c.store, files.Options{
		MaxSize: int64(f.MaxSize), UserQuota: int64(f.UserQuota), ServerQuota: int64(f.ServerQuota),
		Reference: time.Duration(f.Reference), UploadLife: time.Duration(f.Unfinished), Grace: time.Duration(f.Grace),
	})
	return err
}

func (c *Core) closeStore() error {
	if c.store == nil {
		return nil
	}
	return c.store.Close()
}

// files makes the handlers by which files come and go. Other packages add what they can find to the list.
func (s *Server) files(reacting *reactions.Handlers, others ...upload.Locate) rpc.Module {
	return upload.New(upload.Options{Files: s.core.Files, Locate: append([]upload.Locate{reacting.Locate}, others...)})
}

// forms makes what shows files and reads what clients send to name them.
func (s *Server) forms() *file.Forms { return file.New(s.core.Files, s.cfg.DC) }
