// Package gateway is where clients arrive: one port for every transport, key exchange, sessions, and the
// delivery of updates while they happen.
//
// It meets the rest of the server through interfaces that it declares itself: Keys stores authorization keys,
// Calls serves requests, Feed tells what happens to a user. It knows no SQL and no method by name.
//
// A connection is one goroutine that waits without a buffer, and a second one only while there is something to
// write. Sessions belong to keys and outlive their connections by some minutes. Nobody waits for a slow client: what it
// does not take in time is dropped, or it is closed.
//
// Spec: https://core.telegram.org/mtproto
package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/rpc"
	"hermod/internal/tl"
)

// Calls serves requests. *rpc.Dispatcher is the real one.
type Calls interface {
	// Call serves the request in body. It returns an answer or an rpc.Error.
	Call(ctx context.Context, call *rpc.Call, body []byte) (tl.Object, error)
}

// Options of a Gateway. Keys, Calls, Identity, Exchange and Secret are needed.
type Options struct {
	Keys     Keys
	Calls    Calls
	Identity rpc.Identity
	Exchange *handshake.Server
	Feed     Feed // nil: nothing is delivered live
	// Secret is that of the server salts. All nodes must have the same.
	Secret [32]byte

	// HTTP serves what comes over HTTP and is not MTProto; nil answers 404.
	HTTP http.Handler
	// TLS serves TLS connections; nil closes them.
	TLS *tls.Config
	// ProxyFrom are the addresses whose PROXY protocol headers are believed.
	ProxyFrom []netip.Prefix

	Metrics prometheus.Registerer // nil: not exported
	Log     *slog.Logger          // nil: slog.Default
	Limits  Limits
}

// Limits of a Gateway; a zero field means its default.
type Limits struct {
	Connections    int           // at once; 100,000
	PerAddress     int           // connections of one address at once that have not shown a key; 1,000
	Exchanges      int           // key exchanges that wait for a worker; 512
	Workers        int           // key exchanges computed at once; the number of processors
	FirstBytes     time.Duration // for the first bytes of a connection, and for TLS; 15 s
	Packet         time.Duration // for the rest of a packet that has begun; 20 s
	Unproven       time.Duration // between packets, before the first that was encrypted; 60 s
	Idle           time.Duration // between packets, after it; 10 min
	Write          time.Duration // for one write; 20 s
	KeepSession    time.Duration // for which a session outlives its connection; 5 min
	Grace          time.Duration // for running calls when the server stops; 5 s
	Lag            time.Duration // for which an answer waits for updates of before its call; 250 ms
	SessionsPerKey int           // 64
	CallsAtOnce    int           // of one session; 32
	CallsWaiting   int           // of one session, behind those; 1,024
	CallBytes      int           // of the requests of one session that run or wait; 8 MiB
	AllCallBytes   int           // of all requests that run or wait; 64 MiB
	Packets        int           // per second and key, from which on its connections are read more slowly; 500, -1 for no limit
	Backlog        int           // bytes waiting to be sent from which on no more requests are read; 256 KiB
}

func (l *Limits) setDefaults() {
	or := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	orTime := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	or(&l.Connections, 100_000)
	or(&l.PerAddress, 1000)
	or(&l.Exchanges, 512)
	or(&l.Workers, runtime.GOMAXPROCS(0))
	orTime(&l.FirstBytes, 15*time.Second)
	orTime(&l.Packet, 20*time.Second)
	orTime(&l.Unproven, time.Minute)
	orTime(&l.Idle, 10*time.Minute)
	orTime(&l.Write, 20*time.Second)
	orTime(&l.KeepSession, 5*time.Minute)
	orTime(&l.Grace, 5*time.Second)
	orTime(&l.Lag, 250*time.Millisecond)
	or(&l.SessionsPerKey, 64)
	or(&l.CallsAtOnce, 32)
	or(&l.CallsWaiting, 1024)
	or(&l.CallBytes, 8<<20)
	or(&l.AllCallBytes, 64<<20)
	or(&l.Packets, 500)
	or(&l.Backlog, 256<<10)
}

