package boot

import (
	"context"
	"time"

	"hermod/internal/rpc"
	"hermod/internal/tl"
	"hermod/internal/tl/tg"
)

// emptyHash is the hash of every list that is always empty. Web K caches only what has a hash other than 0, and
// TDLib asks again at each start for what it stored with 0.
const emptyHash = 1

// none answers method I always with the same object, which says that there is nothing.
func none[I tg.Request](r *rpc.Router, answer tl.Object) {
	rpc.HandleEmpty(r, rpc.SignedIn, func(context.Context, *rpc.Call, I) (tl.Object, error) {
		return answer, nil
	})
}

// listed is none for a list with a hash: a client that has the empty list already is told so.
func listed[I tg.Request](r *rpc.Router, hash func(I) int64, full, unchanged tl.Object) {
	rpc.HandleEmpty(r, rpc.SignedIn, func(_ context.Context, _ *rpc.Call, in I) (tl.Object, error) {
		if hash(in) == emptyHash {
			return unchanged, nil
		}
		return full, nil
	})
}

// refused answers method I always with an error that clients expect of it.
func refused[I tg.Request](r *rpc.Router, err rpc.Error) {
	rpc.HandleEmpty(r, rpc.SignedIn, func(context.Context, *rpc.Call, I) (tl.Object, error) {
		return nil, err
	})
}

// ok answers method I with true: there is nothing to remember.
func ok[I tg.Request](r *rpc.Router) { none[I](r, tg.Bool(true)) }

// quiet answers method I with updates in which nothing happened.
func quiet[I tg.Request](r *rpc.Router) {
	rpc.HandleEmpty(r, rpc.SignedIn, func(context.Context, *rpc.Call, I) (*tg.Updates, error) {
		return &tg.Updates{Date: int32(time.Now().Unix())}, nil
	})
}

// each answers method I with a vector that has one item for each of the n things asked for.
func each[I tg.Request, T tl.Object](r *rpc.Router, n func(I) int, item T) {
	rpc.HandleEmpty(r, rpc.SignedIn, func(_ context.Context, _ *rpc.Call, in I) (tg.Vector[T], error) {
		return repeat(item, n(in)), nil
	})
}

// maxItems bounds the items of an answer that mirrors its request.
const maxItems = 1000

func repeat[T any](item T, n int) []T {
	items := make([]T, min(n, maxItems))
	for i := range items {
		items[i] = item
	}
	return items
}
