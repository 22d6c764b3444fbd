package files

import "github.com/prometheus/client_golang/prometheus"

// counts are the package's metrics.
type counts struct {
	received  prometheus.Counter
	sent      prometheus.Counter
	refused   *prometheus.CounterVec // by quota: user, server
	collected *prometheus.CounterVec // by what: file, blob, object, orphan, upload
}

func newCounts() *counts {
	return &counts{
		received: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hermod_files_received_bytes_total", Help: "Bytes of parts that were saved.",
		}),
		sent: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hermod_files_read_bytes_total", Help: "Bytes that were read from files.",
		}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hermod_files_refused_total", Help: "Parts and files refused for want of room, by quota (user, server).",
		}, []string{"quota"}),
		collected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hermod_files_collected_total", Help: "What was deleted because nobody needs it, by kind (file, blob, object, orphan, upload).",
		}, []string{"what"}),
	}
}

// Metrics are for a registry.
func (s *Service) Metrics() []prometheus.Collector {
	stored := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hermod_files_stored_bytes", Help: "Bytes in the store of files, counted now and then.",
	}, func() float64 { return float64(s.stored.bytes.Load()) })
	return []prometheus.Collector{s.counts.received, s.counts.sent, s.counts.refused, s.counts.collected, stored}
}
