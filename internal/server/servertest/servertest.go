// Package servertest runs whole servers inside a test.
package servertest

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"hermod/internal/config"
	"hermod/internal/server"
)

// A Server is a whole server in this process, on free loopback ports, with a data directory of its own and test
// numbers. It stops when the test ends.
type Server struct {
	*server.Server
	Addr string // host:port of the one port
	stop func() error
}

// Start starts a server. change may alter its configuration.
func Start(t testing.TB, change ...func(*config.Config)) *Server {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Admin.Listen = "127.0.0.1:0", "127.0.0.1:0"
	cfg.Previews, cfg.External.Media = "off", "off" // no test asks strangers
	cfg.Data, cfg.TestNumbers = filepath.Join(t.TempDir(), "data"), true
	for _, f := range change {
		f(&cfg)
	}
	built, err := server.New(t.Context(), cfg, server.Options{
		Version: "test", Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), Codes: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	host, port := built.Address()
	s := &Server{Server: built, Addr: net.JoinHostPort(host, port), stop: run(built)}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("the server ended with: %v", err)
		}
	})
	s.waitUntilReady(t)
	return s
}

// run runs s until the returned function is called, which may be called again.
func run(s *server.Server) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		err = s.Run(ctx)
	}()
	return func() error {
		cancel()
		<-done
		return err
	}
}

// Stop ends the server and returns what Run did.
func (s *Server) Stop() error { return s.stop() }

const readyWait = 10 * time.Second

func (s *Server) waitUntilReady(t testing.TB) {
	t.Helper()
	if s.AdminAddress() == "" {
		return // connections wait in the listener
	}
	for end := time.Now().Add(readyWait); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		res, err := http.Get("http://" + s.AdminAddress() + "/readyz")
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatal("the server does not become ready")
}
