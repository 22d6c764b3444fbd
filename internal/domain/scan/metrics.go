package scan

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Results of looking at a file, the values of the label "result".
const (
	clean     = "clean"
	infected  = "infected"
	unscanned = "unscanned"
	away      = "away"
	failed    = "failed"
	known     = "known" // a verdict that was remembered
)

type counts struct {
	results  *prometheus.CounterVec
	duration prometheus.Histogram
}

func newCounts() *counts {
	c := &counts{
		results: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hermod_scan_files_total",
			Help: "Looks at files for malware (result: clean, infected, unscanned, away, failed, known).",
		}, []string{"result"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "hermod_scan_duration_seconds",
			Help:    "Time that the scanner took for a file.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 9), // to 65 s
		}),
	}
	for _, r := range []string{clean, infected, unscanned, away, failed, known} {
		c.results.WithLabelValues(r)
	}
	return c
}

// result counts a look; one that failed counts as such.
func (c *counts) result(r string, err error) {
	if err != nil {
		r = failed
	}
	c.results.WithLabelValues(r).Inc()
}

func resultOf(signature string, err error) string {
	switch {
	case errors.Is(err, ErrAway):
		return away
	case errors.Is(err, ErrUnscanned):
		return unscanned
	case err != nil:
		return failed
	case signature != "":
		return infected
	}
	return clean
}

// Metrics are to be registered where operators look.
func (s *Service) Metrics() []prometheus.Collector {
	return []prometheus.Collector{s.counts.results, s.counts.duration}
}
