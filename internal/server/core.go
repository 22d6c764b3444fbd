// Package server builds, runs and stops everything. It is the one package that knows all others: what they
// declare as interfaces meets here, in small adapters, and nothing else does.
package server

import (
	"context"
	"errors"
	"fmt"
	"os"

	"hermod/internal/bus"
	"hermod/internal/config"
	"hermod/internal/db"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/invites"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/polls"
	"hermod/internal/domain/preview"
	"hermod/internal/domain/reactions"
	"hermod/internal/domain/reports"
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

	Previews  *preview.Service
	Reports   *reports.Service
	Translate *translate.Service
	Timed     // what happens at its time, and threads
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
		return nil, errors.Join(err, d.Close())
	}
	return c, nil
}

func (c *Core) build(ctx context.Context, cfg config.Config, o Options) error {
	c.Updates = updates.New(c.DB, c.Bus)
	c.Users = users.New(c.DB, c.Bus, c.Updates)
	options, err := authOptions(cfg, o.Codes)
	if err != nil {
		return err
	}
	options.Deleted = c.forget
	if c.Auth, err = auth.New(ctx, c.DB, c.Bus, c.Users, c.Updates, options); err != nil {
		return err
	}
	if c.Contacts, err = contacts.New(ctx, c.DB, c.Users, c.Updates); err != nil {
		return err
	}
	c.buildDialogs()
	c.Previews = preview.New(c.DB, strangers(cfg))
	c.Reports, c.Translate = reports.New(c.DB), translate.New(c.DB, translator(cfg.Translate))
	c.Groups = groups.New(c.DB, c.Bus, c.Updates, c.Users)
	c.Channels = channels.New(c.DB, c.Bus, c.Updates, c.Users, c.Dialogs, c.Groups)
	c.Invites = invites.New(c.DB, c.Updates, c.Users, c.Channels)
	c.Stats = stats.New(c.DB, c.Bus, c.Channels)
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
	return nil
}

// forget drops what other packages keep about an account that is being deleted.
func (c *Core) forget(ctx context.Context, tx *db.Tx, u ids.User) error {
	for _, forget := range []func(context.Context, *db.Tx, ids.User) error{
		c.Groups.Forget, c.Channels.Forget, c.Contacts.Forget, c.Reactions.Forget,
	} {
		if err := forget(ctx, tx, u); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the database. Nothing may be running on c any more.
func (c *Core) Close() error {
	c.Stats.Close()
	c.Auth.Close()
	c.Users.Close()
	return c.DB.Close()
}

// makeDataDir makes the directory for whoever runs the server, and nobody else.
func makeDataDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}
