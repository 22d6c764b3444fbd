package chats

import (
	"context"
	"errors"

	"hermod/internal/api/render"
	"hermod/internal/domain/auth"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// showEvents brings the showing of the events about what surrounds messages. What they set is shown as it is now.
func (h *Handlers) showEvents() {
	r := h.render
	render.OnEvent(r, h.showLogin)
	render.OnEvent(r, h.showReadChannel)
	render.OnEvent(r, showContents)
	render.OnEvent(r, showCleared)
	render.OnLive(r, showReadOutbox)
	render.OnLive(r, showTyping)
}

// showLogin shows that somebody has signed in, or that this was found to be right. A login that has ended since is as good
// as confirmed.
func (h *Handlers) showLogin(ctx context.Context, viewer ids.User, _ updates.Entry, ev updates.NewAuthorization) (tg.UpdateClass, []ids.Peer, error) {
	t := &tg.UpdateNewAuthorization{Hash: ev.Hash}
	l, err := h.auth.FindLogin(ctx, viewer, ev.Hash)
	if errors.Is(err, auth.ErrHash) {
		return t, nil, nil
	}
	if err != nil || !l.Unconfirmed {
		return t, nil, err
	}
	t.Unconfirmed, t.Date = true, new(render.Unix(l.CreatedAt))
	t.Device, t.Location = new(l.Client.App+", "+l.Client.Device), new(l.Address)
	return t, nil, nil
}
