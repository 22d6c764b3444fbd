package messages

import (
	"strings"
	"testing"

	"hermod/internal/db/dbtest"
)

// TestPlans holds that lists are served by indexes: a lost one would show only when there is much data.
func TestPlans(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for name, tt := range map[string]struct{ sql, want string }{
		"copies in a basic group": {findCopies[4], "COVERING INDEX message_number (owner=? AND peer=? AND twin=?)"},
		"history":                 {listed(``), "COVERING INDEX message_peer (owner=? AND peer=? AND id>? AND id<?)"},
		"messages of an author": {
			listed(` AND from_id = 3 AND peer < -1000000000000`), "COVERING INDEX message_author (owner=? AND peer=? AND from_id=? AND id>? AND id<?)",
		},
		"links":    {listed(` AND (flags & 1024) <> 0`), "COVERING INDEX message_link (owner=? AND peer=? AND id>? AND id<?)"},
		"media":    {listed(` AND media = 3 AND media > 0`), "COVERING INDEX message_media (owner=? AND peer=? AND media=? AND id>? AND id<?)"},
		"a thread": {listed(` AND thread = 3 AND thread > 0`), "COVERING INDEX message_thread (owner=? AND thread=? AND id>? AND id<?)"},
		"part of a thread": {
			`SELECT COUNT(*) FROM message WHERE owner = 1 AND id > 2 AND id < 3 AND thread = 4 AND thread > 0`,
			"COVERING INDEX message_thread (owner=? AND thread=? AND id>? AND id<?)",
		},
		"random ids":      {`SELECT id FROM message WHERE owner = 1 AND author = 2 AND random_id IN (3, 4)`, "message_random (owner=? AND random_id=? AND author=?)"},
		"a mention":       {`DELETE FROM unread_mention WHERE owner = 1 AND user_id = 2 AND peer = 1 AND id = 4`, "PRIMARY KEY (owner=? AND user_id=? AND peer=? AND id=?)"},
		"by date":         {`SELECT id, date FROM message WHERE owner = 1 AND id >= 2 ORDER BY id LIMIT 1`, "PRIMARY KEY (owner=? AND id>?)"},
		"buckets":         {`SELECT SUM(n) FROM message_bucket WHERE owner = 1 AND thread = 2 AND bucket > 3`, "PRIMARY KEY (owner=? AND thread=? AND bucket>?)"},
		"who holds files": {`SELECT file FROM message WHERE file IN (1, 2) AND file <> 0`, "COVERING INDEX message_holds (file=?)"},
		"what vanishes": {
			`SELECT owner, id FROM vanishing_media WHERE due_at > 0 AND due_at <= 5 ORDER BY due_at LIMIT 9`,
			"COVERING INDEX vanishing_media_due (due_at>? AND due_at<?)",
		},
		"what has a file that vanishes": {`SELECT COUNT(*) FROM vanishing_media WHERE file = 1`, "COVERING INDEX vanishing_media_file (file=?)"},
		"tombstones":                    {`DELETE FROM message WHERE owner = 1 AND id < 0 AND date < 2`, "PRIMARY KEY (owner=? AND id<?)"},
		"hidden edits": {
			`DELETE FROM update_log WHERE owner = 1 AND n = 0 AND pts IN (SELECT pts FROM update_log
			WHERE owner = 1 AND kind = 'hidden_edit' AND data = '2')`, "update_log_hidden (owner=? AND data=?)",
		},
	} {
		args := make([]any, strings.Count(tt.sql, "$"))
		for i := range args {
			args[i] = i
		}
		got := dbtest.Plan(t, w.db, tt.sql, args...)
		if !strings.Contains(got, tt.want) || strings.Contains(got, "SCAN") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// listed is the statement of a list, with a condition.
func listed(where string) string {
	return `SELECT text FROM message WHERE owner = 1 AND id IN (SELECT id FROM message WHERE owner = 1 AND peer = 2` + where +
		` AND id < 9 AND id > 2 AND id < 10 ORDER BY id DESC LIMIT 5 OFFSET 1) ORDER BY id DESC`
}
