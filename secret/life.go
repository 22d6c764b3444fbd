package secret

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// Request asks a user for a secret chat. The chat is Asked until one of the user's devices accepts.
//
// It fails with ErrGroup if the server's parameters are not safe, with ErrRefused, or with an error of the transport; when
// that may be tried again, Flush does so.
func (c *Client) Request(ctx context.Context, with User) (Chat, error) {
	defer c.tell()
	c.sending.Lock()
	defer c.sending.Unlock()
	config, err := c.dhConfig(ctx)
	if err != nil {
		return Chat{}, err
	}
	secret, public, err := newGroup(config.G, config.P).newSecret(config.Random)
	if err != nil {
		return Chat{}, err
	}
	r := request{Random: randomID32(), With: with, G: config.G, P: config.P, Secret: secret, Public: public}
	t := c.begin(ctx, &chatState{})
	t.put(requestKey(r.Random), r)
	if err := c.o.Store.Apply(ctx, Batch{Set: t.set}); err != nil {
		return Chat{}, fmt.Errorf("store request: %w", err)
	}
	return c.request(ctx, r)
}

// randomID32 names a request. It is positive, as some servers use it for the chat.
func randomID32() int32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return max(int32(le.Uint32(b[:])&(1<<31-1)), 1)
}

// randomID names a message or an exchange. It is not 0.
func randomID() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	if id := int64(le.Uint64(b[:])); id != 0 {
		return id
	}
	return 1
}

// request sends what is in the store. The caller holds sending.
func (c *Client) request(ctx context.Context, r request) (Chat, error) {
	c.addRequesting(1)
	u, err := c.o.Transport.Request(ctx, r.With, r.Random, r.Public)
	if err != nil {
		c.addRequesting(-1)
		if errors.Is(err, ErrRefused) || errors.Is(err, ErrGone) {
			gone := Batch{Set: map[string][]byte{requestKey(r.Random): nil}, Wipe: true}
			err = errors.Join(err, c.o.Store.Apply(ctx, gone))
		}
		return Chat{}, fmt.Errorf("request chat: %w", err)
	}
	early, was, err := c.asked(ctx, r, u)
	if err != nil {
		return Chat{}, err
	}
	if was {
		if err := c.handleChat(ctx, early); err != nil {
			return Chat{}, err
		}
	}
	return c.Chat(u.Chat)
}

func (c *Client) addRequesting(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requesting += n
	if c.requesting == 0 {
		clear(c.early)
	}
}

