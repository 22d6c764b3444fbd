// Package scheduled is what happens by itself when its time has come: messages that wait to be sent, and messages that
// delete themselves, or lose their media once these were looked at.
//
// A scheduled message is kept outside of the logs. In one transaction it leaves its list and becomes a message, so it is
// sent exactly once, whatever process tries and whenever one is killed. The same holds for what expires.
//
// It owns the tables scheduled_message, scheduled_file, history_ttl and message_expiry. Callers are package api/scheduled and, through
// hooks, package messages.
package scheduled

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"hermod/internal/bus"
	"hermod/internal/cache"
	"hermod/internal/db"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/rights"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Errors of this package that are the caller's.
var (
	// ErrDate means a time that is not one.
	ErrDate = errors.New("no such time to send at")
	// ErrTooLate means a time that is too far away.
	ErrTooLate = errors.New("time to send at is too far away")
	// ErrTooMany means that enough messages of this chat wait already.
	ErrTooMany = errors.New("too many scheduled messages")
	// ErrStatus means somebody of whom the sender does not see when he comes online.
	ErrStatus = errors.New("when he comes online is hidden")
	// ErrNone means a scheduled message that is not there.
	ErrNone = errors.New("no such scheduled message")
	// ErrPeriod means a period that messages cannot have.
	ErrPeriod = errors.New("no such period")
	// ErrSame means a change that changes nothing.
	ErrSame = errors.New("scheduled message is as it was")
)

// Bounds.
const (
	MaxPerChat = 100
	maxAhead   = 366 * 24 * time.Hour
	maxID      = 1<<18 - 1 // clients keep no more bits
)

// WhenOnline is the time that means "as soon as the other side is online".
// Spec: https://core.telegram.org/api/scheduled-messages
var WhenOnline = time.Unix(math.MaxInt32-1, 0)

// A Service keeps what waits for its time. Safe for concurrent use.
type Service struct {
	db       *db.DB
	bus      bus.Bus
	log      *updates.Log
	users    *users.Service
	dialogs  *dialogs.Service
	messages *messages.Service
	files    messages.Files // nil: nobody keeps any
	shared   func(ctx context.Context, user ids.User, ch ids.Channel) (bool, error)
	rest     restPeriods
	periods  *cache.Cache[ids.User, periods]
	arrived  chan ids.User // who came online
	soon     chan struct{} // something may be due
	ticks    atomic.Int64  // of the last id
}

// Options are what a Service works with.
type Options struct {
	DB       *db.DB
	Bus      bus.Bus
	Log      *updates.Log
	Users    *users.Service
	Messages *messages.Service
	Files    messages.Files // nil: nobody keeps any
	// Shared tells whether a channel is one of posts: then its admins share what is scheduled there. It fails for a user who
	// is none of those who post.
	Shared func(ctx context.Context, user ids.User, ch ids.Channel) (bool, error)
	// GroupPeriod and ChannelPeriod are the seconds after which messages of a group go.
	GroupPeriod   func(ctx context.Context, chat ids.Chat) (int32, error)
	ChannelPeriod func(ctx context.Context, ch ids.Channel) (int32, error)
}

// restPeriods are the periods that others keep.
type restPeriods struct {
	group   func(ctx context.Context, chat ids.Chat) (int32, error)
	channel func(ctx context.Context, ch ids.Channel) (int32, error)
}

// New makes the service and registers it with o.Messages. Run does what is due.
func New(o Options) *Service {
	cached := cache.New[ids.User, periods](o.Users.Changes(), cachedOwners, cacheTTL, cache.One[ids.User])
	s := &Service{
		db: o.DB, bus: o.Bus, log: o.Log, users: o.Users, dialogs: o.Messages.Dialogs(), messages: o.Messages,
		files: o.Files, shared: o.Shared, rest: restPeriods{o.GroupPeriod, o.ChannelPeriod}, periods: cached,
		arrived: make(chan ids.User, 1024), soon: make(chan struct{}, 1),
	}
	o.Messages.OnSending(s.stamp)
	o.Messages.OnSent(s.expect)
	return s
}

// An Item is a message that waits.
type Item struct {
	Owner    ids.Peer // whose list it is in: a user's, or a channel's
	Peer     ids.Peer
	ID       ids.Message
	Due      time.Time
	By       ids.User
	RandomID int64
	Made     time.Time
	Edited   time.Time // zero unless edited
	tries    int
	content
}

// content is what is to be sent. Stored as JSON: give fields that change their meaning a new name.
type content struct {
	As        ids.Peer          `json:"a,omitempty"`
	Text      text.Text         `json:"t"`
	Media     *media.Media      `json:"m,omitempty"`
	Reply     *answer           `json:"r,omitempty"`
	Forward   *messages.Forward `json:"f,omitempty"`
	GroupedID int64             `json:"g,omitempty"`
	Flags     messages.Flags    `json:"fl,omitempty"`
	Markup    []byte            `json:"k,omitempty"`
	ViaBot    ids.User          `json:"b,omitempty"`
}

// An answer is a messages.ReplyTo.
type answer struct {
	ID          ids.Message `json:"i,omitempty"`
	Peer        ids.Peer    `json:"p,omitempty"`
	Thread      ids.Message `json:"t,omitempty"`
	Quote       *text.Text  `json:"q,omitempty"`
	QuoteOffset int         `json:"o,omitempty"`
}

