package server

import (
	"log/slog"
	"time"

	"hermod/internal/db"
)

// slowStatement is how long a statement may take before the operator hears of it.
const slowStatement = 200 * time.Millisecond

// tellSlowStatements logs the text of slow statements. Their arguments are people's, and stay out of the log.
func tellSlowStatements(d *db.DB, log *slog.Logger) {
	d.Watch(func(sql string, _ []any, took time.Duration) {
		if took >= slowStatement {
			log.Warn("slow statement", "duration", took, "sql", sql)
		}
	})
}

// Watch tells w of every statement, instead of the log of the slow ones: for tests of query plans.
func (s *Server) Watch(w db.Watcher) { s.core.DB.Watch(w) }