// asked makes the chat of a request that the server took. An update may have overtaken the answer. It fails with
// ErrRefused if the server names a chat that there is: that one stays as it is.
func (c *Client) asked(ctx context.Context, r request, u ChatUpdate) (early ChatUpdate, was bool, err error) {
	c.mu.Lock()
	early, was = c.early[u.Chat]
	c.mu.Unlock()
	defer c.addRequesting(-1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.chats[u.Chat]; known {
		gone := Batch{Set: map[string][]byte{requestKey(r.Random): nil}, Wipe: true}
		err := fmt.Errorf("the server gave the id of another chat, %d: %w", u.Chat, ErrRefused)
		return ChatUpdate{}, false, errors.Join(err, c.o.Store.Apply(ctx, gone))
	}
	t := c.begin(ctx, &chatState{
		ID: u.Chat, AccessHash: u.AccessHash, Partner: r.With.ID, Creator: true, State: Asked,
		G: r.G, P: r.P, Secret: r.Secret, Public: r.Public, Layer: LayerFirst,
	})
	t.s.Since = t.now.Unix()
	t.remove(requestKey(r.Random))
	t.event(Event{Kind: ChatChanged})
	return early, was, t.commit()
}

// dhConfig asks for the parameters and checks those that are new.
func (c *Client) dhConfig(ctx context.Context) (DHConfig, error) {
	t := c.begin(ctx, &chatState{})
	known, _, err := load[DHConfig](t, groupKey)
	if err != nil {
		return DHConfig{}, err
	}
	config, err := c.o.Transport.DHConfig(ctx, known.Version)
	if err != nil {
		return DHConfig{}, fmt.Errorf("ask for parameters: %w", err)
	}
	if config.P == nil {
		if known.P == nil {
			return DHConfig{}, fmt.Errorf("the server sent no parameters: %w", ErrGroup)
		}
		known.Random = config.Random
		return known, nil // checked when they came
	}
	if err := config.Check(); err != nil {
		return DHConfig{}, err
	}
	t.put(groupKey, DHConfig{Version: config.Version, P: config.P, G: config.G})
	return config, c.o.Store.Apply(ctx, Batch{Set: t.set})
}

// Accept takes a chat that the other side Offered. It fails with ErrNoChat, ErrState, ErrGroup, or an error of the
// transport; when that may be tried again, Flush does so. If another device of the user was first, the chat ends.
func (c *Client) Accept(ctx context.Context, id ChatID) error {
	defer c.tell()
	c.sending.Lock()
	defer c.sending.Unlock()
	config, err := c.dhConfig(ctx)
	if err != nil {
		return err
	}
	secret, public, err := newGroup(config.G, config.P).newSecret(config.Random)
	if err != nil {
		return err
	}
	err = c.update(ctx, id, func(t *tx) error {
		if t.s.State != Offered {
			return fmt.Errorf("accept chat %d: %w", id, ErrState)
		}
		t.s.G, t.s.P = config.G, config.P
		key, err := t.s.group().shared(secret, t.s.Public)
		if err != nil {
			t.end(err)
			return nil
		}
		t.s.State, t.s.Ours = Accepting, public // the exponent itself is not needed any more
		t.s.Key = newSecretKey(key, t.now.Unix())
		f := newFingerprint(key)
		t.s.Fingerprint = f.Bytes[:]
		t.event(Event{Kind: ChatChanged})
		return nil
	})
	if err != nil {
		return err
	}
	return c.accept(ctx, id)
}

// accept tells the server what is in the store. The caller holds sending.
func (c *Client) accept(ctx context.Context, id ChatID) error {
	var s chatState
	if err := c.update(ctx, id, func(t *tx) error {
		s, t.s.Tried = *t.s, true
		return nil
	}); err != nil {
		return err
	}
	if s.State != Accepting {
		return nil
	}
	u, err := c.o.Transport.Accept(ctx, s.peer(), s.Ours, s.Key.ID)
	switch {
	case errors.Is(err, ErrAlreadyAccepted) && s.Tried:
		// This device was the first, and the answer got lost; if it was another, an update tells so.
	case errors.Is(err, ErrAlreadyAccepted), errors.Is(err, ErrGone), errors.Is(err, ErrRefused):
		return errors.Join(fmt.Errorf("accept chat %d: %w", id, err), c.ended(ctx, id, false))
	case err != nil:
		return fmt.Errorf("accept chat %d: %w", id, err)
	}
	return c.update(ctx, id, func(t *tx) error {
		if t.s.State != Accepting {
			return nil
		}
		if u.AccessHash != 0 {
			t.s.AccessHash = u.AccessHash
		}
		return t.ready()
	})
}

// ready opens the chat for messages and interprets those that came before the key.
func (t *tx) ready() error {
	t.s.State, t.s.Secret, t.s.Public, t.s.Ours, t.s.Tried = Ready, nil, nil, nil, false
	t.s.Key.Since = t.now.Unix()
	t.wipe = true
	t.event(Event{Kind: ChatChanged})
	t.notifyLayer()
	return t.replayEarly()
}

// HandleChat takes what the server says of a chat. It fails only when the store does; call it again then.
func (c *Client) HandleChat(ctx context.Context, u ChatUpdate) error {
	defer c.tell()
	return c.handleChat(ctx, u)
}

func (c *Client) handleChat(ctx context.Context, u ChatUpdate) error {
	if u.Stage == StageRequested {
		return c.offered(ctx, u)
	}
	if c.isEarly(u) {
		return nil
	}
	var err error
	switch u.Stage {
	case StageAccepted:
		err = c.update(ctx, u.Chat, func(t *tx) error { return t.accepted(u) })
	case StageDiscarded:
		err = c.ended(ctx, u.Chat, u.DeleteHistory)
	}
	if errors.Is(err, ErrNoChat) {
		return nil // of another device
	}
	return err
}

// isEarly keeps an update of a chat whose request is being answered at this moment.
func (c *Client) isEarly(u ChatUpdate) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.chats[u.Chat]; known || c.requesting == 0 || u.Stage == StageWaiting {
		return false
	}
	const most = 100
	if len(c.early) < most {
		c.early[u.Chat] = u
	}
	return true
}

