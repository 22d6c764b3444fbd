// Package messages is what is said in chats: sent, edited, forwarded, read, searched and deleted, and the log of it all
// as clients catch up with it.
//
// Whose log a chat is in says Box. In a private chat each side has a row of its own, in its own numbering; the rows know
// each other by Twin. A chat with oneself ("saved messages") has one row per message. In a basic group each member has
// a row, and Twin is the number of the message in the group. In a channel or supergroup there is one row, whatever the
// number of its members: owner and peer are the channel. A new row is its own entry in its owner's log.
//
// It owns the tables message, message_file, vanishing_media, voice_played, message_purge, pinned_message, read_date,
// message_bucket, unread_mention, sent_random and those of the search. Callers are package api/chats, the
// Bot API, and whoever speaks to people in the name of the server (Notify).
package messages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"hermod/internal/bus"
	"hermod/internal/db"
	"hermod/internal/domain/actions"
	"hermod/internal/domain/channels"
	"hermod/internal/domain/dialogs"
	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/media"
	"hermod/internal/domain/text"
	"hermod/internal/domain/updates"
	"hermod/internal/domain/users"
)

// Errors of this package that are the caller's.
var (
	// ErrEmpty means a message without text.
	ErrEmpty = errors.New("message is empty")
	// ErrTooLong means a text of more than MaxUnits.
	ErrTooLong = errors.New("message is too long")
	// ErrCaption means a text of more than MaxCaption under media.
	ErrCaption = errors.New("caption is too long")
	// ErrVoice means somebody who takes no voice messages from the sender.
	ErrVoice = errors.New("voice messages are not wanted")
	// ErrPeer means a peer with whom there can be no private chat.
	ErrPeer = errors.New("no private chat with this peer")
	// ErrReply means a message to reply to that is not there.
	ErrReply = errors.New("message to reply to is not there")
	// ErrQuote means a quote that is not in the message replied to.
	ErrQuote = errors.New("quote is not in the message")
	// ErrNone means a message that is not there, or that is no message of this kind.
	ErrNone = errors.New("no such message")
	// ErrAuthor means a message that somebody else wrote.
	ErrAuthor = errors.New("message of somebody else")
	// ErrEditTime means a message that is too old to be edited.
	ErrEditTime = errors.New("message is too old to be edited")
	// ErrSame means an edit that changes nothing.
	ErrSame = errors.New("message is as it was")
	// ErrProtected means a message that must not be forwarded.
	ErrProtected = errors.New("message must not be forwarded")
	// ErrSentBefore means a random id of a message that is gone since.
	ErrSentBefore = errors.New("message was sent before and is gone")
	// ErrDelete means a message that the caller must not delete.
	ErrDelete = errors.New("message must not be deleted")
	// ErrRandomID means random ids that are missing, double or not as many as the messages.
	ErrRandomID = errors.New("random ids do not fit")
	// ErrTooMany means more messages at once than MaxBatch.
	ErrTooMany = errors.New("too many messages at once")
	// ErrTooOld means a message that was read too long ago to say when.
	ErrTooOld = errors.New("message is too old")
	// ErrHidden means that the other side hides when it reads messages.
	ErrHidden = errors.New("read dates are hidden")
	// ErrHiding means that who asks hides it himself.
	ErrHiding = errors.New("read dates are hidden by oneself")
)

// Bounds.
const (
	MaxUnits   = 4096 // of a text, in UTF-16 code units
	MaxCaption = 1024 // of a text under media, in the same units
	MaxBatch   = 100  // messages in one call
	EditTime   = 48 * time.Hour

	maxMarkup = 16 << 10 // bytes of a keyboard
	maxQuote  = 1024     // units
)

// A Service answers for messages. Safe for concurrent use.
type Service struct {
	db      *db.DB
	bus     bus.Bus
	log     *updates.Log
	dialogs *dialogs.Service
	users   *users.Service
	index   *index
	hooks   hooks
	files   Files // nil: nobody keeps any

	groups   *groups.Service // nil where there are private chats only
	channels *channels.Service
}

