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
	"hermod/internal/domain/contacts"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
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
	Dialogs  *dialogs.Service
	Messages *messages.Service
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
	options.Deleted = func(ctx context.Context, tx *db.Tx, u ids.User) error { return c.Contacts.Forget(ctx, tx, u) }
	if c.Auth, err = auth.New(ctx, c.DB, c.Bus, c.Users, c.Updates, options); err != nil {
		return err
	}
	if c.Contacts, err = contacts.New(ctx, c.DB, c.Users, c.Updates); err != nil {
		return err
	}
	c.Dialogs = dialogs.New(c.DB, c.Updates)
	c.Users.TellPartners(c.Dialogs.Partners)
	c.Messages = messages.New(c.DB, c.Bus, c.Updates, c.Dialogs, c.Users)
	return nil
}

// Close closes the database. Nothing may be running on c any more.
func (c *Core) Close() error {
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
