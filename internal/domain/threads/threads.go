// Package threads is what grows around a message of a channel's log: its views, forwards and answers, the discussion of a
// post in the group linked to its channel, and how far somebody has read it.
//
// A post is forwarded into the discussion group in the transaction that writes it, so it is there once or not at all.
// Views are counted in memory and written every few seconds: a crash may lose the last ones.
//
// It owns the tables post_counter, discussion_post and thread_read; of the last one package topics uses the rows of forums.
// Callers are package api/threads and, through hooks, package messages.
package threads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
)

// Errors of this package that are the caller's.
var (
	// ErrNone means a message that is not there, or one without a discussion.
	ErrNone = errors.New("no such thread")
	// ErrTooMany means more messages at once than are counted.
	ErrTooMany = errors.New("too many messages at once")
)

// Bounds.
const (
	MaxPosts  = 100 // in one question
	repliers  = 3   // that are named
	maxRecent = 1 << 17
	maxDirty  = 1 << 15 // posts with views that are not written yet
	flushTime = 2 * time.Second
	flushStep = 200
)

// A Service keeps counters and discussions. Safe for concurrent use.
type Service struct {
	db       *db.DB
	bus      bus.Bus
	log      *updates.Log
	messages *messages.Service
	channels *channels.Service
	viewed   func(ch ids.Channel, n int) // these two tell the statistics
	shared   func(ch ids.Channel, n int)

	mu    sync.Mutex
	seen  map[sight]struct{} // who has seen what, the younger half
	older map[sight]struct{}
	dirty map[post]delta
}

// A post is a message of a channel's log.
type post struct {
	owner ids.Peer
	id    ids.Message
}

// A sight is that somebody saw a post.
type sight struct {
	user ids.User
	post
}

// A delta is what is not written yet.
type delta struct{ views, forwards int32 }

// Options are what a Service works with.
type Options struct {
	DB       *db.DB
	Bus      bus.Bus
	Log      *updates.Log
	Messages *messages.Service
	Channels *channels.Service
	// Viewed is told of views and Shared of forwards; nil: nobody is.
	Viewed, Shared func(ch ids.Channel, n int)
}

// New makes the service and registers it with o.Messages. Run writes the views.
func New(o Options) *Service {
	s := &Service{
		db: o.DB, bus: o.Bus, log: o.Log, messages: o.Messages, channels: o.Channels, viewed: o.Viewed, shared: o.Shared,
		seen: map[sight]struct{}{}, older: map[sight]struct{}{}, dirty: map[post]delta{},
	}
	for _, told := range []*func(ids.Channel, int){&s.viewed, &s.shared} {
		if *told == nil {
			*told = func(ids.Channel, int) {}
		}
	}
	o.Messages.OnSent(s.sent)
	o.Messages.OnEdited(s.edited)
	o.Messages.OnDeleted(s.deleted)
	return s
}

// A Discussion says where a post of a channel is discussed: below the message Root of Group.
type Discussion struct {
	Group ids.Channel
	Root  ids.Message
}

// Counts are what is counted of a message.
type Counts struct {
	Views, Forwards int32
	Replies         int32
	MaxID           ids.Message // the last reply
	ReadMax         ids.Message // the highest reply that another than its author has read
	Recent          []ids.Peer  // who replied last, last first
	Discussion      Discussion  // of a post; zero if it has none
	ReadInbox       ids.Message // up to which the viewer has read
}

// counter reads a row of post_counter.
func (c *Counts) scan(rows *db.Rows, id *ids.Message) error {
	var recent string
	if err := rows.Scan(id, &c.Views, &c.Forwards, &c.Replies, &c.MaxID, &c.ReadMax, &recent); err != nil {
		return err
	}
	if recent == "" {
		return nil
	}
	return json.Unmarshal([]byte(recent), &c.Recent)
}

