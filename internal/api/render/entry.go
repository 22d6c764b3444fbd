package render

import (
	"context"
	"reflect"
	"time"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// A Filler stands for positions of a log whose messages are gone. It is never stored.
type Filler struct{ N int32 }

// Kind implements updates.Event.
func (Filler) Kind() string { return "filler" }

// Count implements updates.Event.
func (f Filler) Count() int32 { return f.N }

// Entry shows an entry of a log as an update, with those whom a client must know to understand it. The update is nil when
// there is nothing to be shown any more, or nothing that viewer may know.
func (r *Renderer) Entry(ctx context.Context, viewer ids.User, e updates.Entry) (tg.UpdateClass, []ids.Peer, error) {
	switch ev := e.Event.(type) {
	case updates.NewMessage, updates.EditMessage:
		return r.message(ctx, viewer, e)
	case updates.DeleteMessages:
		return deleted(e, ev.IDs), nil, nil
	case updates.PinnedMessages:
		return pinned(e, ev), []ids.Peer{ev.Peer}, nil
	case Filler:
		return deleted(e, nil), nil, nil
	}
	if show := r.events[reflect.TypeOf(e.Event)]; show != nil {
		return show(ctx, viewer, e)
	}
	if u, about := reading(e); u != nil {
		return u, about, nil
	}
	u, about, err := r.view.Update(ctx, viewer, e.Event)
	return u, peersOf(about), err
}

// EntryList shows entries in their order, without those of which nothing is to be shown. What stands in their messages is
// asked for all of them at once.
func (r *Renderer) EntryList(ctx context.Context, viewer ids.User, list []updates.Entry) ([]tg.UpdateClass, []ids.Peer, error) {
	var rows []*messages.Message
	for _, e := range list {
		if m := messageOf(e); m != nil {
			rows = append(rows, m)
		}
	}
	shown, about, err := r.Messages(ctx, viewer, rows)
	if err != nil {
		return nil, nil, err
	}
	out := make([]tg.UpdateClass, 0, len(list))
	for _, e := range list {
		if messageOf(e) != nil {
			out = append(out, messageEntry(e, shown[0]))
			shown = shown[1:]
			continue
		}
		u, more, err := r.Entry(ctx, viewer, e)
		if err != nil {
			return nil, nil, err
		}
		if u != nil {
			out = append(out, u)
		}
		about = append(about, more...)
	}
	return out, about, nil
}

// messageOf is the message that an entry brings or changes; nil for other entries, and when it is gone.
func messageOf(e updates.Entry) *messages.Message {
	switch e.Event.(type) {
	case updates.NewMessage, updates.EditMessage:
		m, _ := e.Value.(*messages.Message)
		return m
	}
	return nil
}

func messageEntry(e updates.Entry, m tg.MessageClass) tg.UpdateClass {
	if _, fresh := e.Event.(updates.NewMessage); fresh {
		return newMessage(e, m)
	}
	return editMessage(e, m)
}

// message shows an entry about a message; nil when it is gone.
func (r *Renderer) message(ctx context.Context, viewer ids.User, e updates.Entry) (tg.UpdateClass, []ids.Peer, error) {
	m := messageOf(e)
	if m == nil {
		return nil, nil, nil
	}
	t, about, err := r.Message(ctx, viewer, m)
	if err != nil {
		return nil, nil, err
	}
	return messageEntry(e, t), about, nil
}

func newMessage(e updates.Entry, m tg.MessageClass) tg.UpdateClass {
	if e.Owner.Channel() != 0 {
		return &tg.UpdateNewChannelMessage{Message: m, Pts: e.PTS, PtsCount: e.Count}
	}
	return &tg.UpdateNewMessage{Message: m, Pts: e.PTS, PtsCount: e.Count}
}

func editMessage(e updates.Entry, m tg.MessageClass) tg.UpdateClass {
	if e.Owner.Channel() != 0 {
		return &tg.UpdateEditChannelMessage{Message: m, Pts: e.PTS, PtsCount: e.Count}
	}
	return &tg.UpdateEditMessage{Message: m, Pts: e.PTS, PtsCount: e.Count}
}

// deleted shows that messages are gone; without any it only moves the position.
func deleted(e updates.Entry, list []ids.Message) tg.UpdateClass {
	if c := e.Owner.Channel(); c != 0 {
		return &tg.UpdateDeleteChannelMessages{ChannelID: int64(c), Messages: Int32s(list), Pts: e.PTS, PtsCount: e.Count}
	}
	return &tg.UpdateDeleteMessages{Messages: Int32s(list), Pts: e.PTS, PtsCount: e.Count}
}

func pinned(e updates.Entry, ev updates.PinnedMessages) tg.UpdateClass {
	if c := e.Owner.Channel(); c != 0 {
		return &tg.UpdatePinnedChannelMessages{
			Pinned: ev.Pinned, ChannelID: int64(c), Messages: Int32s(ev.IDs), Pts: e.PTS, PtsCount: e.Count,
		}
	}
	return &tg.UpdatePinnedMessages{
		Pinned: ev.Pinned, Peer: view.Peer(ev.Peer), Messages: Int32s(ev.IDs), Pts: e.PTS, PtsCount: e.Count,
	}
}

// reading shows the entries about what was read in a user's log.
func reading(e updates.Entry) (tg.UpdateClass, []ids.Peer) {
	switch ev := e.Event.(type) {
	case updates.ReadInbox:
		return &tg.UpdateReadHistoryInbox{
			Peer: view.Peer(ev.Peer), MaxID: int32(ev.MaxID), StillUnreadCount: ev.Unread, Pts: e.PTS, PtsCount: e.Count,
		}, []ids.Peer{ev.Peer}
	case updates.ReadOutbox:
		return &tg.UpdateReadHistoryOutbox{
			Peer: view.Peer(ev.Peer), MaxID: int32(ev.MaxID), Pts: e.PTS, PtsCount: e.Count,
		}, []ids.Peer{ev.Peer}
	case updates.ReadContents:
		if e.Owner.Channel() != 0 {
			return deleted(e, nil), nil // the update for it has no position
		}
		return &tg.UpdateReadMessagesContents{
			Messages: Int32s(ev.IDs), Pts: e.PTS, PtsCount: e.Count, Date: new(Unix(e.Date)),
		}, nil
	}
	return nil, nil
}

// Push shows an entry to be pushed, on its own. It is nil for a note that has nothing to say.
func (r *Renderer) Push(ctx context.Context, viewer ids.User, e updates.Entry) (tg.UpdatesClass, error) {
	u, about, err := r.Entry(ctx, viewer, e)
	if err != nil {
		return nil, err
	}
	if u == nil && e.Count > 0 {
		u = deleted(e, nil)
	}
	if u == nil {
		return nil, nil
	}
	return r.Answer(ctx, viewer, about, u)
}

// Live shows what is only told live. It is nil when there is nothing that viewer may know.
func (r *Renderer) Live(ctx context.Context, viewer ids.User, value any) (tg.UpdatesClass, error) {
	u, about, err := r.live(ctx, viewer, value)
	if u == nil || err != nil {
		return nil, err
	}
	if len(about) == 0 {
		return &tg.UpdateShort{Update: u, Date: Unix(time.Now())}, nil
	}
	return r.Answer(ctx, viewer, about, u)
}

func (r *Renderer) live(ctx context.Context, viewer ids.User, value any) (tg.UpdateClass, []ids.Peer, error) {
	if show := r.lives[reflect.TypeOf(value)]; show != nil {
		return show(ctx, viewer, value)
	}
	if viewer == 0 {
		return nil, nil, nil
	}
	u, about, err := r.view.Update(ctx, viewer, value)
	return u, peersOf(about), err
}

func peersOf(users []ids.User) []ids.Peer {
	if users == nil {
		return nil
	}
	out := make([]ids.Peer, len(users))
	for i, u := range users {
		out[i] = u.Peer()
	}
	return out
}
