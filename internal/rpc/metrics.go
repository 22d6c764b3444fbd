package rpc

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics of the dispatcher. The label "method" is the TL name of a method of any layer that has a handler,
// or "unknown"; "error" is the kind of an error without its number, such as FLOOD_WAIT.
type metrics struct {
	duration *prometheus.HistogramVec
	errors   *prometheus.CounterVec
	panics   prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "hermod_rpc_duration_seconds",
			Help:    "Time from the arrival of a call to its answer.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hermod_rpc_errors_total",
			Help: "Calls answered with an error, by code and kind of error.",
		}, []string{"code", "error"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hermod_rpc_panics_total",
			Help: "Handlers that panicked. Always a bug.",
		}),
	}
	if reg != nil {
		reg.MustRegister(m.duration, m.errors, m.panics)
	}
	return m
}

func (m *metrics) observe(method string, e Error, d time.Duration) {
	if method == "" {
		method = "unknown"
	}
	m.duration.WithLabelValues(method).Observe(d.Seconds())
	if e.Code != 0 {
		m.errors.WithLabelValues(strconv.Itoa(e.Code), e.label()).Inc()
	}
}

// label is the kind of the error without a trailing underscore.
func (e Error) label() string {
	kind := e.kind()
	if n := len(kind); n > 0 && kind[n-1] == '_' {
		return kind[:n-1]
	}
	return kind
}