// clockSlack is how far the clocks of clients may be behind when they come right after a start.
const clockSlack = 2 * time.Second

// A Gateway serves clients. Make it with New, then Run it.
type Gateway struct {
	o        Options
	limits   Limits
	log      *slog.Logger
	salts    *mtproto.Salts
	started  mtproto.MessageID // older requests may have been served before a restart
	keys     keyTable
	live     live
	exchange *exchanges
	metrics  *metrics
	web      *webServer
	places   places
	acks     ackList
	links    atomic.Uint32 // the number of the last connection
	// unpacking holds a token for each large message that is taken apart.
	unpacking chan struct{}
	wide      atomic.Int32 // connections that may send a large packet without having shown a key

	// calls ends when running calls must: some seconds after Run was told to stop.
	calls    context.Context
	endCalls context.CancelFunc
	// work counts the goroutines of connections and calls.
	work     sync.WaitGroup
	stopping atomic.Bool
	conns    connSet
}

// New returns a gateway that serves nothing yet.
func New(o Options) (*Gateway, error) {
	if o.Keys == nil || o.Calls == nil || o.Identity == nil || o.Exchange == nil {
		return nil, errors.New("gateway: Keys, Calls, Identity and Exchange are needed")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.HTTP == nil {
		o.HTTP = http.NotFoundHandler()
	}
	o.Limits.setDefaults()
	g := &Gateway{started: mtproto.IDAt(time.Now().Add(-clockSlack)), o: o, limits: o.Limits, log: o.Log, salts: mtproto.NewSalts(o.Secret)}
	g.unpacking = make(chan struct{}, 2*runtime.GOMAXPROCS(0))
	g.calls, g.endCalls = context.WithCancel(context.Background())
	g.live = live{feed: o.Feed, log: o.Log, ctx: g.calls, go_: g.spawn}
	g.exchange = newExchanges(o.Exchange, &g.limits)
	g.web = newWebServer(g)
	g.metrics = newMetrics(o.Metrics, g)
	return g, nil
}

// Run accepts connections from listeners until ctx ends. Then it stops in two steps: no more connections and
// requests are taken, and calls that run may finish within the grace; after it they are cancelled and every
// connection is closed. It closes the listeners.
//
// It fails if a listener does. A Gateway runs once.
func (g *Gateway) Run(ctx context.Context, listeners ...net.Listener) error {
	failed := make(chan error, len(listeners)+1)
	for _, l := range listeners {
		g.spawn(func() { failed <- g.accept(l) })
	}
	g.spawn(func() { failed <- g.web.run() })
	sweeping := make(chan struct{})
	g.spawn(func() { g.sweep(sweeping) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	g.stop(listeners)
	close(sweeping)
	g.work.Wait()
	return err
}

// spawn runs f in a goroutine that Run waits for.
func (g *Gateway) spawn(f func()) { g.work.Go(f) }

func (g *Gateway) stop(listeners []net.Listener) {
	g.stopping.Store(true)
	for _, l := range listeners {
		_ = l.Close() // accept returns
	}
	g.conns.stopReading()
	g.waitForCalls(time.Now().Add(g.limits.Grace))
	g.endCalls()
	g.web.close()
	g.conns.closeAll()
	g.live.close()
}

// waitForCalls returns when no call runs and nothing waits to be sent, or at the deadline.
func (g *Gateway) waitForCalls(deadline time.Time) {
	for time.Now().Before(deadline) && (g.metrics.calls.Load() > 0 || g.conns.writing()) {
		time.Sleep(10 * time.Millisecond)
	}
}

// accept serves the connections of l until it is closed.
func (g *Gateway) accept(l net.Listener) error {
	for {
		nc, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil && isTemporary(err):
			time.Sleep(20 * time.Millisecond) // out of descriptors: others will close
			continue
		case err != nil:
			return fmt.Errorf("accept: %w", err)
		}
		g.spawn(func() { g.arrive(nc) })
	}
}

// isTemporary tells what ails one connection, or passes when others close, from what ends the listener.
func isTemporary(err error) bool {
	for _, passing := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}
