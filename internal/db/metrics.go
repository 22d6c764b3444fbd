package db

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// counts are what a DB counts.
type counts struct {
	statements  atomic.Uint64
	watcher     atomic.Pointer[Watcher]
	duration    *prometheus.HistogramVec
	failures    *prometheus.CounterVec
	joined      prometheus.Histogram
	read, write kindCounts
}

// kindCounts are those of reading or of writing transactions.
type kindCounts struct {
	duration prometheus.Observer
	failures prometheus.Counter
}

func newCounts() *counts {
	c := &counts{
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "hermod_db_transaction_duration_seconds",
			Help:    "Time of transactions (kind: read or write), with their waiting and the commit.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9), // to 6.5 s
		}, []string{"kind"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hermod_db_failures_total",
			Help: "Transactions (kind: read or write) that failed because of the database.",
		}, []string{"kind"}),
		joined: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "hermod_db_joined_operations",
			Help:    "Operations that shared a commit (SQLite).",
			Buckets: prometheus.ExponentialBuckets(1, 2, 9), // to 256
		}),
	}
	c.read = kindCounts{c.duration.WithLabelValues("read"), c.failures.WithLabelValues("read")}
	c.write = kindCounts{c.duration.WithLabelValues("write"), c.failures.WithLabelValues("write")}
	return c
}

// Metrics are to be registered where operators look.
func (d *DB) Metrics() []prometheus.Collector {
	statements := prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "hermod_db_statements_total", Help: "SQL statements executed.",
	}, func() float64 { return float64(d.Statements()) })
	return []prometheus.Collector{statements, d.counts.duration, d.counts.failures, d.counts.joined}
}

// observe runs a transaction and counts it.
func (k *kindCounts) observe(
	ctx context.Context, run func(context.Context, func(*Tx) error) error, fn func(*Tx) error,
) error {
	var last *Tx
	var theirs error
	start := time.Now()
	err := run(ctx, func(tx *Tx) error {
		last, theirs = tx, fn(tx)
		return theirs
	})
	k.duration.Observe(time.Since(start).Seconds())
	if err != nil && isOurs(err, theirs, last) {
		k.failures.Inc()
	}
	return err
}

// isOurs says whether a transaction failed because of the database, and not by the will of its function.
func isOurs(err, theirs error, tx *Tx) bool {
	if theirs != nil && (tx == nil || tx.failed == nil) {
		return false
	}
	for _, expected := range []error{ErrExists, ErrText, ErrClosed, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, expected) {
			return false
		}
	}
	return true
}
