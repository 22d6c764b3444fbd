package channels

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/rights"
)

// A LogKind says what an admin did. It is stored: a kind never changes its name.
// Spec: https://core.telegram.org/type/ChannelAdminLogEventAction
type LogKind string

// The kinds, with what stands in Before and After.
const (
	LogTitle             LogKind = "title"           // string
	LogAbout             LogKind = "about"           // string
	LogUsername          LogKind = "username"        // string
	LogUsernames         LogKind = "usernames"       // []string
	LogPhoto             LogKind = "photo"           // int64
	LogInvites           LogKind = "invites"         // bool, here and in all that are switched
	LogSignatures        LogKind = "signatures"      //
	LogSignatureProfiles LogKind = "sign_profiles"   //
	LogHiddenHistory     LogKind = "hidden_history"  //
	LogNoForwards        LogKind = "no_forwards"     //
	LogForum             LogKind = "forum"           //
	LogAntiSpam          LogKind = "anti_spam"       //
	LogAutotranslation   LogKind = "autotranslation" //
	LogPin               LogKind = "pin"             // After: a message; its pinned flag tells whether it is now
	LogEdit              LogKind = "edit"            // messages
	LogDelete            LogKind = "delete"          // Before: a message
	LogStopPoll          LogKind = "stop_poll"       // After: a message
	LogSend              LogKind = "send"            // After: a message
	LogJoin              LogKind = "join"            // nothing
	LogLeave             LogKind = "leave"           // nothing
	LogInvite            LogKind = "invite"          // After: Member
	LogBan               LogKind = "ban"             // Member
	LogAdmin             LogKind = "admin"           // Member
	LogRank              LogKind = "rank"            // RankChange
	LogDefaults          LogKind = "defaults"        // rights.Banned
	LogSlowMode          LogKind = "slow_mode"       // int32
	LogPeriod            LogKind = "period"          // int32
	LogLinked            LogKind = "linked"          // ids.Channel
	LogLocation          LogKind = "location"        // *Location
	LogStickers          LogKind = "stickers"        // int64
	LogEmojiStickers     LogKind = "emoji_stickers"  // int64
	LogReactions         LogKind = "reactions"       // groups.Reactions
	LogColor             LogKind = "color"           // *users.Color
	LogProfileColor      LogKind = "profile_color"   // *users.Color
	LogEmojiStatus       LogKind = "emoji_status"    // *users.EmojiStatus
	LogWallpaper         LogKind = "wallpaper"       // []byte
	LogJoinByInvite      LogKind = "join_by_invite"  // After: an invite
	LogJoinByRequest     LogKind = "join_by_request" // Approval
	LogInviteEdit        LogKind = "invite_edit"     // invites
	LogInviteRevoke      LogKind = "invite_revoke"   // After: an invite
	LogInviteDelete      LogKind = "invite_delete"   // After: an invite
	LogTopicCreate       LogKind = "topic_create"    // After: a topic
	LogTopicEdit         LogKind = "topic_edit"      // topics
	LogTopicDelete       LogKind = "topic_delete"    // Before: a topic
	LogTopicPin          LogKind = "topic_pin"       // Before and After: topics, or nothing
)

// A LogClass is a set of kinds of events. The bits are those of channelAdminLogEventsFilter, and are stored.
// Spec: https://core.telegram.org/constructor/channelAdminLogEventsFilter
type LogClass int32

// The classes.
const (
	ClassJoin LogClass = 1 << iota
	ClassLeave
	ClassInvite
	ClassBan
	ClassUnban
	ClassKick
	ClassUnkick
	ClassPromote
	ClassDemote
	ClassInfo
	ClassSettings
	ClassPinned
	ClassEdit
	ClassDelete
	ClassCall
	ClassInvites
	ClassSend
	ClassForums
	ClassSubscription
	ClassRank
)

