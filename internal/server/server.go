package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"hermod/internal/bus"
	"hermod/internal/config"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/updates"
	"hermod/internal/gateway"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/rpc"
	"hermod/internal/site"
	"hermod/internal/tl/tg"
	"hermod/web"
)

// Options are what a server is given beside its configuration.
type Options struct {
	Version string
	Log     *slog.Logger
	Codes   io.Writer // where the code sender "log" writes
}

// A Server is a whole installation in one process. Make it with New, then Run it once.
type Server struct {
	cfg      config.Config
	log      *slog.Logger
	core     *Core
	key      *crypto.PrivateKey
	api      *api
	gateway  *gateway.Gateway
	listener net.Listener
	admin    net.Listener // nil: none
	addrs    addresses
	health   *health
	metrics  *prometheus.Registry
}

// New opens the data directory and the database, makes the key on the first start, and listens: connections are taken
// from now on and served when Run is called. Its errors are for the operator to read.
func New(ctx context.Context, cfg config.Config, o Options) (*Server, error) {
	core, err := OpenCore(ctx, cfg, o)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: o.Log, core: core, health: &health{db: core.DB}, metrics: newRegistry()}
	if err := s.build(ctx, o); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *Server) build(ctx context.Context, o Options) (err error) {
	if s.key, err = LoadKey(s.cfg.Data); err != nil {
		return err
	}
	if err := s.listen(ctx); err != nil {
		return err
	}
	s.metrics.MustRegister(s.core.DB.Metrics()...)
	s.metrics.MustRegister(s.core.Scan.Metrics()...)
	s.metrics.MustRegister(s.core.Files.Metrics()...)
	tellSlowStatements(s.core.DB, s.log)
	return s.buildGateway(ctx, o.Version)
}

func (s *Server) listen(ctx context.Context) (err error) {
	var l net.ListenConfig
	if s.listener, err = l.Listen(ctx, "tcp", s.cfg.Listen); err != nil {
		return fmt.Errorf("listen for clients: %w", err)
	}
	if s.cfg.Admin.Listen != "" {
		if s.admin, err = l.Listen(ctx, "tcp", s.cfg.Admin.Listen); err != nil {
			return fmt.Errorf("listen for operators (admin.listen): %w", err)
		}
	}
	local, err := netip.ParseAddrPort(s.listener.Addr().String())
	if err != nil {
		return fmt.Errorf("listen for clients: %w", err)
	}
	s.addrs, err = newAddresses(ctx, local, s.cfg.PublicAddress)
	return err
}

// site makes the web client at "/" and the pages beside it.
func (s *Server) site(version string) (http.Handler, error) {
	return site.New(site.Options{
		Name: s.cfg.Name, Version: version, DC: s.cfg.DC, Address: s.addrs.host,
		PublicKey: s.key.PublicKey.PEM(), Fingerprint: s.key.Fingerprint(),
		TestNumbers: s.cfg.TestNumbers, CodesInLog: s.cfg.Codes.Sender == "log",
		Page: web.Page(), PushKey: s.core.Push.PublicKey(), Healthy: s.health.checkReady, Find: s.core.findLink,
	})
}

// buildGateway makes the gateway and what it calls.
func (s *Server) buildGateway(ctx context.Context, version string) error {
	secret, err := s.core.DB.Secret(ctx, "salts")
	if err != nil {
		return err
	}
	tlsConf, err := tlsConfig(s.cfg.TLS)
	if err != nil {
		return err
	}
	proxies, err := s.cfg.Proxy.Networks()
	if err != nil {
		return err
	}
	if s.api, err = newAPI(ctx, s); err != nil {
		return err
	}
	s.metrics.MustRegister(s.core.Push.Metrics()...)
	page, err := s.site(version)
	if err != nil {
		return err
	}
	s.gateway, err = gateway.New(gateway.Options{
		Keys: keys{s.core.Auth}, Calls: s.api.dispatcher, Identity: identity{s.core.Auth},
		Exchange: handshake.NewServer(s.key, nil), Feed: feed{s.api.feed}, Secret: secret,
		HTTP: page, TLS: tlsConf, ProxyFrom: proxies,
		Metrics: s.metrics, Log: s.log, Limits: s.gatewayLimits(),
	})
	return err
}

func (s *Server) gatewayLimits() gateway.Limits {
	return gateway.Limits{
		Connections: s.cfg.Limits.Connections,
		PerAddress:  s.cfg.Limits.ConnectionsPerHost,
		Workers:     s.cfg.Limits.Handshakes,
		Packets:     packets(s.cfg.Limits.Rate),
		Grace:       time.Duration(s.cfg.Shutdown),
	}
}

// packets is how many packets a second one key may send at a scale of rate percent; -1 for any number.
func packets(rate int) int {
	const usual = 500
	if rate == 0 {
		return -1
	}
	return max(1, usual*rate/100)
}

