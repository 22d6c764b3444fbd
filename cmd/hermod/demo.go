package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"hermod/internal/config"
	"hermod/internal/demo"
	"hermod/internal/server"
)

type demoCmd struct {
	common
	Address string `help:"Where the server listens (default: as configured)." placeholder:"HOST:PORT"`
}

// Help implements kong.HelpProvider.
func (*demoCmd) Help() string {
	return "The server has to be running, to be fresh, and to take test numbers: 'hermod serve --test-numbers'."
}

// Run implements the command.
func (d *demoCmd) Run(ctx context.Context) error {
	cfg, err := d.load(nil)
	if err != nil {
		return err
	}
	key, err := os.ReadFile(filepath.Join(cfg.Data, server.PublicKeyFile))
	if err != nil {
		return fmt.Errorf("%w: start the server first, with the same data directory", err)
	}
	return demo.Fill(ctx, demo.Options{Address: d.address(cfg), Key: key, Bot: d.bot, Out: os.Stdout})
}

// address is where the server is reached from this machine.
func (d *demoCmd) address(cfg config.Config) string {
	if d.Address != "" {
		return d.Address
	}
	host, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil || host == "" || host == "0.0.0.0" || host == "::" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// bot makes the bot of the small world.
func (d *demoCmd) bot(ctx context.Context) (token string, err error) {
	err = d.withCore(ctx, func(core *server.Core) error {
		_, token, err = core.Auth.CreateBot(ctx, 0, demo.BotName, demo.BotUsername)
		return err
	})
	return token, err
}
