package secret

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// A chatState is the record of a chat. It is replaced as a whole by every change.
type chatState struct {
	ID         ChatID `json:"id"`
	AccessHash int64  `json:"access_hash"`
	Partner    int64  `json:"partner"`
	Creator    bool   `json:"creator"`
	State      State  `json:"state"`
	Since      int64  `json:"since"`

	// G and P are the parameters of the first exchange; later ones use the same.
	G int    `json:"g"`
	P []byte `json:"p"`
	// Secret is this side's exponent while the first key is being agreed on, Public what the other side sent, Ours
	// what this side sends to accept.
	Secret []byte `json:"secret,omitempty"`
	Public []byte `json:"public,omitempty"`
	Ours   []byte `json:"ours,omitempty"`
	// Tried tells that Accept was called and its outcome may be unknown.
	Tried bool `json:"tried,omitempty"`

	Fingerprint []byte `json:"fingerprint,omitempty"`

	// Key is what this side seals with. Old is kept while the other side may still use it, and while a message that
	// was sealed with it may have to be made again. Next was agreed on and waits for the other side to commit.
	Key      *secretKey `json:"key,omitempty"`
	Old      *secretKey `json:"old,omitempty"`
	Next     *secretKey `json:"next,omitempty"`
	OldUntil int        `json:"old_until,omitempty"` // number of this side's first message under Key
	KeySeen  bool       `json:"key_seen,omitempty"`  // a message of the other side under Key was interpreted
	Exchange *exchange  `json:"exchange,omitempty"`
	// NoExchangeBefore holds off a new exchange after one that failed, in unix seconds.
	NoExchangeBefore int64 `json:"no_exchange_before,omitempty"`

	// Out counts the messages that this side made, In those of the other side that were interpreted, Seen how many
	// of this side's the other one had interpreted by its last message.
	Out  int `json:"out"`
	In   int `json:"in"`
	Seen int `json:"seen"`

	// AskedTo is the end, not included, of the last range that was asked for again; AskedAt when, in unix seconds.
	AskedTo int   `json:"asked_to,omitempty"`
	AskedAt int64 `json:"asked_at,omitempty"`
	Held    int   `json:"held,omitempty"` // messages held back

	Layer     int   `json:"layer"`      // newest that the other side is known to have
	ToldLayer int   `json:"told_layer"` // newest that the other side was told of
	TTL       int32 `json:"ttl"`        // seconds

	// ReadUntil is the date of the last notice of the server that the other side has read, in unix seconds.
	ReadUntil int64 `json:"read_until,omitempty"`

	// ReadOrder is the place in the history up to which everything that came in was read.
	ReadOrder int64 `json:"read_order,omitempty"`

	Order int64 `json:"order"` // of the last entry of the history
	Queue int64 `json:"queue"` // of the last entry of the sending queue
	Early int   `json:"early"` // messages that came before the key

	// Discarding tells that the server is still to hear that this side ended the chat.
	Discarding    bool `json:"discarding,omitempty"`
	DeleteHistory bool `json:"delete_history,omitempty"`
}

// An exchange is a change of keys that is under way.
// Spec: https://core.telegram.org/api/end-to-end/pfs
type exchange struct {
	ID int64 `json:"id"`
	// Secret is the exponent of the side that asked; nil on the side that accepted.
	Secret []byte `json:"secret,omitempty"`
}

func (s *chatState) numbering() numbering { return numbering{creator: s.Creator} }

func (s *chatState) peer() Peer { return Peer{Chat: s.ID, AccessHash: s.AccessHash} }

func (s *chatState) group() group { return newGroup(s.G, s.P) }

// key finds the key with the given fingerprint; nil if there is none.
func (s *chatState) key(id int64) *secretKey {
	for _, k := range []*secretKey{s.Key, s.Old, s.Next} {
		if k != nil && k.ID == id {
			return k
		}
	}
	return nil
}

// layer is what messages to the other side are shaped for.
func (s *chatState) layer(own int) int { return min(max(s.Layer, LayerFirst), own) }

// copy makes a state that can be changed apart from s. Slices of bytes are never changed in place.
func (s *chatState) copy() *chatState {
	c := *s
	for _, k := range []**secretKey{&c.Key, &c.Old, &c.Next} {
		if *k != nil {
			key := **k
			*k = &key
		}
	}
	if c.Exchange != nil {
		e := *c.Exchange
		c.Exchange = &e
	}
	return &c
}

