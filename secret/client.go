package secret

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Options of a Client. Store and Transport are needed.
type Options struct {
	Store     Store
	Transport Transport
	// User is the user of this device.
	User int64
	// Clock is the SystemClock if nil.
	Clock Clock
	// OnEvent hears what happens, one event after the other, after it is in the store. It may call the Client.
	OnEvent func(Event)
	// Layer is the newest layer to speak, for tests; 0 is Layer.
	Layer int
	// RekeyAfter is how many messages a key is used for, 0 is 100; RekeyAge for how long, 0 is a week.
	RekeyAfter int
	RekeyAge   time.Duration
	// AskAgain is how long a request for lost messages may stay without an answer; 0 is a minute.
	AskAgain time.Duration
}

// The limits of the specification.
// Spec: https://core.telegram.org/api/end-to-end/pfs
const (
	rekeyAfter = 100
	rekeyAge   = 7 * 24 * time.Hour
	askAgain   = time.Minute
)

// A Client is one device. Its methods may be called from many goroutines.
type Client struct {
	o Options

	// mu orders the commits: it is held while the store takes a change, never while the server is called.
	mu         sync.Mutex
	chats      map[ChatID]*chatState
	early      map[ChatID]ChatUpdate // of chats whose request was not answered yet
	events     []Event               // not yet told
	telling    bool
	requesting int                  // calls of Transport.Request under way
	reads      map[ChatID]time.Time // read up to, not yet told the server

	sending sync.Mutex    // held while the server is called to send; before mu
	wake    chan struct{} // tells Run that there is something to send
}

// Open reads the store and goes on where it ended. It sends nothing: call Run, or Flush.
//
// It fails with ErrStore, or an error of the store.
func Open(ctx context.Context, o Options) (*Client, error) {
	c := &Client{
		o: o.withDefaults(), chats: make(map[ChatID]*chatState), early: make(map[ChatID]ChatUpdate),
		reads: make(map[ChatID]time.Time), wake: make(chan struct{}, 1),
	}
	var failed error
	err := o.Store.Scan(ctx, chatPrefix, "", func(_ string, value []byte) bool {
		s, err := decode[*chatState](value)
		if err == nil {
			err = s.check()
		}
		if err != nil {
			failed = err
			return false
		}
		c.chats[s.ID] = s
		return true
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, fmt.Errorf("open secret chats: %w", err)
	}
	return c, c.announceLayer(ctx)
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = SystemClock{}
	}
	if o.OnEvent == nil {
		o.OnEvent = func(Event) {}
	}
	o.Layer = orDefault(o.Layer, Layer)
	o.RekeyAfter = orDefault(o.RekeyAfter, rekeyAfter)
	o.RekeyAge = orDefault(o.RekeyAge, rekeyAge)
	o.AskAgain = orDefault(o.AskAgain, askAgain)
	return o
}

func orDefault[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}

// announceLayer tells the other sides of a layer that this program did not have when it last told them.
// Spec: https://core.telegram.org/api/end-to-end#notifying-the-remote-client-about-your-local-layer
func (c *Client) announceLayer(ctx context.Context) error {
	for _, id := range c.ids() {
		if s := c.chats[id]; s.State != Ready || s.ToldLayer >= c.o.Layer {
			continue
		}
		err := c.update(ctx, id, func(t *tx) error {
			t.notifyLayer()
			return nil
		})
		if err != nil {
			return fmt.Errorf("announce layer to chat %d: %w", id, err)
		}
	}
	return nil
}

// ids are those of all chats, in ascending order.
func (c *Client) ids() []ChatID {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []ChatID
	for id := range c.chats {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Chats are all chats of this device, in the order of their ids; ended ones too, until they are Removed.
func (c *Client) Chats() []Chat {
	var all []Chat
	for _, id := range c.ids() {
		if chat, err := c.Chat(id); err == nil {
			all = append(all, chat)
		}
	}
	return all
}

// Chat tells of one chat. It fails with ErrNoChat.
func (c *Client) Chat(id ChatID) (Chat, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.chats[id]
	if !ok {
		return Chat{}, fmt.Errorf("chat %d: %w", id, ErrNoChat)
	}
	return s.public(), nil
}

// maxPage bounds what History returns.
const maxPage = 1000

// History returns up to limit messages with an Order above after, the oldest first. It fails with ErrNoChat.
func (c *Client) History(ctx context.Context, id ChatID, after int64, limit int) ([]Message, error) {
	if _, err := c.Chat(id); err != nil {
		return nil, err
	}
	var out []Message
	var failed error
	limit = min(limit, maxPage)
	first := messageKey(id, after+1)
	err := c.o.Store.Scan(ctx, messagePrefix(id), first, func(_ string, value []byte) bool {
		m, err := decode[Message](value)
		if err != nil || len(out) >= limit {
			failed = err
			return false
		}
		out = append(out, m)
		return true
	})
	return out, errors.Join(err, failed)
}

// Message returns one message. It fails with ErrNoChat or ErrNoMessage.
func (c *Client) Message(ctx context.Context, id ChatID, message int64) (m Message, err error) {
	err = c.view(id, func(t *tx) error {
		found, err := t.message(message)
		if err == nil {
			m = *found
		}
		return err
	})
	return m, err
}

// An EventKind says what happened.
type EventKind int

// The kinds of events.
const (
	// ChatChanged: a chat is new, or in another state, or its timer or layer changed.
	ChatChanged EventKind = iota + 1
	// MessageAdded: Message is new in the history.
	MessageAdded
	// MessageChanged: Message has another Status, or its countdown began.
	MessageChanged
	// MessagesRemoved: the messages IDs are gone: deleted, or their time was over.
	MessagesRemoved
	// PartnerTyping: the other side is doing Typing.
	PartnerTyping
	// KeyChanged: the chat has a new key.
	KeyChanged
	// ExchangeAborted: a change of keys did not come about; Err says why if this side ended it.
	ExchangeAborted
	// Dropped: something that came in was not taken. Err says why.
	Dropped
	// Outdated: the other side speaks a layer that this program does not have.
	Outdated
	// Broken: the other side, or the server, broke the protocol, and the chat was ended. Err says how.
	Broken
)

// An Event tells what happened in a chat.
type Event struct {
	Kind    EventKind
	Chat    Chat
	Message Message
	IDs     []int64
	Typing  Typing
	Err     error
}

// tell calls OnEvent with what was committed, in that order, and without the lock.
func (c *Client) tell() {
	c.mu.Lock()
	if c.telling {
		c.mu.Unlock()
		return // whoever is at it goes on
	}
	c.telling = true
	for len(c.events) > 0 {
		e := c.events[0]
		c.events = c.events[1:]
		c.mu.Unlock()
		c.o.OnEvent(e)
		c.mu.Lock()
	}
	c.telling = false
	c.mu.Unlock()
}
