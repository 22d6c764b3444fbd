package secret

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// A Store keeps the state of one device: pairs of keys and values, ordered by key. Values hold secret keys and plain
// text, so that who reads the store reads the chats.
//
// One Client uses it, from many goroutines.
type Store interface {
	// Get returns the value of key; ok is false if there is none.
	Get(ctx context.Context, key string) (value []byte, ok bool, err error)
	// Scan calls f for the pairs whose key begins with prefix and is not before start, in the order of keys, until f
	// returns false. f does not use the store.
	Scan(ctx context.Context, prefix, start string, f func(key string, value []byte) bool) error
	// Apply makes all changes of b or none. When it returns nil they outlive a crash.
	Apply(ctx context.Context, b Batch) error
}

// A Batch is what changes at once.
type Batch struct {
	// Set holds the new values; a nil one removes its key.
	Set map[string][]byte
	// Wipe tells that what was removed or replaced was a secret: the store sees to it that the former values are
	// gone when Apply returns, as far as the medium allows.
	Wipe bool
}

// A MemoryStore forgets everything when the program ends. Its zero value is empty and ready. It may be used from
// many goroutines.
type MemoryStore struct {
	mu     sync.Mutex
	keys   []string // sorted
	values map[string][]byte
}

// Get implements Store.
func (s *MemoryStore) Get(_ context.Context, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[key]
	return slices.Clone(v), ok, nil
}

// Scan implements Store.
func (s *MemoryStore) Scan(_ context.Context, prefix, start string, f func(key string, value []byte) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.below(prefix, start) {
		if !f(key, slices.Clone(s.values[key])) {
			break
		}
	}
	return nil
}

func (s *MemoryStore) below(prefix, start string) iter.Seq[string] {
	return func(yield func(string) bool) {
		at, _ := slices.BinarySearch(s.keys, max(prefix, start))
		for _, key := range s.keys[at:] {
			if len(key) < len(prefix) || key[:len(prefix)] != prefix || !yield(key) {
				return
			}
		}
	}
}

// Apply implements Store. It never fails.
func (s *MemoryStore) Apply(_ context.Context, b Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, value := range b.Set {
		s.set(key, value, b.Wipe)
	}
	return nil
}

func (s *MemoryStore) set(key string, value []byte, wipe bool) {
	if s.values == nil {
		s.values = make(map[string][]byte)
	}
	old, had := s.values[key]
	if wipe {
		clear(old)
	}
	at, _ := slices.BinarySearch(s.keys, key)
	switch {
	case value == nil && had:
		delete(s.values, key)
		s.keys = slices.Delete(s.keys, at, at+1)
	case value == nil:
	case had:
		s.values[key] = slices.Clone(value)
	default:
		s.values[key] = slices.Clone(value)
		s.keys = slices.Insert(s.keys, at, key)
	}
}
