package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"

	"hermod/internal/config"
	"hermod/internal/server"
)

type serveCmd struct {
	common
	Listen        *string  `help:"Address that clients connect to (default: :8080)." placeholder:"HOST:PORT"`
	PublicAddress *string  `help:"Address that clients are told to use (default: the one by which each reached us)." placeholder:"HOST[:PORT]"`
	DC            *int32   `name:"dc" help:"Data centre number to recommend, 1 to 5 (default: 2)." placeholder:"N"`
	TestNumbers   *bool    `help:"Accept test numbers 99966XYYYY with the code XXXXX. For tests only." negatable:""`
	CodeSender    *string  `help:"How sign-in codes are sent: log, smtp or webhook (default: log)." placeholder:"NAME"`
	AdminListen   *string  `help:"Address for metrics, health and profiles (default: 127.0.0.1:8081; '' for none)." placeholder:"HOST:PORT"`
	TLSCert       *string  `name:"tls-cert" help:"Certificate chain for TLS, PEM." placeholder:"FILE"`
	TLSKey        *string  `name:"tls-key" help:"Private key for TLS, PEM." placeholder:"FILE"`
	ProxyFrom     []string `help:"Addresses or networks whose PROXY protocol v2 headers are believed." placeholder:"NETWORK"`
	LogLevel      *string  `help:"debug, info, warn or error (default: info)." placeholder:"LEVEL"`
}

// Run implements the command.
func (s *serveCmd) Run(ctx context.Context) error {
	cfg, err := s.load(s.apply)
	if err != nil {
		return err
	}
	collectEarly()
	log := newLogger(os.Stderr, cfg.Log)
	srv, err := server.New(ctx, cfg, server.Options{Version: version, Log: log, Codes: os.Stdout})
	if err != nil {
		return err
	}
	welcome(os.Stdout, srv)
	return srv.Run(ctx)
}

// collectEarly lets the garbage collector run when the memory in use has grown by half, where Go waits until it has
// doubled: pieces of files come and go fast, and a small machine has more time than memory. GOGC says otherwise.
func collectEarly() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

func (s *serveCmd) apply(cfg *config.Config) {
	override(&cfg.Listen, s.Listen)
	override(&cfg.PublicAddress, s.PublicAddress)
	override(&cfg.DC, s.DC)
	override(&cfg.TestNumbers, s.TestNumbers)
	override(&cfg.Codes.Sender, s.CodeSender)
	override(&cfg.Admin.Listen, s.AdminListen)
	override(&cfg.TLS.Cert, s.TLSCert)
	override(&cfg.TLS.Key, s.TLSKey)
	override(&cfg.Log.Level, s.LogLevel)
	if s.ProxyFrom != nil {
		cfg.Proxy.From = s.ProxyFrom
	}
}

// newLogger writes to w as configured.
func newLogger(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // checked with the configuration
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// welcome tells whoever started the server how to get in.
func welcome(w io.Writer, srv *server.Server) {
	host, port := srv.Address()
	fmt.Fprintf(w, `Hermod %s is ready.

  Address      %s
  Data centre  %d
  Public key   %s
  Fingerprint  %016x
  Page         http://%s/

`, version, net.JoinHostPort(host, port), srv.DC(), srv.PublicKeyFile(), uint64(srv.Fingerprint()), net.JoinHostPort(host, port))
	fmt.Fprintln(w, signInHint(srv.Config()))
}

// signInHint says where the first code will be found.
func signInHint(cfg config.Config) string {
	const how = "Open the page in a browser: it is the messenger, and /connect on it has the lines that point each client library here.\n" +
		"Sign in with any phone number of yours; "
	switch {
	case cfg.TestNumbers:
		return how + "test numbers 99966XYYYY take the code XXXXX (X five times): 9996610001 takes 11111.\n" +
			"Anybody can sign in with those: do without --test-numbers on a server for people."
	case cfg.Codes.Sender == "log":
		return how + "codes appear here. For a server with users, set codes.sender to smtp or webhook ('hermod config')."
	}
	return how + "codes are sent by " + cfg.Codes.Sender + "."
}
