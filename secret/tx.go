package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A tx is one change of one chat: a copy of its record, what is to be written, and what is to be told then. Nothing
// of it happens unless the store takes it.
type tx struct {
	c      *Client
	ctx    context.Context
	s      *chatState
	now    time.Time
	set    map[string][]byte
	wipe   bool
	events []Event
	urgent bool  // there is something to send
	err    error // of the first write that could not be made
}

// update runs f on the chat and commits what it did, unless it fails. It fails with ErrNoChat. Whoever is called from
// outside tells the events when it holds no lock any more.
func (c *Client) update(ctx context.Context, id ChatID, f func(*tx) error) error {
	c.mu.Lock()
	s, ok := c.chats[id]
	if !ok {
		c.mu.Unlock()
		return fmt.Errorf("chat %d: %w", id, ErrNoChat)
	}
	t := c.begin(ctx, s.copy())
	err := f(t)
	if err == nil {
		err = t.commit()
	}
	c.mu.Unlock()
	if t.urgent {
		c.nudge()
	}
	return err
}

// view runs f on the chat and commits nothing.
func (c *Client) view(id ChatID, f func(*tx) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.chats[id]
	if !ok {
		return fmt.Errorf("chat %d: %w", id, ErrNoChat)
	}
	return f(c.begin(context.Background(), s.copy()))
}

func (c *Client) begin(ctx context.Context, s *chatState) *tx {
	return &tx{c: c, ctx: ctx, s: s, now: c.o.Clock.Now().UTC(), set: make(map[string][]byte)}
}

// commit writes the record with the rest.
func (t *tx) commit() error {
	t.put(chatKey(t.s.ID), t.s)
	if t.err != nil {
		return t.err
	}
	if err := t.c.o.Store.Apply(t.ctx, Batch{Set: t.set, Wipe: t.wipe}); err != nil {
		return fmt.Errorf("store chat %d: %w", t.s.ID, err)
	}
	t.c.chats[t.s.ID] = t.s
	t.c.events = append(t.c.events, t.events...)
	return nil
}

func (c *Client) nudge() {
	select {
	case c.wake <- struct{}{}:
	default: // Run knows already
	}
}

// event tells of the chat as it is now; kinds that carry a message bring it.
func (t *tx) event(e Event) {
	e.Chat = t.s.public()
	t.events = append(t.events, e)
}

func (t *tx) put(key string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		t.err = errors.Join(t.err, fmt.Errorf("encode %s: %w", key, err))
		return
	}
	t.set[key] = b
}

// remove deletes a key. What it held may not be found again.
func (t *tx) remove(key string) {
	t.set[key] = nil
	t.wipe = true
}

// drop deletes a key that held no secret that is not kept elsewhere.
func (t *tx) drop(key string) { t.set[key] = nil }

// get reads a value as this change left it.
func (t *tx) get(key string) ([]byte, bool, error) {
	if v, ok := t.set[key]; ok {
		return v, v != nil, nil
	}
	return t.c.o.Store.Get(t.ctx, key)
}

// load reads a record; found is false if there is none.
func load[T any](t *tx, key string) (v T, found bool, err error) {
	b, found, err := t.get(key)
	if err != nil || !found {
		return v, false, err
	}
	v, err = decode[T](b)
	return v, err == nil, err
}

// keys are those below prefix, as this change left them, in order.
func (t *tx) keys(prefix string) ([]string, error) {
	var keys []string
	err := t.c.o.Store.Scan(t.ctx, prefix, "", func(key string, _ []byte) bool {
		if _, changed := t.set[key]; !changed {
			keys = append(keys, key)
		}
		return true
	})
	for key, value := range t.set {
		if value != nil && len(key) > len(prefix) && key[:len(prefix)] == prefix {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, err
}

// first is the first key below prefix; "" if there is none.
func (t *tx) first(prefix string) (string, error) {
	var first string
	err := t.c.o.Store.Scan(t.ctx, prefix, "", func(key string, _ []byte) bool {
		if _, changed := t.set[key]; changed {
			return true
		}
		first = key
		return false
	})
	for key, value := range t.set {
		if value != nil && len(key) > len(prefix) && key[:len(prefix)] == prefix && (first == "" || key < first) {
			first = key
		}
	}
	return first, err
}

// message finds a message of the history by its random id. It fails with ErrNoMessage.
func (t *tx) message(id int64) (*Message, error) {
	key, ok, err := t.get(idKey(t.s.ID, id))
	if err != nil {
		return nil, err
	}
	if ok {
		m, ok, err := load[Message](t, string(key))
		if ok || err != nil {
			return &m, err
		}
	}
	return nil, fmt.Errorf("message %d of chat %d: %w", id, t.s.ID, ErrNoMessage)
}

// add puts m behind the history. A random id that the history has is not taken twice: the first message stays.
func (t *tx) add(m *Message) error {
	if _, taken, err := t.get(idKey(t.s.ID, m.ID)); taken || err != nil {
		return err
	}
	t.s.Order++
	m.Chat, m.Order = t.s.ID, t.s.Order
	t.set[idKey(t.s.ID, m.ID)] = []byte(messageKey(t.s.ID, m.Order))
	t.put(messageKey(t.s.ID, m.Order), m)
	t.event(Event{Kind: MessageAdded, Message: *m})
	return nil
}

// change writes m back.
func (t *tx) change(m *Message) {
	t.put(messageKey(t.s.ID, m.Order), m)
	t.event(Event{Kind: MessageChanged, Message: *m})
}

// erase removes a message and what was made to send it: who asks for it again gets an empty one.
// Spec: https://core.telegram.org/api/end-to-end/seq_no#deleting-unacknowledged-messages
func (t *tx) erase(m *Message) error {
	t.remove(messageKey(t.s.ID, m.Order))
	t.remove(idKey(t.s.ID, m.ID))
	if !m.Destroy.IsZero() {
		t.drop(timerKey(t.s.ID, m.second(), m.Order))
	}
	if !m.Out || t.s.State != Ready {
		return nil
	}
	return t.empty(m.Seq, m.ID)
}

// clear removes everything below the prefixes.
func (t *tx) clear(prefixes []string) error {
	for _, prefix := range prefixes {
		keys, err := t.keys(prefix)
		if err != nil {
			return err
		}
		for _, key := range keys {
			t.remove(key)
		}
	}
	return nil
}