// classes has those of the kinds whose class does not depend on what they hold.
var classes = map[LogKind]LogClass{
	LogTitle: ClassInfo, LogAbout: ClassInfo, LogUsername: ClassInfo, LogUsernames: ClassInfo, LogPhoto: ClassInfo,
	LogLocation: ClassInfo, LogColor: ClassInfo, LogProfileColor: ClassInfo, LogEmojiStatus: ClassInfo, LogWallpaper: ClassInfo,
	LogPin: ClassPinned, LogEdit: ClassEdit, LogStopPoll: ClassEdit, LogDelete: ClassDelete, LogSend: ClassSend,
	LogJoin: ClassJoin, LogLeave: ClassLeave, LogInvite: ClassInvite, LogJoinByInvite: ClassJoin | ClassInvites,
	LogJoinByRequest: ClassJoin | ClassInvites, LogInviteEdit: ClassInvites, LogInviteRevoke: ClassInvites,
	LogInviteDelete: ClassInvites, LogTopicCreate: ClassForums, LogTopicEdit: ClassForums, LogTopicDelete: ClassForums,
	LogTopicPin: ClassForums, LogForum: ClassForums | ClassSettings, LogRank: ClassRank,
}

// A LogEvent is something an admin did. What Before and After are is said by Kind; Decode reads them.
type LogEvent struct {
	Kind   LogKind         `json:"-"`
	Class  LogClass        `json:"-"` // 0: what follows from Kind
	Before json.RawMessage `json:"b,omitempty"`
	After  json.RawMessage `json:"a,omitempty"`
	Text   string          `json:"t,omitempty"` // by which it is found
}

// A RankChange is what a LogRank event holds in After.
type RankChange struct {
	User   ids.User
	Before string
	After  string
}

// An Approval is what a LogJoinByRequest event holds in After.
type Approval struct {
	By     ids.User
	Invite json.RawMessage
}

// A LogEntry is a LogEvent in the log.
type LogEntry struct {
	ID   int64
	Date time.Time
	By   ids.User
	LogEvent
}

const (
	// keepLog is how long what admins did is kept.
	keepLog = 7 * 24 * time.Hour
	// pruneLog is how many old entries go with a new one, at most.
	pruneLog = 50
	// scanLog bounds how many entries a search looks at.
	scanLog = 5000
	// maxLogPage bounds a page of the log.
	maxLogPage = 100
	// maxLogText bounds what is found, in bytes.
	maxLogText = 4096
)

// Event makes a LogEvent. nil stands for nothing.
func Event(kind LogKind, before, after any) (LogEvent, error) {
	e := LogEvent{Kind: kind}
	for _, side := range []struct {
		value any
		into  *json.RawMessage
	}{{before, &e.Before}, {after, &e.After}} {
		if side.value == nil {
			continue
		}
		data, err := json.Marshal(side.value)
		if err != nil {
			return LogEvent{}, fmt.Errorf("encode %s: %w", kind, err)
		}
		*side.into = data
		if text, ok := side.value.(string); ok {
			e.Text += text + "\n"
		}
	}
	return e, nil
}

// Decode reads Before or After of a LogEvent; nothing is the zero value.
func Decode[T any](data json.RawMessage) (v T, err error) {
	if len(data) == 0 {
		return v, nil
	}
	err = json.Unmarshal(data, &v)
	return v, err
}

