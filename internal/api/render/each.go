package render

import (
	"context"

	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// PushEach is Push for several viewers. What is counted of a message is asked for once, as everybody sees it.
func (r *Renderer) PushEach(ctx context.Context, viewers []ids.User, e updates.Entry) (map[ids.User]tg.UpdatesClass, error) {
	shown := make(map[ids.User]tg.UpdatesClass, len(viewers))
	push := func(viewer ids.User) (tg.UpdatesClass, error) { return r.Push(ctx, viewer, e) }
	if m := messageOf(e); m != nil && m.Owner.Channel() != 0 {
		var counted page
		if err := r.gatherCounts(ctx, 0, m.Owner, []*messages.Message{m}, &counted); err != nil {
			return nil, err
		}
		push = func(viewer ids.User) (tg.UpdatesClass, error) { return r.pushCounted(ctx, viewer, e, m, &counted) }
	}
	for _, viewer := range viewers {
		u, err := push(viewer)
		if err != nil {
			return nil, err
		}
		shown[viewer] = u
	}
	return shown, nil
}

// pushCounted shows an entry about m, of which is counted what counted says.
func (r *Renderer) pushCounted(
	ctx context.Context, viewer ids.User, e updates.Entry, m *messages.Message, counted *page,
) (tg.UpdatesClass, error) {
	p, err := r.gatherOwn(ctx, viewer, []*messages.Message{m})
	if err != nil {
		return nil, err
	}
	p.counts, p.forums = counted.counts, counted.forums
	about := append(append(p.about, counted.about...), m.Peers()...)
	return r.Answer(ctx, viewer, about, messageEntry(e, p.show(viewer, m)))
}
