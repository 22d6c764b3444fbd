package updates

import (
	"context"

	"hermod/internal/domain/ids"
)

// An Origin is the session in which a change was asked for. The zero Origin is nobody's.
type Origin struct {
	Key     ids.AuthKey
	Session ids.Session
}

type originKey struct{}

// WithOrigin returns a context whose changes carry o, so that the session that caused one is not pushed it.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginFrom returns the origin of changes made with ctx, or the zero Origin.
func OriginFrom(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}
