// Command hermod is the server and everything an operator needs beside it.
package main

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"hermod/internal/config"
)

// version is set when a release is built.
var version = "dev"

type commands struct {
	Serve   serveCmd   `cmd:"" help:"Run the server."`
	User    userCmd    `cmd:"" help:"List, create and delete accounts, and issue sign-in codes."`
	Bot     botCmd     `cmd:"" help:"Create bots."`
	Demo    demoCmd    `cmd:"" help:"Fill a fresh server that takes test numbers with people and chats to look at."`
	Reports reportsCmd `cmd:"" help:"List what people have reported, and put it away."`

	Quarantine quarantineCmd `cmd:"" help:"List, save, clear and drop malware that people tried to send."`

	Config  configCmd  `cmd:"" help:"Print a configuration file with every setting, its documentation and its default."`
	Doctor  doctorCmd  `cmd:"" help:"Check configuration, clock, keys, storage and reachability, and say what to do."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// common are the flags of all commands that work with an installation.
type common struct {
	Config string  `help:"Configuration file. 'hermod config' prints one." placeholder:"FILE" env:"HERMOD_CONFIG" type:"path"`
	Data   *string `help:"Directory for keys, files and the embedded database (default: data)." placeholder:"DIR"`
	DB     *string `name:"db" help:"Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME (default: SQLite in the data directory)." placeholder:"URL"`
}

// load reads the configuration: defaults, file, environment, and these flags over all.
func (c common) load(more func(*config.Config)) (config.Config, error) {
	return config.Load(c.Config, os.Environ(), func(cfg *config.Config) {
		override(&cfg.Data, c.Data)
		override(&cfg.DB, c.DB)
		if more != nil {
			more(cfg)
		}
	})
}

// override sets a setting whose flag was given.
func override[T any](setting, flag *T) {
	if flag != nil {
		*setting = *flag
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cmds commands
	parser := kong.Must(&cmds,
		kong.Name("hermod"),
		kong.Description("A messenger server of your own, for the clients and bots made for Telegram.\n\n"+
			"Start with 'hermod serve'. Every setting can stand in a file, in the environment (HERMOD_LISTEN) or in a flag."),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	parsed, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)
	if err := parsed.Run(); err != nil {
		stop()
		parser.Fatalf("%s", indent(err.Error()))
	}
}

// indent keeps an error of several lines together.
func indent(s string) string { return strings.ReplaceAll(s, "\n", "\n  ") }
