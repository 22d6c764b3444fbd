// Package topics is the topics of forums, the supergroups whose messages are sorted into conversations with a title each.
//
// A topic is named by the service message that began it; General, which every forum has, by 1. A message is in the topic
// that its column thread names. It owns the table forum_topic; callers are package api/topics and, through hooks, package
// messages.
//
// Spec: https://core.telegram.org/api/forum
package topics

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
)

// Errors of this package that are the caller's. Those of rights come on top.
var (
	// ErrForum means a channel that is no forum.
	ErrForum = errors.New("no forum")
	// ErrNone means a topic that is not there.
	ErrNone = errors.New("no such topic")
	// ErrClosed means a topic that nobody may write into.
	ErrClosed = errors.New("topic is closed")
	// ErrTitle means a title that is empty or too long.
	ErrTitle = errors.New("topic title is wrong")
	// ErrSame means a change that changes nothing.
	ErrSame = errors.New("topic is as it was")
	// ErrCloseAlone means a change that closes and changes something else as well.
	ErrCloseAlone = errors.New("topics are closed by themselves")
	// ErrHideAlone means a change that hides and changes something else as well, or hides another topic than General.
	ErrHideAlone = errors.New("topics are hidden by themselves")
	// ErrIcon means an icon for General, which has none.
	ErrIcon = errors.New("general has no icon")
	// ErrPinned means more pinned topics than MaxPinned.
	ErrPinned = errors.New("too many pinned topics")
	// ErrTooMany means more topics in one question than MaxPage.
	ErrTooMany = errors.New("too many topics at once")
)

// Bounds.
const (
	MaxTitle  = 128 // characters
	MaxPinned = 5   // as the clients are told
	MaxPage   = 100
	searched  = 2000 // topics that a search looks at
	loosened  = 5000 // answers that are moved to General when a group becomes a forum
)

// colors are those that a topic without an emoji can have.
// Spec: https://core.telegram.org/method/messages.createForumTopic
var colors = [...]int32{0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F}

// A Service keeps topics. Safe for concurrent use.
type Service struct {
	db       *db.DB
	bus      bus.Bus
	log      *updates.Log
	messages *messages.Service
	channels *channels.Service
}

// New makes the service and registers it with m.
func New(d *db.DB, b bus.Bus, log *updates.Log, m *messages.Service, c *channels.Service) *Service {
	s := &Service{db: d, bus: b, log: log, messages: m, channels: c}
	m.OnSending(s.sending)
	m.OnSent(s.sent)
	m.OnDeleted(s.deleted)
	return s
}

// A Topic is a conversation in a forum. Stored within the log of admins: give fields that change their meaning a new name.
type Topic struct {
	ID        ids.Message `json:"i"`
	Title     string      `json:"t"`
	IconColor int32       `json:"c,omitempty"`
	IconEmoji int64       `json:"e,omitempty"`
	Creator   ids.Peer    `json:"p,omitempty"` // as which he appears
	Author    ids.User    `json:"u,omitempty"`
	Date      time.Time   `json:"d"`
	Closed    bool        `json:"cl,omitempty"`
	Hidden    bool        `json:"h,omitempty"`
	Pinned    int64       `json:"pi,omitempty"` // 0: no; else the highest comes first
	Untitled  bool        `json:"um,omitempty"`
	Top       ids.Message `json:"-"` // the newest message
	TopDate   time.Time   `json:"-"`
}

const columns = `id, title, icon_color, icon_emoji, creator, author, date, closed, hidden, pinned, untitled, top_message, top_date`

func scan(row interface{ Scan(...any) error }) (t Topic, err error) {
	err = row.Scan(&t.ID, &t.Title, &t.IconColor, &t.IconEmoji, &t.Creator, &t.Author, &t.Date, &t.Closed, &t.Hidden,
		&t.Pinned, &t.Untitled, &t.Top, &t.TopDate)
	return t, err
}

func query(ctx context.Context, tx *db.Tx, where string, args ...any) (all []Topic, err error) {
	err = tx.Each(ctx, `SELECT `+columns+` FROM forum_topic WHERE owner = $1`+where, args, func(rows *db.Rows) error {
		t, err := scan(rows)
		all = append(all, t)
		return err
	})
	return all, err
}

// one returns a topic. General is there before anything is known of it. It fails with ErrNone.
func one(ctx context.Context, tx *db.Tx, ch channels.Channel, id ids.Message) (Topic, error) {
	const get = `SELECT ` + columns + ` FROM forum_topic WHERE owner = $1 AND id = $2`
	t, err := scan(tx.QueryRow(ctx, get, ch.ID.Peer(), id))
	if !errors.Is(err, db.ErrNotFound) {
		return t, err
	}
	if id == messages.General {
		return general(ch), nil
	}
	return t, ErrNone
}

// general is the first topic of a forum, as it begins.
func general(ch channels.Channel) Topic {
	return Topic{
		ID: messages.General, Title: "General", IconColor: colors[0], Creator: ch.ID.Peer(), Author: ch.Creator,
		Date: ch.CreatedAt, Top: messages.General, TopDate: ch.CreatedAt,
	}
}

