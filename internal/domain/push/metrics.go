package push

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	sent    *prometheus.CounterVec
	dropped prometheus.Counter
}

func newMetrics() *metrics {
	return &metrics{
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hermod_push_sent_total",
			Help: "Push messages by what became of them: sent, gone (the device was forgotten), failed (after all tries).",
		}, []string{"result"}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hermod_push_dropped_total", Help: "News that were not pushed because too many were waiting.",
		}),
	}
}

func (m *metrics) all() []prometheus.Collector { return []prometheus.Collector{m.sent, m.dropped} }