// New makes the service. Run keeps its search index.
func New(d *db.DB, b bus.Bus, log *updates.Log, dl *dialogs.Service, u *users.Service) *Service {
	s := &Service{db: d, bus: b, log: log, dialogs: dl, users: u, index: newIndex(d)}
	s.OnSent(s.tagPosts)
	s.OnDeleted(s.untagPosts)
	return s
}

// SetCommunities says what answers for groups and channels. It must come before the first request.
func (s *Service) SetCommunities(g *groups.Service, c *channels.Service) { s.groups, s.channels = g, c }

// Dialogs is the list around the messages.
func (s *Service) Dialogs() *dialogs.Service { return s.dialogs }

// Flags are properties of a message, as its owner sees it. They are stored: a bit never changes its meaning.
type Flags int32

// The flags.
const (
	Out         Flags = 1 << iota // the owner sent it; never set in a chat with oneself
	Silent                        // it made no sound
	NoForwards                    // it must not be forwarded
	MediaUnread                   // its voice or round video was not played, its vanishing media not looked at
	Mentioned                     // it mentions the owner
	Pinned
	InvertMedia
	EditHidden // its edit date is not shown
	IsAction   // it tells of an Action and has no text
	NoWebpage
	HasLink   // its text holds an address; set when the row is written
	Post      // a post of a broadcast channel
	Scheduled // it was sent at a time set before
)

// Has reports whether all of flags are set.
func (f Flags) Has(flags Flags) bool { return f&flags == flags }

func (f Flags) with(flags Flags, on bool) Flags {
	if on {
		return f | flags
	}
	return f &^ flags
}

// A Message is a message as Owner has it.
type Message struct {
	Owner    ids.Peer // in whose log it is: a user's, or a channel's, which then is Peer as well
	ID       ids.Message
	Peer     ids.Peer
	From     ids.Peer    // who shows as its author
	Twin     ids.Message // its id at the other side, or its number in a basic group; 0 when there is none
	PTS      int32
	Date     time.Time
	EditDate time.Time // zero unless edited
	Flags    Flags
	RandomID int64 // in the sender's row only
	Text     text.Text
	Thread   ids.Message // of a channel: the topic, or the message whose answers it is among; else 0
	extra
}

// extra is what few messages have. Stored as JSON: give fields that change their meaning a new name.
type extra struct {
	Entities []text.Entity `json:"e,omitempty"` // of the text, while stored
	Reply    *Reply        `json:"r,omitempty"`
	Forward  *Forward      `json:"f,omitempty"`
	Markup   []byte        `json:"m,omitempty"` // TL bytes of a ReplyMarkup, carried for the client
	ViaBot   ids.User      `json:"b,omitempty"`

	Action    *actions.Action  `json:"a,omitempty"`
	Media     *media.Media     `json:"md,omitempty"`
	Author    ids.User         `json:"u,omitempty"`  // who wrote it, when From is not he
	Signature string           `json:"s,omitempty"`  // of the author of a post
	GroupedID int64            `json:"g,omitempty"`  // of the album it is in
	TTL       int32            `json:"tt,omitempty"` // seconds after which it goes away
	Mentions  []ids.User       `json:"n,omitempty"`  // in channels: whom it mentions or answers
	Reactions *ReactionSummary `json:"rc,omitempty"`
}

// A Reply says to what a message answers.
// Spec: https://core.telegram.org/constructor/messageReplyHeader
type Reply struct {
	ID          ids.Message `json:"i,omitempty"` // in the owner's numbering; 0 when he does not have it
	Peer        ids.Peer    `json:"p,omitempty"` // when it is in another chat
	Thread      ids.Message `json:"t,omitempty"` // the topic or thread it is in, when that is not ID itself
	From        *Forward    `json:"f,omitempty"` // who wrote it, when it is in another chat
	Quote       *text.Text  `json:"q,omitempty"` // the part that is answered
	QuoteOffset int         `json:"o,omitempty"`
	Manual      bool        `json:"m,omitempty"` // the quote was chosen by the sender
}

