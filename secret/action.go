package secret

import (
	"context"
	"errors"
	"fmt"
	"time"

	e2e "hermod/internal/tl/secret"
)

// act does what a service message says. Actions that are not known do nothing.
// Spec: https://core.telegram.org/type/DecryptedMessageAction
func (t *tx) act(in Incoming, id int64, action e2e.DecryptedMessageActionClass, seen, seq int) error {
	switch a := action.(type) {
	case *e2e.DecryptedMessageActionSetMessageTTL:
		t.s.TTL = max(a.TTLSeconds, 0)
		t.event(Event{Kind: ChatChanged})
		ttl := duration(a.TTLSeconds)
		return t.addService(in, id, Action{SetTTL: &ttl}, seen, seq)
	case *e2e.DecryptedMessageActionScreenshotMessages:
		ids := append([]int64{}, bounded(a.RandomIDs)...)
		return t.addService(in, id, Action{Screenshot: &ids}, seen, seq)
	case *e2e.DecryptedMessageActionReadMessages:
		return t.partnerRead(bounded(a.RandomIDs))
	case *e2e.DecryptedMessageActionDeleteMessages:
		return t.delete(bounded(a.RandomIDs))
	case *e2e.DecryptedMessageActionFlushHistory:
		return t.flushHistory(seen)
	case *e2e.DecryptedMessageActionResend:
		return t.resend(a)
	case *e2e.DecryptedMessageActionNotifyLayer:
		t.heardLayer(int(a.Layer))
	case *e2e.DecryptedMessageActionTyping:
		if typing := typingFromTL(a.Action); typing != 0 {
			t.event(Event{Kind: PartnerTyping, Typing: typing})
		}
	default:
		return t.actOnKey(action)
	}
	return nil
}

func (t *tx) actOnKey(action e2e.DecryptedMessageActionClass) error {
	switch a := action.(type) {
	case *e2e.DecryptedMessageActionRequestKey:
		return t.requestedKey(a)
	case *e2e.DecryptedMessageActionAcceptKey:
		return t.acceptedKey(a)
	case *e2e.DecryptedMessageActionCommitKey:
		return t.committedKey(a)
	case *e2e.DecryptedMessageActionAbortKey:
		t.abortedKey(a)
	}
	return nil // decryptedMessageActionNoop
}

// maxIDs bounds how many messages one action names.
const maxIDs = 10_000

func bounded(ids []int64) []int64 { return ids[:min(len(ids), maxIDs)] }

// addService tells in the history what the other side did.
func (t *tx) addService(in Incoming, id int64, a Action, seen, seq int) error {
	return t.add(&Message{ID: id, Date: in.Date.UTC(), Status: Received, Action: &a, Seq: seq, Seen: seen})
}

// did queues a service message of this side and tells of it in the history.
func (t *tx) did(a Action, action e2e.DecryptedMessageActionClass) error {
	m := &Message{ID: randomID(), Out: true, Date: t.now, Status: Sending, Action: &a, Seq: t.s.Out, Seen: t.s.In}
	o := &e2e.DecryptedMessageService{RandomID: m.ID, Action: action}
	if err := t.push(o, outgoing{RandomID: m.ID, Service: true}); err != nil {
		return err
	}
	return t.add(m)
}

// whenReady runs f on a chat in which messages flow.
func (c *Client) whenReady(ctx context.Context, id ChatID, f func(*tx) error) error {
	defer c.tell()
	return c.update(ctx, id, func(t *tx) error {
		if t.s.State != Ready {
			return fmt.Errorf("chat %d: %w", id, ErrState)
		}
		return errors.Join(f(t), t.maybeRekey())
	})
}

// SetTTL gives the messages that either side sends from now on a timer, in whole seconds; 0 takes it away. It fails
// with ErrNoChat, ErrState or ErrDraft.
func (c *Client) SetTTL(ctx context.Context, id ChatID, ttl time.Duration) error {
	if ttl < 0 || ttl%time.Second != 0 || ttl > maxTTL {
		return fmt.Errorf("timer of %v: %w", ttl, ErrDraft)
	}
	return c.whenReady(ctx, id, func(t *tx) error {
		t.s.TTL = seconds(ttl)
		t.event(Event{Kind: ChatChanged})
		return t.did(Action{SetTTL: &ttl}, &e2e.DecryptedMessageActionSetMessageTTL{TTLSeconds: t.s.TTL})
	})
}

