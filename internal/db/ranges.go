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
	left map[string][]idRange // none is empty
}

type idRange struct{ next, end int64 }

// NextID returns an id that no other call for kind has returned or will return, in any process. Ids mostly ascend,
// and have gaps. It may be called inside of Write; an id is not given back when the transaction rolls back.
func (d *DB) NextID(ctx context.Context, kind string) (int64, error) {
	if id, ok := d.ranges.take(kind); ok {
		return id, nil
	}
	first, err := d.store.reserve(ctx, kind, rangeSize)
	if err != nil {
		return 0, fmt.Errorf("reserve ids of kind %s: %w", kind, err)
	}
	d.ranges.add(kind, idRange{next: first + 1, end: first + rangeSize})
	return first, nil
}

func (r *ranges) take(kind string) (id int64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	have := r.left[kind]
	if len(have) == 0 {
		return 0, false
	}
	id = have[0].next
	if have[0].next++; have[0].next == have[0].end {
		r.left[kind] = have[1:]
	}
	return id, true
}

func (r *ranges) add(kind string, more idRange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == nil {
		r.left = map[string][]idRange{}
	}
	r.left[kind] = append(r.left[kind], more)
}