// public is what a program sees.
func (s *chatState) public() Chat {
	c := Chat{
		ID: s.ID, State: s.State, Partner: s.Partner, Creator: s.Creator, Since: time.Unix(s.Since, 0).UTC(),
		TTL: time.Duration(s.TTL) * time.Second, Layer: s.Layer, Waiting: s.Held,
	}
	copy(c.Fingerprint.Bytes[:], s.Fingerprint)
	if s.Key != nil {
		c.KeyID, c.KeyUses = s.Key.ID, s.Key.Used
	}
	return c
}

// forget removes every key and what belongs to their use.
func (s *chatState) forget() {
	s.Secret, s.Public, s.Ours, s.Key, s.Old, s.Next, s.Exchange = nil, nil, nil, nil, nil, nil, nil
	s.Held, s.AskedTo, s.Early = 0, 0, 0
}

// An outgoing is a message of this side that the other one may ask for again.
type outgoing struct {
	RandomID int64  `json:"random_id"`
	Seq      int    `json:"seq"`
	In       int    `json:"in"`
	Layer    int    `json:"layer"`
	Key      int64  `json:"key"`
	Data     []byte `json:"data"`
	Service  bool   `json:"service,omitempty"`
	Silent   bool   `json:"silent,omitempty"`
	// File goes with it.
	File *PacketFile `json:"file,omitempty"`
	// Empty tells that there was something else, which was deleted before it arrived.
	Empty bool `json:"empty,omitempty"`
}

// A held is a message of the other side behind a gap, or one that came before the key.
type held struct {
	Incoming
	// Answered tells that it asked for messages again and got them.
	Answered bool
	// First tells that it came in the first version of the envelope.
	First bool `json:",omitempty"`
}

// A request is one of this side that the server has not answered.
type request struct {
	Random int32  `json:"random"`
	With   User   `json:"with"`
	G      int    `json:"g"`
	P      []byte `json:"p"`
	Secret []byte `json:"secret"`
	Public []byte `json:"public"`
}

// Keys of the store. Numbers are written so that their order is that of the keys.
const (
	chatPrefix    = "chat/"
	requestPrefix = "request/"
	groupKey      = "group"
)

func number(n int64) string { return fmt.Sprintf("%016x", uint64(n)) }

func chatKey(c ChatID) string               { return chatPrefix + number(int64(uint32(c))) }
func requestKey(random int32) string        { return requestPrefix + number(int64(uint32(random))) }
func under(kind string, c ChatID) string    { return kind + "/" + number(int64(uint32(c))) + "/" }
func outKey(c ChatID, seq int) string       { return under("out", c) + number(int64(seq)) }
func queuePrefix(c ChatID) string           { return under("queue", c) }
func queueKey(c ChatID, n int64) string     { return queuePrefix(c) + number(n) }
func heldPrefix(c ChatID) string            { return under("held", c) }
func heldKey(c ChatID, seq int) string      { return heldPrefix(c) + number(int64(seq)) }
func earlyPrefix(c ChatID) string           { return under("early", c) }
func earlyKey(c ChatID, n int) string       { return earlyPrefix(c) + number(int64(n)) }
func messagePrefix(c ChatID) string         { return under("message", c) }
func messageKey(c ChatID, n int64) string   { return messagePrefix(c) + number(n) }
func idKey(c ChatID, id int64) string       { return under("id", c) + number(id) }
func timerPrefix(c ChatID) string           { return under("timer", c) }
func timerKey(c ChatID, at, n int64) string { return timerPrefix(c) + number(at) + "/" + number(n) }

// transientKinds are the prefixes of what goes when a chat ends, historyKinds of what stays until it is deleted.
func transientKinds(c ChatID) []string {
	return []string{under("out", c), queuePrefix(c), heldPrefix(c), earlyPrefix(c)}
}

func historyKinds(c ChatID) []string {
	return []string{messagePrefix(c), under("id", c), timerPrefix(c)}
}

func decode[T any](b []byte) (v T, err error) {
	if err := json.Unmarshal(b, &v); err != nil {
		return v, fmt.Errorf("%w: %w", ErrStore, err)
	}
	return v, nil
}

// check fails with ErrStore if a record that was read cannot be one.
func (s *chatState) check() error {
	for _, k := range []*secretKey{s.Key, s.Old, s.Next} {
		if k != nil && len(k.Secret) != keySize {
			return fmt.Errorf("key of %d bytes: %w", len(k.Secret), ErrStore)
		}
	}
	if (s.State == Ready || s.State == Accepting) && s.Key == nil {
		return fmt.Errorf("chat %d without a key: %w", s.ID, ErrStore)
	}
	if s.Layer < 0 || s.Out < 0 || s.In < 0 || !slices.Contains([]State{Asked, Offered, Accepting, Ready, Ended}, s.State) {
		return fmt.Errorf("chat %d in state %d: %w", s.ID, s.State, ErrStore)
	}
	return nil
}