// TookScreenshot tells the other side that these messages were on a screenshot; none if it cannot be told which. It
// fails with ErrNoChat or ErrState.
func (c *Client) TookScreenshot(ctx context.Context, id ChatID, messages ...int64) error {
	ids := append([]int64{}, messages...)
	return c.whenReady(ctx, id, func(t *tx) error {
		return t.did(Action{Screenshot: &ids}, &e2e.DecryptedMessageActionScreenshotMessages{RandomIDs: ids})
	})
}

// Delete removes messages on both sides; in a chat that is not Ready it removes them here. Messages that are not there
// count as removed. It fails with ErrNoChat.
func (c *Client) Delete(ctx context.Context, id ChatID, messages ...int64) error {
	if len(messages) == 0 {
		return nil
	}
	defer c.tell()
	return c.update(ctx, id, func(t *tx) error {
		err := t.delete(messages)
		if err != nil || t.s.State != Ready {
			return err
		}
		return t.service(&e2e.DecryptedMessageActionDeleteMessages{RandomIDs: append([]int64{}, messages...)})
	})
}

// delete removes messages here.
func (t *tx) delete(ids []int64) error {
	var gone []int64
	for _, id := range ids {
		m, err := t.message(id)
		if errors.Is(err, ErrNoMessage) {
			continue
		}
		if err != nil {
			return err
		}
		if err := t.erase(m); err != nil {
			return err
		}
		gone = append(gone, id)
	}
	if gone != nil {
		t.event(Event{Kind: MessagesRemoved, IDs: gone})
	}
	return nil
}

// FlushHistory removes all messages on both sides. It fails with ErrNoChat or ErrState.
func (c *Client) FlushHistory(ctx context.Context, id ChatID) error {
	return c.whenReady(ctx, id, func(t *tx) error {
		if err := t.flushHistory(t.s.Out); err != nil {
			return err
		}
		return t.service(&e2e.DecryptedMessageActionFlushHistory{})
	})
}

// flushHistory removes the messages here, but for those of this side from the number own on: the other side had not
// seen them when it flushed, so that they stay on both.
func (t *tx) flushHistory(own int) error {
	keys, err := t.keys(messagePrefix(t.s.ID))
	if err != nil {
		return err
	}
	var ids []int64
	for _, key := range keys {
		m, found, err := load[Message](t, key)
		if err != nil {
			return err
		}
		if found && (!m.Out || m.Seq < own) {
			ids = append(ids, m.ID)
		}
	}
	return t.delete(ids)
}

// SetTyping tells the other side what this one is doing. It is not kept: what the server does not take at once is
// lost, except for kinds that travel as messages. It fails with ErrNoChat, ErrState or an error of the transport.
func (c *Client) SetTyping(ctx context.Context, id ChatID, typing Typing) error {
	if typing != Writing && typing != Stopped {
		return c.whenReady(ctx, id, func(t *tx) error { return t.typing(typing) })
	}
	var peer Peer
	err := c.view(id, func(t *tx) error {
		if peer = t.s.peer(); t.s.State != Ready {
			return fmt.Errorf("chat %d: %w", id, ErrState)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.o.Transport.SetTyping(ctx, peer, typing == Writing)
}

func (t *tx) typing(typing Typing) error {
	if t.layer() < layerRound {
		switch typing { // the nearest that older programs know
		case RecordingRound:
			typing = RecordingVideo
		case SendingRound:
			typing = SendingVideo
		}
	}
	form, ok := typingTL[typing]
	if !ok {
		return fmt.Errorf("typing %d: %w", typing, ErrDraft)
	}
	return t.service(&e2e.DecryptedMessageActionTyping{Action: form()})
}

// HandleTyping takes the server's word that the other side is writing: updateEncryptedChatTyping.
func (c *Client) HandleTyping(id ChatID) {
	defer c.tell()
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.chats[id]; ok && s.State == Ready {
		c.events = append(c.events, Event{Kind: PartnerTyping, Chat: s.public(), Typing: Writing})
	}
}
