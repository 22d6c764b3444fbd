package reactions

import (
	"context"
	"slices"

	"hermod/internal/api/view"
	"hermod/internal/domain/ids"
	"hermod/internal/domain/messages"
	"hermod/internal/domain/reactions"
	"hermod/internal/domain/updates"
	"hermod/internal/tl/tg"
)

// Reactions shows the reactions to a page of messages as viewer sees them. For a viewer of 0 they are min: clients keep
// what they know of their own.
// Spec: https://core.telegram.org/constructor/messageReactions
func (h *Handlers) Reactions(
	ctx context.Context, viewer ids.User, list []*messages.Message,
) (map[*messages.Message]*tg.MessageReactions, []ids.Peer, error) {
	views, err := h.o.Reactions.Views(ctx, viewer, list)
	if err != nil {
		return nil, nil, err
	}
	shown := make(map[*messages.Message]*tg.MessageReactions, len(list))
	var about []ids.Peer
	for _, m := range list {
		if m.Reactions == nil {
			continue
		}
		shown[m] = show(viewer, m, views[m])
		about = append(about, m.Reacted()...)
	}
	return shown, about, nil
}

// show shows the reactions to a message, also when there are none any more.
func show(viewer ids.User, m *messages.Message, v reactions.View) *tg.MessageReactions {
	t := &tg.MessageReactions{Min: viewer == 0, CanSeeList: !m.Flags.Has(messages.Post), Results: []*tg.ReactionCount{}}
	if m.Peer == m.Owner && m.Owner.User() != 0 {
		t.ReactionsAsTags, t.CanSeeList = true, false
	}
	if m.Reactions == nil {
		return t
	}
	for _, c := range m.Reactions.Counts {
		count := &tg.ReactionCount{Reaction: reactionTo(c.Reaction), Count: int32(c.N)}
		if at := slices.Index(v.Chosen, c.Reaction); at >= 0 {
			count.Chosen, count.ChosenOrder = true, new(int32(at))
		}
		t.Results = append(t.Results, count)
	}
	if t.CanSeeList {
		t.RecentReactions = recent(viewer, m.Reactions.Recent, v)
	}
	return t
}

func recent(viewer ids.User, list []messages.Reactor, v reactions.View) []*tg.MessagePeerReaction {
	var out []*tg.MessagePeerReaction
	for _, r := range list {
		my := viewer != 0 && r.Actor == viewer.Peer()
		out = append(out, &tg.MessagePeerReaction{
			Big: r.Big, My: my, Unread: !my && v.Unread != 0 && r.Date >= v.Unread, PeerID: view.Peer(r.Actor),
			Date: int32(r.Date), Reaction: reactionTo(r.Reaction),
		})
	}
	return out
}

// changed shows that the reactions to a message have changed, in a chat that is no channel: there it is an edit.
func (h *Handlers) changed(
	ctx context.Context, viewer ids.User, e updates.Entry, ev updates.MessageReactions,
) (tg.UpdateClass, []ids.Peer, error) {
	m, _ := e.Value.(*messages.Message)
	if m == nil {
		found, err := h.o.Messages.Get(ctx, viewer, ev.Peer, []ids.Message{ev.ID})
		if m = found[ev.ID]; err != nil || m == nil || m.Peer != ev.Peer {
			return nil, nil, gone(err)
		}
	}
	return h.update(ctx, viewer, m)
}

// update shows the reactions to a message as they are now.
func (h *Handlers) update(ctx context.Context, viewer ids.User, m *messages.Message) (tg.UpdateClass, []ids.Peer, error) {
	views, err := h.o.Reactions.Views(ctx, viewer, []*messages.Message{m})
	if err != nil {
		return nil, nil, err
	}
	u := &tg.UpdateMessageReactions{
		Peer: view.Peer(m.Peer), MsgID: int32(m.ID), Reactions: show(viewer, m, views[m]),
	}
	if m.Thread != 0 {
		u.TopMsgID = new(int32(m.Thread))
	}
	if u.Reactions.ReactionsAsTags {
		u.SavedPeerID = view.Peer(m.SavedPeer())
	}
	return u, append(m.Reacted(), m.Peer), nil
}
