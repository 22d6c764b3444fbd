package gateway

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"hermod/internal/mtproto"
	"hermod/internal/mtproto/crypto"
	"hermod/internal/mtproto/handshake"
	"hermod/internal/mtproto/transport"
	"hermod/internal/tl"
)

// metrics of the gateway. The label "reason" is one of those in reasons, "peer", "timeout" or "other".
type metrics struct {
	ended     *prometheus.CounterVec
	refused   prometheus.Counter
	exchanged prometheus.Counter
	sent      prometheus.Counter
	sessions  atomic.Int64
	calls     atomic.Int64
	held      atomic.Int64 // bytes of requests that run or wait
}

func newMetrics(reg prometheus.Registerer, g *Gateway) *metrics {
	m := &metrics{
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hermod_connections_closed_total",
			Help: "Connections that ended, by reason.",
		}, []string{"reason"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hermod_connections_refused_total",
			Help: "Connections for which there was no place.",
		}),
		exchanged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hermod_keys_exchanged_total",
			Help: "Authorization keys made.",
		}),
		sent: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hermod_sent_bytes_total",
			Help: "Bytes of encrypted packets sent.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.ended, m.refused, m.exchanged, m.sent,
			gauge("hermod_connections", "Open connections.", func() float64 { return float64(g.conns.len()) }),
			gauge("hermod_sessions", "Sessions in memory.", func() float64 { return float64(m.sessions.Load()) }),
			gauge("hermod_users_online", "Users with a session.", func() float64 { return float64(g.live.count()) }),
			gauge("hermod_calls_running", "Calls being served.", func() float64 { return float64(m.calls.Load()) }))
	}
	return m
}

func gauge(name, help string, f func() float64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
}

// reasons for the end of a connection, as counted.
var reasons = []struct {
	err  error
	name string
}{
	{io.EOF, "peer"},
	{net.ErrClosed, "server"},
	{errStopping, "server"},
	{io.ErrUnexpectedEOF, "cut"},
	{syscall.ECONNRESET, "cut"},
	{syscall.EPIPE, "cut"},
	{os.ErrDeadlineExceeded, "timeout"},
	{ErrUnknownKey, "unknown_key"},
	{crypto.ErrMessage, "undecryptable"},
	{transport.ErrTooLarge, "too_large"},
	{transport.ErrMalformed, "malformed"},
	{transport.ErrUnknownProtocol, "unknown_protocol"},
	{tl.ErrShort, "malformed"},
	{tl.ErrLimit, "limit"},
	{tl.ErrTrailing, "malformed"},
	{mtproto.ErrNested, "malformed"},
	{errPlain, "malformed"},
	{errBusy, "busy"},
	{handshake.ErrWrongDC, "wrong_dc"},
	{handshake.ErrProtocol, "exchange"},
	{errNoTLS, "no_tls"},
	{errProxy, "proxy"},
	{errProxyHeader, "proxy"},
	{errSessions, "limit"},
	{errPlaces, "limit"},
}

// closed counts the end of a connection.
func (m *metrics) closed(err error) {
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			m.ended.WithLabelValues(r.name).Inc()
			return
		}
	}
	m.ended.WithLabelValues("other").Inc()
}
