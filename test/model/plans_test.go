package model

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hermod/internal/db"
	"hermod/internal/db/dbtest"
	"hermod/internal/tl/tg"
)

// large are the tables that grow with the use of a server: no statement may look through one of them.
var large = []string{
	"message", "update_log", "log_state", "dialog", "draft", "pinned_message", "saved_pin", "saved_tag", "read_date", "unread_mention",
	"unread_reaction", "message_bucket", "hashtag_post", "channel", "channel_member", "channel_member_word", "channel_read",
	"channel_event", "channel_day", "basic_group", "basic_group_member", "membership", "invite", "invite_importer", "join_request",
	"reaction", "recent_reaction", "tagged_message", "post_counter", "poll", "poll_place", "poll_vote", "scheduled_message",
	"forum_topic", "thread_read", "discussion_post", "user_account", "phone", "username", "contact", "known_by", "public_title",
	"public_word", "web_page", "file_chunk", "file_blob", "file_upload", "file_part", "file", "file_usage", "peer_photo",
	"message_file", "vanishing_media", "voice_played", "scheduled_file", "sticker_set", "sticker_set_name", "sticker_set_word",
	"sticker", "sticker_tag", "sticker_installed", "sticker_kept", "sticker_attached", "ringtone", "wallpaper", "wallpaper_saved",
	"theme", "theme_saved", "secret_chat", "device_state", "device_queue", "secret_file", "scan_verdict",
}

// TestStatementsUseIndexes lets people do everything, collects the statements and asks the database for their plans.
func TestStatementsUseIndexes(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long")
	}
	t.Run("sqlite", func(t *testing.T) { explainAll(t, dbtest.SQLiteURL(t)+"?synchronous=off", planSQLite) })
	t.Run("postgres", func(t *testing.T) { explainAll(t, dbtest.PostgresURL(t), planPostgres) })
}

// statements are those that ran, with the arguments of the last time.
type statements struct {
	mu  sync.Mutex
	all map[string][]any
}

func (s *statements) hear(sql string, args []any, _ time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[sql] = slices.Clone(args)
}

// take empties the list.
func (s *statements) take() map[string][]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = map[string][]any{}
	return all
}

func explainAll(t *testing.T, url string, plan func(ctx context.Context, d *db.DB, sql string, args []any) ([]string, error)) {
	ctx := t.Context()
	heard := &statements{all: map[string][]any{}}
	w := newWorld(t, url, 1)
	must(t, w.populate(ctx))
	w.server.Watch(heard.hear)
	must(t, w.run(ctx, 1200))
	must(t, w.settle(ctx))
	must(t, w.readEverything(ctx))
	must(t, w.tour(ctx))
	w.server.Watch(nil)
	d := dbtest.Open(t, url)
	seen := 0
	all := heard.take()
	for _, sql := range slices.Sorted(maps.Keys(all)) {
		if !explains.MatchString(sql) || slices.ContainsFunc(whole, func(part string) bool { return strings.Contains(sql, part) }) {
			continue
		}
		seen++
		bad, err := plan(ctx, d, sql, all[sql])
		if err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		for _, step := range bad {
			t.Errorf("%s\n\tin %s", step, oneLine(sql))
		}
	}
	t.Logf("%d statements", seen)
}

var explains = regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

// whole are parts of statements that go through a table on purpose, piece by piece, at a start or in the background.
var whole = []string{"FROM search_mark", "JOIN search_mark", "FROM update_state", "FROM log_state WHERE owner > $1", "FROM user_account AS u"}

func oneLine(sql string) string { return strings.Join(strings.Fields(sql), " ") }

// readEverything asks for what the operations do not ask for.
func (w *world) readEverything(ctx context.Context) error {
	for _, d := range w.devices {
		for _, peer := range append(d.where(func(int64, *info) bool { return true }), d.others()...) {
			for _, filter := range []tg.MessagesFilterClass{
				&tg.InputMessagesFilterEmpty{}, &tg.InputMessagesFilterURL{}, &tg.InputMessagesFilterPinned{}, &tg.InputMessagesFilterGeo{},
				&tg.InputMessagesFilterMyMentions{},
			} {
				err := d.do(ctx, &tg.MessagesSearch{Peer: d.peer(peer), Q: "text", Filter: filter, Limit: 20})
				if err := w.outcomeOf("search", err); err != nil {
					return err
				}
			}
			if !isChannel(peer) {
				continue
			}
			for _, filter := range []tg.ChannelParticipantsFilterClass{
				&tg.ChannelParticipantsRecent{}, &tg.ChannelParticipantsAdmins{}, &tg.ChannelParticipantsSearch{Q: "B"},
				&tg.ChannelParticipantsKicked{}, &tg.ChannelParticipantsBanned{}, &tg.ChannelParticipantsContacts{},
			} {
				err := d.do(ctx, &tg.ChannelsGetParticipants{Channel: d.channel(peer), Filter: filter, Limit: 20})
				if err := w.outcomeOf("list", err); err != nil {
					return err
				}
			}
		}
		if err := d.do(ctx, &tg.MessagesSearchGlobal{
			Q: "text", Filter: &tg.InputMessagesFilterEmpty{}, OffsetPeer: &tg.InputPeerEmpty{}, Limit: 20,
		}); err != nil {
			return err
		}
	}
	return nil
}

// wholeLog is the step that goes through all messages of a log. To find the largest id it is short.
const wholeLog = "SEARCH message USING PRIMARY KEY (owner=?)"

// planSQLite returns the steps of a plan that look through a large table, or through a whole log.
func planSQLite(ctx context.Context, d *db.DB, sql string, args []any) (bad []string, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "EXPLAIN QUERY PLAN "+sql, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var id, parent, unused int64
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			if table := scanned(detail, "SCAN "); table != "" || detail == wholeLog && !strings.Contains(sql, "MAX(id)") {
				bad = append(bad, detail)
			}
		}
		return rows.Err()
	})
	return bad, err
}

// scanned returns the large table that a step looks through, "" if none.
func scanned(detail, word string) string {
	_, rest, found := strings.Cut(detail, word)
	if !found || strings.Contains(rest, "USING") {
		return ""
	}
	table, _, _ := strings.Cut(rest, " ")
	if slices.Contains(large, table) {
		return table
	}
	return ""
}

// planPostgres is planSQLite for PostgreSQL, which is told to look through a table only where nothing else is possible.
func planPostgres(ctx context.Context, d *db.DB, sql string, args []any) (bad []string, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "EXPLAIN "+sql, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			var detail string
			if err := rows.Scan(&detail); err != nil {
				return err
			}
			if table := scanned(detail, "Seq Scan on "); table != "" {
				bad = append(bad, fmt.Sprintf("Seq Scan on %s", table))
			}
		}
		return rows.Err()
	})
	return bad, err
}
