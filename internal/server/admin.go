package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hermod/internal/db"
)

// healthWait is how long the database may take to answer a question about nothing.
const healthWait = 2 * time.Second

// health says whether the server does its work.
type health struct {
	db    *db.DB
	ready atomic.Bool // accepts connections, and was not told to stop
}

// check returns what is wrong, or nil.
func (h *health) check() error {
	ctx, cancel := context.WithTimeout(context.Background(), healthWait)
	defer cancel()
	err := h.db.Read(ctx, func(tx *db.Tx) error {
		var one int
		return tx.QueryRow(ctx, `SELECT 1`).Scan(&one)
	})
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

var errNotReady = errors.New("starting or stopping")

// checkReady fails too while the server takes no connections.
func (h *health) checkReady() error {
	if !h.ready.Load() {
		return errNotReady
	}
	return h.check()
}

// newRegistry returns the metrics that every part adds to.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// adminHandler serves operators: metrics, health, readiness and profiles.
func adminHandler(r *prometheus.Registry, h *health) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", answer(h.check))
	mux.HandleFunc("GET /readyz", answer(h.checkReady))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

func answer(check func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := check(); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	}
}

// serveAdmin serves l until ctx ends.
func serveAdmin(ctx context.Context, l net.Listener, handler http.Handler) error {
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("admin listener: %w", err)
	}
	return nil
}
