package secret

import (
	"context"
	"errors"
	"fmt"
	"time"

	e2e "hermod/internal/tl/secret"
)

// The countdown of a message that destroys itself begins when its reader has read it: a text when it was shown, a
// file when it was opened. The reader tells so, and from then on both sides count.

// waitsForOpening tells that reading a message is not enough to begin its countdown.
func (m *Message) waitsForOpening() bool { return m.Media.file() != nil }

// MarkRead notes that the person has read messages that came in, and begins their countdown, but for those with a
// file: MarkOpened does that. Messages that are not there are passed over. It fails with ErrNoChat.
func (c *Client) MarkRead(ctx context.Context, id ChatID, messages ...int64) error {
	return c.read(ctx, id, messages, false)
}

// MarkOpened notes that the person has opened the media of messages that came in, or listened to them, and begins
// their countdown. It fails with ErrNoChat.
func (c *Client) MarkOpened(ctx context.Context, id ChatID, messages ...int64) error {
	return c.read(ctx, id, messages, true)
}

func (c *Client) read(ctx context.Context, id ChatID, messages []int64, opened bool) error {
	defer c.tell()
	var until time.Time
	err := c.update(ctx, id, func(t *tx) (err error) {
		until, err = t.read(messages, opened)
		if err != nil || t.s.State != Ready {
			return err
		}
		return t.maybeRekey()
	})
	if err != nil || until.IsZero() {
		return err
	}
	c.mu.Lock()
	if c.reads[id].Before(until) {
		c.reads[id] = until
	}
	c.mu.Unlock()
	c.nudge()
	return nil
}

// read returns the date up to which everything was read, for the server; zero if that says nothing new.
func (t *tx) read(ids []int64, opened bool) (until time.Time, err error) {
	var tell []int64
	for _, id := range ids {
		m, err := t.message(id)
		if errors.Is(err, ErrNoMessage) || err == nil && m.Out {
			continue
		}
		if err != nil {
			return until, err
		}
		if m.Date.After(until) {
			until = m.Date
		}
		if t.readOne(m, opened) {
			tell = append(tell, id)
		}
	}
	if t.s.State != Ready {
		return time.Time{}, nil // there is nobody to tell any more; the countdown goes on here
	}
	if until, err = t.beforeUnread(until); err != nil || tell == nil {
		return until, err
	}
	return until, t.service(&e2e.DecryptedMessageActionReadMessages{RandomIDs: tell})
}