// contentOf takes from a request what is kept.
func contentOf(r messages.SendRequest) content {
	c := content{
		As: r.As, Text: r.Text, Media: r.Media, Forward: r.Forward, GroupedID: r.GroupedID, Flags: r.Flags,
		Markup: r.Markup, ViaBot: r.ViaBot,
	}
	if r.Reply != nil {
		c.Reply = new(answer(*r.Reply))
	}
	return c
}

// request is what is sent when the time has come.
func (i *Item) request() messages.SendRequest {
	r := messages.SendRequest{
		From: i.By, As: i.As, To: i.Peer, RandomID: i.RandomID, Text: i.Text, Media: i.Media, Forward: i.Forward,
		GroupedID: i.GroupedID, Flags: i.Flags, Markup: i.Markup, ViaBot: i.ViaBot, Scheduled: true,
	}
	if i.Reply != nil {
		r.Reply = new(messages.ReplyTo(*i.Reply))
	}
	return r
}

// Message is the item as it will look, with the time it waits for as its date.
func (i *Item) Message() *messages.Message {
	from := i.By.Peer()
	if i.As != 0 {
		from = i.As
	}
	m := &messages.Message{
		Owner: i.By.Peer(), ID: i.ID, Peer: i.Peer, From: from, Date: i.Due, EditDate: i.Edited, RandomID: i.RandomID,
		Flags: i.Flags &^ messages.Out, Text: i.Text,
	}
	switch {
	case i.Owner.Channel() != 0:
		m.From, m.Author, m.Flags = i.Peer, i.By, m.Flags|messages.Post
	case from != i.By.Peer():
		m.Author = i.By
	}
	if i.Peer != i.By.Peer() {
		m.Flags |= messages.Out
	}
	m.Media, m.Forward, m.Markup, m.ViaBot, m.GroupedID = i.Media, i.Forward, i.Markup, i.ViaBot, i.GroupedID
	if r := i.Reply; r != nil {
		m.Reply = &messages.Reply{ID: r.ID, Peer: r.Peer, Thread: r.Thread, Quote: r.Quote, QuoteOffset: r.QuoteOffset}
		m.Reply.Manual = r.Quote != nil
	}
	return m
}

// box says in whose list a user's messages to a peer wait. It fails with an error of package rights, where he may not know.
func (s *Service) box(ctx context.Context, by ids.User, peer ids.Peer) (ids.Peer, error) {
	ch := peer.Channel()
	if ch == 0 {
		return by.Peer(), nil
	}
	shared, err := s.shared(ctx, by, ch)
	if err != nil || !shared {
		return by.Peer(), err
	}
	return peer, nil
}

const columns = `owner, peer, id, due_at, by_user, random_id, made_at, edited_at, tries, data`

func scan(row interface{ Scan(...any) error }) (*Item, error) {
	i := &Item{}
	var data []byte
	err := row.Scan(&i.Owner, &i.Peer, &i.ID, &i.Due, &i.By, &i.RandomID, &i.Made, &i.Edited, &i.tries, &data)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &i.content); err != nil {
		return nil, fmt.Errorf("decode scheduled message %d of %d: %w", i.ID, i.Owner, err)
	}
	return i, nil
}

func query(ctx context.Context, tx *db.Tx, sql string, args ...any) (all []*Item, err error) {
	err = tx.Each(ctx, sql, args, func(rows *db.Rows) error {
		i, err := scan(rows)
		all = append(all, i)
		return err
	})
	return all, err
}

// List returns what waits for a chat, the next one first.
func (s *Service) List(ctx context.Context, viewer ids.User, peer ids.Peer) (all []*Item, err error) {
	owner, err := s.box(ctx, viewer, peer)
	if err != nil {
		return nil, err
	}
	const get = `SELECT ` + columns + ` FROM scheduled_message WHERE owner = $1 AND peer = $2 ORDER BY due_at DESC, id DESC LIMIT $3`
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = query(ctx, tx, get, owner, peer, MaxPerChat)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("scheduled messages of %d: %w", owner, err)
	}
	return all, nil
}

// Get returns scheduled messages of a chat by their ids; those that are not there are left out.
func (s *Service) Get(ctx context.Context, viewer ids.User, peer ids.Peer, want []ids.Message) (all []*Item, err error) {
	owner, err := s.box(ctx, viewer, peer)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		all, err = byID(ctx, tx, owner, peer, want)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("scheduled messages of %d: %w", owner, err)
	}
	return all, nil
}

// byID fails with messages.ErrTooMany.
func byID(ctx context.Context, tx *db.Tx, owner, peer ids.Peer, want []ids.Message) ([]*Item, error) {
	if len(want) == 0 {
		return nil, nil
	}
	if len(want) > messages.MaxBatch {
		return nil, messages.ErrTooMany
	}
	args := []any{int64(owner), int64(peer)}
	for _, id := range want {
		args = append(args, int64(id))
	}
	get := `SELECT ` + columns + ` FROM scheduled_message WHERE owner = $1 AND peer = $2 AND id IN (` +
		db.List(3, len(want)) + `) ORDER BY due_at, id`
	return query(ctx, tx, get, args...)
}

// Any reports whether something waits for a chat that viewer may know of.
func (s *Service) Any(ctx context.Context, viewer ids.User, peer ids.Peer) (any bool, err error) {
	owner, err := s.box(ctx, viewer, peer)
	if errors.Is(err, rights.ErrAdminRequired) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	const get = `SELECT COUNT(*) FROM (SELECT id FROM scheduled_message WHERE owner = $1 AND peer = $2 LIMIT 1) AS one`
	err = s.db.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, get, owner, peer).Scan(&any) })
	if err != nil {
		return false, fmt.Errorf("scheduled messages of %d: %w", owner, err)
	}
	return any, nil
}