// Record writes into the log of a channel that by did something.
func (s *Service) Record(ctx context.Context, tx *db.Tx, ch ids.Channel, by ids.User, e LogEvent) error {
	if e.Class == 0 {
		if e.Class = classes[e.Kind]; e.Class == 0 {
			e.Class = ClassSettings
		}
	}
	e.Text = strings.ToValidUTF8(e.Text[:min(len(e.Text), maxLogText)], "")
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode event of channel %d: %w", ch, err)
	}
	id, err := s.db.NextID(ctx, "admin_event")
	if err != nil {
		return err
	}
	const insert = `INSERT INTO channel_event (channel, id, date, by_user, class, kind, data) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	if err := tx.Queue(ctx, insert, ch, id, time.Now(), by, e.Class, e.Kind, string(data)); err != nil {
		return fmt.Errorf("log of channel %d: %w", ch, err)
	}
	if id%pruneLog == 0 {
		return s.pruneLog(ctx, tx, ch)
	}
	return nil
}

// record is Record of what Event makes.
func (s *Service) record(ctx context.Context, tx *db.Tx, ch ids.Channel, by ids.User, kind LogKind, before, after any) error {
	e, err := Event(kind, before, after)
	if err != nil {
		return err
	}
	return s.Record(ctx, tx, ch, by, e)
}

// pruneLog drops what is too old among the first entries of a log.
func (s *Service) pruneLog(ctx context.Context, tx *db.Tx, ch ids.Channel) error {
	const first = `DELETE FROM channel_event WHERE channel = $1 AND date < $2 AND id IN
		(SELECT id FROM channel_event WHERE channel = $1 ORDER BY id LIMIT $3)`
	return tx.Queue(ctx, first, ch, time.Now().Add(-keepLog), 2*pruneLog)
}

// A LogQuery asks for entries of a log, the newest first.
type LogQuery struct {
	Text   string
	Class  LogClass   // 0: all
	Admins []ids.User // nil: all
	Max    int64      // entries before this one; 0: from the newest
	Min    int64      // entries after this one
	Limit  int
}

// Log returns what admins of a channel did. Only admins may ask; it fails as CheckAdmin does.
// Spec: https://core.telegram.org/method/channels.getAdminLog
func (s *Service) Log(ctx context.Context, by ids.User, ch ids.Channel, q LogQuery) (page []LogEntry, err error) {
	if _, err := s.CheckAdmin(ctx, ch, by, 0); err != nil {
		return nil, err
	}
	limit := min(max(q.Limit, 1), maxLogPage)
	read := limit
	if q.Text != "" || q.Admins != nil {
		read = scanLog
	}
	var entries []LogEntry
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		entries, err = readLog(ctx, tx, ch, q, read)
		return err
	})
	if err != nil {
		return nil, wrap(err, "log of", ch)
	}
	text := strings.ToLower(q.Text)
	named, err := s.actors(ctx, entries, text)
	if err != nil {
		return nil, wrap(err, "log of", ch)
	}
	for _, e := range entries {
		if len(page) < limit && (q.Admins == nil || slices.Contains(q.Admins, e.By)) &&
			(named[e.By] || strings.Contains(strings.ToLower(e.Text), text)) {
			page = append(page, e)
		}
	}
	return page, nil
}

// actors are those who did what entries tell and in whose name text, lower case, is; nobody if it is "".
func (s *Service) actors(ctx context.Context, entries []LogEntry, text string) (map[ids.User]bool, error) {
	if text == "" {
		return nil, nil
	}
	var by []ids.User
	for _, e := range entries {
		by = append(by, e.By)
	}
	slices.Sort(by)
	named := make(map[ids.User]bool)
	for part := range slices.Chunk(slices.Compact(by), maxBatch) {
		people, err := s.users.Get(ctx, part...)
		if err != nil {
			return nil, err
		}
		for _, u := range people {
			named[u.ID] = strings.Contains(strings.ToLower(u.FirstName+" "+u.LastName+" "+u.Username), text)
		}
	}
	return named, nil
}

func readLog(ctx context.Context, tx *db.Tx, ch ids.Channel, q LogQuery, limit int) (list []LogEntry, err error) {
	if q.Class == 0 {
		q.Class = 1<<31 - 1
	}
	if q.Max == 0 {
		q.Max = 1<<63 - 1
	}
	const find = `SELECT id, date, by_user, class, kind, data FROM channel_event
		WHERE channel = $1 AND id < $2 AND id > $3 AND (class & $4) <> 0 AND date >= $5 ORDER BY id DESC LIMIT $6`
	args := []any{ch, q.Max, q.Min, q.Class, time.Now().Add(-keepLog), limit}
	err = tx.Each(ctx, find, args, func(rows *db.Rows) error {
		var e LogEntry
		var data string
		if err := rows.Scan(&e.ID, &e.Date, &e.By, &e.Class, &e.Kind, &data); err != nil {
			return err
		}
		err := json.Unmarshal([]byte(data), &e.LogEvent)
		list = append(list, e)
		return err
	})
	return list, err
}

// memberEvent is the LogEvent of a change of somebody's rights.
func memberEvent(kind LogKind, before, after Member) (LogEvent, error) {
	e, err := Event(kind, before, after)
	if e.Class = banClass(before, after); kind == LogAdmin {
		e.Class = adminClass(before, after)
	}
	return e, err
}

func banClass(before, after Member) LogClass {
	was, is := before.Restriction.Banned.Any(rights.ViewMessages), after.Restriction.Banned.Any(rights.ViewMessages)
	switch {
	case is && !was:
		return ClassKick
	case was && !is:
		return ClassUnkick
	case after.Restriction.Banned == 0:
		return ClassUnban
	}
	return ClassBan
}

func adminClass(before, after Member) LogClass {
	if after.Admin&^before.Admin != 0 {
		return ClassPromote
	}
	return ClassDemote
}