// offered notes a request of another user.
func (c *Client) offered(ctx context.Context, u ChatUpdate) error {
	c.mu.Lock()
	_, known := c.chats[u.Chat]
	if known || u.Admin == c.o.User {
		c.mu.Unlock()
		return nil
	}
	t := c.begin(ctx, &chatState{
		ID: u.Chat, AccessHash: u.AccessHash, Partner: u.Admin, State: Offered,
		Public: clone(u.Public), Layer: LayerFirst,
	})
	t.s.Since = t.now.Unix()
	t.event(Event{Kind: ChatChanged})
	err := t.commit()
	c.mu.Unlock()
	return err
}

// accepted makes the key of a chat that this side asked for. The server passes on a fingerprint that the other side
// computed: one that differs means that the two have different keys.
func (t *tx) accepted(u ChatUpdate) error {
	if t.s.State != Asked {
		return nil
	}
	if u.AccessHash != 0 {
		t.s.AccessHash = u.AccessHash
	}
	key, err := t.s.group().shared(t.s.Secret, u.Public)
	if err == nil && fingerprint(key) != u.Fingerprint {
		err = fmt.Errorf("fingerprints of the key differ: %w", ErrGroup)
	}
	if err != nil {
		t.end(err)
		return nil
	}
	t.s.Key = newSecretKey(key, t.now.Unix())
	f := newFingerprint(key)
	t.s.Fingerprint = f.Bytes[:]
	return t.ready()
}

// Discard ends a chat, and with deleteHistory removes its messages on both sides. A chat that was Offered is so
// refused. It fails with ErrNoChat or an error of the transport; Flush tells the server again then.
func (c *Client) Discard(ctx context.Context, id ChatID, deleteHistory bool) error {
	defer c.tell()
	err := c.update(ctx, id, func(t *tx) error {
		if t.s.State == Ended {
			return nil
		}
		t.s.DeleteHistory = deleteHistory
		return t.close(deleteHistory, true)
	})
	if err != nil {
		return err
	}
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.discard(ctx, id)
}

// discard tells the server that the chat is over. The caller holds sending.
func (c *Client) discard(ctx context.Context, id ChatID) error {
	var s chatState
	if err := c.view(id, func(t *tx) error { s = *t.s; return nil }); err != nil || !s.Discarding {
		return err
	}
	err := c.o.Transport.Discard(ctx, id, s.DeleteHistory)
	if err != nil && !errors.Is(err, ErrGone) && !errors.Is(err, ErrRefused) {
		return fmt.Errorf("discard chat %d: %w", id, err)
	}
	return c.update(ctx, id, func(t *tx) error {
		t.s.Discarding = false
		return nil
	})
}

// ended notes that the server or the other side ended the chat.
func (c *Client) ended(ctx context.Context, id ChatID, deleteHistory bool) error {
	return c.update(ctx, id, func(t *tx) error {
		if t.s.State == Ended && !deleteHistory {
			return nil
		}
		return t.close(deleteHistory, false)
	})
}

// end ends the chat because the other side, or the server, does what no honest one does.
func (t *tx) end(reason error) {
	if err := t.close(false, true); err != nil {
		t.err = errors.Join(t.err, err)
	}
	t.event(Event{Kind: Broken, Err: reason})
}

// close forgets the keys and everything that was on its way.
func (t *tx) close(deleteHistory, tellServer bool) error {
	t.s.State = Ended
	t.s.Discarding = t.s.Discarding || tellServer
	t.s.forget()
	t.wipe, t.urgent = true, true
	if err := t.clear(transientKinds(t.s.ID)); err != nil {
		return err
	}
	t.event(Event{Kind: ChatChanged})
	if !deleteHistory {
		return nil
	}
	return t.flushHistory(t.s.Out)
}

// Remove forgets an Ended chat with its messages. It fails with ErrNoChat or ErrState.
func (c *Client) Remove(ctx context.Context, id ChatID) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.chats[id]
	if !ok {
		return fmt.Errorf("chat %d: %w", id, ErrNoChat)
	}
	if s.State != Ended || s.Discarding {
		return fmt.Errorf("remove chat %d: %w", id, ErrState)
	}
	t := c.begin(ctx, s.copy())
	if err := t.clear(append(transientKinds(id), historyKinds(id)...)); err != nil {
		return err
	}
	t.remove(chatKey(id))
	if err := c.o.Store.Apply(ctx, Batch{Set: t.set, Wipe: true}); err != nil {
		return fmt.Errorf("remove chat %d: %w", id, err)
	}
	delete(c.chats, id)
	return nil
}