// beforeUnread makes until earlier, so that no message of that date or before is unread: the server's notice speaks of
// all of them.
func (t *tx) beforeUnread(until time.Time) (time.Time, error) {
	var failed error
	check := func(key string, value []byte) bool {
		if changed, ok := t.set[key]; ok {
			value = changed
		}
		if value == nil {
			return true
		}
		m, err := decode[Message](value)
		if err != nil {
			failed = err
			return false
		}
		if m.Status == Received && m.Action == nil {
			until = earlier(until, m.Date.Truncate(time.Second).Add(-time.Second))
			return false
		}
		t.s.ReadOrder = m.Order
		return true
	}
	start := messageKey(t.s.ID, t.s.ReadOrder+1)
	err := t.c.o.Store.Scan(t.ctx, messagePrefix(t.s.ID), start, check)
	return until, errors.Join(err, failed)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// readOne tells whether the sender has to hear of it: the countdown began, or a file was opened.
func (t *tx) readOne(m *Message, opened bool) bool {
	counts := opened || !m.waitsForOpening()
	if m.Status == Read && (!counts || !m.Opened.IsZero()) {
		return false
	}
	m.Status = Read
	begins := counts && m.Opened.IsZero() && (m.TTL > 0 || opened)
	if begins {
		t.begin(m)
	}
	t.change(m)
	return begins
}

// begin starts the countdown of a message, if it has one.
func (t *tx) begin(m *Message) {
	m.Opened = t.now
	if m.TTL <= 0 {
		return
	}
	m.Destroy = t.now.Add(m.TTL)
	t.put(timerKey(t.s.ID, m.second(), m.Order), m.ID)
	t.urgent = true // Run has to wait for another time
}

// second is the unix time at which the message is gone: never before its time is over.
func (m *Message) second() int64 { return m.Destroy.Add(time.Second - 1).Unix() }

// partnerRead begins the countdown of messages that the other side has read.
func (t *tx) partnerRead(ids []int64) error {
	for _, id := range ids {
		m, err := t.message(id)
		if errors.Is(err, ErrNoMessage) || err == nil && (!m.Out || !m.Opened.IsZero()) {
			continue
		}
		if err != nil {
			return err
		}
		m.Status = Read
		t.begin(m)
		t.change(m)
	}
	return nil
}

// HandleRead takes the server's word that the other side has read all up to a date: updateEncryptedMessagesRead.
// Texts with a timer count from now on; some programs tell of texts in no other way. It fails when the store does.
func (c *Client) HandleRead(ctx context.Context, id ChatID, until time.Time) error {
	defer c.tell()
	err := c.update(ctx, id, func(t *tx) error {
		// Dates have whole seconds, so that a notice that comes again could mean a message that came after it.
		if t.s.State != Ready || until.Unix() <= t.s.ReadUntil {
			return nil
		}
		t.s.ReadUntil = until.Unix()
		keys, err := t.keys(messagePrefix(id))
		if err != nil {
			return err
		}
		for _, key := range keys {
			m, found, err := load[Message](t, key)
			if err != nil {
				return err
			}
			if found {
				t.readUntil(&m, until)
			}
		}
		return nil
	})
	if errors.Is(err, ErrNoChat) {
		return nil
	}
	return err
}

func (t *tx) readUntil(m *Message, until time.Time) {
	sent := m.Status == Sent || m.Status == Arrived
	if !m.Out || !sent || m.Date.Truncate(time.Second).After(until) {
		return
	}
	m.Status = Read
	if m.TTL > 0 && !m.waitsForOpening() {
		t.begin(m)
	}
	t.change(m)
}

// Expire removes the messages whose time is over, asks again for messages that are missing for long, and begins to
// change keys that are too old. Run calls it in time. It fails with an error of the store.
func (c *Client) Expire(ctx context.Context) error {
	defer c.tell()
	var all error
	for _, id := range c.ids() {
		err := c.expireChat(ctx, id)
		if err != nil && !errors.Is(err, ErrNoChat) {
			all = errors.Join(all, fmt.Errorf("chat %d: %w", id, err))
		}
	}
	return all
}

func (c *Client) expireChat(ctx context.Context, id ChatID) error {
	due := false
	if err := c.view(id, func(t *tx) (err error) {
		at, err := t.firstTimer()
		due = !at.IsZero() && !at.After(t.now) || t.s.State == Ready && (t.askOverdue() || t.rekeyDue())
		return err
	}); err != nil || !due {
		return err
	}
	return c.update(ctx, id, func(t *tx) error {
		if err := t.expire(); err != nil || t.s.State != Ready {
			return err
		}
		return errors.Join(t.askAgain(), t.maybeRekey())
	})
}

// firstTimer is when the next message goes; zero if none does.
func (t *tx) firstTimer() (time.Time, error) {
	key, err := t.first(timerPrefix(t.s.ID))
	if err != nil || key == "" {
		return time.Time{}, err
	}
	return timerOf(key[len(timerPrefix(t.s.ID)):])
}

// timerOf reads the time in the key of a timer.
func timerOf(rest string) (time.Time, error) {
	var at, order int64
	if _, err := fmt.Sscanf(rest, "%x/%x", &at, &order); err != nil {
		return time.Time{}, fmt.Errorf("timer %q: %w", rest, ErrStore)
	}
	return unix(at), nil
}

// expire removes the messages whose second has passed. The other side counts by itself.
func (t *tx) expire() error {
	keys, err := t.keys(timerPrefix(t.s.ID))
	if err != nil {
		return err
	}
	var gone []int64
	for _, key := range keys {
		at, err := timerOf(key[len(timerPrefix(t.s.ID)):])
		if err != nil {
			return err
		}
		if at.After(t.now) {
			break
		}
		id, _, err := load[int64](t, key)
		if err != nil {
			return err
		}
		t.drop(key)
		gone = append(gone, id)
	}
	return t.delete(gone)
}

// untilNext is how long it is until something is to be done.
func (c *Client) untilNext() time.Duration {
	next := time.Duration(1<<63 - 1)
	now := c.o.Clock.Now()
	for _, id := range c.ids() {
		_ = c.view(id, func(t *tx) error { // a store that cannot be read fails Expire
			if at, err := t.firstTimer(); err == nil && !at.IsZero() {
				next = min(next, at.Sub(now))
			}
			if t.s.State == Ready && t.s.Held > 0 {
				next = min(next, unix(t.s.AskedAt).Add(c.o.AskAgain).Sub(now))
			}
			return nil
		})
	}
	return max(next, 0)
}

func unix(t int64) time.Time { return time.Unix(t, 0).UTC() }
