// Package server builds, runs and stops everything. It is the one package that knows all others: what they
// declare as interfaces meets here, in small adapters, and nothing else does.
package server

import (
	"context"
	"errors"
	"fmt"
	"os"

	"hermod/internal/blob"
	"hermod/internal/bus"
	"hermod/internal/config"
	"hermod/internal/db"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/external"
	"hermod/internal/domain/files"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/photos"
	"hermod/internal/domain/polls"
	"hermod/internal/domain/preview"
	"hermod/internal/domain/push"
	"hermod/internal/domain/reactions"
	"hermod/internal/domain/reports"
	"hermod/internal/domain/scan"
	"hermod/internal/domain/secretchats"
	"hermod/internal/domain/stand"
	"hermod/internal/domain/stats"
	"hermod/internal/domain/translate"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// A Core is the domain without any listener. The command line works with one beside a running server.
type Core struct {
	DB       *db.DB
	Bus      *bus.Local
	Files    *files.Service
	store    *blob.Store
	Photos   *photos.Service
	Updates  *updates.Log
	Users    *users.Service
	Auth     *auth.Service
	Contacts *contacts.Service
	Lists
	Groups   *groups.Service
	Channels *channels.Service
	Invites  *invites.Service
	Stats    *stats.Service
	Messages *messages.Service

	Stands    *stand.Stands
	Reactions *reactions.Service
	Polls     *polls.Service

	Secret    *secretchats.Service
	Previews  *preview.Service
	Scan      *scan.Service
	External  *external.Service
	Maps      *external.Maps
	Reports   *reports.Service
	Translate *translate.Service
	Push      *push.Service // nil without a server around it
	Timed                   // what happens at its time, and threads
	Expression
}

// OpenCore opens the database, which it brings to the newest schema, and builds the domain on it.
func OpenCore(ctx context.Context, cfg config.Config, o Options) (*Core, error) {
	if err := makeDataDir(cfg.Data); err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, cfg.Database())
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	c := &Core{DB: d, Bus: bus.NewLocal()}
	if err := c.build(ctx, cfg, o); err != nil {
		return nil, errors.Join(err, c.closeStore(), d.Close())
	}
	return c, nil
}

func (c *Core) build(ctx context.Context, cfg config.Config, o Options) error {
	if err := c.openFiles(ctx, cfg); err != nil {
		return err
	}
	c.Updates = updates.New(c.DB, c.Bus)
	c.Users = users.New(c.DB, c.Bus, c.Updates)
	c.buildPhotos()
	c.buildExternal(cfg.External)
	options, err := authOptions(cfg, o.Codes)
	if err != nil {
		return err
	}
	options.Deleted, options.Ended = c.forget, c.forgetDevice
	if c.Auth, err = auth.New(ctx, c.DB, c.Bus, c.Users, c.Updates, options); err != nil {
		return err
	}
	if c.Contacts, err = contacts.New(ctx, c.DB, c.Users, c.Updates); err != nil {
		return err
	}
	c.buildDialogs()
	c.Previews = preview.New(c.DB, strangers(cfg.Previews))
	c.Reports, c.Translate = reports.New(c.DB), translate.New(c.DB, translator(cfg.Translate))
	if err := c.buildScan(cfg.Scan); err != nil {
		return err
	}
	c.Groups = groups.New(c.DB, c.Bus, c.Updates, c.Users)
	c.Channels = channels.New(c.DB, c.Bus, c.Updates, c.Users, c.Dialogs, c.Groups)
	c.Invites = invites.New(c.DB, c.Updates, c.Users, c.Channels)
	c.Stats = stats.New(c.DB, c.Bus, c.Channels)
	c.Contacts.OnRemove(c.Photos.DropPersonal)
	c.Groups.KeepPhotos(c.Photos.Swap)
	c.Channels.KeepPhotos(c.Photos.Swap)
	c.Users.OnRename(c.Channels.Renamed)
	c.Users.AskMembers(c.Groups.InWhich)
	c.Messages = messages.New(c.DB, c.Bus, c.Updates, c.Dialogs, c.Users)
	c.Messages.SetCommunities(c.Groups, c.Channels)
	c.Groups.SetScribe(c.Messages)
	c.Channels.SetScribe(c.Messages)
	c.buildFolders()
	c.Stands = stand.New(c.Groups, c.Channels)
	c.Reactions = reactions.New(c.DB, c.Updates, c.Messages, c.Stands)
	c.Polls = polls.New(c.DB, c.Updates, c.Messages, c.Stands)
	c.buildTimed()
	c.holdFiles()
	c.buildSecret(cfg)
	if err := c.buildExpression(ctx); err != nil {
		return err
	}
	return nil
}

// forget drops what other packages keep about an account that is being deleted.
func (c *Core) forget(ctx context.Context, tx *db.Tx, u ids.User) error {
	for _, forget := range []func(context.Context, *db.Tx, ids.User) error{
		c.Groups.Forget, c.Channels.Forget, c.Contacts.Forget, c.Reactions.Forget, c.Secret.Forget,
		c.Stickers.Forget, c.Looks.Forget,
		c.Photos.Forget,
	} {
		if err := forget(ctx, tx, u); err != nil {
			return err
		}
	}
	if err := push.Forget(ctx, tx, u); err != nil {
		return err
	}
	return c.Messages.Forget(ctx, tx, u.Peer())
}

// forgetDevice drops what other packages keep about a device on which a user is not signed in any more.
func (c *Core) forgetDevice(ctx context.Context, tx *db.Tx, u ids.User, key ids.AuthKey) error {
	if err := push.Ended(ctx, tx, key); err != nil {
		return err
	}
	return c.Secret.Ended(ctx, tx, u, key)
}

// Close closes the database. Nothing may be running on c any more.
func (c *Core) Close() error {
	if c.Push != nil {
		c.Push.Close()
	}
	c.Stats.Close()
	c.Auth.Close()
	c.Users.Close()
	return errors.Join(c.closeStore(), c.DB.Close())
}

// makeDataDir makes the directory for whoever runs the server, and nobody else.
func makeDataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}