// put writes all of a topic.
func put(ctx context.Context, tx *db.Tx, owner ids.Peer, t Topic) error {
	const put = `INSERT INTO forum_topic (owner, ` + columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (owner, id) DO UPDATE SET title = excluded.title, icon_emoji = excluded.icon_emoji, closed = excluded.closed,
			hidden = excluded.hidden, pinned = excluded.pinned, untitled = excluded.untitled`
	_, err := tx.Exec(ctx, put, owner, t.ID, t.Title, t.IconColor, t.IconEmoji, t.Creator, t.Author, t.Date, t.Closed, t.Hidden,
		t.Pinned, t.Untitled, t.Top, t.TopDate)
	return err
}

// forum returns a forum as viewer may see it. It fails with ErrForum, or as channels.See does.
func (s *Service) forum(ctx context.Context, viewer ids.User, ch ids.Channel) (channels.Sight, error) {
	v, err := s.channels.See(ctx, viewer, ch)
	if err == nil && !v.Forum {
		err = ErrForum
	}
	return v, err
}

// A CreateRequest begins a topic.
type CreateRequest struct {
	By       ids.User
	As       ids.Peer // 0: himself
	Channel  ids.Channel
	Title    string
	Color    int32 // 0: any
	Emoji    int64
	RandomID int64
	Untitled bool
}

// Create begins a topic and writes the service message that names it. It fails with ErrForum, ErrTitle,
// rights.ErrAdminRequired, or as messages.Send does.
func (s *Service) Create(ctx context.Context, req CreateRequest) (t Topic, sent messages.Sent, err error) {
	v, err := s.forum(ctx, req.By, req.Channel)
	if err != nil {
		return t, sent, err
	}
	if !v.May(rights.ManageTopics) {
		return t, sent, rights.ErrAdminRequired
	}
	if req.Title, err = cleanTitle(req.Title); err != nil {
		return t, sent, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		t, sent, err = s.create(ctx, tx, req)
		return err
	})
	if err != nil {
		return t, sent, fmt.Errorf("create topic in channel %d: %w", req.Channel, err)
	}
	return t, sent, nil
}

// cleanTitle fails with ErrTitle.
func cleanTitle(title string) (string, error) {
	t, err := text.Clean(text.Text{String: title})
	if err != nil || t.String == "" || utf8.RuneCountInString(t.String) > MaxTitle {
		return "", ErrTitle
	}
	return strings.ReplaceAll(t.String, "\n", " "), nil
}

func (s *Service) create(ctx context.Context, tx *db.Tx, req CreateRequest) (t Topic, sent messages.Sent, err error) {
	color := colors[0]
	for i, c := range colors {
		if c == req.Color || req.Color == 0 && i == int(uint64(req.RandomID)%uint64(len(colors))) {
			color = c
		}
	}
	sent, err = s.messages.SendTx(ctx, tx, messages.SendRequest{
		From: req.By, As: req.As, To: req.Channel.Peer(), RandomID: req.RandomID, Action: &actions.Action{
			Kind: actions.TopicCreate, Title: req.Title, TopicColor: color, TopicIcon: req.Emoji, TitleMissing: req.Untitled,
		},
	})
	if err != nil {
		return t, sent, err
	}
	m := sent.Message
	if err := s.open(ctx, tx, req.Channel); err != nil {
		return t, sent, err
	}
	t = Topic{
		ID: m.ID, Title: req.Title, IconColor: color, IconEmoji: req.Emoji, Creator: m.From, Author: req.By, Date: m.Date,
		Untitled: req.Untitled, Top: m.ID, TopDate: m.Date,
	}
	if err := put(ctx, tx, m.Owner, t); err != nil {
		return t, sent, err
	}
	return t, sent, s.record(ctx, tx, req.Channel, req.By, channels.LogTopicCreate, nil, t)
}

// open makes General, where what was written before the group became a forum is found: also the newest of the answers, which
// are in no thread any more.
func (s *Service) open(ctx context.Context, tx *db.Tx, id ids.Channel) error {
	ch, err := s.channels.OneTx(ctx, tx, id)
	if err != nil {
		return err
	}
	const there = `SELECT COUNT(*) FROM forum_topic WHERE owner = $1 AND id = $2`
	var known bool
	if err := tx.QueryRow(ctx, there, id.Peer(), messages.General).Scan(&known); err != nil || known {
		return err
	}
	const loosen = `UPDATE message SET thread = 0 WHERE owner = $1 AND id IN (SELECT id FROM message WHERE owner = $1
		AND thread > $2 AND thread < id AND NOT EXISTS (SELECT 1 FROM forum_topic t WHERE t.owner = $1 AND t.id = message.thread)
		ORDER BY id DESC LIMIT $3)`
	if _, err := tx.Exec(ctx, loosen, id.Peer(), messages.General, loosened); err != nil {
		return err
	}
	t := general(ch)
	const top = `SELECT id, date FROM message WHERE owner = $1 AND id > 0 AND thread <= $2 ORDER BY id DESC LIMIT 1`
	err = tx.QueryRow(ctx, top, id.Peer(), messages.General).Scan(&t.Top, &t.TopDate)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return put(ctx, tx, id.Peer(), t)
}

func (s *Service) record(ctx context.Context, tx *db.Tx, ch ids.Channel, by ids.User, kind channels.LogKind, before, after any) error {
	e, err := channels.Event(kind, before, after)
	if err != nil {
		return err
	}
	return s.channels.Record(ctx, tx, ch, by, e)
}

// sending is a messages.Hook: it puts new messages into topics that are there and open.
func (s *Service) sending(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	for _, m := range rows {
		if m.Owner.Channel() == 0 || m.Flags.Has(messages.Post) {
			continue
		}
		ch, err := s.channels.OneTx(ctx, tx, m.Owner.Channel())
		if err != nil {
			return err
		}
		if !ch.Forum {
			continue
		}
		if err := s.sort(ctx, tx, ch, m); err != nil {
			return err
		}
	}
	return nil
}

// sort gives m its topic. It fails with ErrNone or ErrClosed.
func (s *Service) sort(ctx context.Context, tx *db.Tx, ch channels.Channel, m *messages.Message) error {
	isAction := m.Flags.Has(messages.IsAction)
	switch {
	case isAction && m.Action.Kind == actions.TopicCreate:
		m.Thread = m.ID
		return nil
	case m.Thread == 0:
		m.Thread = messages.General
	}
	t, err := one(ctx, tx, ch, m.Thread)
	switch {
	case errors.Is(err, ErrNone) && isAction:
		m.Thread = messages.General
		return nil
	case err != nil || isAction || !t.Closed || t.Author == m.Writer():
		return err
	}
	v, err := s.channels.SeeTx(ctx, tx, m.Writer(), ch.ID)
	if err == nil && !v.Can(rights.AdminManageTopics) {
		err = ErrClosed
	}
	return err
}

// sent is a messages.Hook: it notes the newest message of topics.
func (s *Service) sent(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	for _, m := range rows {
		if m.Owner.Channel() == 0 || m.Thread == 0 {
			continue
		}
		ch, err := s.channels.OneTx(ctx, tx, m.Owner.Channel())
		if err != nil {
			return err
		}
		if !ch.Forum {
			continue
		}
		if err := s.rise(ctx, tx, ch, m); err != nil {
			return err
		}
		if err := readOwn(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

// readOwn notes that who wrote m has read its topic up to there.
func readOwn(ctx context.Context, tx *db.Tx, m *messages.Message) error {
	const move = `INSERT INTO thread_read (owner, peer, thread, read_inbox) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, peer, thread) DO UPDATE SET read_inbox = excluded.read_inbox
		WHERE thread_read.read_inbox < excluded.read_inbox`
	if m.Writer() == 0 {
		return nil
	}
	return tx.Queue(ctx, move, m.Writer(), m.Owner, m.Thread, m.ID)
}

// AllRead reports whether viewer has read every topic of a forum to its end.
func (s *Service) AllRead(ctx context.Context, viewer ids.User, ch ids.Channel) (all bool, err error) {
	const unread = `SELECT COUNT(*) FROM (SELECT t.id FROM forum_topic t
		LEFT JOIN thread_read r ON r.owner = $2 AND r.peer = t.owner AND r.thread = t.id
		LEFT JOIN dialog d ON d.owner = $2 AND d.peer = t.owner
		WHERE t.owner = $1 AND t.top_message > COALESCE(r.read_inbox, 0) AND t.top_message > COALESCE(d.read_inbox, 0) LIMIT 1) AS waiting`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var n int
		err := tx.QueryRow(ctx, unread, ch.Peer(), viewer).Scan(&n)
		all = n == 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("unread topics of channel %d: %w", ch, err)
	}
	return all, nil
}

func (s *Service) rise(ctx context.Context, tx *db.Tx, ch channels.Channel, m *messages.Message) error {
	const move = `UPDATE forum_topic SET top_message = $3, top_date = $4 WHERE owner = $1 AND id = $2`
	if m.Thread != messages.General {
		return tx.Queue(ctx, move, m.Owner, m.Thread, m.ID, m.Date)
	}
	n, err := tx.Exec(ctx, move, m.Owner, m.Thread, m.ID, m.Date)
	if err != nil || n > 0 {
		return err
	}
	return s.open(ctx, tx, ch.ID)
}

// deleted is a messages.Hook: it finds new newest messages.
func (s *Service) deleted(ctx context.Context, tx *db.Tx, rows []*messages.Message) error {
	threads := map[ids.Message]bool{}
	for _, m := range rows {
		if m.Owner.Channel() == 0 || m.Thread == 0 || threads[m.Thread] {
			continue
		}
		threads[m.Thread] = true
		const mend = `UPDATE forum_topic SET
			top_message = COALESCE((SELECT MAX(id) FROM message WHERE owner = $1 AND thread = $2 AND thread > 0), $2)
			WHERE owner = $1 AND id = $2`
		if err := tx.Queue(ctx, mend, m.Owner, m.Thread); err != nil {
			return err
		}
	}
	return nil
}
