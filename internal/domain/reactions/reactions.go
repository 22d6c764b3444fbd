// Package reactions keeps who reacted to which message with what: the counts that a message shows, the lists behind them,
// what its author has not seen yet, and the tags of saved messages, which are reactions to them.
//
// A single reaction is a row; the row of the message says what they add up to, in all of its copies. So a page of messages
// needs one query at most, for the viewer's own choice, and a reaction in a channel costs the same whatever its size: its
// rows, the message, and one entry in the log of the channel.
//
// It owns the tables reaction, unread_reaction, recent_reaction, reaction_setting, saved_tag and tagged_message.
package reactions

import (
	"context"
	"errors"
	"time"

	"hermod/internal/db"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/stand"
	"hermod/internal/domain/updates"
)

// Errors of this package that are the caller's; those of package rights come on top.
var (
	// ErrInvalid means a reaction that does not exist, or that is not allowed in the chat.
	ErrInvalid = errors.New("no such reaction")
	// ErrMessage means a message that one cannot react to, or that is not there.
	ErrMessage = errors.New("no message to react to")
	// ErrTooMany means more reactions than one may give, or more kinds than a message can have.
	ErrTooMany = errors.New("too many reactions")
	// ErrSame means reactions that are as they were.
	ErrSame = errors.New("reactions are as they were")
	// ErrAnonymous means a question for who reacted where that is not told.
	ErrAnonymous = errors.New("who reacted is not told")
	// ErrOffset means a place in a list that this server did not give out.
	ErrOffset = errors.New("offset is invalid")
	// ErrTitle means a name of a tag that is too long.
	ErrTitle = errors.New("name of the tag is too long")
)

// Bounds.
const (
	MaxPage = 100

	maxOwn      = 3  // reactions of one person to one message
	maxKinds    = 11 // different reactions to one message
	maxShown    = 3  // people shown with each reaction
	maxRecent   = 50 // reactions that are remembered as recently used
	maxTags     = 100
	maxTagTitle = 12 // characters
	maxUnread   = 1000
	maxSweep    = 1000 // messages of which one person's reactions are taken at once
)

// A Service answers for reactions. Safe for concurrent use.
type Service struct {
	db       *db.DB
	log      *updates.Log
	messages *messages.Service
	stands   *stand.Stands
}

// New makes the service, and has it told of messages that go.
func New(d *db.DB, log *updates.Log, m *messages.Service, st *stand.Stands) *Service {
	s := &Service{db: d, log: log, messages: m, stands: st}
	m.OnDeleted(s.forget)
	return s
}

// A key is under which the reactions to a message are kept: both sides of a private chat share the rows of the side with
// the lower id, members of a basic group those of its number in the group.
type key struct {
	owner ids.Peer
	id    ids.Message
}

func keyOf(m *messages.Message) key {
	switch {
	case m.Peer.Chat() != 0 && m.Twin != 0:
		return key{m.Peer, m.Twin}
	case m.Owner.User() != 0 && m.Peer.User() != 0 && m.Twin != 0 && m.Peer < m.Owner:
		return key{m.Peer, m.Twin}
	}
	return key{m.Owner, m.ID}
}

// saved reports whether m is a saved message, whose reactions are tags.
func saved(m *messages.Message) bool { return m.Peer == m.Owner && m.Owner.User() != 0 }

func now() time.Time { return time.Unix(time.Now().Unix(), 0) }

// read runs one reading operation.
func read[T any](ctx context.Context, s *Service, fn func(tx *db.Tx) (T, error)) (v T, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		v, err = fn(tx)
		return err
	})
	return v, err
}