// Run serves until ctx ends. It stops in two steps: first no new connections and calls, and what runs may finish; then
// everything is cancelled and the database closed. It fails if a listener does, or timed work that cannot go on.
func (s *Server) Run(ctx context.Context) error {
	defer s.bridgeKeys()()
	background, stop := context.WithCancel(context.WithoutCancel(ctx)) // ends after the gateway, which needs it
	defer stop()
	work, background := errgroup.WithContext(background)
	s.startWork(work, background)
	serving, endServing := context.WithCancel(ctx)
	defer endServing()
	context.AfterFunc(background, endServing) // work that failed ends the server
	s.health.ready.Store(true)
	context.AfterFunc(serving, func() { s.health.ready.Store(false) })
	err := s.gateway.Run(serving, s.listener)
	s.api.feed.Close()
	stop()
	return errors.Join(err, work.Wait(), s.close())
}

// startWork starts what goes on beside the calls.
func (s *Server) startWork(g *errgroup.Group, ctx context.Context) {
	g.Go(func() error { return s.core.Auth.Run(ctx, s.log) })
	g.Go(func() error { return ended(ctx, s.core.Messages.Run(ctx)) })
	g.Go(func() error { return ended(ctx, s.core.Keeper.Run(ctx)) })
	g.Go(func() error { return ended(ctx, s.core.Secret.Run(ctx, s.log)) })
	g.Go(func() error { return s.core.Scan.Run(ctx, s.log) })
	g.Go(func() error { return ended(ctx, s.core.Files.Run(ctx, s.log)) })
	g.Go(func() error { return ended(ctx, s.core.Polls.Run(ctx)) })
	g.Go(func() error { return ended(ctx, s.core.Users.Presence().Run(ctx)) })
	g.Go(func() error { return ended(ctx, s.core.Stats.Run(ctx, s.log)) })
	g.Go(func() error { return ended(ctx, s.core.Channels.Run(ctx, s.log)) })
	g.Go(func() error { return ended(ctx, s.core.Updates.Run(ctx, updates.DefaultRetention())) })
	g.Go(func() error { return ended(ctx, s.core.Push.Run(ctx)) })
	s.core.startTimed(g, ctx)
	if s.admin != nil {
		g.Go(func() error { return serveAdmin(ctx, s.admin, adminHandler(s.metrics, s.health)) })
	}
}

// ended drops the error of work that was told to end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// bridgeKeys tells the gateway what happens to keys until the returned function is called.
func (s *Server) bridgeKeys() (cancel func()) {
	changed := s.core.Bus.Subscribe(auth.SubjectKey, func(m bus.Message) { s.gateway.KeyChanged(m.Key) })
	live := s.core.Bus.Subscribe(auth.SubjectKeyLive, s.tellKey)
	return func() {
		changed()
		live()
	}
}

// tellKey renders what concerns a device of whom nobody may know yet whose it is.
func (s *Server) tellKey(m bus.Message) {
	if _, ok := m.Value.(auth.TokenAccepted); ok {
		s.gateway.Tell(m.Key, &tg.UpdateShort{Update: &tg.UpdateLoginToken{}, Date: int32(time.Now().Unix())})
	}
}

// close releases what New took. Listeners may be closed already.
func (s *Server) close() error {
	for _, l := range []net.Listener{s.listener, s.admin} {
		if l != nil {
			_ = l.Close()
		}
	}
	return s.core.Close()
}

// Address is the host and port that people are told.
func (s *Server) Address() (host, port string) { return s.addrs.hostPort() }

// AdminAddress is the address of the admin listener; "" if there is none.
func (s *Server) AdminAddress() string {
	if s.admin == nil {
		return ""
	}
	return s.admin.Addr().String()
}

// DC is the data centre that clients are told.
func (s *Server) DC() int32 { return s.cfg.DC }

// Fingerprint names the server's key.
func (s *Server) Fingerprint() int64 { return s.key.Fingerprint() }

// PublicKey is the server's public key, PEM.
func (s *Server) PublicKey() []byte { return s.key.PublicKey.PEM() }

// PublicKeyFile is the file that holds the server's public key.
func (s *Server) PublicKeyFile() string { return filepath.Join(s.cfg.Data, PublicKeyFile) }

// Config is the configuration of the server.
func (s *Server) Config() config.Config { return s.cfg }

// limiter scales the limits of the API.
func limiter(percent int) *rpc.Limiter {
	if percent == 0 {
		return nil
	}
	table := rpc.DefaultLimits()
	for i := range table {
		table[i].Burst = table[i].Burst * percent / 100
		table[i].Every = table[i].Every * 100 / time.Duration(percent)
	}
	return rpc.NewLimiter(table, nil)
}