// Counters returns what is counted of messages in the log of a channel. Those of which nothing is are left out. viewer may
// be 0: then it is not said how far he has read.
func (s *Service) Counters(
	ctx context.Context, viewer ids.User, owner ids.Peer, list []ids.Message,
) (found map[ids.Message]Counts, err error) {
	if len(list) > MaxPosts {
		return nil, ErrTooMany
	}
	if len(list) == 0 || owner.Channel() == 0 {
		return nil, nil
	}
	ch, err := s.channels.One(ctx, owner.Channel())
	if err != nil && !errors.Is(err, channels.ErrNotFound) {
		return nil, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if found, err = counters(ctx, tx, owner, list); err != nil || ch.Linked == 0 {
			return err
		}
		return s.discussed(ctx, tx, viewer, ch, list, found)
	})
	if err != nil {
		return nil, fmt.Errorf("counters of %d: %w", owner, err)
	}
	s.addPending(owner, list, found)
	return found, nil
}

func idArgs(first ids.Peer, list []ids.Message) []any {
	args := make([]any, 1, len(list)+1)
	args[0] = int64(first)
	for _, id := range list {
		args = append(args, int64(id))
	}
	return args
}

func counters(ctx context.Context, tx *db.Tx, owner ids.Peer, list []ids.Message) (map[ids.Message]Counts, error) {
	found := make(map[ids.Message]Counts, len(list))
	get := `SELECT id, views, forwards, replies, max_id, read_max, recent FROM post_counter
		WHERE owner = $1 AND id IN (` + db.List(2, len(list)) + `)`
	err := tx.Each(ctx, get, idArgs(owner, list), func(rows *db.Rows) error {
		var c Counts
		var id ids.Message
		err := c.scan(rows, &id)
		found[id] = c
		return err
	})
	return found, err
}

// discussed adds to the counters of posts those of their discussions. What goes on in a group to which the channel was
// linked before is not for its readers any more.
func (s *Service) discussed(
	ctx context.Context, tx *db.Tx, viewer ids.User, ch channels.Channel, list []ids.Message, found map[ids.Message]Counts,
) error {
	linked, err := discussions(ctx, tx, ch.ID.Peer(), list)
	if err != nil {
		return err
	}
	maps.DeleteFunc(linked, func(_ ids.Message, d Discussion) bool { return d.Group != ch.Linked })
	if len(linked) == 0 {
		return nil
	}
	roots := make([]ids.Message, 0, len(linked))
	for _, d := range linked {
		roots = append(roots, d.Root)
	}
	counted, err := counters(ctx, tx, ch.Linked.Peer(), roots)
	if err != nil {
		return err
	}
	read, err := marks(ctx, tx, viewer, ch.Linked.Peer(), roots)
	if err != nil {
		return err
	}
	for id, d := range linked {
		found[id] = found[id].with(d, counted[d.Root], read[d.Root])
	}
	return nil
}

// with is c, of a post, with what is counted of its discussion.
func (c Counts) with(d Discussion, of Counts, read ids.Message) Counts {
	c.Discussion, c.Replies, c.MaxID, c.ReadMax, c.Recent, c.ReadInbox = d, of.Replies, of.MaxID, of.ReadMax, of.Recent, read
	return c
}

func discussions(ctx context.Context, tx *db.Tx, owner ids.Peer, list []ids.Message) (map[ids.Message]Discussion, error) {
	found := map[ids.Message]Discussion{}
	get := `SELECT id, in_group, root FROM discussion_post WHERE owner = $1 AND id IN (` + db.List(2, len(list)) + `)`
	err := tx.Each(ctx, get, idArgs(owner, list), func(rows *db.Rows) error {
		var id ids.Message
		var group ids.Peer
		var d Discussion
		err := rows.Scan(&id, &group, &d.Root)
		d.Group = group.Channel()
		found[id] = d
		return err
	})
	return found, err
}

// marks are how far viewer has read threads of a chat; 0 has read nothing.
func marks(ctx context.Context, tx *db.Tx, viewer ids.User, peer ids.Peer, list []ids.Message) (map[ids.Message]ids.Message, error) {
	read := map[ids.Message]ids.Message{}
	if viewer == 0 || len(list) == 0 {
		return read, nil
	}
	args := []any{int64(viewer), int64(peer)}
	for _, id := range list {
		args = append(args, int64(id))
	}
	get := `SELECT thread, read_inbox FROM thread_read WHERE owner = $1 AND peer = $2 AND thread IN (` + db.List(3, len(list)) + `)`
	err := tx.Each(ctx, get, args, func(rows *db.Rows) error {
		var thread, upTo ids.Message
		err := rows.Scan(&thread, &upTo)
		read[thread] = upTo
		return err
	})
	return read, err
}
