package render

import (
	"context"

	"hermod/internal/domain/groups"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// Written shows service messages, which groups and channels wrote about what was done to them, as new messages; about
// are those who are needed to understand them.
func (r *Renderer) Written(ctx context.Context, viewer ids.User, all ...groups.Written) (list []tg.UpdateClass, about []ids.Peer, err error) {
	for _, w := range all {
		e := updates.Entry{Owner: w.Owner, PTS: w.PTS, Count: 1, Event: updates.NewMessage{ID: w.ID}, Value: w.Message}
		u, more, err := r.Entry(ctx, viewer, e)
		if err != nil {
			return nil, nil, err
		}
		if u != nil {
			list, about = append(list, u), append(about, more...)
		}
	}
	return list, about, nil
}

// Counters returns what is counted of messages in the log of owner; nothing where nobody counts.
func (r *Renderer) Counters(
	ctx context.Context, viewer ids.User, owner ids.Peer, list []*messages.Message,
) (map[ids.Message]Counts, error) {
	if r.parts.counters == nil {
		return nil, nil
	}
	return r.parts.counters(ctx, viewer, owner, list)
}
