// Package bus carries hints between the parts of a server and, later, between nodes: something has happened to Key,
// look there. A message may get lost, come twice or late; what must not be missed stands in the database.
//
// It knows nothing of messaging. Any package may publish and subscribe.
package bus

import (
	"slices"
	"sync"
)

// A Message is one hint.
type Message struct {
	// Subject says what kind of thing has happened, Key to whom.
	Subject string
	Key     int64
	// Data travels to other nodes. It is not changed after Publish.
	Data []byte
	// Value is a shortcut for subscribers in the same process; it is nil for those elsewhere.
	Value any
}

// A Bus delivers messages to the subscribers of their subject. It is safe for concurrent use.
type Bus interface {
	// Publish hands m to the subscribers. It does not wait for other nodes.
	Publish(m Message)
	// Subscribe calls fn for each message of subject, from any goroutine and also several at a time, until cancel;
	// a call under way may still be running when cancel returns. fn must not block.
	Subscribe(subject string, fn func(Message)) (cancel func())
}

// A Local is the bus of a single process: Publish calls the subscribers, in their order, before it returns.
type Local struct {
	mu   sync.RWMutex
	subs map[string][]*subscriber // a list is replaced, not changed
}

type subscriber struct{ fn func(Message) }

// NewLocal returns a bus without subscribers.
func NewLocal() *Local { return &Local{subs: map[string][]*subscriber{}} }

// Publish implements Bus.
func (b *Local) Publish(m Message) {
	b.mu.RLock()
	subs := b.subs[m.Subject]
	b.mu.RUnlock()
	for _, s := range subs {
		s.fn(m)
	}
}

// Subscribe implements Bus.
func (b *Local) Subscribe(subject string, fn func(Message)) (cancel func()) {
	s := &subscriber{fn}
	b.change(subject, func(subs []*subscriber) []*subscriber { return append(subs, s) })
	return func() {
		b.change(subject, func(subs []*subscriber) []*subscriber {
			return slices.DeleteFunc(subs, func(other *subscriber) bool { return other == s })
		})
	}
}

func (b *Local) change(subject string, edit func([]*subscriber) []*subscriber) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs[subject] = edit(slices.Clone(b.subs[subject]))
	if len(b.subs[subject]) == 0 {
		delete(b.subs, subject)
	}
}
