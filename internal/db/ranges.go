package db

import (
	"context"
	"fmt"
	"sync"
)

const (
	// firstID is the first id of every kind. Smaller ones are free for accounts with a fixed id.
	firstID = 1_000_001
	// rangeSize is how many ids are reserved at a time. What is left of a range when the process ends is skipped.
	rangeSize = 1000
)

// ranges holds the ids that are reserved but not handed out.
type ranges struct {
	mu   sync.Mutex
	left map[string]idRange
}

type idRange struct{ next, end int64 }

// NextID returns an id that no other call for kind has returned or will return, on any node. Ids ascend on one node
// and have gaps. It may be called inside of Write; an id is not given back when the transaction rolls back.
func (d *DB) NextID(ctx context.Context, kind string) (int64, error) {
	r := &d.ranges
	r.mu.Lock()
	defer r.mu.Unlock()
	have := r.left[kind]
	if have.next == have.end {
		first, err := d.store.reserve(ctx, kind, rangeSize)
		if err != nil {
			return 0, fmt.Errorf("reserve ids of kind %s: %w", kind, err)
		}
		have = idRange{next: first, end: first + rangeSize}
	}
	if r.left == nil {
		r.left = map[string]idRange{}
	}
	r.left[kind] = idRange{next: have.next + 1, end: have.end}
	return have.next, nil
}