// A Forward says where a message comes from.
// Spec: https://core.telegram.org/constructor/messageFwdHeader
type Forward struct {
	From      ids.Peer    `json:"u,omitempty"` // 0 when his privacy hides him; then Name stands
	Name      string      `json:"n,omitempty"`
	Date      int64       `json:"d"`           // unix seconds
	SavedFrom ids.Peer    `json:"p,omitempty"` // the chat it was saved from, among one's saved messages
	SavedID   ids.Message `json:"i,omitempty"`
	Post      ids.Message `json:"c,omitempty"` // the number of a post in the channel From
	Signature string      `json:"s,omitempty"` // of the author of a post
}

// Peers are those whom a client must know to show m.
func (m *Message) Peers() []ids.Peer {
	all := append(peers(m.Text.Mentioned()), m.From, m.Peer, m.ViaBot.Peer())
	all = append(all, m.Action.Peers()...)
	for _, f := range [...]*Forward{m.Forward, m.replyFrom()} {
		if f != nil {
			all = append(all, f.From, f.SavedFrom)
		}
	}
	if m.Reply != nil {
		all = append(all, m.Reply.Peer)
		if m.Reply.Quote != nil {
			all = append(all, peers(m.Reply.Quote.Mentioned())...)
		}
	}
	all = append(all, m.Media.Peers()...)
	all = append(all, m.Reacted()...)
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(p ids.Peer) bool { return p == 0 })
}

func peers(users []ids.User) []ids.Peer {
	all := make([]ids.Peer, len(users))
	for i, u := range users {
		all[i] = u.Peer()
	}
	return all
}

// Writer is who wrote m: its author, also where something else shows as such. 0 when that is not a user's doing.
func (m *Message) Writer() ids.User {
	if m.Author != 0 {
		return m.Author
	}
	return m.From.User()
}

// IsOut reports whether viewer sees m as his own. The row of a channel is one for all who look at it.
func (m *Message) IsOut(viewer ids.User) bool {
	if m.Owner.Channel() != 0 {
		return viewer != 0 && m.Writer() == viewer
	}
	return m.Flags.Has(Out)
}

// MentionedTo reports whether m mentions viewer, or answers him.
func (m *Message) MentionedTo(viewer ids.User) bool {
	if m.Owner.Channel() != 0 {
		return slices.Contains(m.Mentions, viewer)
	}
	return m.Flags.Has(Mentioned)
}

// Box says whose log the chat of viewer with peer is in: that of the channel, or else his own.
func Box(viewer ids.User, peer ids.Peer) ids.Peer {
	if peer.Channel() != 0 {
		return peer
	}
	return viewer.Peer()
}

func (m *Message) replyFrom() *Forward {
	if m.Reply == nil {
		return nil
	}
	return m.Reply.From
}

// SavedPeer is the chat that m belongs to among its owner's saved messages: where it was forwarded from, or the owner
// himself.
func (m *Message) SavedPeer() ids.Peer {
	switch f := m.Forward; {
	case f != nil && f.SavedFrom != 0:
		return f.SavedFrom
	case f != nil && f.From != 0:
		return f.From
	}
	return m.Owner
}

// found are the flags that follow from the content.
func (m *Message) found() Flags {
	for _, e := range m.Text.Entities {
		if e.Kind == text.URL || e.Kind == text.TextURL || e.Kind == text.Email {
			return HasLink
		}
	}
	return 0
}

func (m *Message) encodeExtra() ([]byte, error) {
	x := m.extra
	if x.Entities = m.Text.Entities; len(x.Entities) == 0 {
		x.Entities = nil
	}
	if reflect.ValueOf(x).IsZero() {
		return nil, nil
	}
	b, err := json.Marshal(x)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return b, nil
}

func (m *Message) decodeExtra(b []byte) error {
	if b == nil {
		return nil
	}
	if err := json.Unmarshal(b, &m.extra); err != nil {
		return fmt.Errorf("decode message %d of %d: %w", m.ID, m.Owner, err)
	}
	m.Text.Entities, m.Entities = m.Entities, nil
	return nil
}

// Run keeps the search index up to date until ctx ends.
func (s *Service) Run(ctx context.Context) error { return s.index.run(ctx) }
